"""Readers beside a real deker writer that never pauses: no value is half old and half new, and the writer never fails.

The writer fills the whole array with 1, 2, 3, … in turn, so that whatever was read whole holds one number everywhere.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conformance.conftest import real
from tests.conformance.environments import Child, deker_child
from tests.deker.sources import opened
from tui.services.errors import Conflict
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection, create_varray
from tui.systems.deker.models import Dimension
from tui.systems.deker.reading.source import DekerArray

pytestmark = pytest.mark.conformance
SHAPE = (4, 128, 256)
SECONDS = 1.0
ROUNDS = 15
"""How often the writer begins anew where a busy machine leaves the readers too few gaps to tell anything."""
READERS = 3
LAYOUTS: dict[str, dict[str, Any]] = {
    "contiguous": {},
    "gzip": {"chunks": (1, 32, 64), "compression": "gzip", "compression_options": ("1",)},
    "lzf": {"chunks": (1, 64, 256), "compression": "lzf"},
    "chunks": {"chunks": (2, 32, 256)},
    "varray": {"vgrid": (2, 2, 2)},
}
WHOLE = tuple(slice(0, size) for size in SHAPE)
PLANE = (2, slice(0, 128), slice(0, 256))
COLUMN = (slice(0, 4), 100, slice(7, 9))


@pytest.fixture(scope="module")
def writer() -> Iterator[Child]:
    yield from real(deker_child)


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_every_read_is_wholly_old_or_wholly_new(writer: Child, tmp_path: Path, layout: str) -> None:
    axes = tuple(Dimension(name=name, size=size) for name, size in zip("zyx", SHAPE, strict=True))
    collection = create_collection(str(tmp_path), NewCollection("arr", "float32", axes, **LAYOUTS[layout]))
    create = create_varray if collection.is_virtual else create_array
    identity = create(collection, data=np.zeros(SHAPE, "float32"))
    request = {"path": str(tmp_path), "collection": "arr", "identity": identity, "seconds": SECONDS}
    numbers: set[float] = set()
    last = 0
    async with AsyncClient(str(tmp_path)) as client:
        source = await opened(client, "arr", identity)
        for _ in range(ROUNDS):
            writing = asyncio.to_thread(writer.ask, "write_on_and_on", after=last, **request)
            working = asyncio.create_task(writing)
            seen = await asyncio.gather(*(read_on(source, working, number) for number in range(READERS)))
            written = await working
            assert written["failures"] == []
            assert written["updates"] > last + 10
            last = written["updates"]
            assert (await source.read(WHOLE) == last).all()
            # A reader goes from old to new.
            assert all(found == sorted(found) for found in seen)
            numbers.update(number for found in seen for number in found)
            if len(numbers) > 2:
                return
    pytest.fail(f"the readers hardly found a gap between the writes: {numbers}")


async def read_on(source: DekerArray, working: asyncio.Task[Any], number: int) -> list[float]:
    """Read until the writer is done; return the number that each sound read found everywhere."""
    found: list[float] = []
    chosen = (WHOLE, PLANE, COLUMN)
    while not working.done():
        try:
            cells = await source.read(chosen[(number + len(found)) % len(chosen)])
        except Conflict as conflict:
            assert conflict.message == "being written"
            continue
        assert cells.min() == cells.max()
        found.append(float(cells.flat[0]))
    return found
