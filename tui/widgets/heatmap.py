"""Heatmap: a plane of numbers as colours, two rows to a line, with its axes and a cell cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from tui.widgets.heat_cells import HeatPainter, HeatPicture

Ticks = list[tuple[int, str]]

LONGEST_LABEL = 16
_MARKS = {False: ("▶", "▲", "╵"), True: (">", "^", "'")}


class Heatmap(Widget):
    """Paints only the lines that changed. It knows colours and cells, no values."""

    DEFAULT_CSS = """
    Heatmap { height: 1fr; }
    Heatmap > .heatmap--axis { color: $foreground 65%; }
    Heatmap > .heatmap--mark { color: $accent; text-style: bold; }
    Heatmap > .heatmap--words { color: $text-muted; text-style: italic; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {"heatmap--axis", "heatmap--mark", "heatmap--words"}

    @dataclass
    class CellPressed(Message):
        """The mouse was pressed on a cell of the picture."""

        row: int
        column: int

    @dataclass
    class Turned(Message):
        """The mouse wheel was turned: -1 up, 1 down."""

        by: int

    def __init__(self, *, id: str | None = None, ascii: bool = False) -> None:
        super().__init__(id=id)
        self._ascii = ascii
        self._painter = HeatPainter()
        self._picture: HeatPicture | None = None
        self._cursor: tuple[int, int] | None = None
        self._row_ticks: dict[int, str] = {}
        self._column_ticks: Ticks = []
        self._gutter = 0
        self._words: tuple[str, ...] = ()
        self._lines: dict[int, Strip] = {}

    @property
    def cells_area(self) -> tuple[int, int]:
        """Lines and characters for cells, when the labels of rows take `gutter` characters."""
        return max(self.size.height - 1, 1), max(self.size.width - self._gutter - 1, 1)

    @property
    def _axis_line(self) -> int:
        """The line under the picture."""
        last = self.size.height - 1
        return last if self._picture is None else min(self._picture.height, last)

    def reserve(self, gutter: int) -> None:
        """Keep so many characters on the left for the labels of rows."""
        gutter = min(gutter, LONGEST_LABEL)
        if gutter != self._gutter:
            self._gutter = gutter
            self._repaint()

    def show(self, picture: HeatPicture, row_ticks: Ticks, column_ticks: Ticks) -> None:
        """Show a picture with its labels."""
        before, self._picture = self._picture, picture
        labels = dict(row_ticks)
        same_place = (
            before is not None
            and before.indices.shape == picture.indices.shape
            and (before.fit, before.mode, before.table) == (picture.fit, picture.mode, picture.table)
            and (labels, column_ticks, ()) == (self._row_ticks, self._column_ticks, self._words)
        )
        self._row_ticks, self._column_ticks, self._words = labels, column_ticks, ()
        if not same_place or before is None:
            self._repaint()
            return
        for row in (before.indices != picture.indices).any(axis=1).nonzero()[0].tolist():
            self._refresh_row(row)

    def say(self, *words: str) -> None:
        """Show words in the picture's place."""
        self._picture, self._words, self._column_ticks, self._row_ticks = None, words, [], {}
        self._repaint()

    def point(self, cursor: tuple[int, int] | None) -> None:
        """Put the cursor on a cell of the picture."""
        if cursor == self._cursor:
            return
        before, self._cursor = self._cursor, cursor
        for place in (before, cursor):
            if place is not None:
                self._refresh_row(place[0])
        self._refresh_line(self._axis_line)

    def _refresh_row(self, row: int) -> None:
        if self._picture is not None:
            for line in self._picture.lines_of(row):
                self._refresh_line(line)

    def _refresh_line(self, line: int) -> None:
        self._lines.pop(line, None)
        self.refresh(Region(0, line, self.size.width, 1))

    def _repaint(self) -> None:
        self._lines.clear()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._lines.clear()

    def on_resize(self) -> None:
        self._lines.clear()

    # Painting

    def render_line(self, y: int) -> Strip:
        strip = self._lines.get(y)
        if strip is None:
            strip = self._lines[y] = self._line(y)
        return strip

    def _line(self, y: int) -> Strip:
        width, base = self.size.width, self.visual_style.rich_style
        picture = self._picture
        if picture is None:
            return self._word_line(y, width, base)
        if y == self._axis_line:
            return self._column_axis(picture, width, base)
        if y > self._axis_line:
            return Strip([Segment(" " * width, base)], width)
        segments = [*self._row_axis(picture, y, base), *self._painter.line(picture, y, self._cursor, base)]
        return Strip(segments).adjust_cell_length(width, base)

    def _word_line(self, y: int, width: int, base: Style) -> Strip:
        at = y - max((self.size.height - len(self._words)) // 2, 0)
        text = self._words[at] if 0 <= at < len(self._words) else ""
        style = base + self.get_component_rich_style("heatmap--words", partial=True)
        return Strip([Segment(text.center(width)[:width], style if text else base)], width)

    def _row_axis(self, picture: HeatPicture, y: int, base: Style) -> list[Segment]:
        axis = base + self.get_component_rich_style("heatmap--axis", partial=True)
        rows = {row for row in picture.rows_of(y) if row is not None}
        label = next((text for row in rows if y == _middle(picture, row) and (text := self._row_ticks.get(row))), "")
        found = [Segment(label[: self._gutter].rjust(self._gutter), axis)]
        on_cursor = self._cursor is not None and y == _middle(picture, self._cursor[0])
        mark = _MARKS[self._ascii][0] if on_cursor else " "
        return [*found, Segment(mark, base + self.get_component_rich_style("heatmap--mark", partial=True))]

    def _column_axis(self, picture: HeatPicture, width: int, base: Style) -> Strip:
        _, mark, tick = _MARKS[self._ascii]
        left, wide = self._gutter + 1, picture.fit.cell_width
        cursor = None if self._cursor is None else min(left + self._cursor[1] * wide + (wide - 1) // 2, width - 1)
        line = [" "] * width
        for cell, text in self._column_ticks:
            at = left + cell * wide + (wide - 1) // 2
            # A label that the cursor's mark would fall into is left out: half of it would say something else.
            if at + len(text) + 1 <= width and not (cursor is not None and at < cursor <= at + len(text)):
                line[at : at + len(text) + 1] = [tick, *text]
        axis = base + self.get_component_rich_style("heatmap--axis", partial=True)
        if cursor is None:
            return Strip([Segment("".join(line), axis)], width)
        marked = base + self.get_component_rich_style("heatmap--mark", partial=True)
        text = "".join(line)
        segments = [Segment(text[:cursor], axis), Segment(mark, marked), Segment(text[cursor + 1 :], axis)]
        return Strip(segments).adjust_cell_length(width, axis)

    # The mouse

    def on_click(self, event: events.Click) -> None:
        picture = self._picture
        if picture is None or not 0 <= event.y < picture.height:
            return
        column = (event.x - self._gutter - 1) // picture.fit.cell_width
        if 0 <= column < picture.indices.shape[1]:
            self.post_message(self.CellPressed(picture.rows_of(event.y)[0], column))

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.post_message(self.Turned(-1))

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.post_message(self.Turned(1))


def _middle(picture: HeatPicture, row: int) -> int:
    """Return the line on which a row's label stands."""
    lines = picture.lines_of(row)
    return lines[(len(lines) - 1) // 2]
