"""TextView: a long text, such as an item's JSON, with search. It opens at once whatever its length."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tui.services.printable import printable
from tui.widgets.header_line import HeaderLine, Part
from tui.widgets.key_line import KeyLine
from tui.widgets.prompt import Prompt


class TextLines(ScrollView, can_focus=True):
    """Lines of text on the Line API, of which only the visible ones are made printable and painted."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"text-lines--hit", "text-lines--number"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "down", show=False),
        Binding("k,up", "scroll_up", "up", show=False),
        Binding("g,home", "scroll_home", "top", show=False),
        Binding("G,end", "scroll_end", "end", show=False),
        Binding("pagedown,ctrl+f,space", "page_down", "page down", show=False),
        Binding("pageup,ctrl+b", "page_up", "page up", show=False),
    ]

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lines = text.split("\n")
        self.found = ""
        self._longest = max(map(len, self.lines), default=0)

    def on_mount(self) -> None:
        self.virtual_size = Size(self._longest + self._gutter, len(self.lines))

    @property
    def _gutter(self) -> int:
        return len(str(len(self.lines))) + 2

    def line_of(self, text: str, start: int, step: int) -> int | None:
        """Return the next line from `start` that holds `text`, going round at the end; None if there is none."""
        wanted, count = text.lower(), len(self.lines)
        for offset in range(count):
            index = (start + offset * step) % count
            if wanted in self.lines[index].lower():
                return index
        return None

    def render_line(self, y: int) -> Strip:
        left, top = self.scroll_offset
        base, width, index = self.visual_style.rich_style, self.size.width, y + top
        if index >= len(self.lines):
            return Strip([Segment(" " * width, base)], width)
        number = base + self.get_component_rich_style("text-lines--number", partial=True)
        text = printable(self.lines[index][: left + width * 4])
        segments = [Segment(str(index + 1).rjust(self._gutter - 2) + "  ", number)]
        segments += self._hits(text, base)
        return Strip(segments).crop(left, left + width).adjust_cell_length(width, base)

    def _hits(self, text: str, base: Style) -> list[Segment]:
        if not self.found:
            return [Segment(text, base)]
        hit = base + self.get_component_rich_style("text-lines--hit", partial=True)
        lowered, wanted, at = text.lower(), self.found.lower(), 0
        segments: list[Segment] = []
        while (start := lowered.find(wanted, at)) >= 0:
            segments += [Segment(text[at:start], base), Segment(text[start : start + len(wanted)], hit)]
            at = start + len(wanted)
        return [*segments, Segment(text[at:], base)]


class TextView(Screen[None]):
    """Shows a text. `copy` is called with the whole of it when `c` is pressed."""

    DEFAULT_CSS = "TextView TextLines { height: 1fr; scrollbar-size-horizontal: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,h,backspace,q", "leave", "back", id="text.back"),
        Binding("slash", "find", "find", id="text.find", key_display="/"),
        Binding("n", "again(1)", "next", id="text.next"),
        Binding("N", "again(-1)", "previous", id="text.previous"),
        Binding("c", "copy", "copy", id="text.copy"),
        Binding("right", "sideways(8)", "right", id="text.right", show=False),
        Binding("left", "sideways(-8)", "left", id="text.left", show=False),
    ]

    def __init__(self, title: str, text: str, copy: Callable[[str], None]) -> None:
        super().__init__()
        self._title, self._text, self._copy = printable(title, 200), text, copy

    def compose(self) -> ComposeResult:
        yield HeaderLine()
        yield TextLines(self._text)
        yield Prompt()
        yield KeyLine()

    def on_mount(self) -> None:
        lines = self.query_one(TextLines)
        self.query_one(HeaderLine).show(
            Part(self._title, "title", 9), Part(f"{len(lines.lines):,} lines", "muted", 4, right=True)
        )
        keys = [("/", "find"), ("n N", "next, previous"), ("c", "copy"), ("g G", "top, end"), ("esc", "back")]
        self.query_one(KeyLine).show(keys)
        lines.focus()

    def action_leave(self) -> None:
        if self.query_one(TextLines).found:
            self._show_hits("")
        else:
            self.dismiss(None)

    def action_find(self) -> None:
        self.query_one(Prompt).open("filter", self.query_one(TextLines).found, suggest=lambda _: None)

    def action_again(self, step: int) -> None:
        lines = self.query_one(TextLines)
        if lines.found:
            self._go(round(lines.scroll_y) + step, step)

    def action_copy(self) -> None:
        self._copy(self._text)

    def action_sideways(self, by: int) -> None:
        self.query_one(TextLines).scroll_relative(x=by, animate=False)

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        self._show_hits(event.text)
        if event.text:
            self._go(round(self.query_one(TextLines).scroll_y), 1)

    @on(Prompt.Submitted)
    @on(Prompt.Closed)
    def _done(self, event: Prompt.Submitted | Prompt.Closed) -> None:
        if isinstance(event, Prompt.Closed):
            self._show_hits("")
        self.query_one(Prompt).close()
        self.query_one(TextLines).focus()

    def _show_hits(self, text: str) -> None:
        lines = self.query_one(TextLines)
        lines.found = text
        lines.refresh()
        if not text:
            self.query_one(KeyLine).say("")

    def _go(self, start: int, step: int) -> None:
        lines = self.query_one(TextLines)
        at = lines.line_of(lines.found, start, step)
        self.query_one(KeyLine).say("" if at is not None else f"{printable(lines.found, 60)} is not in here")
        if at is not None:
            lines.scroll_to(y=at, animate=False)
