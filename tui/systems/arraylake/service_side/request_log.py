"""What was asked of the embedded service, in order: the proof that a client sent this and did not send that."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

LIMIT = 100_000
"""Requests that are remembered; the oldest go first."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
NEVER_KEPT = frozenset({"authorization", "cookie"})
"""Headers that are left out, for they hold secrets."""
SECRET_PARAMETERS = frozenset({"token", "code"})
"""Query parameters whose value is left out."""


@dataclass(frozen=True)
class LoggedRequest:
    """One request and how it was answered.

    `side` is `catalogue`, `identity` or `objects`; `status` is 0 where the connection was dropped without an answer;
    `principal` is the e-mail address of who asked, empty where nobody said; `fault` the kind that was injected, if any.
    """

    side: str
    method: str
    path: str
    query: str
    status: int
    principal: str
    request_id: str
    headers: Mapping[str, str]
    fault: str

    @property
    def mutating(self) -> bool:
        """Whether it asks the catalogue to change something. Telling the service what runs here is no change."""
        return self.side == "catalogue" and self.method not in READING and self.path != "/user/diagnostics"

    def document(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {**asdict(self), "headers": dict(self.headers), "mutating": self.mutating}

    def __str__(self) -> str:
        return f"{self.method} {self.path}{'?' + self.query if self.query else ''} {self.status}"


class RequestLog:
    """The requests so far. Safe to read from any thread while the service runs."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=limit)
        self._lock = threading.Lock()

    def add(self, entry: LoggedRequest) -> None:
        """Remember a request that was answered."""
        with self._lock:
            self._entries.append(entry)

    def entries(self, side: str | None = None) -> list[LoggedRequest]:
        """Return the requests in the order of their answers; of one side only, if one is named."""
        with self._lock:
            return [entry for entry in self._entries if side is None or entry.side == side]

    def mutating(self) -> list[LoggedRequest]:
        """Return the requests that asked the catalogue for a change."""
        return [entry for entry in self.entries() if entry.mutating]

    def lines(self, side: str | None = "catalogue") -> list[str]:
        """Return `METHOD path status` of each request, without the query."""
        return [f"{entry.method} {entry.path} {entry.status}" for entry in self.entries(side)]

    def clear(self) -> None:
        """Forget them all."""
        with self._lock:
            self._entries.clear()
