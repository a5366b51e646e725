"""Deker storages: our side against the real package and the floor, both taking turns in one run (contract §10)."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench import deker_ours as ours
from tests.bench import deker_storages as storages
from tests.bench.deker_line import Compared, duration, verdict
from tests.bench.deker_planes import WINDOW, planes
from tests.bench.measure import median, medians
from tests.conformance.environments import Child, EnvironmentUnavailable, deker_child

COUNT = 5_000
HUGE = 100_000
DEAR_RUNS = 3
"""Runs of what takes the real package seconds."""
LONGEST = 3600.0
"""Seconds that the real package may take for one answer: its level 3 without attributes takes minutes."""


@dataclass(frozen=True)
class Bench:
    """Where the storages are kept, who is asked, and how much is to be done. `real` is the real package."""

    cache: Path
    real: Child | None
    workers: Executor
    is_full: bool = False
    is_profiled: bool = False

    def ours(self, root: Path, work: ours.Work) -> Callable[[], float]:
        """Return the measure of our side on a storage."""
        return lambda: ours.seconds(root, work)

    def theirs(self, operation: str, root: Path, **arguments: Any) -> Callable[[], float]:
        """Return the measure of the real package on a storage.

        Raises:
            EnvironmentUnavailable: it cannot be had here.
        """
        real = self.real
        if real is None:
            raise EnvironmentUnavailable("the real package is not there")
        return lambda: float(real.ask(operation, path=str(root), **arguments))

    def profile(self, root: Path, work: Callable[[Executor], ours.Work]) -> None:
        """With `--profile`, print where the time of our side goes, all of it done in one thread."""
        if self.is_profiled:
            with ours.ProfilingThreads() as threads:
                ours.seconds(root, work(threads), threads)
                threads.show()


def listing(bench: Bench) -> Iterator[str]:
    """Walk, read and describe 5,000 arrays; the directories alone; the real package's own iteration."""
    root = storages.small_arrays(bench.cache, COUNT)

    def floor() -> float:
        began, seen, waiting = time.monotonic(), 0, [str(root / "collections" / storages.MANY / "array_data")]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        seen += 1
        assert seen == COUNT
        return time.monotonic() - began

    work = ours.listing(COUNT)
    what = f"listing {COUNT:,} arrays"
    yield str(Compared(what, *medians(bench.ours(root, work), floor), None, "a scandir of the data alone", True))
    theirs = bench.theirs("time_iterate", root, collection=storages.MANY)
    yield str(Compared(what, *medians(bench.ours(root, work), theirs, DEAR_RUNS), 8))
    bench.profile(root, lambda _: work)


def levels(bench: Bench) -> Iterator[str]:
    """Levels 1 to 4 of the check over 5,000 arrays, in a thread and in worker processes."""
    root = storages.small_arrays(bench.cache, COUNT)
    for level in (2, 3, 4):
        for executor, where in ((None, "a thread"), (bench.workers, "processes")):
            mine = bench.ours(root, ours.check(level, executor))
            aim = 15 if level == 4 and executor else None
            what = f"level {level}, {COUNT:,} arrays, in {where}"
            yield str(Compared(what, *medians(mine, bench.theirs("time_check", root, level=level), DEAR_RUNS), aim))
    bench.profile(root, lambda executor: ours.check(4, executor))


def bare(bench: Bench) -> Iterator[str]:
    """Level 3 where there are no attributes, which takes the real package quadratic time."""
    for count in (1_000, 2_000, *((COUNT,) if bench.is_full else ())):
        root = storages.small_arrays(bench.cache, count, with_attribute=False)
        runs = DEAR_RUNS if count < COUNT else 1
        mine = bench.ours(root, ours.check(3, bench.workers))
        mine()
        took = medians(mine, bench.theirs("time_check", root, level=3), runs)
        yield str(Compared(f"level 3, {count:,} arrays without attributes", *took, 200 if count == COUNT else None))
        bench.profile(root, lambda executor: ours.check(3, executor))
    if not bench.is_full:
        yield f"the aim of 200 is for {COUNT:,} arrays, where the real deker takes minutes: measured with --full"


def every_chunk(bench: Bench) -> Iterator[str]:
    """Level 5, which the real package has not, against its reading every array whole."""
    for root, what in (
        (storages.small_arrays(bench.cache, COUNT), f"{COUNT:,} arrays"),
        (storages.big_array(bench.cache), "200 MB in five layouts"),
    ):
        mine = bench.ours(root, ours.check(5, bench.workers))
        took = medians(mine, bench.theirs("time_read_all", root), DEAR_RUNS)
        yield str(Compared(f"level 5, {what}", *took, None, "the real deker reading all"))
        bench.profile(root, lambda executor: ours.check(5, executor))


