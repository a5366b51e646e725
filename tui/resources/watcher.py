"""Watcher: the refresh loop of one list. It never overlaps, backs off from errors, and rests while nobody looks."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable

from tui.services.errors import ServiceError

LONGEST = 60.0


class Watcher:
    """Calls `refresh` every `interval` seconds, counted from the end of the last call; 0 only when asked to.

    After an error the pause doubles up to a minute. `resume` refreshes at once if the pause was longer than the
    interval. `retry_in` says, after an error, in how many seconds it is worth trying again, if somebody knows. The task
    is there only while it is not paused.
    """

    def __init__(
        self,
        refresh: Callable[[], Awaitable[None]],
        interval: float,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        retry_in: Callable[[], float] | None = None,
    ) -> None:
        self._refresh = refresh
        self._interval = interval
        self._sleep = sleep
        self._retry_in = retry_in
        self._failures = 0
        self._last = 0.0
        self._task: asyncio.Task[None] | None = None
        self._nudge = asyncio.Event()

    @property
    def is_running(self) -> bool:
        """Whether it will refresh by itself."""
        return self._task is not None and not self._task.done()

    @property
    def delay(self) -> float:
        """Seconds between the end of a refresh and the next one, as things are."""
        if self._failures and self._interval and self._retry_in is not None and (known := self._retry_in()) > 0:
            return known
        return min(self._interval * 2**self._failures, max(LONGEST, self._interval))

    def stretch(self, factor: float) -> None:
        """Refresh so many times less often."""
        self._interval *= factor

    def resume(self) -> None:
        """Begin, or go on after a pause."""
        if not self.is_running:
            self._task = asyncio.create_task(self._run(), name="watcher")

    def pause(self) -> None:
        """Rest. A refresh that is under way is cancelled."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def now(self) -> None:
        """Refresh as soon as the one under way, if any, has ended."""
        self._failures = 0
        self._nudge.set()
        self.resume()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        if self._last and self._interval and not self._nudge.is_set():
            await self._rest(max(0.0, self._last + self._interval - loop.time()))
        while True:
            self._nudge.clear()
            try:
                await self._refresh()
                self._failures = 0
            except ServiceError:
                self._failures = min(self._failures + 1, 8)
            self._last = loop.time()
            if not self._interval:
                await self._nudge.wait()
            else:
                await self._rest(self.delay * random.uniform(0.95, 1.05))

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until someone asks for a refresh."""
        sleeping = asyncio.ensure_future(self._sleep(seconds))
        nudged = asyncio.ensure_future(self._nudge.wait())
        try:
            await asyncio.wait({sleeping, nudged}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleeping.cancel()
            nudged.cancel()
