"""Where the embedded service keeps its state: one SQLite database, in memory or in a file.

Statements are short and synchronous. The service's thread and the tests' threads share one connection, in turns.
"""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_SCHEMA = """
CREATE TABLE IF NOT EXISTS setting (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS person (
    id TEXT PRIMARY KEY, email TEXT NOT NULL UNIQUE, first_name TEXT, family_name TEXT);
CREATE TABLE IF NOT EXISTS organisation (id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, created TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS member (
    org TEXT NOT NULL, principal TEXT NOT NULL, role TEXT NOT NULL, PRIMARY KEY (org, principal));
CREATE TABLE IF NOT EXISTS api_key (
    id TEXT PRIMARY KEY, client_id TEXT NOT NULL, email TEXT NOT NULL, hash TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL, expiration INTEGER NOT NULL, last_used TEXT, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS login (
    id TEXT PRIMARY KEY, person TEXT NOT NULL, refresh_hash TEXT NOT NULL UNIQUE, revoked INTEGER NOT NULL DEFAULT 0,
    generation INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS bucket (
    id TEXT PRIMARY KEY, org TEXT NOT NULL, nickname TEXT NOT NULL, platform TEXT NOT NULL, name TEXT NOT NULL,
    prefix TEXT NOT NULL, extra_config TEXT NOT NULL, auth_config TEXT, is_default INTEGER NOT NULL,
    created TEXT NOT NULL, updated TEXT NOT NULL, created_by TEXT, UNIQUE (org, nickname));
CREATE TABLE IF NOT EXISTS repository (
    id TEXT PRIMARY KEY, org TEXT NOT NULL, name TEXT NOT NULL, bucket TEXT, prefix TEXT NOT NULL, kind TEXT NOT NULL,
    description TEXT, metadata TEXT, visibility TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL,
    created_by TEXT, status TEXT NOT NULL, optimization TEXT NOT NULL, UNIQUE (org, name));
CREATE INDEX IF NOT EXISTS repository_by_update ON repository (org, updated DESC, id);
CREATE INDEX IF NOT EXISTS repository_by_bucket ON repository (bucket);
CREATE TABLE IF NOT EXISTS chunk_container (
    repository TEXT NOT NULL, url_prefix TEXT NOT NULL, nickname TEXT, PRIMARY KEY (repository, url_prefix));
CREATE TABLE IF NOT EXISTS chunk_policy (
    org TEXT NOT NULL, bucket TEXT NOT NULL, subprefix TEXT NOT NULL, public INTEGER NOT NULL, created TEXT NOT NULL,
    created_by TEXT NOT NULL, PRIMARY KEY (org, bucket, subprefix, public));
CREATE TABLE IF NOT EXISTS node (
    repository TEXT NOT NULL, branch TEXT NOT NULL, path TEXT NOT NULL, node TEXT NOT NULL,
    PRIMARY KEY (repository, branch, path));
CREATE TABLE IF NOT EXISTS object (
    bucket TEXT NOT NULL, key TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL, content BLOB NOT NULL,
    PRIMARY KEY (bucket, key)) WITHOUT ROWID;
"""


def now() -> str:
    """Return the time as the wire has it: ISO-8601 in UTC, for clients overwrite any other offset (contract §6.1)."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def compact(value: Any) -> str:
    """Return compact JSON, the only form whose error texts the vendor's command line understands (contract §2)."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


class Database:
    """The state, in a file or in memory (`:memory:`). One statement or one change at a time, from any thread."""

    def __init__(self, path: Path | str = ":memory:") -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(str(path), check_same_thread=False, isolation_level=None)
        self._connection.row_factory = sqlite3.Row
        with self._lock:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=NORMAL")
            self._connection.executescript(_SCHEMA)

    def close(self) -> None:
        """Write what is left and let go of the file."""
        with self._lock:
            self._connection.close()

    def rows(self, statement: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """Return every row of a question."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, values: Sequence[Any] = ()) -> sqlite3.Row | None:
        """Return the first row of a question, or None."""
        with self._lock:
            return self._connection.execute(statement, values).fetchone()

    def number(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Return the number that a question asks for."""
        found = self.row(statement, values)
        return int(found[0]) if found is not None and found[0] is not None else 0

    def run(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Change something; return how many rows were changed."""
        with self._lock:
            return self._connection.execute(statement, values).rowcount

    @contextmanager
    def change(self) -> Iterator[None]:
        """Make all statements in the `with` one change, undone as one when anything is raised."""
        with self._lock:
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
