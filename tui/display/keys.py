"""Keys: Textual's parser of what a terminal sends, which takes a lone escape for a key sooner, and loses none.

An escape that comes alone may be the key or the begin of a sequence whose rest is on its way. Of a sequence that has
begun otherwise the rest always comes, so that is waited for longer. Over a slow line an escape and the key after it
come in one piece, which is also what a terminal sends for that key with alt: it is taken for the two.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import ClassVar

from textual._time import get_time
from textual._xterm_parser import XTermParser
from textual.message import Message

_LOCAL, _REMOTE = 0.025, 0.06
_REST = 0.5
"""Seconds that the rest of a sequence may take."""


def escape_delay() -> float:
    """Return how long to wait for what follows an escape, in seconds: `ESCDELAY` in milliseconds, as in ncurses."""
    given = os.environ.get("ESCDELAY", "")
    if given.isdecimal() and given.isascii() and 0 < int(given) <= 10_000:
        return int(given) / 1000
    remote = os.environ.get("SSH_CONNECTION") or os.environ.get("SSH_TTY")
    return _REMOTE if remote else _LOCAL


_GO_ON = frozenset("[]OP_^X\\\x1b\x7f\tbf")
"""What may follow an escape in a sequence of a terminal, or in one that people type: alt with an arrow, say."""
_PASTE, _PASTED = "\x1b[200~", "\x1b[201~"


class KeyParser(XTermParser):
    """Sets the time after which a pending escape is a key. `alts` are the keys that somebody wants with alt."""

    alts: ClassVar[set[str]] = set()

    def __init__(self, debug: bool = False, delay: float | None = None) -> None:
        self._delay = escape_delay() if delay is None else delay
        self._tail = ""
        self._is_pasting = False
        super().__init__(debug)

    @property
    def waits(self) -> float | None:
        """Seconds until something pending is decided, None if nothing is."""
        return None if self._timeout_time is None else max(self._timeout_time - get_time(), 0.0)

    def feed(self, data: str) -> Iterable[Message]:
        waiting = ""
        for at, character in enumerate(data):
            escaped = self._tail.endswith("\x1b")
            if self._is_pasting and character == "\x1b" and not _PASTED.startswith(data[at : at + len(_PASTED)]):
                continue  # Textual would take what follows for keys
            if escaped and not self._goes_on(character):
                yield from self._feed(waiting)
                yield from self._end_escape()
                waiting = ""
            waiting += character
            if escaped and character in self.alts and not self._is_pasting:
                yield from self._feed(waiting)
                yield from self._end_escape()
                waiting = ""
            self._tail = (self._tail + character)[-len(_PASTE) :]
            self._is_pasting = self._tail != _PASTED if self._is_pasting else self._tail == _PASTE
        yield from self._feed(waiting) if data else super().feed(data)
        if data and self._timeout_time is not None:
            self._timeout_time = get_time() + (self._delay if data.endswith("\x1b") else max(_REST, self._delay))

    def _feed(self, data: str) -> Iterable[Message]:
        if data:
            yield from super().feed(data)

    def _goes_on(self, character: str) -> bool:
        """Whether an escape with this after it is more than the two keys."""
        return self._is_pasting or character in _GO_ON or character in self.alts

    def _end_escape(self) -> Iterable[Message]:
        """Take a pending escape for the key."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
            yield from self.tick()
