"""The command log: what was lately asked of which store, and what went out for it. Kept in memory only."""

from __future__ import annotations

import itertools
import time
from collections import deque
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

KEPT = 2000
"""Calls that are remembered; the oldest go first. Whoever shows them looks when it likes, and is not called."""
CallKind = Literal["operation", "http", "arakoon", "file"]


@dataclass(frozen=True, slots=True)
class LoggedCall:
    """One call to a service: `seconds` is how long it took, `outcome` is `ok` or the error in words.

    `kind` is `operation` for what was asked of a store, else by which way a part of it went out; `parent` is the number
    of the operation that it is a part of. `command` is the same thing as a command line, empty where there is none.
    Nothing here holds a secret.
    """

    number: int
    at: datetime
    profile: str
    operation: str
    seconds: float
    outcome: str
    command: str = ""
    kind: CallKind = "operation"
    parent: int | None = None


@dataclass(slots=True)
class UnderWay:
    """An operation that has not ended. Who does it sets the `outcome`."""

    number: int
    outcome: str = "cancelled"


class CommandLog:
    """The last calls, newest last. Safe to add to from any thread."""

    def __init__(self) -> None:
        self._calls: deque[LoggedCall] = deque(maxlen=KEPT)
        self._numbers = itertools.count(1)
        self._running: set[int] = set()
        self.places: dict[str, str] = {}
        """What follows `-p` for profiles that only this run knows: their addresses."""

    def __iter__(self) -> Iterator[LoggedCall]:
        return iter(self._calls.copy())

    def __len__(self) -> int:
        return len(self._calls)

    def add(
        self,
        at: datetime,
        profile: str,
        operation: str,
        seconds: float,
        outcome: str,
        command: str = "",
        kind: CallKind = "http",
    ) -> None:
        """Note a call that has ended, as a part of the operation that it was made in."""
        self._calls.append(
            LoggedCall(next(self._numbers), at, profile, operation, seconds, outcome, command, kind, self._parent())
        )

    @contextmanager
    def operation(self, profile: str, operation: str, command: str = "") -> Generator[UnderWay]:
        """Note what is done inside as one operation, and what goes out meanwhile as parts of it."""
        at, began, parent = datetime.now(UTC), time.monotonic(), self._parent()
        made = UnderWay(next(self._numbers))
        before = _under_way.get()
        _under_way.set((self, made.number))
        self._running.add(made.number)
        try:
            yield made
        finally:
            self._running.discard(made.number)
            _under_way.set(before)
            seconds = time.monotonic() - began
            self._calls.append(
                LoggedCall(made.number, at, profile, operation, seconds, made.outcome, command, "operation", parent)
            )

    def place_of(self, profile: str) -> str:
        """Return what follows `-p` on a command line that another shell takes too."""
        return self.places.get(profile, profile)

    def _parent(self) -> int | None:
        """Return the operation that one is in. A task that has outlived the one it was begun in is in none."""
        log, number = _under_way.get() or (None, 0)
        return number if log is self and number in self._running else None


_under_way: ContextVar[tuple[CommandLog, int] | None] = ContextVar("operation", default=None)
