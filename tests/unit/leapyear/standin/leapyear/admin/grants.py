"""Levels of access of the stand-in, and who has which."""

from collections import namedtuple

from leapyear import _store
from leapyear.admin.database import Database, DatabaseAccessType
from leapyear.admin.group import Group
from leapyear.admin.table import ColumnAccessType
from leapyear.admin.user import User

DatabaseAccess = namedtuple("DatabaseAccess", ["subject", "database", "access"])
TableAccess = namedtuple("TableAccess", ["subject", "table", "columns"])


def _all():
    with _store.state() as state:
        latest = {tuple(row[:3]): row[3] for row in state["grants"]}
    for (kind, name, database), level in latest.items():
        subject = User(name, "") if kind == "User" else Group._named(name)
        yield DatabaseAccess(subject, Database(database), DatabaseAccessType[level])


def all_access_on_database(db):
    return [grant for grant in _all() if grant.database == db]


def all_access_on_table(table):
    return [TableAccess(User("root", ""), table, dict.fromkeys(table.columns, ColumnAccessType.OPEN))]


def all_database_accesses_for_subject(subject):
    return [grant for grant in _all() if grant.subject == subject]
