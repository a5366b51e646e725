"""A job followed on stderr: one line that is written over on a terminal, nothing at all into a pipe."""

from __future__ import annotations

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from tui.jobs.job import JobState
from tui.resources.cells import duration_text
from tui.services.errors import Cancelled, ServiceError
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.jobs.job import Job
    from tui.jobs.runner import JobRunner


async def follow(runner: JobRunner, job: Job) -> Job:
    """Wait until a job is over, showing how far it is; Ctrl-C cancels it.

    Raises:
        ServiceError: it failed.
        Cancelled: it was cancelled.
    """
    shows = sys.stderr.isatty()
    if shows:
        runner.listeners.append(_show)
    try:
        ended = await runner.wait(job.id)
    except asyncio.CancelledError:
        runner.cancel(job.id)
        await runner.wait(job.id)
        raise
    finally:
        if shows:
            runner.listeners.remove(_show)
            sys.stderr.write("\r\x1b[K")
    if ended.state is JobState.CANCELLED:
        raise Cancelled(ended.system, "job", f"{ended.title}: cancelled")
    if ended.state is JobState.FAILED:
        raise ServiceError(ended.system, "job", f"{ended.title}: {ended.message}")
    return ended


def _show(job: Job) -> None:
    now = datetime.now(UTC)
    share = f" {job.share:.0%}" if job.share is not None else ""
    count = f" {job.done:,}{f' of {job.total:,}' if job.total is not None else ''} {job.unit}".rstrip()
    remaining = job.remaining(now)
    left = f", {duration_text(remaining)} left" if remaining is not None else ""
    sys.stderr.write(f"\r\x1b[K{printable(job.title, 40)}:{share}{printable(count)}{left}")
    sys.stderr.flush()
