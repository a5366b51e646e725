"""The clock of an embedded server: what time it is there, which a test may stop and set forward."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch as the server has them. Safe in any thread.

    `at` stops the clock at that time: it then moves by `advance` only. Without it the clock is the machine's, plus
    what it was advanced by.
    """

    def __init__(self, at: float | None = None) -> None:
        self._at = at
        self._ahead = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the time in epoch seconds."""
        with self._lock:
            return (time.time() if self._at is None else self._at) + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass at once."""
        with self._lock:
            self._ahead += seconds


def rfc3339(seconds: float) -> str:
    """Return epoch seconds as RFC 3339 text in UTC, to the millisecond."""
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
