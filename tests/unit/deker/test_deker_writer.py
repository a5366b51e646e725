"""What the writer makes is Deker's format, is read back, and refuses what would leave the storage."""

from __future__ import annotations

import fcntl
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.unit.deker.conftest import Storage
from tui.services.errors import AlreadyExists, Conflict, InvalidInput
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection, create_varray
from tui.systems.deker.models import Attribute, Dimension, Scale
from tui.systems.deker.sample import make_sample

LINE = (Dimension(name="x", size=4),)
NAMES = [
    *("int8", "int16", "int32", "int64", "longlong", "uint8", "uint16", "uint32", "uint64", "ulonglong"),
    *("float16", "float32", "float64", "float128", "complex64", "complex128", "complex256"),
]


def test_the_metadata_are_written_as_deker_writes_them(tmp_path: Path) -> None:
    create_collection(
        str(tmp_path),
        NewCollection(
            "ü",
            "complex128",
            (
                Dimension(name="t", size=4, kind="time", start=datetime(2020, 1, 1), step=timedelta(hours=36)),
                Dimension(name="l", size=2, kind="label", labels=("a", "b")),
                Dimension(name="s", size=2, kind="scale", scale=Scale(start=0.0, step=0.5)),
            ),
            (Attribute(name="k", dtype="numpy.int64", primary=True),),
            vgrid=(2, 1, 1),
            chunks=(1, 2, 2),
            compression="gzip",
        ),
    )
    text = (tmp_path / "collections" / "ü" / "ü.json").read_text(encoding="ascii")
    assert text == (
        '{"name": "\\u00fc", "type": "varray", "schema": {"dimensions": ['
        '{"name": "t", "size": 4, "type": "time", "start_value": "2020-01-01T00:00:00+00:00",'
        ' "step": {"days": 1, "seconds": 43200, "microseconds": 0}},'
        ' {"name": "l", "size": 2, "labels": ["a", "b"], "scale": null, "type": "generic"},'
        ' {"name": "s", "size": 2, "labels": null, "scale": {"start_value": 0.0, "step": 0.5, "name": null},'
        ' "type": "generic"}], "dtype": "numpy.cfloat",'
        ' "attributes": [{"name": "k", "primary": true, "dtype": "numpy.int64"}], "fill_value": null,'
        ' "vgrid": [2, 1, 1]}, "options": {"chunks": {"mode": "manual", "size": [1, 2, 2]},'
        ' "compression": {"compression": "gzip", "options": null}},'
        ' "storage_adapter": "HDF5StorageAdapter", "metadata_version": "0.2"}'
    )
    assert (tmp_path / "collections" / "ü.lock").read_bytes() == b""
    assert sorted(path.name for path in (tmp_path / "collections").iterdir()) == ["ü", "ü.lock"]


@pytest.mark.parametrize("name", NAMES)
def test_every_dtype_is_written_and_read_back(tmp_path: Path, name: str) -> None:
    made = create_collection(str(tmp_path), NewCollection("c", name, LINE))
    data = np.array([1, 2, 3, 4], dtypes.stored_type(name))
    storage = Storage(tmp_path, {"c": [create_array(made, data=data)]})
    (entry,) = storage.entries("c")
    assert (entry.health, entry.problem, entry.dtype) == ("ok", None, dtypes.stored_type(name))
    with h5py.File(storage.data("c")) as file:
        assert np.array_equal(file["data"][()], data)
        assert file["empty_cells"][()] == 0
        assert len(file.attrs) == 0


def test_the_attributes_lie_where_deker_puts_them(storage: Storage) -> None:
    content = storage.data("arr").read_bytes()
    start = content.find(b'{"id"')
    assert start == 2048
    with h5py.File(storage.data("arr")) as file:
        raw = bytes(file["meta"][()])
        assert file["meta"].dtype.itemsize == len(raw) + 33
        assert list(file) == ["data", "empty_cells", "meta"]
    assert json.loads(raw) == {
        "id": storage.arrays["arr"][0],
        "primary_attributes": {"number": 1, "place": "Łódź 1"},
        "custom_attributes": {"note": "n"},
    }


def test_cells_of_fill_value_are_counted_and_all_of_them_are_no_data(tmp_path: Path) -> None:
    made = create_collection(str(tmp_path), NewCollection("c", "float32", LINE))
    some = create_array(made, data=np.array([np.nan, 1, 2, np.nan], np.float32))
    none = create_array(made, data=np.full(4, np.nan, np.float32))
    entries = {entry.id: entry for entry in Storage(tmp_path, {}).entries("c")}
    assert (entries[some].has_data, entries[some].empty_cells) == (True, 2)
    assert (entries[none].has_data, entries[none].empty_cells) == (False, 4)


def test_every_kind_of_attribute_comes_back(tmp_path: Path) -> None:
    kinds = {"s": "string", "i": "int", "f": "float", "c": "complex", "d": "datetime", "t": "tuple", "n": "numpy.int8"}
    zone = timezone(timedelta(hours=2))
    values: dict[str, Any] = {
        "s": "ß",
        "i": -3,
        "f": 0.5,
        "c": 1 - 2j,
        "d": datetime(2022, 2, 2, 2, tzinfo=zone),
        "t": (1, "a", 2.5),
        "n": np.int8(4),
    }
    back = values | {"c": "(1-2j)", "d": datetime(2022, 2, 2, tzinfo=UTC), "n": 4}
    for primary in (True, False):
        attributes = tuple(Attribute(name=name, dtype=dtype, primary=primary) for name, dtype in kinds.items())
        name = f"c{primary}"
        made = create_collection(str(tmp_path), NewCollection(name, "int8", LINE, attributes))
        create_array(made, values if primary else None, None if primary else values)
        (entry,) = Storage(tmp_path, {}).entries(name)
        assert entry.problem is None
        assert (entry.primary if primary else entry.custom) == back


