"""Organisations as a list: what each holds, and where its new repositories go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, Scope
from tui.systems.arraylake.listed import ListedOrg
from tui.systems.arraylake.resources.log_in_action import LOG_IN
from tui.systems.arraylake.resources.org_actions import OrgActions, account_facts

if TYPE_CHECKING:
    from tui.systems.arraylake.service import ArraylakeService


class Orgs(OrgActions):
    """The organisations of whoever is logged in."""

    name = "orgs"
    title = "Organisations"
    aliases = ("org", "organisations")
    model = ListedOrg
    fills = True
    refresh = 30.0
    columns = (
        Column("name", priority=9),
        Column("repositories", kind="count", priority=8),
        Column("buckets", kind="count", priority=7),
        Column("default_bucket", "default bucket", priority=6),
        Column("created", kind="time", priority=3),
        Column("problem", priority=2, stretch=True),
    )
    log_in = LOG_IN

    async def pages(self, service: ArraylakeService, scope: Scope, query: Query) -> AsyncIterator[Page[ListedOrg]]:
        orgs = [ListedOrg(name=org.name, id=org.id, created=org.created) for org in await service.orgs()]
        yield Page(tuple(orgs), len(orgs))

    async def fill(
        self, service: ArraylakeService, scope: Scope, items: Sequence[ListedOrg]
    ) -> Sequence[ListedOrg | None]:
        return await service.counted_orgs(items)

    async def describe(self, service: ArraylakeService, scope: Scope, item: ListedOrg) -> Detail:
        (filled,) = await service.counted_orgs((item,))
        who = await service.client.get_user()
        fields = tuple(Field(column.heading, column.read(filled), column.kind) for column in self.columns)
        below = scope / item.name
        links = (
            Link("repositories", "repos", below),
            Link("buckets", "buckets", below),
            Link("access policies of virtual chunks", "policies", below),
        )
        account = tuple(Field(label, value) for label, value in account_facts(who, service))
        return Detail(item.name, (Section("organisation", fields), Section("account", account)), filled, links)

    def identity(self, item: ListedOrg) -> Hashable:
        return item.id or item.name
