"""Terminals of many kinds: by TERM, by locale, with few colours or none, and of any size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.terminal.conftest import Start
from tests.terminal.pty_program import PtyProgram, Screen

GREYS = {16, 59, 102, 145, 188, 231, *range(232, 256)}
"""Of 256 colours those without a hue."""
SIXTEEN = {"default", "black", "red", "green", "brown", "blue", "magenta", "cyan", "white"}


def looks(screen: Screen, row: int) -> tuple[object, ...]:
    """Return how a cell of the list is drawn: the character is not looked at."""
    cell = screen.buffer[row][4]
    return cell.fg, cell.bg, cell.reverse, cell.bold, cell.underscore


def row_of_cursor(screen: Screen) -> int:
    """Return the row that is drawn otherwise than all others of the list."""
    drawn = [looks(screen, row) for row in range(2, 9)]
    odd = [number for number, look in enumerate(drawn) if drawn.count(look) == 1]
    return odd[0] if len(odd) == 1 else -1


def walk(start: Start, storage: Path, **env: str) -> PtyProgram:
    program = start("open", str(storage), **{"COLORTERM": "", **env})
    program.wait_for(lambda screen: screen.text.count(" ok") == 7 and "MiB" in screen.text)
    program.press("j", "j")
    program.wait_for(lambda screen: row_of_cursor(screen) == 2)
    program.press("?")
    program.see("keys that work here")
    program.press("escape")
    program.wait_for(lambda screen: row_of_cursor(screen) == 2 and "keys that work here" not in screen.text)
    return program


@pytest.mark.parametrize("kind", ["linux", "vt102", "tmux-256color"])
def test_of_every_kind(start: Start, storage: Path, kind: str) -> None:
    program = walk(start, storage, TERM=kind)
    assert ("●" in program.text) is (kind not in ("linux", "vt102"))
    if "256" not in kind:
        with program._lock:
            used = {cell.bg for row in program.screen.buffer.values() for cell in row.values()}
        assert {colour.removeprefix("bright") for colour in used} <= SIXTEEN
    if kind == "vt102":
        assert not re.search(rb"\x1b\[\d*X", program.received), "a VT102 cannot erase within a line"
    program.press("q")
    assert program.wait() == 0 and program.is_restored


@pytest.mark.parametrize("env", [{"LC_ALL": "", "LANG": "POSIX"}, {"NO_COLOR": "1"}])
def test_without_signs_or_colours(start: Start, storage: Path, env: dict[str, str]) -> None:
    program = walk(start, storage, **env)
    if "NO_COLOR" not in env:
        program.press("?")
        program.see("keys that work here")
        assert program.text.isascii()
    else:
        used = {int(found) for found in re.findall(rb"[34]8;5;(\d+)", program.received)}
        assert used <= GREYS and not re.search(rb"\x1b\[[\d;]*(?<![34]8;5;)\b[349][1-6]m", program.received)


@pytest.mark.parametrize("kind", ["dumb", "", "unknown"])
def test_what_cannot_draw_gets_a_sentence(start: Start, kind: str) -> None:
    program = start(TERM=kind, columns=200)
    assert program.wait() == 2
    assert "cannot draw a screen" in program.text and b"\x1b[?1049h" not in program.received


def test_of_any_size(start: Start, storage: Path) -> None:
    program = start("open", str(storage))
    program.see("temperature")
    program.resize(40, 10)
    program.wait_for(lambda screen: "temperature" in screen.text and "enter open" in screen.text)
    program.resize(25, 4)
    program.wait_for(lambda screen: "too small: 30x6 is" in screen.text and "temperature" not in screen.text)
    program.press("j", "ctrl+d", "0", ":", "q")
    program.resize(1, 1)
    program.wait_for(lambda screen: screen.text == "t")
    program.settle()
    assert program.count(lambda: None) == 0, "it paints and paints"
    program.resize(80, 24)
    program.wait_for(lambda screen: "temperature" in screen.text and row_of_cursor(screen) == 0)
    assert "too small" not in program.text and "delete" not in program.text
    program.press("q")
    assert program.wait() == 0 and program.is_restored
