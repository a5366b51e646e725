"""HexLines: bytes of any number, laid out as hex digits and ASCII; only the lines that are seen are ever made."""

from __future__ import annotations

from typing import ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import BindingType
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.systems.arakoon.values.value_lines import hex_line, hex_width
from tui.widgets.scroll_keys import SCROLL_KEYS

_WIDEST = 32
"""Bytes of a line at most."""


class HexLines(ScrollView, can_focus=True):
    """As many bytes a line as fit, 8 at least: eight megabytes open as quickly as eight bytes."""

    DEFAULT_CSS = "HexLines { scrollbar-size-horizontal: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [*SCROLL_KEYS]

    def __init__(self, data: bytes) -> None:
        super().__init__()
        self._data = data
        self._columns = 8

    def on_mount(self) -> None:
        self._measure()

    def on_resize(self, event: events.Resize) -> None:
        self._measure()

    def _measure(self) -> None:
        """Find out how many bytes a line takes; the first byte that is seen stays the first."""
        top = round(self.scroll_y) * self._columns
        room = self.scrollable_content_region.width
        fitting = (columns for columns in (_WIDEST, _WIDEST // 2) if hex_width(columns) + 2 <= room)
        self._columns = next(fitting, 8)
        self.virtual_size = Size(hex_width(self._columns) + 1, -(-len(self._data) // self._columns))
        self.scroll_to(x=0, y=top // self._columns, animate=False, immediate=True)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        width, base = self.scrollable_content_region.width, self.visual_style.rich_style
        begin = (y + round(self.scroll_y)) * self._columns
        row = self._data[begin : begin + self._columns]
        if not row:
            return Strip.blank(width, base)
        return Strip([Segment(" " + hex_line(row, begin, self._columns), base)]).adjust_cell_length(width, base)
