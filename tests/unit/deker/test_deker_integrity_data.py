"""Level 5 reads every chunk within the memory limit, counts fill values, and survives whatever a file holds."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import h5py
import numpy
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.deker.conftest import age
from tui.jobs.progress import Progress
from tui.services.errors import Cancelled
from tui.systems.deker.format.header import read_header
from tui.systems.deker.format.names import main_directory
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection
from tui.systems.deker.integrity.check import check_integrity
from tui.systems.deker.integrity.data_problems import DataCheck, DataFound, read_data
from tui.systems.deker.integrity.report import IntegrityReport
from tui.systems.deker.models import Collection, Dimension

SHAPE = (7, 10)
DTYPES = (
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64", "float128", "complex64", "complex128", "complex256"),
)
LAYOUTS: dict[str, dict[str, Any]] = {
    "contiguous": {},
    "gzip": {"chunks": (3, 4), "compression": "gzip", "compression_options": ("4",)},
    "lzf": {"chunks": (3, 4), "compression": "lzf"},
}


def collection_of(root: Path, dtype: str = "float32", layout: str = "contiguous", **more: Any) -> Collection:
    axes = (Dimension(name="y", size=SHAPE[0]), Dimension(name="x", size=SHAPE[1]))
    return create_collection(str(root), NewCollection("c", dtype, axes, **LAYOUTS[layout], **more))


def file_of(root: Path, identity: str) -> Path:
    return root / "collections" / "c" / "array_data" / main_directory(identity) / f"{identity}.hdf5"


async def check(root: Path, level: int = 5, **more: Any) -> IntegrityReport:
    age(root)
    return await check_integrity(str(root), level, progress=Progress(), **more)


@pytest.mark.parametrize("layout", ["contiguous", "gzip"])
@pytest.mark.parametrize("dtype", DTYPES)
async def test_fill_values_are_counted_of_every_dtype(tmp_path: Path, dtype: str, layout: str) -> None:
    collection = collection_of(tmp_path, dtype, layout)
    data = (numpy.arange(70) % 9 + 1).astype(dtype).reshape(SHAPE)
    fill = numpy.iinfo(dtype).min if data.dtype.kind in "iu" else numpy.nan
    data[1, 2:7] = fill
    identity = create_array(collection, data=data)
    assert (await check(tmp_path)).findings == ()
    for counter, code in (
        (4, "counter-low"),
        (6, "counter-high"),
        (71, "counter-impossible"),
        (-1, "counter-impossible"),
    ):
        with h5py.File(file_of(tmp_path, identity), "r+") as file:
            file["empty_cells"][()] = counter
        assert [finding.code for finding in (await check(tmp_path)).findings] == [code]
    assert (await check(tmp_path, 4)).codes == {"counter-impossible": 1}


@pytest.mark.parametrize("fill", [0, -3])
async def test_a_fill_value_of_the_schema_is_the_one_that_counts(tmp_path: Path, fill: int) -> None:
    collection = collection_of(tmp_path, "int16", fill_value=fill)
    data = numpy.arange(70, dtype="int16").reshape(SHAPE) - 5
    create_array(collection, data=data)
    assert (await check(tmp_path)).findings == ()


@pytest.mark.parametrize("layout", LAYOUTS)
async def test_a_never_written_array_is_healthy(tmp_path: Path, layout: str) -> None:
    create_array(collection_of(tmp_path, "float64", layout))
    assert (await check(tmp_path)).findings == ()


def _spoil(path: Path, which: Callable[[int], bool]) -> int:
    """Change bytes inside some chunks of a file; return how many."""
    with h5py.File(path, "r") as file:
        dataset = file["data"].id
        places = [dataset.get_chunk_info(index).byte_offset for index in range(dataset.get_num_chunks())]
    chosen = [place for index, place in enumerate(places) if which(index)]
    with path.open("r+b") as file:
        for place in chosen:
            file.seek(place + 6)
            file.write(b"\xff" * 4)
    return len(chosen)


async def test_every_damaged_chunk_is_named(tmp_path: Path) -> None:
    collection = collection_of(tmp_path, layout="gzip")
    identity = create_array(collection, data=numpy.random.default_rng(1).random(SHAPE, "float32"))
    assert _spoil(file_of(tmp_path, identity), lambda index: index in (0, 4)) == 2
    assert (await check(tmp_path, 4)).findings == ()
    messages = [finding.message for finding in (await check(tmp_path, 5)).findings]
    assert [message.partition(" cannot")[0] for message in messages] == ["chunk (0, 0)", "chunk (1, 1)"]


async def test_of_many_damaged_chunks_some_are_named_and_the_rest_counted(tmp_path: Path) -> None:
    axes = (Dimension(name="y", size=40), Dimension(name="x", size=10))
    collection = create_collection(str(tmp_path), NewCollection("c", "float32", axes, **LAYOUTS["gzip"]))
    identity = create_array(collection, data=numpy.random.default_rng(1).random((40, 10), "float32"))
    spoilt = _spoil(file_of(tmp_path, identity), lambda index: True)
    findings = (await check(tmp_path)).findings
    assert len(findings) == 9
    assert any(f"and {spoilt - 8:,} more" in finding.message for finding in findings)


async def test_a_chunk_that_does_not_fit_the_memory_limit_is_not_read(tmp_path: Path) -> None:
    collection = collection_of(tmp_path, layout="gzip")
    create_array(collection, data=numpy.ones(SHAPE, "float32"))
    report = await check(tmp_path, memory_limit=20)
    assert [(finding.code, finding.severity) for finding in report.findings] == [("not-read", "note")]
    assert (await check(tmp_path, memory_limit=100)).findings == ()


def read(path: Path, full: bool, limit: int = 0, check: Callable[[], None] = lambda: None) -> DataFound:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        size = os.fstat(descriptor).st_size
        data = read_header(descriptor, size).data
        assert data is not None
        return read_data(descriptor, str(path), size, data, DataCheck(full, "nan", limit, check))
    finally:
        os.close(descriptor)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("limit", [0, 16, 48, 100, 1 << 30])
def test_whatever_the_limit_every_cell_is_counted_once(tmp_path: Path, layout: str, limit: int) -> None:
    data = numpy.random.default_rng(2).random(SHAPE, "float32")
    data[data < 0.3] = numpy.nan
    identity = create_array(collection_of(tmp_path, layout=layout), data=data)
    found = read(file_of(tmp_path, identity), True, limit)
    if layout != "contiguous" and 0 < limit < 48:
        assert [code for code, _ in found.problems] == ["not-read"]
    else:
        assert found.problems == []
        assert found.fill_cells == numpy.count_nonzero(numpy.isnan(data))


def test_a_long_read_can_be_cancelled_in_between(tmp_path: Path) -> None:
    def stop() -> None:
        raise Cancelled("arraydeck", "job", "cancelled")

    for layout in LAYOUTS:
        root = tmp_path / layout
        identity = create_array(collection_of(root, layout=layout), data=numpy.ones(SHAPE, "float32"))
        with pytest.raises(Cancelled):
            read(file_of(root, identity), True, check=stop)


async def test_a_header_that_promises_more_than_a_file_can_hold_is_not_read_for_hours(tmp_path: Path) -> None:
    identity = create_array(collection_of(tmp_path, layout="gzip"), data=numpy.ones(SHAPE, "float32"))
    path = file_of(tmp_path, identity)
    with h5py.File(path, "r+") as file:
        del file["data"]
        file.create_dataset("data", (1 << 30, 1 << 20), "float32", chunks=(3, 4), compression="gzip")
    report = await check(tmp_path)
    assert report.codes == {"data-shape": 1, "not-read": 1}


@pytest.fixture(scope="module")
def whole_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, bytes]]:
    """An array's file in two layouts, with what it holds."""
    found = {}
    for layout in ("contiguous", "gzip"):
        root = tmp_path_factory.mktemp(layout)
        data = numpy.random.default_rng(3).random(SHAPE, "float32")
        path = file_of(root, create_array(collection_of(root, layout=layout), data=data))
        found[layout] = path, path.read_bytes()
    return found


