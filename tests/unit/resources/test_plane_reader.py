"""Planes are read by block, never more than the memory limit, and reduced as numpy would."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.array_sources import MemoryArray, UnwrittenArray
from tui.resources.arrays.array_source import block_shape, blocks, check_selection
from tui.resources.arrays.bins import Bins
from tui.resources.arrays.plane_reader import PlaneReader, PlaneRequest, read_line
from tui.services.errors import InvalidInput


class Counting(MemoryArray):
    """A source that remembers how much was read at once."""

    largest = 0
    cells = 0

    async def read(self, index: Any) -> Any:
        values = await super().read(index)
        self.largest = max(self.largest, values.nbytes)
        self.cells += values.size
        return values


def reduced(plane: np.ndarray[Any, Any], rows: int, columns: int) -> np.ndarray[Any, Any]:
    """The slow and obvious way."""
    found = np.full((rows, columns), np.nan)
    for row, down in enumerate(cut(plane.shape[0], rows)):
        for column, across in enumerate(cut(plane.shape[1], columns)):
            block = plane[down, across]
            if np.isfinite(block).any():
                found[row, column] = np.nanmean(block)
    return found


def cut(length: int, count: int) -> list[slice]:
    edges = [math.floor(Fraction(number * length, count)) for number in range(count + 1)]
    return [slice(first, end) for first, end in pairwise(edges)]


@st.composite
def requests(draw: st.DrawFn) -> PlaneRequest:
    shape = (5, 17, 23)
    row, column = draw(st.permutations(range(3)))[:2]

    def bins(size: int) -> Bins:
        first = draw(st.integers(0, size - 1))
        end = draw(st.integers(first + 1, size))
        return Bins(first, end, draw(st.integers(1, end - first)))

    return PlaneRequest(
        (2, 3, 4),
        row,
        column,
        bins(shape[row]),
        bins(shape[column]),
        draw(st.sampled_from(["mean", "nearest"])),
    )


@given(requests(), st.sampled_from([None, (2, 4, 5), (5, 17, 23), (1, 1, 1)]), st.sampled_from([500, 4000, 10**6]))
@settings(max_examples=150, deadline=None)
async def test_a_plane_is_what_numpy_makes_of_it(
    request_: PlaneRequest, chunks: tuple[int, ...] | None, limit: int
) -> None:
    values = np.random.default_rng(1).normal(size=(5, 17, 23))
    values[values > 1] = np.nan
    source = Counting(values, chunks=chunks, memory_limit=limit)
    found = (await PlaneReader(source).read(request_)).values
    assert source.largest <= limit
    assert found.shape == request_.shape
    row, column = request_.row_axis, request_.column_axis
    assert row is not None and column is not None
    held = next(axis for axis in range(3) if axis not in (row, column))
    plane = values.take(request_.index[held], held)
    plane = plane if row < column else plane.T
    rows, columns = request_.rows, request_.columns
    window = plane[rows.first : rows.end, columns.first : columns.end]
    if not request_.is_reduced:
        np.testing.assert_array_equal(found, window)
    elif request_.method == "mean":
        np.testing.assert_allclose(found, reduced(window, rows.count, columns.count), atol=1e-12)
    else:
        middles = [
            [(part.start + part.stop) // 2 for part in cut(*pair)]
            for pair in zip(window.shape, found.shape, strict=True)
        ]
        np.testing.assert_array_equal(found, window[np.ix_(*middles)])


@given(st.integers(0, 50), st.integers(1, 300), st.integers(1, 300))
def test_every_index_is_in_one_bin_and_bins_are_even(first: int, length: int, count: int) -> None:
    bins = Bins(first, first + length, min(count, length))
    starts = [*bins.starts().tolist(), bins.end]
    assert starts == [bins.start(number) for number in range(bins.count + 1)]
    assert {end - start for start, end in pairwise(starts)} <= {int(bins.size), math.ceil(bins.size)}
    for number, (start, end) in enumerate(pairwise(starts)):
        assert all(bins.of(index) == number for index in range(start, end))
        assert start <= bins.middles()[number] < end
    assert not 0 <= bins.of(first - 1) < bins.count
    assert not 0 <= bins.of(bins.end) < bins.count


async def test_a_mean_leaves_out_the_fill_value_and_keeps_it_where_there_is_nothing_else() -> None:
    values = np.array([[1, 3, -9, -9], [-9, 5, -9, -9]], "i4")
    request = PlaneRequest((0, 0), 0, 1, Bins(0, 2, 1), Bins(0, 4, 2))
    plane = await PlaneReader(MemoryArray(values, fill_value=-9)).read(request)
    assert plane.values.tolist() == [[3.0, -9.0]]
    assert request.reduction == "1:2 mean"
    assert replace(request, columns=Bins(0, 3, 2), method="nearest").reduction == "1:2x1.5 nearest"


async def test_unreduced_whole_numbers_keep_every_digit() -> None:
    values = np.array([[2**63 - 1, -(2**63)]])
    plane = await PlaneReader(MemoryArray(values)).read(PlaneRequest((0, 0), 0, 1, Bins.each(0, 1), Bins.each(0, 2)))
    assert plane.values.tolist() == values.tolist()


async def test_nearest_reads_only_the_rows_that_it_takes() -> None:
    source = Counting(np.zeros((1000, 50)), chunks=(10, 50))
    await PlaneReader(source).read(PlaneRequest((0, 0), 0, 1, Bins(0, 1000, 10), Bins.each(0, 50), "nearest"))
    assert source.cells == 10 * 50


async def test_an_array_of_one_dimension_is_one_row_and_a_number_one_cell() -> None:
    request = PlaneRequest((0,), None, 0, Bins.each(0, 1), Bins(0, 6, 2))
    line = await PlaneReader(MemoryArray(np.arange(6.0))).read(request)
    assert line.values.tolist() == [[1.0, 4.0]]
    one = Bins.each(0, 1)
    cell = await PlaneReader(MemoryArray(np.array(7))).read(PlaneRequest((), None, None, one, one))
    assert cell.values.tolist() == [[7]]


async def test_what_was_never_written_takes_no_memory() -> None:
    source = UnwrittenArray((10**6, 10**6), "f4", math.nan)
    ten = Bins(0, 10**6, 10)
    plane = await PlaneReader(source).read(PlaneRequest((0, 0), 0, 1, ten, ten))
    assert not plane.written
    assert plane.values.shape == (10, 10)
    assert np.isnan(plane.values).all()


async def test_a_line_says_its_lowest_and_highest_and_leaves_out_gaps() -> None:
    values = np.array([[1.0, 2, np.nan, 4, np.nan, np.nan, 7]])
    line = await read_line(MemoryArray(values), (0, 0), 1, 4, lambda cells: cells)
    assert line.step == 2
    np.testing.assert_array_equal(line.low, [1, 4, np.nan, 7])
    np.testing.assert_array_equal(line.high, [2, 4, np.nan, 7])
    np.testing.assert_array_equal(line.mean, [1.5, 4, np.nan, 7])


async def test_a_long_line_is_read_within_the_limit() -> None:
    values = np.sin(np.arange(10_000.0))
    source = Counting(values, memory_limit=4000)
    line = await read_line(source, (0,), 0, 100, lambda cells: cells)
    assert source.largest <= 4000
    np.testing.assert_allclose(line.mean, values.reshape(100, 100).mean(1))


async def test_a_selection_that_is_too_large_or_outside_is_refused_with_a_hint() -> None:
    source = MemoryArray(np.zeros((10, 10)), memory_limit=100)
    with pytest.raises(InvalidInput, match="more than the limit") as too_large:
        await source.read((slice(0, 10), slice(0, 10)))
    assert too_large.value.hint
    strange = ((slice(None), 0), (slice(0, None), 0), (slice(None, 5), 0), (slice(0, 5, 2), 0))
    for index in ((10, 0), (slice(0, 11), 0), (0,), (-1, 0), *strange):
        with pytest.raises(InvalidInput):
            check_selection(source, index)


@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=3),
    st.lists(st.integers(1, 12), min_size=3, max_size=3),
    st.booleans(),
    st.integers(1, 500),
)
def test_blocks_cover_a_window_once_and_are_small(
    shape: list[int], chunks: list[int], chunked: bool, cells: int
) -> None:
    block = block_shape(shape, chunks[: len(shape)] if chunked else None, cells)
    assert math.prod(block) <= cells
    seen = np.zeros(shape, int)
    for index in blocks([slice(size // 3, size) for size in shape], block):
        assert math.prod(part.stop - part.start for part in index) <= cells
        seen[index] += 1
    expected = np.zeros(shape, int)
    expected[tuple(slice(size // 3, size) for size in shape)] = 1
    np.testing.assert_array_equal(seen, expected)
