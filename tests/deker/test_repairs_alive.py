"""What repairs leave alone because it is alive, or was a moment ago; and what they clear away once it is not."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from tests.deker.corruptions import DEAD, STRANGER
from tests.deker.mending import age, collection_of, damage, mend, notes, nothing, problems, snapshot, take_back
from tests.deker.pristine import Pristine, make_pristine
from tui.services.errors import Conflict
from tui.systems.deker.repairs.repairing import plan_repair


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    found = tmp_path / "outside"
    found.mkdir()
    (found / "precious.hdf5").write_bytes(b"not ours")
    return found


def test_what_is_being_written_is_not_mended(storage: Pristine) -> None:
    main = storage.data("arr", storage.arr[0])
    damage(storage, 34)
    with main.open("r+b") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert "writing" in notes(storage, "rebuild-links", "arr")
    assert mend(storage.root, "rebuild-links", "arr")[1] is not None


def test_a_reader_keeps_the_links_of_what_it_reads(storage: Pristine) -> None:
    damage(storage, 34)
    main = storage.data("arr", storage.arr[0])
    (main.parent / f"{storage.arr[0]}:{STRANGER}:{os.getpid()}:{os.getpid()}.arrayreadlock").touch()
    before = snapshot(storage.root)
    with pytest.raises(Conflict, match=str(os.getpid())):
        mend(storage.root, "rebuild-links", "arr")
    assert snapshot(storage.root) == before


def test_live_locks_stay(storage: Pristine) -> None:
    pid = os.getpid()
    main, tile = storage.data("arr", storage.arr[0]), storage.tile("0-0")
    (main.parent / f"{storage.arr[0]}:{STRANGER}:{pid}:{pid}.arrayreadlock").touch()
    (tile.parent / f"{tile.name}:{pid}.varraylock").touch()
    (storage.folder("arr") / "array_data" / f"{'b' * 32}.arrlock").touch()
    assert f"process {pid} is alive" in notes(storage, "remove-stale-locks", "va")
    said = notes(storage, "remove-stale-locks", "arr")
    assert f"process {pid} is alive" in said and "younger than one that runs" in said


def test_the_lock_of_a_dead_writer_stays_while_the_tile_is_written(storage: Pristine) -> None:
    damage(storage, 62)
    with storage.tile("0-0").open("r+b") as writer:
        fcntl.flock(writer, fcntl.LOCK_EX)
        assert "alive" in notes(storage, "remove-stale-locks", "va")


def test_a_stale_lock_is_looked_at_again_before_it_goes(storage: Pristine) -> None:
    damage(storage, 61)
    plan = plan_repair("remove-stale-locks", str(storage.root), collection_of(storage.root, "arr"), nothing)
    plan.recheck()
    (lock,) = storage.data("arr", storage.arr[0]).parent.glob("*.arrayreadlock")
    lock.unlink()
    with pytest.raises(Conflict):
        plan.recheck()


def test_a_marker_that_is_held_or_new_stays(storage: Pristine) -> None:
    ghost = storage.lock("ghost")
    ghost.touch()
    assert "a moment ago" in notes(storage, "remove-orphan-marker", None)
    age(storage.root)
    with ghost.open("r+b") as creator:
        fcntl.flock(creator, fcntl.LOCK_EX)
        assert f"process {os.getpid()} holds it" in notes(storage, "remove-orphan-marker", None)
    assert mend(storage.root, "remove-orphan-marker")[1] is not None
    assert not ghost.exists()


def test_a_marker_with_content_is_none(storage: Pristine) -> None:
    storage.lock("ghost").write_text("mine")
    age(storage.root)
    assert "not empty" in notes(storage, "remove-orphan-marker", None)


def test_a_marker_is_not_made_for_what_is_no_collection(storage: Pristine) -> None:
    storage.folder("stray").mkdir()
    assert "no collection" in notes(storage, "restore-lock-marker", "stray")
    storage.lock("arr").unlink()
    storage.lock("arr").mkdir()
    assert "something else" in notes(storage, "restore-lock-marker", "arr")


def test_leftovers_that_may_be_alive_or_hold_data_stay(storage: Pristine, outside: Path) -> None:
    main = storage.data("arr", storage.arr[0])
    second = storage.data("arr", storage.arr[1])
    (main.parent / f"{main.name}.{os.getpid()}.tmp").write_bytes(b"half")
    (main.parent / "link.hdf5").symlink_to(outside / "precious.hdf5")
    second.rename(second.with_name("renamed.hdf5"))
    shutil.copy(main, storage.data("arr", storage.arr[2]).parent)
    (storage.folder("arr") / "array_data" / "far").symlink_to(outside)
    age(storage.root)
    (main.parent / f"{main.name}.{os.getpid()}.tmp").touch()
    said = notes(storage, "remove-leftovers", "arr")
    assert said.count("left alone") == 5
    assert f"process {os.getpid()}" in said and "whose file is missing" in said and "of another id" in said


def test_what_a_dead_process_was_writing_goes(storage: Pristine) -> None:
    main = storage.data("arr", storage.arr[0])
    for path in (main.with_name(f"{main.name}.{DEAD}.tmp"), storage.folder("arr") / f"arr.json.{DEAD}.tmp"):
        path.write_bytes(b"half")
    age(storage.root)
    broken = snapshot(storage.root)
    plan, change = mend(storage.root, "remove-leftovers", "arr")
    assert change is not None and len(plan.plan.steps) == 2
    assert problems(storage.root) == []
    take_back(storage.root, change)
    assert snapshot(storage.root) == broken


def test_what_was_made_a_moment_ago_is_no_leftover(storage: Pristine) -> None:
    age(storage.root)
    (storage.folder("arr") / "array_data" / "0" / "1").mkdir(parents=True)
    storage.folder("new").mkdir()
    (storage.root / "collections" / "new file").touch()
    assert "a moment ago" in notes(storage, "remove-leftovers", "arr")
    assert notes(storage, "remove-leftovers", None).count("a moment ago") == 2


def test_empty_directories_go_and_nothing_else_does(storage: Pristine) -> None:
    before = snapshot(storage.root)
    (storage.folder("arr") / "array_data" / "0" / "1" / "2").mkdir(parents=True)
    (storage.folder("arr") / "array_data" / "0" / "3").mkdir()
    (storage.folder("arr") / "array_symlinks" / "77").mkdir()
    (storage.data("arr", storage.arr[0]).parent / "deep" / "er").mkdir(parents=True)
    age(storage.root)
    broken = snapshot(storage.root)
    _, change = mend(storage.root, "remove-leftovers", "arr")
    assert change is not None
    assert snapshot(storage.root) == before
    take_back(storage.root, change)
    assert snapshot(storage.root) == broken


def test_a_stray_file_and_an_empty_directory_in_one_place_both_go(storage: Pristine) -> None:
    before = snapshot(storage.root)
    place = storage.folder("arr") / "array_data" / "0" / "1"
    (place / "empty").mkdir(parents=True)
    (place / "notes.txt").write_text("x")
    (place / "more.txt").write_text("x")
    age(storage.root)
    mend(storage.root, "remove-leftovers", "arr")
    assert snapshot(storage.root) == before


def test_what_a_name_with_a_slash_left_goes_and_what_holds_something_stays(storage: Pristine) -> None:
    before = snapshot(storage.root)
    nest = storage.folder("a")
    (nest / "b").mkdir(parents=True)
    (nest / "b.lock").touch()
    storage.lock("a").touch()
    age(storage.root)
    mend(storage.root, "remove-leftovers")
    assert snapshot(storage.root) == before
    (nest / "b").mkdir(parents=True)
    (nest / "b" / "data").write_text("x")
    age(storage.root)
    assert "not empty" in notes(storage, "remove-leftovers", None)
