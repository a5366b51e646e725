"""Keys changed by keys: set, edit, test-and-set, delete and whole prefixes; files, import, compare; and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.arakoon_stage import ENTRIES, SIZES, cluster_of, is_clean, stored, where
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.ways import go, paste
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.resources.key_list import shown_key

LARGE = (b"0123456789abcdef" * (512 << 10))[:-1]
"""As large as the servers take: one byte less than 8 MiB."""


async def write(cluster: EmbeddedCluster, key: bytes, value: bytes) -> None:
    """Do what somebody else does meanwhile."""
    async with AsyncClient(cluster.settings()) as client:
        await client.set(key, value)


async def fill_in(driver: Driver, *texts: str) -> None:
    """Type into the fields of a form, one after the other, each in the place of what it held."""
    for number, text in enumerate(texts):
        if number:
            await driver.press("tab")
        await driver.press("ctrl+u")
        await paste(driver, text)
    await driver.press("ctrl+s")


async def agree(driver: Driver) -> None:
    """Say yes to what asks for nothing to be typed."""
    await driver.press("tab", "enter")


@pytest.mark.parametrize("size", SIZES)
async def test_a_value_is_edited_by_its_difference_and_taken_back(start: Start, size: tuple[int, int]) -> None:
    async with cluster_of() as cluster, start(size, uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys config/", "retention")
        await driver.press("G", "e")
        # A line break at the end is text like any other.
        await driver.sees("edit the value", "days = 90", "keep = true", "text")
        await driver.press("end", "backspace", "1", "ctrl+s")
        await driver.sees(
            "changes the value of config/retention", "line 1:", "- days = 90", "+ days = 91", "  keep = true"
        )
        await driver.press("escape")
        await driver.sees("nothing was changed")
        await driver.press("e")
        await driver.sees("edit the value")
        await driver.press("end", "backspace", "1", "ctrl+s")
        await driver.sees("+ days = 91")
        await agree(driver)
        await driver.sees("changed config/retention")
        assert stored(cluster)[b"config/retention"] == b"days = 91\nkeep = true\n"
        await driver.press("u")
        await driver.sees("put back 1 key")
        assert stored(cluster) == ENTRIES
        await driver.press("e")
        await driver.sees("edit the value")
        await driver.press("ctrl+s")
        await driver.sees("changes nothing")


async def test_an_edit_of_a_value_that_changed_meanwhile_is_refused_and_so_is_its_undo(start: Start) -> None:
    async with cluster_of() as cluster, start((140, 40), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "entries config/limits", "config/limits")
        await driver.press("e")
        await driver.sees("edit the value")
        await write(cluster, b"config/limits", b"theirs")
        await driver.type("x")
        await driver.press("ctrl+s")
        await driver.sees("changes the value of config/limits")
        await agree(driver)
        await driver.sees("config/limits was changed since it was looked at", "nothing was changed")
        assert stored(cluster)[b"config/limits"] == b"theirs"
        await driver.press("n")
        await driver.sees("set a key")
        await fill_in(driver, "mine", "1")
        await driver.sees("makes the key mine")
        await agree(driver)
        await driver.sees("made mine (o leads to key mine)")
        await write(cluster, b"mine", b"2")
        await driver.press("u")
        await driver.sees("mine", "changed since")
        assert stored(cluster)[b"mine"] == b"2"


STRANGE = {"empty": b"empty", r"esc\x1b[31m\x07": b"esc\x1b[31m\x07", r"raw/\xff": b"raw/\xff\x00\xfe", "": b""}
"""What is typed to get to a strange key, or to a key with a strange value."""


@pytest.mark.parametrize("typed", STRANGE)
async def test_strange_keys_and_values_are_edited_deleted_and_put_back_without_loss(start: Start, typed: str) -> None:
    key = STRANGE[typed]
    name = shown_key(key)
    async with cluster_of() as cluster, start((80, 24), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, f"entries {typed}", "entries", name)
        await driver.press("e")
        await driver.sees("edit the value")
        # What the form shows of it means the same bytes.
        await driver.press("ctrl+s")
        await driver.sees("changes nothing")
        assert is_clean(driver)
        await agree(driver)
        await driver.sees("is as it was")
        assert stored(cluster) == ENTRIES
        await driver.press("ctrl+d")
        await driver.sees(f"deletes {name}; u puts it back")
        await driver.press("enter")
        await driver.sees(f"deletes {name}")
        assert is_clean(driver)
        await paste(driver, name)
        await driver.press("enter")
        await driver.sees("deleted")
        assert is_clean(driver)
        assert stored(cluster) == {other: value for other, value in ENTRIES.items() if other != key}
        await driver.press("u")
        await driver.sees("put back 1 key")
        assert stored(cluster) == ENTRIES


@pytest.mark.parametrize("size", SIZES)
async def test_a_prefix_is_deleted_by_its_name_after_its_count_and_sample(start: Start, size: tuple[int, int]) -> None:
    many = {b"many/%03d" % number: b"%d" % number for number in range(120)}
    async with cluster_of(ENTRIES | many) as cluster, start(size, uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys", "many/", "120 keys")
        await driver.press("/")
        await driver.type("many")
        await driver.press("enter")
        await driver.misses("config/")
        await driver.press("ctrl+d")
        await driver.sees("deletes all keys of many/; u puts them back", "120 keys", "such as", "many/000", "many/005")
        await driver.type("many/")
        await driver.press("enter")
        await driver.sees("deleted 120 keys that began with many/")
        assert stored(cluster) == ENTRIES
        await driver.press("u")
        await driver.sees("put back 120 keys")
        assert stored(cluster) == ENTRIES | many
        await driver.press("ctrl+x")
        await driver.sees("delete a prefix")
        await fill_in(driver, "many/11")
        await driver.sees("deletes all keys that begin with many/11", "10 keys", "which are")
        await paste(driver, "delete-prefix")
        await driver.press("enter")
        await driver.sees("deleted 10 keys that began")
        await write(cluster, b"many/115", b"theirs")
        await driver.press("u")
        await driver.sees("many/115")
        assert stored(cluster)[b"many/115"] == b"theirs" and b"many/110" not in stored(cluster)


async def test_keys_that_are_marked_are_deleted_by_their_number(start: Start) -> None:
    async with cluster_of() as cluster, start((80, 24), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys", "config/")
        await driver.press("space", "space", "space", "ctrl+d")
        await driver.sees(
            "deletes 2 keys and all keys of config/", "3 items:", "(the empty key)", "type the number of items"
        )
        await driver.type("3")
        await driver.press("enter")
        await driver.sees("3 done")
        assert sorted(stored(cluster)) == [b"esc\x1b[31m\x07", b"raw/seven", b"raw/\xff\x00\xfe"]
        for _ in range(3):
            await driver.press("u")
        await driver.until(lambda: stored(cluster) == ENTRIES, "all are back")


async def test_test_and_set_confirm_and_replace(start: Start) -> None:
    async with cluster_of() as cluster, start((140, 40), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "entries config/limits", "config/limits")
        await driver.press("t")
        await driver.sees("test and set", "test absent")
        await driver.type("new ")
        await driver.press("ctrl+s")
        await driver.sees("changed config/limits")
        assert stored(cluster)[b"config/limits"] == b"new " + ENTRIES[b"config/limits"]
        await driver.press("t")
        await driver.sees("test and set")
        await driver.press("tab", "tab", "x", "ctrl+s")
        await driver.sees("has another value, and was left as it is")
        await driver.press("O")
        await driver.sees("confirm a value")
        await fill_in(driver, "empty")
        await driver.sees("empty has that value already")
        await driver.press("w")
        await driver.sees("replace, and show what was there")
        await fill_in(driver, "config/retention", "short")
        await driver.sees("what was there", "days = 90", "keep = true")
        assert stored(cluster)[b"config/retention"] == b"short"
        await driver.press("escape", "u")
        await driver.sees("put back 1 key")
        await driver.press("u")
        await driver.sees("put back 1 key")
        await driver.until(lambda: stored(cluster) == ENTRIES, "all is as it was")


async def test_a_value_of_8_mib_goes_to_a_file_and_comes_from_one(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    theirs = LARGE[:-3] + b"END"
    (tmp_path / "theirs").write_bytes(theirs)
    async with cluster_of({b"large": LARGE}) as cluster, start((80, 24), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys", "large", "8.0 MiB")
        await driver.press("e")
        await driver.sees("too many to be edited in a form")
        await driver.press("W")
        await driver.sees("write the value to a file")
        await fill_in(driver, "ours")
        await driver.sees("wrote 8,388,607 bytes")
        assert (tmp_path / "ours").read_bytes() == LARGE
        await driver.press("L")
        await driver.sees("load the value from a file")
        await fill_in(driver, "theirs")
        await driver.sees("changes the value of large", "the first 8,388,604 bytes are the same", "007ffff0")
        await agree(driver)
        await driver.sees("loaded 8,388,607 bytes into large")
        assert stored(cluster)[b"large"] == theirs
        await driver.press("u")
        await driver.sees("put back 1 key")
        assert stored(cluster)[b"large"] == LARGE
        await driver.press("L")
        await driver.sees("load the value from a file")
        await fill_in(driver, "none")
        await driver.sees("No such file or directory")


async def test_keys_are_exported_and_imported_after_a_preview(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with cluster_of() as cluster, start((140, 40), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys", "config/")
        await driver.press("E")
        await driver.sees("export keys")
        await fill_in(driver, "out.jsonl")
        await driver.sees("exported 8 keys")
        async with AsyncClient(cluster.settings()) as client:
            await client.delete(b"raw/seven")
            await client.set(b"empty", b"no more")
        await driver.press("M")
        await driver.sees("import keys")
        await fill_in(driver, "out.jsonl")
        await driver.sees(
            "imports 8 keys with", "new: 1 key", "raw/seven", "replaced: 1 key", "the same already: 6 keys"
        )
        assert stored(cluster) != ENTRIES
        await agree(driver)
        await driver.sees("imported 1 new key, replaced 1")
        assert stored(cluster) == ENTRIES
        await driver.press("u")
        await driver.sees("put back 2 keys")
        assert b"raw/seven" not in stored(cluster) and stored(cluster)[b"empty"] == b"no more"


async def test_prefixes_and_clusters_are_compared(start: Start) -> None:
    left = {b"a/1": b"same", b"a/2": b"left", b"a/3": b"", b"b/1": b"same", b"b/2": b"right", b"b/4": b""}
    async with (
        cluster_of(left) as cluster,
        cluster_of(ENTRIES) as other,
        start((140, 40), uri=where(cluster)) as driver,
    ):
        await driver.sees("● ok")
        await go(driver, "keys", "a/")
        await driver.press("D")
        await driver.sees("compare keys", "other")
        await fill_in(driver, "a/", "b/")
        await driver.sees("1 differ, 1 only left, 1 only right, 1 the same")
        await driver.press("J")
        await driver.sees("compare keys", "succeeded", "different   2  left: left  right: right")
        await driver.press("escape", "D")
        await driver.sees("compare keys", "left")
        await fill_in(driver, "", "", where(other))
        await driver.sees(f"{len(left)} only left, {len(ENTRIES)} only right")
