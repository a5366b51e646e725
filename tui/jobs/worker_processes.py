"""Worker processes: spawned, quiet, ended with their parent, and replaced when one was killed."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from tui.jobs.shard_progress import Relay, join_relay

R = TypeVar("R")

NICENESS = 10


class WorkerProcesses(Executor):
    """A pool of `count` processes that is made when first used and made anew after a worker was killed.

    They are spawned, never forked: a fork would take the screen's threads and locks with it. What runs beside a
    worker that is killed ends with `BrokenProcessPool`; what is submitted afterwards runs in new processes.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._lock = threading.Lock()
        self._closed = False
        self._context = _WorkerContext()
        self._pool: ProcessPoolExecutor | None = None
        self.relay: Relay | None = None

    def open(self) -> Relay:
        """Make the pool if need be and return what joins its workers to this process. Blocks for a moment."""
        with self._lock:
            return self._open()[1]

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        """Run a picklable call in a worker. The first calls start the workers: call it in a thread.

        Raises:
            RuntimeError: it was shut down.
        """
        with self._lock:
            pool = self._open()[0]
            try:
                return pool.submit(fn, *args, **kwargs)
            except BrokenProcessPool:
                self._discard()
                return self._open()[0].submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers after what they are doing; with `cancel_futures`, what has not begun is dropped."""
        with self._lock:
            pool, self._closed = self._pool, True
        if pool is not None:
            pool.shutdown(wait, cancel_futures=cancel_futures)
        if wait and self.relay is not None:
            self.relay.close()

    def kill(self) -> None:
        """End the workers at once, whatever they are doing: a read that hangs must not keep the program from ending."""
        self.shutdown(wait=False, cancel_futures=True)
        for process in self._context.started:
            if process.is_alive():
                process.kill()
        self.shutdown(wait=True)

    def _open(self) -> tuple[ProcessPoolExecutor, Relay]:
        if self._closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        if self._pool is None or self.relay is None:
            _start_resource_tracker()
            self.relay = self.relay or Relay(self._context)
            ends = (self.relay.queue, self.relay.flags)
            self._pool = ProcessPoolExecutor(self._count, self._context, _begin_worker, ends)
        return self._pool, self.relay

    def _discard(self) -> None:
        """Drop a broken pool, and the queue too: the killed worker may have held its lock."""
        if self._pool is not None:
            self._pool.shutdown(wait=False)
        if self.relay is not None:
            self.relay.close()
        self._pool = self.relay = None
        self._context.started.clear()


class _WorkerContext(SpawnContext):
    """The spawn context, which also remembers what it started."""

    def __init__(self) -> None:
        self.started: list[BaseProcess] = []

    def Process(self, *args: Any, **kwargs: Any) -> Any:  # pyright: ignore[reportIncompatibleVariableOverride]
        process = SpawnContext.Process(*args, **kwargs)
        self.started.append(process)
        return process


def _start_resource_tracker() -> None:
    """Start multiprocessing's own helper with the real standard error.

    A full-screen program puts something in its place whose file number is -1, with which it cannot be started.
    """
    from multiprocessing import resource_tracker

    # It inherits that a lost terminal does not end it, as it must not end the workers.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})
    try:
        with contextlib.redirect_stderr(sys.__stderr__):
            resource_tracker.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin_worker(queue: Any, flags: Any) -> None:
    """Prepare a worker: Ctrl-C is for the main process, the terminal is not its own, and it dies with its parent.

    It takes the processor's time that nobody else wants, so that the screen answers keys while all cores work.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # A terminal that is lost tells all of its processes; the work may go on, and ends with the main process.
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    os.nice(NICENESS)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
    join_relay(queue, flags)
    threading.Thread(target=_end_with_parent, name="arraydeck-parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
