"""Values of arrays: every layout and region as numpy has them, in bounded memory, and never outside of the storage."""

from __future__ import annotations

import asyncio
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.deker.sources import opened, values, with_source
from tests.unit.deker.conftest import age
from tui.resources.arrays.array_axis import Labels, ScaleAxis, TimeAxis
from tui.resources.arrays.array_source import ArraySource
from tui.services.errors import Cancelled, Conflict, DataCorrupt, InvalidInput, NotFound, ServiceError, Unavailable
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.format.names import main_directory
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection
from tui.systems.deker.models import Attribute, Collection, Dimension, Scale
from tui.systems.deker.reading.source import DekerArray
from tui.systems.deker.reading.values import StoredValues
from tui.systems.deker.storage import Stop

SHAPE = (7, 20, 30)
LAYOUTS: dict[str, dict[str, Any]] = {
    "contiguous": {},
    "chunks": {"chunks": (2, 7, 11)},
    "guessed chunks": {"chunks": True},
    "gzip": {"chunks": (2, 7, 11), "compression": "gzip"},
    "gzip and shuffle": {"chunks": (3, 20, 4), "compression": "gzip", "shuffle": True},
    "lzf": {"chunks": (7, 5, 30), "compression": "lzf"},
    "checksums": {"chunks": (1, 20, 30), "fletcher32": True},
    "many chunks": {"chunks": (1, 1, 2)},
    "larger chunks": {"chunks": (6, 16, 32), "maxshape": (None, None, None), "compression": "gzip"},
}


def storage(root: Path, name: str = "arr", shape: tuple[int, ...] = SHAPE, dtype: str = "float32", **more: Any) -> Path:
    """Make a collection with one array that was never written; return the array's file."""
    axes = tuple(Dimension(name=f"axis {number}", size=size) for number, size in enumerate(shape))
    return file_of(create_collection(str(root), NewCollection(name, dtype, axes, **more)))


def file_of(collection: Collection, *attributes: Any) -> Path:
    identity = create_array(collection, *attributes)
    return Path(collection.path) / "array_data" / main_directory(identity) / f"{identity}.hdf5"


def put(path: Path, data: Any, **layout: Any) -> None:
    """Replace an array's data as h5py lays them out; it was long ago."""
    with h5py.File(path, "r+") as file:
        if "data" in file:
            del file["data"]
        file.create_dataset("data", data=data, **layout)
    age(path.parent)


def counted(shape: tuple[int, ...], dtype: Any = "float32") -> Any:
    return (np.arange(1, int(np.prod(shape)) + 1) % 251).astype(dtype).reshape(shape)


def regions(shape: tuple[int, ...], count: int, seed: int) -> list[Any]:
    """Return selections of all sorts, always the same: empty, whole, one cell, and what lies between."""
    random = np.random.default_rng(seed)
    found: list[Any] = [tuple(slice(0, size) for size in shape), tuple(size - 1 for size in shape)]
    for _ in range(count):
        entries: list[int | slice] = []
        for size in shape:
            first, end = sorted(int(number) for number in random.integers(0, size + 1, 2))
            entries.append(slice(first, end) if random.random() < 0.7 else min(first, size - 1))
        found.append(tuple(entries))
    return found


async def compare(source: ArraySource, data: Any, indices: list[Any]) -> None:
    for index in indices:
        found, expected = await source.read(index), data[index]
        assert (found.dtype, found.shape) == (expected.dtype, expected.shape), index
        assert significant(found) == significant(expected), index


def significant(array: Any) -> bytes:
    """Return the bytes of an array without those that mean nothing: a long double has ten that do."""
    content = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    return content.reshape(-1, 16)[:, :10].tobytes() if array.dtype.char in "gG" else content.tobytes()


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_region_of_every_layout(tmp_path: Path, layout: str) -> None:
    data = counted(SHAPE)
    put(storage(tmp_path), data, **LAYOUTS[layout])

    async def look(source: DekerArray) -> None:
        assert isinstance(source, ArraySource)
        assert source.written and not source.note
        assert layout == "guessed chunks" or source.chunks == LAYOUTS[layout].get("chunks")
        await compare(source, data, regions(SHAPE, 40, 1))

    with_source(tmp_path, "arr", look)


