"""Walk: one profile's part of a search, from list to list and from parents to children, within bounds."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Container, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tui.resources.finding.fit import Needle
from tui.resources.finding.hits import Hit, hit_on_item, hit_on_name
from tui.resources.finding.standing import Standing
from tui.resources.types import Page, Scope
from tui.services.errors import NotAuthenticated, NotFound, NotSupported, ServiceError, Unavailable

if TYPE_CHECKING:
    from tui.resources.columns import Column
    from tui.resources.connections import Connection
    from tui.resources.types import ResourceType

FILL_BATCH = 100
PIECE = 500
"""Items that are judged at once, in a thread."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a search may cost in one profile: seconds, pages asked for, items looked at and kept, lists begun."""

    seconds: float = 15.0
    pages: int = 80
    items: int = 20_000
    lists: int = 2_000
    list_pages: int = 30
    """Pages of a single list, so that one long list does not leave the others unsearched."""
    fills: int = 10_000
    """Items that are filled to be judged, of all lists together."""
    inside: int = 20
    """Items that are opened to be looked into, and of each as many lists."""


@dataclass(frozen=True, slots=True)
class KeptList:
    """A list that was read to its end while the search screen was open, for the next text.

    `filled` are those of its items that were filled since, by key.
    """

    columns: tuple[Column, ...]
    items: tuple[Any, ...]
    filled: dict[str, Any] = field(default_factory=dict[str, Any])


@dataclass
class Kept:
    """The lists of one profile that were read whole, as long as they fit in `room` items."""

    room: int
    lists: dict[tuple[str, Scope], KeptList] = field(default_factory=dict[tuple[str, Scope], KeptList])

    def keep(self, kind: str, scope: Scope, columns: tuple[Column, ...], items: Sequence[Any]) -> None:
        """Keep a list if there is room for it."""
        if len(items) <= self.room and (kind, scope) not in self.lists:
            self.room -= len(items)
            self.lists[kind, scope] = KeptList(columns, tuple(items))


@dataclass(frozen=True, slots=True)
class _Looked:
    """A list that was looked at, with those of its items that must be filled to be judged."""

    kind: ResourceType[Any, Any]
    scope: Scope
    columns: tuple[Column, ...]
    light: list[Any] = field(default_factory=list[Any])


