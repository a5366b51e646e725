"""The command lines that the screen shows: a shell takes them, they do the same, and no secret is in them."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from pydantic import BaseModel, Field, SecretStr

from tests.cli.arakoon_cluster import Running
from tests.cli.conftest import Call
from tests.ui.arraylake_stage import OCEAN, catalogue, changes, profile_of
from tui.config.profiles import Profile, ProfileStore
from tui.resources.actions import Action, Danger, Outcome
from tui.resources.command_line import describe_line, get_line, run_line
from tui.resources.connections import Connection
from tui.resources.deck import Deck
from tui.resources.gate import Request
from tui.resources.types import Scope
from tui.services.shell_words import shell_word

BASH = shutil.which("bash") or ""
MARKER = "marker-secret-2718"
KEYS = ["plain", "a b", "it's", "$HOME", "-x", "--odd", "--", "#no", r"\x00\xff", "ü ✓", "*"]


def words_of(line: str) -> list[str]:
    """Return the arguments that a shell would call arraydeck with."""
    script = f"arraydeck() {{ printf '%s\\0' \"$@\"; }}; {line}"
    done = subprocess.run([BASH, "-c", script], env={"PASSWORD": "hush-hush"}, capture_output=True, check=True)
    return done.stdout.decode().split("\0")[:-1]


@pytest.mark.skipif(not BASH, reason="there is no bash")
@pytest.mark.parametrize("key", KEYS)
def test_a_key_of_any_kind_is_written_and_found_by_the_lines_that_are_shown(
    call: Call, trio: Running, key: str
) -> None:
    wanted, value = f"q{key}", "-some 'value' $HOME"
    for name, typed in ((key, value), (wanted, "--x")):
        dry = json.loads(
            call(
                "run", "keys", "set", f"--key={name}", f"--value={typed}", "-p", trio.uri, "--dry-run", "-o", "json"
            ).out
        )
        done = call(*words_of(dry["command"]), "--yes")
        assert done.code == 0, (dry["command"], done)
        deleting = call("run", "keys", "delete", "-p", trio.uri, "--dry-run", "-o", "json", "--", "--", name)
        assert deleting.code == 0, deleting
        line = json.loads(deleting.out)["command"]
        # What is asked for is put before the names, which may begin with a dash.
        first, *rest = words_of(line)
        assert call(first, "--yes", "--confirm", name, *rest).code == 0, line
        assert name.encode() not in trio.entries()


class Form(BaseModel):
    name: str
    password: SecretStr | None = None
    token: str = ""
    tags: list[str] = Field(default_factory=list)
    size: int = 3
    note: str = "as it was"


async def _nothing(*_: object) -> Outcome:
    return Outcome("nothing")


@pytest.mark.skipif(not BASH, reason="there is no bash")
async def test_fields_are_given_where_they_differ_and_secrets_as_variables(
    deck: Deck, box_connection: Connection
) -> None:
    kind = box_connection.system.type_named("boxes")
    action = Action("paint", "paint", "", Danger.CHANGES, "scope", _nothing, Form)
    form = Form(name="-it's", password=SecretStr(MARKER), token=MARKER, tags=["a,b", "c"], size=-4)
    line = run_line(Request(box_connection, kind, action, Scope(), (), form))
    assert MARKER not in line and '--password "$PASSWORD"' in line and '--token "$TOKEN"' in line
    where = box_connection.profile.uri
    assert words_of(line) == [
        "run", "boxes", "paint", "-p", where, "--name=-it's", "--password", "hush-hush", "--token", "",
        "--tags", '["a,b", "c"]', "--size=-4",
    ]  # fmt: skip
    assert words_of(get_line(box_connection, kind, Scope())) == ["get", "boxes", "-p", where]
    assert words_of(describe_line(box_connection, kind, Scope(), "-b")) == [
        "describe",
        "boxes",
        "-p",
        where,
        "--",
        "-b",
    ]


def test_a_word_is_quoted_so_that_it_is_that_word() -> None:
    for word in ("a", "a b", "it's", "", "\t\n", "\x1b[31m", "é", "\u202e", "it's\n\\"):
        assert shell_word(word).isprintable()
        if shell_word(word).startswith("$"):
            done = subprocess.run(
                [BASH or "bash", "-c", f"printf %s {shell_word(word)}"], capture_output=True, check=True
            )
            assert done.stdout.decode() == word
        else:
            assert shlex.split(shell_word(word)) == [word]


async def test_a_profile_that_is_kept_is_named_and_one_of_this_run_is_told_by_its_address(
    deck: Deck, boxes: Path
) -> None:
    deck.profiles.add(Profile(name="kept", system="toy", uri=f"toy://{boxes}"))
    deck.add_temporary(Profile(name="here", system="toy", uri=f"toy://{boxes}?x=1"))
    assert [deck.connection(name).where for name in ("kept", "here")] == ["kept", f"toy://{boxes}?x=1"]


def test_a_dry_run_prints_what_would_be_sent_and_sends_nothing(call: Call, tmp_path: Path) -> None:
    with catalogue(10) as service:
        ProfileStore().add(profile_of(service, tmp_path))
        words = ("run", "repos", "create", OCEAN, "--name", "tides", "-p", "lab", "--dry-run")
        said = call(*words)
        assert said.code == 0 and f"arraydeck run repos create {OCEAN} -p lab --name tides" in said.out
        assert f"curl -X POST {service.uri}/orgs/{OCEAN}/repos" in said.out and '"$TOKEN"' not in said.out
        assert 'authorization: Bearer $TOKEN"' in said.out and '"name": "tides"' in said.out
        told = json.loads(call(*words, "-o", "json").out)
        assert told["requests"][0].startswith("curl -X POST") and changes(service) == []
        bucket = ("--nickname", "new", "--uri", "s3://new", "--region-name", "us-east-1", "--method", "hmac")
        bucket += ("--access-key-id", "AKID", "--secret-access-key", MARKER)
        for output in ("text", "json"):
            said = call("run", "buckets", "create", OCEAN, *bucket, "-p", "lab", "--dry-run", "-o", output)
            assert said.code == 0 and MARKER not in said.out + said.err and "$SECRET_ACCESS_KEY" in said.out
        assert changes(service) == []
