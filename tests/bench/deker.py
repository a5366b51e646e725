"""Listing 5,000 arrays with all that their headers say, against the floor and against the real package."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import median

COUNT = 5_000


def make_storage(root: Path) -> None:
    """Write 5,000 arrays of 10x10 float32 with one whole number as primary attribute."""
    import numpy

    from tui.systems.deker.models import Attribute, Dimension
    from tui.systems.deker.writer import NewCollection, create_array, create_collection

    dimensions = (Dimension(name="y", size=10), Dimension(name="x", size=10))
    attributes = (Attribute(name="number", dtype="int", primary=True),)
    made = NewCollection(name="many", dtype="float32", dimensions=dimensions, attributes=attributes)
    collection = create_collection(str(root), made)
    data = numpy.ones((10, 10), dtype="float32")
    for number in range(COUNT):
        create_array(collection, {"number": number}, data=data)


def listing(root: Path) -> Iterator[str]:
    """Walk, read and describe every array; walk alone; and the real package's own iteration."""

    async def ours() -> float:
        from tui.systems.deker.client import AsyncClient

        async with AsyncClient(str(root)) as client:
            collection = await client.get_collection("many")
            assert collection is not None
            began, seen = time.monotonic(), 0
            async for page in client.array_pages(collection, "array", 500):
                seen += len(await client.fill(collection, page))
            assert seen == COUNT
            return time.monotonic() - began

    def floor() -> float:
        began, seen, waiting = time.monotonic(), 0, [str(root / "collections" / "many" / "array_data")]
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        seen += 1
        assert seen == COUNT
        return time.monotonic() - began

    mine, least = median(lambda: asyncio.run(ours())), median(floor)
    ratio = f"scandir alone {least * 1000:.0f} ms, ratio {mine / least:.2f}"
    yield f"listing {COUNT:,} arrays: {mine * 1000:.0f} ms; {ratio}"
    yield from _against_the_package(root, mine)


def _against_the_package(root: Path, mine: float) -> Iterator[str]:
    from tests.conformance.environments import EnvironmentUnavailable, deker_child

    try:
        with deker_child() as child:
            theirs = median(lambda: float(child.ask("time_iterate", path=str(root), collection="many")), 3)
    except EnvironmentUnavailable as reason:
        yield f"listing against the real deker: {reason}"
        return
    yield f"the real deker iterates them in {theirs * 1000:.0f} ms, {theirs / mine:.1f} times ours (aim 8)"
