"""The command log: what was lately sent to which store, for the person who wants to see it. Kept in memory only."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

KEPT = 1000


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call to a service: `seconds` is how long it took, `outcome` is `ok` or the error in words.

    `command` is the same thing as a command line, empty where there is none. Nothing here holds a secret.
    """

    number: int
    at: datetime
    profile: str
    operation: str
    seconds: float
    outcome: str
    command: str = ""


class CommandLog:
    """The last calls, newest last."""

    def __init__(self) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=KEPT)
        self._count = 0
        self.listeners: list[Callable[[], None]] = []

    def __iter__(self) -> Iterator[LoggedCall]:
        return iter(tuple(self._calls))

    def __len__(self) -> int:
        return len(self._calls)

    def add(self, at: datetime, profile: str, operation: str, seconds: float, outcome: str, command: str = "") -> None:
        """Note a call that has ended."""
        self._count += 1
        self._calls.append(LoggedCall(self._count, at, profile, operation, seconds, outcome, command))
        for listener in self.listeners:
            listener()
