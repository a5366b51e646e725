"""Jobs of the server: they move on with the clock, and what they are for is done when they end (contract §7.6, §9)."""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from tui.services.serving.clock import Clock
from tui.services.serving.compact import compact
from tui.services.serving.state_database import Row
from tui.systems.leapyear.service_side.call import Answer, Call, cursor
from tui.systems.leapyear.service_side.database import Database, written
from tui.systems.leapyear.service_side.refusal import Refusal, conflict, invalid, missing

MOST_QUEUED = 200
KEPT_SECONDS, MOST_KEPT = 7 * 86_400.0, 1000
LOOK = 0.05
"""Seconds between two looks at a job that somebody waits for."""
_ACTIVE = "('queued', 'running')"
_ERRORS = {
    "failed": {"code": "upstream_error", "message": "The data cannot be read."},
    "timed_out": {"code": "upstream_timeout", "message": "The data took too long to read."},
}

Finisher = Callable[[Mapping[str, Any], str], Any]
"""Does what a job of a kind is for, given its work and the state that it ended in; returns the job's result."""


class Jobs:
    """The jobs. One is queued for `queue_seconds` and runs for `run_seconds`, unless it is told otherwise."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.queue_seconds = 0.1
        self.run_seconds = 1.0
        self.finishers: dict[str, Finisher] = {}
        self._database = database
        self._clock = clock

    def start(
        self,
        user: str,
        kind: str,
        target: Mapping[str, Any],
        work: Mapping[str, Any],
        seconds: float | None = None,
        ends: str = "succeeded",
    ) -> dict[str, Any]:
        """Queue a job and return it.

        Raises:
            Refusal: 429, too many are queued.
        """
        if self._database.number("SELECT count(*) FROM job WHERE state = 'queued'") >= MOST_QUEUED:
            raise Refusal(429, "busy", "Too many jobs are queued.", wait=1)
        run_seconds = self.run_seconds if seconds is None else seconds
        identity = self._add(user, kind, target, "queued", (self.queue_seconds, run_seconds, ends, compact(work)))
        self.advance()
        return self._document(self._row(identity))

    def done(self, user: str, kind: str, target: Mapping[str, Any]) -> dict[str, Any]:
        """Return a new job that is over already: what it is for took no time."""
        identity = self._add(user, kind, target, "succeeded", (0.0, 0.0, "succeeded", "{}"))
        now = self._clock.now()
        self._database.run("UPDATE job SET started = ?, finished = ? WHERE id = ?", (now, now, identity))
        return self._document(self._row(identity))

    def _add(self, user: str, kind: str, target: Mapping[str, Any], state: str, rest: tuple[Any, ...]) -> str:
        identity = f"job_{secrets.token_hex(8)}"
        self._database.run(
            "INSERT INTO job (id, kind, state, user, target, submitted, extra, queue_seconds, run_seconds, ends, work)"
            " VALUES (?, ?, ?, ?, ?, ?, '{}', ?, ?, ?, ?)",
            (identity, kind, state, user, compact(target), self._clock.now(), *rest),
        )
        return identity

    def advance(self) -> None:
        """Bring every job to where it is at this time."""
        now = self._clock.now()
        for row in self._database.rows(f"SELECT * FROM job WHERE state IN {_ACTIVE} ORDER BY number"):
            starts = row["submitted"] + row["queue_seconds"]
            if row["state"] == "queued" and starts <= now:
                self._database.run("UPDATE job SET state = 'running', started = ? WHERE id = ?", (starts, row["id"]))
            if starts + row["run_seconds"] <= now:
                self._end(row, row["ends"], starts + row["run_seconds"])

    def _end(self, row: Row, state: str, moment: float) -> None:
        with self._database.together():
            finisher = self.finishers.get(row["kind"])
            result = finisher(json.loads(row["work"]), state) if finisher is not None else None
            error = _ERRORS.get(state)
            self._database.run(
                "UPDATE job SET state = ?, finished = ?, error = ?, result = ? WHERE id = ?",
                (state, moment, None if error is None else compact(error), compact(result), row["id"]),
            )
            self._database.run(
                f"DELETE FROM job WHERE state NOT IN {_ACTIVE} AND (finished < ? OR number <= (SELECT number FROM job"
                f" WHERE state NOT IN {_ACTIVE} ORDER BY number DESC LIMIT 1 OFFSET ?))",
                (self._clock.now() - KEPT_SECONDS, MOST_KEPT),
            )

    def list_jobs(self, call: Call) -> Answer:
        state = call.choice("state", "all", "active", "finished")
        tests = {"all": "1", "active": f"state IN {_ACTIVE}", "finished": f"state NOT IN {_ACTIVE}"}
        last = call.after
        if isinstance(last, str):
            raise invalid("cursor", "it is none of this list's")
        values: list[Any] = [last or 2**62]
        test = tests[state]
        user = call.query.get("user") if call.principal.is_admin else call.principal.name
        for column, wanted in (("user", user), ("kind", call.query.get("kind"))):
            if wanted is not None:
                test += f" AND {column} = ?"
                values.append(wanted)
        rows = self._database.rows(
            f"SELECT * FROM job WHERE number < ? AND {test} ORDER BY number DESC LIMIT ?", (*values, call.limit + 1)
        )
        shown = rows[: call.limit]
        following = cursor(shown[-1]["number"]) if len(rows) > call.limit else None
        return Answer({"items": [self._document(row) for row in shown], "next_cursor": following})

    def get_job(self, call: Call) -> Answer:
        return Answer(self._document(self._seen(call)))

    async def job_ends(self, call: Call, seconds: float) -> Answer:
        """Return a job as soon as it is over, and no later than in `seconds`."""
        deadline = time.monotonic() + seconds
        while True:
            self.advance()
            answer = self.get_job(call)
            if answer.body["finished_at"] is not None or time.monotonic() >= deadline:
                return answer
            await asyncio.sleep(LOOK)

    def get_job_result(self, call: Call) -> Answer:
        row = self._seen(call)
        if row["state"] != "succeeded":
            raise conflict("job_finished", f"The job is {row['state']}, it has no result.", state=row["state"])
        return Answer({"result": json.loads(row["result"] or "null")})

    def cancel_job(self, call: Call) -> Answer:
        row = self._seen(call)
        if row["finished"] is not None:
            raise conflict("job_finished", f"The job is over: {row['state']}.", state=row["state"])
        self._end(row, "cancelled", self._clock.now())
        return Answer(self._document(self._row(row["id"])), 202)

    def _seen(self, call: Call) -> Row:
        """Return the job that a call names, if who asks may see it. Raises Refusal 404."""
        row = self._database.row("SELECT * FROM job WHERE id = ?", (call.names["job"],))
        if row is None or not (call.principal.is_admin or row["user"] == call.principal.name):
            raise missing("job", call.names["job"])
        return row

    def _row(self, identity: str) -> Row:
        row = self._database.row("SELECT * FROM job WHERE id = ?", (identity,))
        assert row is not None
        return row

    def _document(self, row: Row) -> dict[str, Any]:
        progress: float | None = None
        if row["state"] == "succeeded":
            progress = 1.0
        elif row["state"] == "running":
            share = (self._clock.now() - row["started"]) / row["run_seconds"] if row["run_seconds"] else 1.0
            progress = round(min(max(share, 0.0), 0.99), 2)
        return {
            "id": row["id"],
            "kind": row["kind"],
            "state": row["state"],
            "submitted_by": row["user"],
            "submitted_at": written(row["submitted"]),
            "started_at": written(row["started"]),
            "finished_at": written(row["finished"]),
            "progress": progress,
            "target": json.loads(row["target"]),
            "error": None if row["error"] is None else json.loads(row["error"]),
            "extra": json.loads(row["extra"]),
        }
