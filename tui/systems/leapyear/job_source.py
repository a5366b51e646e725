"""FollowedJobs: the jobs of a server as the list of all jobs shows them. Implements `tui.jobs.remote.JobSource`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from copy import copy
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.jobs.job import Job
from tui.jobs.job import JobState as State
from tui.jobs.remote import RemoteJob
from tui.services.printable import printable
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.models import AsyncJobInformation, JobState

if TYPE_CHECKING:
    from tui.systems.leapyear.follower import JobFollower

LOOK_EVERY = 15.0
"""Seconds between two looks of a list that is seen while nothing runs (contract part D)."""
LISTED_IN = "remote-jobs"
_STATES = {
    JobState.QUEUED: State.QUEUED,
    JobState.RUNNING: State.RUNNING,
    JobState.SUCCEEDED: State.SUCCEEDED,
    JobState.FAILED: State.FAILED,
    JobState.CANCELLED: State.CANCELLED,
    JobState.TIMED_OUT: State.FAILED,
    JobState.LOST: State.INTERRUPTED,
}


class FollowedJobs:
    """What a follower knows. `ended` hears of each job that was seen to end."""

    def __init__(self, follower: JobFollower, profile: str) -> None:
        self.ended: list[Callable[[Job], None]] = []
        self._profile = profile
        self.follow(follower)

    def follow(self, follower: JobFollower) -> None:
        """Hear of another follower from now on: the client is another one."""
        self._follower = follower
        self._looked: float | None = None
        follower.ended.append(self._tell)

    @property
    def is_known(self) -> bool:
        """Whether what is known is as fresh as it must be: it is being followed, or was looked at lately."""
        lately = self._looked is not None and time.monotonic() - self._looked < LOOK_EVERY
        return self._follower.has_looked and (lately or self._follower.is_following)

    def jobs(self) -> Sequence[RemoteJob]:
        return [shown(job, self._profile) for job in self._follower.jobs()]

    def look(self) -> None:
        if self._follower.is_following:
            return
        if self._looked is None or time.monotonic() - self._looked >= LOOK_EVERY:
            self._looked = time.monotonic()
            self._follower.look()

    async def known(self) -> list[AsyncJobInformation]:
        """Return what is known of the jobs, the newest first, after a look at the server if that is not fresh.

        Raises:
            ServiceError: the server cannot be asked.
        """
        if not self.is_known:
            self._looked = time.monotonic()
            await self._follower.answered()
        elif self._follower.problem is not None:
            # A copy: an exception collects the traces of everybody who raises it.
            raise copy(self._follower.problem).with_traceback(None)
        return self._follower.jobs()

    def _tell(self, job: AsyncJobInformation) -> None:
        for listener in tuple(self.ended):
            listener(shown(job, self._profile))


def target_text(job: AsyncJobInformation) -> str:
    """Return what a job works on, in words."""
    target = job.target
    parts = [part for part in (target.database, target.name) if part]
    return printable(f"{target.type} {' / '.join(parts)}".strip(), 300)


def target_place(job: AsyncJobInformation) -> tuple[str, tuple[str, ...], str]:
    """Return in which list what a job works on is: the type, the parents, the key; the type is "" for none."""
    target = job.target
    match target.type:
        case "table" if target.database and target.name:
            return "tables", (target.database,), target.name
        case "database" | "user" | "group" if target.name:
            return f"{target.type}s", (), target.name
        case "privacy_profile" if target.name:
            return "privacy-profiles", (), target.name
        case _:
            return "", (), ""


def ending_text(job: AsyncJobInformation) -> str:
    """Return why a job ended as it did, "" where there is nothing to say."""
    said = printable(job.error.message, 300) if job.error is not None else ""
    match job.state:
        case JobState.TIMED_OUT:
            return f"it took too long: {said}" if said else "it took too long"
        case JobState.LOST:
            return "the server does not know it any more"
        case _:
            return said


def shown(job: AsyncJobInformation, profile: str) -> RemoteJob:
    """Return a job as the list of all jobs shows it."""
    kind, scope, key = target_place(job)
    return RemoteJob(
        title=f"{printable(job.kind, 60)} {target_text(job)}".strip(),
        profile=profile,
        system=SYSTEM,
        state=_STATES[job.state],
        done=round((job.progress or 0.0) * 100),
        total=None if job.progress is None else 100,
        unit="%",
        created=job.submitted_at or datetime.fromtimestamp(0, UTC),
        started=job.started_at,
        ended=job.finished_at,
        message=ending_text(job),
        remote=job.id,
        submitted_by=printable(job.submitted_by, 128),
        listed_in=LISTED_IN,
        target=target_text(job),
        target_type=kind,
        target_scope=scope,
        target_key=key,
    )
