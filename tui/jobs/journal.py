"""Journal: every change that was made, begun before it ran and finished after, with the way back."""

from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from tui.jobs.job import is_alive, this_process
from tui.services.errors import Conflict, NotFound, NotSupported
from tui.services.secrecy import redacted

if TYPE_CHECKING:
    from tui.jobs.state import StateDatabase

ENTRIES_KEPT = 20_000
"""Changes that are remembered, the newest."""
_CLAIM = "being undone by "


class Ending(StrEnum):
    """How a change ended. `unknown` means that the program did not live to see it."""

    RUNNING = "running"
    OK = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


class Entry(BaseModel):
    """One change: who did what to what, where and when, how it ended, and whether it can be taken back."""

    model_config = ConfigDict(frozen=True)

    id: int
    at: datetime
    user: str
    profile: str
    uri: str
    system: str
    type: str
    scope: tuple[str, ...]
    action: str
    target: str
    parameters: dict[str, Any]
    ending: Ending
    message: str
    can_undo: bool
    undone: str = ""


class Journal:
    """The journal's part of the state database. All methods block: call them in a thread."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def begin(
        self,
        *,
        profile: str,
        uri: str,
        system: str,
        type: str,
        scope: tuple[str, ...],
        action: str,
        target: str,
        parameters: dict[str, Any],
    ) -> int:
        """Write down that a change is about to be made, and return the entry's number.

        What in `parameters` is named like a secret is replaced before it is written.

        Raises:
            Unavailable: it cannot be written, so the change must not be made.
        """
        values = (_now(), _user(), profile, uri, system, type, json.dumps(scope), action, target)
        with self._state.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO journal (at, user, profile, uri, system, type, scope, action, target, parameters,"
                " ending, message, process) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (*values, json.dumps(redacted(parameters), default=str), Ending.RUNNING, "", this_process()),
            )
            assert cursor.lastrowid is not None
            connection.execute(
                "DELETE FROM journal WHERE id <= ? AND ending != ?", (cursor.lastrowid - ENTRIES_KEPT, Ending.RUNNING)
            )
            return cursor.lastrowid

    def finish(self, entry: int, ending: Ending, message: str, undo: Any = None) -> None:
        """Write down how the change ended, and what would take it back (JSON-able), if anything can."""
        with self._state.writing() as connection:
            connection.execute(
                "UPDATE journal SET ending = ?, message = ?, undo = ? WHERE id = ?",
                (ending, message, None if undo is None else json.dumps(undo), entry),
            )

    def entries(self, before: int | None = None, limit: int = 200) -> list[Entry]:
        """Return entries, the newest first, older than the one numbered `before`."""
        with self._state.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM journal WHERE ? IS NULL OR id < ? ORDER BY id DESC LIMIT ?", (before, before, limit)
            ).fetchall()
        return [_entry(row) for row in rows]

    def entry(self, number: int) -> Entry:
        """Return one entry.

        Raises:
            NotFound: there is none of that number.
        """
        return _entry(self._row(number))

    def last_undoable(self) -> Entry | None:
        """Return the newest entry that can be taken back and was not."""
        with self._state.reading() as connection:
            row = connection.execute(
                "SELECT * FROM journal WHERE undo IS NOT NULL AND undone IS NULL ORDER BY id DESC LIMIT 1"
            ).fetchone()
        return None if row is None else _entry(row)

    def claim_undo(self, number: int) -> Any:
        """Take the entry for undoing, so that nobody else does, and return its undo data.

        Raises:
            NotFound: there is no such entry.
            NotSupported: it has nothing that could be taken back.
            Conflict: it was taken back already, or somebody is at it.
        """
        row = self._row(number)
        if row["undo"] is None:
            raise NotSupported("arraydeck", "undo", f"entry {number} ({row['action']}) cannot be undone")
        left_behind = row["undone"] if _is_left_behind(row["undone"]) else None
        with self._state.writing() as connection:
            claimed = connection.execute(
                "UPDATE journal SET undone = ? WHERE id = ? AND undone IS ?",
                (_CLAIM + this_process(), number, left_behind),
            ).rowcount
        if not claimed:
            raise Conflict("arraydeck", "undo", f"entry {number} was undone already, or is just being undone")
        return json.loads(row["undo"])

    def release_undo(self, number: int) -> None:
        """Give a claimed entry back, since undoing it failed."""
        self._set_undone(number, None)

    def finish_undo(self, number: int, message: str) -> None:
        """Write down that the entry was taken back."""
        self._set_undone(number, f"{_now()} {message}")

    def _set_undone(self, number: int, text: str | None) -> None:
        with self._state.writing() as connection:
            connection.execute("UPDATE journal SET undone = ? WHERE id = ?", (text, number))

    def _row(self, number: int) -> sqlite3.Row:
        with self._state.reading() as connection:
            row = connection.execute("SELECT * FROM journal WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise NotFound("arraydeck", "journal", f"the journal has no entry {number}", "`arraydeck journal` lists it")
        return row


def _entry(row: sqlite3.Row) -> Entry:
    ending = Ending(row["ending"])
    if ending is Ending.RUNNING and not is_alive(row["process"]):
        ending = Ending.UNKNOWN
    return Entry(
        id=row["id"],
        at=datetime.fromisoformat(row["at"]),
        user=row["user"],
        profile=row["profile"],
        uri=row["uri"],
        system=row["system"],
        type=row["type"],
        scope=tuple(json.loads(row["scope"])),
        action=row["action"],
        target=row["target"],
        parameters=json.loads(row["parameters"]),
        ending=ending,
        message=row["message"],
        can_undo=row["undo"] is not None and (row["undone"] is None or _is_left_behind(row["undone"])),
        undone=row["undone"] or "",
    )


def _is_left_behind(undone: str | None) -> bool:
    """Whether a process claimed the entry and died before it had undone it."""
    return undone is not None and undone.startswith(_CLAIM) and not is_alive(undone.removeprefix(_CLAIM))


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _user() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        import os

        return f"uid {os.getuid()}"
