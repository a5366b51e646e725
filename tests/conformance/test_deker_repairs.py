"""What a repair mended the real deker finds in order, reads and deletes; a copy never costs the original its data."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import h5py
import pytest

from tests.conformance.environments import Child
from tests.deker.mending import MENDED, age, collection_of, damage, mend, problems, snapshot, take_back
from tests.deker.pristine import Pristine, make_pristine
from tui.systems.deker.format.names import main_directory

pytestmark = pytest.mark.conformance
DATA_LOST = {35: "arr", 36: "arr", 45: "arr", 54: "arr", 74: "va", 75: "va"}
"""Rows of which data are gone, with the collection that had them."""

KINDS = ("dtypes", "axes", "attributes", "varrays", "options")


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


def told(real_deker: Child, root: Path) -> dict[str, dict[str, Any]]:
    """Return the arrays of every collection by id, with their attributes and the digest of their data."""
    return {
        found["name"]: {array["id"]: array for array in found["arrays"]}
        for found in real_deker.ask("report", path=str(root))
    }


def in_order(real_deker: Child, root: Path) -> bool:
    return "found no errors" in real_deker.ask("check", path=str(root), level=4)


def killed_in_update(file: Path) -> None:
    """Leave a file as an update of attributes does that is killed: without any, and with its length as it was."""
    before = file.read_bytes()
    with h5py.File(file, "r+") as opened:
        del opened["meta"]
    after = file.read_bytes()
    file.write_bytes(after + before[len(after) :])


@pytest.mark.parametrize("row", MENDED, ids=lambda row: f"{row:02}")
def test_the_real_check_finds_nothing_after_a_repair(real_deker: Child, storage: Pristine, row: int) -> None:
    before = told(real_deker, storage.root)
    damage(storage, row)
    broken = snapshot(storage.root)
    changes = [mend(storage.root, *step)[1] for step in MENDED[row]]
    assert in_order(real_deker, storage.root)
    after = told(real_deker, storage.root)
    assert after.keys() == before.keys()
    for name, arrays in after.items():
        if DATA_LOST.get(row) == name:
            sound = {identity: array for identity, array in arrays.items() if before[name].get(identity) == array}
            assert len(sound) >= len(before[name]) - (3 if row == 45 else 1)
        elif row == 31 and name == "arr":
            assert {array["data"] for array in arrays.values()} == {array["data"] for array in before[name].values()}
        else:
            assert arrays == before[name]
    take_back(storage.root, *(change for change in changes if change))
    assert snapshot(storage.root) == broken


@pytest.mark.parametrize("kind", KINDS)
def test_links_are_rebuilt_where_deker_made_them(real_deker: Child, tmp_path: Path, kind: str) -> None:
    root = tmp_path / "storage"
    real_deker.ask("make", path=str(root), kind=kind)
    before, known = snapshot(root), told(real_deker, root)
    trees = [tree for tree in root.glob("collections/*/*_symlinks") if any(tree.rglob("*"))]
    assert trees
    for tree in trees:
        shutil.rmtree(tree)
    for directory in sorted(root.glob("collections/*/")):
        plan, _ = mend(root, "rebuild-links", directory.name)
        assert plan.notes == ()
    after = snapshot(root)
    assert {path for path in before.keys() ^ after.keys() if "symlinks/" in path} == set()
    assert {path: after.get(path) for path, content in before.items() if content.startswith("link")} == {
        path: content for path, content in before.items() if content.startswith("link")
    }
    assert told(real_deker, root) == known


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_to_be_repaired_in_what_deker_made(real_deker: Child, tmp_path: Path, kind: str) -> None:
    root = tmp_path / "storage"
    real_deker.ask("make", path=str(root), kind=kind)
    age(root)
    for directory in sorted(root.glob("collections/*/")):
        names = ("rebuild-links", "recover-meta", "set-counter", "restore-lock-marker", "remove-dangling-links")
        names += ("remove-leftovers", "remove-stale-locks")
        names += ("rebuild-varray",) if collection_of(root, directory.name).is_virtual else ()
        for name in names:
            plan, change = mend(root, name, directory.name)
            assert (change, plan.notes) == (None, ()), (name, directory.name)
    assert mend(root, "remove-leftovers")[1] is None
    assert mend(root, "remove-orphan-marker")[1] is None


def test_a_delete_in_a_mended_copy_leaves_the_original_alone(
    real_deker: Child, storage: Pristine, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(storage.root, copy, symlinks=True)
    original = snapshot(storage.root)
    for name in ("arr", "plain", "packed", "va"):
        mend(copy, "rebuild-links", name)
    assert in_order(real_deker, copy)
    for name, identity in (("arr", storage.arr[0]), ("plain", storage.plain[1]), ("va", storage.varray)):
        real_deker.ask("delete", path=str(copy), collection=name, identity=identity)
    assert in_order(real_deker, copy)
    assert len(told(real_deker, copy)["arr"]) == 2
    assert told(real_deker, copy)["va"] == {}
    assert snapshot(storage.root) == original
    assert problems(storage.root) == []


def test_a_moved_storage_is_changed_by_deker_as_before(real_deker: Child, tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    real_deker.ask("make", path=str(first), kind="varrays")
    known = told(real_deker, first)
    first.rename(second)
    for directory in sorted(second.glob("collections/*/")):
        mend(second, "rebuild-links", directory.name)
    assert in_order(real_deker, second)
    assert told(real_deker, second) == known
    identity = next(iter(known["grid"]))
    real_deker.ask("delete", path=str(second), collection="grid", identity=identity)
    assert told(real_deker, second)["grid"].keys() == known["grid"].keys() - {identity}


@pytest.mark.parametrize("kind", ["attributes", "varrays", "options", "dtypes"])
def test_attributes_that_deker_wrote_are_recovered(real_deker: Child, tmp_path: Path, kind: str) -> None:
    root = tmp_path / "storage"
    real_deker.ask("make", path=str(root), kind=kind)
    known = told(real_deker, root)
    for file in root.rglob("*.hdf5"):
        if not file.is_symlink():
            killed_in_update(file)
    age(root)
    for directory in sorted(root.glob("collections/*/")):
        plan, _ = mend(root, "recover-meta", directory.name)
        assert plan.notes == ()
    assert in_order(real_deker, root)
    assert told(real_deker, root) == known


def test_varrays_that_deker_wrote_are_rebuilt(real_deker: Child, tmp_path: Path) -> None:
    root = tmp_path / "storage"
    real_deker.ask("make", path=str(root), kind="varrays")
    known = told(real_deker, root)
    written = {
        name: {identity for identity in arrays if (root / "collections" / name / "array_symlinks" / identity).is_dir()}
        for name, arrays in known.items()
    }
    for name, identities in written.items():
        for identity in identities:
            (root / "collections" / name / "varray_data" / main_directory(identity) / f"{identity}.json").unlink()
        assert mend(root, "rebuild-varray", name)[1] is not None
    assert told(real_deker, root) == known
