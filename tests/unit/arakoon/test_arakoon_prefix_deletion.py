"""Deleting a prefix: what was agreed to and no more, with a way back from wherever it ended."""

from __future__ import annotations

import asyncio

import pytest

from tests.unit.arakoon.journalled import OTHERS, Cancelling, as_journalled, many
from tests.unit.arakoon.proxy import Proxy, everything, fill, proxied
from tui.jobs.progress import Progress
from tui.services.errors import (
    Cancelled,
    Conflict,
)
from tui.systems.arakoon.asserted import MOST_KEYS
from tui.systems.arakoon.changes import KeyChanges
from tui.systems.arakoon.changing import BrokenOff, InDoubt, Stopped
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.server import NodeServer


@pytest.fixture
def changes(client: AsyncClient) -> KeyChanges:
    return KeyChanges(client)


async def test_a_prefix_is_looked_at_before(changes: KeyChanges, node: NodeServer) -> None:
    fill(node, {**many(50), **OTHERS})
    look = await changes.look_at_prefix(b"p/", sample=3)
    assert (look.count, look.is_all, look.sample) == (50, True, (b"p/000000", b"p/000001", b"p/000002"))
    assert (await changes.look_at_prefix(b"p/", most=49)).is_all is False


@pytest.mark.parametrize(
    ("count", "size", "in_a_file"), [(0, 20, False), (3, 20, False), (2300, 20, True), (60, 200_000, True)]
)
async def test_a_prefix_is_deleted_and_undone(
    changes: KeyChanges, node: NodeServer, count: int, size: int, in_a_file: bool
) -> None:
    entries = {**many(count, size), **OTHERS}
    fill(node, {**entries})
    progress = Progress()
    deleted = await changes.delete_prefix(b"p/", most=count, progress=progress)
    assert (deleted.count, progress.done) == (count, count)
    assert everything(node) == OTHERS
    if count == 0:
        assert deleted.undo is None
        return
    undo = as_journalled(deleted.undo)
    assert ("file" in undo) == in_a_file
    assert await changes.undo(undo) == count
    assert everything(node) == entries


async def test_deletion_of_everything(changes: KeyChanges, node: NodeServer) -> None:
    entries = {bytes([number]) * 3: b"" for number in range(256)} | {b"": b""}
    fill(node, {**entries})
    deleted = await changes.delete_prefix(b"")
    assert everything(node) == {}
    await changes.undo(as_journalled(deleted.undo))
    assert everything(node) == entries


async def test_no_more_is_deleted_than_was_agreed_to(changes: KeyChanges, node: NodeServer) -> None:
    fill(node, {**many(10)})
    with pytest.raises(Conflict, match="more than 9 keys"):
        await changes.delete_prefix(b"p/", most=9)
    assert everything(node) == many(10)


async def test_keys_that_come_meanwhile_end_it_and_what_was_done_is_undone(node: NodeServer) -> None:
    fill(node, {**many(40)})
    proxy = Proxy(before=lambda number: fill(node, {b"p/9": b"came"}) if number == 2 else None)
    async with proxied(node, proxy) as client:
        changes = KeyChanges(client)
        with pytest.raises(BrokenOff, match=r"more than 40 keys now.*; 40 keys were changed before") as caught:
            await changes.delete_prefix(b"p/", most=40)
        assert everything(node) == {b"p/9": b"came"}
        await changes.undo(as_journalled(caught.value.changed.undo))
    assert everything(node) == {**many(40), b"p/9": b"came"}


async def test_a_key_that_changes_while_its_prefix_is_deleted_comes_back_as_it_was_last(node: NodeServer) -> None:
    fill(node, {**many(5)})
    proxy = Proxy(before=lambda number: fill(node, {b"p/000003": b"new"}) if number == 1 else None)
    async with proxied(node, proxy) as client:
        changes = KeyChanges(client)
        deleted = await changes.delete_prefix(b"p/")
        assert everything(node) == {}
        await changes.undo(as_journalled(deleted.undo))
    assert everything(node) == {**many(5), b"p/000003": b"new"}


async def test_cancelling_between_sequences_keeps_the_way_back(changes: KeyChanges, node: NodeServer) -> None:
    fill(node, {**many(3000)})
    with pytest.raises(Stopped, match="keys were changed before") as caught:
        await changes.delete_prefix(b"p/", progress=Cancelling(700))
    left = everything(node)
    assert 700 <= 3000 - len(left) <= 700 + MOST_KEYS
    assert caught.value.changed.count == 3000 - len(left)
    await changes.undo(as_journalled(caught.value.changed.undo))
    assert everything(node) == many(3000)


async def test_cancelling_before_anything_was_done_is_only_that(changes: KeyChanges, node: NodeServer) -> None:
    undo = as_journalled((await changes.set(b"k", b"1")).undo)
    progress = Progress()
    progress.cancel()
    for attempt in (changes.undo(undo, progress), changes.delete_prefix(b"k", progress=progress)):
        with pytest.raises(Cancelled) as caught:
            await attempt
        assert not isinstance(caught.value, Stopped)
    assert everything(node) == {b"k": b"1"}


@pytest.mark.parametrize("how", ["lose", "swallow"])
async def test_an_answer_lost_half_way_is_told_and_can_be_undone(node: NodeServer, how: str) -> None:
    fill(node, {**many(3000)})
    async with proxied(node, Proxy(**{how: 3})) as client:
        changes = KeyChanges(client)
        with pytest.raises(InDoubt) as caught:
            await changes.delete_prefix(b"p/")
        assert 0 < len(everything(node)) < 3000
        await changes.undo(as_journalled(caught.value.changed.undo))
    assert everything(node) == many(3000)


async def test_a_node_that_goes_away_half_way_leaves_the_way_back(solo: EmbeddedCluster, node: NodeServer) -> None:
    fill(node, {**many(3000)})
    closing: list[asyncio.Task[None]] = []

    def hang_up(number: int) -> None:
        if number == 3:
            closing.append(asyncio.create_task(client.close()))

    async with proxied(node, Proxy(before=hang_up)) as client:
        with pytest.raises((BrokenOff, InDoubt)) as caught:
            await KeyChanges(client).delete_prefix(b"p/")
        await asyncio.gather(*closing)
    async with AsyncClient(solo.settings()) as again:
        await KeyChanges(again).undo(as_journalled(caught.value.changed.undo))
    assert everything(node) == many(3000)
