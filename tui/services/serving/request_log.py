"""What was asked of an embedded server, in order: the proof of what a client sent, and of what it did not."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

LIMIT = 50_000
"""Requests that are remembered; the oldest are forgotten first."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
CREDENTIALS = frozenset({"authorization", "cookie", "proxy-authorization", "x-tiledb-rest-api-key"})
"""Headers that carry a secret."""


@dataclass(frozen=True)
class LoggedRequest:
    """One request and its answer.

    `side` names the port that it came to; `path` and `query` are as they were sent; `headers` are the names alone, in
    small letters, for values may be secrets; `status` is 0 where no answer was sent; `user` is who asked, empty where
    the server did not find out; `fault` is the kind of the injected fault; `seconds` is when it came, by a clock that
    only runs forward.
    """

    side: str
    method: str
    path: str
    query: str
    headers: tuple[str, ...]
    status: int
    user: str
    fault: str
    seconds: float

    @property
    def carried_credential(self) -> bool:
        """Whether a header that may hold a secret came with it."""
        return not CREDENTIALS.isdisjoint(self.headers)

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self) | {"carried_credential": self.carried_credential}

    def __str__(self) -> str:
        return f"{self.method} {self.path}{'?' if self.query else ''}{self.query} {self.status}"


class RequestLog:
    """The requests so far, safe to read from any thread."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=limit)
        self._lock = threading.Lock()

    def add(self, entry: LoggedRequest) -> None:
        """Remember a request that has been answered."""
        with self._lock:
            self._entries.append(entry)

    def entries(self, side: str | None = None, method: str = "", path: str = "") -> Sequence[LoggedRequest]:
        """Return the requests as they were answered: of a side, of a method, with a text in their path."""
        with self._lock:
            entries = list(self._entries)
        return [
            entry
            for entry in entries
            if side in (None, entry.side) and method.upper() in ("", entry.method) and path in entry.path
        ]

    def changing(self) -> Sequence[LoggedRequest]:
        """Return the requests that asked for a change."""
        return [entry for entry in self.entries() if entry.method not in READING]

    def lines(self, side: str | None = None) -> list[str]:
        """Return `METHOD path?query status` of each."""
        return [str(entry) for entry in self.entries(side)]

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._entries.clear()