@pytest.mark.parametrize(
    "name", ["", " ", "a/b", "../x", "/x", ".", "..", "a\0b", "x.lock", "x" * 251, "ü" * 126, "\ud800", 3, None]
)
def test_a_name_that_is_unsafe_is_refused_before_anything_is_made(tmp_path: Path, name: Any) -> None:
    with pytest.raises(InvalidInput):
        create_collection(str(tmp_path / "storage"), NewCollection(name, "int8", LINE))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"dtype": "bool"},
        {"dimensions": ()},
        {"dimensions": (Dimension(name="x", size=0),)},
        {"dimensions": LINE + LINE},
        {"dimensions": (Dimension(name="x", size=2, kind="label", labels=("a",)),)},
        {"vgrid": (3,)},
        {"vgrid": (2, 2)},
        {"fill_value": 300},
        {"fill_value": 1.5},
        {"chunks": (0,)},
        {"attributes": (Attribute(name="vid", dtype="string"),)},
        {"attributes": (Attribute(name="v_position", dtype="tuple", primary=True),)},
        {"attributes": (Attribute(name="a", dtype="text"),)},
        {"dimensions": (Dimension(name="t", size=2, kind="time", start_attribute="no", step=timedelta(1)),)},
        {"dimensions": (Dimension(name="t", size=2, kind="time", start=datetime(2020, 1, 1)),)},
    ],
)
def test_a_schema_that_deker_would_refuse_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    fields = {"name": "c", "dtype": "int8", "dimensions": LINE} | change
    with pytest.raises(InvalidInput):
        create_collection(str(tmp_path / "storage"), NewCollection(**fields))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["a/b", "../..", "/x", "", ".", "x" * 256, "\ud800"])
def test_an_attribute_that_would_lead_elsewhere_is_refused(tmp_path: Path, text: str) -> None:
    key = (Attribute(name="a", dtype="string", primary=True),)
    made = create_collection(str(tmp_path), NewCollection("c", "int8", LINE, key))
    with pytest.raises(InvalidInput):
        create_array(made, {"a": text})
    assert [path.name for path in (tmp_path / "collections" / "c").iterdir()] == ["c.json"]


def test_what_does_not_fit_is_refused(storage: Storage) -> None:
    found = storage.collections()
    arr, va = found["arr"], found["va"]
    keys = {"number": 5, "place": "x"}
    wrong: list[Any] = [np.zeros((4, 6), np.float32), np.zeros((6, 4))]
    for data in wrong:
        with pytest.raises(InvalidInput, match="data"):
            create_array(arr, keys, data=data)
    for primary in ({"number": 5}, keys | {"other": 1}, {"number": "five", "place": "x"}):
        with pytest.raises(InvalidInput, match="attribute"):
            create_array(arr, primary)
    with pytest.raises(InvalidInput, match="id"):
        create_array(arr, keys, identity="../../x")
    with pytest.raises(InvalidInput):
        create_varray(arr, keys)
    with pytest.raises(InvalidInput):
        create_array(va, {"k": 3})
    with pytest.raises(InvalidInput, match="start"):
        create_varray(va, {"k": 3}, data=np.ones((4, 6), np.int32))


def test_nothing_is_overwritten(storage: Storage) -> None:
    arr = storage.collections()["arr"]
    with pytest.raises(AlreadyExists):
        create_array(arr, {"number": 1, "place": "Łódź 1"})
    with pytest.raises(AlreadyExists):
        create_array(arr, {"number": 9, "place": "x"}, identity=storage.arrays["arr"][0])
    with pytest.raises(AlreadyExists):
        create_collection(str(storage.root), NewCollection("arr", "int8", LINE))


def test_a_collection_that_another_process_is_making_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "collections").mkdir()
    with (tmp_path / "collections" / "c.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(Conflict):
            create_collection(str(tmp_path), NewCollection("c", "int8", LINE))
    assert not (tmp_path / "collections" / "c").exists()


def test_the_sample_is_the_same_each_time_and_small(tmp_path: Path) -> None:
    def listing(root: Path) -> list[tuple[str, bytes]]:
        files = (path for path in root.rglob("*") if path.is_file() and not path.is_symlink())
        return sorted((str(path.relative_to(root)), path.read_bytes()) for path in files)

    make_sample(tmp_path / "one")
    script = "import sys; from tui.systems.deker.sample import make_sample; make_sample(sys.argv[1])"
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "two")], check=True, timeout=60)
    assert listing(tmp_path / "one") == listing(tmp_path / "two")
    blocks = sum(path.lstat().st_blocks for path in (tmp_path / "one").rglob("*"))
    assert blocks * 512 < 40 << 20
    with pytest.raises(AlreadyExists):
        make_sample(tmp_path / "one")
