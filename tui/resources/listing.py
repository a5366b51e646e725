"""Listing: brings a resource type's pages into a list view, as far as they are needed, and keeps them fresh."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Protocol

from tui.resources.command_line import get_line
from tui.resources.list_view import Difference, ListView
from tui.resources.types import Page, Query
from tui.services.errors import PermissionDenied, ServiceError

if TYPE_CHECKING:
    from tui.resources.columns import Column
    from tui.resources.connections import Connection
    from tui.resources.types import ResourceType, Scope

MARGIN = 200
"""Rows below the last one on screen that are loaded before they are scrolled to."""
LARGE = 5_000
DUTY = 0.05
"""A list of more than LARGE rows is listed anew for at most this share of the time."""
FILL_BATCH = 500
SLICE = 1_000
"""Rows that are taken at once before others have their turn: a few milliseconds' work."""


@dataclass(frozen=True, slots=True)
class ListingState:
    """How the list stands. `error` is the last refresh's; what was loaded before it is still there.

    `total` is how many there are in all, None while nobody knows; `complete` says that all are loaded; `limited`
    that loading stopped at the limit although a filter or a sort would want all.
    """

    loaded: int = 0
    total: int | None = None
    complete: bool = False
    limited: bool = False
    error: ServiceError | None = None
    refreshed: datetime | None = None

    @property
    def word(self) -> str:
        """One word for the state: loading, none, denied, failed, stale or ready."""
        if self.error is not None:
            denied = isinstance(self.error, PermissionDenied)
            return "stale" if self.refreshed is not None else "denied" if denied else "failed"
        if self.refreshed is None:
            return "loading"
        return "none" if self.complete and not self.loaded else "ready"


class Listener(Protocol):
    """Who wants to hear what became of a listing."""

    def rows_changed(self, indices: Sequence[int]) -> None:
        """These rows look different; none came or went."""

    def rows_reset(self) -> None:
        """Rows came, went, or are in another order."""

    def state_changed(self) -> None:
        """The state differs."""


