"""Shows the frames of a file with ncurses, the next one with each key: `python -m tests.bench.curses_frames FILE`.

What it sends is the floor to compare with: ncurses knows what is on the screen and writes what differs.
"""

from __future__ import annotations

import contextlib
import curses
import sys
from pathlib import Path

from tests.bench.frames import BOLD, ITALIC, REVERSE, UNDERLINE, Frame, read_frames


class CursesFrames:
    """Draws a frame whole and leaves the difference to ncurses."""

    def __init__(self, window: curses.window) -> None:
        self._window = window
        self._pairs: dict[tuple[int, int], int] = {(-1, -1): 0}
        curses.use_default_colors()
        curses.curs_set(0)
        window.idlok(True)

    def run(self, frames: list[Frame]) -> None:
        """Show one after another."""
        for frame in frames:
            self.draw(frame)
            self._window.getch()

    def draw(self, frame: Frame) -> None:
        """Show this frame."""
        for y, line in enumerate(frame):
            self._window.move(y, 0)
            for text, ink, paper, effects in line:
                # Behind the last cell of all there is no place for the cursor, which curses says when it is written.
                with contextlib.suppress(curses.error):
                    self._window.addstr(text, self._look(ink, paper, effects))
        self._window.refresh()

    def _look(self, ink: int, paper: int, effects: int) -> int:
        if (ink, paper) not in self._pairs:
            self._pairs[ink, paper] = len(self._pairs)
            curses.init_pair(self._pairs[ink, paper], ink, paper)
        look = curses.color_pair(self._pairs[ink, paper])
        for effect, attribute in (
            (BOLD, curses.A_BOLD),
            (ITALIC, curses.A_ITALIC),
            (UNDERLINE, curses.A_UNDERLINE),
            (REVERSE, curses.A_REVERSE),
        ):
            if effects & effect:
                look |= attribute
        return look


if __name__ == "__main__":
    shown = read_frames(Path(sys.argv[1]))
    curses.wrapper(lambda window: CursesFrames(window).run(shown))
