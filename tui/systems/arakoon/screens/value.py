"""ValueScreen: the whole value of a key, as what it seems to be or as its bytes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static

from tui.resources.cells import bytes_text
from tui.screens.system_screen import SystemScreen
from tui.services.printable import printable
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.resources.key_details import recognised
from tui.systems.arakoon.resources.key_forms import can_be_typed
from tui.systems.arakoon.screens.hex_lines import HexLines
from tui.systems.arakoon.values.value_kinds import Kind
from tui.systems.arakoon.values.value_lines import hex_lines
from tui.widgets.header_line import Part
from tui.widgets.key_line import KeyLine
from tui.widgets.prompt import Prompt
from tui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService
    from tui.systems.arakoon.values.value_kinds import Shown

MOST_LINES = 200_000


@dataclass(frozen=True, slots=True)
class _Look:
    """A value, what it seems to be, and its lines; `is_all` is False where there are more. Bytes need no lines: they
    are laid out where they are seen."""

    value: bytes
    shown: Shown
    lines: tuple[str, ...] | None
    is_all: bool


class ValueScreen(SystemScreen["ArakoonService", _Look]):
    """Reads the value once, and again when asked to; `b` goes from what it seems to be to its bytes and back."""

    DEFAULT_CSS = """
    ValueScreen #value { height: 1fr; }
    ValueScreen TextLines { height: 1fr; scrollbar-size-horizontal: 0; }
    ValueScreen HexLines { height: 1fr; }
    ValueScreen #value Static { padding: 1 2; color: $text-muted; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "act('edit')", "edit", id="value.edit"),
        Binding("b", "bytes", "as bytes, and back", id="value.bytes"),
        Binding("slash", "find", "find", id="value.find", key_display="/"),
        Binding("n", "again(1)", "next", id="value.next"),
        Binding("N", "again(-1)", "previous", id="value.previous"),
        Binding("w", "wrap", "wrap long lines", id="value.wrap"),
        Binding("c", "copy", "copy what is shown", id="value.copy"),
        Binding("W", "act('save-value')", "write to a file", id="value.save"),
        Binding("L", "act('load-value')", "load from a file", id="value.load"),
        Binding("right", "sideways(8)", "right", id="value.right", show=False),
        Binding("left", "sideways(-8)", "left", id="value.left", show=False),
    ]
    refresh_every = 0.0
    keys_shown: ClassVar[tuple[tuple[str, str], ...]] = (
        ("esc", "back"),
        ("e", "edit"),
        ("b", "bytes"),
        ("/", "find"),
        ("w", "wrap"),
        ("c", "copy"),
        ("W", "to a file"),
        ("L", "from a file"),
        ("r", "refresh"),
    )
    item: KeyItem
    _look: _Look | None = None
    _as_bytes: bool = False

    def compose_body(self) -> ComposeResult:
        yield Vertical(id="value")
        yield Prompt()

    async def load(self, service: ArakoonService) -> _Look:
        value = await service.client.get(read_key(self.item.key), consistency=service.consistency)
        shown = await recognised(value)
        lines, is_all = await asyncio.to_thread(_lines_of, value, shown)
        return _Look(value, shown, lines, is_all)

    def show(self, data: _Look) -> None:
        self._look = data
        self._lay_out()

    def _lay_out(self) -> None:
        assert self._look is not None
        body = self.query_one("#value", Vertical)
        body.remove_children()
        made: Widget
        if not self._look.value:
            made = Static("the value is empty: it has no bytes", markup=False)
        elif self._as_bytes or self._look.lines is None:
            made = HexLines(self._look.value)
        else:
            made = TextLines("\n".join(self._look.lines))
        body.mount(made)
        self.call_after_refresh(made.focus)

    def _head(self) -> None:
        super()._head()
        if self.problem is not None and self._look is None and not self.query("#value Static"):
            words = f"{self.problem.message}\n\nr looks again"
            self.query_one("#value", Vertical).mount(Static(words, markup=False))

    def parts(self) -> tuple[Part, ...]:
        if self._look is None:
            return ()
        shown = self._look.shown
        if self._as_bytes:
            kind = f"bytes of {shown.kind}"
        else:
            kind = printable(shown.summary, 60) if shown.kind is Kind.COMPRESSED else str(shown.kind)
        rest = "" if self._look.is_all or self._as_bytes else f"the first {MOST_LINES:,} lines; b shows all bytes"
        return (
            Part(kind, "accent", 6),
            Part(bytes_text(shown.size), "muted", 7, right=True),
            Part(rest, "warn", 7, right=True),
        )

    def action_bytes(self) -> None:
        if self._look is not None:
            self._as_bytes = not self._as_bytes
            self._lay_out()
            self._head()

    @property
    def _text(self) -> TextLines | None:
        """The lines that are shown, None where bytes or nothing is."""
        found = self.query(TextLines)
        return found.first() if found else None

    def action_wrap(self) -> None:
        if self._text is not None:
            self._text.set_wrap(not self._text.wraps)

    def action_sideways(self, by: int) -> None:
        if self._text is not None:
            self._text.scroll_relative(x=by, animate=False)

    def action_copy(self) -> None:
        """Copy the text whole, as it is where it is harmless, else as `escaped` in a form; bytes likewise."""
        if self._look is None:
            return
        shown = self._look.shown.inner or self._look.shown
        if self._as_bytes or self._look.lines is None:
            self.app.copy(key_text(self._look.value))
        elif isinstance(shown.content, str):
            text = shown.content
            self.app.copy(text if can_be_typed(text) else key_text(text.encode()))
        else:
            self.app.copy("\n".join(self._look.lines))

    def action_act(self, name: str) -> None:
        """Leave, and do it to the key in its list: only the gate changes anything."""
        app = self.app
        self.dismiss()
        app.call_later(app.browse.action_act, name)

    # Finding

    def action_back(self) -> None:
        if self._text is not None and self._text.found:
            self._show_hits("")
        else:
            super().action_back()

    def action_find(self) -> None:
        if self._text is None:
            self.say("there is no text to search here")
        else:
            self.query_one(Prompt).open("filter", self._text.found, suggest=lambda _: None)

    def action_again(self, step: int) -> None:
        text = self._text
        if text is not None and text.found:
            self._go(text, text.top if text.current is None else text.current + step, step)

    @on(Prompt.Changed)
    def _typed(self, event: Prompt.Changed) -> None:
        self._show_hits(event.text)
        if event.text and self._text is not None:
            self._go(self._text, self._text.top if self._text.current is None else self._text.current, 1)

    @on(Prompt.Submitted)
    @on(Prompt.Closed)
    def _done(self, event: Prompt.Submitted | Prompt.Closed) -> None:
        if isinstance(event, Prompt.Closed):
            self._show_hits("")
        self.query_one(Prompt).close()
        if self._text is not None:
            self._text.focus()

    def _show_hits(self, words: str) -> None:
        text = self._text
        if text is not None:
            text.found = words
            text.current = text.current if words else None
            text.refresh()
        if not words:
            self.query_one(KeyLine).say("")

    def _go(self, text: TextLines, start: int, step: int) -> None:
        at = text.line_of(text.found, start, step)
        self.query_one(KeyLine).say("" if at is not None else f"{printable(text.found, 60)} is not in here")
        if at is not None:
            text.go_to_hit(at)


def _lines_of(value: bytes, shown: Shown) -> tuple[tuple[str, ...] | None, bool]:
    """Return the lines of a value, and whether they are all of it; None for bytes that are nothing else."""
    if shown.kind is Kind.NUMBER:
        return (*shown.readings, "", *hex_lines(value)), True
    if shown.kind is Kind.BINARY or (shown.kind is Kind.COMPRESSED and shown.inner is None):
        return None, True
    lines, is_all = shown.first_lines(MOST_LINES)
    if shown.readings:
        return (*lines, "", "could be", *(f"  {reading}" for reading in shown.readings)), is_all
    return lines, is_all
