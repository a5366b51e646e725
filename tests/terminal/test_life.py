"""The real program in a real terminal: it starts, is used with keys alone, and leaves the terminal as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.terminal.conftest import Start


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
    program.see("1694ecc8")
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