def size(bench: Bench) -> Iterator[str]:
    """The size of 5,000 arrays: the real package's number alone, and with what the disk holds."""
    root = storages.small_arrays(bench.cache, COUNT)
    for on_disk, what, aim in ((False, "size", 2.5), (True, "size, and what the disk holds", None)):
        took = medians(bench.ours(root, ours.size(on_disk)), bench.theirs("time_size", root))
        yield str(Compared(f"{what}, {COUNT:,} arrays", *took, aim))
    bench.profile(root, lambda _: ours.size(False))


def varray(bench: Bench) -> Iterator[str]:
    """A VArray of 400 tiles read whole, one row of it, one cell."""
    root = storages.tiled_array(bench.cache)
    found = _identity(root, storages.TILED, "varray")
    rows, whole = slice(0, 2000), [{"ellipsis": True}]
    for what, index, parts, aim in (
        ("whole", (rows, rows), whole, 8),
        ("row", (777, rows), [777], None),
        ("cell", (777, 777), [777, 777], None),
    ):
        theirs = bench.theirs("time_read", root, collection=storages.TILED, identity=found, index=parts)
        took = medians(bench.ours(root, ours.read(storages.TILED, [index])), theirs)
        yield str(Compared(f"VArray of 400 tiles, {what}", *took, aim))
    bench.profile(root, lambda _: ours.read(storages.TILED, [(rows, rows)]))


def big(bench: Bench) -> Iterator[str]:
    """Planes of the 200 MB array against plain h5py, and one cell of the one that was never written."""
    root = storages.big_array(bench.cache)
    yield from map(str, planes(root))
    name = "never"
    theirs = bench.theirs(
        "time_read", root, collection=name, identity=_identity(root, name, "array"), index=[25, 500, 500], runs=3
    )
    took = medians(bench.ours(root, ours.read(name, [(25, 500, 500)] * 3)), theirs)
    yield str(Compared("one cell of a never-written 200 MB array", *took, 50))
    every_plane = [(plane, *WINDOW) for plane in range(storages.BIG_SHAPE[0])]
    for layout in storages.CHUNKS if bench.is_profiled else ():
        bench.profile(root, lambda _, layout=layout: ours.read(layout, every_plane))


def huge(bench: Bench) -> Iterator[str]:
    """What 100,000 arrays take us, against 5,000. The real package is not asked, which would take it too long."""
    small, large = storages.small_arrays(bench.cache, COUNT), storages.small_arrays(bench.cache, HUGE)
    for what, work in (
        ("listing", ours.listing),
        *((f"level {level}", lambda _, level=level: ours.check(level, bench.workers)) for level in (2, 3, 4, 5)),
        ("size", lambda _: ours.size(on_disk=False)),
    ):
        few = median(bench.ours(small, work(COUNT)), DEAR_RUNS)
        many = median(bench.ours(large, work(HUGE)), 1)
        growth = many / few / (HUGE / COUNT)
        yield f"{what}, {HUGE:,} arrays: {duration(many)}, for each array {growth:.2f} of what {COUNT:,} take"
    yield f"the real deker is not measured at {HUGE:,} arrays, and nothing is extrapolated"


def _identity(root: Path, collection: str, kind: str) -> str:
    suffix = ".json" if kind == "varray" else ".hdf5"
    (link,) = (root / "collections" / collection / f"{kind}_symlinks").glob(f"*{suffix}")
    return link.stem


PARTS: dict[str, Callable[[Bench], Iterator[str]]] = {
    "listing": listing,
    "size": size,
    "levels": levels,
    "bare": bare,
    "every_chunk": every_chunk,
    "varray": varray,
    "big": big,
    "huge": huge,
}


def run(cache: Path, wanted: list[str], is_full: bool, is_profiled: bool) -> Iterator[str]:
    """Measure the parts that are named, or all."""
    from tui.jobs.executors import close_executor, make_executor

    cache = cache.resolve()
    cache.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        workers = make_executor("process")
        stack.callback(close_executor, workers)
        real = None
        try:
            real = stack.enter_context(deker_child(LONGEST))
        except EnvironmentUnavailable as reason:
            yield f"the real deker cannot be had: {reason}"
        bench = Bench(cache, real, workers, is_full, is_profiled)
        yield f"{os.cpu_count()} processors, on which {os.getloadavg()[0]:.1f} others were at work: best at 0"
        for name in wanted or PARTS:
            try:
                yield from PARTS[name](bench)
            except EnvironmentUnavailable:
                yield f"{name}: {verdict(False)}, it needs the real deker"
