"""Locks as a list: every lock in the storage, whose it is, and what may be cleared."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.deker.changes.clearing import CLEARED
from tui.systems.deker.models import LockHolder
from tui.systems.deker.resources.changed import counted_locks, restored, undoable

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.deker.client import AsyncClient


class Locks(ResourceType["AsyncClient", LockHolder]):
    """Every lock in the storage, and whose it is."""

    name = "locks"
    title = "Locks"
    aliases = ("lock",)
    nothing = "nothing is locked"
    model = LockHolder
    refresh = 2.0
    columns = (
        Column("collection", priority=8),
        Column("kind", priority=7),
        Column("state", kind="status", priority=9),
        Column("array", priority=6),
        Column("pid", kind="number", priority=7),
        Column("age", kind="duration", priority=6),
        Column("path", kind="path", priority=3),
    )

    def key(self, item: LockHolder) -> str:
        return f"{item.path}#{item.pid}" if item.kind == "flock" else item.path

    def label(self, item: LockHolder) -> str:
        return os.path.basename(item.path)

    def identity(self, item: LockHolder) -> Hashable:
        return (item.path, item.kind, item.pid)

    async def pages(self, service: AsyncClient, scope: Scope, query: Query) -> AsyncIterator[Page[LockHolder]]:
        locks = await service.locks()
        yield Page(tuple(locks), len(locks))

    @action("ctrl+d", "clear this lock", danger=Danger.DESTROYS, bulk=True)
    async def clear(self, context: Context[AsyncClient], item: LockHolder) -> Outcome:
        clearing = await context.service.clear_locks(item.collection, (item.path,))
        assert clearing.record is not None
        return undoable(f"cleared lock {self.label(item)}; it is in the trash", clearing.record)

    @clear.preview
    async def preview_clear(self, context: Context[AsyncClient], items: Sequence[LockHolder]) -> ChangePreview:
        alive = [item for item in items if item.state != "stale"]
        lines = tuple(_warning(item) for item in alive)
        many = f"{len(items)} locks" if len(items) > 1 else "a lock"
        return ChangePreview(f"takes {many} away from whoever holds it", lines)

    @clear.why_off
    def why_not_clear(self, profile: Profile, item: LockHolder | None) -> str | None:
        if item is not None and item.kind == "flock":
            return f"process {item.pid} holds it without a file; it ends with that process"
        return None

    @action("L", "clear stale locks", on="scope", asks=True)
    async def clear_locks(self, context: Context[AsyncClient]) -> Outcome:
        clearing = await context.service.clear_locks()
        spared = f"; {len(clearing.spared)} are not stale and stay" if clearing.spared else ""
        if clearing.record is None:
            return Outcome(f"there are no stale locks{spared}")
        return undoable(f"cleared {counted_locks(clearing.cleared)}{spared}", clearing.record)

    @clear_locks.preview
    async def preview_clear_locks(self, context: Context[AsyncClient], items: Sequence[LockHolder]) -> ChangePreview:
        found = await context.service.locks()
        stale = [lock.path for lock in found if lock.state == "stale" and lock.kind in CLEARED]
        note = "a process of another machine or container looks dead from here: make sure that none shares this storage"
        return ChangePreview(f"moves {counted_locks(stale)} of dead processes to the trash", (*stale, note))

    async def undo(self, context: Context[AsyncClient], data: Mapping[str, Any]) -> str:
        return await restored(context, data)


def _warning(item: LockHolder) -> str:
    if item.state == "unknown":
        return f"{item.path}: whether its process lives cannot be told"
    loses = "its reservation, and others may write over it" if item.kind == "varray" else "its protection from writers"
    return f"{item.path}: process {item.pid} is alive and loses {loses}"
