"""Grants: a matrix of subjects and databases; of a subject its tables, and of a table its columns."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.detail import Table as Grid
from tui.resources.types import Page, Query, Scope
from tui.services.errors import NotFound
from tui.systems.leapyear.resources.grant_actions import ColumnActions, SubjectActions, TableActions
from tui.systems.leapyear.resources.grant_models import (
    ColumnGrant,
    SubjectGrants,
    TableGrants,
    lowest,
    shared_levels,
    subject_of,
    table_levels,
    table_of,
)
from tui.systems.leapyear.service import each

if TYPE_CHECKING:
    from tui.systems.leapyear.service import LeapYearService

WIDEST = 20
"""Cells of a column of the matrix."""
MOST_DATABASES = 60
"""Databases that are columns of the matrix; the details of a row have all."""


class Grants(SubjectActions):
    """Users and groups down, databases across: the own level; in brackets where a group gives more."""

    name = "grants"
    title = "Grants"
    aliases = ("grant", "access")
    model = SubjectGrants
    refresh = 30.0
    prefetch = 200
    fills = True
    columns = (Column("kind", priority=6), Column("name", priority=9))

    def key(self, item: SubjectGrants) -> str:
        return f"{item.kind}:{item.name}"

    async def columns_of(self, service: LeapYearService, scope: Scope) -> tuple[Column, ...]:
        found: list[str] = []
        async for page in service.client.database_pages(MOST_DATABASES):
            found = [database.name for database in page]
            break
        levels = (await service.capabilities()).database_access_levels
        # Rows are filled after the columns were measured: each has room for its longest level in brackets.
        room = max((len(level.id) for level in levels), default=0) + 2
        return (*self.columns, *(_database_column(name, room) for name in found))

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[SubjectGrants]]:
        await service.capabilities()
        groups = [name for page in [await service.client.groups()] for name in page]
        yield Page(tuple(SubjectGrants(kind="group", name=name) for name in groups))
        async for page in service.client.user_pages(limit=query.page_size):
            yield Page(tuple(SubjectGrants(kind="user", name=user.username, is_admin=user.is_admin) for user in page))

    async def fill(
        self, service: LeapYearService, scope: Scope, items: Sequence[SubjectGrants]
    ) -> Sequence[SubjectGrants | None]:
        capabilities = await service.capabilities()
        none = lowest(capabilities.database_access_levels)

        async def filled(item: SubjectGrants) -> SubjectGrants | None:
            try:
                access = await service.client.subject_access(item.subject)
            except NotFound:
                return None
            levels = {grant.database: grant.access for grant in access.databases}
            shared, rank = shared_levels(access, capabilities), capabilities.database_rank
            more = [name for name, (level, _) in shared.items() if rank(level) > rank(levels.get(name, none))]
            return item.model_copy(update={"levels": levels, "shared": shared, "by_group": tuple(more)})

        return await each(items, filled)

    async def get(self, service: LeapYearService, scope: Scope, key: str) -> SubjectGrants:
        subject = subject_of(key)
        is_admin = False
        if subject.kind == "user":
            is_admin = (await service.client.user(subject.name)).is_admin
        made = SubjectGrants(kind=subject.kind, name=subject.name, is_admin=is_admin)
        found = (await self.fill(service, scope, (made,)))[0]
        if found is None:
            raise NotFound("leapyear", "look at grants", f"there is no {subject.kind} {subject.name}")
        return found

    async def describe(self, service: LeapYearService, scope: Scope, item: SubjectGrants) -> Detail:
        found = await self.get(service, scope, self.key(item))
        own = found.levels or {}
        names: set[str] = {*own, *found.shared}
        rows = tuple((name, own.get(name, ""), " by ".join(found.shared.get(name, ()))) for name in sorted(names))
        fields = (Field("administrator", "yes: may do everything without any grant"),) if found.is_admin else ()
        section = Section("databases", fields, Grid(("database", "own", "through groups"), rows) if rows else None)
        links = (
            Link("tables and columns", "table-grants", self.below(scope, item)),
            Link(f"{item.kind} {item.name}", f"{item.kind}s", Scope(), item.name),
        )
        return Detail(f"{item.kind} {item.name}", (section,), found, links)

    def identity(self, item: SubjectGrants) -> Hashable:
        # Edited as a whole: what was shown must still be what is there.
        return item.kind, item.name, None if item.levels is None else tuple(sorted(item.levels.items()))


class GrantedTables(TableActions):
    """What a subject may do with the columns of each table."""

    name = "table-grants"
    title = "Grants on tables"
    aliases = ("table-grant",)
    searched = False
    parent = Grants
    model = TableGrants
    refresh = 60.0
    columns = (
        Column("database", priority=8),
        Column("table", priority=9),
        Column("own", priority=8, stretch=True, value=lambda row: summary(row.levels)),
        Column(
            "through_groups",
            priority=7,
            stretch=True,
            value=lambda row: summary({name: pair[0] for name, pair in row.shared.items()}),
        ),
    )
    nothing = "there is no table in the databases that you may see"

    def key(self, item: TableGrants) -> str:
        return f"{item.database}/{item.table}"

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[TableGrants]]:
        capabilities = await service.capabilities()
        access = await service.client.subject_access(subject_of(scope.parent))
        async for databases in service.client.database_pages():
            for database in databases:
                async for tables in service.client.table_pages(database.name):
                    rows = [table_levels(access, database.name, table.name, capabilities) for table in tables]
                    yield Page(tuple(rows))

    async def get(self, service: LeapYearService, scope: Scope, key: str) -> TableGrants:
        database, table = table_of(key)
        await service.client.table(database, table)
        access = await service.client.subject_access(subject_of(scope.parent))
        return table_levels(access, database, table, await service.capabilities())

    async def describe(self, service: LeapYearService, scope: Scope, item: TableGrants) -> Detail:
        rows = await _columns(service, scope.parent, item.database, item.table)
        grid = Grid(("column", "own", "through groups"), tuple((row.name, row.own, _shared(row)) for row in rows))
        link = Link("columns", "column-grants", self.below(scope, item))
        table = Link(f"table {item.table}", "tables", Scope((item.database,)), item.table)
        return Detail(self.key(item), (Section("columns", table=grid),), item, (link, table))

    def identity(self, item: TableGrants) -> Hashable:
        return item.database, item.table, tuple(sorted(item.levels.items()))


class GrantedColumns(ColumnActions):
    """What a subject may do with each column of a table."""

    name = "column-grants"
    title = "Grants on columns"
    aliases = ("column-grant",)
    searched = False
    parent = GrantedTables
    model = ColumnGrant
    refresh = 60.0
    columns = (
        Column("name", "column", priority=9),
        Column("type", priority=6),
        Column("own", priority=8),
        Column("shared", "through groups", priority=7),
        Column("group", priority=6),
    )

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[ColumnGrant]]:
        subject, place = scope.parents[:2]
        rows = await _columns(service, subject, *table_of(place))
        yield Page(tuple(rows), len(rows))

    def identity(self, item: ColumnGrant) -> Hashable:
        return item.name, item.own


async def _columns(service: LeapYearService, subject: str, database: str, table: str) -> list[ColumnGrant]:
    access = await service.client.subject_access(subject_of(subject))
    grants = table_levels(access, database, table, await service.capabilities())
    rows: list[ColumnGrant] = []
    for column in await service.client.columns(database, table):
        shared, group = grants.shared.get(column.name, (None, None))
        own = grants.levels.get(column.name)
        rows.append(ColumnGrant(name=column.name, type=column.type, own=own, shared=shared, group=group))
    return rows


def _shared(row: ColumnGrant) -> str:
    return f"{row.shared} by {row.group}" if row.shared else ""


def _database_column(name: str, room: int) -> Column:
    def level(row: Any) -> str | None:
        return row.shown(name)

    return Column(name, name, priority=5, width=min(max(len(name), room), WIDEST), value=level)


def summary(levels: dict[str, str]) -> str | None:
    """Return levels in few words: each level with its columns."""
    by_level: dict[str, list[str]] = {}
    for column, level in levels.items():
        by_level.setdefault(level, []).append(column)
    return "; ".join(f"{level}: {', '.join(columns)}" for level, columns in by_level.items()) or None