@pytest.mark.parametrize("layout", ["contiguous", "gzip"])
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1 << 32), flips=st.integers(1, 6))
def test_flipped_bytes_never_end_the_check(
    whole_files: dict[str, tuple[Path, bytes]], layout: str, seed: int, flips: int
) -> None:
    import asyncio

    path, content = whole_files[layout]
    random, spoilt = Random(seed), bytearray(content)
    for _ in range(flips):
        spoilt[random.randrange(len(spoilt))] ^= 1 << random.randrange(8)
    path.write_bytes(spoilt)
    root = path.parents[12]
    report = asyncio.run(check(root))
    assert report.complete
    assert "check-failed" not in report.codes
    assert {finding.path for finding in report.findings} <= {str(path), str(_link(path))}


def _link(path: Path) -> Path:
    return path.parents[11] / "array_symlinks" / path.name


@pytest.mark.parametrize("layout", ["contiguous", "gzip"])
def test_a_file_cut_anywhere_is_found(whole_files: dict[str, tuple[Path, bytes]], layout: str) -> None:
    import asyncio

    path, content = whole_files[layout]
    for size in Random(5).sample(range(len(content)), 25):
        path.write_bytes(content[:size])
        assert asyncio.run(check(path.parents[12], 2)).codes == {"file-damaged": 1}
