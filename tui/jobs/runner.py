"""Runner: runs jobs on the event loop, whatever screen is shown, and keeps their records up to date."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tui.jobs.job import Job, JobState, this_process
from tui.jobs.progress import Progress
from tui.jobs.state import StateDatabase
from tui.services.errors import Cancelled, Conflict, ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from concurrent.futures import Executor

Work = Callable[[Progress], Awaitable[Any]]
"""The work of a job: awaited once; what it returns (JSON-able) is the job's result."""

SAVED_EVERY = 1.0
TOLD_EVERY = 0.25
"""Seconds between two records, and between two notices, of a job's progress."""
AT_ONCE = 4
_log = logging.getLogger("arraydeck.jobs")


class JobRunner:
    """Starts, follows and cancels jobs. `listeners` hear of every change; `ended` hear once, at the end."""

    def __init__(
        self, state: StateDatabase, at_once: int = AT_ONCE, make_executor: Callable[[], Executor] | None = None
    ) -> None:
        self._records = state.jobs
        self._make_executor = make_executor or _worker_processes
        self._executor: Executor | None = None
        self._making = asyncio.Lock()
        self._places = asyncio.Semaphore(at_once)
        self._running: dict[int, _Running] = {}
        self._unrecorded: dict[int, Job] = {}
        self.listeners: list[Callable[[Job], None]] = []
        self.ended: list[Callable[[Job], None]] = []

    async def start(
        self, title: str, profile: str, system: str, work: Work, restart: dict[str, Any] | None = None
    ) -> Job:
        """Queue `work` and return its job at once. `restart` is kept for whoever would run it again.

        Raises:
            Unavailable: the job cannot be written down.
        """
        job = await asyncio.to_thread(self._records.create, title, profile, system, restart)
        running = _Running(job)
        self._running[job.id] = running
        running.task = asyncio.create_task(self._live(running, work), name=f"job {job.id}")
        return job

    def cancel(self, number: int) -> None:
        """Ask a job of this process to stop.

        Raises:
            Conflict: it does not run here (any more).
        """
        running = self._running.get(number)
        if running is None:
            hint = "cancel it in the arraydeck that started it"
            raise Conflict("arraydeck", "cancel", f"job {number} does not run in this arraydeck", hint)
        if running.job.state.is_over or running.progress.is_cancelled:
            # Its end is being written down, or it is cleaning up after the first call: leave it to that.
            return
        running.progress.cancel()
        # A task that is cancelled before its first step never runs at all; this one then sees the flag by itself.
        if running.begun and running.task is not None:
            running.task.cancel()

    async def stop(self, number: int) -> None:
        """Ask a job to stop, in whichever arraydeck it runs; one elsewhere hears of it within a second or two.

        Raises:
            Conflict: it is over.
            NotFound: there is none of that number.
        """
        if number in self._running:
            self.cancel(number)
        else:
            await asyncio.to_thread(self._records.ask_to_cancel, number)

    async def wait(self, number: int) -> Job:
        """Return a job once it is over."""
        running = self._running.get(number)
        if running is not None and running.task is not None:
            await asyncio.wait([running.task])
            return running.job
        if number in self._unrecorded:
            return self._unrecorded[number]
        return await asyncio.to_thread(self._records.get, number)

    def current(self) -> list[Job]:
        """Return the jobs that are queued or run in this process, as they stand now."""
        return [running.job for running in self._running.values()]

    async def list(self) -> list[Job]:
        """Return all jobs, of every arraydeck, the newest first."""
        kept = await asyncio.to_thread(self._records.list)
        here = self._unrecorded | {number: running.job for number, running in self._running.items()}
        return [here.get(job.id, job) for job in kept]

    async def executor(self) -> Executor:
        """Return where the heavy part of jobs runs; it is made by the first call, and ended by `close`.

        Raises:
            NotSupported: it needs a package that is not installed.
            Unavailable: the cluster that the settings name does not answer.
        """
        async with self._making:
            if self._executor is None:
                self._executor = await asyncio.to_thread(self._make_executor)
            return self._executor

    async def close(self) -> None:
        """Cancel what runs here and wait until it has ended; then end the executor."""
        for number in list(self._running):
            self.cancel(number)
        tasks = [running.task for running in self._running.values() if running.task is not None]
        if tasks:
            await asyncio.wait(tasks, timeout=10)
        executor, self._executor = self._executor, None
        if executor is not None:
            from tui.jobs.executors import close_executor

            await asyncio.to_thread(close_executor, executor)

    async def _live(self, running: _Running, work: Work) -> None:
        ending = JobState.SUCCEEDED
        message, result = "", None
        running.begun = True
        teller = asyncio.create_task(self._tell(running))
        try:
            running.progress.check()
            async with self._places:
                running.set(state=JobState.RUNNING, started=datetime.now(UTC))
                result = await work(running.progress)
            message = running.progress.message
        except (asyncio.CancelledError, Cancelled):
            ending, message = JobState.CANCELLED, "cancelled"
        except ServiceError as error:
            ending, message = JobState.FAILED, str(error)
        except Exception as error:
            _log.exception("job %d (%s) ended unexpectedly", running.job.id, running.job.title)
            ending, message = JobState.FAILED, f"unexpected {type(error).__name__}: {error}"
        teller.cancel()
        report = None if running.progress.report is None else str(running.progress.report)
        message = printable(message, 500)
        running.set(state=ending, ended=datetime.now(UTC), message=message, result=result, report=report)
        try:
            if not await self._save(running):
                self._unrecorded[running.job.id] = running.job
        finally:
            del self._running[running.job.id]
            self._notify(self.listeners, running.job)
            self._notify(self.ended, running.job)

    async def _tell(self, running: _Running) -> None:
        saved = 0.0
        shown: Job | None = None
        while True:
            running.catch_up()
            if running.job != shown:
                shown = running.job
                self._notify(self.listeners, shown)
            if time.monotonic() - saved > SAVED_EVERY:
                saved = time.monotonic()
                await self._save(running)
                await self._heed_others(running)
            await asyncio.sleep(TOLD_EVERY)

    async def _heed_others(self, running: _Running) -> None:
        """Stop a job that another arraydeck asked to stop."""
        try:
            if await asyncio.to_thread(self._records.is_asked_to_cancel, running.job.id):
                self.cancel(running.job.id)
        except ServiceError as error:
            _log.warning("job %d cannot hear of others: %s", running.job.id, error)

    async def _save(self, running: _Running) -> bool:
        """Keep the record; a full disk must not end the work, only its record falls behind."""
        running.catch_up()
        lines = running.progress.take_lines()
        try:
            await asyncio.shield(asyncio.to_thread(self._records.save, running.job, lines))
        except ServiceError as error:
            running.progress.put_back(lines)
            _log.warning("job %d cannot be recorded: %s", running.job.id, error)
            return False
        return True

    def _notify(self, listeners: list[Callable[[Job], None]], job: Job) -> None:
        for listener in listeners:
            try:
                listener(job)
            except Exception:
                _log.exception("a listener of job %d failed", job.id)


def _worker_processes() -> Executor:
    from tui.jobs.executors import make_executor

    return make_executor()


class _Running:
    """A job of this process with the means to follow and stop it."""

    def __init__(self, job: Job) -> None:
        self.job = job.model_copy(update={"process": this_process()})
        self.progress = Progress()
        self.task: asyncio.Task[None] | None = None
        self.begun = False

    def set(self, **values: Any) -> None:
        self.catch_up()
        self.job = self.job.model_copy(update=values)

    def catch_up(self) -> None:
        at = self.progress
        if (at.done, at.total, at.unit) != (self.job.done, self.job.total, self.job.unit):
            self.job = self.job.model_copy(update={"done": at.done, "total": at.total, "unit": at.unit})