@pytest.mark.parametrize("dtype", ["<u1", ">i2", "<i4", ">u8", "<f2", ">f4", "<f8", "<f16", "<c8", ">c16", "<c32"])
@pytest.mark.parametrize("layout", ["contiguous", "gzip and shuffle", "lzf"])
def test_every_type_comes_in_the_order_of_the_machine(tmp_path: Path, dtype: str, layout: str) -> None:
    native = np.dtype(dtype).newbyteorder("=")
    path = storage(tmp_path, dtype=native.name)
    put(path, counted(SHAPE, dtype), **LAYOUTS[layout])

    async def look(source: Any) -> None:
        assert (source.dtype, bool(source.note)) == (native.name, dtype.startswith(">"))
        await compare(source, counted(SHAPE, native), regions(SHAPE, 5, 2))

    with_source(tmp_path, "arr", look)


def test_rows_that_lie_far_apart(tmp_path: Path) -> None:
    data = counted((3, 60, 40_000), "uint8")
    put(storage(tmp_path, shape=data.shape, dtype="uint8"), data)
    near, far = slice(0, 39_000), slice(39_999, 40_000)
    chosen: list[Any] = [(slice(0, 3), slice(1, 59), part) for part in (near, far, 7, slice(5, 20_000))]
    chosen += [(1, slice(0, 60), slice(0, 40_000)), (slice(0, 3), 5, slice(0, 40_000)), (slice(0, 3), 5, 5)]
    with_source(tmp_path, "arr", lambda source: compare(source, data, chosen))


def test_one_cell_and_one_dimension(tmp_path: Path) -> None:
    put(storage(tmp_path, shape=(1,)), counted((1,)))
    with_source(tmp_path, "arr", lambda source: compare(source, counted((1,)), [(0,), (slice(0, 1),), (slice(1, 1),)]))


@pytest.mark.parametrize(
    ("dtype", "fill", "expected"),
    [
        ("float32", None, np.float32("nan")),
        ("float16", 1.5, np.float16(1.5)),
        ("int16", None, np.int16(-32768)),
        ("uint64", 2**64 - 1, np.uint64(2**64 - 1)),
        ("complex64", 1 - 2j, np.complex64(1 - 2j)),
        ("float128", 0.1, np.longdouble("0.1")),
    ],
)
def test_what_was_never_written_is_the_fill_value(tmp_path: Path, dtype: str, fill: Any, expected: Any) -> None:
    storage(tmp_path, dtype=dtype, fill_value=fill)

    async def look(source: Any) -> None:
        assert not source.written
        assert (significant(source.fill_value), source.chunks) == (significant(expected), None)
        await compare(source, np.full(SHAPE, expected, dtype), regions(SHAPE, 5, 3))

    with_source(tmp_path, "arr", look)


@pytest.mark.parametrize("never_written", [True, False])
def test_a_small_region_takes_memory_for_itself_alone(tmp_path: Path, never_written: bool) -> None:
    shape = (40, 500, 500)
    path = storage(tmp_path, shape=shape)
    if not never_written:
        put(path, np.ones(shape, "float32"))

    async def peak(source: Any) -> int:
        await source.read((0, 0, 0))
        tracemalloc.start()
        try:
            cells = await source.read((7, slice(100, 300), slice(100, 300)))
            assert cells.shape == (200, 200)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    assert with_source(tmp_path, "arr", peak) < 4 * 200 * 200 + (1 << 20) + (200 << 10)


def test_what_exceeds_the_limit_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = storage(tmp_path)
    put(path, counted(SHAPE))
    with pytest.raises(InvalidInput, match="limit"):
        values(tmp_path, "arr", memory_limit=4 * 7 * 20 * 30 - 1)
    assert values(tmp_path, "arr", memory_limit=4 * 7 * 20 * 30).shape == SHAPE
    put(path, counted(SHAPE), chunks=SHAPE, compression="lzf")
    with pytest.raises(InvalidInput, match="one chunk takes 16,800 bytes"):
        values(tmp_path, "arr", 0, memory_limit=16_799)
    for index in ((slice(0, 8), 0, 0), (-1, 0, 0), (0, 0), (0, 20, 0)):
        with pytest.raises(InvalidInput):
            with_source(tmp_path, "arr", lambda source, index=index: source.read(index))


