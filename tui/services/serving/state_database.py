"""Where an embedded server keeps its state: one SQLite database, in a file or in memory, used from any thread."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_SETTINGS = "CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);"
Row = dict[str, Any]


class StateDatabase:
    """A connection that threads use in turns; every statement is short.

    Args:
        schema: statements that make what is missing of the tables, beside that of `remember`.
        path: the file, or `:memory:`.

    Raises:
        sqlite3.Error: the file is no database, or cannot be had.
    """

    def __init__(self, schema: str, path: Path | str = ":memory:") -> None:
        self._turn = threading.RLock()
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(_SETTINGS + schema)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        with self._turn:
            self._connection.close()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows of a query."""
        with self._turn:
            return [dict(row) for row in self._connection.execute(statement, values)]

    def row(self, statement: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row of a query, if there is one."""
        with self._turn:
            found = self._connection.execute(statement, values).fetchone()
            return dict(found) if found is not None else None

    def number(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Return the number that a query of one number answers; 0 for NULL."""
        found = self.row(statement, values)
        return int(next(iter(found.values())) or 0) if found else 0

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change rows; return how many."""
        with self._turn:
            return self._connection.execute(statement, values).rowcount

    def add(self, table: str, **columns: Any) -> None:
        """Add a row to a table. The names are the caller's own, never a client's."""
        names, marks = ", ".join(columns), ", ".join("?" * len(columns))
        self.run(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(columns.values()))

    @contextmanager
    def together(self) -> Generator[None]:
        """Make the statements of a `with` one change: all of them, or none where something is raised."""
        with self._turn:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def setting(self, name: str) -> str | None:
        """Return what was remembered under a name, or None."""
        found = self.row("SELECT value FROM setting WHERE name = ?", (name,))
        return found["value"] if found is not None else None

    def remember(self, name: str, value: str) -> None:
        """Keep a text under a name."""
        self.run("INSERT OR REPLACE INTO setting VALUES (?, ?)", (name, value))
