"""Overview: what the home screen says of a profile, gathered without a screen."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.resources.watcher import Watcher
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.jobs.job import Job
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.system import Fact
    from tui.resources.trends import Trend

SECONDS = 5.0
"""Between two signs of life of a store whose card is seen."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a profile stands: the facts as last told, the jobs that run on it here or at the store, what is wrong now,
    and what went wrong last with the time when it did."""

    facts: tuple[Fact, ...] = ()
    jobs: tuple[Job, ...] = ()
    problem: ServiceError | None = None
    last_problem: ServiceError | None = None
    last_problem_at: datetime | None = None


class Overview:
    """Asks one profile's store for a sign of life and for its facts, again and again while it is looked at.

    `changed` is called when there is something new. A failure keeps the facts that are known.
    """

    def __init__(self, deck: Deck, profile: Profile, changed: Callable[[], None]) -> None:
        self.profile = profile
        self.standing = Standing()
        self.connection: Connection | None = None
        self._deck = deck
        self._changed = changed
        self._facts_due = 0.0
        self._watcher = Watcher(self._refresh, SECONDS * deck.settings.lists.refresh, retry_in=self._retry_in)

    def resume(self) -> None:
        """Begin, or go on."""
        self._watcher.resume()

    def pause(self) -> None:
        """Rest: nobody looks."""
        self._watcher.pause()

    def now(self) -> None:
        """Ask at once, for the facts too."""
        self._facts_due = 0.0
        self._watcher.now()

    @property
    def trends(self) -> Mapping[str, Trend]:
        """How the facts moved over the last days, by their labels."""
        return self._deck.sampler.trends(self.profile)

    @property
    def system_title(self) -> str:
        """The system's name for people; its short one until its folder is loaded."""
        return self.profile.system if self.connection is None else self.connection.system.title

    def _jobs(self) -> tuple[Job, ...]:
        """Return the jobs that run on the store now, those of this program first."""
        here = [job for job in self._deck.runner.current() if job.profile == self.profile.name]
        source = None if self.connection is None else self.connection.jobs
        if source is None:
            return tuple(here)
        source.look()
        return (*here, *(job for job in source.jobs() if not job.state.is_over))

    def _retry_in(self) -> float:
        return 0.0 if self.connection is None else self.connection.health.delay

    async def _refresh(self) -> None:
        before, problem = self.standing, None
        facts, last, last_at = before.facts, before.last_problem, before.last_problem_at
        try:
            facts = await self._ask()
        except ServiceError as error:
            problem = last = error
            last_at = datetime.now(UTC)
        self.standing = Standing(facts, self._jobs(), problem, last, last_at)
        if problem is None and self.connection is not None:
            latencies = self.connection.health.latencies
            latency = latencies[-1] if latencies else None
            self._deck.sampler.note(self.profile, latency, facts, self._changed)
        self._changed()
        if problem is not None:
            raise problem

    async def _ask(self) -> tuple[Fact, ...]:
        if self.connection is None:
            # The system's folder is imported here, so a card that is slow to come holds up no other.
            await asyncio.to_thread(self._deck.registry.system, self.profile.system)
            self.connection = self._deck.connections.to(self.profile)
        connection = self.connection
        before = connection.health.state
        await connection.probe()
        if connection.health.state is not before:
            # That it answers is told before its numbers are known, which may take long.
            self._changed()
        if self.standing.facts and time.monotonic() < self._facts_due:
            return self.standing.facts
        service = await connection.service()
        async with connection.watched("facts"):
            facts = tuple(await connection.system.facts(service))
        self._facts_due = time.monotonic() + connection.system.facts_stay * self._deck.settings.lists.refresh
        return facts
