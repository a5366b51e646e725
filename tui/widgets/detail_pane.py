"""DetailPane: a `Detail` beside the list, following the cursor."""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.content import Content, Span
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.resources.cells import full_text
from tui.resources.columns import Tone
from tui.resources.detail import Detail, Section, Table
from tui.services.printable import printable

_COLOURS: dict[Tone, str] = {
    "ok": "$text-success",
    "warn": "$text-warning",
    "bad": "$text-error",
    "stale": "$foreground 60%",
    "muted": "$foreground 60%",
    "accent": "$text-accent",
}
MOST = 4_000
"""Characters of one value; the JSON view has the whole."""


class DetailPane(ScrollView, can_focus=True):
    """Shows sections, tables, links and previews as text that no data can turn into markup.

    It is painted by the line, and a line that is the same for the next item is not painted again.
    """

    DEFAULT_CSS = """
    DetailPane { padding: 0 1; overflow-x: hidden; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "down", id="pane.down", show=False),
        Binding("k,up", "scroll_up", "up", id="pane.up", show=False),
        Binding("g,home", "scroll_home", "top", id="pane.top", show=False),
        Binding("G,end", "scroll_end", "end", id="pane.end", show=False),
        Binding("pagedown,ctrl+f", "page_down", "page down", id="pane.page_down", show=False),
        Binding("pageup,ctrl+b", "page_up", "page up", id="pane.page_up", show=False),
    ]

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.detail: Detail | None = None
        self._text = Content("")
        self._lines: list[Strip] = []

    def show(self, detail: Detail) -> None:
        """Show a detail; the scroll stays where it is if it is the same item's."""
        same = self.detail is not None and self.detail.title == detail.title
        if self.detail == detail:
            return
        self.detail = detail
        self._show_text(detail_content(detail))
        if not same:
            self.scroll_to(y=0, animate=False, immediate=True)

    def show_words(self, words: str, tone: Tone = "muted") -> None:
        """Show a sentence instead."""
        self.detail = None
        self._show_text(Content.styled(printable(words), _COLOURS[tone]))

    def render_line(self, y: int) -> Strip:
        width, base = self._width, self.visual_style.rich_style
        index = y + round(self.scroll_y)
        line = self._lines[index] if index < len(self._lines) else Strip.blank(width, base)
        return line.adjust_cell_length(width, base)

    def on_resize(self) -> None:
        self._wrap()
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self._wrap()

    @property
    def _width(self) -> int:
        return self.scrollable_content_region.width

    def _show_text(self, text: Content) -> None:
        self._text, before = text, self._lines
        self._wrap()
        top = round(self.scroll_y)
        pairs = zip_longest(before[top:], self._lines[top:], fillvalue=Strip([]))
        for y, (old, new) in enumerate(islice(pairs, self.scrollable_content_region.height)):
            if old != new:
                self.refresh(Region(0, y, max(old.cell_length, new.cell_length), 1))

    def _wrap(self) -> None:
        """Break the text into the lines of this width. What fits does not change the size, so nothing is laid out."""
        width = self._width
        if width <= 0 or not self.is_attached:
            return
        self._lines = Visual.to_strips(self, self._text, width, None, self.visual_style)
        size = Size(width, max(len(self._lines), self.scrollable_content_region.height))
        if size != self.virtual_size:
            self.virtual_size = size


def detail_content(detail: Detail) -> Content:
    """Return the text of a detail, styled by role."""
    lines: list[Content] = [Content.styled(printable(detail.title, 200), "bold")]
    for section in detail.sections:
        lines += [Content(""), Content.styled(printable(section.title, 80).upper(), "$text-accent bold")]
        lines += _fields(section)
        if section.table is not None:
            lines += _table(section.table)
    if detail.links:
        lines += [Content(""), Content.styled("LINKS (o)", "$text-accent bold")]
        lines += [Content("  " + printable(link.label, 80)) for link in detail.links]
    if detail.previews:
        lines += [Content(""), Content.styled("PREVIEWS (o)", "$text-accent bold")]
        lines += [Content("  " + printable(preview.label, 80)) for preview in detail.previews]
    return Content("\n").join(lines)


def _fields(section: Section) -> list[Content]:
    labels = [printable(field.label, 40) for field in section.fields]
    width = min(max((cell_len(label) for label in labels), default=0), 22)
    lines: list[Content] = []
    for label, field in zip(labels, section.fields, strict=True):
        value = full_text(field.value, field.kind)
        if len(value) > MOST:
            value = value[:MOST] + "… (y shows all)"
        head = f"{label.ljust(width)}  "
        spans = [Span(0, len(head), "$foreground 60%")]
        if field.tone is not None:
            spans.append(Span(len(head), len(head) + len(value), _COLOURS[field.tone]))
        lines.append(Content(head + value, spans))
    return lines


def _table(table: Table) -> list[Content]:
    rows = [[full_text(value, "text")[:200] for value in row] for row in table.rows]
    widths = [
        min(max([cell_len(heading), *(cell_len(row[index]) for row in rows)]), 40)
        for index, heading in enumerate(table.headings)
    ]
    heading = "  ".join(text.ljust(width) for text, width in zip(table.headings, widths, strict=True))
    lines = [Content.styled(heading.rstrip(), "$foreground 60%")]
    for row in rows:
        lines.append(Content("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()))
    return lines
