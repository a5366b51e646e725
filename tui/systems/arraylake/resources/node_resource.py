"""Groups and arrays of a version as a tree; arrays open in the viewer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotFound, NotSupported, ServiceError
from tui.systems.arraylake.content_models import Node
from tui.systems.arraylake.errors import SYSTEM, invalid
from tui.systems.arraylake.reading.contents import RepoContents, Version
from tui.systems.arraylake.reading.extra import INSTALL, has_icechunk
from tui.systems.arraylake.resources.log_in_action import LOG_IN
from tui.systems.arraylake.resources.node_text import catalogue_nodes, shape_text
from tui.systems.arraylake.resources.version_resource import Versions, repository
from tui.systems.arraylake.version_text import version_of

if TYPE_CHECKING:
    from tui.resources.arrays.array_source import ArraySource
    from tui.systems.arraylake.service import ArraylakeService

SECONDS = 3.0
"""How long the details wait for the stored bytes, for which every chunk is looked up."""


class Nodes(ResourceType["ArraylakeService", Node]):
    """What is directly in a group: groups, then arrays. Its scope may have the path of the group as one word more."""

    name = "nodes"
    title = "Groups and arrays"
    aliases = ("node", "arrays", "tree", "groups")
    parent = Versions
    model = Node
    nests = True
    views = True
    refresh = 30.0
    nothing = "nothing is in this group"
    columns = (
        Column("name", priority=9, value=lambda node: f"{node.name}/" if node.kind == "group" else node.name),
        Column("kind", priority=4),
        Column("shape", priority=8, value=lambda node: shape_text(node.shape)),
        Column("dtype", "type", priority=8, value=lambda node: node.dtype or node.problem),
        Column("chunks", priority=5, value=lambda node: shape_text(node.chunks)),
        Column("size", "bytes", kind="bytes", priority=7),
        Column("dimension_names", "dimensions", priority=6, value=lambda node: _names(node)),
        Column("chunk_count", "chunk count", kind="count", priority=2),
        Column("codecs", priority=2, value=lambda node: ", ".join(node.codecs)),
        Column("problem", priority=1, stretch=True),
    )
    log_in = LOG_IN

    def key(self, item: Node) -> str:
        return item.path

    def child_of(self, item: Node) -> str | None:
        return "nodes" if item.kind == "group" else None

    async def pages(self, service: ArraylakeService, scope: Scope, query: Query) -> AsyncIterator[Page[Node]]:
        path, version = _place(scope)
        if has_icechunk():
            nodes = await _children(await _contents(service, scope), path, version)
        else:
            group = await service.client.get_dataset_node(repository(scope), path, _branch(version))
            nodes = tuple(catalogue_nodes(group))
        yield Page(nodes, len(nodes))

    async def get(self, service: ArraylakeService, scope: Scope, key: str) -> Node:
        if has_icechunk():
            return await (await service.client.contents(repository(scope))).node(key.strip("/"), _place(scope)[1])
        return await super().get(service, Scope((*scope.parents[:3], key.rpartition("/")[0])), key)

    async def describe(self, service: ArraylakeService, scope: Scope, item: Node) -> Detail:
        fields = [
            Field("path", f"/{item.path}", "path"),
            Field("kind", item.kind),
            Field("shape", shape_text(item.shape)),
            Field("type", item.dtype),
            Field("dimensions", _names(item)),
            Field("chunks", shape_text(item.chunks)),
            Field("shards", shape_text(item.shards)),
            Field("chunk count", item.chunk_count, "count"),
            Field("fill value", item.fill_value),
            Field("codecs", ", ".join(item.codecs)),
            Field("unpacked", item.size, "bytes"),
            *(await self._stored(service, scope, item) if item.kind == "array" and item.problem is None else ()),
            Field("problem", item.problem, tone="bad"),
        ]
        told = tuple(field for field in fields if field.value not in (None, ""))
        attributes = tuple(Field(key, value) for key, value in item.attributes.items())
        sections = [Section(item.kind, told), *([Section("attributes", attributes)] if attributes else [])]
        links = (Link("commits", "commits", Scope(scope.parents[:3])),) if has_icechunk() else ()
        return Detail(f"/{item.path}", tuple(sections), item, links)

    async def _stored(self, service: ArraylakeService, scope: Scope, item: Node) -> tuple[Field, ...]:
        if not has_icechunk():
            return (Field("stored", f"not known without the extra: {INSTALL}", tone="muted"),)
        contents = await service.client.contents(repository(scope))
        try:
            async with asyncio.timeout(SECONDS):
                found = await contents.stored_size(item.path, _place(scope)[1])
        except TimeoutError:
            return (Field("stored", "takes long to count; Z counts it", tone="muted"),)
        except ServiceError as error:
            return (Field("stored", str(error), tone="bad"),)
        return (Field("stored", found.bytes, "bytes"), Field("chunks written", found.chunks, "count"))

    @action("Z", "stored bytes", danger=Danger.READS, job=True)
    async def size(self, context: Context[ArraylakeService], item: Node) -> Outcome:
        contents = await _contents(context.service, context.scope)
        if item.kind == "group":
            raise invalid("size of array", f"/{item.path} is a group, which stores nothing itself")
        found = await contents.stored_size(item.path, _place(context.scope)[1])
        return Outcome(f"/{item.path} stores {found.bytes:,} bytes in {found.chunks:,} chunks", result=found)

    async def array(self, service: ArraylakeService, scope: Scope, item: Node) -> ArraySource:
        if item.kind == "group":
            raise NotSupported(SYSTEM, "view", f"/{item.path} is a group, and no array", "enter opens it")
        return await (await _contents(service, scope)).array(item.path, _place(scope)[1])


async def _contents(service: ArraylakeService, scope: Scope) -> RepoContents:
    return await service.client.contents(repository(scope))


async def _children(contents: RepoContents, path: str, version: Version) -> tuple[Node, ...]:
    try:
        return await contents.children(path, version)
    except NotFound:
        # A new repository has not even a root group; a version that is none is told of all the same.
        if path:
            raise
        await anext(contents.history(version, page=1), None)
        return ()


def _place(scope: Scope) -> tuple[str, Version]:
    """Return the path of the group, "" for the root, and the version."""
    _, _, version, *path = scope.parents
    return (path[0].strip("/") if path else ""), version_of(version)


def _branch(version: Version) -> str:
    """Return the branch of a version, which is all that the catalogue itself can look at."""
    if version.branch is None:
        message = "tags and commits are read with the packages icechunk and zarr"
        raise NotSupported(SYSTEM, "list arrays", message, INSTALL)
    return version.branch


def _names(node: Node) -> str:
    return ", ".join(name or "?" for name in node.dimension_names or ())
