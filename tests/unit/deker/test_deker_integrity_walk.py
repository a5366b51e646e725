"""A data tree can be cut into parts anywhere: together they find what a walk over the whole finds, each thing once."""

from __future__ import annotations

import uuid
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest

from tests.unit.deker.conftest import age
from tui.systems.deker.format.names import main_directory
from tui.systems.deker.integrity.data_tree import WHOLE, DataTree, Range, place_of, walk_data
from tui.systems.deker.integrity.leftovers import empty_doubts
from tui.systems.deker.integrity.level_one import Opened
from tui.systems.deker.integrity.shards import ITEMS, packed, parts_of
from tui.systems.deker.models import Collection


def identity(random: Random) -> str:
    return str(uuid.UUID(int=random.getrandbits(128), version=4))


@pytest.fixture
def tree(tmp_path: Path) -> tuple[Path, list[str]]:
    """A tree with sound arrays, some whose ids begin alike, and every kind of stray at every depth."""
    random = Random(11)
    top = tmp_path / "array_data"
    ids = [identity(random) for _ in range(60)]
    ids += [f"{ids[0][:8]}{identity(random)[8:]}" for _ in range(8)]
    ids += [f"{ids[1][:5]}{identity(random)[5:]}" for _ in range(8)]
    for each in ids:
        place = top / main_directory(each)
        place.mkdir(parents=True)
        (place / f"{each}.hdf5").write_bytes(b"x")
    for number, each in enumerate(random.sample(ids, 40)):
        place = top / main_directory(each)
        here = random.choice([place, *place.parents[:9]])
        kinds = ("notes.txt", f"{identity(random)}.hdf5", "x.hdf5", f"{number}.arrlock", "directory", "link", "empty")
        name = kinds[number % len(kinds)]
        if name == "directory":
            (here / "odd" / "deep").mkdir(parents=True, exist_ok=True)
            (here / "odd" / "deep" / f"{identity(random)}.hdf5").touch()
        elif name == "empty":
            (here / "odder").mkdir(exist_ok=True)
        elif name == "link":
            (here / f"link{number}").symlink_to(top)
        else:
            (here / name).touch()
    for _ in range(6):
        (top / main_directory(identity(random))).mkdir(parents=True)
    age(top)
    return top, ids


def walk(top: Path, within: Range) -> tuple[list[str], list[str], list[str], list[str]]:
    found = DataTree()
    items = [path for _, path in walk_data(str(top), ".hdf5", "c", within, found, lambda: None)]
    strays = [f"{doubt.finding.code} {doubt.finding.path}" for doubt in found.strays]
    return items, strays, found.locks, found.empty


def test_a_walk_finds_every_array_and_calls_the_rest_by_name(tree: tuple[Path, list[str]]) -> None:
    top, ids = tree
    items, strays, locks, empty = walk(top, WHOLE)
    assert sorted(items) == sorted(str(top / main_directory(each) / f"{each}.hdf5") for each in ids)
    assert {stray.split(" ")[0] for stray in strays} == {
        *("stray-file", "stray-directory", "stray-link", "wrong-name", "wrong-place"),
    }
    assert locks and all(lock.endswith(".arrlock") for lock in locks)
    assert len(empty) == 6


@pytest.mark.parametrize("seed", range(40))
def test_parts_find_together_what_the_whole_finds(tree: tuple[Path, list[str]], seed: int) -> None:
    top, ids = tree
    random = Random(seed)
    places = [place_of(random.choice([*ids, identity(random)])) for _ in range(random.randint(1, 9))]
    cuts = sorted({place[: random.choice([1, 2, 5, 8, 9])] for place in places})
    ranges = [Range(low, high) for low, high in zip([None, *cuts], [*cuts, None], strict=True)]
    found = [walk(top, within) for within in ranges]
    whole = walk(top, WHOLE)
    for kind in range(4):
        assert sorted(each for part in found for each in part[kind]) == sorted(whole[kind])


def test_of_nested_empty_directories_the_uppermost_is_told(tmp_path: Path) -> None:
    top = tmp_path / "array_data"
    for path in ("a/b/c", "a/b/d", "a/e", "f/g/h", "f/full", "i"):
        (top / path).mkdir(parents=True)
    (top / "f" / "full" / "file").touch()
    age(tmp_path)
    leaves = [str(top / path) for path in ("a/b/c", "a/b/d", "a/e", "f/g/h", "i")]
    doubts = empty_doubts("c", str(top), leaves, lambda: None)
    assert sorted(doubt.finding.path for doubt in doubts) == [str(top / path) for path in ("a", "f/g", "i")]


def test_work_is_cut_by_number_and_by_bytes(tmp_path: Path) -> None:
    random = Random(3)
    opened = Opened(Collection(name="c", path=str(tmp_path)), True, frozenset(("array_data",)))
    parts = parts_of(opened, "array", 3, 0, ((identity(random), 0) for _ in range(5 * ITEMS)))
    assert [part.weight for part in parts] == [ITEMS] * 5
    heavy = parts_of(opened, "array", 5, 0, ((identity(random), 30 << 20) for _ in range(10)))
    assert [part.weight for part in heavy] == [2] * 5
    unknown = parts_of(opened, "array", 3, 0, ())
    assert len(unknown) == 16
    assert len(parts_of(opened, "varray", 3, 0, ())) == 1
    assert [len(shard) for shard in packed([*parts, *unknown, *unknown])] == [1, 1, 1, 1, 33]
    for cut in (parts, heavy, unknown):
        assert cut[0].within.low is None and cut[-1].within.high is None
        assert all(one.within.high == other.within.low for one, other in pairwise(cut))
