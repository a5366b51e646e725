"""DetailPane: a `Detail` beside the list, following the cursor."""

from __future__ import annotations

from itertools import islice, zip_longest
from typing import Any, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

from tui.resources.columns import Tone
from tui.resources.detail import Detail
from tui.services.printable import printable
from tui.widgets.detail_text import TONE_COLOURS, detail_lines


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
        self._words = Content("")
        self._lines: list[Strip] = []

    def show(self, detail: Detail) -> None:
        """Show a detail; the scroll stays where it is if it is the same item's."""
        same = self.detail is not None and self.detail.title == detail.title
        if self.detail == detail:
            return
        self.detail = detail
        self._show_text()
        if not same:
            self.scroll_to(y=0, animate=False, immediate=True)

    def show_words(self, words: str, tone: Tone = "muted") -> None:
        """Show a sentence instead."""
        self.detail = None
        self._words = Content.styled(printable(words), TONE_COLOURS[tone])
        self._show_text()

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

    def _show_text(self) -> None:
        before = self._lines
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
        key_of: Any = getattr(self.app, "key_of", lambda name, key: key)
        links_key = key_of("list.links", "o")
        shown = self.detail
        text = self._words if shown is None else Content("\n").join(detail_lines(shown, width, links_key))
        self._lines = Visual.to_strips(self, text, width, None, self.visual_style)
        size = Size(width, max(len(self._lines), self.scrollable_content_region.height))
        if size != self.virtual_size:
            self.virtual_size = size
