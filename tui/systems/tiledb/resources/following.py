"""Following what runs on the service as a job of this program: asked for with back-off until it is over."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from tui.jobs.polling import Backoff, Poller
from tui.resources.actions import Context, Outcome
from tui.resources.cells import duration_text
from tui.resources.detail import Link
from tui.resources.types import Scope
from tui.services.errors import Conflict, ServiceError
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.models.task_models import GraphRun, Task

if TYPE_CHECKING:
    from tui.jobs.progress import Progress
    from tui.systems.tiledb.service import TileDBService

R = TypeVar("R", Task, GraphRun)
OWN = "arraydeck"
"""The profile of arraydeck's own lists, the jobs among them."""
LOOK = 0.2
"""Seconds between two looks at whether the job was cancelled, while it waits."""
BACKOFF = Backoff(start=1.0, factor=1.5, maximum=30.0)
LOG_LINES = 200
"""Lines of a task's own log that go into the job's."""


async def follow_task(service: TileDBService, task_id: str, progress: Progress, space: str | None = None) -> Task:
    """Return a task once it is over, and write down what became of it.

    Raises:
        Cancelled: the job was; the task goes on, since a single task cannot be stopped.
        Conflict: the task failed; the message says why.
        ServiceError: it cannot be asked for.
    """

    def told(task: Task) -> None:
        progress.log(f"{task.name or task.id}: {task.status.lower()}{_after(task.seconds)}")

    task = await _until_over(lambda: service.client.tasks.get(task_id, space), told, progress)
    for line in (task.logs or "").splitlines()[-LOG_LINES:]:
        progress.log(line)
    if task.status == "FAILED":
        raise Conflict(SYSTEM, "follow task", f"{task.name or task.id} failed: {task.status_message or 'no reason'}")
    return task


async def follow_graph(service: TileDBService, run_id: str, progress: Progress, space: str | None = None) -> GraphRun:
    """Return a run of a task graph once it is over, and write down each of its steps.

    Raises:
        Cancelled: the job was; the run goes on, there is an action that stops it.
        Conflict: the run failed; the message says where.
        ServiceError: it cannot be asked for.
    """
    states: dict[str, str] = {}

    def told(run: GraphRun) -> None:
        over, total = run.progress
        progress.expect(total, "steps")
        progress.add(over - progress.done)
        for node in run.nodes:
            state = (node.status or "waiting").lower()
            if states.get(node.client_node_uuid) != state:
                states[node.client_node_uuid] = state
                why = f": {node.status_message}" if node.status_message else ""
                progress.log(f"{node.name or node.client_node_uuid}: {state}{_after(node.seconds)}{why}")

    run = await _until_over(lambda: service.client.tasks.get_graph_run(run_id, space), told, progress)
    if run.status == "failed":
        failed = ", ".join(node.name or node.client_node_uuid for node in run.nodes if node.status == "FAILED")
        raise Conflict(SYSTEM, "follow task graph", f"{run.name or run.uuid} failed at {failed or 'a step'}")
    return run


def among_the_jobs(context: Context[TileDBService], item: Task | GraphRun, label: str, state: str) -> Outcome:
    """Lead to the row of what runs in the list of all jobs, which tells its end; to none if it is over."""
    if not item.is_running:
        return Outcome(f"{label} is over: {state}")
    job = context.service.jobs.add(item)
    words = f"{label} is among the jobs, and its end is told"
    link = Link(job.title, "jobs", Scope(), f"{job.profile}:{job.remote}", OWN)
    return Outcome(words, result={"status": item.status}, link=link, goes=True)


async def _until_over(ask: Callable[[], Awaitable[R]], told: Callable[[R], None], progress: Progress) -> R:
    """Ask again and again, and return the first answer that is over; `told` hears each."""
    poller = Poller(
        ask,
        lambda found: found.is_running,
        on_answer=told,
        on_error=_teller(progress),
        backoff=BACKOFF,
        sleep=_sleeper(progress),
    )
    return await poller.run()


def _after(seconds: float | None) -> str:
    return "" if seconds is None else f", {duration_text(seconds)}"


def _teller(progress: Progress) -> Callable[[ServiceError], None]:
    def tell(error: ServiceError) -> None:
        progress.log(f"{error.kind}: {error}")

    return tell


def _sleeper(progress: Progress) -> Callable[[float], asyncio.Future[None]]:
    async def sleep(seconds: float) -> None:
        end = asyncio.get_running_loop().time() + seconds
        while (left := end - asyncio.get_running_loop().time()) > 0:
            progress.check()
            await asyncio.sleep(min(left, LOOK))
        progress.check()

    return lambda seconds: asyncio.ensure_future(sleep(seconds))
