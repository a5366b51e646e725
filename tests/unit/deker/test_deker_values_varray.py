"""Values of VArrays: put together from tiles, fill value where there is none, and never from a wrong or lost tile."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.deker.sources import values, with_source
from tests.unit.deker.conftest import age
from tests.unit.deker.test_deker_values import StopAt, compare, counted, put, regions
from tui.resources.arrays.array_axis import Labels, ScaleAxis, TimeAxis
from tui.services.errors import Cancelled, DataCorrupt, InvalidInput, NotSupported
from tui.systems.deker.format.writer import NewCollection, create_collection, create_varray
from tui.systems.deker.models import Attribute, Dimension, Scale

SHAPE = (6, 20, 30)


def varray(root: Path, data: Any, vgrid: tuple[int, ...] = (3, 4, 5), **more: Any) -> str:
    axes = tuple(Dimension(name=f"axis {number}", size=size) for number, size in enumerate(SHAPE))
    collection = create_collection(str(root), NewCollection("va", "float32", axes, vgrid=vgrid, **more))
    return create_varray(collection, data=data)


def tile(root: Path, identity: str, position: str) -> Path:
    """Return the file of the tile in a place of the grid."""
    (link,) = (root / "collections" / "va" / "array_symlinks" / identity / position).iterdir()
    return link.resolve()


def gappy() -> Any:
    """Return values that leave some tiles out."""
    data = counted(SHAPE)
    data[2:4, 5:10] = np.nan
    data[0:2, 0:5, 6:12] = np.nan
    return data


@pytest.mark.parametrize("vgrid", [(3, 4, 5), (1, 1, 1), (6, 20, 1), (1, 2, 30)])
@pytest.mark.parametrize("options", [{}, {"chunks": "auto", "compression": "gzip"}, {"compression": "lzf"}])
def test_every_region_of_every_grid(tmp_path: Path, vgrid: tuple[int, ...], options: Any) -> None:
    varray(tmp_path, gappy(), vgrid, **options)

    async def look(source: Any) -> None:
        tile_shape = tuple(size // part for size, part in zip(SHAPE, vgrid, strict=True))
        assert (source.shape, source.chunks, source.written) == (SHAPE, tile_shape, True)
        await compare(source, gappy(), regions(SHAPE, 25, 4))

    with_source(tmp_path, "va", look)


def test_without_tiles_it_is_the_fill_value(tmp_path: Path) -> None:
    varray(tmp_path, None, fill_value=-1.5)

    async def look(source: Any) -> None:
        assert (source.written, source.fill_value) == (False, -1.5)
        await compare(source, np.full(SHAPE, -1.5, "float32"), regions(SHAPE, 10, 5))

    with_source(tmp_path, "va", look)


def test_a_tile_that_was_made_and_never_written_is_the_fill_value(tmp_path: Path) -> None:
    identity = varray(tmp_path, counted(SHAPE))
    with h5py.File(tile(tmp_path, identity, "1-1-1"), "r+") as file:
        del file["data"]
    age(tmp_path)
    expected = counted(SHAPE)
    expected[2:4, 5:10, 6:12] = np.nan
    with_source(tmp_path, "va", lambda source: compare(source, expected, regions(SHAPE, 10, 6)))


def test_a_tile_is_an_array_of_its_own(tmp_path: Path) -> None:
    identity = varray(tmp_path, counted(SHAPE))
    key = tile(tmp_path, identity, "2-3-4").stem
    expected = counted(SHAPE)[4:6, 15:20, 24:30]

    async def look(source: Any) -> None:
        assert (source.title, source.shape) == ("va tile 2-3-4", (2, 5, 6))
        await compare(source, expected, regions((2, 5, 6), 10, 7))

    with_source(tmp_path, "va", look, key, tiles=True)


def _without_file(path: Path) -> None:
    path.unlink()


def _of_another_shape(path: Path) -> None:
    put(path, counted((2, 5, 7)))


def _of_another_type(path: Path) -> None:
    put(path, counted((2, 5, 6), "float64"))


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _no_hdf5(path: Path) -> None:
    path.write_bytes(b"nothing of the sort")


def _of_texts(path: Path) -> None:
    put(path, np.full((2, 5, 6), "text", dtype=object))


@pytest.mark.parametrize("damage", [_without_file, _of_another_shape, _of_another_type, _cut, _no_hdf5, _of_texts])
def test_a_damaged_tile_is_named_and_the_others_are_read(tmp_path: Path, damage: Any) -> None:
    identity = varray(tmp_path, counted(SHAPE))
    damage(tile(tmp_path, identity, "1-2-3"))
    age(tmp_path)
    for index in ((), (3, 12, 20)):
        with pytest.raises((DataCorrupt, NotSupported), match="tile 1-2-3: "):
            values(tmp_path, "va", index)
    beside = np.s_[0:2, 0:20, 0:30]
    with_source(tmp_path, "va", lambda source: compare(source, counted(SHAPE), [beside, (3, 12, 24)]))


def test_two_tiles_in_one_place_are_not_chosen_between(tmp_path: Path) -> None:
    identity = varray(tmp_path, counted(SHAPE))
    other = tile(tmp_path, identity, "0-0-0")
    links = tmp_path / "collections" / "va" / "array_symlinks" / identity
    (links / "0-0-1" / other.name).symlink_to(other)
    age(tmp_path)
    with pytest.raises(DataCorrupt, match="tile 0-0-1: there are 2 tiles in this place"):
        values(tmp_path, "va")
    assert values(tmp_path, "va", (0, 0, 0)) == 1


@pytest.mark.parametrize("name", ["no id.hdf5", "\x1b[2J.hdf5", "../../../../secret.hdf5"])
def test_a_link_that_is_named_by_no_id_leads_nowhere(tmp_path: Path, name: str) -> None:
    identity = varray(tmp_path, counted(SHAPE))
    secret = tmp_path / "secret.hdf5"
    tile(tmp_path, identity, "0-0-0").rename(secret)
    links = tmp_path / "collections" / "va" / "array_symlinks" / identity / "0-0-0"
    (link,) = links.iterdir()
    link.rename(links / Path(name).name)
    (links / Path(name).name).unlink()
    (links / Path(name).name).symlink_to(secret)
    age(tmp_path)
    with pytest.raises(DataCorrupt, match="tile 0-0-0: ") as refused:
        values(tmp_path, "va")
    assert "\x1b" not in str(refused.value)


def test_what_lies_beside_the_tiles_is_not_taken_for_one(tmp_path: Path) -> None:
    identity = varray(tmp_path, counted(SHAPE))
    links = tmp_path / "collections" / "va" / "array_symlinks" / identity
    for name in ("9-9-9", "0-0", "00-0-0", "-1-0-0", "x", "0-0-0-0", "²-0-0"):
        (links / name).mkdir()
    (links / "file").touch()
    age(tmp_path)
    with_source(tmp_path, "va", lambda source: compare(source, counted(SHAPE), regions(SHAPE, 3, 8)))


def test_a_moved_storage_is_read_where_it_is(tmp_path: Path) -> None:
    """The links' targets are absolute, and those of a copy lead to the original (contract §7.4)."""
    import shutil

    identity = varray(tmp_path / "one", counted(SHAPE))
    shutil.copytree(tmp_path / "one", tmp_path / "two", symlinks=True)
    with h5py.File(tile(tmp_path / "one", identity, "0-0-0"), "r+") as file:
        file["data"][()] = -1
    age(tmp_path)
    with_source(tmp_path / "two", "va", lambda source: compare(source, counted(SHAPE), regions(SHAPE, 3, 9)))


