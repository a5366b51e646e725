"""Who has which access: the published functions of the grants module (contract §2.11)."""

from __future__ import annotations

from tui.systems.leapyear.models import DatabaseAccess, TableAccess
from tui.systems.leapyear.objects import Database, Group, Table, User

__all__ = [
    "DatabaseAccess",
    "TableAccess",
    "all_access_on_database",
    "all_access_on_table",
    "all_database_accesses_for_subject",
]


async def all_access_on_database(database: Database) -> list[DatabaseAccess]:
    """Return the level of every user and group on a database."""
    return await database.client.database_access(database.name)


async def all_access_on_table(table: Table) -> list[TableAccess]:
    """Return the levels of every user and group on the columns of a table."""
    return await table.client.table_access(table.database, table.name)


async def all_database_accesses_for_subject(subject: User | Group) -> list[DatabaseAccess]:
    """Return the levels that a user or a group itself has, on every database."""
    return (await subject.client.subject_access(subject.subject)).databases
