"""Grants: which user or group has which level on which database, and on which columns (contract §7.2 to §7.4)."""

from __future__ import annotations

import json
from typing import Any

from tui.services.serving.state_database import Row
from tui.systems.leapyear.service_side.bodies import ColumnLevels, Level, read
from tui.systems.leapyear.service_side.call import Answer, Call
from tui.systems.leapyear.service_side.database import Database
from tui.systems.leapyear.service_side.groups import Groups
from tui.systems.leapyear.service_side.levels import COLUMN_LEVELS, DATABASE_LEVELS, check_level, highest
from tui.systems.leapyear.service_side.refusal import invalid, missing
from tui.systems.leapyear.service_side.sight import Sight
from tui.systems.leapyear.service_side.users import Users

_SUBJECTS = "(SELECT 'user' AS kind, id, name FROM user UNION ALL SELECT 'group', id, name FROM grp)"


class Grants:
    """The operations on grants."""

    def __init__(self, database: Database, sight: Sight, users: Users, groups: Groups) -> None:
        self._database = database
        self._sight = sight
        self._users = users
        self._groups = groups

    def grant(self, kind: str, subject: int, database: int, level: str) -> None:
        """Set the level of a subject on a database; `none` takes the grant away."""
        if level == "none":
            values = (database, kind, subject)
            self._database.run("DELETE FROM db_access WHERE db = ? AND kind = ? AND subject = ?", values)
        else:
            self._database.run("INSERT OR REPLACE INTO db_access VALUES (?, ?, ?, ?)", (kind, subject, database, level))

    def grant_column(self, kind: str, subject: int, table: int, column: str, level: str) -> None:
        """Set the level of a subject on a column; `none` takes the grant away."""
        if level == "none":
            statement = "DELETE FROM column_access WHERE tbl = ? AND kind = ? AND subject = ? AND column_name = ?"
            self._database.run(statement, (table, kind, subject, column))
        else:
            statement = "INSERT OR REPLACE INTO column_access VALUES (?, ?, ?, ?, ?)"
            self._database.run(statement, (kind, subject, table, column, level))

    def list_database_access(self, call: Call) -> Answer:
        row = self._sight.administered(call.principal, call.names["db"])
        found = self._database.rows(
            f"SELECT s.kind, s.name, level FROM db_access JOIN {_SUBJECTS} s ON s.kind = db_access.kind"
            " AND s.id = subject WHERE db = ? ORDER BY s.kind, s.name",
            (row["id"],),
        )
        return _listed([_database_access(grant["kind"], grant["name"], row["name"], grant["level"]) for grant in found])

    def get_own_access(self, call: Call) -> Answer:
        row = self._sight.database(call.principal, call.names["db"])
        levels = list(self._sight.levels(call.principal, row["id"]))
        best = highest((level for level, _ in levels), DATABASE_LEVELS)
        return Answer({"access": best, "via": [way for level, way in levels if level == best]})

    def get_database_access(self, call: Call) -> Answer:
        row = self._sight.administered(call.principal, call.names["db"])
        kind, name, subject = self._subject(call)
        values = (row["id"], kind, subject)
        found = self._database.row("SELECT level FROM db_access WHERE db = ? AND kind = ? AND subject = ?", values)
        return Answer(_database_access(kind, name, row["name"], found["level"] if found is not None else "none"))

    def set_database_access(self, call: Call) -> Answer:
        row = self._sight.administered(call.principal, call.names["db"])
        kind, name, subject = self._subject(call)
        level = check_level(read(Level, call.body).access, DATABASE_LEVELS)
        self.grant(kind, subject, row["id"], level)
        return Answer(_database_access(kind, name, row["name"], level))

    def list_table_access(self, call: Call) -> Answer:
        database = self._sight.administered(call.principal, call.names["db"])
        table = self._sight.table(database, call.names["table"])
        found = self._database.rows(
            f"SELECT DISTINCT s.kind, s.name, s.id FROM column_access JOIN {_SUBJECTS} s ON s.kind = column_access.kind"
            " AND s.id = subject WHERE tbl = ? ORDER BY s.kind, s.name",
            (table["id"],),
        )
        return _listed([self._table_access(database, table, row["kind"], row["name"], row["id"]) for row in found])

    def get_table_access(self, call: Call) -> Answer:
        database = self._sight.administered(call.principal, call.names["db"])
        table = self._sight.table(database, call.names["table"])
        return Answer(self._table_access(database, table, *self._subject(call)))

    def set_table_access(self, call: Call) -> Answer:
        database = self._sight.administered(call.principal, call.names["db"])
        table = self._sight.table(database, call.names["table"])
        kind, name, subject = self._subject(call)
        body = read(ColumnLevels, call.body)
        known = [column["name"] for column in json.loads(table["columns"])]
        if (body.columns is None) == (body.all is None):
            raise invalid("columns", "give either columns or all")
        wanted = body.columns if body.columns is not None else dict.fromkeys(known, body.all or "")
        for column, level in wanted.items():
            if column not in known:
                raise invalid("columns", f"there is no column {column!r}")
            check_level(level, COLUMN_LEVELS, "all" if body.columns is None else "columns")
        with self._database.together():
            for column, level in wanted.items():
                self.grant_column(kind, subject, table["id"], column, level)
        return Answer(self._table_access(database, table, kind, name, subject))

    def list_user_access(self, call: Call) -> Answer:
        row = self._users.row(call)
        groups = self._database.rows(
            "SELECT grp.* FROM grp JOIN member ON member.grp = grp.id WHERE member.user = ? ORDER BY name", (row["id"],)
        )
        via = [{"group": group["name"], **self._of("group", group)} for group in groups]
        return Answer({**self._of("user", row), "via_groups": via})

    def list_group_access(self, call: Call) -> Answer:
        return Answer({**self._of("group", self._groups.row(call)), "via_groups": []})

    def _of(self, kind: str, subject: Row) -> dict[str, Any]:
        """Return all grants of a user or a group itself."""
        name, number = subject["name"], subject["id"]
        databases = self._database.rows(
            "SELECT db.name, level FROM db_access JOIN db ON db.id = db_access.db WHERE kind = ? AND subject = ?"
            " ORDER BY db.name",
            (kind, number),
        )
        tables = self._database.rows(
            "SELECT DISTINCT tbl.*, db.name AS database FROM column_access JOIN tbl ON tbl.id = column_access.tbl"
            " JOIN db ON db.id = tbl.db WHERE kind = ? AND subject = ? ORDER BY db.name, tbl.name",
            (kind, number),
        )
        return {
            "databases": [_database_access(kind, name, row["name"], row["level"]) for row in databases],
            "tables": [self._table_access({"name": row["database"]}, row, kind, name, number) for row in tables],
        }

    def _subject(self, call: Call) -> tuple[str, str, int]:
        """Return the kind, name and id of the subject that a path names. Raises Refusal: 422, 404."""
        kind, name = call.names["kind"], call.names["subject"]
        if kind not in ("user", "group"):
            raise invalid("kind", "it must be user or group")
        table = "user" if kind == "user" else "grp"
        row = self._database.row(f"SELECT id FROM {table} WHERE name = ?", (name,))
        if row is None:
            raise missing(kind, name)
        return kind, name, row["id"]

    def _table_access(self, database: Any, table: Row, kind: str, name: str, subject: int) -> dict[str, Any]:
        granted = {
            row["column_name"]: row["level"]
            for row in self._database.rows(
                "SELECT column_name, level FROM column_access WHERE tbl = ? AND kind = ? AND subject = ?",
                (table["id"], kind, subject),
            )
        }
        columns: dict[str, str] = {
            column["name"]: granted.get(column["name"], "none") for column in json.loads(table["columns"])
        }
        return {
            "subject": {"kind": kind, "name": name},
            "database": database["name"],
            "table": table["name"],
            "columns": columns,
        }


def _database_access(kind: str, name: str, database: str, level: str) -> dict[str, Any]:
    return {"subject": {"kind": kind, "name": name}, "database": database, "access": level}


def _listed(items: list[dict[str, Any]]) -> Answer:
    return Answer({"items": items, "next_cursor": None})
