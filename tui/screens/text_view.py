"""TextView: a long text, such as an item's JSON, with search. It opens at once whatever its length."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from tui.services.printable import printable
from tui.widgets.header_line import HeaderLine, Part
from tui.widgets.key_line import KeyLine
from tui.widgets.prompt import Prompt
from tui.widgets.text_lines import TextLines


class TextView(Screen[None]):
    """Shows a text. `copy` is called with the whole of it when `c` is pressed."""

    DEFAULT_CSS = "TextView TextLines { height: 1fr; scrollbar-size-horizontal: 0; }"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,h,backspace,q", "leave", "back", id="text.back"),
        Binding("slash", "find", "find", id="text.find", key_display="/"),
        Binding("n", "again(1)", "next", id="text.next"),
        Binding("N", "again(-1)", "previous", id="text.previous"),
        Binding("w", "wrap", "wrap long lines", id="text.wrap"),
        Binding("c", "copy", "copy", id="text.copy"),
        Binding("right", "sideways(8)", "right", id="text.right", show=False),
        Binding("left", "sideways(-8)", "left", id="text.left", show=False),
    ]

    def __init__(self, title: str, text: str, copy: Callable[[str], None], *, wraps: bool = False) -> None:
        super().__init__()
        self._wraps = wraps
        self._title, self._text, self._copy = printable(title, 200), text, copy

    def compose(self) -> ComposeResult:
        yield HeaderLine()
        yield TextLines(self._text)
        yield Prompt()
        yield KeyLine()

    def on_mount(self) -> None:
        lines = self.query_one(TextLines)
        if self._wraps:
            lines.set_wrap(True)
        count = "1 line" if len(lines.lines) == 1 else f"{len(lines.lines):,} lines"
        self.query_one(HeaderLine).show(Part(self._title, "title", 9), Part(count, "muted", 4, right=True))
        keys = [("/", "find"), ("n N", "next, previous"), ("w", "wrap"), ("c", "copy")]
        keys += [("g G", "top, end"), ("esc", "back")]
        self.query_one(KeyLine).show_own(keys, "text.")
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
            start = lines.top if lines.current is None else lines.current + step
            self._go(start, step)

    def action_wrap(self) -> None:
        lines = self.query_one(TextLines)
        lines.set_wrap(not lines.wraps)

    def action_copy(self) -> None:
        self._copy(self._text)

    def action_sideways(self, by: int) -> None:
        self.query_one(TextLines).scroll_relative(x=by, animate=False)

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        self._show_hits(event.text)
        if event.text:
            lines = self.query_one(TextLines)
            self._go(lines.top if lines.current is None else lines.current, 1)

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
            lines.current = None
            self.query_one(KeyLine).say("")

    def _go(self, start: int, step: int) -> None:
        lines = self.query_one(TextLines)
        at = lines.line_of(lines.found, start, step)
        self.query_one(KeyLine).say("" if at is not None else f"{printable(lines.found, 60)} is not in here")
        if at is not None:
            lines.go_to_hit(at)
