"""Finder: a search over all profiles side by side; a new text cancels what still runs for the one before."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Container, Sequence
from typing import TYPE_CHECKING

from tui.resources.finding.fit import Needle
from tui.resources.finding.hits import Hit, HitList, hit_on_name
from tui.resources.finding.standing import Standing
from tui.resources.finding.walk import Budget, Kept, Walk
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.deck import Deck

SIDE_BY_SIDE = 16
"""Profiles that are searched at once."""


class Finder:
    """What was found for the text of now is in `hits`, and how far each profile is in `standings`.

    `changed` is called when either has become another, with the hits that have come; it may be called often. Lists
    that were read whole are kept until `close`, so that the next text asks for them no more.
    """

    def __init__(
        self,
        deck: Deck,
        profiles: Sequence[Profile],
        changed: Callable[[list[Hit]], None],
        *,
        recent: Container[str] = (),
        budget: Budget | None = None,
    ) -> None:
        self.hits = HitList()
        self.standings: list[Standing] = []
        self._deck = deck
        self._profiles = profiles
        self._changed = changed
        self._recent = recent
        self._budget = budget or Budget()
        self._kept: dict[str, Kept] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def is_searching(self) -> bool:
        """Whether a profile is still looked through."""
        return bool(self._tasks)

    def begin(self, text: str) -> None:
        """Search for another text; an empty one finds nothing. Profiles and lists of that name are found at once."""
        self.stop()
        needle = Needle(text)
        self.hits, self.standings = HitList(), []
        if not needle:
            self._changed([])
            return
        gate = asyncio.Semaphore(SIDE_BY_SIDE)
        named: list[Hit] = []
        for profile in self._profiles:
            hit = hit_on_name(needle, profile.name, "", profile.name, profile.uri, self._recent)
            if hit is not None:
                named.append(hit)
            standing = Standing(profile.name)
            self.standings.append(standing)
            task = asyncio.create_task(self._search(profile, needle, standing, gate), name=f"find in {profile.name}")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._take(named, self.hits)

    def stop(self) -> None:
        """Cancel what runs."""
        for task in self._tasks:
            task.cancel()
        self._tasks = set()

    async def finished(self) -> None:
        """Wait until every profile is searched."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    async def close(self) -> None:
        """Cancel what runs, wait until it has let go, and forget what was read."""
        tasks = set(self._tasks)
        self.stop()
        if tasks:
            await asyncio.wait(tasks)
        self._kept.clear()

    async def _search(self, profile: Profile, needle: Needle, standing: Standing, gate: asyncio.Semaphore) -> None:
        hits = self.hits
        async with gate:
            try:
                # The system's folder is imported here, so that a profile that is slow to come holds up no other.
                await asyncio.to_thread(self._deck.registry.system, profile.system)
                connection = self._deck.connections.to(profile)
            except ServiceError as error:
                standing.state, standing.problem = "failed", f"{error.kind}: {error.message}"
                self._changed([])
                return
            kept = self._kept.setdefault(profile.name, Kept(self._budget.items))
            walk = Walk(
                connection, needle, self._budget, standing, kept, lambda found: self._take(found, hits), self._recent
            )
            await walk.run()
        if hits is self.hits:
            self._changed([])

    def _take(self, found: list[Hit], hits: HitList) -> None:
        """Take hits in, unless they are those of a text that is no longer sought."""
        if hits is self.hits:
            self._changed([hit for hit in found if hits.add(hit)])
