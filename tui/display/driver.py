"""PacedDriver: Textual's driver of Unix terminals, with an output that never blocks and an escape that acts at once."""

from __future__ import annotations

import os
import selectors
import time
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import events
from textual._parser import ParseError
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tui.display.keys import KeyParser
from tui.display.outlet import Outlet
from tui.display.pace import PATIENCE, QUESTION, Pace

if TYPE_CHECKING:
    from textual.app import App

_POLL = 0.1
"""Seconds between two looks at whether the program ends."""
_LAST_ANSWER = 0.5
"""Seconds that the end waits for an answer, so that the shell does not get it as if it were typed."""


class PacedDriver(LinuxDriver):
    """Writes at the pace of the line. `when_ready` is called in the event loop when more may be written."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self.pace = Pace()
        self.is_showing = False
        self.when_ready: Callable[[], None] | None = None
        self.when_shown: Callable[[], None] | None = None
        self._outlet: Outlet | None = None

    @property
    def is_ready(self) -> bool:
        """Whether the terminal has shown so much of what was written that more is worth writing."""
        return self._outlet is not None and self._outlet.is_idle and self.pace.may_write()

    def write(self, data: str) -> None:
        if self._outlet is not None:
            self._outlet.write(data)

    def write_frame(self, data: str) -> None:
        """Write a frame, and ask the terminal to say when it is drawn if that is worth knowing."""
        self.pace.wrote(len(data))
        if self.pace.should_ask():
            data += QUESTION
            self._look_again()
        self.write(data)

    def bound_output(self) -> None:
        """Let writers wait while much is waiting, as Textual's own driver does."""
        if self._outlet is not None:
            self._outlet.bound()

    def start_application_mode(self) -> None:
        assert self._file is not None, "there is a terminal"
        self._outlet = Outlet(self._file.fileno(), self._file.encoding, self._may_be_ready)
        self._outlet.start()
        super().start_application_mode()
        self.is_showing = True
        if self.input_tty:
            self.pace.ask_first()
            self._look_again()
            self.write(QUESTION)
        else:
            self.pace.answers = False
        if self.when_shown is not None:
            self._loop.call_soon_threadsafe(self.when_shown)

    def stop_application_mode(self) -> None:
        if self.is_showing:
            self.is_showing = False
            until = time.monotonic() + _LAST_ANSWER
            while self.pace.is_asking and time.monotonic() < until:
                time.sleep(0.005)
            self.write("\x1b[m\x1b[r")
        super().stop_application_mode()

    def close(self) -> None:
        super().close()
        if self._outlet is not None:
            self._outlet.stop()
            self._outlet = None

    def run_input_thread(self) -> None:
        """Read keys. Something pending is looked at again as soon as it can be decided."""
        parser, decode = KeyParser(self._debug), getincrementaldecoder("utf-8")("replace").decode
        selector = selectors.SelectSelector()
        selector.register(self.fileno, selectors.EVENT_READ)
        try:
            while not self.exit_event.is_set():
                waits = parser.waits
                if selector.select(_POLL if waits is None else min(waits, _POLL)):
                    data = self._read()
                    if not data:
                        # The other end is closed: nothing will ever come again, and the program is told by a signal.
                        self.exit_event.wait(_POLL)
                    elif text := decode(data):
                        for event in parser.feed(text):
                            self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
        finally:
            selector.close()
            try:
                for _ in parser.feed(""):
                    pass
            except (EOFError, ParseError):
                pass

    def _read(self) -> bytes:
        try:
            return os.read(self.fileno, 4096)
        except OSError:
            return b""

    def process_message(self, message: Message) -> None:
        if isinstance(message, events.CursorPosition) and self.pace.answered():
            if self.is_showing and self.pace.should_ask():
                self._look_again()
                self.write(QUESTION)
            self._may_be_ready()
            return
        super().process_message(message)

    def _look_again(self) -> None:
        """Look again when the answer is overdue."""
        self._loop.call_soon_threadsafe(self._loop.call_later, PATIENCE + 0.1, self._may_be_ready)

    def _may_be_ready(self) -> None:
        """Tell whoever writes that it may be time. Called in any thread."""
        if self.when_ready is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        if self.when_ready is not None and self.is_showing and self.is_ready:
            self.when_ready()
