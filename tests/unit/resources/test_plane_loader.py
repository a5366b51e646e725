"""A held key never falls behind: stale planes are not read, and the last one wanted is shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import numpy as np

from tests.array_sources import MemoryArray
from tui.resources.arrays.bins import Bins
from tui.resources.arrays.latest import Latest
from tui.resources.arrays.plane_loader import PlaneLoader
from tui.resources.arrays.plane_reader import Plane, PlaneReader, PlaneRequest
from tui.services.errors import DataCorrupt

WHOLE = PlaneRequest((0, 0, 0), 1, 2, Bins.each(0, 4), Bins.each(0, 4))


class Gated(MemoryArray):
    """A source whose reads wait until they are let through, and that remembers them."""

    def __init__(self) -> None:
        super().__init__(np.arange(20 * 16).reshape(20, 4, 4))
        self.gate = asyncio.Event()
        self.reads: list[Any] = []
        self.cancelled: list[Any] = []
        self.broken: set[int] = set()

    async def read(self, index: Any) -> Any:
        self.reads.append(index[0])
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(index[0])
            raise
        if index[0] in self.broken:
            raise DataCorrupt("test", "read", "damaged")
        return await super().read(index)


def slice_of(number: int) -> PlaneRequest:
    return replace(WHOLE, index=(number, 0, 0))


class Seen:
    """What the loader showed and what failed."""

    def __init__(self) -> None:
        self.source = Gated()
        self.shown: list[int] = []
        self.failed: list[tuple[int, str]] = []
        self.loader = PlaneLoader(PlaneReader(self.source), self._show, self._fail)

    def _show(self, plane: Plane) -> None:
        assert plane.values[0, 0] == plane.request.index[0] * 16
        self.shown.append(plane.request.index[0])

    def _fail(self, request: PlaneRequest, error: Exception) -> None:
        self.failed.append((request.index[0], str(error)))

    async def until(self, condition: Any) -> None:
        async with asyncio.timeout(5):
            while not condition():
                await asyncio.sleep(0)


async def test_a_slow_plane_is_not_shown_after_one_that_was_wanted_later() -> None:
    seen = Seen()
    seen.source.gate.set()
    seen.loader.want(slice_of(5))
    await seen.until(lambda: seen.shown == [5])
    seen.source.gate.clear()
    seen.loader.want(slice_of(1))
    await seen.until(lambda: seen.source.reads[-1] == 1)
    seen.loader.want(slice_of(5), [slice_of(6)])
    assert seen.shown == [5, 5]
    seen.source.gate.set()
    await seen.until(lambda: seen.source.reads[-1] == 6)
    assert seen.shown == [5, 5]
    seen.loader.want(slice_of(1))
    await seen.until(lambda: seen.shown[-1] == 1)
    assert seen.source.reads == [5, 1, 6], "what was read in vain is known"
    await seen.loader.close()


async def test_of_many_wanted_only_the_first_and_the_last_are_read() -> None:
    seen = Seen()
    seen.loader.want(slice_of(0))
    await seen.until(lambda: seen.source.reads == [0])
    for number in range(1, 10):
        seen.loader.want(slice_of(number))
    seen.source.gate.set()
    await seen.until(lambda: seen.loader.wanted is None)
    assert seen.source.reads == [0, 9]
    assert seen.shown == [0, 9]
    await seen.loader.close()


async def test_neighbours_are_read_ahead_and_then_shown_at_once() -> None:
    seen = Seen()
    seen.source.gate.set()
    seen.loader.want(slice_of(5), [slice_of(6), slice_of(7), slice_of(4)])
    await seen.until(lambda: seen.source.reads == [5, 6, 7, 4])
    assert seen.shown == [5]
    seen.loader.want(slice_of(6), [slice_of(7), slice_of(8)])
    assert seen.shown == [5, 6]
    await seen.until(lambda: 8 in seen.source.reads)
    assert seen.source.reads == [5, 6, 7, 4, 8]
    await seen.loader.close()


async def test_what_is_read_ahead_gives_way_to_what_is_wanted() -> None:
    seen = Seen()
    seen.source.gate.set()
    seen.loader.want(slice_of(0))
    await seen.until(lambda: seen.shown == [0])
    seen.source.gate.clear()
    seen.loader.want(slice_of(0), [slice_of(1)])
    await seen.until(lambda: seen.source.reads[-1] == 1)
    seen.loader.want(slice_of(9))
    await seen.until(lambda: seen.source.cancelled == [1])
    seen.source.gate.set()
    await seen.until(lambda: seen.shown[-1] == 9)
    await seen.loader.close()


async def test_a_stale_read_that_takes_long_is_cancelled() -> None:
    seen = Seen()
    seen.loader.want(slice_of(0))
    await seen.until(lambda: seen.source.reads == [0])
    seen.loader.want(slice_of(1))
    async with asyncio.timeout(5):
        while not seen.source.cancelled:
            await asyncio.sleep(0.02)
    seen.source.gate.set()
    await seen.until(lambda: seen.shown == [1])
    await seen.loader.close()


async def test_a_failure_is_told_and_hides_no_other_plane() -> None:
    seen = Seen()
    seen.source.gate.set()
    seen.source.broken = {3}
    seen.loader.want(slice_of(3))
    await seen.until(lambda: seen.failed == [(3, "damaged")])
    seen.loader.want(slice_of(2), [slice_of(3)])
    await seen.until(lambda: seen.source.reads == [3, 2, 3])
    assert (seen.shown, len(seen.failed)) == ([2], 1)
    seen.loader.want(slice_of(4))
    await seen.until(lambda: seen.shown == [2, 4])
    await seen.loader.close()


async def test_after_forgetting_everything_is_read_again() -> None:
    seen = Seen()
    seen.source.gate.set()
    seen.loader.want(slice_of(1))
    await seen.until(lambda: seen.shown == [1])
    seen.loader.forget()
    seen.loader.want(slice_of(1))
    await seen.until(lambda: seen.shown == [1, 1])
    assert seen.source.reads == [1, 1]
    await seen.loader.close()


async def test_planes_that_are_known_take_a_bounded_room() -> None:
    seen = Seen()
    seen.source.gate.set()
    seen.loader = PlaneLoader(PlaneReader(seen.source), seen._show, seen._fail, cache_bytes=3 * 16 * 8)
    for number in range(10):
        seen.loader.want(slice_of(number))
        await seen.until(lambda number=number: seen.shown[-1:] == [number])
    seen.loader.want(slice_of(8))
    seen.loader.want(slice_of(0))
    await seen.until(lambda: seen.shown[-1] == 0)
    assert seen.source.reads == [*range(10), 0]
    await seen.loader.close()


async def test_of_cells_wanted_one_after_another_the_last_is_shown() -> None:
    gate = asyncio.Event()
    shown: list[tuple[int, int]] = []
    read: list[int] = []

    async def ask(key: int) -> int:
        read.append(key)
        await gate.wait()
        return key * key

    latest: Latest[int, int] = Latest(ask, lambda key, answer: shown.append((key, answer)), lambda *_: None)
    latest.want(1)
    await asyncio.sleep(0)
    for key in range(2, 9):
        latest.want(key)
    gate.set()
    async with asyncio.timeout(5):
        while not shown:
            await asyncio.sleep(0)
    assert (shown, read) == ([(8, 64)], [1, 8])
    await latest.close()
