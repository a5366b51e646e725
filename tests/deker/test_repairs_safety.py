"""What repairs leave alone: what may hold data, what contradicts itself, and all that is elsewhere."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy
import pytest

from tests.deker.corruptions import STRANGER
from tests.deker.mending import age, collection_of, damage, mend, notes, nothing, problems, snapshot, take_back
from tests.deker.pristine import Pristine, make_pristine
from tui.services.errors import Conflict, InvalidInput, NotSupported
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection
from tui.systems.deker.models import Attribute, Collection, Dimension
from tui.systems.deker.repairs import REPAIRS
from tui.systems.deker.repairs.repairing import plan_repair

DATA = numpy.arange(1, 25, dtype="float32").reshape(6, 4)


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    found = tmp_path / "outside"
    found.mkdir()
    (found / "precious.hdf5").write_bytes(b"not ours")
    return found


def make(root: Path, name: str, *attributes: Attribute) -> Collection:
    axes = (Dimension(name="y", size=6), Dimension(name="x", size=4))
    return create_collection(
        str(root), NewCollection(name=name, dtype="float32", dimensions=axes, attributes=attributes)
    )


def meta_of(path: Path) -> dict[str, Any]:
    with h5py.File(path, "r") as file:
        return json.loads(file["meta"][()])


def set_meta(path: Path, **changes: Any) -> None:
    found = {**meta_of(path), **changes}
    with h5py.File(path, "r+") as file:
        del file["meta"]
        file.create_dataset("meta", data=numpy.bytes_(json.dumps(found).encode()))


def test_two_files_of_the_same_attributes_are_left_alone_and_the_rest_is_mended(storage: Pristine) -> None:
    set_meta(storage.data("arr", storage.arr[1]), primary_attributes={"number": 1})
    storage.link(1).unlink()
    storage.link(3).unlink()
    age(storage.root)
    plan, change = mend(storage.root, "rebuild-links", "arr")
    assert change is not None
    assert storage.link(3).is_symlink() and storage.link(2).is_symlink() and not storage.link(1).is_symlink()
    assert len(plan.notes) == 1 and storage.arr[0] in plan.notes[0] and storage.arr[1] in plan.notes[0]


def test_a_link_is_not_added_beside_that_of_an_unreadable_file(storage: Pristine) -> None:
    os.truncate(storage.data("arr", storage.arr[0]), 100)
    set_meta(storage.data("arr", storage.arr[1]), primary_attributes={"number": 1})
    storage.link(2).unlink()
    assert "claim the same place" in notes(storage, "rebuild-links", "arr")


@pytest.mark.parametrize("value", ["../../../../outside", "/outside", "..", ".", "", "a\0b", "x" * 300])
def test_no_attribute_leads_a_link_out_of_the_collection(storage: Pristine, outside: Path, value: str) -> None:
    collection = make(storage.root, "texts", Attribute(name="text", dtype="string", primary=True))
    identity = create_array(collection, {"text": "plain"}, None, DATA)
    set_meta(storage.data("texts", identity), primary_attributes={"text": value})
    before = snapshot(outside.parent)
    assert notes(storage, "rebuild-links", "texts")
    assert snapshot(outside.parent) == before


def test_a_text_with_a_slash_keeps_the_nested_place_that_deker_gave_it(storage: Pristine) -> None:
    collection = make(storage.root, "texts", Attribute(name="text", dtype="string", primary=True))
    identity = create_array(collection, {"text": "plain"}, None, DATA)
    links = storage.folder("texts") / "array_symlinks"
    (links / "a" / "b").mkdir(parents=True)
    (links / "plain" / f"{identity}.hdf5").rename(links / "a" / "b" / f"{identity}.hdf5")
    set_meta(storage.data("texts", identity), primary_attributes={"text": "a/b"})
    assert notes(storage, "rebuild-links", "texts") == ""


@pytest.mark.parametrize("name", ["rebuild-links", "remove-dangling-links", "remove-leftovers"])
@pytest.mark.parametrize("part", ["array_symlinks", "array_data"])
def test_a_tree_behind_a_symbolic_link_is_left_alone(storage: Pristine, outside: Path, name: str, part: str) -> None:
    tree = storage.folder("arr") / part
    shutil.move(tree, outside / "tree")
    tree.symlink_to(outside / "tree")
    (outside / "tree" / "empty").mkdir()
    (outside / "tree" / "stray").write_text("x")
    age(storage.root.parent)
    before = snapshot(outside)
    assert "symbolic link" in notes(storage, name, "arr")
    assert snapshot(outside) == before


def test_no_link_is_made_in_a_directory_that_is_a_symbolic_link(storage: Pristine, outside: Path) -> None:
    shutil.rmtree(storage.link(1).parent)
    storage.link(1).parent.symlink_to(outside)
    assert "symbolic link" in notes(storage, "rebuild-links", "arr")
    assert [path.name for path in outside.iterdir()] == ["precious.hdf5"]


def test_no_link_is_made_below_a_file(storage: Pristine) -> None:
    shutil.rmtree(storage.link(1).parent)
    storage.link(1).parent.write_text("in the way")
    assert "no directory" in notes(storage, "rebuild-links", "arr")


def test_data_that_a_person_moved_and_linked_are_left_alone(storage: Pristine, outside: Path) -> None:
    main = storage.data("arr", storage.arr[0])
    shutil.move(main, outside / "moved.hdf5")
    main.symlink_to(outside / "moved.hdf5")
    age(storage.root)
    assert "symbolic link" in notes(storage, "rebuild-links", "arr")
    assert notes(storage, "remove-dangling-links", "arr") == ""
    assert notes(storage, "remove-leftovers", "arr") == ""


def test_a_link_out_of_the_collection_without_a_file_goes_and_its_target_stays(
    storage: Pristine, outside: Path
) -> None:
    link = storage.link(1).with_name(f"{STRANGER}.hdf5")
    link.symlink_to(outside / "precious.hdf5")
    age(storage.root)
    broken = snapshot(storage.root)
    _, change = mend(storage.root, "rebuild-links", "arr")
    assert change is not None and not link.is_symlink()
    assert (outside / "precious.hdf5").read_bytes() == b"not ours"
    take_back(storage.root, change)
    assert snapshot(storage.root) == broken


def test_a_link_to_another_collection_is_no_link_of_this_one(storage: Pristine) -> None:
    link = storage.link(1).with_name(f"{storage.plain[0]}.hdf5")
    link.symlink_to(storage.data("plain", storage.plain[0]))
    mend(storage.root, "rebuild-links", "arr")
    assert not link.is_symlink()
    assert problems(storage.root) == []


def test_dangling_links_are_another_repairs_and_go_only_when_asked(storage: Pristine) -> None:
    storage.data("arr", storage.arr[0]).unlink()
    assert notes(storage, "rebuild-links", "arr") == ""
    assert REPAIRS["remove-dangling-links"].on_request
    storage.link(2).unlink()
    storage.link(2).symlink_to("/nowhere/at/all.hdf5")
    mend(storage.root, "remove-dangling-links", "arr")
    assert not storage.link(1).is_symlink(), "its file is gone"
    assert storage.link(2).is_symlink(), "its file is there: it has to be rebuilt"


def test_the_link_of_a_varray_stays_while_tiles_remain_unless_it_is_chosen(storage: Pristine) -> None:
    storage.varray_json.unlink()
    age(storage.root)
    assert "rebuilt" in notes(storage, "remove-dangling-links", "va")
    _, change = mend(storage.root, "remove-dangling-links", "va", [storage.varray])
    assert change is not None and not storage.varray_link.is_symlink()


def test_a_damaged_position_does_not_move_the_right_link_of_a_tile(storage: Pristine) -> None:
    tile = storage.tile("0-0")
    for wrong in ([9, 9], [0], [0, 0, 0], [0, -1], "0-0", [True, 0], [0.0, 0]):
        set_meta(tile, primary_attributes={"vid": storage.varray, "v_position": wrong})
        assert notes(storage, "rebuild-links", "va")
    set_meta(tile, primary_attributes={"vid": STRANGER, "v_position": [0, 0]})
    assert "not there" in notes(storage, "rebuild-links", "va")


def test_an_unreadable_file_keeps_its_link_which_leads_to_it_again(storage: Pristine) -> None:
    main = storage.data("arr", storage.arr[0])
    os.truncate(main, 100)
    storage.link(1).unlink()
    storage.link(1).symlink_to(f"/elsewhere{main}")
    mend(storage.root, "rebuild-links", "arr")
    assert storage.link(1).readlink() == main


def test_a_file_in_place_of_a_link_stays_if_it_is_all_that_is_left(storage: Pristine) -> None:
    main = storage.data("arr", storage.arr[0])
    storage.link(1).unlink()
    shutil.move(main, storage.link(1))
    age(storage.root)
    assert "all that is left" in notes(storage, "rebuild-links", "arr")
    mend(storage.root, "remove-leftovers", "arr")
    assert storage.link(1).is_file() and not storage.link(1).is_symlink()


def test_only_what_was_chosen_is_mended(storage: Pristine) -> None:
    damage(storage, 44)
    plan, _ = mend(storage.root, "rebuild-links", "arr", [storage.arr[1]])
    assert len(plan.plan.steps) == 1 and storage.link(2).is_symlink() and not storage.link(1).is_symlink()
    mend(storage.root, "rebuild-links", "arr", [str(storage.data("arr", storage.arr[0]))])
    assert storage.link(1).is_symlink() and not storage.link(3).is_symlink()


def test_a_storage_that_is_one_is_said_to_be_none_of_another(storage: Pristine, tmp_path: Path) -> None:
    other = make_pristine(tmp_path / "other")
    theirs = collection_of(other.root, "arr")
    (storage.root / "collections" / "linked").symlink_to(other.folder("arr"))
    linked = collection_of(storage.root, "linked")
    for repair in REPAIRS.values():
        if repair.scope not in ("collection", "both"):
            continue
        for collection in (theirs, linked):
            with pytest.raises(InvalidInput):
                plan_repair(repair.name, str(storage.root), collection, nothing)


def test_a_template_is_no_repair_that_is_done_unasked(storage: Pristine) -> None:
    damage(storage, 3)
    for name in ("collection-template", "collection-from-template"):
        with pytest.raises(NotSupported):
            plan_repair(name, str(storage.root), collection_of(storage.root, "arr"), nothing)


def test_a_plan_is_void_once_something_changed(storage: Pristine) -> None:
    damage(storage, 34)
    plan = plan_repair("rebuild-links", str(storage.root), collection_of(storage.root, "arr"), nothing)
    plan.recheck()
    set_meta(storage.data("arr", storage.arr[0]), primary_attributes={"number": 8})
    with pytest.raises(Conflict):
        plan.recheck()


def test_a_collection_whose_metadata_are_missing_is_no_leftover(storage: Pristine) -> None:
    damage(storage, 3)
    assert notes(storage, "remove-leftovers", None) == ""


@pytest.mark.parametrize("name", ["rebuild-links", "recover-meta", "set-counter", "rebuild-varray"])
def test_without_a_sound_schema_nothing_that_needs_it_is_done(storage: Pristine, name: str) -> None:
    damage(storage, 8, 44)
    assert "numpy.float33" in notes(storage, name, "arr") or name == "rebuild-varray"


def test_hostile_names_are_told_harmlessly(storage: Pristine) -> None:
    bad = storage.folder("arr") / "array_data" / "\x1b[31m\u202e.hdf5"
    bad.write_bytes(b"x")
    (storage.folder("arr") / "array_symlinks" / "\udcff\udcfe.hdf5").write_bytes(b"x")
    age(storage.root)
    for name in ("remove-leftovers", "rebuild-links"):
        said = notes(storage, name, "arr")
        assert said and all(line.isprintable() for line in said.splitlines())
