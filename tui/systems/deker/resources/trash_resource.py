"""The trash as a list: what was changed and can be taken back, until it is purged."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from typing import TYPE_CHECKING

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.deker.changes.record import Record
from tui.systems.deker.sizes import human

if TYPE_CHECKING:
    from tui.systems.deker.client import AsyncClient


class Trash(ResourceType["AsyncClient", Record]):
    """The changes of the storage that can be taken back, the newest first."""

    name = "trash"
    title = "Trash"
    aliases = ("bin",)
    nothing = "the trash is empty: what is deleted lies here until it is purged"
    model = Record
    columns = (
        Column("made", kind="time", priority=8),
        Column("title", priority=9),
        Column("size", kind="bytes", priority=7),
        Column("paths", kind="count", priority=5, value=lambda item: len(item.paths)),
        Column("state", kind="status", priority=4),
        Column("id", priority=3),
    )

    def key(self, item: Record) -> str:
        return item.id

    def identity(self, item: Record) -> Hashable:
        return item.id

    async def pages(self, service: AsyncClient, scope: Scope, query: Query) -> AsyncIterator[Page[Record]]:
        records = await service.trash()
        yield Page(tuple(records), len(records))

    @action("R", "restore", asks=True)
    async def restore(self, context: Context[AsyncClient], item: Record) -> Outcome:
        record = await context.service.restore(item.id)
        return Outcome(f"took back: {record.title}")

    @restore.preview
    async def preview_restore(self, context: Context[AsyncClient], items: Sequence[Record]) -> ChangePreview:
        return ChangePreview(f"takes back: {items[0].title}", items[0].paths)

    @action("ctrl+d", "purge", danger=Danger.DESTROYS, bulk=True)
    async def purge(self, context: Context[AsyncClient], item: Record) -> Outcome:
        await context.service.purge(item.id)
        return Outcome(f"deleted for good: {item.title}, {human(item.size)}")

    @purge.preview
    async def preview_purge(self, context: Context[AsyncClient], items: Sequence[Record]) -> ChangePreview:
        size = human(sum(item.size for item in items))
        lines = tuple(f"{item.title}, {human(item.size)}" for item in items)
        return ChangePreview(f"deletes for good {size}: it cannot be taken back then", lines)
