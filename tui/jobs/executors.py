"""Executors: where the heavy part of a job runs: worker processes, threads, or a Dask cluster."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import AsyncGenerator, Callable, Iterable
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Any, TypeVar

from tui.jobs.progress import Progress
from tui.jobs.shard_progress import ShardedJob, ShardProgress, run_shard
from tui.jobs.worker_processes import WorkerProcesses
from tui.services.errors import InvalidInput, NotSupported, Unavailable

A = TypeVar("A")
R = TypeVar("R")
CHECKED_EVERY = 0.25
"""Seconds after which a cancelled job is noticed, however long its shards take."""


def make_executor(where: str = "process", workers: int = 0) -> Executor:
    """Return an executor for `[jobs] executor`: `process`, `thread`, or the address of a Dask scheduler.

    Raises:
        InvalidInput: `where` is none of these.
        NotSupported: Dask is not installed.
        Unavailable: the scheduler does not answer.
    """
    count = workers or os.cpu_count() or 1
    if where == "process":
        return WorkerProcesses(count)
    if where == "thread":
        from concurrent.futures import ThreadPoolExecutor

        return ThreadPoolExecutor(count, "arraydeck-worker")
    if where.startswith("dask://"):
        return _dask_executor(where)
    message = f"[jobs] executor: {where!r} is not known"
    raise InvalidInput("arraydeck", "jobs", message, 'use "process", "thread" or "dask://host:port"')


def _dask_executor(where: str) -> Executor:
    from importlib import import_module

    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        hint = "install arraydeck[dask]"
        raise NotSupported("arraydeck", "jobs", "work on a Dask cluster needs its package", hint) from error
    address = "tcp://" + where.removeprefix("dask://")
    try:
        return _DaskExecutor(distributed.Client(address, timeout=10, set_as_default=False))
    except OSError as error:
        raise Unavailable("arraydeck", "jobs", f"the Dask scheduler at {address} does not answer") from error


class _DaskExecutor(Executor):
    """A Dask client's executor, which ends the client with itself."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._inner: Any = client.get_executor()

    def submit(self, fn: Callable[..., R], /, *args: Any, **kwargs: Any) -> Future[R]:
        return self._inner.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._inner.shutdown(wait=wait and not cancel_futures)
        self._client.close()


async def over_shards(
    executor: Executor,
    work: Callable[[A, ShardProgress], R],
    shards: Iterable[A],
    progress: Progress,
    ahead: int | None = None,
) -> AsyncGenerator[tuple[A, R | Exception]]:
    """Run a picklable `work(shard, progress)` on each shard, `ahead` at once, and yield each with its result.

    `ahead` is one for each processor unless given. A shard that raises, or whose worker was killed, comes with the
    exception in the result's place; the others go on. When the job is cancelled, or the caller stops listening,
    what has not begun is dropped and what runs is asked to stop, and not waited for.

    Raises:
        Cancelled: the job was cancelled.
    """
    relay = await asyncio.to_thread(executor.open) if isinstance(executor, WorkerProcesses) else None
    job = ShardedJob(progress, relay)
    waiting: dict[asyncio.Future[tuple[R, int, list[str]]], tuple[int, A]] = {}
    source = enumerate(shards)
    try:
        while True:
            progress.check()
            for number, shard in itertools.islice(source, (ahead or os.cpu_count() or 1) - len(waiting)):
                future = await asyncio.to_thread(executor.submit, run_shard, work, shard, job.shard(number))
                waiting[asyncio.wrap_future(future)] = (number, shard)
            if not waiting:
                return
            done, _ = await asyncio.wait(waiting, timeout=CHECKED_EVERY, return_when=asyncio.FIRST_COMPLETED)
            for future in done:
                number, shard = waiting.pop(future)
                yield shard, _outcome(job, number, future)
    finally:
        job.stop()
        job.forget()
        for future in waiting:
            future.cancel()


def _outcome(job: ShardedJob, number: int, future: asyncio.Future[tuple[R, int, list[str]]]) -> R | Exception:
    failure = future.exception()
    if failure is None:
        result, done, lines = future.result()
        job.hear(number, done, 0, lines)
        return result
    if isinstance(failure, BrokenExecutor):
        hint = "it may have run out of memory; do it again"
        ended = Unavailable("arraydeck", "job", "a worker process was killed while it was at this", hint)
        ended.__cause__ = failure
        return ended
    return failure if isinstance(failure, Exception) else RuntimeError(f"{type(failure).__name__}: {failure}")


def close_executor(executor: Executor) -> None:
    """End an executor without waiting for what runs in it. Blocks for a moment: call it in a thread."""
    if isinstance(executor, WorkerProcesses):
        executor.kill()
    else:
        executor.shutdown(wait=False, cancel_futures=True)
