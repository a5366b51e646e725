"""The display in a real terminal: the same screen in both ways, after a stall, after a loss, and after a defect."""

from __future__ import annotations

import os
import signal
import sys
import termios
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.terminal.conftest import Start
from tests.terminal.pty_program import PtyProgram

TABLE = [sys.executable, "-m", "tests.bench.table_program", "1000"]


def cells(program: PtyProgram) -> list[list[tuple[object, ...]]]:
    """Return what is on the screen, with colours; of a blank only its paper."""
    with program._lock:
        screen = program.screen
        return [
            [
                (cell.data, cell.bg, cell.reverse) if (cell := screen.buffer[y][x]).data == " " else tuple(cell)
                for x in range(screen.columns)
            ]
            for y in range(screen.lines)
        ]


def walk(start: Start, storage: Path, display: str, steps: Sequence[Callable[[PtyProgram], object]]) -> PtyProgram:
    program = start("open", str(storage), columns=100, rows=30, ARRAYDECK_DISPLAY=display)
    program.wait_for(lambda screen: screen.text.count("● ok") >= 7 and "COLLECTION" in screen.text)
    program.settle()
    for step in steps:
        step(program)
        program.settle()
    return program


def test_both_ways_leave_the_same_screen(start: Start, storage: Path) -> None:
    steps: list[Callable[[PtyProgram], object]] = [
        lambda program: program.press("j"),
        lambda program: program.see("│ mask"),
        lambda program: program.press("y"),
        lambda program: program.see('"mask"'),
        lambda program: program.press("h"),
        lambda program: program.see("│ mask"),
        lambda program: program.press("/", "t", "enter"),
        lambda program: program.see("of 7"),
        lambda program: program.resize(80, 24),
        lambda program: program.press("?"),
        lambda program: program.see("keys that work here"),
        lambda program: program.resize(110, 32),
        lambda program: program.press("escape"),
        lambda program: program.wait_for(lambda screen: "keys that work here" not in screen.text),
    ]
    ours, plain = (walk(start, storage, display, steps) for display in ("auto", "plain"))
    deadline = time.monotonic() + 10
    while cells(ours) != cells(plain) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert ours.text == plain.text
    assert cells(ours) == cells(plain)
    assert len(ours.received) < len(plain.received) / 3


def test_ctrl_l_brings_back_what_the_terminal_lost(start: Start, storage: Path) -> None:
    program = start("open", str(storage))
    program.wait_for(lambda screen: screen.text.count("● ok") >= 7 and "MiB" in screen.text)
    program.settle()
    before = program.text
    with program._lock:
        program.screen.erase_in_display(2)
    assert "temperature" not in program.text
    program.press("\x0c")
    assert program.wait_for(lambda screen: screen.text == before)


def test_suspended_and_resumed_everything_is_shown_again(start: Start, storage: Path) -> None:
    program = start("open", str(storage))
    program.wait_for(lambda screen: screen.text.count("● ok") >= 7 and "MiB" in screen.text)
    program.settle()
    before = program.text
    program.signal(signal.SIGTSTP)
    program.wait_for(lambda _: b"\x1b[?1049l" in program.received)
    program.settle()
    with program._lock:
        program.screen.erase_in_display(2)
    program.signal(signal.SIGCONT)
    program.wait_for(lambda screen: screen.text == before)
    program.press("q")
    assert program.wait() == 0 and program.is_restored


def test_a_stalled_terminal_gets_the_newest_picture_and_not_all_that_were_missed() -> None:
    with PtyProgram([*TABLE[:-1], "100000"], columns=120, rows=40) as program:
        program.see("00000005")
        program.settle()
        before = len(program.received)
        with program._lock:  # the terminal reads no more
            for _ in range(150):
                program.press("pagedown")
                time.sleep(0.01)
        program.see("00005738")
        program.settle()
        assert len(program.received) - before < 60_000, "150 pages are 400,000 bytes"
        assert program.count(lambda: program.press("j")) < 600


def test_a_terminal_that_takes_nothing_any_more_holds_no_process(start: Start, storage: Path) -> None:
    program = start("open", str(storage))
    program.see("● ok")
    program.settle()
    line = os.open(f"/proc/{program.pid}/fd/0", os.O_RDWR | os.O_NOCTTY)
    try:
        termios.tcflow(line, termios.TCOOFF)
        program.press("\x0c")
        program.signal(signal.SIGTERM)
        assert program.wait() == 128 + signal.SIGTERM
    finally:
        os.close(line)


def test_a_defect_in_the_display_leaves_the_rest_of_the_run_to_textual() -> None:
    with PtyProgram([sys.executable, "-m", "tests.terminal.broken_display"], columns=100, rows=30) as program:
        program.see("00000005")
        program.press("Z")
        program.see("display: the difference cannot be written")
        program.press("pagedown")
        program.see("00000029")
        program.press("q")
        assert program.wait() == 0 and program.is_restored


def test_a_slow_line_is_said_once_and_gets_few_colours(start: Start, storage: Path) -> None:
    program = start("open", str(storage), columns=100, rows=30, ARRAYDECK_LINE="slow")
    program.see("slow line: fewer colours")
    program.settle()
    before = len(program.received)
    program.press("\x0c")
    program.settle()
    time.sleep(0.1)
    painted = bytes(program.received[before:])
    assert b";5;" in painted and b";2;" not in painted.replace(b"\x1b[?2026", b"")


@pytest.mark.parametrize("delay", ["", "2000"])
def test_escape_acts_and_arrows_in_pieces_stay_arrows(delay: str) -> None:
    with PtyProgram(TABLE, columns=100, rows=30, env={"ESCDELAY": delay}) as program:
        program.see("00000005")
        program.press("c")
        program.see("row as CSV")
        program.press("\x1b")
        program.wait_for(lambda screen: "row as CSV" not in screen.text)
        program.press("c")
        program.see("row as CSV")
        for piece in ("\x1b", "[B") if delay else ("\x1b[", "B"):
            program.press(piece)
            time.sleep(0.15)
        program.settle()
        assert "row as CSV" in program.text, "the escape of an arrow closes nothing"


def test_nothing_is_left_behind_for_the_shell_when_it_ends(start: Start) -> None:
    program = start(ARRAYDECK_DISPLAY="auto")
    program.see("arraydeck")
    program.press("q")
    assert program.wait() == 0 and program.is_restored
    assert bytes(program.received).rpartition(b"\x1b[?1049l")[0].rstrip().endswith(b"\x1b[<u")
    assert b"\x1b[6n" not in bytes(program.received).rpartition(b"\x1b[?1049l")[2]
