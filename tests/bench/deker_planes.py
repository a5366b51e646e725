"""A plane of 4 MB of each layout of the 200 MB array, against plain h5py in the same process."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.bench.deker_line import Compared
from tests.bench.deker_ours import only_array
from tests.bench.deker_storages import BIG_SHAPE, CHUNKS
from tui.systems.deker.client import AsyncClient

WINDOW = (slice(0, BIG_SHAPE[1]), slice(0, BIG_SHAPE[2]))
AIM = 1.2
ROUNDS = 4
PAUSE = 0.1
"""Seconds between two reads of somebody who looks at each plane: what was warm a moment ago may not be any more."""


def planes(root: Path) -> Iterator[Compared]:
    """Read planes of each written layout by turns with either side, which opens the file for each read."""
    for layout in CHUNKS:
        if layout != "never":
            what = f"a plane of 4 MB, {layout}"
            turns = range(ROUNDS * BIG_SHAPE[0])
            yield Compared(what, *asyncio.run(_turns(root, layout, turns)), AIM, "plain h5py", at_most=True)
            what, turns = f"{what}, after a pause of {PAUSE * 1000:.0f} ms", range(BIG_SHAPE[0] // 2)
            yield Compared(what, *asyncio.run(_turns(root, layout, turns, PAUSE)), None, "plain h5py", at_most=True)


async def _turns(root: Path, layout: str, turns: range, pause: float = 0) -> tuple[float, float]:
    """Return the medians of either side's seconds, having seen that both read the same."""
    import h5py
    import numpy

    took: tuple[list[float], list[float]] = ([], [])
    async with AsyncClient(str(root)) as client:
        source = await only_array(client, layout)
        path = next((root / "collections" / layout / "array_data").rglob("*.hdf5"))
        for turn in turns:
            index = (turn % BIG_SHAPE[0], *WINDOW)
            await asyncio.sleep(pause)
            began = time.perf_counter()
            read = await source.read(index)
            took[0].append(time.perf_counter() - began)
            await asyncio.sleep(pause)
            began = time.perf_counter()
            with h5py.File(path, "r", locking=False) as file:
                data: Any = file["data"]
                plain = data[index]
            took[1].append(time.perf_counter() - began)
            if turn < BIG_SHAPE[0]:
                assert numpy.array_equal(read, plain, equal_nan=True)
    return statistics.median(took[0]), statistics.median(took[1])