class Walk:
    """Looks through the lists of a profile, breadth first, and hands on what fits, page by page."""

    def __init__(
        self,
        connection: Connection,
        needle: Needle,
        budget: Budget,
        standing: Standing,
        kept: Kept,
        take: Callable[[list[Hit]], None],
        recent: Container[str],
    ) -> None:
        self._connection = connection
        self._needle = needle
        self._budget = budget
        self._standing = standing
        self._kept = kept
        self._take = take
        self._recent = recent
        self._queue: deque[tuple[ResourceType[Any, Any], Scope]] = deque()
        self._light: list[_Looked] = []
        self._fills_left = budget.fills
        self._dear: list[tuple[ResourceType[Any, Any], Scope, Any]] = []
        """Items that may be looked into when all else was looked through; those that fit by their names come first."""
        self._dear_count = 0
        self._read = 0
        """Items that were asked for; those that were kept cost nothing."""

    async def run(self) -> None:
        """Search until all is looked through or a bound is reached; the standing says how it ended."""
        standing = self._standing
        try:
            async with asyncio.timeout(self._budget.seconds):
                await self._walk()
            standing.state = "bounded" if standing.bound else "done"
        except TimeoutError:
            if standing.state == "asked":
                standing.state, standing.problem = "failed", f"no answer in {self._budget.seconds:g} s"
            else:
                standing.state, standing.bound = "bounded", f"stopped after {self._budget.seconds:g} s"
        except ServiceError as error:
            standing.state, standing.problem = "failed", f"{error.kind}: {error.message}"

    async def _walk(self) -> None:
        connection = self._connection
        types = await asyncio.to_thread(lambda: connection.system.types)
        top = [kind for kind in types.values() if kind.depth == 0]
        self._give(self._hit_on_list(kind) for kind in top)
        service = await connection.service()
        self._queue.extend((kind, Scope()) for kind in top if kind.searched)
        begun = 0
        while self._queue and self._may_go_on():
            begun += 1
            if begun > self._budget.lists:
                self._standing.bound = f"stopped after {self._budget.lists:,} lists"
                break
            kind, scope = self._queue.popleft()
            async with self._part(kind):
                await self._look_through(service, kind, scope)
        for looked in self._light:
            async with self._part(looked.kind):
                await self._fill(service, looked)
        await self._look_inside(service)

    async def _look_inside(self, service: Any) -> None:
        """Look into items that are dear to open, one after the other, as long as that may go on."""
        types, opened, why_not = self._connection.system.types, 0, ""
        for kind, scope, item in self._dear[: self._budget.inside]:
            way = kind.inside(scope, item)
            if not isinstance(way, tuple):
                why_not = way or ""
                break
            if not self._may_go_on():
                break
            opened += 1
            self._queue = deque([(types[way[0]], way[1])])
            for _ in range(self._budget.inside):
                if not self._queue or not self._may_go_on():
                    break
                inner, below = self._queue.popleft()
                async with self._part(inner, is_all=False):
                    await self._look_through(service, inner, below)
        if self._dear_count > opened and not self._standing.bound:
            name, words = self._dear[0][0].name, f"only {opened:,} of {self._dear_count:,}"
            bound = f"{name} were not looked into: {why_not}" if why_not else f"{words} {name} were looked into"
            self._standing.bound = bound

    def _hit_on_list(self, kind: ResourceType[Any, Any]) -> Hit | None:
        name = self._connection.profile.name
        for called in (kind.name, *kind.aliases, kind.title):
            hit = hit_on_name(self._needle, name, kind.name, called, "", self._recent)
            if hit is not None:
                return hit
        return None

    @asynccontextmanager
    async def _part(self, kind: ResourceType[Any, Any], *, is_all: bool = True) -> AsyncGenerator[None]:
        """Do a part of the work. What is denied, gone or damaged leaves the rest to be searched; so does what cannot be
        reached, unless it `is_all` that there is to ask."""
        try:
            async with self._connection.watched(f"find in {kind.name}"):
                yield
        except (Unavailable, NotAuthenticated) as error:
            if is_all:
                raise
            self._standing.problem = f"{kind.name}: {error.kind}"
        except (NotSupported, NotFound):
            # This server has no such lists, or what they hang below has just gone: nothing is missed.
            pass
        except ServiceError as error:
            self._standing.problem = f"{kind.name}: {error.kind}"
        self._standing.state = "searching"

    async def _look_through(self, service: Any, kind: ResourceType[Any, Any], scope: Scope) -> None:
        kept = self._kept.lists.get((kind.name, scope))
        if kept is not None:
            looked = _Looked(kind, scope, kept.columns)
            self._standing.looked += len(kept.items)
            for start in range(0, len(kept.items), PIECE):
                piece = kept.items[start : start + PIECE]
                known = [kept.filled.get(kind.key(item), item) for item in piece]
                await self._look(service, looked, known, kept.filled)
            return
        looked = _Looked(kind, scope, await kind.columns_of(service, scope))
        whole: list[Any] = []
        pages, count = kind.find(service, scope, self._needle.text), 0
        try:
            async for page in pages:
                self._standing.state = "searching"
                self._standing.pages += 1
                self._standing.looked += len(page.items)
                self._read += len(page.items)
                count += 1
                whole += page.items
                await self._look(service, looked, page.items)
                if page.total is not None and len(whole) >= page.total:
                    break
                if not self._may_go_on() or count >= self._budget.list_pages:
                    words = f"stopped after {len(whole):,} of {kind.name}"
                    self._standing.bound = self._standing.bound or words
                    return
        finally:
            await _close(pages)
        if not kind.finds:
            self._kept.keep(kind.name, scope, looked.columns, whole)

    def _may_go_on(self) -> bool:
        """Whether one more page may be asked for; if not, the standing says why."""
        standing, budget = self._standing, self._budget
        if standing.pages >= budget.pages:
            standing.bound = f"stopped after {budget.pages:,} pages"
        elif self._read >= budget.items:
            standing.bound = f"stopped after {budget.items:,} items"
        else:
            return True
        return False

    async def _look(
        self, service: Any, looked: _Looked, items: Sequence[Any], filled: Container[str] = frozenset()
    ) -> None:
        """Hand on what fits among items, and note what hangs below them, and what must be filled to be judged."""
        hits, others = await asyncio.to_thread(self._judge, service, looked, items)
        self._give(hits)
        kind = looked.kind
        if kind.finds:
            return
        if kind.fills:
            self._fill_later(looked, [item for item in others if kind.key(item) not in filled])
        self._look_inside_later(looked, items, others)
        for item in items:
            if len(self._queue) > self._budget.lists:
                return
            self._queue.extend((child, kind.below(looked.scope, item)) for child in self._children(kind, item))

    def _look_inside_later(self, looked: _Looked, items: Sequence[Any], others: Sequence[Any]) -> None:
        """Note items that may be looked into, as many as will be: before the others those that fit themselves."""
        if not items or looked.kind.inside(looked.scope, items[0]) is None:
            return
        self._dear_count += len(items)
        unfit = {id(item) for item in others}
        fit = [(looked.kind, looked.scope, item) for item in items if id(item) not in unfit]
        rest = [(looked.kind, looked.scope, item) for item in others]
        self._dear = [*fit, *self._dear, *rest][: self._budget.inside]

    def _fill_later(self, looked: _Looked, items: Sequence[Any]) -> None:
        """Note items of which only the names were looked at, as many as may be filled."""
        most = looked.kind.search_fills
        room = max(min(most - len(looked.light), self._fills_left), 0)
        if items and room and not looked.light:
            self._light.append(looked)
        looked.light.extend(items[:room])
        self._fills_left -= len(items[:room])
        if len(items) > room:
            words = f"of {looked.kind.name} only {most:,} were looked into, and the names of the rest"
            self._standing.bound = self._standing.bound or words

    def _judge(self, service: Any, looked: _Looked, items: Sequence[Any]) -> tuple[list[Hit], list[Any]]:
        """Return the hits among items, and the items that do not fit as they are."""
        hits: list[Hit] = []
        others: list[Any] = []
        name, kind = self._connection.profile.name, looked.kind
        for item in items:
            scope = kind.listed_in(service, looked.scope, item) if kind.finds else looked.scope
            hit = hit_on_item(
                self._needle, name, kind, scope, item, looked.columns, recent=self._recent, sure=kind.finds
            )
            if hit is not None:
                hits.append(hit)
            else:
                others.append(item)
        return hits, others

    def _children(self, kind: ResourceType[Any, Any], item: Any) -> list[ResourceType[Any, Any]]:
        """Return the types of the lists below an item: the one that it names, else all that hang below its type."""
        system, named = self._connection.system, kind.child_of(item)
        if named is None:
            return [child for child in system.children(kind) if child.searched]
        child = system.type_named(named) if named else None
        return [child] if child is not None and child.searched else []

    async def _fill(self, service: Any, looked: _Looked) -> None:
        kind, kept = looked.kind, self._kept.lists.get((looked.kind.name, looked.scope))
        for start in range(0, len(looked.light), FILL_BATCH):
            answers = await kind.fill(service, looked.scope, looked.light[start : start + FILL_BATCH])
            items = [item for item in answers if item is not None]
            if kept is not None:
                kept.filled.update((kind.key(item), item) for item in items)
            hits, _ = await asyncio.to_thread(self._judge, service, looked, items)
            self._give(hits)

    def _give(self, hits: Iterable[Hit | None]) -> None:
        found = [hit for hit in hits if hit is not None]
        if found:
            self._take(found)


async def _close(pages: AsyncIterator[Page[Any]]) -> None:
    close = getattr(pages, "aclose", None)
    if close is not None:
        await close()
