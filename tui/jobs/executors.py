"""Executors: where the heavy part of a job runs: worker processes, threads, or a Dask cluster."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Iterable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

from tui.jobs.progress import Progress
from tui.services.errors import InvalidInput, NotSupported, Unavailable

A = TypeVar("A")
R = TypeVar("R")


def make_executor(where: str = "process", workers: int = 0) -> Executor:
    """Return an executor for `[jobs] executor`: `process`, `thread`, or the address of a Dask scheduler.

    Worker processes are spawned, never forked: a fork would take the screen's threads and locks with it.

    Raises:
        InvalidInput: `where` is none of these.
        NotSupported: Dask is not installed.
        Unavailable: the scheduler does not answer.
    """
    count = workers or os.cpu_count() or 1
    if where == "process":
        import multiprocessing
        from concurrent.futures import ProcessPoolExecutor

        return ProcessPoolExecutor(count, multiprocessing.get_context("spawn"), _ignore_interrupts)
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
        return distributed.Client(address, timeout=10, set_as_default=False).get_executor()
    except OSError as error:
        raise Unavailable("arraydeck", "jobs", f"the Dask scheduler at {address} does not answer") from error


def _ignore_interrupts() -> None:
    """Leave Ctrl-C to the main process, which cancels what runs in a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


async def over_shards(
    executor: Executor, work: Callable[[A], R], shards: Iterable[A], progress: Progress, ahead: int = 4
) -> AsyncIterator[tuple[A, R | Exception]]:
    """Run a picklable `work` on each shard, at most `ahead` at once, and yield each shard with its result.

    A shard that raises, or whose worker was killed, comes with the exception in the result's place; the others
    go on. Cancelling drops what has not begun.

    Raises:
        Cancelled: the job was cancelled.
    """
    waiting: dict[asyncio.Future[R], A] = {}
    source = iter(shards)
    exhausted = False
    try:
        while waiting or not exhausted:
            progress.check()
            while not exhausted and len(waiting) < ahead:
                shard = next(source, _END)
                if shard is _END:
                    exhausted = True
                else:
                    waiting[asyncio.wrap_future(_submit(executor, work, shard))] = shard  # pyright: ignore[reportArgumentType]
            if waiting:
                done, _ = await asyncio.wait(waiting, timeout=0.25, return_when=asyncio.FIRST_COMPLETED)
                for future in done:
                    failure = future.exception()
                    outcome = future.result() if failure is None else _as_exception(failure)
                    yield waiting.pop(future), outcome
    finally:
        for future in waiting:
            future.cancel()


_END: Any = object()


def _submit(executor: Executor, work: Callable[[A], R], shard: A) -> Future[R]:
    try:
        return executor.submit(work, shard)
    except BrokenProcessPool as error:
        failed: Future[R] = Future()
        failed.set_exception(error)
        return failed


def _as_exception(failure: BaseException) -> Exception:
    return failure if isinstance(failure, Exception) else RuntimeError(f"{type(failure).__name__}: {failure}")
