"""ServerJobs: tasks and runs of task graphs as the list of all jobs shows them. Implements `tui.jobs.remote.JobSource`.

While nothing runs it asks nothing by itself: whoever looks at jobs makes it look, and it then goes on with growing
pauses for as long as something runs. A server's week may hold thousands of tasks; only the newest are looked at.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.jobs.job import Job, JobState
from tui.jobs.polling import Backoff, Poller
from tui.jobs.remote import RemoteJob
from tui.services.errors import NotFound, ServiceError
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.models.task_models import GraphRun, Task

if TYPE_CHECKING:
    from tui.systems.tiledb.client import AsyncClient

BACKOFF = Backoff(start=2.0, factor=1.6, maximum=30.0)
LOOK_EVERY = 15.0
"""Seconds between two looks of a list that is seen while nothing runs."""
NEWEST = 100
"""Tasks, and runs of graphs, that one look asks for: one page of each."""
KEPT = 300
"""Jobs that are remembered; those that have been over for longest are forgotten first."""
TASKS, GRAPHS = "tasks", "graphs"
_STATES = {
    "queued": JobState.QUEUED,
    "submitted": JobState.QUEUED,
    "running": JobState.RUNNING,
    "idle": JobState.RUNNING,
    "completed": JobState.SUCCEEDED,
    "succeeded": JobState.SUCCEEDED,
    "cancelled": JobState.CANCELLED,
    "abandoned": JobState.INTERRUPTED,
    "unknown": JobState.INTERRUPTED,
}
States = frozenset[tuple[str, JobState]]


class ServerJobs:
    """What runs and lately ran on one server. `ended` hears once of each that was seen to end."""

    def __init__(
        self,
        client: AsyncClient,
        profile: str,
        *,
        backoff: Backoff = BACKOFF,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.ended: list[Callable[[Job], None]] = []
        self._client, self._profile = client, profile
        self._jobs: dict[str, RemoteJob] = {}
        self._spaces: dict[str, str | None] = {}
        self._looked: float | None = None
        self._has_looked = False
        self._task: asyncio.Task[None] | None = None
        self._poller: Poller[States] = Poller(self._poll, bool, backoff=backoff, sleep=sleep)

    @property
    def is_following(self) -> bool:
        """Whether it asks the server now and again."""
        return self._task is not None and not self._task.done()

    def jobs(self) -> Sequence[RemoteJob]:
        return sorted(self._jobs.values(), key=lambda job: (job.created, job.remote), reverse=True)

    def look(self) -> None:
        if self.is_following or (self._looked is not None and time.monotonic() - self._looked < LOOK_EVERY):
            return
        self._begin()

    def begun(self) -> None:
        """Look at once, since something was just made to run."""
        if self.is_following:
            self._poller.wake()
        else:
            self._begin()

    def add(self, item: Task | GraphRun) -> RemoteJob:
        """List what runs, though it be older than the newest or a step of a graph, and follow it to its end."""
        if isinstance(item, Task):
            key, job = f"{TASKS}:{item.id}", _task(item, self._profile)
        else:
            key, job = f"{GRAPHS}:{item.uuid}", _graph(item, self._profile)
            self._spaces[item.uuid] = item.namespace
        self._jobs[key] = job
        self.begun()
        return job

    def forget(self) -> None:
        """Begin anew: the log-in is another one, and what was known is not its own."""
        self._jobs, self._spaces = {}, {}
        self._has_looked, self._looked = False, None
        self._poller.wake()

    async def looked(self) -> None:
        """Wait for the end of following: until nothing runs any more."""
        if self._task is not None:
            await asyncio.wait({self._task})

    async def close(self) -> None:
        """Stop asking. Safe to call twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    def _begin(self) -> None:
        self._looked = time.monotonic()
        self._task = asyncio.get_running_loop().create_task(self._follow(), name="tiledb jobs")

    async def _follow(self) -> None:
        # What is wrong with the server its own lists and the header say; the next look asks again.
        with suppress(ServiceError):
            await self._poller.run()

    async def _poll(self) -> States:
        found = {f"{TASKS}:{task.id}": _task(task, self._profile) for task in await self._newest_tasks()}
        asked_of = self._jobs
        runs = await self._newest_runs()
        found |= {f"{GRAPHS}:{run.uuid}": _graph(run, self._profile) for run in runs}
        self._spaces |= {run.uuid: run.namespace for run in runs if run.is_running}
        for key, job in list(self._jobs.items()):
            if key not in found and not job.state.is_over:
                found[key] = await self._missing(job)
        if self._jobs is not asked_of:
            # The log-in changed meanwhile: these are another's.
            return frozenset()
        for key, job in found.items():
            known = self._jobs.get(key)
            self._jobs[key] = job
            was_over = known.state.is_over if known is not None else not self._has_looked
            if job.state.is_over and not was_over:
                for listener in tuple(self.ended):
                    listener(job)
        self._has_looked, self._looked = True, time.monotonic()
        over = [f"{job.listed_in}:{job.remote}" for job in self.jobs()[KEPT:] if job.state.is_over]
        for key in over:
            self._jobs.pop(key, None)
        under_way = {job.remote for job in self._jobs.values() if not job.state.is_over}
        self._spaces = {run: space for run, space in self._spaces.items() if run in under_way}
        return frozenset((key, job.state) for key, job in self._jobs.items() if not job.state.is_over)

    async def _newest_tasks(self) -> Sequence[Task]:
        # What a graph runs is shown as the graph alone: a hundred nodes are one piece of work.
        async with aclosing(self._client.tasks.pages(page_size=NEWEST)) as pages:
            async for page in pages:
                return [task for task in page.items if not task.task_graph_uuid]
        return ()

    async def _newest_runs(self) -> Sequence[GraphRun]:
        async with aclosing(self._client.tasks.graph_run_pages(page_size=NEWEST)) as pages:
            async for page in pages:
                return page.items
        return ()

    async def _missing(self, job: RemoteJob) -> RemoteJob:
        """Return a job that was under way and is not among the newest any more."""
        space = self._spaces.get(job.remote)
        try:
            if job.listed_in == TASKS:
                return _task(await self._client.tasks.get(job.remote), self._profile)
            return _graph(await self._client.tasks.get_graph_run(job.remote, space), self._profile)
        except NotFound:
            words = "the server does not know it any more"
            return job.model_copy(update={"state": JobState.INTERRUPTED, "message": words})


