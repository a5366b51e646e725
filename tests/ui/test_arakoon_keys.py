"""Keys on screen: the tree, flat lists, jumps and ranges, and values of every kind, however strange or large."""

from __future__ import annotations

import gzip
import json

import pytest

from tests.ui.arakoon_stage import SIZES, cluster_of, is_clean, where
from tests.ui.conftest import Start
from tests.ui.ways import go, paste
from tui.systems.arakoon.client import AsyncClient

LARGE = (bytes(range(256)) * (32 << 10))[:-1]
"""As large as the servers take: one byte less than 8 MiB."""
MANY = {b"many/%05d" % number: b"%d" % number for number in range(3000)}
VALUES = {
    b"v/gzip": gzip.compress(b'{"inside": [1, 2]}', mtime=0),
    b"v/json": json.dumps({"b": [1, {"c": None}]}).encode(),
    b"v/long": b"\n".join(b"line %d" % number for number in range(500)),
    b"v/pack": b"\x82\xa3one\x01\xa3two\xc0",
    b"v/seven": (7).to_bytes(4, "little"),
    b"v/text": "naïve ✓\ttab\nsecond".encode(),
    b"v/wide": b"x" * 3000 + b"end",
}


@pytest.mark.parametrize("size", SIZES)
async def test_the_tree_is_walked_and_strange_keys_are_shown_without_harm(start: Start, size: tuple[int, int]) -> None:
    async with cluster_of() as cluster, start(size, uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await driver.press("2")
        await driver.sees(
            "(the empty key)", "of the empty key", "config/", "3 keys", r"esc\x1b[31m\x07", r"\e]0;a title"
        )
        assert is_clean(driver)
        await driver.press("j", "enter")
        # A key that is called like the prefix above it is not that prefix.
        await driver.sees("keys › config/", "of the prefix itself", "limits", r"days = 90\nkeep = true")
        await driver.press("escape")
        await driver.sees("raw/")
        await driver.press("G", "enter")
        await driver.sees("keys › raw/", r"\xff\x00\xfe", "256 B", "00 01 02 03", "int32 little-endian: 7")
        await driver.press("enter")
        await driver.sees("raw/seven", "int32 little-endian: 7", "07 00 00 00")
        await driver.press("escape", "j", "enter")
        await driver.sees(r"raw/\xff\x00\xfe", "00000010  10 11", "|...")
        assert is_clean(driver)


async def test_values_are_shown_as_what_they_are(start: Start) -> None:
    async with cluster_of(VALUES) as cluster, start((80, 24), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys v/", "gzip", "compressed", "MessagePack", "JSON", "number")
        shown = {
            "gzip": ("gzip, 18 bytes: JSON", '"inside"'),
            "json": ('"c": null', "JSON"),
            "long": ("line 0", "line 15"),
            "pack": ('"one": 1', "MessagePack"),
            "seven": ("int32 little-endian: 7", "int32 big-endian", "07 00 00 00"),
            "text": ("naïve ✓", "second"),
            "wide": ("xxxx",),
        }
        for name, texts in shown.items():
            await driver.press("enter")
            await driver.sees(f"v/{name}", *texts)
            assert is_clean(driver)
            await driver.press("b")
            await driver.sees("00000000  ", "|")
            await driver.press("escape")
            await driver.sees("KEY", "VALUE")
            await driver.press("j")


async def test_a_value_is_searched_wrapped_and_scrolled(start: Start) -> None:
    async with cluster_of(VALUES) as cluster, start((80, 24), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "entries v/long", "v/long")
        await driver.press("enter")
        await driver.sees("line 0")
        await driver.press("slash")
        await paste(driver, "line 49")
        await driver.press("enter")
        await driver.sees("line 49")
        await driver.press("n")
        await driver.sees("line 490")
        await driver.press("escape")
        await driver.sees("line 490")
        await driver.press("g", "slash")
        await paste(driver, "nowhere")
        await driver.sees("nowhere is not in here")
        await driver.press("escape", "escape")
        await driver.sees("entries")
        await go(driver, "entries v/wide", "v/wide")
        await driver.press("enter")
        await driver.sees("xxx")
        await driver.press("w", "G")
        await driver.until(lambda: "end" in driver.text, "the end of the line")
        await driver.press("c")
        await driver.sees("copied 3,003 characters")


@pytest.mark.parametrize("size", SIZES)
async def test_a_value_of_8_mib_is_looked_at_to_its_last_byte(start: Start, size: tuple[int, int]) -> None:
    async with cluster_of({b"large": LARGE, b"small": b""}) as cluster, start(size, uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys", "large", "8.0 MiB", "00 01 02 03", "empty")
        await driver.press("enter")
        await driver.sees("keys › large", "00000000  00 01 02 03")
        await driver.press("G")
        last = len(LARGE) - len(LARGE) % (32 if size[0] > 130 else 8)
        await driver.sees(f"{last:08x}  ", "fd fe  ")
        await driver.press("escape", "G", "enter")
        await driver.sees("keys › small", "the value is empty: it has no bytes")
        await driver.press("b")
        await driver.sees("the value is empty")


async def test_a_value_that_is_gone_says_so(start: Start) -> None:
    async with cluster_of() as cluster, start((80, 24), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "entries config/limits", "config/limits")
        async with AsyncClient(cluster.settings()) as client:
            await client.delete(b"config/limits")
        await driver.press("enter")
        await driver.sees("there is no key config/limits", "r looks again")
        await driver.press("escape", "r")
        await driver.sees("there are no entries here")


async def test_many_keys_are_paged_jumped_to_and_never_all_read(start: Start) -> None:
    async with cluster_of(MANY | {b"zebra": b"last"}) as cluster, start((140, 40), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys", "many/", "more than 250 keys")
        await driver.press("enter")
        await driver.sees("keys › many/", "00000", "1,000+")
        await driver.press("G")
        await driver.until(lambda: "1,000+" not in driver.lines[0], "more pages")
        await driver.press("F")
        await driver.sees("jump to a key")
        await paste(driver, "many/02500")
        await driver.press("ctrl+s")
        await driver.sees("from › many/02500", "many/02501")
        assert "many/02499" not in driver.text
        await driver.press("escape")
        await driver.sees("keys › many/")
        await driver.press("F")
        await driver.type("n")
        await driver.press("ctrl+s")
        await driver.sees("there is no key n; this is the next one", "zebra", "last")
        await driver.press("F")
        await driver.type("zz")
        await driver.press("ctrl+s")
        await driver.sees("nor one behind it", "there is no key from here on")
        await go(driver, "from zebr", "zebra")


async def test_prefixes_and_ranges_are_searched_by_their_forms(start: Start) -> None:
    async with cluster_of(MANY) as cluster, start((80, 24), uri=where(cluster)) as driver:
        await driver.sees("● ok")
        await go(driver, "keys many/", "00000")
        await driver.press("P")
        await driver.sees("keys with a prefix", "many/")
        await driver.type("0299")
        await driver.press("ctrl+s")
        await driver.sees("entries › many/0299", "10 keys", "many/02999")
        assert len([line for line in driver.lines if "many/0299" in line]) == 11
        await driver.press("escape")
        await driver.sees("keys › many/")
        await driver.press("Q")
        await driver.sees("range query", "begin inclusive", "many0")
        await driver.press("end")
        await driver.type("00010")
        await driver.press("tab", "space", "tab", "ctrl+u")
        await paste(driver, "many/00013")
        await driver.press("tab", "space", "ctrl+s")
        await driver.sees("3 entries", "many/00011", "many/00013  13")
        assert "many/00010" not in driver.text
        await driver.press("escape", "Q")
        await driver.sees("range query")
        await driver.press(
            "tab", "tab", "ctrl+u", "tab", "tab", "space", "shift+tab", "shift+tab", "shift+tab", "shift+tab"
        )
        await driver.press("ctrl+u")
        await driver.press("tab", "tab", "tab", "tab", "tab", "ctrl+u")
        await driver.type("2")
        await driver.press("tab", "space", "ctrl+s")
        await driver.sees("2 keys", "many/02999", "many/02998", "the limit of 2 was reached")
        await driver.press("escape", "Q", "ctrl+u")
        await driver.type("\\q")
        await driver.press("ctrl+s")
        await driver.sees("is no byte")
