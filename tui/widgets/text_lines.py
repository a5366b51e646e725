"""TextLines: a text of any length on the Line API, of which only what is seen is made printable and painted."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, groupby
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from rich.segment import Segment
from rich.style import Style
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.services.printable import printable
from tui.widgets.json_roles import json_roles
from tui.widgets.scroll_keys import SCROLL_KEYS

COLOURED = 4_000
"""Characters from the start of a line that are coloured; further right it is plain."""


class TextLines(ScrollView, can_focus=True):
    """Numbered lines, wrapped or not, with the hits of a search."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "text-lines--hit",
        "text-lines--number",
        "text-lines--current",
        "text-lines--key",
        "text-lines--text",
        "text-lines--value",
    }
    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL_KEYS]

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lines = text.split("\n")
        self.found = ""
        self.current: int | None = None
        """The line of the hit that one is at."""
        self.wraps = False
        self._is_json = text[:1] in ("{", "[")
        self._longest = max(map(len, self.lines), default=0)
        self._ends: list[int] = []
        self._pieces: dict[int, list[str]] = {}

    def on_mount(self) -> None:
        self._measure()

    def on_resize(self) -> None:
        self._measure()

    @property
    def _gutter(self) -> int:
        return len(str(len(self.lines))) + 2

    @property
    def _room(self) -> int:
        return max(self.scrollable_content_region.width - self._gutter, 1)

    @property
    def top(self) -> int:
        """The first line that is seen."""
        return self._line_at(round(self.scroll_y))[0]

    def set_wrap(self, wraps: bool) -> None:
        """Break long lines, or let them run out to the right; the first line that is seen stays the first."""
        top, self.wraps = self.top, wraps
        self._measure()
        self.scroll_to(x=0, y=self._row_of(top), animate=False, immediate=True)
        self.refresh()

    def line_of(self, text: str, start: int, step: int) -> int | None:
        """Return the next line from `start` that holds `text`, going round at the end; None if there is none."""
        wanted, count = text.lower(), len(self.lines)
        for offset in range(count):
            index = (start + offset * step) % count
            if wanted in self.lines[index].lower():
                return index
        return None

    def go_to_hit(self, index: int) -> None:
        """Make the line the current one and bring its hit into view, unless it is seen already."""
        self.current = index
        column = max(self.lines[index].lower().find(self.found.lower()), 0)
        row, height = self._row_of(index), self.scrollable_content_region.height
        x: int | None = None
        if self.wraps:
            row += column // self._room
        elif not self.scroll_x <= column <= self.scroll_x + self._room - len(self.found):
            x = max(column - self._room // 2, 0) if column + len(self.found) > self._room else 0
        y = None if self.scroll_y <= row < self.scroll_y + height else max(row - height // 3, 0)
        self.scroll_to(x=x, y=y, animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.scrollable_content_region.width, self.visual_style.rich_style
        row = y + round(self.scroll_y)
        if row >= self.virtual_size.height:
            return Strip.blank(width, base)
        index, piece = self._line_at(row)
        role = "text-lines--current" if index == self.current else "text-lines--number"
        number = str(index + 1) if piece == 0 else ""
        gutter = Segment(number.rjust(self._gutter - 2), base + self.get_component_rich_style(role, partial=True))
        strip = self._piece(index, piece, base) if self.wraps else self._stretch(index, base)
        return Strip([gutter, Segment("  ", base), *strip]).adjust_cell_length(width, base)

    def _measure(self) -> None:
        """Find out how many rows there are, and for each line where it ends if lines are broken."""
        self._pieces.clear()
        if not self.wraps:
            self.virtual_size = Size(self._longest + self._gutter, len(self.lines))
            return
        room = self._room
        self._ends = list(
            accumulate(
                1 if len(line) <= room and _is_plain(line) else self._rows(index, room)
                for index, line in enumerate(self.lines)
            )
        )
        self.virtual_size = Size(self.scrollable_content_region.width, self._ends[-1])

    def _rows(self, index: int, room: int) -> int:
        """Return how many rows a line takes, without breaking it where that can be told from its length."""
        line = self.lines[index]
        if _is_plain(line):
            return -(-len(line) // room)
        if len(printable(line)) * 2 <= room:  # no character is wider than two cells
            return 1
        return len(self._broken(index))

    def _broken(self, index: int) -> list[str]:
        """Return the pieces of a line, those of the last few lines from memory."""
        pieces = self._pieces.get(index)
        if pieces is None:
            text = printable(self.lines[index])
            if _is_plain(text) or cell_len(text) == len(text):
                pieces = [text[at : at + self._room] for at in range(0, len(text), self._room)] or [""]
            else:
                pieces = chop_cells(text, self._room)
            if len(self._pieces) > 200:
                self._pieces.clear()
            self._pieces[index] = pieces
        return pieces

    def _line_at(self, row: int) -> tuple[int, int]:
        """Return the line that is on a row, and which piece of it."""
        if not self.wraps or not self._ends:
            return min(max(row, 0), len(self.lines) - 1), 0
        index = min(bisect_right(self._ends, row), len(self.lines) - 1)
        return index, row - self._row_of(index)

    def _row_of(self, index: int) -> int:
        if not self.wraps:
            return index
        return self._ends[index - 1] if index else 0

    def _piece(self, index: int, piece: int, base: Style) -> Strip:
        pieces = self._broken(index)
        if piece >= len(pieces):
            # It is painted in another width than it was measured in, and will be measured anew.
            return Strip.blank(0, base)
        before = "".join(pieces[:piece]) if piece * self._room < COLOURED else ""
        return self._painted(before + pieces[piece], len(before), base, coloured=bool(before) or piece == 0)

    def _stretch(self, index: int, base: Style) -> Strip:
        left, room = round(self.scroll_x), self._room
        line = self.lines[index][: left + room]
        if not _is_plain(line):
            return self._painted(printable(line), 0, base, coloured=len(line) < COLOURED).crop(left, left + room)
        if left < COLOURED:
            return self._painted(line, left, base, coloured=True)
        return self._painted(line[left:], 0, base, coloured=False)

    def _painted(self, text: str, start: int, base: Style, *, coloured: bool) -> Strip:
        """Return `text` from `start` on; what is before it says what its parts are."""
        styles = [base] * max(len(text) - start, 0)

        def paint(begin: int, end: int, role: str) -> None:
            style = base + self.get_component_rich_style(f"text-lines--{role}", partial=True)
            for at in range(max(begin, start), min(end, len(text))):
                styles[at - start] = style

        if self._is_json and coloured:
            for begin, end, role in json_roles(text):
                paint(begin, end, role)
        if self.found:
            lowered, wanted = text.lower(), self.found.lower()
            at = lowered.find(wanted, max(start - len(wanted), 0))
            while at >= 0:
                paint(at, at + len(wanted), "hit")
                at = lowered.find(wanted, at + len(wanted))
        parts = groupby(zip(text[start:], styles, strict=True), key=lambda pair: pair[1])
        return Strip([Segment("".join(character for character, _ in pairs), style) for style, pairs in parts])


def _is_plain(text: str) -> bool:
    """Whether every character is printed as it is, in one cell."""
    return text.isascii() and text.isprintable()
