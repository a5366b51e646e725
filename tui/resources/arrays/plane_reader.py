"""PlaneReader: a plane of an array made small enough for a screen, read block by block within the memory limit."""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tui.resources.arrays.array_source import BLOCK_BYTES, ArraySource, Index, block_shape, blocks, item_bytes
from tui.resources.arrays.bins import Bins
from tui.resources.arrays.picture import fill_mask

Method = Literal["mean", "nearest"]

_PLANE_BYTES = 4 * BLOCK_BYTES
"""Bytes of a block of a plane with the work on it: each block takes two hand-overs to threads."""
_WORK_BYTES = 32
"""Bytes that reducing takes for each cell beside the cell itself."""
_INLINE_CELLS = 20_000
"""A smaller block is reduced at once: handing it to a thread would take longer."""


@dataclass(frozen=True, slots=True)
class PlaneRequest:
    """Which plane, and how small. `index` has an entry for each dimension; those of `row_axis` and `column_axis` are
    not looked at (None for arrays of fewer than two dimensions). A bin of `rows` makes one row."""

    index: tuple[int, ...]
    row_axis: int | None
    column_axis: int | None
    rows: Bins
    columns: Bins
    method: Method = "mean"

    @property
    def is_reduced(self) -> bool:
        """Whether a cell of the answer stands for several of the array."""
        return self.rows.is_reduced or self.columns.is_reduced

    @property
    def reduction(self) -> str:
        """How it is reduced, in words: `1:1`, `1:1.5 mean`, `1:3x12 nearest`."""
        if not self.is_reduced:
            return "1:1"
        down, across = _ratio(self.rows.size), _ratio(self.columns.size)
        return f"1:{across if down == across else f'{down}x{across}'} {self.method}"

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of the answer."""
        return self.rows.count, self.columns.count

    def selection(self, rows: slice, columns: slice) -> Index:
        """Return what is read for a part of the plane."""
        chosen: list[int | slice] = list(self.index)
        if self.row_axis is not None:
            chosen[self.row_axis] = rows
        if self.column_axis is not None:
            chosen[self.column_axis] = columns
        return tuple(chosen)


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """An answer. Unreduced values have the array's own type. `written` is False if there is nothing but fill."""

    request: PlaneRequest
    values: NDArray[Any]
    written: bool = True


