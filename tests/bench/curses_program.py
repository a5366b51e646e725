"""The table of `table_program` as an ncurses program of the same rows, colours and keys: the floor to compare with."""

from __future__ import annotations

import curses
import sys

from tests.bench.table_program import CHOICES, NAMES, OTHER_ROWS, cells

WIDTHS = (10, 12, 9, 9, 9, 8, 8, 10)
PAGE_KEYS = (curses.KEY_NPAGE, curses.KEY_DOWN)


class CursesTable:
    """Draws what is visible and leaves the difference to ncurses."""

    def __init__(self, window: curses.window, count: int) -> None:
        self.window = window
        self.count = count
        self.top = self.at = self.first = self.turn = 0
        curses.use_default_colors()
        curses.curs_set(0)
        for number, (ink, paper) in enumerate(((253, 233), (16, 33), (245, 233), (253, 235), (24, 16)), 1):
            curses.init_pair(number, ink, paper)
        window.bkgd(" ", curses.color_pair(1))
        window.idlok(True)
        curses.set_escdelay(25)

    def run(self) -> None:
        """Heed keys until `q`."""
        while True:
            self.draw()
            key = self.window.getch()
            rows = self.window.getmaxyx()[0] - 1
            if key == ord("q"):
                return
            if key == ord("z"):
                self.turn += 1
            elif key == ord("g"):
                self.top = self.at = 0
            elif key == ord("d"):
                self.first, self.top, self.at = 0 if self.first else OTHER_ROWS, 0, 0
            elif key == ord("c"):
                self.choose()
            elif key in PAGE_KEYS or key == ord("j"):
                self.at = min(self.at + (rows if key == curses.KEY_NPAGE else 1), self.count - 1)
                if key == curses.KEY_NPAGE:
                    self.top = min(self.top + rows, self.count - rows)
                self.top = max(self.top, self.at - rows + 1)

    def draw(self) -> None:
        """Write every visible line; ncurses sends what differs."""
        height, width = self.window.getmaxyx()
        self.window.addstr(0, 0, self._line([name.upper() for name in NAMES], width), curses.color_pair(3))
        for y in range(1, height):
            index = self.top + y - 1
            look = curses.color_pair(2 if index == self.at else 1)
            line = self._line(cells(self.first + index, self.turn if index == 5 else 0), width)
            self.window.insstr(y, 0, line[:-1], look)
        self._bar(height - 1, width - 1)
        self.window.refresh()

    def _bar(self, rows: int, x: int) -> None:
        """Draw where in the list one is, in eighths of a line as Textual does."""
        start, end = self.top * rows * 8 // self.count, max((self.top + rows) * rows * 8 // self.count, 8)
        for y in range(rows):
            from_top, from_bottom = max(start - y * 8, 0), max((y + 1) * 8 - max(end, start + 8), 0)
            sign = " " if from_top >= 8 or from_bottom >= 8 else "▇▆▅▄▃▂▁"[from_top - 1] if from_top else "█"
            self.window.insstr(y + 1, x, sign, curses.color_pair(5))

    def choose(self) -> None:
        """Open a dialog of some choices, until a key."""
        height, width = self.window.getmaxyx()
        box = curses.newwin(len(CHOICES) + 5, 60, (height - len(CHOICES) - 5) // 2, (width - 60) // 2)
        box.bkgd(" ", curses.color_pair(4))
        box.border()
        box.addstr(1, 3, "copy")
        for y, name in enumerate(CHOICES, 4):
            box.addstr(y - 1, 3, name.ljust(54), curses.color_pair(2 if y == 4 else 4))
        box.refresh()
        box.getch()
        del box
        self.window.touchwin()

    def _line(self, texts: tuple[str, ...] | list[str], width: int) -> str:
        return ("  " + "".join(text.ljust(size) for text, size in zip(texts, WIDTHS, strict=True))).ljust(width)[:width]


if __name__ == "__main__":
    curses.wrapper(lambda window: CursesTable(window, int(sys.argv[1])).run())
