"""Exported slices are read back by numpy and by the csv module, and nothing is left of what failed."""

from __future__ import annotations

import csv
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.array_sources import MemoryArray, UnwrittenArray
from tui.jobs.progress import Progress
from tui.resources.arrays.array_axis import Dimension, Labels, ScaleAxis
from tui.resources.arrays.array_export import export_selection, write_picture
from tui.resources.arrays.bins import Bins
from tui.resources.arrays.picture import choose_scale
from tui.resources.arrays.plane_reader import Plane, PlaneRequest
from tui.services.errors import AlreadyExists, Cancelled, InvalidInput

VALUES = np.random.default_rng(5).normal(size=(6, 40, 50)).astype("f4")


@pytest.mark.parametrize("limit", [700, 10**6])
@pytest.mark.parametrize(
    "index",
    [
        (2, slice(0, 40), slice(3, 50)),
        (slice(0, 6), slice(5, 6), slice(0, 50)),
        (slice(1, 3), 7, 9),
        (1, 2, 3),
        (0, slice(4, 4), slice(0, 3)),
    ],
)
async def test_numpy_reads_the_same_numbers(tmp_path: Path, index: Any, limit: int) -> None:
    source = MemoryArray(VALUES, memory_limit=limit)
    progress = Progress()
    count = await export_selection(source, index, "npy", tmp_path / "a.npy", progress)
    found = np.load(tmp_path / "a.npy")
    assert found.dtype == VALUES.dtype
    np.testing.assert_array_equal(found, VALUES[index])
    assert count == progress.done == found.size


async def test_csv_has_the_coordinates_and_every_digit(tmp_path: Path) -> None:
    dimensions = (
        Dimension("t", 6),
        Dimension("lat", 40, ScaleAxis(10.0, -0.5)),
        Dimension("x", 50, Labels(["a,b", "c"])),
    )
    source = MemoryArray(VALUES, dimensions, memory_limit=600)
    await export_selection(source, (3, slice(2, 5), slice(0, 3)), "csv", tmp_path / "a.csv")
    with (tmp_path / "a.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["lat / x", "a,b", "c", "2"]
    assert [row[0] for row in rows[1:]] == ["9", "8.5", "8"]
    np.testing.assert_array_equal(np.array([row[1:] for row in rows[1:]], "f4"), VALUES[3, 2:5, 0:3])


async def test_csv_of_a_line_and_of_a_cell(tmp_path: Path) -> None:
    source = MemoryArray(np.array([1, 2]))
    await export_selection(source, (slice(0, 2),), "csv", tmp_path / "line.csv")
    assert (tmp_path / "line.csv").read_text() == "dim0,value\n0,1\n1,2\n"
    await export_selection(source, (1,), "csv", tmp_path / "cell.csv")
    assert (tmp_path / "cell.csv").read_text() == "value\n2\n"


async def test_an_unwritten_slice_is_exported_as_fill(tmp_path: Path) -> None:
    source = UnwrittenArray((10**9, 4), "f8", -1.0)
    await export_selection(source, (slice(0, 3), slice(0, 4)), "npy", tmp_path / "a.npy")
    assert (np.load(tmp_path / "a.npy") == -1).all()


async def test_nothing_is_overwritten_and_nothing_half_done_is_left(tmp_path: Path) -> None:
    source = MemoryArray(VALUES, memory_limit=400)
    whole = (slice(0, 6), slice(0, 40), slice(0, 50))
    (tmp_path / "taken.npy").write_text("mine")
    with pytest.raises(AlreadyExists):
        await export_selection(source, whole, "npy", tmp_path / "taken.npy")
    with pytest.raises(InvalidInput, match="CSV has two"):
        await export_selection(source, whole, "csv", tmp_path / "b.csv")
    with pytest.raises(InvalidInput):
        await export_selection(source, (slice(0, 7), 0, 0), "npy", tmp_path / "c.npy")
    with pytest.raises(InvalidInput, match="no folder"):
        await export_selection(source, whole, "npy", tmp_path / "no" / "d.npy")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        await export_selection(source, whole, "npy", tmp_path / "e.npy", progress)
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["taken.npy"]
    assert (tmp_path / "taken.npy").read_text() == "mine"


def test_a_small_plane_becomes_a_picture_that_can_be_seen(tmp_path: Path) -> None:
    values = np.array([[0.0, 1.0, math.nan], [2.0, 3.0, 4.0]])
    plane = Plane(PlaneRequest((0, 0), 0, 1, Bins.each(0, 2), Bins.each(0, 3)), values)
    size = write_picture(tmp_path / "a.png", plane, choose_scale(values), None, {"Title": "t"})
    assert size == (480, 320)
    assert (tmp_path / "a.png").read_bytes()[16:24] == (480).to_bytes(4, "big") + (320).to_bytes(4, "big")
