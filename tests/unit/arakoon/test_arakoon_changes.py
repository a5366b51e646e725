"""Changes of one key and their way back: each can be undone, unless somebody changed the key since."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.arakoon.contract_examples import CLUSTER
from tests.unit.arakoon.journalled import as_journalled
from tests.unit.arakoon.proxy import Proxy, everything, fill, proxied
from tui.services.errors import (
    Conflict,
    InvalidInput,
    NotFound,
)
from tui.systems.arakoon.changes import KeyChanges
from tui.systems.arakoon.changing import InDoubt, Stopped
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.errors import AssertionFailed, OutcomeUnknown
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.undo_log import undo_folder
from tui.systems.arakoon.wire.reader import MIB

LARGE = 8 * MIB - 1
OPTIONS = st.none() | st.binary(max_size=50)


@pytest.fixture
def changes(client: AsyncClient) -> KeyChanges:
    return KeyChanges(client)


async def test_set_makes_and_replaces_and_is_undone(changes: KeyChanges, node: NodeServer) -> None:
    made = await changes.set(b"k", b"1")
    assert (made.count, made.before) == (1, None)
    replaced = await changes.set(b"k", b"2")
    assert (replaced.count, replaced.before) == (1, b"1")
    assert everything(node) == {b"k": b"2"}
    assert await changes.undo(as_journalled(replaced.undo)) == 1
    assert everything(node) == {b"k": b"1"}
    assert await changes.undo(as_journalled(made.undo)) == 1
    assert everything(node) == {}


async def test_delete_and_replace_with_nothing(changes: KeyChanges, node: NodeServer) -> None:
    fill(node, {b"k": b"\xff\x00", b"": b"empty key"})
    deleted = await changes.delete(b"k")
    gone = await changes.replace(b"", None)
    assert (deleted.before, gone.before) == (b"\xff\x00", b"empty key")
    assert everything(node) == {}
    await changes.undo(as_journalled(deleted.undo))
    await changes.undo(as_journalled(gone.undo))
    assert everything(node) == {b"k": b"\xff\x00", b"": b"empty key"}


async def test_what_is_not_there_cannot_be_deleted_and_may_be_replaced_with_nothing(
    changes: KeyChanges, node: NodeServer
) -> None:
    before = node.member.store.i
    with pytest.raises(NotFound, match="there is no key k"):
        await changes.delete(b"k")
    assert (await changes.replace(b"k", None)).undo is None
    assert node.member.store.i == before


async def test_confirm_writes_only_what_is_not_there(changes: KeyChanges, node: NodeServer) -> None:
    written = await changes.confirm(b"k", b"1")
    before = node.member.store.i
    again = await changes.confirm(b"k", b"1")
    assert (written.count, again.count, again.undo) == (1, 0, None)
    assert node.member.store.i == before
    await changes.undo(as_journalled(written.undo))
    assert everything(node) == {}


async def test_test_and_set(changes: KeyChanges, node: NodeServer) -> None:
    made = await changes.test_and_set(b"k", None, b"1")
    refused = await changes.test_and_set(b"k", b"other", b"2")
    assert (refused.count, refused.undo, refused.before) == (0, None, b"1")
    same = await changes.test_and_set(b"k", b"1", b"1")
    assert (same.count, same.before) == (0, b"1")
    deleted = await changes.test_and_set(b"k", b"1", None)
    assert everything(node) == {}
    await changes.undo(as_journalled(deleted.undo))
    await changes.undo(as_journalled(made.undo))
    assert everything(node) == {}


async def test_what_was_shown_must_still_be_there(changes: KeyChanges, node: NodeServer) -> None:
    fill(node, {b"k": b"newer"})
    for attempt in (
        changes.set(b"k", b"mine", b"shown"),
        changes.set(b"k", b"shown", b"shown"),
        changes.delete(b"k", b"shown"),
        changes.replace(b"k", None, None),
    ):
        with pytest.raises(AssertionFailed, match="k was changed since it was looked at; nothing was changed here"):
            await attempt
    assert everything(node) == {b"k": b"newer"}
    assert (await changes.set(b"k", b"mine", b"newer")).before == b"newer"


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.binary(max_size=3), OPTIONS), max_size=12),
    st.dictionaries(st.binary(max_size=3), st.binary()),
)
def test_any_changes_undone_backwards_leave_what_was(
    todo: list[tuple[bytes, bytes | None]], first: dict[bytes, bytes]
) -> None:
    async def run() -> None:
        async with EmbeddedCluster(CLUSTER.decode(), name="solo") as cluster:
            node = cluster.nodes["solo"]
            fill(node, {**first})
            async with AsyncClient(cluster.settings()) as client:
                changes = KeyChanges(client)
                done = [(await changes.replace(key, value)).undo for key, value in todo]
                assert everything(node) == {
                    key: value for key, value in {**first, **dict(todo)}.items() if value is not None
                }
                for undo in reversed(done):
                    if undo is not None:
                        await changes.undo(as_journalled(undo))
                assert everything(node) == first

    asyncio.run(run())


async def test_undo_refuses_what_was_changed_since(changes: KeyChanges, node: NodeServer) -> None:
    undo = as_journalled((await changes.set(b"a\x1b", b"1")).undo)
    for value in (b"2", None):
        fill(node, {b"a\x1b": value})
        with pytest.raises(Conflict, match=r"a\\x1b was changed( back)? since; nothing was undone"):
            await changes.undo(undo)
    assert everything(node) == {}
    fill(node, {b"a\x1b": b"1"})
    assert await changes.undo(undo) == 1


async def test_the_largest_values_are_changed_and_undone(changes: KeyChanges, node: NodeServer, home: Path) -> None:
    one, other = b"\x00" * LARGE, b"\xff" * LARGE
    fill(node, {b"k": one})
    undo = as_journalled((await changes.set(b"k", other)).undo)
    assert everything(node) == {b"k": other}
    assert len(json.dumps(undo)) < 1000
    file = undo_folder() / undo["file"]
    assert home in file.parents
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    await changes.undo(undo)
    assert everything(node) == {b"k": one}
    assert [*undo_folder().iterdir()] == []


async def test_a_value_that_no_set_could_write_is_refused(changes: KeyChanges, node: NodeServer) -> None:
    with pytest.raises(InvalidInput, match="8,388,608 bytes"):
        await changes.set(b"k", bytes(8 * MIB))
    assert everything(node) == {}


async def test_values_too_large_for_one_sequence_are_refused(changes: KeyChanges, node: NodeServer) -> None:
    fill(node, {b"k": bytes(25 * MIB)})
    with pytest.raises(InvalidInput, match="k: to change it safely takes"):
        await changes.set(b"k", bytes(LARGE))
    assert (await changes.delete(b"k")).count == 1


# Answers that are lost, and others who are faster.


async def test_a_lost_answer_is_told_and_can_be_undone_either_way(node: NodeServer) -> None:
    fill(node, {b"k": b"old"})
    for proxy, after in ((Proxy(lose=1), b"new"), (Proxy(swallow=1), b"old")):
        async with proxied(node, proxy) as client:
            changes = KeyChanges(client)
            with pytest.raises(OutcomeUnknown, match="outcome unknown") as caught:
                await changes.set(b"k", b"new")
            assert isinstance(caught.value, InDoubt)
            assert proxy.sequences == 1
            assert everything(node) == {b"k": after}
            put_back = await changes.undo(as_journalled(caught.value.changed.undo))
            assert put_back == (1 if after == b"new" else 0)
            assert everything(node) == {b"k": b"old"}


async def test_whoever_is_faster_is_overwritten_by_a_blind_set_and_brought_back(node: NodeServer) -> None:
    fill(node, {b"k": b"old"})
    proxy = Proxy(before=lambda number: fill(node, {b"k": b"rival"}) if number == 1 else None)
    async with proxied(node, proxy) as client:
        changes = KeyChanges(client)
        written = await changes.set(b"k", b"new")
        assert (written.before, proxy.sequences) == (b"rival", 2)
        await changes.undo(as_journalled(written.undo))
    assert everything(node) == {b"k": b"rival"}


async def test_a_key_that_never_rests_is_given_up(node: NodeServer) -> None:
    proxy = Proxy(before=lambda number: fill(node, {b"k": b"%d" % number}))
    async with proxied(node, proxy) as client:
        with pytest.raises(AssertionFailed, match="k was changed again and again meanwhile"):
            await KeyChanges(client).set(b"k", b"new")
    assert everything(node) == {b"k": b"%d" % proxy.sequences}


async def test_a_cancelled_task_waits_for_its_sequence_and_tells_of_it(node: NodeServer) -> None:
    async with proxied(node, Proxy(before=lambda number: task.cancel())) as client:
        changes = KeyChanges(client)
        task = asyncio.create_task(changes.set(b"k", b"new"))
        with pytest.raises(Stopped) as caught:
            await task
        assert everything(node) == {b"k": b"new"}
        await changes.undo(as_journalled(caught.value.changed.undo))
    assert everything(node) == {}
