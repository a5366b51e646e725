"""Sessions: where each arraydeck of this user was, written down so that the next one can go on after a lost line."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, ValidationError

from tui.jobs.job import is_alive, this_process

if TYPE_CHECKING:
    import sqlite3

    from tui.jobs.state import StateDatabase

KEPT = 8
"""Sessions that are remembered, the newest."""
DAYS = 14
"""After so many days nobody goes on where he was."""
LARGEST = 64_000
"""Characters of one session; a larger one is not kept."""
_KEY = "session:"


class Ending(StrEnum):
    """How a session ended; `open` is one that goes on, or that was killed."""

    OPEN = "open"
    LOST = "lost"
    QUIT = "quit"


class Session(BaseModel):
    """Where somebody was. `where` is what that arraydeck was opened on ("" for home), `left` is what it shows."""

    model_config = ConfigDict(frozen=True)

    process: str
    at: datetime
    ending: Ending
    where: str
    left: Any

    def is_lost(self) -> bool:
        """Whether the line was lost, or the process killed, before anybody left."""
        return self.ending is Ending.LOST or (self.ending is Ending.OPEN and not is_alive(self.process))


class Sessions:
    """The sessions' part of the state database. All methods block: call them in a thread."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def keep(self, where: str, left: Any, ending: Ending = Ending.OPEN) -> None:
        """Write down where this process is, in place of what it wrote before; `left` is JSON-able.

        Raises:
            Unavailable: it cannot be written.
        """
        session = Session(process=this_process(), at=datetime.now(UTC), ending=ending, where=where, left=left)
        text = session.model_dump_json()
        if len(text) > LARGEST:
            return
        with self._state.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO remembered VALUES (?, ?)", (_KEY + session.process, text))
            for old in sorted(_sessions(connection), key=lambda one: one.at, reverse=True)[KEPT:]:
                _delete(connection, old.process)

    def forget(self) -> None:
        """Forget where this process was.

        Raises:
            Unavailable: it cannot be written.
        """
        with self._state.writing() as connection:
            _delete(connection, this_process())

    def take(self, where: str, *, left_too: bool = False) -> Session | None:
        """Return the newest session on `where` that was lost, or with `left_too` was left; nobody else gets it.

        Raises:
            Unavailable: it cannot be had.
        """
        oldest = datetime.now(UTC) - timedelta(days=DAYS)
        with self._state.writing() as connection:
            found = _sessions(connection)
            for session in found:
                if session.at < oldest:
                    _delete(connection, session.process)
            wanted = [
                session
                for session in found
                if session.where == where
                and session.at >= oldest
                and (session.is_lost() or (left_too and session.ending is Ending.QUIT))
            ]
            if not wanted:
                return None
            newest = max(wanted, key=lambda session: session.at)
            _delete(connection, newest.process)
            return newest


def _sessions(connection: sqlite3.Connection) -> list[Session]:
    """Return all sessions; what cannot be read is taken out."""
    found: list[Session] = []
    rows = connection.execute("SELECT key, value FROM remembered WHERE substr(key, 1, ?) = ?", (len(_KEY), _KEY))
    for row in rows.fetchall():
        try:
            found.append(Session.model_validate(json.loads(row["value"])))
        except (ValueError, ValidationError):
            connection.execute("DELETE FROM remembered WHERE key = ?", (row["key"],))
    return found


def _delete(connection: sqlite3.Connection, process: str) -> None:
    connection.execute("DELETE FROM remembered WHERE key = ?", (_KEY + process,))
