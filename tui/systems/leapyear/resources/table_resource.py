"""Tables of a database as a list; and their columns, which say how much one row may tell."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.detail import Table as Grid
from tui.resources.types import Page, Query, Scope
from tui.systems.leapyear.fields import TableColumn
from tui.systems.leapyear.objects import Table
from tui.systems.leapyear.resources.column_text import limits_text, write_columns
from tui.systems.leapyear.resources.database_resource import Databases
from tui.systems.leapyear.resources.shared_list import ServerList, section_or_reason
from tui.systems.leapyear.resources.table_actions import TableActions

if TYPE_CHECKING:
    from tui.systems.leapyear.service import LeapYearService


class Tables(TableActions):
    """The tables of a database."""

    name = "tables"
    title = "Tables"
    aliases = ("table",)
    parent = Databases
    model = Table
    refresh = 10.0
    columns = (
        Column("name", priority=9),
        Column("state", kind="status", priority=8),
        Column("public", kind="bool", priority=6),
        Column("slice_count", "slices", kind="count", priority=6),
        Column("description", priority=5, stretch=True),
        Column("source", kind="path", priority=4, stretch=True),
        Column("created_at", "created", kind="time", priority=3),
    )
    nothing = "this database has no table that you may see"

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[Table]]:
        await service.capabilities()
        async for page in service.client.table_pages(scope.parent, query.page_size):
            yield Page(tuple(page))

    async def get(self, service: LeapYearService, scope: Scope, key: str) -> Table:
        return await service.client.table(scope.parent, key)

    async def describe(self, service: LeapYearService, scope: Scope, item: Table) -> Detail:
        found = await service.client.table(item.database, item.name)
        facts = (
            Field("database", found.database),
            Field("description", found.description),
            Field("state", found.state, "status"),
            Field("public", bool(found.public), "bool"),
            Field("data slices", found.slice_count, "count"),
            Field("source", found.source, "path"),
            Field("watch folder", found.watch_folder, "path"),
            Field("created", found.created_at, "time"),
            Field("number", found.id),
            Field("revision", found.revision),
        )
        rows = tuple((column.name, _type(column), limits_text(column)) for column in found.columns)
        columns = Section(
            "columns",
            (Field("care", "the bounds and options decide how much noise a computation gets", tone="muted"),),
            Grid(("name", "type", "bounds or options"), rows) if rows else None,
        )
        typed = Section("columns as they are typed", (Field("", write_columns(found.columns).replace("\n", "; ")),))
        access = await section_or_reason("access to columns", _access(service, found))
        links = (
            Link("columns", "columns", self.below(scope, item)),
            Link("its database", "databases", Scope(), item.database),
        )
        return Detail(item.name, (Section("table", facts), columns, access, typed), found, links)

    def identity(self, item: Table) -> Hashable:
        return item.id, item.revision, item.slice_count


class Columns(ServerList[TableColumn]):
    """The columns of a table, in the order in which they were declared."""

    name = "columns"
    title = "Columns"
    aliases = ("column",)
    parent = Tables
    model = TableColumn
    refresh = 60.0
    columns = (
        Column("name", priority=9),
        Column("type", priority=8),
        Column("nullable", kind="bool", priority=6),
        Column("limits", "bounds or options", priority=8, stretch=True, value=limits_text),
        Column("my_access", "my access", priority=7),
        Column("description", priority=4, stretch=True),
    )
    nothing = "nothing is known of the columns yet"

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[TableColumn]]:
        found = await service.client.columns(*scope.parents[:2])
        yield Page(tuple(found), len(found))

    async def describe(self, service: LeapYearService, scope: Scope, item: TableColumn) -> Detail:
        fields = (
            Field("type", _type(item)),
            Field("may be missing", item.nullable, "bool"),
            Field("description", item.description),
            Field("my access", item.my_access),
        )
        sections = [Section("column", fields)]
        if item.bounds is not None:
            sections.append(
                Section(
                    "bounds",
                    tuple(Field(word, value) for word, value in zip(("least", "greatest"), item.bounds, strict=True)),
                )
            )
        if item.options:
            sections.append(
                Section("options", table=Grid(("option",), tuple((option,) for option in item.options[:500])))
            )
        return Detail(
            item.name, tuple(sections), item, (Link("its table", "tables", Scope(scope.parents[:1]), scope.parents[1]),)
        )


def _type(column: TableColumn | object) -> str:
    kind = str(getattr(column, "type", ""))
    return f"{kind}, may be null" if getattr(column, "nullable", False) else kind


async def _access(service: LeapYearService, table: Table) -> Section:
    """Return who has which level on which columns."""
    grants = await service.client.table_access(table.database, table.name)
    rows: list[tuple[str, str, str]] = []
    for grant in grants:
        by_level: dict[str, list[str]] = {}
        for column, level in grant.columns.items():
            by_level.setdefault(level, []).append(column)
        who = f"{grant.subject.kind} {grant.subject.name}"
        rows += [(who, level, ", ".join(columns)) for level, columns in by_level.items()]
    return Section("access to columns", table=Grid(("who", "level", "columns"), tuple(rows)) if rows else None)
