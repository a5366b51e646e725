"""Counts the cells of a dataset that hold the fill value, block by block."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import product
from typing import Any

from tui.systems.deker.tree import Check

BLOCK_BYTES = 32 << 20
"""Bytes of cells that are in memory at once, unless a single chunk has more."""


def count_fill(dataset: Any, fill: str, check: Check) -> int:
    """Return how many cells of the h5py dataset hold `fill`, a schema's fill value as text (contract §4.3)."""
    per_block = max(BLOCK_BYTES // max(dataset.dtype.itemsize, 1), 1)
    count = 0
    for region in blocks(tuple(dataset.shape), tuple(dataset.chunks or ()), per_block):
        check()
        count += fill_cells(dataset[region], fill)
    return count


def fill_cells(data: Any, fill: str) -> int:
    """Return how many cells of an array hold the fill value."""
    import numpy

    if data.dtype.kind in "iu":
        return int(numpy.count_nonzero(data == int(fill)))
    value = complex(fill)
    if value != value:
        return int(numpy.count_nonzero(numpy.isnan(data)))
    return int(numpy.count_nonzero(data == (value if data.dtype.kind == "c" else data.dtype.type(fill))))


def blocks(shape: tuple[int, ...], chunks: tuple[int, ...], cells: int) -> Iterator[tuple[slice, ...]]:
    """Yield regions that cover `shape` once, of whole chunks and at most `cells` cells where a chunk has no more."""
    size = [min(chunk, length) for chunk, length in zip(chunks or (1,) * len(shape), shape, strict=True)]
    for axis in reversed(range(len(shape))):
        others = math.prod(size) // size[axis] if size[axis] else 1
        fits = cells // max(others, 1)
        size[axis] = min(shape[axis], max(fits // size[axis] * size[axis], size[axis])) if size[axis] else 1
    starts = (range(0, length, step) for length, step in zip(shape, size, strict=True))
    for corner in product(*starts):
        yield tuple(
            slice(start, min(start + step, length)) for start, step, length in zip(corner, size, shape, strict=True)
        )
