"""Polling: asking a remote system how its jobs are, less often while nothing changes, not at all when none runs."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from tui.services.errors import RateLimited, ServiceError, Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Backoff:
    """Delays in seconds: `start`, then `factor` times more each time, up to `maximum`."""

    start: float = 1.0
    factor: float = 1.5
    maximum: float = 30.0

    def after(self, count: int) -> float:
        """Return the delay after `count` polls that brought nothing new."""
        # The exponent is bounded, since a poller may run for weeks.
        return min(self.start * self.factor ** min(count, 64), self.maximum)


class Poller(Generic[T]):
    """Polls while `is_running` says of the last answer that something runs.

    `on_answer` hears every answer that differs from the one before, `on_error` every failure. A system that cannot
    be reached is asked again, ever less often; any other error ends the polling.
    """

    def __init__(
        self,
        poll: Callable[[], Awaitable[T]],
        is_running: Callable[[T], bool],
        *,
        on_answer: Callable[[T], None] | None = None,
        on_error: Callable[[ServiceError], None] | None = None,
        backoff: Backoff | None = None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._poll = poll
        self._is_running = is_running
        self._on_answer = on_answer
        self._on_error = on_error
        self._backoff = backoff if backoff is not None else Backoff()
        self._sleep = sleep
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """Poll at once and begin with short delays again, since something is known to have happened."""
        self._awake.set()

    async def run(self) -> T:
        """Poll until nothing runs, and return the last answer. May be run again.

        Raises:
            ServiceError: an error that waiting does not mend.
        """
        last: list[T] = []
        unchanged = 0
        while True:
            self._awake.clear()
            least = 0.0
            try:
                answer = await self._poll()
            except Unavailable as error:
                self._tell_error(error)
                least = (error.retry_after or 0.0) if isinstance(error, RateLimited) else 0.0
            except ServiceError as error:
                self._tell_error(error)
                raise
            else:
                if last != [answer]:
                    last, unchanged = [answer], 0
                    if self._on_answer is not None:
                        self._on_answer(answer)
                if not self._is_running(answer):
                    return answer
            if await self._pause(max(self._backoff.after(unchanged), least)):
                unchanged = 0
            else:
                unchanged += 1

    def _tell_error(self, error: ServiceError) -> None:
        if self._on_error is not None:
            self._on_error(error)

    async def _pause(self, seconds: float) -> bool:
        """Wait, and return whether the wait was cut short by `wake`."""
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        waking = asyncio.ensure_future(self._awake.wait())
        try:
            await asyncio.wait((sleeping, waking), return_when=asyncio.FIRST_COMPLETED)
            if sleeping.done():
                sleeping.result()
            return waking.done()
        finally:
            sleeping.cancel()
            waking.cancel()