def _state(status: str | None) -> JobState:
    return _STATES.get((status or "unknown").lower(), JobState.FAILED)


def _task(task: Task, profile: str) -> RemoteJob:
    return RemoteJob(
        title=f"task {printable(task.name or task.id, 80)}",
        profile=profile,
        system=SYSTEM,
        state=_state(task.status),
        created=task.start_time or datetime.fromtimestamp(0, UTC),
        started=None if task.status == "QUEUED" else task.start_time,
        ended=task.finish_time,
        message="" if task.is_running else printable(task.status_message or "", 300),
        remote=task.id,
        submitted_by=printable(task.username or "", 128),
        listed_in=TASKS,
        cancelled_by="",
        target=printable(task.target, 200),
    )


def _graph(run: GraphRun, profile: str) -> RemoteJob:
    over, total = run.progress
    return RemoteJob(
        title=f"task graph {printable(run.name or run.uuid, 80)}",
        profile=profile,
        system=SYSTEM,
        state=_state(run.status),
        done=over,
        total=total or None,
        unit="steps",
        created=run.created_at or run.start_time or datetime.fromtimestamp(0, UTC),
        started=run.start_time,
        ended=run.end_time,
        message="" if run.is_running else printable(run.status_message or "", 300),
        remote=run.uuid,
        submitted_by=printable(run.created_by or "", 128),
        listed_in=GRAPHS,
        cancelled_by="stop",
    )
