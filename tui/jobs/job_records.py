"""Job records: the jobs of all arraydecks of this user, kept beyond the life of their processes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.jobs.job import Job, JobState, is_alive, this_process
from tui.jobs.progress import LINES_KEPT
from tui.services.errors import Conflict, NotFound

if TYPE_CHECKING:
    from tui.jobs.state import StateDatabase

JOBS_KEPT = 1000


class JobRecords:
    """The jobs' part of the state database. All methods block: call them in a thread."""

    def __init__(self, state: StateDatabase) -> None:
        self._state = state

    def create(self, title: str, profile: str, system: str, restart: dict[str, Any] | None) -> Job:
        """Write down a job that is about to be queued in this process."""
        now = datetime.now(UTC)
        with self._state.writing() as connection:
            cursor = connection.execute(
                "INSERT INTO jobs (title, profile, system, state, done, unit, created, message, restart, process)"
                " VALUES (?, ?, ?, ?, 0, '', ?, '', ?, ?)",
                (title, profile, system, JobState.QUEUED, now.isoformat(), _dump(restart), this_process()),
            )
            connection.execute(
                "DELETE FROM jobs WHERE id <= ? AND state NOT IN ('queued', 'running')",
                ((cursor.lastrowid or 0) - JOBS_KEPT,),
            )
        return Job(
            id=cursor.lastrowid or 0,
            title=title,
            profile=profile,
            system=system,
            created=now,
            restart=restart,
            process=this_process(),
        )

    def save(self, job: Job, lines: Sequence[str] = ()) -> None:
        """Write down how a job stands, and the lines that it logged since. One that is over stays as it ended."""
        with self._state.writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, done = ?, total = ?, unit = ?, started = ?, ended = ?, message = ?,"
                " result = ?, report = ? WHERE id = ? AND ended IS NULL",
                (
                    *(job.state, job.done, job.total, job.unit, _iso(job.started), _iso(job.ended), job.message),
                    *(_dump(job.result), job.report, job.id),
                ),
            )
            if job.ended is not None:
                connection.execute("DELETE FROM remembered WHERE key = ?", (_asked(job.id),))
            if lines:
                last = connection.execute("SELECT max(number) FROM job_lines WHERE job = ?", (job.id,)).fetchone()[0]
                first = 0 if last is None else last + 1
                rows = [(job.id, first + index, line) for index, line in enumerate(lines)]
                connection.executemany("INSERT INTO job_lines VALUES (?, ?, ?)", rows)
                oldest = first + len(lines) - LINES_KEPT
                connection.execute("DELETE FROM job_lines WHERE job = ? AND number < ?", (job.id, oldest))

    def list(self, limit: int = JOBS_KEPT) -> list[Job]:
        """Return the jobs, the newest first; those whose process is gone are `interrupted`."""
        with self._state.reading() as connection:
            rows = connection.execute("SELECT * FROM jobs ORDER BY id DESC LIMIT ?", (limit,)).fetchall()
        return [_job(row) for row in rows]

    def get(self, number: int) -> Job:
        """Return one job.

        Raises:
            NotFound: there is none of that number.
        """
        with self._state.reading() as connection:
            row = connection.execute("SELECT * FROM jobs WHERE id = ?", (number,)).fetchone()
        if row is None:
            raise NotFound("arraydeck", "jobs", f"there is no job {number}", "`arraydeck jobs` lists them")
        return _job(row)

    def lines(self, number: int) -> list[str]:
        """Return the lines that a job logged; of very many, the last."""
        with self._state.reading() as connection:
            rows = connection.execute("SELECT line FROM job_lines WHERE job = ? ORDER BY number", (number,)).fetchall()
        return [row["line"] for row in rows]

    def ask_to_cancel(self, number: int) -> None:
        """Leave a word for the process in which a job runs, that it should stop; it looks every second.

        Raises:
            Conflict: it is over.
            NotFound: there is none of that number.
        """
        job = self.get(number)
        if job.state.is_over:
            raise Conflict("arraydeck", "cancel", f"job {number} is over", job.message)
        self._state.remember(_asked(number), job.process)

    def is_asked_to_cancel(self, number: int) -> bool:
        """Whether somebody asked that a job should stop."""
        return self._state.recall(_asked(number)) is not None

    def forget(self, number: int) -> None:
        """Take a job that is over out of the list.

        Raises:
            Conflict: it is not over.
            NotFound: there is none of that number.
        """
        if not self.get(number).state.is_over:
            raise Conflict("arraydeck", "jobs", f"job {number} is not over", "stop it first")
        with self._state.writing() as connection:
            connection.execute("DELETE FROM jobs WHERE id = ?", (number,))


def _job(row: sqlite3.Row) -> Job:
    state = JobState(row["state"])
    if not state.is_over and not is_alive(row["process"]):
        state = JobState.INTERRUPTED
    return Job(
        id=row["id"],
        title=row["title"],
        profile=row["profile"],
        system=row["system"],
        state=state,
        done=row["done"],
        total=row["total"],
        unit=row["unit"],
        created=datetime.fromisoformat(row["created"]),
        started=_time(row["started"]),
        ended=_time(row["ended"]),
        message=row["message"],
        result=None if row["result"] is None else json.loads(row["result"]),
        report=row["report"],
        restart=None if row["restart"] is None else json.loads(row["restart"]),
        process=row["process"],
    )


def _asked(number: int) -> str:
    return f"cancel job {number}"


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _dump(value: Any) -> str | None:
    return None if value is None else json.dumps(value, default=str)
