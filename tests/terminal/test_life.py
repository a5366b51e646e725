"""The real program in a real terminal: it starts, is used with keys alone, and leaves the terminal as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal.conftest import Start
from tests.terminal.pty_program import PtyProgram
from tui.systems.deker.sample import make_sample


@pytest.mark.parametrize(("columns", "rows"), [(80, 24), (200, 60)])
def test_a_walk_through_a_storage_with_keys_alone(start: Start, storage: Path, columns: int, rows: int) -> None:
    program = start("open", str(storage), columns=columns, rows=rows)
    program.see("temperature")
    program.press("/", "stat", "enter")
    program.see("1 of 7")
    program.press("enter")
    program.see("› arrays")
    program.see("ok")
    program.press("space")
    program.see("1 marked")
    program.press("y")
    program.see('"primary"')
    program.press("escape")
    program.see("1 marked")
    program.press("escape")
    program.wait_for(lambda screen: "marked" not in screen.text)
    program.press("h")
    program.see("1 of 7")
    program.press("escape")
    program.see("tides")
    program.press("q")
    assert program.wait() == 0
    assert program.is_restored


def test_without_a_profile_it_welcomes(start: Start) -> None:
    program = start()
    program.see("start the demo")
    program.press("q")
    assert program.wait() == 0


def test_a_key_pressed_at_the_first_paint_is_not_lost(start: Start) -> None:
    program = start()
    program.see("arraydeck")
    program.press("q")
    assert program.wait() == 0


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_in_good_order(start: Start, storage: Path, stop: signal.Signals) -> None:
    program = start("open", str(storage))
    program.see("temperature")
    program.signal(stop)
    assert program.wait() == 128 + stop
    assert program.is_restored


def test_a_dropped_connection_ends_it(start: Start, storage: Path) -> None:
    program = start("open", str(storage))
    program.see("temperature")
    program.hang_up()
    program.wait()


def test_a_resize_is_followed(start: Start, storage: Path) -> None:
    program = start("open", str(storage), columns=80, rows=24)
    program.see("temperature")
    program.resize(140, 40)
    program.see("COLLECTION")  # the detail pane has room now
    program.resize(80, 24)
    program.wait_for(lambda screen: "COLLECTION" not in screen.text and "temperature" in screen.text)


@pytest.mark.parametrize("env", [{"NO_COLOR": "1"}, {"COLORTERM": "", "TERM": "xterm"}, {"ARRAYDECK_ASCII": "true"}])
def test_few_colours_are_enough(start: Start, storage: Path, env: dict[str, str]) -> None:
    program = start("open", str(storage), **env)
    program.see("temperature")
    program.press("enter")
    program.see("337a917d")
    program.press("q")
    assert program.wait() == 0 and program.is_restored


def test_a_dumb_terminal_gets_a_sentence(start: Start, storage: Path) -> None:
    program = start("open", str(storage), TERM="dumb")
    assert program.wait() == 2
    assert b"cannot draw a screen" in program.received


def test_a_reader_that_goes_away_is_no_error(storage: Path, home: Path) -> None:
    command = f"{sys.executable} -m tui.cli.main get arrays stations -p {storage} -o jsonl | head -n 1"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.startswith("{") and done.stderr == ""


def test_an_exception_leaves_the_terminal_and_says_where_its_story_is(storage: Path, home: Path) -> None:
    argv = [sys.executable, "-m", "tests.terminal.broken_program", str(storage)]
    with PtyProgram(argv, columns=120, rows=30, env={"ARRAYDECK_HOME": str(home)}) as program:
        program.see("stations")
        program.press("/", "stat", "enter")
        program.see("1 of 7")
        program.press("enter")  # eighty arrays, which this program cannot paint
        assert program.wait() == 1
        assert program.is_restored
        assert b"the whole story is in" in program.received
        assert b"Traceback" not in program.received and b"hunter2" not in program.received
    (story,) = (home / "state").glob("crash-*.log")
    assert "BrokenTable" in story.read_text() and story.stat().st_mode & 0o077 == 0


def test_browsing_changes_nothing_in_the_storage(start: Start, tmp_path: Path) -> None:
    make_sample(tmp_path / "storage")
    before = everything_about(tmp_path / "storage")
    program = start("open", str(tmp_path / "storage"), columns=140, rows=40)
    program.see("temperature")
    program.see("COLLECTION")
    program.press("d")
    program.wait_for(lambda screen: "COLLECTION" not in screen.text)
    program.press("d")
    program.see("COLLECTION")
    program.press("y")
    program.see('"dtype_written"')
    program.press("h")
    program.see("tides")
    program.press("enter")
    program.see("› arrays")
    program.see("PRIMARY ATTRIBUTES")
    program.press("a")
    program.see("4 marked")
    program.press("r", "4")
    program.wait_for(lambda screen: (top := screen.text.partition("\n")[0]).endswith("1") and "locks" in top)
    program.press("q")
    assert program.wait() == 0
    assert everything_about(tmp_path / "storage") == before


def everything_about(root: Path) -> dict[str, tuple[int, ...]]:
    """Return what would differ of every file and directory, had it been touched; the time of reading may."""
    found: dict[str, tuple[int, ...]] = {}
    for path in (root, *root.rglob("*")):
        status = path.lstat()
        found[str(path)] = (status.st_mode, status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)
    return found
