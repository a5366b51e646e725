"""Things that the embedded server keeps as JSON documents: credentials, invitations, arrays of the classic cloud, ...

A record has a kind, a scope (its owner: a workspace, a namespace), a name that is unique there, and an id.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.refusal import missing


@dataclass(frozen=True)
class Record:
    """One document; `created` is epoch seconds."""

    kind: str
    scope: str
    name: str
    id: str
    created: float
    document: dict[str, Any]


class Records:
    """All records of the state."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def put(self, record: Record) -> Record:
        """Keep a record, in place of one of the same kind, scope and name."""
        self._database.run(
            "INSERT OR REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?)",
            (record.kind, record.scope, record.name, record.id, record.created, json.dumps(record.document)),
        )
        return record

    def find(self, kind: str, scope: str, name_or_id: str) -> Record | None:
        """Return the record of this name or id in a scope."""
        return _record(
            self._database.row(
                "SELECT * FROM record WHERE kind = ? AND scope = ? AND (name = ? OR id = ?)",
                (kind, scope, name_or_id, name_or_id),
            )
        )

    def anywhere(self, kind: str, identity: str) -> Record | None:
        """Return the record of this id in whatever scope."""
        return _record(self._database.row("SELECT * FROM record WHERE kind = ? AND id = ?", (kind, identity)))

    def all(self, kind: str, scope: str | None = None) -> list[Record]:
        """Return the records of a kind, in one scope or in all, in the order of their names."""
        where, values = ("", (kind,)) if scope is None else (" AND scope = ?", (kind, scope))
        rows = self._database.rows(f"SELECT * FROM record WHERE kind = ?{where} ORDER BY scope, name", values)
        return [Record(**{**row, "document": json.loads(row["document"])}) for row in rows]

    def change(self, record: Record, **parts: Any) -> Record:
        """Change fields of a record's document and return it as it is then."""
        return self.put(Record(**{**vars(record), "document": {**record.document, **parts}}))

    def rename(self, record: Record, name: str, scope: str | None = None) -> Record:
        """Give a record another name, and perhaps another scope."""
        with self._database.together():
            self.delete(record)
            return self.put(Record(**{**vars(record), "name": name, "scope": record.scope if scope is None else scope}))

    def delete(self, record: Record) -> None:
        """Let go of a record."""
        self._database.run(
            "DELETE FROM record WHERE kind = ? AND scope = ? AND name = ?", (record.kind, record.scope, record.name)
        )


def existing(record: Record | None, called: str) -> Record:
    """Return a record that was looked for, if there is one.

    Raises:
        Refusal: 404, there is none of what is so called.
    """
    if record is None:
        raise missing(called)
    return record


def _record(row: dict[str, Any] | None) -> Record | None:
    return Record(**{**row, "document": json.loads(row["document"])}) if row is not None else None
