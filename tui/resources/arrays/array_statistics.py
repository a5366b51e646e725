"""Statistics of an array: from a bounded sample at once, or exact, streamed block by block with progress."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.jobs.progress import Progress
from tui.resources.arrays.array_source import BLOCK_BYTES, ArraySource, Index, block_shape, blocks, item_bytes
from tui.resources.arrays.dyadic_histogram import DyadicHistogram, histogram_of
from tui.resources.arrays.picture import Part, drawn, fill_mask

SAMPLE_CELLS = 1_000_000
SAMPLE_BLOCKS = 64
"""A sample reads at most so many cells, from at most so many places."""
_WORK_BYTES = 40
"""Bytes that measuring takes for each cell beside the cell itself."""


@dataclass(frozen=True, slots=True)
class ArrayStatistics:
    """What is known of some cells. Minimum to deviation are those of the `count` cells that hold a finite number
    other than the fill value; of complex numbers it is the magnitude.

    `total` is how many cells the array has; with fewer `cells` it is a sample. `minimum` and `maximum` are exact
    for whole numbers of any size. `squares` is the sum of squared distances from the mean.
    """

    cells: int = 0
    total: int = 0
    count: int = 0
    nan: int = 0
    infinite: int = 0
    filled: int = 0
    minimum: float | int | None = None
    maximum: float | int | None = None
    mean: float = math.nan
    squares: float = 0.0
    histogram: DyadicHistogram | None = None

    @property
    def is_exact(self) -> bool:
        """Whether every cell was looked at."""
        return self.cells >= self.total

    @property
    def std(self) -> float:
        """The standard deviation of the cells themselves (divided by their number, as numpy does)."""
        return math.sqrt(self.squares / self.count) if self.count else math.nan

    @property
    def fill_share(self) -> float:
        """The share of cells that hold the fill value, from 0 to 1."""
        return self.filled / self.cells if self.cells else 0.0

    def merge(self, other: ArrayStatistics) -> ArrayStatistics:
        """Return the statistics of both (Chan's pairwise update, which keeps its digits)."""
        count = self.count + other.count
        mean, squares = self.mean, self.squares
        if not self.count:
            mean, squares = other.mean, other.squares
        elif other.count:
            apart = other.mean - self.mean
            mean = self.mean + apart * (other.count / count)
            squares = self.squares + other.squares + apart * apart * (self.count * (other.count / count))
        return ArrayStatistics(
            cells=self.cells + other.cells,
            total=max(self.total, other.total),
            count=count,
            nan=self.nan + other.nan,
            infinite=self.infinite + other.infinite,
            filled=self.filled + other.filled,
            minimum=_one(min, self.minimum, other.minimum),
            maximum=_one(max, self.maximum, other.maximum),
            mean=mean,
            squares=squares,
            histogram=_merged(self.histogram, other.histogram),
        )


def measure(values: NDArray[Any], fill_value: Any = None, part: Part = "value") -> ArrayStatistics:
    """Return the statistics of a block. Picklable, and it lets go of the interpreter: for threads and processes."""
    cells = int(values.size)
    shown = drawn(values, part)
    filled = fill_mask(values, fill_value)
    nan: NDArray[np.bool_] = np.isnan(shown) if shown.dtype.kind == "f" else np.zeros((), bool)
    infinite: NDArray[np.bool_] = np.isinf(shown) if shown.dtype.kind == "f" else np.zeros((), bool)
    blank = nan | infinite if filled is None else nan | infinite | filled
    kept = shown[~np.broadcast_to(blank, shown.shape)] if bool(blank.any()) else shown.ravel()
    found = ArrayStatistics(
        cells=cells,
        total=cells,
        nan=int(np.count_nonzero(nan)),
        infinite=int(np.count_nonzero(infinite if filled is None else infinite & ~filled)),
        filled=0 if filled is None else int(np.count_nonzero(filled)),
    )
    if kept.size == 0:
        return found
    wide = kept.astype("f8", copy=False)
    with np.errstate(over="ignore", invalid="ignore"):
        mean = float(wide.mean())
        if not math.isfinite(mean):  # the sum left the range of a float; halves of it do not
            mean = float((wide / kept.size).sum())
        squares = float(np.square(wide - mean).sum())
    minimum, maximum = kept.min().item(), kept.max().item()
    if minimum == maximum:  # what does not vary has no deviation, not even that of a rounded mean
        mean, squares = float(minimum), 0.0
    return replace(
        found,
        count=int(kept.size),
        minimum=minimum,
        maximum=maximum,
        mean=mean,
        squares=squares,
        histogram=histogram_of(wide, whole=shown.dtype.kind in "biu"),
    )


def statistics_blocks(source: ArraySource) -> Iterator[tuple[slice, ...]]:
    """Return blocks that cover the array once, each well below the memory limit with the work on it."""
    limit = min(BLOCK_BYTES, source.memory_limit)
    cells = max(limit // (item_bytes(source.dtype) + _WORK_BYTES), 1)
    return blocks([slice(0, size) for size in source.shape], block_shape(source.shape, source.chunks, cells))


async def exact_statistics(source: ArraySource, progress: Progress, part: Part = "value") -> ArrayStatistics:
    """Return the statistics of every cell. `progress` counts cells and can cancel.

    Raises:
        Cancelled: `progress` was cancelled.
        ServiceError: a block could not be read.
    """
    total = math.prod(source.shape)
    progress.expect(total, "cells")
    if not source.written:
        progress.advance(total)
        return _unwritten(source, total)
    found = ArrayStatistics(total=total)
    for index in statistics_blocks(source):
        progress.check()
        values = await source.read(index)
        found = found.merge(await asyncio.to_thread(measure, values, source.fill_value, part))
        progress.advance(int(values.size))
    return replace(found, total=total)


async def sample_statistics(
    source: ArraySource, part: Part = "value", cells: int = SAMPLE_CELLS, places: int = SAMPLE_BLOCKS
) -> ArrayStatistics:
    """Return the statistics of at most `cells` cells from at most `places` blocks, spread evenly over the array.

    A small array is looked at as a whole, and the answer is exact.

    Raises:
        ServiceError: a block could not be read.
    """
    total = math.prod(source.shape)
    if not source.written:
        return _unwritten(source, total)
    found = ArrayStatistics(total=total)
    for index in sample_blocks(source, cells, places):
        values = await source.read(index)
        found = found.merge(await asyncio.to_thread(measure, values, source.fill_value, part))
    return replace(found, total=total)


def sample_blocks(source: ArraySource, cells: int = SAMPLE_CELLS, places: int = SAMPLE_BLOCKS) -> list[Index]:
    """Return the blocks of a sample: all of a small array, else blocks on a grid of places, none twice."""
    total = math.prod(source.shape)
    room = min(cells, max(min(BLOCK_BYTES, source.memory_limit) // (item_bytes(source.dtype) + _WORK_BYTES), 1))
    if total <= cells:
        shape = block_shape(source.shape, source.chunks, room)
        found: list[Index] = []
        found.extend(blocks([slice(0, size) for size in source.shape], shape))
        return found
    shape = block_shape(source.shape, source.chunks, min(max(cells // places, 1), room))
    counts = [-(-size // length) for size, length in zip(source.shape, shape, strict=True)]
    number = math.prod(counts)
    wanted = max(min(places, cells // math.prod(shape), number), 1)
    # Blocks that follow one another by the golden ratio fall on no row or column of the grid of blocks.
    picked = sorted({int((0.5 + at * 0.6180339887498949) % 1 * number) for at in range(wanted)})
    return [_block_at(place, counts, shape, source.shape) for place in picked]


def _block_at(place: int, counts: list[int], shape: tuple[int, ...], whole: tuple[int, ...]) -> Index:
    found: list[slice] = []
    for count, length, size in zip(reversed(counts), reversed(shape), reversed(whole), strict=True):
        place, at = divmod(place, count)
        found.append(slice(at * length, min((at + 1) * length, size)))
    return tuple(reversed(found))


def _unwritten(source: ArraySource, total: int) -> ArrayStatistics:
    is_nan = source.fill_value is not None and source.fill_value != source.fill_value
    return ArrayStatistics(cells=total, total=total, filled=total, nan=total if is_nan else 0)


def _one(
    choose: Callable[[Any, Any], float | int], one: float | int | None, other: float | int | None
) -> float | int | None:
    return one if other is None else other if one is None else choose(one, other)


def _merged(one: DyadicHistogram | None, other: DyadicHistogram | None) -> DyadicHistogram | None:
    return one if other is None else other if one is None else one.merge(other)
