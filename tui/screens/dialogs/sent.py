"""What a dialog shows of what would be sent: the command line at once, the requests when they are known."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from tui.resources.sending import Sending
from tui.services.errors import ServiceError
from tui.services.printable import printable_lines
from tui.widgets.words import Words


class WillBeSent(VerticalScroll, can_focus=False):
    """The beginning of what would be sent, in a few lines; the dialog's `key` shows all of it."""

    DEFAULT_CSS = """
    WillBeSent { height: 4; margin: 0 0 1 0; scrollbar-size-vertical: 1; color: $text-muted; }
    WillBeSent Words { height: auto; }
    """

    def __init__(self, command: str, ask: Callable[[], Awaitable[Sending]], key: str) -> None:
        super().__init__()
        self._key = key
        self.sending = Sending(command, note="finding out what would be sent …")
        self._ask = ask

    def compose(self) -> ComposeResult:
        yield Words(self._content(), markup=False)

    def on_mount(self) -> None:
        self.run_worker(self._find_out(), exit_on_error=False)

    async def _find_out(self) -> None:
        self.sending = await asked(self.sending.command, self._ask)
        if self.is_mounted:
            self.query_one(Words).update(self._content())

    def _content(self) -> Content:
        more = self.sending.held or self.sending.note
        heading = "as a command, and what will be sent" if more else "as a command"
        return Content("\n".join((f"{heading} ({self._key}: all of it)", *self.sending.lines)))


async def asked(command: str, ask: Callable[[], Awaitable[Sending]]) -> Sending:
    """Return what would be sent, or that it cannot be told: no dialog is kept from opening by that."""
    try:
        return await ask()
    except ServiceError as error:
        return Sending(command, note=printable_lines(f"what would be sent cannot be told: {error}"))
