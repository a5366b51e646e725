"""The state database: journal, jobs, history and remembered views in one SQLite file that several arraydecks share."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

from tui.config.paths import state_folder
from tui.jobs.job_records import JobRecords
from tui.jobs.journal import Journal
from tui.services.errors import Unavailable

SCHEMA_VERSION = 1
BUSY_SECONDS = 10.0
_SCHEMA = """
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, user TEXT NOT NULL, profile TEXT NOT NULL,
    uri TEXT NOT NULL, system TEXT NOT NULL, type TEXT NOT NULL, scope TEXT NOT NULL, action TEXT NOT NULL,
    target TEXT NOT NULL, parameters TEXT NOT NULL, ending TEXT NOT NULL, message TEXT NOT NULL,
    undo TEXT, undone TEXT, process TEXT NOT NULL);
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, profile TEXT NOT NULL, system TEXT NOT NULL,
    state TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER, unit TEXT NOT NULL, created TEXT NOT NULL,
    started TEXT, ended TEXT, message TEXT NOT NULL, result TEXT, restart TEXT, process TEXT NOT NULL);
CREATE TABLE job_lines (job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE, number INTEGER NOT NULL,
    line TEXT NOT NULL, PRIMARY KEY (job, number)) WITHOUT ROWID;
CREATE TABLE history (kind TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (kind, text));
CREATE TABLE remembered (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""


class StateDatabase:
    """The database and its parts. Every method blocks: call it in a thread. Safe with many threads and processes.

    A file that is no database any more is moved aside, and `notice` says so.

    Raises:
        Unavailable: it cannot be opened; the message says why.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else state_folder() / "state.db"
        self.notice = ""
        self._lock = threading.RLock()
        try:
            self._connection = self._open()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise self._unavailable(error) from error
            self._move_aside(error)
            self._connection = self._open()
        self.journal = Journal(self)
        self.jobs = JobRecords(self)

    @contextlib.contextmanager
    def writing(self) -> Generator[sqlite3.Connection]:
        """Yield the connection inside a transaction that is kept if the block ends well.

        Raises:
            Unavailable: it could not be written, for instance because the disk is full; nothing was.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except BaseException:
                    self._connection.rollback()
                    raise
                self._connection.commit()
            except sqlite3.Error as error:
                with contextlib.suppress(sqlite3.Error):
                    self._connection.rollback()
                raise self._unavailable(error) from error

    @contextlib.contextmanager
    def reading(self) -> Generator[sqlite3.Connection]:
        """Yield the connection for a query.

        Raises:
            Unavailable: it cannot be read.
        """
        with self._lock:
            try:
                yield self._connection
            except sqlite3.Error as error:
                raise self._unavailable(error) from error

    def remember(self, key: str, value: str) -> None:
        """Keep a text under a key, until it is overwritten."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?)", (key, value))

    def recall(self, key: str) -> str | None:
        """Return the text kept under a key."""
        with self.reading() as connection:
            row = connection.execute("SELECT value FROM remembered WHERE key = ?", (key,)).fetchone()
        return None if row is None else row["value"]

    def add_history(self, kind: str, text: str, keep: int = 500) -> None:
        """Remember a line that was typed; the oldest beyond `keep` are forgotten."""
        with self.writing() as connection:
            now = datetime.now(UTC).isoformat()
            connection.execute("INSERT OR REPLACE INTO history VALUES (?, ?, ?)", (kind, text, now))
            connection.execute(
                "DELETE FROM history WHERE kind = ? AND text NOT IN"
                " (SELECT text FROM history WHERE kind = ? ORDER BY at DESC LIMIT ?)",
                (kind, kind, keep),
            )

    def history(self, kind: str) -> list[str]:
        """Return the lines that were typed, the newest first."""
        with self.reading() as connection:
            rows = connection.execute("SELECT text FROM history WHERE kind = ? ORDER BY at DESC", (kind,)).fetchall()
        return [row["text"] for row in rows]

    def close(self) -> None:
        """Close the file. Safe to call twice."""
        with self._lock:
            self._connection.close()

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not self.path.exists():
            self.path.touch(mode=0o600)
        connection = sqlite3.connect(self.path, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            self._make_schema(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _make_schema(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN IMMEDIATE")
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            for statement in _SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        connection.commit()
        if version > SCHEMA_VERSION:
            message = f"{self.path} was made by a newer arraydeck (version {version})"
            raise Unavailable("arraydeck", "state", message, "update arraydeck, or set ARRAYDECK_HOME elsewhere")

    def _move_aside(self, error: sqlite3.DatabaseError) -> None:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        self.path.rename(aside)
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).unlink()
        self.notice = f"the state database was damaged ({error}); it is kept as {aside}, and a new one was begun"

    def _unavailable(self, error: sqlite3.Error) -> Unavailable:
        hint = "is the disk full? ARRAYDECK_HOME moves it elsewhere"
        return Unavailable("arraydeck", "state", f"{self.path} cannot be used: {error}", hint)