def test_chunks_that_were_never_stored_are_read_as_hdf5_has_them(tmp_path: Path) -> None:
    path = storage(tmp_path)
    with h5py.File(path, "r+") as file:
        file.create_dataset("data", SHAPE, "float32", chunks=(2, 7, 11), compression="gzip")[0:3, 0:8, 0:12] = 5
        expected = file["data"][()]
    assert (expected == 0).any()
    assert values(tmp_path, "arr").tobytes() == expected.tobytes()


def _linked(path: Path, elsewhere: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["data"] = h5py.ExternalLink(str(elsewhere), "data")


def _soft(path: Path, elsewhere: Path) -> None:
    with h5py.File(path, "r+") as file:
        file["other"] = np.ones(SHAPE, "float32")
        file["data"] = h5py.SoftLink("/other")


def _virtual(path: Path, elsewhere: Path) -> None:
    layout = h5py.VirtualLayout(SHAPE, "float32")
    layout[:] = h5py.VirtualSource(str(elsewhere), "data", SHAPE)
    with h5py.File(path, "r+", libver="latest") as file:
        file.create_virtual_dataset("data", layout)


def _external(path: Path, elsewhere: Path) -> None:
    with h5py.File(path, "r+") as file:
        file.create_dataset("data", SHAPE, "float32", external=[(str(elsewhere), 0, h5py.h5f.UNLIMITED)])


@pytest.mark.parametrize("lead_out", [_linked, _soft, _virtual, _external])
def test_values_that_are_kept_elsewhere_are_not_shown(tmp_path: Path, lead_out: Callable[[Path, Path], None]) -> None:
    secret = tmp_path / "secret.hdf5"
    with h5py.File(secret, "w") as file:
        file["data"] = np.full(SHAPE, 7, "float32")
    path = storage(tmp_path / "storage")
    lead_out(path, secret)
    age(tmp_path)
    with pytest.raises(DataCorrupt):
        values(tmp_path / "storage", "arr")


def test_a_file_that_is_a_link_out_of_the_storage_is_not_read(tmp_path: Path) -> None:
    path = storage(tmp_path / "storage")
    put(path, counted(SHAPE))
    path.rename(tmp_path / "away.hdf5")
    path.symlink_to(tmp_path / "away.hdf5")
    age(tmp_path)
    with pytest.raises(DataCorrupt, match="link"):
        values(tmp_path / "storage", "arr")


def test_data_unlike_the_schema_are_read_as_they_are_stored(tmp_path: Path) -> None:
    path = storage(tmp_path)
    odd = counted((3, 4), "int16")
    put(path, odd, chunks=(2, 2))

    async def look(source: Any) -> None:
        assert (source.shape, source.dtype, source.chunks) == ((3, 4), "int16", (2, 2))
        assert [dimension.size for dimension in source.dimensions] == [3, 4]
        assert "(7, 20, 30)" in source.note and "<f4" in source.note
        await compare(source, odd, [(slice(0, 3), slice(1, 4))])

    with_source(tmp_path, "arr", look)


@pytest.mark.parametrize(
    "data",
    [np.array(["text"] * 4, dtype=object), np.zeros(4, [("a", "i4"), ("b", "f8")]), np.ones(4, bool)],
    ids=["texts", "records", "booleans"],
)
def test_cells_that_are_no_numbers_are_refused_with_a_reason(tmp_path: Path, data: Any) -> None:
    path = storage(tmp_path, shape=(4,))
    put(path, data)
    with pytest.raises(ServiceError, match="no numbers"):
        values(tmp_path, "arr")


def test_an_array_that_was_changed_since_it_was_opened_is_not_mistaken_for_it(tmp_path: Path) -> None:
    path = storage(tmp_path)
    put(path, counted(SHAPE))

    async def run() -> None:
        async with AsyncClient(str(tmp_path)) as client:
            source = await opened(client, "arr")
            put(path, counted((9, 9)))
            with pytest.raises(Conflict, match="open the array again"):
                await source.read((0, 0, 0))
            put(path, counted(SHAPE) + 1)
            await compare(source, counted(SHAPE) + 1, [(0, 0, 0)])
            path.unlink()
            age(tmp_path)
            with pytest.raises(NotFound):
                await source.read((0, 0, 0))

    asyncio.run(run())


def test_a_closed_client_reads_no_more(tmp_path: Path) -> None:
    storage(tmp_path)

    async def run() -> None:
        async with AsyncClient(str(tmp_path)) as client:
            source = await opened(client, "arr")
        with pytest.raises(Unavailable):
            await source.read((0, 0, 0))

    asyncio.run(run())


class StopAt(Stop):
    """Asks to end when it is looked at for the given time."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self.left = looks

    def check(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.set()
        super().check()


@pytest.mark.parametrize("layout", ["gzip", "lzf", "many chunks"])
def test_a_read_ends_between_chunks_when_nobody_waits(tmp_path: Path, layout: str) -> None:
    shape = (16, 32, 64) if layout == "many chunks" else (64, 64, 640)
    put(storage(tmp_path, shape=shape, dtype="float64"), np.ones(shape), **LAYOUTS[layout])
    whole = tuple(slice(0, size) for size in shape)
    stored = with_source(tmp_path, "arr", lambda source: asyncio.sleep(0, source.values))
    for looks in (1, 3, 4):
        stop = StopAt(looks)
        with pytest.raises(Cancelled):
            stored.read(whole, stop)
        # Those that ran beside the one that was asked may look once more.
        assert stop.left > -8


def test_values_can_be_read_in_another_process(tmp_path: Path) -> None:
    import pickle

    put(storage(tmp_path), counted(SHAPE))
    stored = with_source(tmp_path, "arr", lambda source: asyncio.sleep(0, source.values))
    again: StoredValues = pickle.loads(pickle.dumps(stored))
    assert again.read((3, slice(0, 20), 5)).tolist() == counted(SHAPE)[3, :, 5].tolist()


def test_dimensions_say_what_an_index_stands_for(tmp_path: Path) -> None:
    start = datetime(2020, 1, 31, 12, tzinfo=UTC)
    axes = (
        Dimension(name="time", size=4, kind="time", start_attribute="begin", step=timedelta(hours=6)),
        Dimension(name="fixed", size=2, kind="time", start=start, step=timedelta(days=1)),
        Dimension(name="layer", size=2, kind="label", labels=("ground", "top")),
        Dimension(name="x", size=3, kind="scale", scale=Scale(start=1.5, step=0.5)),
        Dimension(name="n", size=1),
    )
    keys = (Attribute(name="place", dtype="string", primary=True), Attribute(name="begin", dtype="datetime"))
    collection = create_collection(str(tmp_path), NewCollection("axes", "int32", axes, keys))
    known = create_array(collection, {"place": "Łódź"}, {"begin": start})
    unknown = create_array(collection, {"place": "x"})

    async def look(source: Any) -> Any:
        assert [dimension.name for dimension in source.dimensions] == ["time", "fixed", "layer", "x", "n"]
        assert source.dimensions[1].axis == TimeAxis(start, timedelta(days=1))
        assert source.dimensions[2].axis == Labels(("ground", "top"))
        assert source.dimensions[3].axis == ScaleAxis(1.5, 0.5)
        assert source.dimensions[4].axis is None
        return source.title, source.dimensions[0].axis, source.note

    title, axis, note = with_source(tmp_path, "axes", look, known)
    assert (title, axis, note) == ("axes Łódź", TimeAxis(start, timedelta(hours=6)), "")
    title, axis, note = with_source(tmp_path, "axes", look, unknown)
    assert (title, axis, note) == ("axes x", None, "when time begins is not known")
