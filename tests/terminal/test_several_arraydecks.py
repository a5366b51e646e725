"""Several arraydecks of one user at once: they share jobs, journal, profiles and settings, and hold up none another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import TOY
from tests.terminal.conftest import Start
from tui.config.profiles import Profile, ProfileStore
from tui.config.settings import SettingsFile
from tui.jobs.job import JobState
from tui.jobs.sessions import Sessions
from tui.jobs.state import StateDatabase

NAMES, ROUNDS = ("one", "two", "three"), 20


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as kept:
        yield kept


def test_three_at_once_lose_nothing_of_each_other(home: Path, tmp_path: Path, stack: ExitStack) -> None:
    settings = SettingsFile()
    settings.path.write_text('# mine\ntheme = "nord"\n')
    environment = {**os.environ, "PYTHONPATH": f"{Path.cwd()}:{TOY}"}
    started = [
        stack.enter_context(
            subprocess.Popen(
                [sys.executable, "-m", "tests.terminal.hammering", name, str(ROUNDS), str(tmp_path / f"{name}.json")],
                env=environment,
                stderr=subprocess.PIPE,
                text=True,
            )
        )
        for name in NAMES
    ]
    for process in started:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    state = StateDatabase()
    jobs = state.jobs.list()
    assert len(jobs) == len(NAMES) * ROUNDS and {job.state for job in jobs} == {JobState.SUCCEEDED}
    assert len(state.journal.entries(limit=1000)) >= len(NAMES) * ROUNDS
    assert {entry.profile for entry in state.journal.entries(limit=1000)} >= set(NAMES)
    kept = {profile.name for profile in ProfileStore().list()}
    assert kept == {*NAMES, *(f"{name}-{number}" for name in NAMES for number in range(1, ROUNDS, 2))}
    assert settings.load().lists.moved_seconds == ROUNDS - 1 and not settings.problems
    assert settings.path.read_text().startswith("# mine\n") and settings.load().theme == "nord"
    assert state.notice == "" and all(Sessions(state).take(name) is not None for name in NAMES)
    state.close()


def test_what_one_does_the_other_shows(start: Start, boxes: Path, home: Path) -> None:
    ProfileStore().add(Profile(name="lab", system="toy", uri=f"toy://{boxes}"))
    here, there = (start("open", "lab", columns=100, rows=30, PYTHONPATH=str(TOY)) for _ in range(2))
    there.see("atlas")
    there.press("A")
    there.see("journal")
    here.see("atlas")
    here.press("n")
    here.see("a name that no other box has")
    here.press("dione", "ctrl+s")
    here.see("made box dione")
    there.see("dione")
    there.press("[")
    there.see("dione")
    here.press("J")
    there.press("w")
    here.see("weigh")
    here.see("succeeded")
    for program in (here, there):
        program.press("q")
        assert program.wait() == 0
