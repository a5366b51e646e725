"""What was asked of an embedded server, in order: the proof of what a client sent, and of what it did not."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

LIMIT = 100_000
"""Requests that are remembered; the oldest are forgotten first."""
READING = frozenset({"GET", "HEAD", "OPTIONS"})
CREDENTIALS = frozenset(
    {"authorization", "cookie", "proxy-authorization", "x-amz-security-token", "x-tiledb-rest-api-key"}
)
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


def is_writing(entry: LoggedRequest) -> bool:
    """Return whether a request's method is one that changes things."""
    return entry.method not in READING


class RequestLog:
    """The requests so far, safe to read from any thread.

    Args:
        secret_parameters: names of the query whose value is left out.
        is_change: says whether a request asks for a change.
    """

    def __init__(
        self, secret_parameters: Collection[str] = (), is_change: Callable[[LoggedRequest], bool] = is_writing
    ) -> None:
        self._entries: deque[LoggedRequest] = deque(maxlen=LIMIT)
        self._secret_parameters = secret_parameters
        self._is_change = is_change
        self._lock = threading.Lock()

    def add(self, entry: LoggedRequest) -> None:
        """Remember a request that has been answered."""
        entry = replace(entry, query=self._without_secrets(entry.query))
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
        return [entry for entry in self.entries() if self._is_change(entry)]

    def lines(self, side: str | None = None) -> list[str]:
        """Return `METHOD path?query status` of each."""
        return [str(entry) for entry in self.entries(side)]

    def clear(self) -> None:
        """Forget them."""
        with self._lock:
            self._entries.clear()

    def _without_secrets(self, query: str) -> str:
        parts = [part.partition("=") for part in query.split("&")]
        hidden = self._secret_parameters
        return "&".join(f"{name}=…" if name in hidden else name + sign + value for name, sign, value in parts)
