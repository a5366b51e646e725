"""Teamspaces of the current platform and namespaces of the classic cloud, as one list."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, Scope
from tui.systems.tiledb.models.common_models import Space
from tui.systems.tiledb.resources.space_actions import SpaceActions, is_teamspace

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService


class Spaces(SpaceActions):
    """What assets are looked for in."""

    name = "spaces"
    title = "Teamspaces and namespaces"
    aliases = ("space", "teamspaces", "teamspace", "namespaces")
    model = Space
    refresh = 30.0
    nothing = "there are no teamspaces in this workspace"
    columns = (
        Column("name", priority=9),
        Column("kind", priority=5),
        Column("role", "you are", priority=7),
        Column("visibility", priority=6),
        Column("description", priority=4, stretch=True),
        Column("created", kind="time", priority=3),
        Column("id", priority=1, wide=True),
    )

    def identity(self, item: Space) -> Hashable:
        return item.id or item.name

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[Space]]:
        found = tuple(await (await service.backend()).spaces())
        yield Page(found, len(found))

    async def get(self, service: TileDBService, scope: Scope, key: str) -> Space:
        return await (await service.backend()).space(key)

    async def describe(self, service: TileDBService, scope: Scope, item: Space) -> Detail:
        fields = (
            Field("name", item.name),
            Field("kind", item.kind),
            Field("you are", item.role or "no member"),
            Field("visibility", item.visibility),
            Field("description", item.description),
            Field("created", item.created, "time"),
            Field("updated", item.updated, "time"),
            Field("id", item.id),
        )
        below = Scope((item.name,))
        links = [Link("assets", "assets", below)]
        if is_teamspace(item) or item.kind == "organisation":
            links.append(Link("members", "team", below))
        if is_teamspace(item):
            links.append(Link("activity", "activity", below))
        return Detail(item.name, (Section(item.kind, fields),), item, tuple(links))