class PlaneReader:
    """Reads planes of one array. A read that is cancelled stops at the next block."""

    def __init__(self, source: ArraySource) -> None:
        self.source = source
        limit = min(_PLANE_BYTES, source.memory_limit)
        self._block_cells = max(limit // (item_bytes(source.dtype) + _WORK_BYTES), 1)

    async def read(self, request: PlaneRequest) -> Plane:
        """Return a plane.

        A mean leaves out NaN and the fill value; where there is nothing else, it is NaN or the fill value.

        Raises:
            ServiceError: a block could not be read.
        """
        source = self.source
        if not source.written:
            return Plane(request, _filled(request.shape, source), written=False)
        if not request.is_reduced:
            return Plane(request, await self._whole(request))
        if request.method == "nearest":
            return Plane(request, await self._nearest(request))
        return Plane(request, await self._mean(request))

    async def _whole(self, request: PlaneRequest) -> NDArray[Any]:
        found = np.empty(request.shape, self.source.dtype)
        row, column = request.rows.first, request.columns.first
        for rows, columns in self._blocks(request):
            values = await self._read(request, rows, columns)
            found[rows.start - row : rows.stop - row, columns.start - column : columns.stop - column] = values
        return found

    async def _nearest(self, request: PlaneRequest) -> NDArray[Any]:
        """Take the cell in the middle of those that each one stands for, reading only rows that are taken from."""
        found = np.empty(request.shape, self.source.dtype)
        wanted_rows, wanted_columns = request.rows.middles(), request.columns.middles()
        if request.rows.size >= self._chunk(request.row_axis):
            parts = [slice(int(row), int(row) + 1) for row in wanted_rows]
        else:
            parts = [_stretch(request.rows)]
        for part in parts:
            for rows, columns in self._blocks(request, part):
                first, end = np.searchsorted(wanted_rows, (rows.start, rows.stop))
                left, right = np.searchsorted(wanted_columns, (columns.start, columns.stop))
                if first < end and left < right:
                    values = await self._read(request, rows, columns)
                    taken = np.ix_(wanted_rows[first:end] - rows.start, wanted_columns[left:right] - columns.start)
                    found[first:end, left:right] = values[taken]
        return found

    async def _mean(self, request: PlaneRequest) -> NDArray[Any]:
        complex_numbers = np.dtype(self.source.dtype).kind == "c"
        sums = np.zeros(request.shape, "c16" if complex_numbers else "f8")
        counts = np.zeros(request.shape, "i8")
        fills = np.zeros(request.shape, bool)
        for rows, columns in self._blocks(request):
            values = await self._read(request, rows, columns)
            work = (values, request, rows, columns, self.source.fill_value, sums, counts, fills)
            if values.size > _INLINE_CELLS:
                await asyncio.to_thread(_add_block, *work)
            else:
                _add_block(*work)
        with np.errstate(invalid="ignore", divide="ignore"):
            means = np.where(counts > 0, sums / counts, np.nan)
        if fills.any() and np.dtype(self.source.dtype).kind not in "mM":
            means[(counts == 0) & fills] = self.source.fill_value
        return means

    async def _read(self, request: PlaneRequest, rows: slice, columns: slice) -> NDArray[Any]:
        values = await self.source.read(request.selection(rows, columns))
        if request.row_axis is None or request.column_axis is None:
            return values.reshape(_extent(rows, request.row_axis), _extent(columns, request.column_axis))
        return values.T if request.row_axis > request.column_axis else values

    def _blocks(self, request: PlaneRequest, rows: slice | None = None) -> list[tuple[slice, slice]]:
        """Cut the plane along the chunks' edges; the axis that lies together on disk is kept longest."""
        window = (rows if rows is not None else _stretch(request.rows), _stretch(request.columns))
        axes = (request.row_axis, request.column_axis)
        turned = axes[0] is not None and axes[1] is not None and axes[0] > axes[1]
        order = (1, 0) if turned else (0, 1)
        sizes = [self._size(axes[at], window[at]) for at in order]
        chunks = [self._chunk(axes[at]) for at in order] if self.source.chunks else None
        shape = block_shape(sizes, chunks, self._block_cells)
        found = blocks([window[at] for at in order], shape)
        return [(pair[1], pair[0]) if turned else (pair[0], pair[1]) for pair in found]

    def _chunk(self, axis: int | None) -> int:
        return 1 if axis is None or self.source.chunks is None else max(self.source.chunks[axis], 1)

    def _size(self, axis: int | None, window: slice) -> int:
        return window.stop if axis is None else self.source.shape[axis]


def _filled(shape: tuple[int, int], source: ArraySource) -> NDArray[Any]:
    fill = np.zeros((), source.dtype)[()] if source.fill_value is None else source.fill_value
    return np.full(shape, fill, source.dtype)


def _extent(part: slice, axis: int | None) -> int:
    return 1 if axis is None else part.stop - part.start


def _stretch(bins: Bins) -> slice:
    return slice(bins.first, bins.end)


def _ratio(size: float) -> str:
    return f"{size:.0f}" if size >= 10 else f"{size:.1f}".removesuffix(".0")


def _add_block(
    values: NDArray[Any],
    request: PlaneRequest,
    rows: slice,
    columns: slice,
    fill_value: Any,
    sums: NDArray[Any],
    counts: NDArray[np.int64],
    fills: NDArray[np.bool_],
) -> None:
    """Add a block's sums and counts to the cells that stand for it."""
    kind = values.dtype.kind
    wide: NDArray[Any] = values.view("i8") if kind in "mM" else values
    wide = wide.astype(sums.dtype, copy=False)
    filled = fill_mask(values, fill_value)
    blank = np.isnan(values) if kind in "fcmM" else None
    if filled is not None:
        blank = filled if blank is None else blank | filled
    if blank is not None and not blank.any():
        blank = None
    if blank is not None:
        wide = np.where(blank, 0, wide)
    row_starts, row_place = _bins(rows, request.rows)
    column_starts, column_place = _bins(columns, request.columns)
    place = (row_place, column_place)
    sums[place] += _summed(wide, row_starts, column_starts)
    if blank is None:
        heights = np.diff(np.append(row_starts, values.shape[0]))
        widths = np.diff(np.append(column_starts, values.shape[1]))
        counts[place] += heights[:, None] * widths[None, :]
    else:
        counts[place] += _summed((~blank).astype("i8"), row_starts, column_starts)
    if filled is not None:
        fills[place] |= _summed(filled.astype("i8"), row_starts, column_starts) > 0


def _summed(values: NDArray[Any], rows: NDArray[np.int64], columns: NDArray[np.int64]) -> NDArray[Any]:
    return np.add.reduceat(np.add.reduceat(values, rows, axis=0), columns, axis=1)


def _bins(part: slice, bins: Bins) -> tuple[NDArray[np.int64], slice]:
    """Return where each cell of the answer begins within a block, and which cells of the answer they are."""
    place = slice(bins.of(part.start), bins.of(part.stop - 1) + 1)
    return np.maximum(bins.starts()[place] - part.start, 0), place


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line through an array, in `step`s of cells: the lowest, the highest and the mean of each."""

    axis: int
    step: int
    low: NDArray[Any]
    high: NDArray[Any]
    mean: NDArray[Any]

    @property
    def reduction(self) -> str:
        """How it is reduced, in words."""
        return "1:1" if self.step == 1 else f"1:{self.step} mean, lowest and highest"


async def read_line(source: ArraySource, index: tuple[int, ...], axis: int, points: int, draw: Any) -> Line:
    """Return the line through `index` along `axis` in at most `points` steps. `draw` turns cells into real numbers
    with NaN where there is nothing.

    Raises:
        ServiceError: it could not be read.
    """
    size = source.shape[axis]
    step = max(math.ceil(size / max(points, 1)), 1)
    block = max(min(BLOCK_BYTES, source.memory_limit) // (item_bytes(source.dtype) + _WORK_BYTES), step)
    block -= block % step
    lows: list[NDArray[Any]] = []
    highs: list[NDArray[Any]] = []
    means: list[NDArray[Any]] = []
    for start in range(0, size, block):
        part = slice(start, min(start + block, size))
        chosen = tuple(part if at == axis else entry for at, entry in enumerate(index))
        values = draw(await source.read(chosen)) if source.written else np.full(part.stop - part.start, np.nan)
        low, high, mean = _reduced(np.asarray(values, "f8"), step)
        lows.append(low)
        highs.append(high)
        means.append(mean)
    empty = [np.empty(0)]
    return Line(
        axis, step, np.concatenate(lows or empty), np.concatenate(highs or empty), np.concatenate(means or empty)
    )


def _reduced(values: NDArray[Any], step: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    if step == 1:
        return values, values, values
    starts = np.arange(0, values.size, step)
    counts = np.add.reduceat((~np.isnan(values)).astype("i8"), starts)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.add.reduceat(np.nan_to_num(values, nan=0.0), starts) / counts
    return np.fmin.reduceat(values, starts), np.fmax.reduceat(values, starts), np.where(counts > 0, mean, np.nan)
