"""Undo files: the old and the many go, none of those that may still be wanted, and never anything of others."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.unit.arakoon.proxy import everything, fill
from tui.services.errors import Conflict, NotFound
from tui.systems.arakoon.changes import KeyChanges
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.undo_files import DAY, KEPT_FOR, KEPT_SURELY, MOST_FILES, clean, undo_folder

NOW = 1_800_000_000.0


def made(folder: Path, name: str, age: float) -> Path:
    path = folder / name
    path.write_bytes(b"[]\n")
    os.utime(path, (NOW - age, NOW - age))
    return path


def age(path: Path, days: float) -> None:
    then = time.time() - days * DAY
    os.utime(path, (then, then))


def left(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@pytest.mark.parametrize(
    ("age", "stays"), [(0.0, True), (-DAY, True), (KEPT_FOR - 1, True), (KEPT_FOR + 1, False), (400 * DAY, False)]
)
def test_the_old_ones_go(tmp_path: Path, age: float, stays: bool) -> None:
    made(tmp_path, "set-0a.jsonl", age)
    assert clean(tmp_path, NOW) == (0 if stays else 1)
    assert left(tmp_path) == ({"set-0a.jsonl"} if stays else set())


def test_of_many_the_oldest_go_but_none_of_the_last_week(tmp_path: Path) -> None:
    recent = {made(tmp_path, f"new-{number}.jsonl", KEPT_SURELY - 1).name for number in range(MOST_FILES - 2)}
    older = [made(tmp_path, f"old-{number}.jsonl", KEPT_SURELY + 1 + number).name for number in range(5)]
    assert clean(tmp_path, NOW) == 3
    assert left(tmp_path) == recent | set(older[:2])
    recent |= {made(tmp_path, f"more-{number}.jsonl", number).name for number in range(10)}
    assert clean(tmp_path, NOW) == 2
    assert left(tmp_path) == recent


def test_what_others_put_there_stays(tmp_path: Path) -> None:
    ancient = 1000 * DAY
    theirs = {"notes.txt", "README", "Upper.jsonl", ".hidden.jsonl", "a.jsonl.tmp"}
    for name in theirs:
        made(tmp_path, name, ancient)
    elsewhere = made(tmp_path, "notes.txt", ancient)
    (tmp_path / "link-1.jsonl").symlink_to(elsewhere)
    (tmp_path / "folder-1.jsonl").mkdir()
    os.utime(tmp_path / "folder-1.jsonl", (0, 0))
    before = left(tmp_path)
    assert clean(tmp_path, NOW) == 0 and left(tmp_path) == before
    assert clean(tmp_path / "missing", NOW) == 0


async def test_a_new_change_throws_the_old_ones_away_and_says_so_when_they_are_missed(
    node: NodeServer, client: AsyncClient
) -> None:
    changes, large = KeyChanges(client), bytes(100_000)
    fill(node, {b"a": large, b"b": large, b"c": large})
    first, second = await changes.set(b"a", b"1"), await changes.set(b"b", b"2")
    assert first.undo is not None and second.undo is not None
    paths = [undo_folder() / str(undo["file"]) for undo in (first.undo, second.undo)]
    for path, days in zip(paths, (31, 29), strict=True):
        age(path, days)
    third = await changes.set(b"c", b"3")
    assert third.undo is not None
    assert left(undo_folder()) == {paths[1].name, str(third.undo["file"])}
    with pytest.raises(NotFound, match="gone") as missed:
        await changes.undo(first.undo)
    assert "30 days" in missed.value.hint
    assert await changes.undo(second.undo) == await changes.undo(third.undo) == 1
    assert everything(node) == {b"a": b"1", b"b": large, b"c": large}
    assert left(undo_folder()) == set()


async def test_what_somebody_tries_to_undo_is_young_again(node: NodeServer, client: AsyncClient) -> None:
    changes, large = KeyChanges(client), bytes(100_000)
    fill(node, {b"a": large})
    done = await changes.set(b"a", b"1")
    assert done.undo is not None
    path = undo_folder() / str(done.undo["file"])
    age(path, 29)
    fill(node, {b"a": b"of somebody else"})
    with pytest.raises(Conflict, match="changed since"):
        await changes.undo(done.undo)
    assert clean(undo_folder(), time.time() + 2 * DAY) == 0 and path.exists()
