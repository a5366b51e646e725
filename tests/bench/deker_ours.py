"""Our side: seconds of one call of the client on a storage, the preparation not counted."""

from __future__ import annotations

import asyncio
import cProfile
import pstats
import threading
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tests.bench.deker_storages import MANY
from tui.systems.deker.client import AsyncClient

if TYPE_CHECKING:
    from tui.resources.arrays.array_source import Index
    from tui.systems.deker.reading.source import DekerArray

T = TypeVar("T")
Work = Callable[[AsyncClient], Coroutine[Any, Any, float]]


def seconds(root: Path, work: Work, threads: ThreadPoolExecutor | None = None) -> float:
    """Return what `work` returns for an open client of the storage: the seconds that it counted."""

    async def run() -> float:
        async with AsyncClient(str(root), executor=threads) as client:
            return await work(client)

    return asyncio.run(run())


def listing(count: int) -> Work:
    """Walk, read and describe every array."""

    async def work(client: AsyncClient) -> float:
        collection = await client.get_collection(MANY)
        assert collection is not None
        began, seen = time.monotonic(), 0
        async for page in client.array_pages(collection, "array", 500):
            seen += len(await client.fill(collection, page))
        took = time.monotonic() - began
        assert seen == count
        return took

    return work


def check(level: int, executor: Executor | None) -> Work:
    """Check a storage without damage."""

    async def work(client: AsyncClient) -> float:
        began = time.monotonic()
        report = await client.check_integrity(level, executor=executor)
        took = time.monotonic() - began
        assert not report.findings, report.findings[0]
        return took

    return work


def size(on_disk: bool) -> Work:
    """Work out the size; `on_disk` for what the disk holds, too."""

    async def work(client: AsyncClient) -> float:
        began = time.monotonic()
        await client.calculate_storage_size(on_disk=on_disk)
        return time.monotonic() - began

    return work


def read(collection: str, indices: Sequence[Index], kind: str = "array") -> Work:
    """Read selections of the only array of a collection; the median of them counts."""

    async def work(client: AsyncClient) -> float:
        import statistics

        source = await only_array(client, collection)
        took: list[float] = []
        for index in indices:
            began = time.monotonic()
            await source.read(index)
            took.append(time.monotonic() - began)
        return statistics.median(took)

    return work


async def only_array(client: AsyncClient, name: str) -> DekerArray:
    """Return the only array or VArray of a collection as what the viewer reads."""
    collection = await client.get_collection(name)
    assert collection is not None
    kind = "varray" if collection.is_virtual else "array"
    (entry,) = [entry async for page in client.array_pages(collection, kind) for entry in page]
    return client.array_source(collection, await client.get_entry(collection, kind, entry.key))


class ProfilingThreads(ThreadPoolExecutor):
    """One thread in which each call runs under cProfile; the calls are added up."""

    def __init__(self) -> None:
        super().__init__(1)
        self._lock = threading.Lock()
        self._stats: pstats.Stats | None = None

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        return super().submit(self._profiled, fn, *args, **kwargs)

    def _profiled(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        profile = cProfile.Profile()
        try:
            return profile.runcall(fn, *args, **kwargs)
        finally:
            with self._lock:
                if self._stats is None:
                    self._stats = pstats.Stats(profile)
                else:
                    self._stats.add(profile)

    def show(self, lines: int = 25) -> None:
        """Print where the time went, by what each function took itself."""
        if self._stats is not None:
            self._stats.sort_stats("tottime").print_stats(lines)
