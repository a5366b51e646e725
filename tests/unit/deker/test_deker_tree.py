"""Walks: order, both trees against each other, strange file systems and strange entries."""

from __future__ import annotations

import os
import random
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from tui.services.errors import Cancelled
from tui.systems.deker import tree
from tui.systems.deker.format.names import main_directory, on_disk, shown
from tui.systems.deker.storage import Stop


def _never() -> None:
    return None


def _make(root: Path, identity: str, *parts: str) -> Path:
    path = root / "data" / main_directory(identity) / f"{identity}.hdf5"
    path.parent.mkdir(parents=True)
    path.touch()
    folder = root / "links" / Path(*parts)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / path.name).symlink_to(path)
    return path


def _walk(root: Path) -> list[tree.Found]:
    return list(tree.arrays(f"{root}/links", f"{root}/data", ".hdf5", _never))


def test_numbers_are_sorted_as_numbers() -> None:
    names = ["10", "2", "-1", "1.5", "b", "a", "nan", "0-10", "0-2", "1e3"]
    assert sorted(names, key=tree.order) == ["-1", "0-2", "0-10", "1.5", "2", "10", "1e3", "a", "b", "nan"]


def test_the_order_is_that_of_the_links(tmp_path: Path) -> None:
    ids = [str(uuid.uuid4()) for _ in range(4)]
    for identity, parts in zip(ids, (("10", "a"), ("2", "b"), ("2", "a"), ("1", "z")), strict=True):
        _make(tmp_path, identity, *parts)
    assert [found.parts for found in _walk(tmp_path)] == [["1", "z"], ["2", "a"], ["2", "b"], ["10", "a"]]


@pytest.mark.parametrize("counts_links", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_what_has_no_link_is_found_whatever_the_file_system_tells(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counts_links: bool, seed: int
) -> None:
    source = random.Random(seed)
    ids = [str(uuid.UUID(int=source.getrandbits(128), version=4)) for _ in range(60)]
    # Some ids share a long beginning, so that a vanished one and a lost one are neighbours.
    ids += [f"{ids[0][:8]}{other[8:]}" for other in ids[10:15]] + [f"{ids[1][:5]}{other[5:]}" for other in ids[15:20]]
    for identity in ids:
        _make(tmp_path, identity)
    source.shuffle(ids)
    lost, gone = set(ids[:9]), set(ids[9:18])
    for identity in lost:
        (tmp_path / "links" / f"{identity}.hdf5").unlink()
    for identity in gone:
        shutil.rmtree(tmp_path / "data" / main_directory(identity))
    if not counts_links:
        real = os.lstat

        def lstat(path: str) -> SimpleNamespace:
            return SimpleNamespace(st_mode=real(path).st_mode, st_nlink=1)

        monkeypatch.setattr(tree.os, "lstat", lstat)
    found = _walk(tmp_path)
    assert {each.id for each in found if each.link is None} == lost
    assert {each.id for each in found if each.link is not None} == set(ids) - lost
    assert len(found) == len(ids)


def test_strays_in_the_data_tree_are_told_apart(tmp_path: Path) -> None:
    identity = str(uuid.uuid4())
    _make(tmp_path, identity)
    folder = tmp_path / "data" / "stray"
    folder.mkdir()
    (folder / "x.hdf5").touch()
    (folder / f"{uuid.uuid4()}.hdf5").touch()
    (folder / "note.txt").touch()
    (folder / "link.hdf5").symlink_to("x.hdf5")
    problems = sorted(str(found.problem) for found in _walk(tmp_path)[1:])
    assert problems == ["the file lies in another id's directory", "the file's name is not an id"]


def test_symbolic_links_to_directories_are_never_entered(tmp_path: Path) -> None:
    _make(tmp_path, str(uuid.uuid4()))
    (tmp_path / "links" / "again").symlink_to(tmp_path / "links", target_is_directory=True)
    (tmp_path / "data" / "again").symlink_to(tmp_path / "data", target_is_directory=True)
    assert len(_walk(tmp_path)) == 1
    (tmp_path / "links").rename(tmp_path / "real")
    (tmp_path / "links").symlink_to(tmp_path / "real", target_is_directory=True)
    assert "not followed" in (_walk(tmp_path)[0].problem or "")


def test_an_unfit_name_in_the_link_tree_is_shown_as_such(tmp_path: Path) -> None:
    links = tmp_path / "links"
    links.mkdir()
    (links / "x.hdf5").symlink_to("nowhere")
    (links / f"{uuid.uuid4()}.hdf5").touch()
    (links / "note.txt").touch()
    problems = sorted(found.problem or "" for found in _walk(tmp_path))
    assert problems == ["a file stands where the link should be", "the link's name is not an id"]


def test_a_very_deep_tree_ends(tmp_path: Path) -> None:
    folder = tmp_path / "links"
    for _ in range(tree.MAX_DEPTH + 5):
        folder = folder / "d"
    folder.mkdir(parents=True)
    assert "too deeply" in (_walk(tmp_path)[0].problem or "")


@pytest.mark.parametrize("walk", [_walk, lambda root: list(tree.lock_files(str(root), _never))])
def test_nothing_there_is_nothing_found(tmp_path: Path, walk: Callable[[Path], list[object]]) -> None:
    assert walk(tmp_path) == []


def test_a_walk_ends_when_it_is_told_to(tmp_path: Path) -> None:
    for number in range(3):
        _make(tmp_path, str(uuid.uuid4()), str(number))
    stop = Stop()
    found = tree.arrays(f"{tmp_path}/links", f"{tmp_path}/data", ".hdf5", stop.check)
    next(found)
    stop.set()
    with pytest.raises(Cancelled):
        list(found)


def test_names_that_are_no_text_come_back_to_their_file(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/\xff\xc3\xbc"
    Path(os.fsdecode(raw)).touch()
    text = shown(os.fsdecode(raw))
    assert text.endswith("\\xffü")
    assert os.fsencode(on_disk(text)) == raw
    plain = tmp_path / "\\xff"
    plain.touch()
    assert on_disk(str(plain)) == str(plain)
