"""Tables, their columns and slices, and views (contract §7.3). What `credentials` point at is never opened (§9)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from tui.services.printable import printable
from tui.services.secrecy import redacted
from tui.services.serving.clock import Clock
from tui.services.serving.compact import compact
from tui.services.serving.state_database import Row
from tui.systems.leapyear.columns import ColumnDefinition, check_columns
from tui.systems.leapyear.service_side.bodies import Credentials, Description, NewTable, read
from tui.systems.leapyear.service_side.call import NOTHING, Answer, Call, Principal, cursor, page
from tui.systems.leapyear.service_side.creation import Creation, accepted, check_revision, confirm_replacement
from tui.systems.leapyear.service_side.database import Database, written
from tui.systems.leapyear.service_side.jobs import Jobs
from tui.systems.leapyear.service_side.refusal import conflict, invalid, missing
from tui.systems.leapyear.service_side.sight import Sight

SLOW = 30.0
_ENDS = {"emulate:fail": "failed", "emulate:timeout": "timed_out"}


class Tables:
    """The operations on tables and views."""

    def __init__(self, database: Database, clock: Clock, sight: Sight, jobs: Jobs) -> None:
        self._database = database
        self._clock = clock
        self._sight = sight
        self._jobs = jobs
        jobs.finishers["table.create"] = self._created
        jobs.finishers["table.add_slice"] = self._slice_added

    def add(self, database: int, body: NewTable, state: str = "ready") -> int:
        """Put a table in and return its id."""
        columns = body.columns or _detected(body.credentials)
        values = (database, body.name, body.description, bool(body.public), _packed(columns), _source(body.credentials))
        slices = int(body.credentials is not None and state == "ready")
        return self._database.insert(
            "INSERT INTO tbl (db, name, description, public, columns, source, watch_folder, slices, state, created)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (*values, body.watch_folder, slices, state, self._clock.now()),
        )

    def add_view(
        self, database: int, name: str, description: str, sources: Sequence[str], columns: Sequence[str]
    ) -> None:
        """Put a view in."""
        self._database.run(
            "INSERT INTO view (db, name, description, sources, columns, created) VALUES (?, ?, ?, ?, ?, ?)",
            (database, name, description, compact(list(sources)), compact(list(columns)), self._clock.now()),
        )

    def list_tables(self, call: Call) -> Answer:
        database = self._sight.database(call.principal, call.names["db"])
        rows = self._database.rows(
            "SELECT * FROM tbl WHERE db = ? AND name > ? ORDER BY name LIMIT ?",
            (database["id"], call.after_name, call.limit + 1),
        )
        documents = [self._document(database, row, call.principal) for row in rows]
        for document in documents:
            del document["columns"]
        return page(documents, call, "name")

    def create_table(self, call: Call) -> Creation:
        database = self._sight.administered(call.principal, call.names["db"])
        body = read(NewTable, call.body)
        columns = body.columns or _detected(body.credentials)
        body.columns = columns
        row = self._database.row("SELECT * FROM tbl WHERE db = ? AND name = ?", (database["id"], body.name))
        target = {"type": "table", "database": database["name"], "name": body.name}
        seconds, ends = self._fate(body.credentials)

        def remove() -> None:
            confirm_replacement(call, body.name)
            assert row is not None
            self._drop(database, row)

        def make() -> Any:
            if ends != "succeeded":
                raise invalid("credentials", "the data cannot be read")
            self.add(database["id"], body)
            return self._document(database, self._sight.table(database, body.name), call.principal)

        def started() -> dict[str, Any]:
            number = self.add(database["id"], body, "creating")
            return self._jobs.start(call.principal.name, "table.create", target, {"table": number}, seconds, ends)

        existing = self._document(database, row, call.principal) if row is not None else None
        return Creation("table", target, existing, make, remove, started)

    def _fate(self, credentials: object) -> tuple[float | None, str]:
        """Return how long a job on data takes, None for the usual time, and how it ends."""
        place = credentials if isinstance(credentials, str) else ""
        ends = next((end for start, end in _ENDS.items() if place.startswith(start)), "succeeded")
        return SLOW if place.startswith("emulate:slow") else None, ends

    def _created(self, work: Mapping[str, Any], state: str) -> Any:
        row = self._database.row("SELECT * FROM tbl WHERE id = ?", (work["table"],))
        if row is None:
            return None
        if state == "succeeded":
            slices = int(row["source"] != "")
            statement = "UPDATE tbl SET state = 'ready', slices = ?, revision = revision + 1 WHERE id = ?"
            self._database.run(statement, (slices, row["id"]))
            return {"table": row["name"], "columns": len(json.loads(row["columns"]))}
        if state == "cancelled":
            self._database.run("DELETE FROM tbl WHERE id = ?", (row["id"],))
        else:
            self._database.run("UPDATE tbl SET state = 'failed', revision = revision + 1 WHERE id = ?", (row["id"],))
        return None

    def get_table(self, call: Call) -> Answer:
        database, row = self._found(call)
        return Answer(self._document(database, row, call.principal))

    def update_table(self, call: Call) -> Answer:
        database = self._sight.administered(call.principal, call.names["db"])
        row, body = self._sight.table(database, call.names["table"]), read(Description, call.body)
        check_revision(call, row)
        if body.model_fields_set:
            statement = "UPDATE tbl SET description = ?, revision = revision + 1 WHERE id = ?"
            self._database.run(statement, (body.description, row["id"]))
        return self.get_table(call)

    def drop_table(self, call: Call) -> Answer:
        database = self._sight.administered(call.principal, call.names["db"])
        name, ignored = call.names["table"], call.choice("if_missing", "error", "ignore") == "ignore"
        row = self._database.row("SELECT * FROM tbl WHERE db = ? AND name = ?", (database["id"], name))
        if row is None:
            if ignored:
                return NOTHING
            raise missing("table", name)
        check_revision(call, row)
        self._drop(database, row)
        return NOTHING

    def _drop(self, database: Row, row: Row) -> None:
        using = [
            view["name"]
            for view in self._database.rows("SELECT name, sources FROM view WHERE db = ?", (database["id"],))
            if row["name"] in json.loads(view["sources"])
        ]
        if using:
            raise conflict("in_use", f"Table {row['name']!r} is used by {len(using)} views.", views=using[:100])
        self._database.run("DELETE FROM tbl WHERE id = ?", (row["id"],))

    def list_columns(self, call: Call) -> Answer:
        _, row = self._found(call)
        levels = self._sight.column_levels(call.principal, row["id"])
        columns: list[dict[str, Any]] = json.loads(row["columns"])
        shown = [{**column, "my_access": levels.get(column["name"], "none")} for column in columns]
        # In the order of their declaration, so that a page is known by its place and not by a name.
        begin = call.after or 0
        if not isinstance(begin, int):
            raise invalid("cursor", "it is none of this list's")
        end = begin + call.limit
        return Answer({"items": shown[begin:end], "next_cursor": cursor(end) if end < len(shown) else None})

    def add_slice(self, call: Call) -> Answer:
        database = self._sight.administered(call.principal, call.names["db"])
        row, body = self._sight.table(database, call.names["table"]), read(Credentials, call.body)
        seconds, ends = self._fate(body.credentials)
        target = {"type": "table", "database": database["name"], "name": row["name"]}
        work = {"table": row["id"]}
        return accepted(self._jobs.start(call.principal.name, "table.add_slice", target, work, seconds, ends))

    def _slice_added(self, work: Mapping[str, Any], state: str) -> Any:
        if state == "succeeded":
            statement = "UPDATE tbl SET slices = slices + 1, revision = revision + 1 WHERE id = ?"
            self._database.run(statement, (work["table"],))
        row = self._database.row("SELECT slices FROM tbl WHERE id = ?", (work["table"],))
        return None if row is None else {"slice_count": row["slices"]}

    def list_views(self, call: Call) -> Answer:
        database = self._sight.database(call.principal, call.names["db"])
        if not self._sight.administers(call.principal, database["id"]):
            return Answer({"items": [], "next_cursor": None})
        rows = self._database.rows(
            "SELECT * FROM view WHERE db = ? AND name > ? ORDER BY name LIMIT ?",
            (database["id"], call.after_name, call.limit + 1),
        )
        return page([_view(database, row) for row in rows], call, "name")

    def get_view(self, call: Call) -> Answer:
        return Answer(_view(*self._view_row(call)))

    def drop_view(self, call: Call) -> Answer:
        database = self._sight.administered(call.principal, call.names["db"])
        if self._view_named(database, call) is None and call.choice("if_missing", "error", "ignore") == "ignore":
            return NOTHING
        _, row = self._view_row(call)
        check_revision(call, row)
        self._database.run("DELETE FROM view WHERE id = ?", (row["id"],))
        return NOTHING

    def _view_row(self, call: Call) -> tuple[Row, Row]:
        database = self._sight.administered(call.principal, call.names["db"])
        row = self._view_named(database, call)
        if row is None:
            raise missing("view", call.names["view"])
        return database, row

    def _view_named(self, database: Row, call: Call) -> Row | None:
        values = (database["id"], call.names["view"])
        return self._database.row("SELECT * FROM view WHERE db = ? AND name = ?", values)

    def _found(self, call: Call) -> tuple[Row, Row]:
        database = self._sight.database(call.principal, call.names["db"])
        return database, self._sight.table(database, call.names["table"])

    def _document(self, database: Row, row: Row, who: Principal) -> dict[str, Any]:
        columns: list[dict[str, Any]] = json.loads(row["columns"])
        levels = self._sight.column_levels(who, row["id"])
        return {
            "id": row["id"],
            "database": database["name"],
            "name": row["name"],
            "description": row["description"],
            "public": bool(row["public"]),
            "columns": columns,
            "source": row["source"],
            "watch_folder": row["watch_folder"],
            "slice_count": row["slices"],
            "state": row["state"],
            "my_access": {column["name"]: levels.get(column["name"], "none") for column in columns},
            "created_at": written(row["created"]),
            "revision": row["revision"],
        }


def _packed(columns: list[ColumnDefinition]) -> str:
    return compact([column.model_dump(mode="json") for column in columns])


def _detected(credentials: object) -> list[ColumnDefinition]:
    """Return the columns of a table that declares none: those of a JSON schema, or else one of text."""
    schema = credentials.get("schema") if isinstance(credentials, dict) else None
    if schema is None:
        return [ColumnDefinition("value", type="TEXT")]
    try:
        columns = [ColumnDefinition.model_validate(entry) for entry in schema]
        check_columns(columns)
    except (ValidationError, ValueError, TypeError):
        # Its text may quote what stands beside the secrets.
        raise invalid("credentials", "the schema in it describes no columns") from None
    return columns


def _source(credentials: object) -> str:
    """Return where the data is, as far as it may be shown."""
    if credentials is None:
        return ""
    if not isinstance(credentials, str):
        return "[hidden]"
    address = printable(credentials.partition("?")[0].partition("#")[0], 500)
    scheme, mark, rest = address.partition("://")
    shown = f"{scheme}://{rest.rpartition('@')[2]}" if mark else address
    return str(redacted(shown))


def _view(database: Row, row: Row) -> dict[str, Any]:
    return {
        "database": database["name"],
        "name": row["name"],
        "description": row["description"],
        "source_tables": json.loads(row["sources"]),
        "columns": json.loads(row["columns"]),
        "created_at": written(row["created"]),
        "revision": row["revision"],
    }
