"""Repairs that write a file: attributes found again, counters counted again, VArrays rebuilt; the original is kept."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from tests.deker.mending import age, collection_of, damage, mend, problems, snapshot, take_back
from tests.deker.pristine import NOTE, NUMBER, SHAPE, Pristine, fixed_id, make_pristine
from tui.systems.deker.format.names import main_directory
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection, create_varray
from tui.systems.deker.models import Attribute, Collection, Dimension

DATA = numpy.arange(1, 25, dtype="float32").reshape(SHAPE)


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


def make(root: Path, name: str, attributes: tuple[Attribute, ...] = (), **more: Any) -> Collection:
    axes = more.pop("dimensions", tuple(Dimension(name=n, size=s) for n, s in zip("yx", SHAPE, strict=True)))
    dtype = more.pop("dtype", "float32")
    new = NewCollection(name=name, dtype=dtype, dimensions=axes, attributes=attributes, **more)
    return create_collection(str(root), new)


def primary(name: str, dtype: str) -> Attribute:
    return Attribute(name=name, dtype=dtype, primary=True)


def meta_of(path: Path) -> dict[str, Any]:
    with h5py.File(path, "r") as file:
        return json.loads(file["meta"][()])


def update(path: Path, **custom: Any) -> None:
    """Update the custom attributes as Deker does, in a session of its own: the old text stays in the file."""
    found = {**meta_of(path), "custom_attributes": custom}
    with h5py.File(path, "r+") as file:
        del file["meta"]
        file.flush()
        file.create_dataset("meta", data=numpy.bytes_(json.dumps(found).encode()))


def kill_update(path: Path) -> None:
    """Leave the file as an update does that is killed: no attributes, no byte less."""
    before = path.read_bytes()
    with h5py.File(path, "r+") as file:
        del file["meta"]
    after = path.read_bytes()
    path.write_bytes(after + before[len(after) :])


def without_meta(path: Path) -> None:
    """Write the file anew without attributes, so that none are left in its bytes either."""
    with h5py.File(path, "r") as file:
        data, counter = file["data"][()], file["empty_cells"][()]
    with h5py.File(path, "w") as file:
        file.create_dataset("empty_cells", data=counter)
        file.create_dataset("data", data=data)


def recover(storage: Pristine, collection: str = "arr") -> tuple[str, str | None]:
    age(storage.root)
    plan, change = mend(storage.root, "recover-meta", collection)
    return "\n".join(plan.notes), change


def test_the_attributes_of_the_last_update_are_recovered(storage: Pristine) -> None:
    main = storage.data("arr", storage.arr[0])
    for number in range(5):
        update(main, note=f"the {number}th text, " + "longer " * number)
    wanted = meta_of(main)
    kill_update(main)
    age(storage.root)
    broken = snapshot(storage.root)
    _, change = recover(storage)
    assert change is not None
    assert meta_of(main) == wanted
    with h5py.File(main, "r") as file:
        assert file["meta"].dtype == f"S{len(json.dumps(wanted)) + 33}"
        assert numpy.array_equal(file["data"][()], DATA)
    assert problems(storage.root) == []
    take_back(storage.root, change)
    assert snapshot(storage.root) == broken


def test_a_long_text_far_from_the_end_of_a_long_file_is_found(storage: Pristine) -> None:
    main = storage.data("arr", storage.arr[0])
    update(main, note="ä" * 40_000)
    wanted = meta_of(main)
    kill_update(main)
    # The text lies across the blocks in which a file is searched.
    content = main.read_bytes()
    at = content.rindex(b'{"id": "')
    main.write_bytes(content + bytes((4 << 20) - (len(content) - at) + 5))
    _, change = recover(storage)
    assert change is not None and meta_of(main) == wanted


def test_texts_of_another_array_or_in_part_are_none(storage: Pristine) -> None:
    main = storage.data("arr", storage.arr[0])
    wanted = meta_of(main)
    kill_update(main)
    stranger = json.dumps({**wanted, "id": fixed_id("another")}).encode()
    half = json.dumps(wanted).encode()[:-9]
    wrong = json.dumps({**wanted, "primary_attributes": {"number": "many"}}).encode()
    main.write_bytes(main.read_bytes() + b"\0" + stranger + b"\0" + half + b"\0" + wrong)
    _, change = recover(storage)
    assert change is not None and meta_of(main) == wanted


def test_attributes_that_contradict_the_link_are_not_believed(storage: Pristine) -> None:
    kill_update(storage.data("arr", storage.arr[0]))
    storage.link(1).parent.rename(storage.link(1).parent.with_name("9"))
    said, change = recover(storage)
    assert change is None and "contradict" in said


def test_without_a_text_the_links_tell_what_they_can(storage: Pristine) -> None:
    attributes = (
        primary("text", "string"),
        primary("whole", "numpy.int16"),
        primary("real", "numpy.float32"),
        primary("when", "datetime"),
        primary("pole", "complex"),
        primary("pair", "tuple"),
    )
    collection = make(storage.root, "told", attributes)
    values = {
        "text": "Zürich",
        "whole": -3,
        "real": 0.25,
        "when": datetime(2024, 5, 1, 12, tzinfo=UTC),
        "pole": 1 - 2j,
        "pair": (1, "a", (2.5, None)),
    }
    identity = create_array(collection, values, None, DATA)
    main = storage.data("told", identity)
    wanted = meta_of(main)
    without_meta(main)
    _, change = recover(storage, "told")
    assert change is not None and meta_of(main) == wanted
    assert problems(storage.root) == []
    plain = storage.data("plain", storage.plain[0])
    without_meta(plain)
    assert recover(storage, "plain")[1] is not None
    assert meta_of(plain)["id"] == storage.plain[0]
    tile = storage.tile("1-0")
    wanted = meta_of(tile)
    without_meta(tile)
    assert recover(storage, "va")[1] is not None
    assert meta_of(tile) == wanted


def test_what_nothing_tells_is_not_made_up(storage: Pristine) -> None:
    without_meta(storage.data("arr", storage.arr[0]))
    said, change = recover(storage)
    assert change is None and "note" in said
    make(storage.root, "told", (primary("number", "int"),))
    identity = create_array(collection_of(storage.root, "told"), {"number": 5}, None, DATA)
    without_meta(storage.data("told", identity))
    folder = storage.folder("told") / "array_symlinks"
    (folder / "5").rename(folder / "five")
    said, change = recover(storage, "told")
    assert change is None and "five" in said
    (folder / "five" / f"{identity}.hdf5").unlink()
    said, change = recover(storage, "told")
    assert change is None and "no link" in said


def test_an_update_that_may_be_going_on_is_left_alone(storage: Pristine) -> None:
    kill_update(storage.data("arr", storage.arr[0]))
    plan, change = mend(storage.root, "recover-meta", "arr")
    assert change is None and "a moment ago" in plan.notes[0]


def test_a_file_that_is_no_hdf5_is_not_touched(storage: Pristine) -> None:
    damage(storage, 23)
    plan, change = mend(storage.root, "recover-meta", "arr", [storage.arr[0]])
    assert change is None and "not an HDF5 file" in plan.notes[0]


@pytest.mark.parametrize("dtype", ["int8", "uint16", "float16", "float64", "float128", "complex64"])
@pytest.mark.parametrize("chunks", [None, (2, 3)])
def test_fill_cells_are_counted(storage: Pristine, dtype: str, chunks: tuple[int, ...] | None) -> None:
    fill = 7 if dtype in ("int8", "uint16", "float64") else None
    collection = make(storage.root, "counted", dtype=dtype, fill_value=fill, chunks=chunks)
    data = numpy.arange(24).reshape(SHAPE).astype(dtype)
    data[2:4] = 7 if fill else numpy.nan
    count = 8 + (1 if fill else 0)
    identity = create_array(collection, data=data)
    main = storage.data("counted", identity)
    for wrong in (None, -1, 25, 0):
        with h5py.File(main, "r+") as file:
            del file["empty_cells"]
            if wrong is not None:
                file.create_dataset("empty_cells", data=numpy.int64(wrong))
        # A counter that is possible is counted again only where that is asked for.
        chosen = [identity] if wrong == 0 else None
        assert wrong != 0 or mend(storage.root, "set-counter", "counted")[1] is None
        assert mend(storage.root, "set-counter", "counted", chosen)[1] is not None
        with h5py.File(main, "r") as file:
            assert file["empty_cells"][()] == count and file["empty_cells"].dtype == "int64"
            assert numpy.array_equal(file["data"][()], data, equal_nan=True)
    assert mend(storage.root, "set-counter", "counted", [identity])[1] is None


def test_an_array_of_many_blocks_is_counted(storage: Pristine) -> None:
    shape = (3, 2600, 2600)
    axes = tuple(Dimension(name=name, size=size) for name, size in zip("zyx", shape, strict=True))
    collection = make(storage.root, "large", dtype="int16", dimensions=axes, fill_value=0)
    data = numpy.zeros(shape, "int16")
    data[1, 5, 7] = data[2, 2599, 2599] = data[0, 0, 0] = 4
    main = storage.data("large", create_array(collection, data=data))
    with h5py.File(main, "r+") as file:
        file["empty_cells"][()] = -5
    assert mend(storage.root, "set-counter", "large")[1] is not None
    with h5py.File(main, "r") as file:
        assert file["empty_cells"][()] == data.size - 3


def test_data_that_are_gone_are_said_to_be(storage: Pristine) -> None:
    damage(storage, 54)
    plan, change = mend(storage.root, "set-counter", "arr")
    assert change is not None and "24 cells were written" in plan.notes[0]


@pytest.mark.parametrize("row", [46, 50, 53, 59])
def test_data_that_do_not_fit_or_cannot_be_read_are_not_counted(storage: Pristine, row: int) -> None:
    damage(storage, row)
    name, identity = ("packed", storage.packed) if row == 59 else ("arr", storage.arr[0])
    plan, change = mend(storage.root, "set-counter", name, [identity])
    assert change is None and identity in plan.notes[0]


def test_a_varray_without_primary_attributes_is_rebuilt_from_its_tiles(storage: Pristine) -> None:
    start, step = datetime(2024, 1, 1, tzinfo=UTC), timedelta(hours=6)
    axes = (
        Dimension(name="time", size=4, kind="time", start_attribute="begin", step=step),
        Dimension(name="x", size=2),
    )
    attributes = (Attribute(name="begin", dtype="datetime"), NOTE)
    collection = make(storage.root, "timed", attributes, dimensions=axes, vgrid=(4, 1), dtype="int32")
    data = numpy.array([[0, 0], [0, 0], [5, 6], [7, 8]], "int32")
    data[:2] = numpy.iinfo("int32").min
    identity = create_varray(collection, None, {"begin": start, "note": "lost"}, data)
    path = storage.folder("timed") / "varray_data" / main_directory(identity) / f"{identity}.json"
    path.unlink()
    (storage.folder("timed") / "varray_symlinks" / f"{identity}.json").unlink()
    age(storage.root)
    broken = snapshot(storage.root)
    plan, change = mend(storage.root, "rebuild-varray", "timed")
    assert change is not None and "note" in plan.notes[0]
    assert json.loads(path.read_text()) == {
        "id": identity,
        "primary_attributes": {},
        "custom_attributes": {"begin": start.isoformat(), "note": None},
    }
    assert problems(storage.root) == []
    take_back(storage.root, change)
    assert snapshot(storage.root) == broken


def test_a_varray_with_primary_attributes_needs_its_link(storage: Pristine) -> None:
    damage(storage, 70)
    storage.varray_link.unlink()
    plan, change = mend(storage.root, "rebuild-varray", "va")
    assert change is None and "no link" in plan.notes[0]


def test_what_can_be_read_of_a_varray_is_kept(storage: Pristine) -> None:
    collection = make(storage.root, "noted", (NUMBER, NOTE), vgrid=(2, 2))
    identity = create_varray(collection, {"number": 4}, {"note": "kept"}, DATA)
    path = storage.folder("noted") / "varray_data" / main_directory(identity) / f"{identity}.json"
    before = path.read_bytes()
    storage.edit_json(path, id="seven", primary_attributes={"number": "many"})
    assert mend(storage.root, "rebuild-varray", "noted")[1] is not None
    assert path.read_bytes() == before


def test_tiles_that_name_another_varray_make_none(storage: Pristine) -> None:
    damage(storage, 70)
    links = storage.folder("va") / "array_symlinks"
    (links / storage.varray).rename(links / fixed_id("stranger"))
    plan, change = mend(storage.root, "rebuild-varray", "va")
    assert change is None and "no tile of it" in plan.notes[0]
