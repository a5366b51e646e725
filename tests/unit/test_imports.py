"""What may be loaded before it is needed: names, never milliseconds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = ("numpy", "h5py", "httpx", "uvicorn", "starlette", "distributed", "keyring", "tomlkit", "importlib.metadata")
LATER = (
    "tui.resources.gate",
    "tui.resources.listing",
    "tui.resources.resuming",
    "tui.resources.together",
    "tui.screens.browse",
    "textual.widgets._text_area",
)
"""What home needs only once somebody goes to a list, changes something, or fills in a form."""
SYSTEMS = ("tui.systems.deker.client", "tui.systems.deker.resources.data_resource", "tui.systems.deker.storage")


def loaded_by(code: str, home: Path) -> set[str]:
    """Return the names of the modules that a fresh interpreter has loaded after `code`."""
    script = f"{code}\nimport sys, json\nprint('MODULES' + json.dumps(sorted(sys.modules)))"
    environment = {"ARRAYDECK_HOME": str(home), "PATH": "", "PYTHONPATH": str(Path(__file__).parents[2])}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=60, check=True
    )
    return set(json.loads(done.stdout.partition("MODULES")[2]))


def assert_absent(loaded: set[str], names: tuple[str, ...]) -> None:
    assert [name for name in names if name in loaded] == []


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_loads_no_screen_and_no_system(home: Path, argument: str) -> None:
    code = f"import tui.cli.main as m\ntry:\n    m.main(['{argument}'])\nexcept SystemExit:\n    pass"
    loaded = loaded_by(code, home)
    assert_absent(loaded, (*HEAVY, *SYSTEMS, "textual", "pydantic", "sqlite3", "asyncio"))


def test_the_home_screen_loads_no_system_and_nothing_heavy(home: Path) -> None:
    code = """
import asyncio, sys
from tui.resources.deck import Deck
from tui.app import ArraydeckApp
from tui.config.profiles import Profile

async def run():
    deck = Deck.load()
    deck.add_temporary(Profile(name="lab", system="deker", uri="/nowhere"))
    app = ArraydeckApp(deck)
    frozen = []
    original = app.call_after_refresh
    def first_paint(*arguments, **keywords):
        if not frozen:
            frozen.append(sorted(sys.modules))
        return original(*arguments, **keywords)
    app.call_after_refresh = first_paint
    async with app.run_test(size=(120, 40)):
        pass
    await deck.close()
    for name in set(sys.modules) - set(frozen[0]):
        del sys.modules[name]

asyncio.run(run())
"""
    assert_absent(loaded_by(code, home), (*HEAVY[:-1], *LATER, *SYSTEMS))


def test_opening_a_deker_storage_loads_no_other_system(home: Path) -> None:
    code = """
import asyncio
from tui.resources.deck import Deck

async def run():
    deck = Deck.load()
    connection = deck.connection("/tmp")
    connection.system.types
    await deck.close()

asyncio.run(run())
"""
    loaded = loaded_by(code, home)
    # Of the others no more than the package that says what addresses it knows.
    others = {name for name in loaded if name.startswith("tui.systems.") and name.count(".") > 2}
    others = {name for name in others if not name.startswith("tui.systems.deker.")}
    assert others == set()
    assert_absent(loaded, ("numpy", "h5py", "textual"))
