"""Streamed statistics say what numpy says of the whole."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tests.array_sources import MemoryArray, UnwrittenArray
from tui.jobs.progress import Progress
from tui.resources.arrays.array_source import block_shape, blocks
from tui.resources.arrays.array_statistics import (
    ArrayStatistics,
    exact_statistics,
    measure,
    sample_blocks,
    sample_statistics,
)
from tui.resources.arrays.dyadic_histogram import BINS, histogram_of
from tui.services.errors import Cancelled

SHAPES = hnp.array_shapes(min_dims=1, max_dims=3, max_side=12)
FLOATS = st.floats(allow_nan=True, allow_infinity=True, width=64)
ARRAYS = st.one_of(
    hnp.arrays("f8", SHAPES, elements=FLOATS | st.sampled_from([0.0, -9999.0, 1.0, 5e-324, 1e308, -1e308])),
    hnp.arrays("f4", SHAPES, elements=st.floats(-100, 100, width=32)),
    hnp.arrays("i8", SHAPES),
    hnp.arrays("u8", SHAPES),
    hnp.arrays("i1", SHAPES),
    hnp.arrays("?", SHAPES),
)


def merged(values: np.ndarray[Any, Any], fill: Any, cells: int) -> ArrayStatistics:
    shape = block_shape(values.shape, None, cells)
    found = ArrayStatistics(total=values.size)
    for index in blocks([slice(0, size) for size in values.shape], shape):
        found = found.merge(measure(values[index], fill))
    return found


@given(ARRAYS, st.sampled_from([None, -9999.0, 0, math.nan]), st.integers(1, 50))
@settings(max_examples=150, deadline=None)
def test_pieces_together_are_the_whole(values: np.ndarray[Any, Any], fill: Any, cells: int) -> None:
    streamed, whole = merged(values, fill, cells), measure(values, fill)
    for name in ("cells", "count", "nan", "infinite", "filled", "minimum", "maximum", "histogram"):
        assert getattr(streamed, name) == getattr(whole, name), name
    if whole.count:
        size = max(abs(float(whole.minimum or 0)), abs(float(whole.maximum or 0)))
        assert streamed.mean == pytest.approx(whole.mean, rel=1e-9, abs=max(1e-9 * size, 1e-320))
        slack = 1e-9 * size * size * whole.count
        # Squares of such numbers leave the range of a float, sooner or later by what was rounded on the way.
        assert math.isinf(slack) or streamed.squares == pytest.approx(whole.squares, rel=1e-7, abs=slack)


def test_what_does_not_vary_has_no_deviation_however_large_it_is() -> None:
    assert measure(np.full(3, 2.00245388e213)).squares == 0.0
    assert measure(np.full(3, 0.1)).squares == 0.0


@given(ARRAYS, st.sampled_from([None, -9999.0, 0]))
@settings(max_examples=150, deadline=None)
def test_the_whole_is_what_numpy_says(values: np.ndarray[Any, Any], fill: Any) -> None:
    found = measure(values, fill)
    plain = values.view("u1") if values.dtype == bool else values
    is_fill = np.zeros(values.shape, bool) if fill is None else plain == fill
    kept = plain[np.isfinite(plain) & ~is_fill]
    assert found.count == kept.size
    assert found.nan == np.isnan(plain).sum()
    assert found.filled == is_fill.sum()
    assert found.count + found.infinite + found.nan + found.filled == values.size
    if not kept.size:
        assert found.minimum is None and found.histogram is None and math.isnan(found.mean)
        return
    assert (found.minimum, found.maximum) == (kept.min(), kept.max())
    wide = kept.astype("f8")
    if np.abs(wide).max() < 1e150:
        tiny = 1e-12 * float(np.abs(wide).max())
        assert found.mean == pytest.approx(wide.mean(), rel=1e-12, abs=tiny)
        assert found.std == pytest.approx(wide.std(), rel=1e-9, abs=tiny)
    assert found.histogram is not None
    assert sum(found.histogram.counts) == kept.size


@given(hnp.arrays("f8", st.integers(1, 60), elements=st.floats(allow_nan=False, allow_infinity=False)))
@settings(max_examples=200, deadline=None)
def test_a_histogram_counts_as_numpy_does_on_its_own_edges(values: np.ndarray[Any, Any]) -> None:
    found = histogram_of(values)
    assert found is not None
    assert len(found.counts) <= BINS
    edges = found.edges
    assert edges[0] <= values.min() and values.max() < edges[-1]
    expected = [int(((values >= low) & (values < high)).sum()) for low, high in pairwise(edges)]
    assert list(found.counts) == expected
    few = found.coarsened(8)
    assert len(few.counts) <= 8 and sum(few.counts) == values.size


def test_whole_numbers_get_a_bin_each_where_they_are_few() -> None:
    found = histogram_of(np.array([3, 3, 5, 4]), whole=True)
    assert found is not None
    assert (found.edges, found.counts) == ([3.0, 4.0, 5.0, 6.0], (2, 1, 1))


def test_complex_numbers_are_measured_by_their_magnitude() -> None:
    found = measure(np.array([3 + 4j, 0, complex(math.nan, 1)]))
    assert (found.count, found.nan, found.minimum, found.maximum, found.mean) == (2, 1, 0.0, 5.0, 2.5)


async def test_an_array_is_streamed_within_its_memory_limit_and_tells_how_far_it_is() -> None:
    values = np.random.default_rng(3).normal(size=(40, 50, 60))
    values[values > 2.5] = np.nan
    source = MemoryArray(values, chunks=(7, 50, 13), memory_limit=50_000)
    progress = Progress()
    found = await exact_statistics(source, progress)
    assert (progress.done, progress.total) == (values.size, values.size)
    assert found.is_exact
    assert found.count == np.isfinite(values).sum()
    assert found.mean == pytest.approx(np.nanmean(values))
    assert found.std == pytest.approx(np.nanstd(values))


async def test_counting_stops_when_it_is_cancelled() -> None:
    progress = Progress()

    class Watched(MemoryArray):
        reads = 0

        async def read(self, index: Any) -> Any:
            self.reads += 1
            if self.reads == 2:
                progress.cancel()
            return await super().read(index)

    source = Watched(np.ones((100, 100)), chunks=(10, 100), memory_limit=48_000)
    with pytest.raises(Cancelled):
        await exact_statistics(source, progress)
    assert source.reads == 2


async def test_a_sample_is_bounded_spread_and_never_counts_a_cell_twice() -> None:
    values = np.arange(2000 * 3000, dtype="f8").reshape(2000, 3000)
    source = MemoryArray(values, chunks=(100, 100))
    seen = np.zeros(values.shape, "i1")
    for index in sample_blocks(source, cells=200_000, places=20):
        seen[index] += 1
    assert seen.max() == 1
    assert 100_000 <= seen.sum() <= 200_000
    assert seen[:1000].any() and seen[1000:].any() and seen[:, :1500].any() and seen[:, 1500:].any()
    found = await sample_statistics(source, cells=200_000, places=20)
    assert not found.is_exact
    assert found.cells == seen.sum()
    assert found.mean == pytest.approx(values.mean(), rel=0.2)


async def test_a_small_array_is_sampled_as_a_whole() -> None:
    found = await sample_statistics(MemoryArray(np.arange(10.0)))
    assert found.is_exact and found.maximum == 9


async def test_what_was_never_written_is_not_read() -> None:
    source = UnwrittenArray((10**6, 10**6, 10**6), "f8", math.nan)
    progress = Progress()
    found = await exact_statistics(source, progress)
    assert (found.filled, found.fill_share, found.count, progress.done) == (10**18, 1.0, 0, 10**18)
    assert (await sample_statistics(source)).is_exact
