"""Deker's resource types: collections, and the arrays and VArrays in them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.columns import Column
from tui.resources.detail import Detail, Link
from tui.resources.types import Page, Query, Scope
from tui.systems.deker.entries import ItemKind
from tui.systems.deker.models import Collection, Entry
from tui.systems.deker.resources.collection_actions import CollectionActions
from tui.systems.deker.resources.describe import describe_collection, describe_entry
from tui.systems.deker.resources.entry_actions import EntryActions, collection_of

if TYPE_CHECKING:
    from tui.resources.arrays.array_source import ArraySource, Index
    from tui.systems.deker.client import AsyncClient


def _shape(item: Any) -> str:
    return "x".join(str(size) for size in item.shape or ())


def _count(collection: Collection) -> int | None:
    summary = collection.summary
    return None if summary is None else summary.varrays if collection.is_virtual else summary.arrays


class Collections(CollectionActions):
    """The collections of a storage."""

    name = "collections"
    title = "Collections"
    aliases = ("collection", "coll", "co")
    model = Collection
    fills = True
    refresh = 5.0
    search_fills = 500
    columns = (
        Column("name", priority=9),
        Column("kind", priority=6),
        Column("dtype", priority=7),
        Column("shape", priority=8, value=_shape),
        Column("chunks", priority=3, value=lambda item: "x".join(map(str, item.chunks)) or item.chunk_mode),
        Column("compression", priority=3),
        Column("arrays", kind="count", priority=7, value=_count),
        Column("size", "on disk", kind="bytes", priority=6, value=lambda item: item.summary and item.summary.allocated),
        Column("locks", kind="count", priority=4, value=lambda item: item.summary and item.summary.locks),
        Column("health", kind="status", priority=8),
        Column("problem", priority=2),
    )

    async def pages(self, service: AsyncClient, scope: Scope, query: Query) -> AsyncIterator[Page[Collection]]:
        collections = await service.list_collections()
        yield Page(tuple(collections), len(collections))

    async def fill(
        self, service: AsyncClient, scope: Scope, items: Sequence[Collection]
    ) -> Sequence[Collection | None]:
        return [
            item.model_copy(update={"summary": await service.collection_summary(item)}) if item.kind else item
            for item in items
        ]

    async def get(self, service: AsyncClient, scope: Scope, key: str) -> Collection:
        return await collection_of(service, key)

    def child_of(self, item: Collection) -> str | None:
        return "varrays" if item.is_virtual else "arrays"

    async def describe(self, service: AsyncClient, scope: Scope, item: Collection) -> Detail:
        summary = item.summary or (await service.collection_summary(item) if item.kind else None)
        locks = await service.locks(item.name)
        return describe_collection(item.model_copy(update={"summary": summary}), locks)

    def identity(self, item: Collection) -> Hashable:
        return item.model_copy(update={"summary": None}).model_dump_json()


class _Entries(EntryActions):
    """What arrays and VArrays have in common. The primary attributes of the collection are columns."""

    parent = Collections
    model = Entry
    fills = True
    prefetch = 100_000
    search_fills = 10_000
    kind: ItemKind = "array"
    scoped_columns = "primary."
    columns = (
        Column("id", priority=9),
        Column("custom", "attributes", priority=3),
        Column(
            "has_data", "data", priority=5, value=lambda item: {True: "yes", False: "never written"}.get(item.has_data)
        ),
        Column("size", "bytes", kind="bytes", priority=6),
        Column("modified", kind="time", priority=4),
        Column("health", kind="status", priority=8),
        Column("problem", priority=2),
    )

    def key(self, item: Entry) -> str:
        return item.key

    def label(self, item: Entry) -> str:
        return item.key

    async def columns_of(self, service: AsyncClient, scope: Scope) -> tuple[Column, ...]:
        collection = await collection_of(service, scope.parent)
        first, *rest = self.columns
        primary = [
            Column(
                f"{self.scoped_columns}{attribute.name}",
                attribute.name,
                kind="moment" if attribute.dtype == "datetime" else "text",
                priority=8,
                value=_primary(attribute.name),
            )
            for attribute in collection.primary_attributes
        ]
        return (first, *primary, *rest)

    async def pages(self, service: AsyncClient, scope: Scope, query: Query) -> AsyncIterator[Page[Entry]]:
        collection = await collection_of(service, scope.parent)
        async for entries in service.array_pages(collection, self.kind, query.page_size):
            yield Page(tuple(entries))

    async def fill(self, service: AsyncClient, scope: Scope, items: Sequence[Entry]) -> Sequence[Entry | None]:
        return await service.fill(await collection_of(service, scope.parent), items)

    async def get(self, service: AsyncClient, scope: Scope, key: str) -> Entry:
        return await service.get_entry(await collection_of(service, scope.parent), self.kind, key)

    async def describe(self, service: AsyncClient, scope: Scope, item: Entry) -> Detail:
        collection = await collection_of(service, scope.parent)
        return describe_entry(collection, item, await service.entry_locks(collection, item))

    async def array(self, service: AsyncClient, scope: Scope, item: Entry) -> ArraySource:
        return service.array_source(await collection_of(service, scope.parent), item)

    def selection(self, source: ArraySource, text: str) -> Index:
        from tui.systems.deker.reading.index_text import parse_index

        return parse_index(text, source.dimensions)

    def identity(self, item: Entry) -> Hashable:
        return (item.id, item.path, item.link)


class Arrays(_Entries):
    """The arrays of a collection; of a VArray collection its tiles."""

    views = True

    name = "arrays"
    title = "Arrays"
    aliases = ("array", "arr", "a")


class VArrays(_Entries):
    """The VArrays of a collection."""

    views = True

    name = "varrays"
    title = "VArrays"
    aliases = ("varray", "va")
    kind: ItemKind = "varray"

    async def describe(self, service: AsyncClient, scope: Scope, item: Entry) -> Detail:
        detail = await super().describe(service, scope, item)
        link = Link("tiles of this collection", "arrays", scope)
        return Detail(detail.title, detail.sections, detail.body, (*detail.links, link), detail.previews)


def _primary(name: str) -> Any:
    return lambda item: item.primary.get(name)
