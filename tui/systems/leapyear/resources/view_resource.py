"""Views of a database, and how much of its limit each user has spent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, Scope
from tui.systems.leapyear.fields import View
from tui.systems.leapyear.models import UserExposure
from tui.systems.leapyear.resources.database_resource import Databases
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.resources.view_actions import ListedExposure, ViewActions

if TYPE_CHECKING:
    from tui.systems.leapyear.service import LeapYearService


class Views(ViewActions):
    """The views of a database, which only those who administer it see."""

    name = "views"
    title = "Views"
    aliases = ("view",)
    parent = Databases
    model = View
    refresh = 30.0
    columns = (
        Column("name", priority=9),
        Column("source_tables", "tables", priority=8, value=lambda view: ", ".join(view.source_tables)),
        Column("columns", priority=6, stretch=True, value=lambda view: ", ".join(view.columns)),
        Column("description", priority=5, stretch=True),
        Column("created_at", "created", kind="time", priority=3),
    )
    nothing = "there are no views, or you do not administer this database"

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[View]]:
        await service.capabilities()
        found = await service.client.views(scope.parent)
        yield Page(tuple(found), len(found))

    async def get(self, service: LeapYearService, scope: Scope, key: str) -> View:
        return await service.client.view(scope.parent, key)

    async def describe(self, service: LeapYearService, scope: Scope, item: View) -> Detail:
        fields = tuple(Field(column.heading, column.read(item), column.kind) for column in self.columns)
        links = tuple(Link(f"table {name}", "tables", scope, name) for name in item.source_tables)
        return Detail(item.name, (Section("view", fields),), item, links)


class Exposures(ServerList[ListedExposure]):
    """How much of a database's limit each user has spent."""

    name = "exposure"
    title = "Exposure"
    aliases = ("exposures", "budget")
    searched = False
    parent = Databases
    model = ListedExposure
    refresh = 30.0
    columns = (
        Column("user", priority=9),
        Column("spent", kind="number", priority=8),
        Column(
            "remaining",
            kind="number",
            priority=8,
            value=lambda row: "no limit" if row.remaining is None else row.remaining,
        ),
        Column("limit", kind="number", priority=6),
        Column("window", priority=5, value=lambda row: f"{row.window_days} days" if row.window_days else None),
        Column("numbers", priority=7, value=lambda row: "SYNTHETIC" if row.synthetic else "the server's"),
    )
    nothing = "nobody has spent any exposure here"

    def key(self, item: ListedExposure) -> str:
        return item.user

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[ListedExposure]]:
        found = await service.client.exposure(scope.parent)
        shared = {"limit": found.limit, "window_days": found.window_days, "synthetic": found.synthetic}
        rows = tuple(_listed(row, shared) for row in found.items)
        yield Page(rows, len(rows))


def _listed(row: UserExposure, shared: dict[str, object]) -> ListedExposure:
    return ListedExposure.model_validate({**row.model_dump(), **shared})
