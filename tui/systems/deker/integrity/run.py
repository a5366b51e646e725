"""A check under way: one pass over each tree, cut in shards, with a second look where in doubt (contract §10, §11)."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field

from tui.jobs.executors import over_shards
from tui.jobs.progress import Progress
from tui.services.errors import Cancelled, NotFound
from tui.systems.deker.entries import SETTLED, ItemKind, Shelf
from tui.systems.deker.format.names import SYSTEM, shown
from tui.systems.deker.format.stable_read import Writers, writers_now
from tui.systems.deker.integrity.findings import Finding
from tui.systems.deker.integrity.inference import inferred
from tui.systems.deker.integrity.leftovers import empty_doubts, lock_doubts, orphan_doubts
from tui.systems.deker.integrity.level_one import LevelOne, Opened, check_collections
from tui.systems.deker.integrity.link_relations import LinkRelations
from tui.systems.deker.integrity.link_tree import LinkTree, walk_links
from tui.systems.deker.integrity.look import FULL_LEVEL, LINKS_LEVEL
from tui.systems.deker.integrity.report import OPERATION
from tui.systems.deker.integrity.shards import (
    BYTES,
    Part,
    PartFound,
    Shard,
    Uncertain,
    again,
    failed,
    packed,
    parts_of,
    work,
)
from tui.systems.deker.integrity.stamps import Doubt, changing, second_look, settled
from tui.systems.deker.uri import check_root

PROCESSES_FROM = 2_000
"""Arrays from which on other processes are worth their start."""

AHEAD = 2 * (os.cpu_count() or 1)
"""Shards that are handed out at once: one more for each processor than it works at, so that none has to wait."""


class FirstError(Exception):
    """Ends a check that was asked to stop at the first error."""


@dataclass(slots=True)
class _Branch:
    """The items of one kind in a collection, with their links and what the shards found."""

    part: Part
    shelf: Shelf
    links: LinkTree
    found: list[PartFound] = field(default_factory=list[PartFound])
    uncertain: dict[str, Uncertain] = field(default_factory=dict[str, Uncertain])
    changing: set[str] = field(default_factory=set[str])


@dataclass(slots=True)
class Run:
    """A check under way, and what it found so far."""

    root: str
    level: int
    stop_on_error: bool
    wanted: str | None
    progress: Progress
    executor: Executor | None
    memory_limit: int
    findings: list[Finding] = field(default_factory=list[Finding])
    doubts: list[Doubt] = field(default_factory=list[Doubt])
    collections: int = 0
    arrays: int = 0

    async def all(self) -> None:
        """Run the levels. Raises as `check_integrity`, and `FirstError`."""
        first = await asyncio.to_thread(self._level_one)
        self.collections = len(first.names)
        if self.wanted is not None and self.wanted not in first.names:
            hint = "list the collections to see their names"
            raise NotFound(SYSTEM, OPERATION, f"there is no collection {self.wanted}", hint)
        if self.level == 1:
            self.progress.expect(self.collections, "collections")
            self.progress.advance(self.collections)
        self._add(first.findings)
        self._doubt(first.doubts)
        if self.level > 1:
            await self._look_at_arrays(first)
        if self.doubts:
            await self._wait()
            self._add(await asyncio.to_thread(second_look, self.doubts))

    async def _look_at_arrays(self, first: LevelOne) -> None:
        branches, parts, size = await asyncio.to_thread(self._plan, first)
        total = sum(len(branch.links.links) for branch in branches)
        self.progress.expect(total, "arrays")
        is_much = total >= PROCESSES_FROM or (self.level >= FULL_LEVEL and size >= BYTES)
        executor = self.executor if is_much else None
        by_shelf = {(branch.shelf.collection.path, branch.shelf.kind): branch for branch in branches}

        def branch_of(part: Part) -> _Branch:
            return by_shelf[part.opened.collection.path, part.kind]

        await self._over(packed(parts), executor, lambda part, found: self._keep(branch_of(part), found))
        if any(branch.uncertain for branch in branches):
            await self._wait()
            more = (part for branch in branches for part in again(branch.part, branch.uncertain))
            await self._over(packed(more), executor, lambda part, found: self._keep_second(branch_of(part), found))
        writers = await asyncio.to_thread(writers_now)
        for branch in branches:
            self._doubt(await asyncio.to_thread(self._put_together, branch, writers))
        self.progress.expect(max(self.arrays, self.progress.done), "arrays")

    async def _over(
        self, shards: Iterator[Shard], executor: Executor | None, keep: Callable[[Part, PartFound], None]
    ) -> None:
        """Run the shards and hand over what was found in each of their parts."""
        pool = executor or ThreadPoolExecutor(1, "arraydeck-integrity")
        results = over_shards(pool, work, shards, self.progress, AHEAD)
        try:
            async for shard, result in results:
                if isinstance(result, Cancelled):
                    raise result
                if isinstance(result, Exception):
                    self._add(failed(part, result) for part in shard)
                    continue
                for part, found in zip(shard, result, strict=True):
                    keep(part, found)
        finally:
            await results.aclose()
            if executor is None:
                pool.shutdown(wait=False, cancel_futures=True)

    def _level_one(self) -> LevelOne:
        check_root(self.root)
        return check_collections(self.root, self.wanted, writers_now(), self.progress.check)

    def _plan(self, first: LevelOne) -> tuple[list[_Branch], list[Part], int]:
        """Walk the link trees; return them, the parts that the work is cut in, and the bytes that are to be read."""
        branches: list[_Branch] = []
        parts: list[Part] = []
        size = 0
        for each in first.opened:
            is_known = each.has_attributes and each.collection.shape and each.collection.dtype
            opened = each if is_known else inferred(each, writers_now(), self.progress.check)
            for kind in _kinds(opened):
                shelf = Shelf.of(opened.collection, kind)
                has_links = os.path.basename(shelf.links) in opened.trees
                links = LinkTree(shelf.links)
                if has_links:
                    links = walk_links(shelf.links, shelf.suffix, opened.collection.name, self.progress.check)
                items = _sizes(shelf, links, self.level >= FULL_LEVEL)
                own = parts_of(opened, kind, self.level, self.memory_limit, items)
                size += sum(part.size for part in own)
                branches.append(_Branch(own[0], shelf, links))
                parts += own
        return branches, parts, size

    def _keep(self, branch: _Branch, found: PartFound) -> None:
        self.arrays += found.count
        branch.found.append(found)
        branch.uncertain.update({each.id: each for each in found.uncertain})
        self._add(found.findings)
        self._doubt(found.strays)

    def _keep_second(self, branch: _Branch, found: PartFound) -> None:
        """Keep what a second look at items found: what changed meanwhile is being written, and gets a note."""
        branch.found.append(found)
        self._add(found.findings)
        for item in found.uncertain:
            was = branch.uncertain[item.id]
            if item.is_sound and item.stamp == was.stamp:
                self._add(item.findings)
                continue
            branch.changing.add(item.id)
            shelf = branch.shelf
            self._add([changing(shelf.collection.name, shown(item.path), item.writer, item.id, shelf.item)])

    def _put_together(self, branch: _Branch, writers: Writers) -> list[Doubt]:
        """Return what concerns more than one shard: locks, empty directories, orphaned tiles and links."""
        shelf, name, check = branch.shelf, branch.shelf.collection.name, self.progress.check
        locks = [*branch.links.locks, *(path for found in branch.found for path in found.locks)]
        doubts = [*branch.links.strays, *lock_doubts(name, locks, writers, check)]
        doubts += empty_doubts(name, shelf.links, branch.links.empty, check)
        doubts += empty_doubts(name, shelf.data, (path for found in branch.found for path in found.empty), check)
        if shelf.item == "tile":
            doubts += orphan_doubts(shelf, (each for found in branch.found for each in found.orphans), check)
        if self.level >= LINKS_LEVEL:
            relations = LinkRelations(shelf, branch.part.opened.knows_attributes(shelf.item), branch.links.links)
            doubts += relations.take_right(link for found in branch.found for link in found.linked)
            doubts += relations.of_unlinked((item for found in branch.found for item in found.unlinked), check)
            doubts += relations.of_left(branch.changing, check)
        return doubts

    def _doubt(self, doubts: Iterable[Doubt]) -> None:
        certain, left = settled(doubts)
        self.doubts += left
        self._add(certain)

    def _add(self, findings: Iterable[Finding]) -> None:
        for one in findings:
            self.findings.append(one)
            if self.stop_on_error and one.severity == "error":
                raise FirstError

    async def _wait(self) -> None:
        """Let the time pass after which a second look tells more."""
        until = time.monotonic() + SETTLED
        while (left := until - time.monotonic()) > 0:
            self.progress.check()
            await asyncio.sleep(min(left, 0.1))


def _kinds(opened: Opened) -> tuple[ItemKind, ...]:
    """Return what kinds of items a collection has; where the metadata do not tell, what its trees are for."""
    if opened.collection.kind is not None:
        return ("array", "varray") if opened.collection.is_virtual else ("array",)
    stems = {tree.partition("_")[0] for tree in opened.trees}
    kinds: tuple[ItemKind, ...] = ("array", "varray")
    return tuple(kind for kind in kinds if kind in stems)


def _sizes(shelf: Shelf, links: LinkTree, reads_all: bool) -> Iterator[tuple[str, int]]:
    """Yield the ids that links name, with the bytes of their files where those are to be read."""
    for link in links.links:
        identity = os.path.basename(link).removesuffix(shelf.suffix)
        size = 0
        if reads_all and shelf.kind == "array":
            try:
                size = os.lstat(shelf.path_of(identity)).st_size
            except OSError:
                size = 0
        yield identity, size
