"""ValueScreen: the whole value of a key, as what it seems to be or as its bytes."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical

from tui.resources.cells import bytes_text
from tui.screens.system_screen import SystemScreen
from tui.services.printable import printable
from tui.systems.arakoon.key_resource import recognised
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.value_lines import hex_lines
from tui.widgets.header_line import Part
from tui.widgets.text_lines import TextLines

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService
    from tui.systems.arakoon.value_kinds import Shown

MOST_LINES = 200_000


@dataclass(frozen=True, slots=True)
class _Look:
    """A value, what it seems to be, and its lines; `is_all` is False where there are more."""

    value: bytes
    shown: Shown
    lines: tuple[str, ...]
    is_all: bool


class ValueScreen(SystemScreen["ArakoonService", _Look]):
    """Reads the value once, and again when asked to; `b` goes from what it seems to be to its bytes and back."""

    DEFAULT_CSS = """
    ValueScreen #value-text { height: 1fr; }
    ValueScreen TextLines { height: 1fr; scrollbar-size-horizontal: 0; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("b", "bytes", "as bytes, and back", id="value.bytes"),
        Binding("w", "wrap", "wrap long lines", id="value.wrap"),
        Binding("c", "copy", "copy what is shown", id="value.copy"),
        Binding("e", "edit", "edit", id="value.edit"),
    ]
    refresh_every = 0.0
    keys_shown: ClassVar[tuple[tuple[str, str], ...]] = (
        ("esc", "back"),
        ("e", "edit"),
        ("b", "bytes"),
        ("w", "wrap"),
        ("c", "copy"),
        ("r", "refresh"),
    )
    item: KeyItem
    _look: _Look | None = None
    _as_bytes: bool = False

    def compose_body(self) -> ComposeResult:
        yield Vertical(id="value-text")

    async def load(self, service: ArakoonService) -> _Look:
        value = await service.client.get(read_key(self.item.key), consistency=service.consistency)
        shown = await recognised(value)
        lines, is_all = await asyncio.to_thread(self._lines, value, shown)
        return _Look(value, shown, lines, is_all)

    def _lines(self, value: bytes, shown: Shown) -> tuple[tuple[str, ...], bool]:
        if not self._as_bytes:
            return shown.first_lines(MOST_LINES)
        lines = tuple(line for line, _ in zip(hex_lines(value), range(MOST_LINES), strict=False))
        return lines, len(lines) < MOST_LINES

    def show(self, data: _Look) -> None:
        self._look = data
        body = self.query_one("#value-text", Vertical)
        body.remove_children()
        text = TextLines("\n".join(data.lines))
        body.mount(text)
        self.call_after_refresh(text.focus)

    def parts(self) -> tuple[Part, ...]:
        if self._look is None:
            return ()
        shown = self._look.shown
        kind = "bytes" if self._as_bytes else str(shown.kind)
        readings = " ".join(shown.readings[:2])
        rest = "" if self._look.is_all else "the first lines only"
        return (
            Part(kind, "accent", 7),
            Part(bytes_text(shown.size), "muted", 6, right=True),
            Part(printable(readings or rest, 100), "muted", 3, right=True),
        )

    def action_bytes(self) -> None:
        self._as_bytes = not self._as_bytes
        self.watcher.now()

    def action_wrap(self) -> None:
        for lines in self.query(TextLines):
            lines.set_wrap(not lines.wraps)

    def action_copy(self) -> None:
        if self._look is not None:
            text = key_text(self._look.value) if self._as_bytes else "\n".join(self._look.lines)
            self.app.copy(text)

    def action_edit(self) -> None:
        """Leave, and edit the key from its list: only the gate changes anything."""
        app = self.app
        self.dismiss()
        app.call_later(app.browse.action_act, "edit")
