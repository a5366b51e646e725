"""Progress from inside a shard: what work in a worker tells its job, and how it hears that it should stop."""

from __future__ import annotations

import itertools
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from tui.services.errors import Cancelled

if TYPE_CHECKING:
    from tui.jobs.progress import Progress

A = TypeVar("A")
R = TypeVar("R")
TOLD_EVERY = 0.05
"""Seconds between two notes of how far a shard is."""
SLOTS = 256
"""Jobs that can be told apart by their stop flags; beyond that many at once, two share one."""


class ShardProgress:
    """Given to the work on one shard; picklable. On a Dask cluster it is heard when the shard is done."""

    def __init__(self, job: int, shard: int) -> None:
        self._job = job
        self._shard = shard
        self.done = 0
        self.lines: list[str] = []
        self._told = 0.0

    def advance(self, by: int = 1) -> None:
        """Say that `by` more units are done.

        Raises:
            Cancelled: the work should stop.
        """
        self.done += by
        now = time.monotonic()
        if now - self._told >= TOLD_EVERY:
            self._told = now
            self._tell([])
        self.check()

    def log(self, line: str) -> None:
        """Add a line to the job's log."""
        self.lines.append(line)
        self._tell([line])

    def check(self) -> None:
        """Do nothing, or end the work that was cancelled.

        Raises:
            Cancelled: it was.
        """
        if self._job in _stopped or (_flags is not None and _flags[self._job % SLOTS]):
            raise Cancelled("arraydeck", "job", "cancelled")

    def _tell(self, lines: list[str]) -> None:
        # The sum, not the step, so that whatever is late or left out does no harm.
        said = (self._shard, self.done, len(self.lines) - len(lines), lines)
        if self._job in _jobs:
            _jobs[self._job](*said)
        elif _queue is not None:
            _queue.put((self._job, said))


class ShardedJob:
    """A job's end: adds up what its shards say. `stop` and `forget` are for whoever runs the shards."""

    def __init__(self, progress: Progress, relay: Relay | None) -> None:
        self._progress = progress
        self._relay = relay
        self._number = next(_numbers)
        self._lock = threading.Lock()
        self._heard: dict[int, tuple[int, int]] = {}
        _jobs[self._number] = self.hear
        if relay is not None:
            relay.flags[self._number % SLOTS] = 0

    def shard(self, number: int) -> ShardProgress:
        """Return what the work on a shard is given."""
        return ShardProgress(self._number, number)

    def hear(self, shard: int, done: int, first: int, lines: list[str]) -> None:
        """Take note of how far a shard is: `done` units since it began, and its log lines from number `first` on."""
        with self._lock:
            done_before, lines_before = self._heard.get(shard, (0, 0))
            self._heard[shard] = (max(done, done_before), max(first + len(lines), lines_before))
        for line in lines[max(lines_before - first, 0) :]:
            self._progress.log(line)
        if done > done_before:
            self._progress.add(done - done_before)

    def stop(self) -> None:
        """Ask the shards that run to stop at their next check."""
        _stopped.add(self._number)
        if self._relay is not None:
            self._relay.flags[self._number % SLOTS] = 1

    def forget(self) -> None:
        """Listen no longer."""
        _jobs.pop(self._number, None)


class Relay:
    """What joins worker processes to this one. `queue` and `flags` go to each worker's `join_relay`."""

    def __init__(self, context: Any) -> None:
        self.queue: Any = context.Queue()
        # A worker that was killed may hold the queue's lock for ever: the end of the program must not wait for it.
        self.queue.cancel_join_thread()
        self.flags: Any = context.RawArray("b", SLOTS)
        threading.Thread(target=self._listen, name="arraydeck-relay", daemon=True).start()

    def close(self) -> None:
        """End the listening thread."""
        self.queue.put(None)

    def _listen(self) -> None:
        while (said := self.queue.get()) is not None:
            job, said_by_shard = said
            hear = _jobs.get(job)
            if hear is not None:
                hear(*said_by_shard)


def join_relay(queue: Any, flags: Any) -> None:
    """Make this worker process speak to the relay that has these ends."""
    global _queue, _flags
    # A worker that ends must not wait until somebody has read what it said.
    queue.cancel_join_thread()
    _queue, _flags = queue, flags


def run_shard(work: Callable[[A, ShardProgress], R], shard: A, progress: ShardProgress) -> tuple[R, int, list[str]]:
    """Run work on a shard, in a worker, and return its result with all that it said on the way."""
    result = work(shard, progress)
    return result, progress.done, progress.lines


_numbers = itertools.count(1)
_jobs: dict[int, Callable[[int, int, int, list[str]], None]] = {}
_stopped: set[int] = set()
_queue: Any = None
_flags: Any = None
