"""Composed: a list whose rows are made of the lists of several profiles, each of which loads and refreshes alone."""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from tui.config.profiles import Profile
from tui.resources.connections import Connection
from tui.resources.filter import InvalidFilter
from tui.resources.listing import Listing
from tui.resources.navigation import Frame
from tui.resources.place import Place, format_place
from tui.resources.system import System
from tui.resources.types import ResourceType, Scope
from tui.resources.watcher import Watcher
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.config.settings import Settings
    from tui.resources.columns import Column
    from tui.resources.together.part import Part, Source

SOON, SHARE = 0.03, 10
"""Rows are composed anew this many seconds after a part changed, and then rest this many times as long as it took."""
AT_ONCE = 5_000
"""Rows that are taken in without letting the screen go on."""
FEWEST = 1_000
"""Rows that a part may load at least, however many parts share the limit."""
MOST_SEEN = 1_000
"""Rows of a part around those on screen that are looked at anew with every refresh."""


class SeveralProfiles(System[None]):
    """Stands where the lists of one profile have their system."""

    name = "arraydeck"
    title = "several profiles"
    schemes = ()

    async def open(self, profile: Profile) -> None:
        return None

    async def close(self, service: None) -> None:
        return None

    async def probe(self, service: None) -> None:
        return None

    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        return ()


class ComposedListing(Listing):
    """A listing whose parts are listings. What is loaded of one is shown at once, and stays when it fails.

    A subclass says what the rows are made of.
    """

    def __init__(self, connection: Connection, kind: ResourceType[Any, Any], parts: Sequence[Part], settings: Settings):
        super().__init__(connection, kind, Scope(), moved_seconds=settings.lists.moved_seconds)
        self.parts = tuple(parts)
        self._made_of: tuple[tuple[Column, ...], ...] = tuple(part.columns for part in self.parts)
        self._soon: asyncio.TimerHandle | None = None
        self._composing: asyncio.Task[None] | None = None
        self._took = 0.0
        self._well: tuple[bool, ...] = ()
        self._light_rows: set[str] = set()
        for part in self.parts:
            part.listing.listeners.append(_Hearing(self, part))

    @abstractmethod
    async def compose(self) -> tuple[list[Any], set[str]]:
        """Return the rows, and the keys of those whose items are light yet."""

    def grow(self, part: Part) -> bool:
        """Take over the rows that came at the end of a part, if that is all that happened; return whether it was."""
        return False

    @abstractmethod
    def columns(self) -> tuple[Column, ...]:
        """Return the columns that the parts' columns make together."""

    async def refresh(self) -> None:
        for outcome in await asyncio.gather(*(part.listing.refresh() for part in self.parts), return_exceptions=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, ServiceError):
                raise outcome

    def look_ahead(self) -> None:
        wanted = self.view.filter.is_active or self.view.sort_column is not None
        for part in self.parts:
            part.listing.wants_all = self.wants_all or wanted
            if part.listing.state.refreshed is not None:
                part.listing.look_ahead()

    def show_range(self, first: int, last: int) -> None:
        self.view.want(first, last)
        for part, rows in self.seen(first, last).items():
            low, high = min(rows), max(rows)
            if high - low < MOST_SEEN:
                part.listing.show_range(low, high)

    def seen(self, first: int, last: int) -> dict[Part, list[int]]:
        """Return which rows of which parts the rows on screen are made of."""
        return {}

    async def load_all(self) -> None:
        """Load every row of every part that can be reached, up to the limits."""
        loading = [part.listing.load_all() for part in self.parts]
        for outcome in await asyncio.gather(*loading, return_exceptions=True):
            if isinstance(outcome, BaseException) and not isinstance(outcome, ServiceError):
                raise outcome
        if self._composing is not None:
            await asyncio.wait([self._composing])
        await self._compose()

    async def close(self) -> None:
        if self._soon is not None:
            self._soon.cancel()
        if self._composing is not None:
            self._composing.cancel()
        await asyncio.gather(*(part.listing.close() for part in self.parts))

    # What the parts say

    def part_moved(self, part: Part, indices: Sequence[int]) -> None:
        """Take over rows of a part that look different."""
        self.compose_soon()

    def compose_soon(self) -> None:
        """Make the rows anew before long, and not more often than they are worth."""
        if self._soon is None:
            loop = asyncio.get_running_loop()
            self._soon = loop.call_later(max(SOON, self._took * SHARE), self._begin)

    def part_stands(self) -> None:
        """Take over how the parts stand."""
        states = [part.listing.state for part in self.parts]
        times = [state.refreshed for state in states if state.refreshed is not None]
        ended = [state for state in states if state.complete or (state.error is not None and not state.loaded)]
        totals = [state.loaded if state.complete else state.total for state in states]
        first_error = next((state.error for state in states if state.error is not None), None)
        self._set(
            total=self._total([total for total in totals if total is not None]) if None not in totals else None,
            complete=len(ended) == len(states),
            limited=any(state.limited for state in states),
            error=first_error if len([state for state in states if state.error is not None]) == len(states) else None,
            refreshed=max(times) if times else None,
        )
        well = tuple(part.is_well for part in self.parts)
        if well != self._well:
            self._well = well
            self.compose_soon()
            self._tell_reset()

    def _total(self, totals: Sequence[int]) -> int | None:
        return sum(totals)

    def _begin(self) -> None:
        self._soon = None
        if self._composing is not None and not self._composing.done():
            self.compose_soon()
        else:
            self._composing = asyncio.create_task(self._compose(), name=f"compose {self.type.name}")

    async def _compose(self) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        made_of = tuple(part.columns for part in self.parts)
        fresh_view = made_of != self._made_of
        if fresh_view:
            self._made_of = made_of
            with suppress(InvalidFilter):
                self._use_columns(self.columns())
        rows, light = await self.compose()
        fresh = [row for row in rows if self.view.item_of(self.type.key(row)) is None]
        if len(fresh) > AT_ONCE:
            for first in range(0, len(fresh), AT_ONCE):
                self.view.extend(fresh[first : first + AT_ONCE], filled=True)
                self._tell_reset()
                await asyncio.sleep(0)
            rows, light = await self.compose()
        difference = self.view.refresh(rows, filled=True)
        # What a light row lacked has not moved: it has come.
        self.view.settle(self.view.moved(self._light_rows.intersection(difference.changed)))
        self._light_rows = light
        self._set(loaded=self.view.loaded)
        if fresh_view:
            self._tell_reset()
        else:
            self._tell(difference)
        self._took = loop.time() - began


