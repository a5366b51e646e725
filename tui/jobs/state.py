"""The state database: journal, jobs, samples, history and remembered views in one SQLite file of several arraydecks."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tui.config.atomic import sole_writer
from tui.config.paths import state_folder
from tui.jobs.job_records import JobRecords
from tui.jobs.journal import Journal
from tui.jobs.samples import SCHEMA as _SAMPLES_SCHEMA
from tui.jobs.samples import Samples
from tui.services.errors import Unavailable

BUSY_SECONDS = 10.0
CHECKED_BYTES = 16_000_000
"""Up to this size the whole file is checked when it is opened; damage in a larger one shows when it is met."""
_FIRST_SCHEMA = """
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, user TEXT NOT NULL, profile TEXT NOT NULL,
    uri TEXT NOT NULL, system TEXT NOT NULL, type TEXT NOT NULL, scope TEXT NOT NULL, action TEXT NOT NULL,
    target TEXT NOT NULL, parameters TEXT NOT NULL, ending TEXT NOT NULL, message TEXT NOT NULL,
    undo TEXT, undone TEXT, process TEXT NOT NULL);
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT, title TEXT NOT NULL, profile TEXT NOT NULL, system TEXT NOT NULL,
    state TEXT NOT NULL, done INTEGER NOT NULL, total INTEGER, unit TEXT NOT NULL, created TEXT NOT NULL,
    started TEXT, ended TEXT, message TEXT NOT NULL, result TEXT, report TEXT, restart TEXT, process TEXT NOT NULL);
CREATE TABLE job_lines (job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE, number INTEGER NOT NULL,
    line TEXT NOT NULL, PRIMARY KEY (job, number)) WITHOUT ROWID;
CREATE TABLE history (kind TEXT NOT NULL, text TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (kind, text));
CREATE TABLE remembered (key TEXT PRIMARY KEY, value TEXT NOT NULL);
"""
MIGRATIONS = (_FIRST_SCHEMA, _SAMPLES_SCHEMA)
"""What leads from each schema version to the next; the first makes the tables. Only ever added to."""
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class StateDatabase:
    """The database and its parts. Every method blocks: call it in a thread. Safe with many threads and processes.

    A file that is damaged is moved aside and a new one begun. Where none can be opened, for instance on a full
    disk, this run's state is kept in memory. `notice` says either.

    Raises:
        Unavailable: the file was made by a newer arraydeck.
    """

    def __init__(self, path: Path | None = None, migrations: Sequence[str] = MIGRATIONS) -> None:
        self.path = path if path is not None else state_folder() / "state.db"
        self.notice = ""
        self._migrations = migrations
        self._lock = threading.RLock()
        self._connection = self._opened()
        self.journal = Journal(self)
        self.jobs = JobRecords(self)
        self.samples = Samples(self)

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
                raise self._failure(error) from error

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
                raise self._failure(error) from error

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

    def _opened(self) -> sqlite3.Connection:
        try:
            # One at a time: of two that turn a new file into a WAL one, SQLite refuses the second.
            with sole_writer(self.path):
                try:
                    return self._open(self.path)
                except sqlite3.Error as error:
                    if not _is_damage(error):
                        raise
                return self._begun_anew()
        except (sqlite3.Error, OSError) as error:
            words = self._failure_words(error)
            self.notice = f"jobs, journal and undo of this run are kept in memory only: {words}"
            return self._open(None)

    def _begun_anew(self) -> sqlite3.Connection:
        stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S-%f")
        aside = self.path.with_name(f"{self.path.name}.damaged-{stamp}")
        for suffix in ("", "-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self.path.with_name(self.path.name + suffix).rename(f"{aside}{suffix}")
        connection = self._open(self.path)
        self.notice = f"the state database was damaged; it is kept as {aside}, and a new one was begun"
        return connection

    def _open(self, path: Path | None) -> sqlite3.Connection:
        """Open a file, or with None a database in memory, and bring it to this version's schema."""
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not path.exists():
                path.touch(mode=0o600)
        name = ":memory:" if path is None else path
        connection = sqlite3.connect(name, BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            connection.row_factory = sqlite3.Row
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute("PRAGMA foreign_keys = ON")
            if path is not None and path.stat().st_size <= CHECKED_BYTES:
                found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
                if found != "ok":
                    raise _Damaged(found)
            self._migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _migrate(self, connection: sqlite3.Connection) -> None:
        """Bring the schema up to date, in one transaction."""
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > len(self._migrations):
            message = f"{self.path} was made by a newer arraydeck (version {version})"
            raise Unavailable("arraydeck", "state", message, "update arraydeck, or set ARRAYDECK_HOME elsewhere")
        if version < len(self._migrations):
            connection.execute("BEGIN IMMEDIATE")
            for script in self._migrations[version:]:
                for statement in script.split(";"):
                    connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {len(self._migrations)}")
            connection.commit()

    def _failure(self, error: sqlite3.Error) -> Unavailable:
        """Return the error to raise; damage that was met is put right first, so that the next call works."""
        hint = "free some space, or set ARRAYDECK_HOME elsewhere" if _is_full(error) else ""
        if _is_damage(error):
            with contextlib.suppress(sqlite3.Error):
                self._connection.close()
            self._connection = self._opened()
            hint = self.notice or "it was begun anew; try again"
        return Unavailable("arraydeck", "state", self._failure_words(error), hint)

    def _failure_words(self, error: Exception) -> str:
        if isinstance(error, sqlite3.Error) and _is_full(error):
            return f"{self.path} cannot be written: the disk is full"
        if getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_BUSY:
            return f"{self.path} cannot be written: another arraydeck has been at it for {BUSY_SECONDS:.0f} s"
        reason = (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
        return f"{self.path} cannot be used: {reason}"


class _Damaged(sqlite3.DatabaseError):
    """What the integrity check found."""

    sqlite_errorcode = sqlite3.SQLITE_CORRUPT


def _is_damage(error: sqlite3.Error) -> bool:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED


def _is_full(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", 0)
    # A limit on the size of files shows as a failed write.
    return code & 0xFF == sqlite3.SQLITE_FULL or code == sqlite3.SQLITE_IOERR_WRITE
