"""A lost line: the place is found again, jobs go on without a screen, and are seen and stopped from elsewhere."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.terminal.conftest import Start
from tests.terminal.long_check import make_long_check
from tests.terminal.pty_program import PtyProgram
from tui.jobs.job import is_alive


def command(*arguments: str) -> str:
    """Run arraydeck without a screen, and return what it says."""
    argv = [sys.executable, "-m", "tui.cli.main", *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=True).stdout


def job() -> Any:
    """Return the newest job as `arraydeck jobs` tells it."""
    return json.loads(command("jobs", "-o", "json"))[0]


def until(condition: Callable[[], object], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.05)


def hang_up(program: PtyProgram) -> None:
    """Lose the line as a shell does: the signal comes from the system and from the shell, and the terminal is gone."""
    program.signal(signal.SIGHUP)
    program.hang_up()


@pytest.fixture
def long_storage(tmp_path: Path) -> Path:
    make_long_check(tmp_path / "long")
    return tmp_path / "long"


def start_check(start: Start, storage: Path) -> PtyProgram:
    """Begin a check that takes long, by keys."""
    program = start("open", str(storage), columns=100, rows=30)
    program.see("x4096x4096")
    program.settle()
    program.press("i")
    program.see("stop on error")
    program.press("enter")
    program.see("▲")
    program.press("down", "enter")
    program.see("level             5")
    program.press("ctrl+s")
    program.see("started")
    return program


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGKILL])
def test_the_place_is_found_again_at_the_next_start(start: Start, storage: Path, how: signal.Signals) -> None:
    program = start("open", str(storage), columns=100, rows=30)
    program.see("temperature")
    program.press("/", "stat", "enter")
    program.see("1 of 7")
    program.press("enter")
    program.see("› arrays")
    program.see("ok")
    program.press("j", "j", "j")
    program.settle()
    cursor = program.text.splitlines()[5].split()[0]
    program.wait_for(lambda screen: cursor in screen.text.partition("│ ")[2].partition("\n")[0])
    if how is signal.SIGKILL:
        # Of a process that is killed that is known which it last wrote down.
        until(lambda: cursor in state_of(os.environ["ARRAYDECK_HOME"]))
    program.signal(how)
    program.wait()
    again = start("open", str(storage), columns=100, rows=30)
    again.see("the line was lost")
    again.wait_for(lambda screen: cursor in screen.text.partition("│ ")[2].partition("\n")[0])
    again.press("escape")
    again.see("1 of 7")
    again.press("q")
    assert again.wait() == 0


def state_of(home: str) -> str:
    """Return all that is written down in the state database, as far as it is text."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(Path(home) / "state" / "state.db")) as connection:
        return str(connection.execute("SELECT value FROM remembered").fetchall())


def test_a_job_goes_on_without_a_screen_and_is_stopped_from_elsewhere(start: Start, long_storage: Path) -> None:
    program = start_check(start, long_storage)
    hang_up(program)
    program.signal(signal.SIGHUP)
    again = start("open", str(long_storage), columns=100, rows=30)
    again.see("1 job goes on: J")
    again.press("J")
    again.see("running")
    kept = job()
    assert kept["state"] == "running" and is_alive(kept["process"])
    again.press("\x0b")
    again.see("cancelled")
    assert program.wait() == 128 + signal.SIGHUP
    again.press("q")
    assert again.wait() == 0


def test_a_job_without_a_screen_ends_by_itself_and_takes_the_process_with_it(start: Start, tmp_path: Path) -> None:
    make_long_check(tmp_path / "long", 25)
    program = start_check(start, tmp_path / "long")
    hang_up(program)
    assert program.wait(60) == 128 + signal.SIGHUP
    assert job()["state"] == "succeeded"


def test_what_goes_on_without_a_screen_is_ended_by_the_system(start: Start, long_storage: Path) -> None:
    program = start_check(start, long_storage)
    hang_up(program)
    until(lambda: Path(f"/proc/{program.pid}/fd/0").readlink() == Path(os.devnull))
    program.signal(signal.SIGTERM)
    program.wait()
    assert job()["state"] == "cancelled"
