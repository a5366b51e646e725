"""LiveTable: one table for every list. It paints what is visible, and repaints what differs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.resources.columns import Column, Row, Tone
from tui.resources.row_source import RowSource
from tui.widgets.column_layout import GAP, Placed, fit, longest, measure, place

GUTTER = 2
MEASURED = 50
"""Rows from the first on by which the columns are measured, besides those on screen."""
_ARROWS = {1: "▲", -1: "▼", 0: ""}
_ASCII_ARROWS = {1: "^", -1: "v", 0: ""}


class LiveTable(ScrollView, can_focus=True):
    """A table over a `RowSource`, which may have a million rows: only those on screen are ever asked for.

    The data is swapped under the living widget with `show`. The cursor and the scroll stay on their row when rows
    come and go (`rows_reset`). A line is painted in few segments, and a change repaints no line but its own.
    """

    DEFAULT_CSS = """
    LiveTable { scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; overflow-x: hidden;
        overflow-y: auto; scrollbar-gutter: stable; }
    """
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "live-table--header",
        "live-table--cursor",
        "live-table--marked",
        "live-table--moved",
        "live-table--ok",
        "live-table--warn",
        "live-table--bad",
        "live-table--stale",
        "live-table--muted",
        "live-table--accent",
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "down", id="table.down", show=False),
        Binding("k,up", "move(-1)", "up", id="table.up", show=False),
        Binding("g,home", "first", "first row", id="table.first", show=False),
        Binding("G,end", "last", "last row", id="table.last", show=False),
        Binding("pagedown,ctrl+f", "page(1)", "page down", id="table.page_down", show=False),
        Binding("pageup,ctrl+b", "page(-1)", "page up", id="table.page_up", show=False),
        Binding("enter,l,right", "open", "open", id="table.open"),
    ]

    @dataclass
    class CursorMoved(Message):
        """The cursor is on another row, or another row came under it. `key` is None in an empty table."""

        table: LiveTable
        index: int
        key: str | None

    @dataclass
    class Opened(Message):
        """The row under the cursor was chosen."""

        table: LiveTable
        index: int
        key: str

    @dataclass
    class Viewport(Message):
        """These rows are on screen now."""

        table: LiveTable
        first: int
        last: int

    @dataclass
    class HeadingClicked(Message):
        """A column's heading was clicked."""

        table: LiveTable
        column: Column

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.source: RowSource | None = None
        self.columns: tuple[Column, ...] = ()
        self.cursor_index = 0
        self.cursor_key: str | None = None
        self._sort: tuple[str, bool] | None = None
        self._order: Sequence[int] | None = None
        self._wanted: list[int] = []
        self._whole: list[int] = []
        self._placed: list[Placed] = []
        self._stretches = False
        self._styles: dict[str, Style] = {}
        self._seen = (-1, -1)
        self._length = 0

    # What is shown

    def show(
        self,
        source: RowSource,
        columns: Sequence[Column],
        *,
        cursor: int = 0,
        scroll: int = 0,
        sort: tuple[str, bool] | None = None,
        order: Sequence[int] | None = None,
    ) -> None:
        """Swap the data. `sort` is the column's name, and whether it descends; it is shown, not done, here. `order`
        names the columns that are shown by their index, all of them without it."""
        self.source, self.columns, self._sort, self._order = source, tuple(columns), sort, order
        self._stretches = any(column.stretch for column in self.columns)
        self._wanted, self._whole = [], []
        self._length = len(source)
        self.cursor_index = max(0, min(cursor, self._length - 1))
        self.cursor_key = self._row_key(self.cursor_index)
        self._seen = (-1, -1)
        self._measure()
        self._resize_content()
        self.scroll_to(y=scroll, animate=False, immediate=True)
        self._keep_cursor_visible()
        self.refresh()
        self._tell_viewport()
        self.post_message(self.CursorMoved(self, self.cursor_index, self.cursor_key))

    def set_sort(self, sort: tuple[str, bool] | None) -> None:
        """Show another column as the sorted one."""
        self._sort = sort
        self.refresh(Region(0, 0, self._width, 1))

    def rows_changed(self, indices: Iterable[int]) -> None:
        """Repaint these rows, as far as they are on screen. Columns that stretch hold texts that come and go: they get
        the room that they have come to need. The others get what is free, and push none out."""
        top, height = round(self.scroll_y), self._body_height
        shown = [index for index in indices if top <= index < top + height]
        if self._stretches or any(map(self._cuts, shown)):
            self._measure(anew=self._stretches)
        for index in shown:
            self._refresh_row(index)

    def rows_reset(self, cursor_key: str | None = None) -> None:
        """Hear that rows came, went, or changed places. The cursor stays on its row, and that row on its line."""
        source = self.source
        if source is None:
            return
        offset = self.cursor_index - round(self.scroll_y)
        key = cursor_key if cursor_key is not None else self.cursor_key
        length, self._length = self._length, len(source)
        index = None if key is None else source.index_of(key)
        if index is None:
            index = max(0, min(self.cursor_index, self._length - 1))
        moved = index != self.cursor_index
        self.cursor_index, self.cursor_key = index, self._row_key(index)
        self._measure()
        self._resize_content()
        if moved and length:
            self.scroll_to(y=max(0, index - offset), animate=False, immediate=True)
        self._keep_cursor_visible()
        self.refresh(Region(0, 1, self._width, self._body_height))
        self._seen = (-1, -1)
        self._tell_viewport()
        if self.cursor_key != key or moved or not length:
            self.post_message(self.CursorMoved(self, self.cursor_index, self.cursor_key))

    @property
    def scroll_line(self) -> int:
        """The index of the first row on screen."""
        return round(self.scroll_y)

    @property
    def visible_columns(self) -> list[Column]:
        """The columns that fit."""
        return [placed.column for placed in self._placed]

    def column_at(self, x: int) -> Column | None:
        """Return the column under a horizontal offset, in cells from the widget's left edge."""
        for placed in self._placed:
            if placed.left <= x - GUTTER < placed.right + GAP:
                return placed.column
        return None

    # Moving

    def go(self, index: int) -> None:
        """Put the cursor on a row."""
        if not self._length:
            return
        index = max(0, min(index, self._length - 1))
        if index == self.cursor_index:
            return
        before, self.cursor_index = self.cursor_index, index
        self.cursor_key = self._row_key(index)
        self._refresh_row(before)
        self._refresh_row(index)
        self._keep_cursor_visible()
        self.post_message(self.CursorMoved(self, index, self.cursor_key))

    def action_move(self, by: int) -> None:
        self.go(self.cursor_index + by)

    def action_page(self, direction: int) -> None:
        step = max(self._body_height - 1, 1) * direction
        if 0 <= self.scroll_y + step <= self.max_scroll_y:
            self.scroll_to(y=self.scroll_y + step, animate=False, immediate=True)
        self.go(self.cursor_index + step)

    def action_first(self) -> None:
        self.go(0)

    def action_last(self) -> None:
        self.go(self._length - 1)

    def action_open(self) -> None:
        if self.cursor_key is not None:
            self.post_message(self.Opened(self, self.cursor_index, self.cursor_key))

    # Painting

    def render_line(self, y: int) -> Strip:
        width = self._width
        if y == 0:
            return self._header(width)
        index = round(self.scroll_y) + y - 1
        base = self.visual_style.rich_style
        if self.source is None or index >= self._length:
            return Strip([Segment(" " * width, base)], width)
        return self._line(self.source.row(index), index, base, width)

    def _header(self, width: int) -> Strip:
        style = self._style("header")
        parts = [" " * GUTTER]
        for placed in self._placed:
            heading = placed.column.heading.upper()
            if self._sort is not None and self._sort[0] == placed.column.name:
                heading += " " + ("v" if self._ascii else "↓") if self._sort[1] else " " + ("^" if self._ascii else "↑")
            parts.append(fit(heading, placed.width, right=placed.column.is_numeric) + " " * GAP)
        return Strip([Segment(fit("".join(parts).rstrip(), width), style)], width)

    def _line(self, row: Row | None, index: int, base: Style, width: int) -> Strip:
        on_cursor = index == self.cursor_index
        style = self._style("cursor") if on_cursor else base
        if row is None:
            muted = style if on_cursor else self._style("muted")
            return Strip([Segment(fit(" " * GUTTER + "…", width), muted)], width)
        if row.marked and not on_cursor:
            style = self._style("marked")
        mark = ("*" if self._ascii else "●") if row.marked else " "
        segments: list[Segment] = []
        plain = [mark + " " * (GUTTER - 1)]
        for placed in self._placed:
            text, tone = self._cell(row, placed)
            special = None if tone is None else self._cell_style(tone, style, on_cursor)
            if special is None:
                plain.append(text + " " * GAP)
                continue
            stripped = text.rstrip()
            lead = stripped.lstrip()
            plain.append(stripped[: len(stripped) - len(lead)])
            segments += [Segment("".join(plain), style), Segment(lead, special)]
            plain = [" " * (len(text) - len(stripped) + GAP)]
        segments.append(Segment("".join(plain), style))
        return Strip(segments).adjust_cell_length(width, style)

    def _cell(self, row: Row, placed: Placed) -> tuple[str, Tone | str | None]:
        text, right = row.cells[placed.index], placed.column.is_numeric
        tone: Tone | str | None = None if row.tones is None else row.tones.get(placed.index)
        direction = None if row.moved is None else row.moved.get(placed.index)
        if direction is not None:
            sign = (_ASCII_ARROWS if self._ascii else _ARROWS)[direction]
            text = f"{sign} {text}" if sign else text
            tone = tone or "moved"
        return fit(text, placed.width, right=right), tone

    def _cell_style(self, tone: str, line: Style, on_cursor: bool) -> Style | None:
        if on_cursor:
            return None
        return line + self._style(tone) if tone == "moved" else line + Style(color=self._style(tone).color)

    def _style(self, name: str) -> Style:
        style = self._styles.get(name)
        if style is None:
            style = self._styles[name] = self.get_component_rich_style(f"live-table--{name}")
        return style

    @property
    def _ascii(self) -> bool:
        return bool(getattr(self.app, "ascii", False))

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    @property
    def _body_height(self) -> int:
        return max(self.size.height - 1, 0)

    # Keeping up

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._styles.clear()

    def on_resize(self, event: events.Resize) -> None:
        self._measure(anew=False)
        self._place()
        self._resize_content()
        self._keep_cursor_visible()
        self._tell_viewport()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.refresh(Region(0, 1, self._width, self._body_height))
            self._tell_viewport()

    def on_click(self, event: events.Click) -> None:
        if event.y == 0:
            column = self.column_at(event.x)
            if column is not None:
                self.post_message(self.HeadingClicked(self, column))
            return
        index = round(self.scroll_y) + event.y - 1
        if index < self._length:
            self.go(index)
            if event.chain == 2:
                self.action_open()

    def _measure(self, *, anew: bool = True) -> None:
        """Measure by the first rows and those on screen. A column that was once wide enough never gets narrower; unless
        all are measured `anew`, none asks for more than it did."""
        if self.source is None:
            return
        top = round(self.scroll_y)
        ends = min(self._length, MEASURED), min(self._length, top + self._body_height)
        indices = [*range(ends[0]), *range(max(top, ends[0]), ends[1])]
        rows = [row for index in indices if (row := self.source.row(index)) is not None]
        wanted = _no_less(measure(self.columns, rows), self._wanted) if anew or not self._wanted else self._wanted
        whole = _no_less(longest(self.columns, rows), self._whole)
        if (wanted, whole) != (self._wanted, self._whole):
            self._wanted, self._whole = wanted, whole
            self._place()

    def _place(self) -> None:
        if self._wanted:
            width = max(self._width - GUTTER, 1)
            placed = place(self.columns, self._wanted, width, self._order, self._whole)
            if placed != self._placed:
                self._placed = placed
                self.refresh()

    def _cuts(self, index: int) -> bool:
        """Whether a text of this row does not fit into its column."""
        row = None if self.source is None else self.source.row(index)
        return row is not None and any(cell_len(row.cells[one.index]) > one.width for one in self._placed)

    def _resize_content(self) -> None:
        size = Size(max(self._width, 1), self._length + 1)
        if size != self.virtual_size:
            self.virtual_size = size

    def _keep_cursor_visible(self) -> None:
        top, height = round(self.scroll_y), self._body_height
        if height <= 0:
            return
        if self.cursor_index < top:
            self.scroll_to(y=self.cursor_index, animate=False, immediate=True)
        elif self.cursor_index >= top + height:
            self.scroll_to(y=self.cursor_index - height + 1, animate=False, immediate=True)

    def _refresh_row(self, index: int) -> None:
        line = index - round(self.scroll_y)
        if 0 <= line < self._body_height:
            self.refresh(Region(0, line + 1, self._width, 1))

    def _tell_viewport(self) -> None:
        first = round(self.scroll_y)
        seen = (first, min(first + self._body_height, self._length) - 1)
        if seen != self._seen and self.source is not None and self._body_height:
            self._seen = seen
            self.source.want(*seen)
            self.post_message(self.Viewport(self, *seen))

    def _row_key(self, index: int) -> str | None:
        row = None if self.source is None else self.source.row(index)
        return None if row is None else row.key


def _no_less(found: list[int], before: list[int]) -> list[int]:
    """Return each of two widths that is the greater; before the first measure there are none."""
    return [max(pair) for pair in zip(found, before, strict=True)] if before else found
