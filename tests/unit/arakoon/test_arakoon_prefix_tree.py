"""The tree of prefixes and flat pages: everything once, in order, and no more read than shown."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.arakoon.contract_examples import CLUSTER
from tests.unit.arakoon.proxy import fill
from tui.services.errors import InvalidInput, ProtocolError
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.paging import EVERYTHING, Entry, Pace, Stretch, entry_pages, values_of
from tui.systems.arakoon.prefix_tree import (
    PAGE_BYTES,
    Child,
    Place,
    count_keys,
    place_behind,
    read_level,
    read_page,
)
from tui.systems.arakoon.wire.reader import MIB, Limits

TREE_KEYS = st.sets(st.lists(st.sampled_from([b"a", b"b", b"/", b"\xff", b"\x00"]), max_size=7).map(b"".join))
PREFIXES = st.sampled_from([b"", b"a", b"a/", b"/", b"\xff", b"a\xff", b"\xff/", b"b/a/"])
SEPARATORS = st.sampled_from([b"/", b"", b"\xff", b"a/", b"//"])


def on_a_node(entries: dict[bytes, bytes], work: Callable[[AsyncClient], Awaitable[None]]) -> None:
    """Run `work` with a client of a node that has these entries."""

    async def run() -> None:
        async with EmbeddedCluster(CLUSTER.decode(), name="solo") as cluster:
            fill(cluster.nodes["solo"], {**entries})
            async with AsyncClient(cluster.settings()) as client:
                await work(client)

    asyncio.run(run())


def children_of(keys: set[bytes], prefix: bytes, separator: bytes) -> list[tuple[bytes, bool, int]]:
    """Return what a level of the tree is, by looking at all keys."""

    def child(key: bytes) -> tuple[bytes, bool]:
        found = key.find(separator, len(prefix)) if separator else -1
        return (key, False) if found < 0 else (key[: found + len(separator)], True)

    below = sorted(key for key in keys if key.startswith(prefix))
    return [(*name, len([*members])) for name, members in groupby(below, child)]


async def level_by_pages(client: AsyncClient, prefix: bytes, separator: bytes, size: int) -> list[Child]:
    children: list[Child] = []
    place: Place | None = None
    while True:
        level = await read_level(client, prefix, separator, size, place)
        assert len(level.children) <= size
        assert level.children or level.next is None
        children += level.children
        place = level.next
        if place is None:
            return children


@settings(max_examples=60, deadline=None)
@given(TREE_KEYS, PREFIXES, SEPARATORS, st.integers(1, 6))
def test_the_pages_of_a_level_are_its_children(keys: set[bytes], prefix: bytes, separator: bytes, size: int) -> None:
    async def work(client: AsyncClient) -> None:
        found = await level_by_pages(client, prefix, separator, size)
        expected = children_of(keys, prefix, separator)
        assert [(child.key, child.is_prefix) for child in found] == [(key, is_prefix) for key, is_prefix, _ in expected]
        for child, (_, _, count) in zip(found, expected, strict=True):
            assert child.count in ((count, None) if child.is_prefix else (1,))
            assert child.key == prefix + child.name(prefix)

    on_a_node(dict.fromkeys(keys, b""), work)


@settings(max_examples=40, deadline=None)
@given(TREE_KEYS, PREFIXES, SEPARATORS, st.data())
def test_a_level_goes_on_behind_any_child(
    keys: set[bytes], prefix: bytes, separator: bytes, data: st.DataObject
) -> None:
    async def work(client: AsyncClient) -> None:
        whole = (await read_level(client, prefix, separator, 1000)).children
        at = data.draw(st.integers(0, max(len(whole) - 1, 0)))
        if whole:
            place = place_behind(whole[at])
            rest = () if place is None else (await read_level(client, prefix, separator, 1000, place)).children
            assert [child.key for child in rest] == [child.key for child in whole[at + 1 :]]

    on_a_node(dict.fromkeys(keys, b""), work)


async def test_what_lies_below_costs_nothing(client: AsyncClient, node: NodeServer) -> None:
    deep = {b"p%02d/%05d" % (prefix, number): b"" for prefix in range(30) for number in range(3000)}
    fill(node, {**deep, b"alone": b"", b"q": b""})
    level = await read_level(client, b"", b"/", 200)
    assert [child.key for child in level.children] == [b"alone", *(b"p%02d/" % prefix for prefix in range(30)), b"q"]
    statistics = await client.statistics()
    counted = statistics["range_info"]
    assert isinstance(counted, dict)
    assert counted["n"] <= len(level.children) + 2
    average = statistics["avg_range_size"]
    assert isinstance(average, float)
    assert average * counted["n"] < 3000


async def test_small_prefixes_are_read_through_and_counted(client: AsyncClient, node: NodeServer) -> None:
    fill(node, {b"%04d/%d" % (prefix, number): b"" for prefix in range(500) for number in range(4)})
    level = await read_level(client, b"", b"/", 1000)
    assert len(level.children) == 500
    assert sum(child.count == 4 for child in level.children) > 450
    counted = (await client.statistics())["range_info"]
    assert isinstance(counted, dict)
    assert counted["n"] < 20


async def test_the_end_of_the_key_space_is_an_end(client: AsyncClient, node: NodeServer) -> None:
    fill(node, {b"\xff" * 3 + b"%d" % number: b"" for number in range(200)})
    level = await read_level(client, b"", b"\xff", 10)
    assert level.children == (Child(b"\xff", is_prefix=True),)
    assert level.next is None


@pytest.mark.parametrize("size", [0, -1, 1001])
async def test_a_page_has_a_size(client: AsyncClient, size: int) -> None:
    with pytest.raises(InvalidInput):
        await read_level(client, b"", b"/", size)
    with pytest.raises(InvalidInput):
        await read_page(client, EVERYTHING, size)


BOUNDS = st.none() | st.binary(max_size=2)


@settings(max_examples=80, deadline=None)
@given(
    st.dictionaries(st.binary(max_size=2), st.binary(max_size=3), max_size=30),
    st.builds(Stretch, BOUNDS, st.booleans(), BOUNDS, st.booleans()),
    st.integers(1, 7),
    st.booleans(),
)
def test_flat_pages_are_the_stretch(entries: dict[bytes, bytes], stretch: Stretch, size: int, descending: bool) -> None:
    low, high = stretch.begin or b"", stretch.end

    def is_in(key: bytes) -> bool:
        if key < low or (key == low and not stretch.begin_inclusive):
            return False
        return high is None or key < high or (key == high and stretch.end_inclusive)

    async def work(client: AsyncClient) -> None:
        found: list[Entry] = []
        left: Stretch | None = stretch
        pace = Pace()
        while left is not None:
            page = await read_page(client, left, size, descending=descending, pace=pace)
            assert len(page.entries) == size or page.next is None
            found += page.entries
            left = page.next
        expected = sorted((entry for entry in entries.items() if is_in(entry[0])), reverse=descending)
        assert found == expected
        count = await count_keys(client, stretch, 5)
        assert count == (min(len(expected), 5), len(expected) <= 5)

    on_a_node(entries, work)


async def test_large_values_make_short_pages(client: AsyncClient, node: NodeServer) -> None:
    value = bytes(8 * MIB - 1)
    fill(node, {b"%02d" % number: value for number in range(12)})
    pace = Pace()
    page = await read_page(client, EVERYTHING, 100, pace=pace)
    assert 0 < len(page.entries) < 12
    assert page.next is not None
    assert pace.count == 1
    rest = await read_page(client, page.next, 100, pace=pace)
    assert sum(len(value) for _, value in rest.entries) <= PAGE_BYTES + 8 * MIB


async def test_a_reply_too_large_to_be_believed_is_asked_for_in_parts(solo: EmbeddedCluster, node: NodeServer) -> None:
    small = {b"a%04d" % number: b"x" for number in range(1500)}
    large = {b"b%02d" % number: bytes([number]) * MIB for number in range(20)}
    fill(node, {**small, **large})
    found: dict[bytes, bytes] = {}
    async with AsyncClient(replace(solo.settings(), limits=Limits(message=3 * MIB))) as client:
        with pytest.raises(ProtocolError):
            await client.range_entries()
        async for page in entry_pages(client, EVERYTHING):
            found.update(page)
        values = await values_of(client, [*large], Pace(first=20), budget=64 * MIB)
    assert found == {**small, **large}
    assert values == [*large.values()]


async def test_an_entry_too_large_to_be_believed_is_an_error(solo: EmbeddedCluster, node: NodeServer) -> None:
    fill(node, {b"k": bytes(4 * MIB)})
    async with AsyncClient(replace(solo.settings(), limits=Limits(message=3 * MIB))) as client:
        with pytest.raises(ProtocolError):
            await read_page(client)
        with pytest.raises(ProtocolError):
            await values_of(client, [b"k"], Pace())
