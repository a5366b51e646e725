"""Deker's changes by keys: made by a form, deleted by a typed name, repaired after a preview, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.deker.mending import age, damage, snapshot
from tests.deker.pristine import Pristine, make_pristine
from tests.ui.conftest import Start
from tests.ui.driver import Driver


@pytest.fixture
def store(tmp_path: Path) -> Pristine:
    """A healthy storage that nobody has touched for a while."""
    made = make_pristine(tmp_path / "storage")
    age(made.root)
    return made


async def opened(driver: Driver) -> None:
    await driver.sees("arr", "packed", "plain", "va")


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_a_collection_is_made_by_its_form_and_taken_back(
    start: Start, store: Pristine, size: tuple[int, int]
) -> None:
    before = snapshot(store.root)
    async with start(size, uri=str(store.root)) as driver:
        await opened(driver)
        await driver.press("n")
        await driver.sees("create a collection", "dimensions")
        await driver.type("neu")
        await driver.press("ctrl+s")
        await driver.sees("Field required")
        await driver.type("y 0")
        await driver.press("ctrl+s")
        await driver.sees("at least 1")
        await driver.press("backspace")
        await driver.type("12")
        await driver.press("enter")
        await driver.type("x 5 labels a,b,c,d,e")
        await driver.press("ctrl+s")
        await driver.sees("created collection neu", "12x5")
        assert (store.root / "collections" / "neu" / "neu.json").is_file()
        await driver.press("u")
        await driver.sees("took back: create collection neu")
        await driver.misses("12x5")
    assert snapshot(store.root) == before


async def test_a_collection_is_deleted_by_its_name_and_restored_from_the_trash(start: Start, store: Pristine) -> None:
    before = snapshot(store.root)
    async with start((140, 40), uri=str(store.root)) as driver:
        await opened(driver)
        await driver.press("ctrl+d")
        await driver.sees("moves collection arr to the trash", "3 arrays")
        await driver.type("ar")
        await driver.press("enter")
        await driver.sees("moves collection arr to the trash")
        assert (store.root / "collections" / "arr").is_dir()
        await driver.type("r")
        await driver.press("enter")
        await driver.sees("deleted collection arr")
        assert not (store.root / "collections" / "arr").exists()
        await driver.press("colon")
        await driver.type("trash")
        await driver.press("enter")
        await driver.sees("delete collection arr", "applied")
        await driver.press("R")
        await driver.sees("takes back: delete collection arr", "collections/arr.lock")
        await driver.press("tab", "enter")
        await driver.sees("took back: delete collection arr")
        await driver.misses("applied")
    assert snapshot(store.root) == before


async def test_findings_lead_to_the_array_and_to_its_repair(start: Start, store: Pristine) -> None:
    damage(store, 34, 61)
    async with start((140, 40), uri=str(store.root)) as driver:
        await opened(driver)
        await driver.press("I")
        await driver.sees("check integrity of the storage", "level")
        await driver.press("ctrl+s")
        await driver.press("colon")
        await driver.type("findings")
        await driver.press("enter")
        await driver.sees("link-missing", "lock-read-stale")
        await driver.press("slash")
        await driver.type("link-missing")
        await driver.press("enter")
        await driver.misses("lock-read-stale")
        await driver.press("R")
        await driver.sees("array_symlinks/1/", "u takes it back")
        await driver.press("tab", "enter")
        await driver.sees("1 path changed")
        assert store.link(1).is_symlink()
        await driver.press("u")
        await driver.sees("took back")
        assert not store.link(1).is_symlink()


async def test_stale_locks_go_and_live_ones_are_named(start: Start, store: Pristine) -> None:
    damage(store, 61)
    (lock,) = store.root.rglob("*.arrayreadlock")
    async with start((140, 40), uri=str(store.root)) as driver:
        await opened(driver)
        await driver.press("colon")
        await driver.type("locks")
        await driver.press("enter")
        await driver.sees("stale")
        await driver.press("L")
        await driver.sees("1 lock of dead processes")
        await driver.press("escape")
        await driver.sees("nothing was changed")
        assert lock.exists()
        await driver.press("L")
        await driver.sees("1 lock of dead processes")
        await driver.press("tab", "enter")
        await driver.sees("cleared 1 lock")
        assert not lock.exists()
