"""What many tests need: a home of one's own, a deck in it, and a toy system installed as a third party would."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.starting import (
    compile_my_share,
    keep_files_in_memory,
    keep_what_is_compiled,
    leave_out_of_the_waste,
    search_for_waste_as_ever,
)
from tui.config.profiles import Profile, ProfileStore
from tui.config.settings import SettingsFile
from tui.jobs.state import StateDatabase
from tui.resources import registry
from tui.resources.connections import Connection
from tui.resources.deck import Deck

# How long an example takes says more about what else the machine does than about the code.
settings.register_profile("arraydeck", deadline=None)
settings.load_profile("arraydeck")

TOY = Path(__file__).parent / "toy"
keep_what_is_compiled()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Run twice as many tests at once as there are processors: each waits half of its time, for a child or a screen."""
    return max(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 2, 2) * 2


def pytest_configure(config: pytest.Config) -> None:
    """Choose where the tests' files are."""
    if config.option.basetemp is None:
        keep_files_in_memory()


def pytest_collection(session: pytest.Session) -> None:
    """Compile one's share of the tests before all are collected."""
    compile_my_share(session.config)


def pytest_collection_finish() -> None:
    """Make the searches for what is unused short."""
    leave_out_of_the_waste()


def pytest_runtest_setup() -> None:
    """Forget what the command line set when a test called it in this process."""
    search_for_waste_as_ever()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home that no other test and no user has, and an environment that says nothing."""
    folder = tmp_path / "home"
    monkeypatch.setenv("ARRAYDECK_HOME", str(folder))
    for name in ("ARRAYDECK_THEME", "ARRAYDECK_MOUSE", "ARRAYDECK_CLIPBOARD", "ARRAYDECK_ASCII", "TMUX", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)
    for name in ("ARRAYDECK_DISPLAY", "ARRAYDECK_LINE", "SSH_CONNECTION", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    return folder


@pytest.fixture
def toy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The toy system, found through its entry point."""
    monkeypatch.syspath_prepend(str(TOY))
    registry.forget_entry_points()
    yield
    for name in [name for name in sys.modules if name.startswith("arraydeck_toy")]:
        del sys.modules[name]
    registry.forget_entry_points()


@pytest.fixture
def boxes(tmp_path: Path, toy: None) -> Path:
    """A file of three boxes."""
    path = tmp_path / "boxes.json"
    made = [{"name": "atlas", "size": 10}, {"name": "borea", "colour": "red", "size": 2000}, {"name": "ceres"}]
    path.write_text(json.dumps(made))
    return path


@pytest.fixture
async def deck(home: Path) -> AsyncIterator[Deck]:
    """A deck in the test's own home."""
    made = Deck(SettingsFile(), ProfileStore(), StateDatabase())
    yield made
    await made.close()


@pytest.fixture
def box_profile(boxes: Path) -> Profile:
    """A profile on the three boxes."""
    return Profile(name="lab", system="toy", uri=f"toy://{boxes}")


@pytest.fixture
def box_connection(deck: Deck, box_profile: Profile) -> Connection:
    """A connection to the three boxes."""
    deck.add_temporary(box_profile)
    return deck.connection("lab")
