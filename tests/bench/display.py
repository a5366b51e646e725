"""What the display sends, beside plain Textual and beside ncurses: bytes for each act, and lag over slow lines."""

from __future__ import annotations

import contextlib
import os
import select
import sys
import time
from collections.abc import Callable, Iterator, Sequence

from tests.terminal.pty_program import PtyProgram

COLUMNS, ROWS = 120, 40
COUNT = "100000"
PROGRAMS = {
    "difference": ("tests.bench.table_program", COUNT),
    "plain Textual": ("tests.bench.table_program", COUNT, "--plain"),
    "ncurses": ("tests.bench.curses_program", COUNT),
}
AIM = 1.4
HELD_SECONDS, HELD_HERTZ = 3.0, 30
LINES = {"1 Mbit/s": 125_000, "256 kbit/s": 32_000}
SSH_TAKES = 2_000_000
"""Bytes that ssh takes from a program before it lets it wait."""
_QUESTIONS = ((b"\x1b[6n", b"\x1b[1;1R"), (b"\x1b[?2026$p", b"\x1b[?2026;2$y"), (b"\x1b[c", b"\x1b[?62;4c"))


class SlowLine(PtyProgram):
    """A terminal that gets so many bytes a second. `ahead` more are taken from the program before they are shown."""

    def __init__(self, argv: Sequence[str], rate: int, ahead: int) -> None:
        self._rate = rate
        self._ahead = ahead
        super().__init__(argv, columns=COLUMNS, rows=ROWS, env={"SSH_TTY": "/dev/pts/9"})

    def _read(self) -> None:
        """Take what the program writes, and show it at the rate of the line; the screen itself is not kept."""
        waiting = bytearray()
        shown_until = time.monotonic()
        while not self._closing.is_set():
            now = time.monotonic()
            room = max(self._ahead, int(self._rate * 0.02)) - len(waiting)
            if room > 0 and select.select([self._terminal], [], [], 0.005)[0]:
                try:
                    waiting += os.read(self._terminal, room)
                except OSError:
                    return
            due = int((now - shown_until) * self._rate)
            if not waiting:
                shown_until = now
            elif due:
                self._show(bytes(waiting[:due]))
                del waiting[:due]
                shown_until = now
            time.sleep(0.002)

    def _show(self, chunk: bytes) -> None:
        before = bytes(self.received[-12:])
        with self._lock:
            self.received += chunk
            self._last = time.monotonic()
        for question, answer in _QUESTIONS:
            if question in before[-len(question) + 1 :] + chunk:
                with contextlib.suppress(OSError):
                    os.write(self._terminal, answer)


def run() -> Iterator[str]:
    """Bytes for each act, then lag."""
    yield from acts()
    yield from lags()


def acts() -> Iterator[str]:
    """Bytes for each act at 120x40, side by side."""
    found = {name: _bytes_of(argv) for name, argv in PROGRAMS.items()}
    ours, plain, floor = (found[name] for name in PROGRAMS)
    for act in ours:
        yield (
            f"{act}: {ours[act]:,} bytes, plain Textual {plain[act]:,}, ncurses {floor[act]:,}; of plain "
            f"{ours[act] / plain[act]:.3f}, of ncurses {ours[act] / floor[act]:.2f} (aim {AIM})"
        )


def _bytes_of(argv: Sequence[str]) -> dict[str, int]:
    with PtyProgram([sys.executable, "-m", *argv], columns=COLUMNS, rows=ROWS) as program:
        program.see("00000005")
        program.settle()

        def count(*keys: str) -> int:
            before = len(program.received)
            program.press(*keys)
            # A screen is made in several frames, with pauses between them.
            for _ in range(4):
                time.sleep(0.15)
                program.settle()
            return len(program.received) - before

        found = {"move the cursor": count("j")}
        found["page down"] = sorted(count("pagedown") for _ in range(5))[2]
        program.press(*"j" * ROWS)
        count("j")
        found["scroll a line"] = count("j")
        count("g")
        found["down to other rows"] = count("d")
        found["one cell"] = count("z")
        found["open a dialog"] = count("c")
        found["close it"] = count("escape")
        return found


def lags() -> Iterator[str]:
    """From the last key of a held one to the last byte, over slow lines, without and with ssh's buffer between."""
    for (key, what), (line, rate), (behind, ahead) in (
        (held, speed, buffer)
        for held in (("j", "j"), ("pagedown", "PageDown"))
        for speed in LINES.items()
        for buffer in (("", 0), (" behind ssh's buffer", SSH_TAKES))
    ):
        found = {name: _lag(argv, key, rate, ahead) for name, argv in PROGRAMS.items()}
        told = ", ".join(f"{name} {lag * 1000:.0f} ms ({count:,} bytes)" for name, (lag, count) in found.items())
        yield f"lag after {what} for {HELD_SECONDS:g} s at {line}{behind}: {told}"


def _lag(argv: Sequence[str], key: str, rate: int, ahead: int) -> tuple[float, int]:
    with SlowLine([sys.executable, "-m", *argv], rate, ahead) as program:
        _wait(lambda: b"00000005" in program.received)
        program.settle(30)
        time.sleep(0.3)
        before, began = len(program.received), time.monotonic()
        for number in range(int(HELD_SECONDS * HELD_HERTZ)):
            time.sleep(max(0.0, began + number / HELD_HERTZ - time.monotonic()))
            program.press(key)
        last_key = time.monotonic()
        time.sleep(0.3)
        program.settle(60)
        return max(program.last_byte_at - last_key, 0.0), len(program.received) - before


def _wait(condition: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("the program did not show its rows")
        time.sleep(0.01)
