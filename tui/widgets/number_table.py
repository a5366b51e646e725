"""NumberTable: the numbers themselves, on the colours that the picture gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.resources.arrays.axis_ticks import shortened
from tui.resources.arrays.colour_maps import Rgb, contrast
from tui.widgets.heat_cells import HeatPainter

GUTTER = 16


@dataclass(frozen=True, slots=True)
class NumberCells:
    """What is shown: a text for each cell, with the colour behind it (None where colours cannot be had)."""

    texts: Sequence[Sequence[str]]
    colours: Sequence[Sequence[Rgb | None]]
    rows: Sequence[str]
    columns: Sequence[str]
    width: int


class NumberTable(Widget):
    """One line of headings, and a line a row. The window that fits is asked for by `room`."""

    DEFAULT_CSS = """
    NumberTable { height: 1fr; }
    NumberTable > .number-table--heading { color: $foreground 65%; }
    NumberTable > .number-table--cursor { color: $text-accent; text-style: bold; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"number-table--heading", "number-table--cursor"}

    @dataclass
    class CellPressed(Message):
        """The mouse was pressed on a cell."""

        row: int
        column: int

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._cells: NumberCells | None = None
        self._cursor: tuple[int, int] | None = None
        self._painter = HeatPainter()

    def room(self, cell_width: int) -> tuple[int, int]:
        """Return how many rows and columns fit."""
        return max(self.size.height - 1, 1), max((self.size.width - GUTTER - 1) // (cell_width + 1), 1)

    def show(self, cells: NumberCells, cursor: tuple[int, int] | None) -> None:
        """Show cells, with the cursor on one of them."""
        if (cells, cursor) != (self._cells, self._cursor):
            self._cells, self._cursor = cells, cursor
            self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        cells = self._cells
        if cells is None or y > len(cells.texts):
            return Strip([Segment(" " * width, base)], width)
        heading = base + self.get_component_rich_style("number-table--heading", partial=True)
        if y == 0:
            texts = [" " * (GUTTER + 1)]
            texts += [shortened(text, cells.width).rjust(cells.width) + " " for text in cells.columns]
            return self._heading("".join(texts), cells, heading).adjust_cell_length(width, heading)
        row = y - 1
        on_row = self._cursor is not None and self._cursor[0] == row
        cursor_style = base + self.get_component_rich_style("number-table--cursor", partial=True)
        label = shortened(cells.rows[row], GUTTER).rjust(GUTTER) + " "
        segments = [Segment(label, cursor_style if on_row else heading)]
        for column, text in enumerate(cells.texts[row]):
            on_cell = on_row and self._cursor is not None and self._cursor[1] == column
            style = self._style(cells.colours[row][column], base)
            shown = shortened(text, cells.width).rjust(cells.width) + " "
            if on_cell:
                style += Style(reverse=True, bold=True)
            segments.append(Segment(shown, style))
        return Strip(segments).adjust_cell_length(width, base)

    def _heading(self, text: str, cells: NumberCells, heading: Style) -> Strip:
        if self._cursor is None:
            return Strip([Segment(text, heading)])
        left = GUTTER + 1 + self._cursor[1] * (cells.width + 1)
        marked = self.visual_style.rich_style + self.get_component_rich_style("number-table--cursor", partial=True)
        end = left + cells.width
        return Strip([Segment(text[:left], heading), Segment(text[left:end], marked), Segment(text[end:], heading)])

    def _style(self, colour: Rgb | None, base: Style) -> Style:
        return base if colour is None else self._painter.style(contrast(colour), colour)

    def on_click(self, event: events.Click) -> None:
        if self._cells is not None and 0 < event.y <= len(self._cells.texts):
            column = (event.x - GUTTER - 1) // (self._cells.width + 1)
            if 0 <= column < len(self._cells.columns):
                self.post_message(self.CellPressed(event.y - 1, column))
