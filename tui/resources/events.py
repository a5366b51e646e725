"""Events: what happened lately in all stores, gathered wherever the user is: jobs that ended, health, changes made."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from tui.jobs.job import JobState
from tui.jobs.journal import Ending
from tui.jobs.remote import RemoteJob
from tui.services.errors import ServiceError
from tui.services.health import State
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.jobs.job import Job
    from tui.jobs.journal import Entry
    from tui.jobs.state import StateDatabase
    from tui.resources.connections import Connection, Connections

KEPT = 200
"""Events of each kind that are kept and read."""


class Event(BaseModel):
    """Something that happened: `text` says it in words, `status` in one word.

    `list` and `item` name where it can be looked at: one of arraydeck's own lists and the key there. An event of a
    store's health has none: the profile is the place to go to.
    """

    model_config = ConfigDict(frozen=True)

    key: str
    at: datetime
    kind: Literal["job", "health", "change"]
    profile: str
    status: str
    text: str
    list: str = ""
    item: str = ""


class Events:
    """What happened in this run, and what the state database knows of before; each kind has its own bounded ring.

    `listeners` hear of each event of this run; of changes, which the journal keeps, they hear when it is read.
    """

    def __init__(self, state: StateDatabase, connections: Connections, job_ended: list[Callable[[Job], None]]) -> None:
        self._state = state
        self._rings: dict[str, deque[Event]] = {kind: deque(maxlen=KEPT) for kind in ("job", "health")}
        self._number = 0
        self.listeners: list[Callable[[], None]] = []
        connections.made.append(self._follow)
        for ended in (job_ended, connections.job_ended):
            ended.append(self._job_ended)

    async def recent(self, limit: int = KEPT) -> list[Event]:
        """Return what happened lately, the newest first: of this run, and of the jobs and changes of all arraydecks.

        Where the state database cannot be read it is what happened in this run.
        """
        here = [event for ring in self._rings.values() for event in ring]
        try:
            kept = await asyncio.to_thread(self._kept, limit)
        except ServiceError:
            kept = []
        found = {event.key: event for event in (*kept, *here)}
        return sorted(found.values(), key=lambda event: event.at, reverse=True)[:limit]

    @property
    def failed_jobs(self) -> int:
        """How many jobs were seen to fail in this run."""
        return sum(event.status == JobState.FAILED for event in self._rings["job"])

    def _kept(self, limit: int) -> list[Event]:
        changes = [_of_change(entry) for entry in self._state.journal.entries(limit=limit)]
        jobs = [_of_job(job) for job in self._state.jobs.list(limit) if job.state.is_over]
        return [*changes, *jobs]

    def _follow(self, connection: Connection) -> None:
        state, was_ill = connection.health.state, False

        def changed() -> None:
            nonlocal state, was_ill
            before, now = state, connection.health.state
            # Its first answers may be slow, since much is loaded then. That it answers is news after it did not.
            if before is State.CONNECTING and now is State.DEGRADED and connection.health.error is None:
                return
            if now is not State.ONLINE or was_ill:
                self._keep(self._of_health(connection, now))
            state, was_ill = now, now is not State.ONLINE

        connection.health.listeners.append(changed)

    def _of_health(self, connection: Connection, state: State) -> Event:
        self._number += 1
        error = connection.health.error
        reason = f": {printable(error.message, 200)}" if error is not None else ""
        words = "answers again" if state is State.ONLINE else f"is {state}{reason}"
        if state is State.DEGRADED and error is None:
            words = "answers slowly"
        name = connection.profile.name
        return Event(
            key=f"health:{self._number}",
            at=datetime.now(UTC),
            kind="health",
            profile=name,
            status=str(state),
            text=f"{printable(name, 64)} {words}",
        )

    def _job_ended(self, job: Job) -> None:
        self._keep(_of_job(job))

    def _keep(self, event: Event) -> None:
        self._rings[event.kind].append(event)
        for listener in tuple(self.listeners):
            listener()


def _of_job(job: Job) -> Event:
    key = f"{job.profile}:{job.remote}" if isinstance(job, RemoteJob) else str(job.id)
    message = f", {printable(job.message, 200)}" if job.message and job.message != job.state else ""
    return Event(
        key=f"job:{key}",
        at=job.ended or job.started or job.created,
        kind="job",
        profile=job.profile,
        status=str(job.state),
        text=f"{printable(job.title, 200)} {job.state}{message}",
        list="jobs",
        item=key,
    )


def _of_change(entry: Entry) -> Event:
    undone = ", undone" if entry.undone else ""
    ending = "" if entry.ending is Ending.OK else f" {entry.ending}"
    message = f": {printable(entry.message, 200)}" if entry.message and entry.ending is Ending.FAILED else ""
    return Event(
        key=f"change:{entry.id}",
        at=entry.at,
        kind="change",
        profile=entry.profile,
        status=str(entry.ending),
        text=printable(f"{entry.action} {entry.type} {entry.target}{ending}{undone}{message}", 300),
        list="journal",
        item=str(entry.id),
    )
