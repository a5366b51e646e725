"""Keys: Textual's parser of what a terminal sends, which takes a lone escape for a key sooner.

An escape that comes alone may be the key or the begin of a sequence whose rest is on its way. Of a sequence that has
begun otherwise the rest always comes, so that is waited for longer.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

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


class KeyParser(XTermParser):
    """Sets the time after which a pending escape is a key."""

    def __init__(self, debug: bool = False, delay: float | None = None) -> None:
        self._delay = escape_delay() if delay is None else delay
        super().__init__(debug)

    @property
    def waits(self) -> float | None:
        """Seconds until something pending is decided, None if nothing is."""
        return None if self._timeout_time is None else max(self._timeout_time - get_time(), 0.0)

    def feed(self, data: str) -> Iterable[Message]:
        yield from super().feed(data)
        if data and self._timeout_time is not None:
            self._timeout_time = get_time() + (self._delay if data.endswith("\x1b") else max(_REST, self._delay))
