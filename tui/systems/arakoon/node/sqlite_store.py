"""SQLite store: a node's entries in a file, so that what was acknowledged outlives the process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tui.services.errors import DataCorrupt, Unavailable
from tui.systems.arakoon.node.bounds import Bounds
from tui.systems.arakoon.node.store import Changes
from tui.systems.arakoon.wire.codecs import encode_entry
from tui.systems.arakoon.wire.reader import SYSTEM

_TABLES = """
CREATE TABLE IF NOT EXISTS entries (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS last_update (one INTEGER PRIMARY KEY CHECK (one = 1), i INTEGER NOT NULL);
INSERT OR IGNORE INTO last_update VALUES (1, 0);
"""


class SqliteStore:
    """A store in a file. SQLite compares blobs byte by byte and a shorter one first, which is the server's order.

    Updates are gathered in a transaction until `settle`. The transaction outlives the process, not a power cut.
    """

    def __init__(self, path: Path) -> None:
        """Open the file, made if it is not there.

        Raises:
            Unavailable: it cannot be opened, or another process has it.
            DataCorrupt: it is something else.
        """
        self._path = path
        try:
            self._base = sqlite3.connect(path, isolation_level=None, timeout=2)
            self._base.execute("PRAGMA journal_mode = WAL")
            self._base.execute("PRAGMA synchronous = NORMAL")
            # A node's file is its own: a second one on it would count updates twice.
            self._base.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._base.executescript(_TABLES)
            self._i: int = self._base.execute("SELECT i FROM last_update").fetchone()[0]
        except sqlite3.OperationalError as error:
            raise Unavailable(SYSTEM, "open", f"{path} cannot be opened: {error}") from error
        except sqlite3.DatabaseError as error:
            raise DataCorrupt(SYSTEM, "open", f"{path} is no node's file: {error}") from error
        self._is_unsettled = False

    @property
    def i(self) -> int:
        """The number of the last update."""
        return self._i

    def get(self, key: bytes) -> bytes | None:
        """Return a value, None if the key is not there."""
        found = self._base.execute("SELECT value FROM entries WHERE key = ?", (key,)).fetchone()
        return None if found is None else found[0]

    def keys(self, bounds: Bounds, most: int = -1, descending: bool = False) -> list[bytes]:
        """Return the first `most` keys between the bounds in that direction; below 0 all of them."""
        return [key for (key,) in self._select("key", bounds, most, descending)]

    def entries(self, bounds: Bounds, most: int = -1, descending: bool = False) -> list[tuple[bytes, bytes]]:
        """Return what `keys` does, with the values."""
        return self._select("key, value", bounds, most, descending)

    def encoded(self, bounds: Bounds, most: int = -1, descending: bool = False) -> list[bytes]:
        """Return what `entries` does, each as it stands in an answer."""
        return [encode_entry(key, value) for key, value in self._select("key, value", bounds, most, descending)]

    def _select(self, columns: str, bounds: Bounds, most: int, descending: bool) -> list[Any]:
        query = f"SELECT {columns} FROM entries WHERE key {'>=' if bounds.low_inclusive else '>'} ?"
        values: list[bytes | int] = [bounds.low]
        if bounds.high is not None:
            query += f" AND key {'<=' if bounds.high_inclusive else '<'} ?"
            values.append(bounds.high)
        query += f" ORDER BY key {'DESC' if descending else 'ASC'} LIMIT ?"
        return self._base.execute(query, (*values, max(most, -1))).fetchall()

    def count(self) -> int:
        """Return how many keys there are. Takes time that grows with their number."""
        return self._base.execute("SELECT count(*) FROM entries").fetchone()[0]

    def apply(self, changes: Changes, i: int) -> None:
        """Make the changes, which are those of update `i`."""
        self._begin()
        for key, value in changes.items():
            if value is None:
                self._base.execute("DELETE FROM entries WHERE key = ?", (key,))
            else:
                self._base.execute("INSERT OR REPLACE INTO entries VALUES (?, ?)", (key, value))
        self._i = i

    def refill(self, entries: Iterable[tuple[bytes, bytes]], i: int) -> None:
        """Forget everything and take these entries, which are those after update `i`."""
        self._begin()
        self._base.execute("DELETE FROM entries")
        self._base.executemany("INSERT INTO entries VALUES (?, ?)", entries)
        self._i = i
        self.settle()

    def _begin(self) -> None:
        if not self._is_unsettled:
            self._base.execute("BEGIN IMMEDIATE")
            self._is_unsettled = True

    def settle(self) -> None:
        """Commit what was applied."""
        if self._is_unsettled:
            self._base.execute("UPDATE last_update SET i = ?", (self._i,))
            self._base.execute("COMMIT")
            self._is_unsettled = False

    def close(self) -> None:
        """Commit, and let go of the file."""
        self.settle()
        self._base.close()
