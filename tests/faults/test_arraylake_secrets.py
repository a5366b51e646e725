"""Secrets of Arraylake: after a run in which much goes wrong, no marker is anywhere but in the token file."""

from __future__ import annotations

import io
import json
import logging
from pathlib import Path

import pytest

from tests.cli.conftest import Call, call
from tests.ui.arraylake_stage import OCEAN, at_orgs, catalogue, profile_of
from tests.ui.conftest import Start, start
from tests.ui.ways import fill_in, find, go
from tui.config.profiles import ProfileStore
from tui.resources.deck import Deck
from tui.systems.arraylake.service_side.service import EmbeddedService

__all__ = ["call", "start"]
MARKER = "MARKERSECRET"
KEYS = {"access_key_id": f"{MARKER}ID", "secret_access_key": f"{MARKER}KEY"}


def plant(service: EmbeddedService, token_file: Path) -> list[str]:
    """Put markers wherever the service or the log-in holds a secret; return all that must not be seen."""
    for row in service.state.buckets.listed(OCEAN):
        text = str(row["auth_config"]).replace("sample-secret-of-the-demo", KEYS["secret_access_key"])
        text = text.replace("AKIDEMBEDDEDSAMPLE", KEYS["access_key_id"]).replace(
            "sample-shared-secret", f"{MARKER}SHARED"
        )
        service.state.database.run("UPDATE bucket SET auth_config = ? WHERE id = ?", (text, row["id"]))
    tokens = json.loads(token_file.read_text())
    return [MARKER, *(value for name, value in tokens.items() if name.endswith("_token"))]


def leaks(text: str, secrets: list[str]) -> list[str]:
    """Return which secrets a text holds."""
    return [secret[:16] for secret in secrets if secret in text]


def files_with(folder: Path, secrets: list[str], but: Path) -> list[Path]:
    """Return the files that hold a secret, the token file aside."""
    found = [path for path in folder.rglob("*") if path.is_file() and path != but]
    return [path for path in found if any(secret.encode() in path.read_bytes() for secret in secrets)]


async def test_no_secret_is_on_a_screen_in_a_log_or_in_a_file(
    start: Start, deck: Deck, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    home.mkdir(exist_ok=True)
    with catalogue(15) as service:
        profile = profile_of(service, home, options={"timeout": 2.0})
        secrets = plant(service, home / "token.json")
        seen = io.StringIO()
        async with at_orgs(start, deck, profile, (140, 40)) as driver:

            def look() -> None:
                seen.write(driver.text)

            await go(driver, f"buckets {OCEAN}", "access keys", "aws-role")
            look()
            for name in ("primary", "aws-role"):
                await find(driver, name)
                await driver.press("y")
                await driver.sees('"method"')
                look()
                await driver.press("escape", "E")
                await driver.sees('"auth_config"')
                look()
                await driver.press("escape")
            await driver.press("n")
            await driver.sees("new (buckets)")
            await fill_in(driver, "winter", "s3://winter-data", service.state.object_uri, None, None, None)
            await driver.press("tab", "enter", "down", "enter", "tab")
            await driver.type(KEYS["access_key_id"])
            await driver.press("tab")
            await driver.type(KEYS["secret_access_key"])
            look()
            # Refused, with the body of the request in the refusal as careless services have it.
            detail = f"invalid bucket: {KEYS['secret_access_key']}"
            service.state.faults.add("status", status=422, message=detail, method="POST", path="/buckets$")
            await driver.press("ctrl+s")
            await driver.sees("invalid bucket")
            look()
            await go(driver, f"repos {OCEAN}", "waves-nemo")
            await find(driver, "waves-nemo")
            for key in ("E", "y"):
                await driver.press(key)
                await driver.sees('"waves-nemo"')
                look()
                await driver.press("escape")
            await driver.press("O")
            await driver.sees("open (repos)")
            await driver.press("space", "ctrl+s")
            await driver.sees("can be opened")
            look()
            await driver.press("escape", "@")
            await driver.sees("GET")
            look()
            await driver.press("escape", "A")
            await driver.sees("journal", "create")
            look()
            await driver.press("y")
            await driver.sees("parameters")
            look()
            service.state.logins.revoke()
            await driver.press("escape")
            await go(driver, f"repos {OCEAN} @lab", "stale")
            look()
        assert leaks(seen.getvalue(), secrets) == []
        assert leaks(caplog.text, secrets) == []
        assert files_with(home, secrets, home / "token.json") == []
        commands = "\n".join(str(entry) for entry in deck.connections.log)
        assert "POST" in commands and leaks(commands, secrets) == []


def test_no_secret_is_printed(call: Call, home: Path, tmp_path: Path) -> None:
    with catalogue(15) as service:
        ProfileStore().add(profile_of(service, tmp_path))
        secrets = plant(service, tmp_path / "token.json")
        create = ("run", "buckets", "create", OCEAN, "--nickname", "winter", "--uri", "s3://winter")
        keys = ("--access-key-id", KEYS["access_key_id"], "--secret-access-key", KEYS["secret_access_key"])
        commands = [
            ("get", "buckets", OCEAN, "-o", "json"),
            ("get", "buckets", OCEAN, "-o", "csv"),
            ("describe", "buckets", OCEAN, "primary", "-o", "json"),
            ("get", "repos", OCEAN, "-o", "jsonl"),
            ("describe", "repos", OCEAN, "waves-nemo", "-o", "json"),
            ("run", "repos", "open", OCEAN, "waves-nemo", "-o", "json"),
            ("run", "buckets", "entry", OCEAN, "aws-role", "-o", "json"),
            ("run", "orgs", "account", "-o", "json"),
            (*create, "--method", "hmac", *keys),
            (*create, "--method", "hmac", *keys, "--region-name", "us-east-1"),
            ("journal", "-o", "json"),
        ]
        printed = ""
        for words in commands:
            where = () if words[0] == "journal" else ("-p", "lab")
            said = call(*words, *where)
            printed += said.out + said.err
        assert "winter" in printed and "region" in printed
        assert leaks(printed, secrets) == []
        assert files_with(home, secrets, tmp_path / "token.json") == []
