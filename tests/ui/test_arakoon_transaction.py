"""A transaction put together by keys: staged from anywhere, reviewed, mended, committed as one, and taken back."""

from __future__ import annotations

import pytest

from tests.ui.arakoon_stage import ENTRIES, SIZES, cluster_of, is_clean, stored, where
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.ways import go, paste
from tui.systems.arakoon.client import AsyncClient

KINDS = ("set", "delete", "replace", "test and set", "assert value", "assert absent", "assert exists", "delete prefix")


async def choose(driver: Driver, kind: str, before: str = "set") -> None:
    """Choose the kind of a step, in the form's first field."""
    steps = KINDS.index(kind) - KINDS.index(before)
    await driver.press("enter", *(["down"] * steps or ["up"] * -steps), "enter")


async def stage(driver: Driver, kind: str, key: str, value: str = "") -> None:
    """Stage a step from the list of steps."""
    await driver.press("n")
    await driver.sees("stage a step", "kind")
    if kind != "set":
        await choose(driver, kind)
    await driver.press("tab")
    await paste(driver, key)
    await driver.press("tab")
    if value:
        await paste(driver, value)
    await driver.press("ctrl+s")
    await driver.sees("staged:", key)


@pytest.mark.parametrize("size", SIZES)
async def test_steps_are_staged_from_anywhere_reviewed_and_committed_as_one(
    start: Start, size: tuple[int, int]
) -> None:
    async with cluster_of() as cluster, start(size, uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await driver.press("5")
        await driver.sees("nothing is staged", "n stage a step")
        await driver.press("w", "ctrl+s")
        await driver.sees("nothing is staged", "n stages a step")
        await go(driver, "keys config/", "limits")
        await driver.press("j", "i")
        await driver.sees("stage in the transaction", "config/limits")
        await choose(driver, "delete")
        await driver.press("ctrl+s")
        await driver.sees("staged: delete config/limits", "1 staged")
        await go(driver, "entries empty", "empty")
        await driver.press("i")
        await driver.sees("stage in the transaction")
        await driver.press("tab", "tab")
        await paste(driver, "now full")
        await driver.press("ctrl+s")
        await driver.sees("staged: set empty", "2 staged")
        await driver.press("o", "enter")
        await driver.sees("transaction", "delete config/limits", "set empty", "● ok")
        await stage(driver, "assert exists", "config/retention")
        await stage(driver, "assert absent", "config/retention")
        await driver.sees("error: it is")
        await driver.press("G", "ctrl+d")
        await driver.sees("took step 4 out")
        await driver.misses("error:")
        await driver.press("G", "m")
        await driver.sees("move the step")
        await driver.press("ctrl+u")
        await driver.type("1")
        await driver.press("ctrl+s")
        await driver.sees("step 3 is number 1 now")
        await driver.press("w")
        await driver.sees("sync")
        await driver.press("ctrl+s")
        await driver.sees(
            "sends 3 steps as one sequence", "1. assert config/retention is there", "2. delete config/limits"
        )
        await driver.sees("asserts first that 2 keys are as they were")
        assert stored(cluster) == ENTRIES
        await driver.press("escape")
        await driver.sees("nothing was changed")
        await driver.press("w", "ctrl+s")
        await driver.sees("sends 3 steps")
        await driver.press("tab", "enter")
        await driver.sees("committed 3 steps, 2 keys changed", "nothing is staged")
        assert stored(cluster)[b"empty"] == b"now full" and b"config/limits" not in stored(cluster)
        await driver.press("u")
        await driver.sees("put back 2 keys")
        assert stored(cluster) == ENTRIES


async def test_a_commit_is_refused_when_a_key_changed_since_it_was_staged(start: Start) -> None:
    async with cluster_of() as cluster, start((140, 40), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await driver.press("5")
        await stage(driver, "set", "empty", "1")
        await stage(driver, "set", "new", "2")
        async with AsyncClient(cluster.settings()) as client:
            await client.set(b"empty", b"theirs")
        await driver.press("w", "ctrl+s")
        await driver.sees("sends 2 steps")
        await driver.press("tab", "enter")
        await driver.sees("empty was changed since", "2 staged")
        assert b"new" not in stored(cluster)
        await driver.press("R")
        await driver.sees("1 key changed since", "theirs")
        await driver.press("w", "ctrl+s")
        await driver.sees("sends 2 steps")
        await driver.press("tab", "enter")
        await driver.sees("committed 2 steps")
        assert (stored(cluster)[b"empty"], stored(cluster)[b"new"]) == (b"1", b"2")


async def test_a_step_is_edited_as_it_is_and_strange_bytes_survive_it(start: Start) -> None:
    async with cluster_of() as cluster, start((80, 24), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, r"entries raw/\xff", r"raw/\xff\x00\xfe")
        await driver.press("i")
        await driver.sees("stage in the transaction", "hex")
        await driver.press("ctrl+s")
        await driver.sees("1 staged")
        await driver.press("5")
        await driver.sees("warning: it changes")
        await driver.press("e")
        await driver.sees("edit the step", r"raw/\xff\x00\xfe", "00 01 02")
        assert is_clean(driver)
        await choose(driver, "replace")
        await driver.press("tab")
        await driver.press("ctrl+u")
        await paste(driver, r"copy\x1b")
        await driver.press("ctrl+s")
        await driver.sees(r"step 1: replace copy\x1b")
        assert is_clean(driver)
        await driver.press("w", "ctrl+s")
        await driver.sees("sends 1 step as one")
        await driver.press("tab", "enter")
        await driver.sees("committed 1 step, 1 key changed")
        assert stored(cluster) == ENTRIES | {b"copy\x1b": ENTRIES[b"raw/\xff\x00\xfe"]}


async def test_a_prefix_in_a_transaction_says_what_to_know_and_is_made_safe(start: Start) -> None:
    async with cluster_of() as cluster, start((140, 40), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys", "config/")
        await driver.press("j", "i")
        await driver.sees("stage in the transaction", "delete prefix")
        await driver.press("ctrl+s")
        await driver.sees("1 staged")
        await driver.press("5")
        await driver.sees("delete all keys of config/", "cannot be undone")
        await driver.press("E")
        await driver.sees("3 deletions now, which can be undone", "delete config/limits")
        await driver.press("D")
        await driver.sees("takes 3 steps out; nothing is sent")
        await driver.press("escape", "w", "ctrl+s")
        await driver.sees("sends 3 steps")
        await driver.press("tab", "enter")
        await driver.sees("committed 3 steps, 3 keys changed")
        await driver.press("u")
        await driver.sees("put back 3 keys")
        assert stored(cluster) == ENTRIES
