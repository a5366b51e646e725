"""Assets as a tree: folders, groups, arrays and files of a space; and what a search of a space finds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from tui.resources.columns import Column
from tui.resources.detail import Detail
from tui.resources.types import Page, Query, Scope
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.resources.asset_actions import AssetActions
from tui.systems.tiledb.resources.asset_details import describe_asset
from tui.systems.tiledb.resources.asset_models import ListedAsset, listed
from tui.systems.tiledb.resources.space_resource import Spaces

if TYPE_CHECKING:
    from tui.resources.arrays.array_source import ArraySource
    from tui.systems.tiledb.service import TileDBService


class _AssetList(AssetActions):
    """What the tree and the search have in common."""

    model = ListedAsset
    nests = True
    views = True
    refresh = 15.0
    prefetch = 200

    def key(self, item: ListedAsset) -> str:
        return item.path

    def identity(self, item: ListedAsset) -> Hashable:
        return item.id or (item.path, item.created)

    async def get(self, service: TileDBService, scope: Scope, key: str) -> ListedAsset:
        backend = await service.backend()
        return listed(await backend.item(scope.parents[0], key), backend.generation)

    async def describe(self, service: TileDBService, scope: Scope, item: ListedAsset) -> Detail:
        return await describe_asset(service, item)

    async def array(self, service: TileDBService, scope: Scope, item: ListedAsset) -> ArraySource:
        from tui.systems.tiledb.reading.array_opening import open_asset

        return await open_asset(service, item)


def _name(item: ListedAsset) -> str:
    return f"{item.name}/" if item.holds_others else item.name


_REST = (
    Column("type", priority=8),
    Column("size", kind="bytes", priority=7),
    Column("members", "holds", kind="count", priority=4),
    Column("updated", kind="time", priority=5),
    Column("created_by", "by", priority=4),
    Column("description", priority=3, stretch=True),
    Column("tags", priority=2, wide=True, value=lambda item: ", ".join(item.tags)),
    Column("uri", "stored at", kind="path", priority=1, wide=True),
)


class Assets(_AssetList):
    """What is directly in a space, a folder or a group. Its scope may have that one's path as one word more."""

    name = "assets"
    title = "Assets"
    aliases = ("asset", "arrays", "folders", "groups", "files")
    parent = Spaces
    finds = True
    nothing = "nothing is in here"
    columns = (Column("name", priority=9, value=_name), *_REST)

    def child_of(self, item: ListedAsset) -> str | None:
        # An array opens in the viewer instead of a list of its metadata.
        return "assets" if item.holds_others else ""

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[ListedAsset]]:
        space, *path = scope.parents
        backend = await service.backend()
        async with aclosing(backend.item_pages(space, path[0] if path else "")) as pages:
            async for page in pages:
                yield Page(tuple(listed(item, backend.generation) for item in page.items), page.total)

    def find(self, service: TileDBService, scope: Scope, text: str) -> AsyncIterator[Page[ListedAsset]]:
        return Found().pages(service, scope / text, Query())

    def listed_in(self, service: TileDBService, scope: Scope, item: ListedAsset) -> Scope:
        # Only where spaces have folders is a path what lies above it; elsewhere a slash parts a namespace from a name.
        above = item.path.rpartition("/")[0] if item.platform is Generation.CARRARA else ""
        return Scope((scope.parents[0], above)) if above else Scope(scope.parents[:1])


class Found(_AssetList):
    """What a search of a space finds, wherever it lies; the words are one word more of its scope."""

    name = "found"
    title = "Search"
    aliases = ("search",)
    searched = False
    parent = Spaces
    nothing = "nothing was found"
    columns = (Column("path", kind="path", priority=9, stretch=True), *_REST)

    def child_of(self, item: ListedAsset) -> str | None:
        return "assets" if item.holds_others else ""

    async def completions(self, service: TileDBService, scope: Scope, begun: str) -> Sequence[str]:
        return ()  # what is typed there is to be searched for: nothing is called so

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[ListedAsset]]:
        space, *words = scope.parents
        backend = await service.backend()
        source: Any = backend.item_pages(space, search=words[0] if words else "")
        async with aclosing(source) as pages:
            async for page in pages:
                yield Page(tuple(listed(item, backend.generation) for item in page.items), page.total)
