"""The guide for adding a system is true: its blocks make a system that installs, runs and is used as it says."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call, call
from tests.ui.conftest import Start, start
from tests.ui.ways import fill_in, find, go
from tui.config.profiles import Profile
from tui.resources import registry
from tui.resources.deck import Deck

__all__ = ["call", "start"]
ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "tui" / "systems" / "README.md"
_BLOCK = re.compile(r"^\*\*`([^`]+)`\*\*\n\n```(?:python|toml)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PACKAGE = "arraydeck_gauges"


def blocks() -> dict[str, str]:
    """Return the files of the guide by path."""
    found = dict(_BLOCK.findall(GUIDE.read_text()))
    assert len(found) == GUIDE.read_text().count("\n```\n"), "a block has no path above it, or two have the same"
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the guide's files, and what an installer makes of their pyproject.toml."""
    made = tmp_path_factory.mktemp("plug-in")
    for path, text in blocks().items():
        (made / path).parent.mkdir(parents=True, exist_ok=True)
        (made / path).write_text(text)
    project = tomllib.loads((made / "pyproject.toml").read_text())["project"]
    installed = made / f"{PACKAGE}-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1.0\n")
    groups = project["entry-points"].items()
    lines = [f"[{group}]\n" + "".join(f"{name} = {there}\n" for name, there in each.items()) for group, each in groups]
    (installed / "entry_points.txt").write_text("\n".join(lines))
    return made


@pytest.fixture
def plug_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The guide's system, found through its entry point."""
    monkeypatch.syspath_prepend(str(folder))
    registry.forget_entry_points()
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]
    registry.forget_entry_points()


@contextmanager
def child(folder: Path, *words: str) -> Iterator[Any]:
    """Run Python in a process of its own that finds the plug-in; yield the line of JSON that it says first."""
    environment = {**os.environ, "PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, *words], stdin=pipe, stdout=pipe, text=True, env=environment) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.kill()


@pytest.fixture
def rivers(folder: Path, plug_in: None, call: Call, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The guide's own server as a program, and a profile of it that the command line made."""
    with child(folder, "-m", f"{PACKAGE}.server") as said:
        monkeypatch.setenv("ARRAYDECK_RIVERS_TOKEN", said["credentials"]["token"])
        assert call("profiles", "add", "rivers", said["profile"]["uri"]).code == 0
        yield "rivers"


def test_its_lines_do_what_they_say(call: Call, rivers: str) -> None:
    (types,) = json.loads(call("types", "-p", rivers, "-o", "json").out)
    assert [each["name"] for each in types["types"]] == ["gauges", "readings"]
    at_first = json.loads(call("get", "gauges", "-p", rivers, "-o", "json").out)
    assert [gauge["name"] for gauge in at_first][1] == "Elbe Dresden"
    assert "0.92" in call("describe", "gauges", "Isar Munich", "-p", rivers).out
    above = call("get", "readings", "Isar Munich", "-p", rivers, "--filter", "level > 0.9", "-o", "name")
    assert len(above.out.splitlines()) == 2
    create = ("run", "gauges", "create", "--name", "Spree Berlin", "--river", "Spree", "-p", rivers)
    assert call(*create).out == "made the gauge Spree Berlin\n"
    again = call(*create)
    assert again.code == 1 and "there is a gauge Spree Berlin already" in again.err


def test_a_deletion_is_shown_confirmed_journalled_and_taken_back(call: Call, rivers: str) -> None:
    delete = ("run", "gauges", "delete", "Elbe Dresden", "-p", rivers)
    dry = call(*delete, "--dry-run")
    assert dry.code == 0 and "with all its readings" in dry.out and "curl" in dry.out and "-X DELETE" in dry.out
    assert os.environ["ARRAYDECK_RIVERS_TOKEN"] not in dry.out + dry.err
    assert call(*delete).code == 3
    before = call("get", "readings", "Elbe Dresden", "-p", rivers, "-o", "json").out
    assert call(*delete, "--yes", "--confirm", "Elbe Dresden").code == 0
    assert call("get", "readings", "Elbe Dresden", "-p", rivers).code == 1
    assert "brought back the gauge Elbe Dresden with 3 readings" in call("undo").out
    assert call("get", "readings", "Elbe Dresden", "-p", rivers, "-o", "json").out == before


def test_what_took_the_name_since_is_not_overwritten_by_undo(call: Call, rivers: str) -> None:
    assert call("run", "gauges", "delete", "Isar Munich", "-p", rivers, "--yes", "--confirm", "Isar Munich").code == 0
    assert call("run", "gauges", "create", "--name", "Isar Munich", "--river", "Isar", "-p", rivers).code == 0
    refused = call("undo")
    assert refused.code == 1 and "there is another gauge Isar Munich by now" in refused.err


def test_a_token_that_is_missing_or_wrong_is_told(call: Call, rivers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARRAYDECK_RIVERS_TOKEN", "another")
    assert "needs a token" in call("get", "gauges", "-p", rivers).err
    monkeypatch.delenv("ARRAYDECK_RIVERS_TOKEN")
    assert "ARRAYDECK_<PROFILE>_TOKEN" in call("get", "gauges", "-p", rivers).err


def test_discovery_offers_the_service_of_the_environment(
    call: Call, plug_in: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GAUGES_URL", "https://gauges.example.com")
    assert "gauges+https://gauges.example.com" in call("profiles", "import").out
    assert "gauges+https://gauges.example.com" in call("profiles", "list").out


DEMO = """
import json, sys
from pathlib import Path
from tui.resources.registry import Registry
from tui.services.serving.trouble import NO_TROUBLE

system = Registry().system("gauges")
(made,) = system.demo(Path("gauges"), NO_TROUBLE)
print(json.dumps([made.model_dump(mode="json"), dict(system.demo_secrets(made))]), flush=True)
sys.stdin.read()
"""
"""What the demo's process does with each system."""


async def test_the_screen_on_its_demo(
    folder: Path, plug_in: None, deck: Deck, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    with child(folder, "-c", DEMO) as (profile, secrets):
        monkeypatch.setenv("ARRAYDECK_RIVERS_TOKEN", secrets["token"])
        deck.add_temporary(Profile.model_validate(profile))
        async with start((110, 30)) as driver:
            await go(driver, "gauges @rivers", "Rhine Cologne", "level (m)")
            await find(driver, "Elbe Dresden")
            await driver.press("enter")
            await driver.sees("readings", "2.12")
            await driver.press("escape")
            await driver.sees("Elbe Dresden")
            await driver.press("ctrl+d")
            await driver.sees("with all its readings", "DELETE")
            await driver.type("Elbe Dresden")
            await driver.press("enter")
            await driver.sees("deleted the gauge Elbe Dresden")
            await driver.press("u")
            await driver.sees("brought back")
            await driver.press("n")
            await driver.sees("a name that no other gauge has")
            await fill_in(driver, "Spree Berlin", "Spree")
            await driver.press("ctrl+s")
            await driver.sees("made the gauge Spree Berlin")
