"""Health: whether a service answers, how fast, and when to try again."""

from __future__ import annotations

import logging
import math
import random
import time
from collections import deque
from collections.abc import Callable
from enum import StrEnum

from tui.services.errors import NotAuthenticated, RateLimited, ServiceError, TimedOut, Unavailable

_log = logging.getLogger("arraydeck.health")
KEPT = 120
SLOW = 1.0
"""Seconds; a service whose last answers took longer on average is degraded."""
FIRST_DELAY, LONGEST_DELAY = 1.0, 60.0


class State(StrEnum):
    """How a service is doing."""

    CONNECTING = "connecting"
    ONLINE = "online"
    DEGRADED = "degraded"
    OFFLINE = "offline"
    UNAUTHENTICATED = "unauthenticated"


class Health:
    """What the calls of a service told about it. Latencies are in seconds, newest last."""

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, jitter: Callable[[], float] = random.random
    ) -> None:
        self._clock = clock
        self._jitter = jitter
        self._failures = 0
        self.state = State.CONNECTING
        self.latencies: deque[float] = deque(maxlen=KEPT)
        self.error: ServiceError | None = None
        self.retry_at: float | None = None
        self.listeners: list[Callable[[], None]] = []

    def record(self, seconds: float) -> None:
        """Note an answer that took `seconds`."""
        self.latencies.append(seconds)
        self._failures = 0
        self.error = None
        self.retry_at = None
        recent = list(self.latencies)[-5:]
        self._become(State.DEGRADED if sum(recent) / len(recent) > SLOW else State.ONLINE)

    def fail(self, error: ServiceError) -> None:
        """Note that there was no answer, or one that ends the session."""
        self.error = error
        if isinstance(error, NotAuthenticated):
            self.retry_at = None
            self._become(State.UNAUTHENTICATED)
            return
        self._failures += 1
        # The exponent is bounded, since a dashboard may be left open for weeks.
        delay = min(FIRST_DELAY * 2 ** min(self._failures - 1, 16), LONGEST_DELAY) * (0.75 + self._jitter() / 2)
        if isinstance(error, RateLimited) and error.retry_after is not None:
            delay = max(delay, error.retry_after)
        self.retry_at = self._clock() + delay
        self._become(self._after(error))

    def _after(self, error: ServiceError) -> State:
        if isinstance(error, RateLimited) or not isinstance(error, Unavailable):
            return State.DEGRADED
        # One answer that does not come in time may be chance; a refused connection, or a second one, is not.
        was_well = self.state in (State.ONLINE, State.DEGRADED)
        return State.DEGRADED if isinstance(error, TimedOut) and self._failures == 1 and was_well else State.OFFLINE

    @property
    def delay(self) -> float:
        """Seconds until it is worth trying again; 0 when it is worth it now."""
        return 0.0 if self.retry_at is None else max(0.0, self.retry_at - self._clock())

    def percentile(self, share: float) -> float | None:
        """Return the latency in seconds that `share` (0 to 1) of the answers kept to, None if none."""
        if not self.latencies:
            return None
        ordered = sorted(self.latencies)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    @property
    def words(self) -> str:
        """The state for a person, such as `online 12 ms` or `offline, retry in 8 s`."""
        if self.state is State.UNAUTHENTICATED:
            return str(self.state)
        if self.state is State.OFFLINE:
            return f"offline, retry in {math.ceil(self.delay)} s" if self.delay > 0 else "offline, retrying"
        if self.error is not None:
            return f"{self.state}, {self.error.kind}"
        return f"{self.state} {_latency(self.latencies[-1])}" if self.latencies else str(self.state)

    def _become(self, state: State) -> None:
        changed = state is not self.state
        self.state = state
        if changed:
            for listener in tuple(self.listeners):
                try:
                    listener()
                except Exception:
                    _log.exception("a listener of a service's health failed")


def _latency(seconds: float) -> str:
    if seconds < 0.001:
        return "under 1 ms"
    return f"{seconds * 1000:.0f} ms" if seconds < 10 else f"{seconds:.0f} s"
