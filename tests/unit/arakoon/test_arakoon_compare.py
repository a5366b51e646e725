"""Compare: exactly what differs, in order, with a page of each side in memory."""

from __future__ import annotations

import asyncio
import tracemalloc
from contextlib import aclosing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.arakoon.proxy import fill
from tui.jobs.progress import Progress
from tui.services.errors import Cancelled
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.compare import Counts, Difference, Side, Verdict, compare
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.paging import EVERYTHING, Stretch
from tui.systems.arakoon.wire.reader import MIB

ENTRIES = st.dictionaries(st.binary(max_size=2), st.sampled_from([b"", b"1", b"2"]), max_size=25)


async def differences(left: Side, right: Side, counts: Counts | None = None) -> list[Difference]:
    return [found async for found in compare(left, right, counts)]


@settings(max_examples=60, deadline=None)
@given(ENTRIES, ENTRIES, st.sampled_from([b"", b"p", b"\xff"]))
def test_two_clusters_differ_in_what_differs(
    left: dict[bytes, bytes], right: dict[bytes, bytes], prefix: bytes
) -> None:
    async def run() -> tuple[list[Difference], Counts]:
        async with EmbeddedCluster("one") as one, EmbeddedCluster("other") as other:
            fill(one.nodes["arakoon"], {**left})
            fill(other.nodes["arakoon"], {prefix + key: value for key, value in right.items()})
            async with AsyncClient(one.settings()) as a, AsyncClient(other.settings()) as b:
                counts = Counts()
                return await differences(Side(a, EVERYTHING), Side.of_prefix(b, prefix), counts), counts

    found, counts = asyncio.run(run())
    keys = sorted(left.keys() | right.keys())
    expected = [Difference(key, left.get(key), right.get(key)) for key in keys]
    assert found == [each for each in expected if each.left != each.right]
    assert counts.differences == len(found)
    assert counts.same == len(keys) - len(found)
    assert counts.only_left == sum(each.verdict is Verdict.ONLY_LEFT for each in found)
    assert counts.only_right == sum(each.verdict is Verdict.ONLY_RIGHT for each in found)


async def test_two_prefixes_of_a_cluster(client: AsyncClient, node: NodeServer) -> None:
    fill(
        node,
        {
            b"live/a": b"1",
            b"live/b": b"1",
            b"live/c": b"1",
            b"back/a": b"1",
            b"back/b": b"2",
            b"back/d": b"1",
            b"z": b"",
        },
    )
    found = await differences(Side.of_prefix(client, b"live/"), Side.of_prefix(client, b"back/"))
    assert [(each.key, each.verdict) for each in found] == [
        (b"b", Verdict.DIFFERENT),
        (b"c", Verdict.ONLY_LEFT),
        (b"d", Verdict.ONLY_RIGHT),
    ]


async def test_stretches_are_compared_by_whole_keys(client: AsyncClient, node: NodeServer) -> None:
    fill(node, {b"a": b"", b"b": b"", b"c": b""})
    left = Side(client, Stretch(b"a", True, b"b", True))
    right = Side(client, Stretch(b"b", True, b"c", True))
    assert [each.key for each in await differences(left, right)] == [b"a", b"c"]


async def test_many_entries_are_compared_in_little_memory(client: AsyncClient, node: NodeServer) -> None:
    value = bytes(MIB)
    shared = {b"%s/%03d" % (side, number): value for number in range(60) for side in (b"l", b"r")}
    fill(node, {**shared, b"l/030": bytes(MIB - 1)})
    progress = Progress()
    tracemalloc.start()
    try:
        sides = (Side.of_prefix(client, b"l/"), Side.of_prefix(client, b"r/"))
        found = [each.key async for each in compare(*sides, progress=progress)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == [b"030"]
    assert progress.done == 120
    # A page that comes before the size of values is known has 8 of them; it is there three times while it is read.
    assert peak < 2 * 8 * 3 * MIB


async def test_it_is_cancelled_and_may_be_left(client: AsyncClient, node: NodeServer) -> None:
    fill(node, {b"l/%04d" % number: b"" for number in range(3000)})
    progress = Progress()
    sides = (Side.of_prefix(client, b"l/"), Side.of_prefix(client, b"r/"))
    counts = Counts()
    with pytest.raises(Cancelled):
        async for _ in compare(*sides, counts, progress):
            progress.cancel()
    assert 0 < counts.only_left < 3000
    async with aclosing(compare(*sides)) as found:
        async for each in found:
            assert each.key == b"0000"
            break
