"""Who has which level on what, as the lists of grants show it: own grants beside those of the groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from pydantic import BaseModel, Field

from tui.services.errors import NotFound
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.models import AccessLevel, Capabilities, Subject, SubjectAccess


class SubjectGrants(BaseModel):
    """A user or a group with its levels on databases. `levels` are its own, None while they are not known; `shared`
    the highest of its groups, with the group; `by_group` the databases on which a group gives it more than its own.
    An administrator has all without any."""

    kind: Literal["user", "group"]
    name: str
    is_admin: bool = False
    levels: dict[str, str] | None = None
    shared: dict[str, tuple[str, str]] = Field(default_factory=dict)
    by_group: tuple[str, ...] = ()

    @property
    def subject(self) -> Subject:
        """Whom it is about."""
        return Subject(kind=self.kind, name=self.name)

    def shown(self, database: str) -> str | None:
        """Return a cell of the matrix: the own level; in brackets where something else gives more, which is a group,
        or being an administrator."""
        if self.is_admin:
            return "(admin)"
        return f"({self.shared[database][0]})" if database in self.by_group else (self.levels or {}).get(database)


class TableGrants(BaseModel):
    """The levels of a subject on the columns of a table; `shared` as above."""

    database: str
    table: str
    levels: dict[str, str] = Field(default_factory=dict)
    shared: dict[str, tuple[str, str]] = Field(default_factory=dict)


class ColumnGrant(BaseModel):
    """The level of a subject on a column: its `own`, and the highest of its groups with the group that gives it."""

    name: str
    type: str
    own: str | None = None
    shared: str | None = None
    group: str | None = None


def subject_of(key: str) -> Subject:
    """Return whom the key of a list means, such as `user:ada`.

    Raises:
        NotFound: it cannot be one.
    """
    kind, colon, name = key.partition(":")
    if not colon or not name or kind not in ("user", "group"):
        raise NotFound(SYSTEM, "look at grants", f"{key!r} is no user and no group", "such as user:ada or group:staff")
    return Subject(kind="user" if kind == "user" else "group", name=name)


def table_of(key: str) -> tuple[str, str]:
    """Return the database and the table that the key of a list means, such as `sales/orders`.

    Raises:
        NotFound: it cannot be one.
    """
    database, slash, table = key.partition("/")
    if not slash or not table:
        raise NotFound(SYSTEM, "look at grants", f"{key!r} is no table of a database", "such as sales/orders")
    return database, table


def shared_levels(access: SubjectAccess, capabilities: Capabilities) -> dict[str, tuple[str, str]]:
    """Return the highest level that the groups of a subject have on each database, and which group has it."""
    found: dict[str, tuple[str, str]] = {}
    for group in access.via_groups:
        for grant in group.databases:
            known = found.get(grant.database)
            if known is None or capabilities.database_rank(grant.access) > capabilities.database_rank(known[0]):
                found[grant.database] = (grant.access, group.group)
    return found


def table_levels(access: SubjectAccess, database: str, table: str, capabilities: Capabilities) -> TableGrants:
    """Return the levels of a subject on the columns of a table."""
    own: dict[str, str] = {}
    for grant in access.tables:
        if (grant.database, grant.table) == (database, table):
            own.update(_granted(grant.columns, capabilities))
    shared: dict[str, tuple[str, str]] = {}
    for group in access.via_groups:
        for grant in group.tables:
            if (grant.database, grant.table) != (database, table):
                continue
            for column, level in _granted(grant.columns, capabilities).items():
                known = shared.get(column)
                if known is None or capabilities.column_rank(level) > capabilities.column_rank(known[0]):
                    shared[column] = (level, group.group)
    return TableGrants(database=database, table=table, levels=own, shared=shared)


def lowest(levels: tuple[AccessLevel, ...]) -> str:
    """Return the level that is no access at all: the lowest; "" where the server names none."""
    return min(levels, key=lambda level: level.rank).id if levels else ""


def _granted(levels: Mapping[str, str], capabilities: Capabilities) -> dict[str, str]:
    none = lowest(capabilities.column_access_levels)
    return {column: level for column, level in levels.items() if level != none}
