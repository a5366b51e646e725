"""Job: a piece of background work, as it is shown and kept."""

from __future__ import annotations

import socket
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict


class JobState(StrEnum):
    """Where a job is in its life. `interrupted` means that its process ended before it did."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"
    INTERRUPTED = "interrupted"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


class Job(BaseModel):
    """A job. `done` and `total` are in `unit`s; `total` is None while unknown. Times are UTC.

    `report` is the path of the file that it wrote, if it wrote one. `restart` says, in JSON, what would run it
    again; `process` names the process that it lives in.
    """

    model_config = ConfigDict(frozen=True)

    id: int
    title: str
    profile: str
    system: str
    state: JobState = JobState.QUEUED
    done: int = 0
    total: int | None = None
    unit: str = ""
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None
    message: str = ""
    result: Any = None
    report: str | None = None
    restart: dict[str, Any] | None = None
    process: str = ""

    @property
    def naming(self) -> str:
        """What it is called in a sentence."""
        return f"job {self.id}"

    @property
    def share(self) -> float | None:
        """How much of it is done, from 0 to 1, None while the total is unknown."""
        return None if not self.total else min(self.done / self.total, 1.0)

    def seconds(self, now: datetime) -> float | None:
        """Return how long it has been running, or ran."""
        return None if self.started is None else ((self.ended or now) - self.started).total_seconds()

    def rate(self, now: datetime) -> float | None:
        """Return units a second since it started."""
        seconds = self.seconds(now)
        return self.done / seconds if seconds and self.done else None

    def remaining(self, now: datetime) -> float | None:
        """Return the seconds it will still take at its rate so far, None while that cannot be said."""
        rate = self.rate(now)
        if self.state is not JobState.RUNNING or self.total is None or rate is None:
            return None
        return max(self.total - self.done, 0) / rate


@cache
def this_process() -> str:
    """Return what names this process on this host, and no later one with the same number."""
    import os

    return process_name(os.getpid())


def process_name(pid: int) -> str:
    """Return `host:pid:start`, where start is the kernel's clock tick at which the process began ("" if unknown)."""
    return f"{socket.gethostname()}:{pid}:{_start_tick(pid)}"


def is_alive(process: str) -> bool:
    """Whether the process of that name still runs. One on another host counts as alive: nobody here can tell."""
    host, _, rest = process.partition(":")
    pid, _, start = rest.partition(":")
    if host != socket.gethostname():
        return True
    if not pid.isdigit():
        return False
    import os

    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return not start or _start_tick(int(pid)) == start


def _start_tick(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:  # noqa: PTH123
            fields = file.read().rpartition(")")[2].split()
        # One that has ended and waits for its parent to notice is gone, though its number is still taken.
        return "" if fields[0] in "ZX" else fields[19]
    except (OSError, IndexError):
        return ""
