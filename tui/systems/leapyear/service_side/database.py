"""Where the server keeps its state: its tables, in one SQLite database in memory or in a file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui.services.serving.clock import rfc3339
from tui.services.serving.state_database import StateDatabase

_SCHEMA = """
PRAGMA foreign_keys=ON;
CREATE TABLE IF NOT EXISTS user (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, salt BLOB NOT NULL, hash BLOB NOT NULL,
    is_admin INTEGER NOT NULL, enabled INTEGER NOT NULL, description TEXT, created REAL NOT NULL, last_login REAL,
    revision INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS user_key (
    id INTEGER PRIMARY KEY AUTOINCREMENT, user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE, name TEXT NOT NULL,
    pem TEXT NOT NULL, fingerprint TEXT NOT NULL, algorithm TEXT NOT NULL, created REAL NOT NULL);
CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    expires REAL NOT NULL, revoked INTEGER NOT NULL DEFAULT 0);
CREATE TABLE IF NOT EXISTS used_assertion (id TEXT PRIMARY KEY, expires REAL NOT NULL);
CREATE TABLE IF NOT EXISTS grp (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, description TEXT, created REAL NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS member (
    grp INTEGER NOT NULL REFERENCES grp ON DELETE CASCADE, user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    PRIMARY KEY (grp, user)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS profile (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, description TEXT, builtin INTEGER NOT NULL,
    params TEXT NOT NULL, revision INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS db (
    id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, description TEXT,
    profile INTEGER NOT NULL REFERENCES profile, pending TEXT, privacy_limit TEXT, created REAL NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1);
CREATE TABLE IF NOT EXISTS tbl (
    id INTEGER PRIMARY KEY AUTOINCREMENT, db INTEGER NOT NULL REFERENCES db ON DELETE CASCADE, name TEXT NOT NULL,
    description TEXT, public INTEGER NOT NULL, columns TEXT NOT NULL, source TEXT NOT NULL, watch_folder TEXT,
    slices INTEGER NOT NULL, state TEXT NOT NULL, created REAL NOT NULL, revision INTEGER NOT NULL DEFAULT 1,
    UNIQUE (db, name));
CREATE TABLE IF NOT EXISTS view (
    id INTEGER PRIMARY KEY AUTOINCREMENT, db INTEGER NOT NULL REFERENCES db ON DELETE CASCADE, name TEXT NOT NULL,
    description TEXT, sources TEXT NOT NULL, columns TEXT NOT NULL, created REAL NOT NULL,
    revision INTEGER NOT NULL DEFAULT 1, UNIQUE (db, name));
CREATE TABLE IF NOT EXISTS db_access (
    kind TEXT NOT NULL, subject INTEGER NOT NULL, db INTEGER NOT NULL REFERENCES db ON DELETE CASCADE,
    level TEXT NOT NULL, PRIMARY KEY (db, kind, subject)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS column_access (
    kind TEXT NOT NULL, subject INTEGER NOT NULL, tbl INTEGER NOT NULL REFERENCES tbl ON DELETE CASCADE,
    column_name TEXT NOT NULL, level TEXT NOT NULL, PRIMARY KEY (tbl, kind, subject, column_name)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS access_by_subject ON db_access (kind, subject);
CREATE TABLE IF NOT EXISTS exposure (
    db INTEGER NOT NULL REFERENCES db ON DELETE CASCADE, user INTEGER NOT NULL REFERENCES user ON DELETE CASCADE,
    spent REAL NOT NULL, PRIMARY KEY (db, user)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS job (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, state TEXT NOT NULL,
    user TEXT NOT NULL, target TEXT NOT NULL, submitted REAL NOT NULL, queue_seconds REAL NOT NULL,
    run_seconds REAL NOT NULL, ends TEXT NOT NULL, started REAL, finished REAL, error TEXT, result TEXT,
    work TEXT NOT NULL, extra TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS job_by_state ON job (state);
CREATE TABLE IF NOT EXISTS audit (
    number INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, user TEXT NOT NULL, method TEXT NOT NULL,
    path TEXT NOT NULL, status INTEGER NOT NULL);
"""


def written(moment: float | None) -> str | None:
    """Return a moment in epoch seconds as the wire has it, None for none."""
    return None if moment is None else rfc3339(moment)


class Database(StateDatabase):
    """The state, in a file for its owner's eyes or in memory (`:memory:`).

    Raises:
        OSError, sqlite3.Error: the file cannot be used, or is no database.
    """

    def __init__(self, path: Path | str = ":memory:") -> None:
        if str(path) != ":memory:":
            # Made for its owner alone before SQLite opens it: hashes of passwords are in it.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        super().__init__(_SCHEMA, path)

    def insert(self, statement: str, values: Sequence[Any] = ()) -> int:
        """Insert a row; return its id."""
        with self._turn:
            return self._connection.execute(statement, values).lastrowid or 0