class Listing:
    """One list of one profile, being looked at. `view` is what a table paints from."""

    def __init__(
        self,
        connection: Connection,
        resource_type: ResourceType[Any, Any],
        scope: Scope,
        *,
        load_limit: int = 100_000,
        moved_seconds: float = 3.0,
    ) -> None:
        self.connection = connection
        self.type = resource_type
        self.scope = scope
        self.view = ListView(resource_type, resource_type.columns)
        self.state = ListingState()
        self.listeners: list[Listener] = []
        self.wants_all = False
        """Whether all rows are loaded and filled, as for a filter or a sort; set by whoever does more with them."""
        self.seeks: str | None = None
        """The key of an item that rows are loaded for until it is there, for whoever wants to stand on it."""
        self.listed_again = 0
        """How many times the rows may have become others than before with more behind them."""
        self._limit = load_limit
        self._moved_seconds = moved_seconds
        self._pages: AsyncIterator[Page[Any]] | None = None
        self._pulling = asyncio.Lock()
        self._ahead: asyncio.Task[None] | None = None
        self._filling: asyncio.Task[None] | None = None
        self._listed_at = 0.0
        self._listing_took = 0.0

    @property
    def command(self) -> str:
        """The list as a command line."""
        return get_line(self.connection, self.type, self.scope)

    async def refresh(self) -> None:
        """Load the list, or look what has changed since.

        Raises:
            ServiceError: it could not be had; what was loaded stays, and the state says so.
        """
        try:
            async with self.connection.watched(f"list {self.type.name}", self.command):
                service = await self.connection.service()
                if self.state.refreshed is None:
                    await self._open(service)
                elif self._may_list_again():
                    await self._list_again(service)
                await self._fill_again(service)
        except ServiceError as error:
            self._set(error=error)
            raise
        self._set(error=None, refreshed=datetime.now(UTC))
        self.look_ahead()

    def look_ahead(self) -> None:
        """Load what will be needed next: the rows below those on screen, and all where a filter or a sort is on."""
        if self._ahead is None or self._ahead.done():
            self._ahead = asyncio.create_task(self._load_ahead(), name=f"load {self.type.name}")

    def show_range(self, first: int, last: int) -> None:
        """Hear which rows are on screen, and bring what they still lack."""
        self.view.want(first, last)
        if self.state.refreshed is None:
            return
        if not self.state.complete and last + MARGIN >= len(self.view):
            self.look_ahead()
        if self.type.fills and self.view.unfilled(first, last) and (self._filling is None or self._filling.done()):
            self._filling = asyncio.create_task(self._fill_seen(), name=f"fill {self.type.name}")

    async def load_all(self) -> None:
        """Load every row, up to the limit, and fill it where the type has light items."""
        service = await self.connection.service()
        await self._pull(service, self._limit)
        if self.type.fills:
            while self._light() and (batch := self.view.all_unfilled()[:FILL_BATCH]):
                await self._fill(service, batch, mark_moved=False)
        self._set(limited=not self.state.complete and self.state.loaded >= self._limit)

    async def close(self) -> None:
        """Let go of the source. The rows stay as they are."""
        for task in (self._ahead, self._filling):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, ServiceError):
                    await task
        await self._close_pages()

    async def _open(self, service: Any) -> None:
        columns = await self.type.columns_of(service, self.scope)
        if tuple(columns) != self.view.columns:
            self._use_columns(columns)
        began = time.monotonic()
        await self._pull(service, 1)
        self._listing_took = time.monotonic() - began
        self._listed_at = time.monotonic()
        self._tell_reset()

    def _use_columns(self, columns: Sequence[Column]) -> None:
        """Begin a view with other columns, looked at in the same way."""
        filter_text, sort = self.view.filter_text, (self.view.sort_column, self.view.descending)
        position = self.view.position
        self.view = ListView(self.type, columns)
        self.view.position = position
        self.view.set_filter(filter_text)
        self.view.set_sort(*sort)

    async def _pull(self, service: Any, wanted: int) -> None:
        """Load pages until so many rows are loaded, or there are no more."""
        async with self._pulling:
            while not self.state.complete and self.view.loaded < wanted:
                if self._pages is None:
                    self._pages = self.type.pages(service, self.scope, Query(text=self.view.filter_text))
                try:
                    page = await anext(self._pages, None)
                except BaseException:
                    # A source that failed has ended, and must not be taken for one that has no more to give.
                    self._pages = None
                    raise
                if page is None:
                    await self._close_pages()
                    self._set(complete=True)
                    break
                shown = await self._take(page.items)
                complete = page.total is not None and self.view.loaded >= page.total
                self._set(loaded=self.view.loaded, total=page.total, complete=complete)
                if complete:
                    await self._close_pages()
                if shown:
                    self._tell_reset()
                # A source that has it all at hand never waits, and nobody else would have a turn.
                await asyncio.sleep(0)

    async def _take(self, items: Sequence[Any]) -> int:
        """Add a page's rows, some at a time; return how many more are shown."""
        shown, start = 0, 0
        try:
            for start in range(0, len(items), SLICE):
                if start:
                    await asyncio.sleep(0)
                shown += self.view.extend(items[start : start + SLICE], filled=not self.type.fills)
        except asyncio.CancelledError:
            # The source does not give them again.
            self.view.extend(items[start:], filled=not self.type.fills)
            raise
        return shown

    async def _load_ahead(self) -> None:
        """Load politely: a page, then whoever waits, then the next."""
        with suppress(ServiceError):
            service = await self.connection.service()
            if self._light():
                await self.load_all()
            needed = min(max(self.type.prefetch, self.view.wanted[1] + MARGIN), self._limit)
            while not self.state.complete and (self.view.loaded < needed or self._still_seeks()):
                await self._pull(service, self.view.loaded + 1)
                await asyncio.sleep(0)
                needed = max(needed, self.view.wanted[1] + MARGIN)
            if self.type.fills:
                await self._fill_seen()

    def _may_list_again(self) -> bool:
        if self.view.loaded <= LARGE:
            return True
        return time.monotonic() - self._listed_at > self._listing_took / DUTY

    async def _list_again(self, service: Any) -> None:
        """List anew as far as was loaded, and take over the differences."""
        began, items = time.monotonic(), list[Any]()
        async with self._pulling:
            enough, total = max(self.view.loaded, 1), None
            pages = self.type.pages(service, self.scope, Query(text=self.view.filter_text))
            complete = True
            async for page in pages:
                for start in range(0, len(page.items), SLICE):
                    items.extend(self.view.same(page.items[start : start + SLICE]))
                    await asyncio.sleep(0)
                total = page.total
                if len(items) >= enough and not self.state.complete:
                    complete = total is not None and len(items) >= total
                    break
            await self._close_pages()
            self._pages = None if complete else pages
            if complete:
                await _close(pages)
            self.listed_again += 1
            difference = self.view.refresh(items, filled=not self.type.fills)
            self._set(loaded=self.view.loaded, total=total, complete=complete)
        self._listing_took = time.monotonic() - began
        self._listed_at = time.monotonic()
        self._tell(difference)

    async def _fill_again(self, service: Any) -> None:
        """Look at the rows on screen once more."""
        if self.type.fills:
            first, last = self.view.wanted
            seen = [self.view.to_fill(index) for index in range(first, last + 1)]
            await self._fill(service, [item for item in seen if item is not None], mark_moved=True)

    async def _fill_seen(self) -> None:
        """Fill the rows on screen; when they have scrolled on meanwhile, those that are there now."""
        with suppress(ServiceError):
            service = await self.connection.service()
            while batch := self.view.unfilled(*self.view.wanted)[:FILL_BATCH]:
                async with self.connection.watched(f"look at {self.type.name}"):
                    await self._fill(service, batch, mark_moved=False)

    async def _fill(self, service: Any, items: Sequence[Any], *, mark_moved: bool) -> None:
        keys = [self.type.key(item) for item in items]
        filled = await self.type.fill(service, self.scope, items)
        light = {key: self.view.item_of(key) for key in keys}
        answers = [(key, item) for key, item in zip(keys, filled, strict=True) if light[key] is not None]
        self._tell(self.view.update(answers, mark_moved=mark_moved))
        self._set(loaded=self.view.loaded)

    def _still_seeks(self) -> bool:
        return self.seeks is not None and self.view.item_of(self.seeks) is None and self.view.loaded < self._limit

    def _light(self) -> bool:
        return self.wants_all or self.view.filter.is_active or self.view.sort_column is not None

    async def _close_pages(self) -> None:
        pages, self._pages = self._pages, None
        if pages is not None:
            await _close(pages)

    def _set(self, **values: Any) -> None:
        state = replace(self.state, **values)
        if state != self.state:
            self.state = state
            for listener in self.listeners:
                listener.state_changed()

    def _tell(self, difference: Difference) -> None:
        marks = self.view.moved(difference.changed)
        if not self._moved_seconds:
            self.view.settle(marks)
        elif marks:
            asyncio.get_running_loop().call_later(self._moved_seconds, self._settle, marks)
        reordered = difference.changed and (self.view.filter.is_active or self.view.sort_column is not None)
        if difference.added or difference.removed or reordered:
            self._tell_reset()
        elif difference.changed:
            self._tell_rows(difference.changed)

    def _settle(self, marks: Mapping[str, Mapping[int, int]]) -> None:
        rows = self.view.settle(marks)
        if rows:
            for listener in self.listeners:
                listener.rows_changed(rows)

    def _tell_rows(self, keys: Iterable[str]) -> None:
        rows = [index for index in map(self.view.index_of, keys) if index is not None]
        for listener in self.listeners:
            listener.rows_changed(rows)

    def _tell_reset(self) -> None:
        for listener in self.listeners:
            listener.rows_reset()


async def _close(pages: AsyncIterator[Page[Any]]) -> None:
    close = getattr(pages, "aclose", None)
    if close is not None:
        await close()