class _Hearing:
    """Hears what becomes of a part's listing."""

    def __init__(self, listing: ComposedListing, part: Part) -> None:
        self._listing, self._part = listing, part

    def rows_changed(self, indices: Sequence[int]) -> None:
        self._listing.part_moved(self._part, indices)

    def rows_reset(self) -> None:
        if not self._listing.grow(self._part):
            self._listing.compose_soon()

    def state_changed(self) -> None:
        self._listing.part_stands()


class PartsWatcher(Watcher):
    """Lets every part refresh by itself, or rest."""

    def __init__(self, listing: ComposedListing) -> None:
        super().__init__(listing.refresh, 0.0)
        self._watchers = [part.watcher for part in listing.parts]

    @property
    def is_running(self) -> bool:
        return any(watcher.is_running for watcher in self._watchers)

    def resume(self) -> None:
        for watcher in self._watchers:
            watcher.resume()

    def pause(self) -> None:
        for watcher in self._watchers:
            watcher.pause()

    def now(self) -> None:
        for watcher in self._watchers:
            watcher.now()


class ComposedFrame(Frame):
    """A list of several profiles that is being looked at. `name` and `profiles` are how it is typed."""

    def __init__(self, listing: ComposedListing, place: Place) -> None:
        self.connection = listing.connection
        self.type = listing.type
        self.scope = listing.scope
        self.listing = listing
        self.parts = listing.parts
        self.watcher = PartsWatcher(listing)
        self._place = place

    @property
    def place(self) -> Place:
        made = self._place
        return Place(made.type, made.scope, self.listing.view.filter_text, made.profile)

    @property
    def visit(self) -> str:
        return format_place(self._place)

    def shows(self, place: Place, sources: Sequence[Source]) -> bool:
        """Whether this is what `place` means now that it means these sources."""
        mine = tuple(part.source for part in self.parts)
        return (place.type, place.scope, place.profile) == (
            self._place.type, self._place.scope, self._place.profile) and mine == tuple(sources)  # fmt: skip


def connection_of_several(word: str) -> Connection:
    """Return what stands for the connections of several profiles, which are typed as `word`."""
    return Connection(Profile(name=word[:64], system="arraydeck", uri="arraydeck:"), SeveralProfiles())