def test_nothing_larger_than_the_limit_is_read(tmp_path: Path) -> None:
    varray(tmp_path, counted(SHAPE))
    with pytest.raises(InvalidInput, match="limit"):
        values(tmp_path, "va", memory_limit=4 * 6 * 20 * 30 - 1)
    assert values(tmp_path, "va", 0, memory_limit=4 * 6 * 20 * 30 - 1).shape == (20, 30)


def test_a_read_ends_between_tiles_when_nobody_waits(tmp_path: Path) -> None:
    varray(tmp_path, counted(SHAPE))
    stored = with_source(tmp_path, "va", lambda source: asyncio.sleep(0, source.values))
    for looks in (1, 5, 40, 70, 100):
        stop = StopAt(looks)
        with pytest.raises(Cancelled):
            stored.read(tuple(slice(0, size) for size in SHAPE), stop)
        # Those that ran beside the one that was asked may look once or twice more.
        assert stop.left > -12


def test_a_tile_has_the_coordinates_of_its_part(tmp_path: Path) -> None:
    start, step = datetime(2020, 1, 1, tzinfo=UTC), timedelta(hours=1)
    axes = (
        Dimension(name="time", size=6, kind="time", start_attribute="begin", step=step),
        Dimension(name="fixed", size=4, kind="time", start=start, step=step),
        Dimension(name="layer", size=4, kind="label", labels=("a", "b", "c", "d")),
        Dimension(name="x", size=6, kind="scale", scale=Scale(start=1.5, step=0.5)),
    )
    keys = (Attribute(name="begin", dtype="datetime"),)
    collection = create_collection(str(tmp_path), NewCollection("va", "float32", axes, keys, vgrid=(2, 2, 2, 3)))
    identity = create_varray(collection, custom={"begin": start}, data=counted((6, 4, 4, 6)))

    async def axes_of(source: Any) -> Any:
        return [dimension.axis for dimension in source.dimensions]

    assert with_source(tmp_path, "va", axes_of) == [
        TimeAxis(start, step),
        TimeAxis(start, step),
        Labels(("a", "b", "c", "d")),
        ScaleAxis(1.5, 0.5),
    ]
    key = tile(tmp_path, identity, "1-1-1-2").stem
    assert with_source(tmp_path, "va", axes_of, key, tiles=True) == [
        TimeAxis(start + 3 * step, step),
        TimeAxis(start + 2 * step, step),
        Labels(("c", "d")),
        ScaleAxis(3.5, 0.5),
    ]


def test_the_memory_of_tiles_is_that_of_the_region(tmp_path: Path) -> None:
    import tracemalloc

    axes = (Dimension(name="y", size=4000), Dimension(name="x", size=4000))
    collection = create_collection(str(tmp_path), NewCollection("va", "float32", axes, vgrid=(40, 40)))
    create_varray(collection)

    async def peak(source: Any) -> int:
        await source.read((0, 0))
        tracemalloc.start()
        try:
            assert (await source.read((slice(100, 300), slice(100, 300)))).shape == (200, 200)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert with_source(tmp_path, "va", peak) < 4 * 200 * 200 + (256 << 10)
