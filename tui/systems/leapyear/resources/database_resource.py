"""Databases as a list: how each is protected, what is in it, and what whoever asks may do with it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section, Table
from tui.resources.types import Page, Query, Scope
from tui.services.errors import NotFound
from tui.systems.leapyear.objects import Database
from tui.systems.leapyear.resources.database_actions import DatabaseActions, limit_text
from tui.systems.leapyear.resources.shared_list import section_or_reason
from tui.systems.leapyear.service import each

if TYPE_CHECKING:
    from tui.systems.leapyear.service import LeapYearService


def _profile(database: Database) -> str | None:
    pending = database.privacy_profile_pending
    return f"{database.privacy_profile} → {pending}" if pending else database.privacy_profile


class Databases(DatabaseActions):
    """The databases that whoever is logged in may see."""

    name = "databases"
    title = "Databases"
    aliases = ("database", "db")
    model = Database
    refresh = 15.0
    columns = (
        Column("name", priority=9),
        Column("privacy_profile", "profile", priority=8, value=_profile),
        Column("limit", priority=7, value=lambda database: limit_text(database.privacy_limit)),
        Column("table_count", "tables", kind="count", priority=6),
        Column("view_count", "views", kind="count", priority=4),
        Column("my_access", "my access", priority=6),
        Column("description", priority=5, stretch=True),
        Column("created_at", "created", kind="time", priority=2),
    )
    nothing = "there is no database that you may see"
    fills = True

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[Database]]:
        await service.capabilities()
        async for page in service.client.database_pages(query.page_size):
            yield Page(tuple(page))

    async def fill(
        self, service: LeapYearService, scope: Scope, items: Sequence[Database]
    ) -> Sequence[Database | None]:
        """Add what a list does not tell where it is dear to know: a bridge must look into each database."""

        async def filled(item: Database) -> Database | None:
            if item.table_count is not None:
                return item
            try:
                return await service.client.database(item.name)
            except NotFound:
                return None

        return await each(items, filled)

    async def get(self, service: LeapYearService, scope: Scope, key: str) -> Database:
        return await service.client.database(key)

    def child_of(self, item: Database) -> str | None:
        return "tables"

    async def describe(self, service: LeapYearService, scope: Scope, item: Database) -> Detail:
        found = await service.client.database(item.name)
        params, limit = found.privacy_params, found.privacy_limit
        facts = (
            Field("description", found.description),
            Field("tables", found.table_count, "count"),
            Field("views", found.view_count, "count"),
            Field("created", found.created_at, "time"),
            Field("number", found.id),
            Field("revision", found.revision),
        )
        privacy = (
            Field("profile", found.privacy_profile),
            *(
                (Field("is being set to", found.privacy_profile_pending, tone="warn"),)
                if found.privacy_profile_pending
                else ()
            ),
            Field("most exposure at once", params.max_exposure_per_computation, "number"),
            Field("fewest rows", params.minimum_dataset_size, "count"),
            Field("limit", limit_text(limit)),
        )
        access = await section_or_reason("access", _access(service, item.name))
        below = scope / item.name
        links = (
            Link("tables", "tables", below),
            Link("views", "views", below),
            Link("exposure", "exposure", below),
            *(
                (Link("its privacy profile", "privacy-profiles", Scope(), found.privacy_profile),)
                if found.privacy_profile
                else ()
            ),
        )
        sections = (Section("database", facts), Section("privacy", privacy), access)
        return Detail(item.name, sections, found, links)

    def identity(self, item: Database) -> Hashable:
        # What is in it is part of it: it goes with it when it is dropped.
        return item.id, item.revision, item.table_count, item.view_count


async def _access(service: LeapYearService, database: str) -> Section:
    """Return who has which level, and by what the own one is had."""
    own = await service.client.own_access(database)
    via = f" ({', '.join(own.via)})" if own.via else ""
    rows = tuple(
        (f"{grant.subject.kind} {grant.subject.name}", grant.access)
        for grant in await service.client.database_access(database)
    )
    return Section("access", (Field("my own", f"{own.access}{via}"),), Table(("who", "level"), rows) if rows else None)
