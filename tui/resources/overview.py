"""Overview: what the home screen says of a profile, gathered without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tui.resources.watcher import Watcher
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.jobs.job import Job
    from tui.resources.connections import Connection
    from tui.resources.deck import Deck
    from tui.resources.system import Fact

SECONDS = 5.0
"""Between two signs of life of a store whose card is seen."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a profile stands: the facts as last told, the jobs that run on it here, and what went wrong last."""

    facts: tuple[Fact, ...] = ()
    jobs: tuple[Job, ...] = ()
    problem: ServiceError | None = None


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
        self._watcher = Watcher(self._refresh, SECONDS * deck.settings.lists.refresh, retry_in=self._retry_in)

    def resume(self) -> None:
        """Begin, or go on."""
        self._watcher.resume()

    def pause(self) -> None:
        """Rest: nobody looks."""
        self._watcher.pause()

    def now(self) -> None:
        """Ask at once."""
        self._watcher.now()

    def _retry_in(self) -> float:
        return 0.0 if self.connection is None else self.connection.health.delay

    async def _refresh(self) -> None:
        facts, problem = self.standing.facts, None
        try:
            facts = await self._ask()
        except ServiceError as error:
            problem = error
        jobs = tuple(job for job in self._deck.runner.current() if job.profile == self.profile.name)
        self.standing = Standing(facts, jobs, problem)
        self._changed()
        if problem is not None:
            raise problem

    async def _ask(self) -> tuple[Fact, ...]:
        if self.connection is None:
            # The system's folder is imported here, so a card that is slow to come holds up no other.
            await asyncio.to_thread(self._deck.registry.system, self.profile.system)
            self.connection = self._deck.connections.to(self.profile)
        connection = self.connection
        await connection.probe()
        service = await connection.service()
        async with connection.watched("facts"):
            return tuple(await connection.system.facts(service))
