"""Sampling: puts what the cards learn into the state database now and then, and reads how it moved over the days."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from tui.jobs.samples import EVERY
from tui.resources.trends import Trend, trends
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.jobs.samples import Samples
    from tui.resources.system import Fact

NUMERIC = ("number", "bytes", "count", "duration")
_log = logging.getLogger("arraydeck.sampling")


class Sampler:
    """Takes a sample of each store once a minute, beside whatever else goes on: no card waits for the database.

    `told` hear once, in one sentence, that samples cannot be kept; and once more if that happens again after one was.
    """

    def __init__(self, samples: Samples) -> None:
        self.told: list[Callable[[str], None]] = []
        self._samples = samples
        self._failed = False
        self._is_closed = False
        self._pause_until = 0.0
        self._minutes: dict[str, int] = {}
        self._trends: dict[str, Mapping[str, Trend]] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._one = asyncio.Lock()

    def note(self, profile: Profile, latency: float | None, facts: Sequence[Fact], changed: Callable[[], None]) -> None:
        """Take a sample of what a store just told, if none was taken this minute; `changed` hears of new trends.

        After `close` none is taken: a card's last answer may come when all else has ended.
        """
        minute = int(time.time()) // EVERY
        if self._is_closed or not facts or self._minutes.get(_key(profile)) == minute:
            return
        self._minutes[_key(profile)] = minute
        numbers = {fact.label: fact.value for fact in facts if fact.kind in NUMERIC}
        task = asyncio.create_task(self._take(profile, latency, numbers, changed), name=f"sample {profile.name}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def trends(self, profile: Profile) -> Mapping[str, Trend]:
        """Return how the numbers of a store moved, by their labels, as last read."""
        return self._trends.get(_key(profile), {})

    async def close(self) -> None:
        """Begin no more, and wait until what was begun is written."""
        self._is_closed = True
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def _take(
        self, profile: Profile, latency: float | None, numbers: Mapping[str, object], changed: Callable[[], None]
    ) -> None:
        def take() -> Mapping[str, Trend]:
            self._samples.add(profile.name, profile.uri, latency, numbers)
            return trends(self._samples.of(profile.name, profile.uri), time.time())

        # One at a time: a database that another program holds must not take up every thread that there is.
        async with self._one:
            if time.monotonic() < self._pause_until:
                return
            try:
                found = await asyncio.to_thread(take)
            except ServiceError as error:
                self._pause_until = time.monotonic() + EVERY / 2
                _log.warning("a sample of %s cannot be kept: %s", profile.name, error)
                if not self._failed:
                    self._failed = True
                    # The reason comes after the file's path, for which there is no room on a line.
                    reason = error.message.rpartition(": ")[2] + (f"; {error.hint}" if error.hint else "")
                    for listener in tuple(self.told):
                        listener(f"trends are not kept for now: {reason}")
                return
        self._failed = False
        if found != self._trends.get(_key(profile), {}):
            self._trends[_key(profile)] = found
            changed()


def _key(profile: Profile) -> str:
    return f"{profile.name}\n{profile.uri}"
