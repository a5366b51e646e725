"""What holds for every file: it says what it is for and is not too long; systems' folders have one shape."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.binding import Binding

from tui.app import ArraydeckApp
from tui.display.difference_app import DifferenceApp
from tui.resources.deck import Deck
from tui.resources.registry import Registry
from tui.screens.browse import BrowseScreen
from tui.widgets.live_table import LiveTable

ROOT = Path(__file__).parents[2]
FILES = sorted(
    path for folder in ("tui", "tests") for path in (ROOT / folder).rglob("*.py") if "__pycache__" not in path.parts
)
MOST_LINES = 600
SHAPE = ("__init__.py", "client.py", "resources/__init__.py", "sample.py", "demo.py", "README.md")
"""What each system's folder has; each but Deker, which needs no server, also has `server.py`."""


def test_every_file_says_first_what_it_is_for() -> None:
    silent: list[str] = []
    for path in FILES:
        first = path.read_text().partition("\n")[0]
        # A file with nothing in it only makes its folder a package.
        if path.stat().st_size and (not first.startswith('"""') or len(first.split()) < 3):
            silent.append(f"{path.relative_to(ROOT)}: {first}")
    assert silent == []


def test_no_file_is_too_long() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in FILES}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}
    assert len(lengths) > 500


@pytest.mark.parametrize("name", Registry().names())
def test_a_system_s_folder_has_the_shape_of_all(name: str) -> None:
    folder = ROOT / "tui" / "systems" / name
    wanted = SHAPE if name == "deker" else (*SHAPE, "server.py")
    assert [part for part in wanted if not (folder / part).is_file()] == []
    # Lists and actions are in their room and nowhere else.
    assert sorted(path.name for path in folder.glob("*_resource.py")) == []


async def test_no_action_takes_a_key_that_every_list_has(deck: Deck) -> None:
    rooms = (ArraydeckApp, DifferenceApp, BrowseScreen, LiveTable)
    bindings = [each for room in rooms for each in room.BINDINGS if isinstance(each, Binding)]
    everywhere = {key.strip() for each in bindings for key in each.key.split(",")}
    assert {"q", "d", "enter", "u"} <= everywhere
    for system in (deck.own.system, *Registry().systems()):
        for kind in system.types.values():
            taken = {action.key: action.name for action in kind.actions.values()}
            assert not taken.keys() & everywhere, (system.name, kind.name, taken)
