"""What was lately done in the workspace or in one teamspace: by whom, to what."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.tiledb.backend import Ability
from tui.systems.tiledb.models.common_models import Event
from tui.systems.tiledb.resources.offers import backend_with

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService


class ActivityLog(ResourceType["TileDBService", Event]):
    """What was done, the newest first. Its scope may have a teamspace as a word. The classic cloud tells of single
    arrays alone, in their details."""

    name = "activity"
    title = "Activity"
    aliases = ("events", "activities")
    searched = False
    model = Event
    nests = True
    refresh = 15.0
    prefetch = 200
    nothing = "nothing was done"
    columns = (
        Column("when", kind="time", priority=9),
        Column("who", priority=8),
        Column("action", "did", priority=9),
        Column("kind", "to a", priority=5),
        Column("what", kind="path", priority=8, stretch=True),
        Column("space", priority=6),
        Column("task", priority=1, wide=True),
    )

    def key(self, item: Event) -> str:
        return item.id

    def child_of(self, item: Event) -> str | None:
        return ""

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[Event]]:
        backend = await backend_with(service, Ability.WORKSPACE_ACTIVITY, "list activity")
        async with aclosing(backend.event_pages(scope.parents[0] if scope.parents else None)) as pages:
            async for page in pages:
                yield Page(page.items, page.total)

    async def describe(self, service: TileDBService, scope: Scope, item: Event) -> Detail:
        fields = (
            Field("when", item.when, "time"),
            Field("who", item.who),
            Field("did", item.action),
            Field("to a", item.kind),
            Field("what", item.what, "path"),
            Field("in", item.space),
            Field("by the task", item.task),
            Field("id", item.id),
        )
        links = []
        if item.space and item.what and item.kind != "token":
            links.append(Link(f"the {item.kind or 'asset'}", "assets", Scope((item.space,)), item.what.strip("/")))
        if item.task:
            links.append(Link("the task", "tasks", Scope(), item.task))
        told = tuple(field for field in fields if field.value not in (None, ""))
        return Detail(f"{item.who} {item.action} {item.what}", (Section("activity", told),), item, tuple(links))
