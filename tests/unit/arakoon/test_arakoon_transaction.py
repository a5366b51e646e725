"""Transactions: staged, reviewed, and done whole if nothing they rest on has changed."""

from __future__ import annotations

import asyncio
import json
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.arakoon.contract_examples import CLUSTER
from tests.unit.arakoon.proxy import Proxy, everything, fill, proxied
from tui.services.errors import Conflict, InvalidInput, NotFound
from tui.systems.arakoon.asserted import LARGEST_SEQUENCE
from tui.systems.arakoon.changing import InDoubt, Stopped
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.errors import AssertionFailed, OutcomeUnknown
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.rehearsal import StagedStep, key_of, rehearse
from tui.systems.arakoon.transaction import MOST_EXPANDED, MOST_STEPS, Transaction
from tui.systems.arakoon.undoing import undo
from tui.systems.arakoon.wire.reader import MIB
from tui.systems.arakoon.wire.steps import (
    Assert,
    AssertExists,
    Delete,
    DeletePrefix,
    Nop,
    Replace,
    Set,
    TestAndSet,
    encode_sequence,
)

KEYS = st.sampled_from([b"", b"a", b"ab", b"b"])
VALUES = st.sampled_from([b"1", b"2"])
OPTIONS = st.none() | VALUES
STEPS: st.SearchStrategy[StagedStep] = st.one_of(
    st.builds(Set, KEYS, VALUES),
    st.builds(Delete, KEYS),
    st.builds(Replace, KEYS, OPTIONS),
    st.builds(TestAndSet, KEYS, OPTIONS, OPTIONS),
    st.builds(Assert, KEYS, OPTIONS),
    st.builds(AssertExists, KEYS),
)


@pytest.fixture
def staged() -> Transaction:
    return Transaction()


async def test_steps_are_staged_in_order_and_done_as_one_sequence(
    staged: Transaction, client: AsyncClient, node: NodeServer
) -> None:
    fill(node, {b"old": b"1", b"gone": b"2"})
    await staged.stage(client, Set(b"old", b"new"))
    await staged.stage(client, Delete(b"gone"), Replace(b"made", b"3"), TestAndSet(b"made", b"3", b"4"))
    assert len(staged) == 4
    assert staged.asserts() == [Assert(b"old", b"1"), Assert(b"gone", b"2"), Assert(b"made", None)]
    assert staged.size == len(encode_sequence(staged.sequence()))
    before = node.member.store.i
    changed = await staged.commit(client)
    assert node.member.store.i == before + 1
    assert everything(node) == {b"old": b"new", b"made": b"4"}
    assert changed.count == 3
    assert len(staged) == 0
    assert await undo(client, json.loads(json.dumps(changed.undo))) == 3
    assert everything(node) == {b"old": b"1", b"gone": b"2"}


async def test_steps_are_moved_edited_and_taken_out(staged: Transaction, client: AsyncClient, node: NodeServer) -> None:
    fill(node, {b"a": b"1"})
    one, two, three = Set(b"a", b"2"), Delete(b"a"), Set(b"b", b"3")
    await staged.stage(client, one, two)
    await staged.stage(client, three, position=0)
    assert staged.steps == (three, one, two)
    staged.move(0, 2)
    assert staged.steps == (one, two, three)
    staged.move(2, 1)
    assert staged.steps == (one, three, two)
    await staged.edit(client, 1, Replace(b"c", None))
    assert staged.steps == (one, Replace(b"c", None), two)
    with pytest.raises(NotFound):
        staged.seen(b"b")
    assert staged.remove(0) == one
    assert staged.seen(b"a") == b"1"
    for wrong in (-1, 2):
        with pytest.raises(NotFound):
            staged.remove(wrong)
        with pytest.raises(NotFound):
            staged.move(0, wrong)
    staged.clear()
    with pytest.raises(InvalidInput, match="nothing is staged"):
        await staged.commit(client)


async def test_what_cannot_be_staged(staged: Transaction, client: AsyncClient) -> None:
    for step in (Nop(), Set(b"k", cast("Any", "text")), cast("Any", None)):
        with pytest.raises(InvalidInput):
            await staged.stage(client, cast("Any", step))
    assert len(staged) == 0


async def test_nothing_is_done_if_a_key_was_changed_since(
    staged: Transaction, client: AsyncClient, node: NodeServer
) -> None:
    fill(node, {b"a": b"1", b"b": b"1"})
    await staged.stage(client, Set(b"a", b"2"), Set(b"b", b"2"), Set(b"c", b"2"))
    fill(node, {b"b": b"rival", b"c": b"rival"})
    with pytest.raises(AssertionFailed, match="b, c were changed since they were staged; nothing was changed here"):
        await staged.commit(client)
    assert everything(node) == {b"a": b"1", b"b": b"rival", b"c": b"rival"}
    assert len(staged) == 3
    assert await staged.refresh(client) == [b"b", b"c"]
    assert await staged.refresh(client) == []
    changed = await staged.commit(client)
    assert set(everything(node).values()) == {b"2"}
    assert changed.undo is not None
    await undo(client, changed.undo)
    assert everything(node) == {b"a": b"1", b"b": b"rival", b"c": b"rival"}


async def test_an_assertion_of_one_s_own_fails_it_too(
    staged: Transaction, client: AsyncClient, node: NodeServer
) -> None:
    fill(node, {b"lock": b"mine", b"there": b""})
    await staged.stage(client, Assert(b"lock", b"mine"), AssertExists(b"there"), Set(b"a", b"1"))
    assert staged.asserts() == [Assert(b"a", None)]
    fill(node, {b"there": None})
    with pytest.raises(AssertionFailed, match="there was changed since"):
        await staged.commit(client)
    assert everything(node) == {b"lock": b"mine"}


async def test_an_assertion_is_not_sent_twice(staged: Transaction, client: AsyncClient, node: NodeServer) -> None:
    fill(node, {b"a": b"1"})
    await staged.stage(client, Assert(b"a", b"1"), Set(b"a", b"2"))
    assert staged.sequence() == [Assert(b"a", b"1"), Set(b"a", b"2")]
    await staged.commit(client)
    assert everything(node) == {b"a": b"2"}


async def test_the_review_says_what_each_step_makes_of_what(
    staged: Transaction, client: AsyncClient, node: NodeServer
) -> None:
    fill(node, {b"a\x1b": b"1", b"b": b"x" * 100, b"c": b"", b"": b"0"})
    await staged.stage(
        client,
        Set(b"a\x1b", b"2"),
        Delete(b"a\x1b"),
        Replace(b"b", None),
        Set(b"c", b""),
        TestAndSet(b"", b"0", b"1"),
        TestAndSet(b"", b"0", b"2"),
        Assert(b"", b"1"),
        AssertExists(b"b"),
        Delete(b"none"),
        Assert(b"c", None),
    )
    lines = [(line.text, line.problem, line.caveat) for line in staged.review()]
    assert lines == [
        (r"set a\x1b: “1” → “2”", "", ""),
        (r"delete a\x1b: “2” → nothing", "", ""),
        (f"replace b: “{'x' * 47}…” (100 bytes) → nothing", "", ""),
        ("set c: no bytes → no bytes", "", "it changes nothing"),
        ("if the empty key = “0”: → “1”", "", ""),
        ("if the empty key = “0”: → “2”", "", "it changes nothing: it is “1”, which is no failure"),
        ("assert the empty key = “1”", "", ""),
        ("assert b is there", "it is not", ""),
        ("delete none: nothing → nothing", "the key is not there", "it changes nothing"),
        ("assert c = nothing", "it is no bytes", ""),
    ]
    before = node.member.store.i
    with pytest.raises(Conflict, match="step 8 would fail: it is not; nothing was sent"):
        await staged.commit(client)
    assert node.member.store.i == before


@settings(max_examples=80, deadline=None)
@given(st.lists(STEPS, min_size=1, max_size=8), st.dictionaries(KEYS, VALUES))
def test_what_the_review_foretells_is_what_the_node_does(steps: list[StagedStep], first: dict[bytes, bytes]) -> None:
    async def run() -> None:
        async with EmbeddedCluster(CLUSTER.decode(), name="solo") as cluster:
            node = cluster.nodes["solo"]
            fill(node, {**first})
            async with AsyncClient(cluster.settings()) as client:
                staged = Transaction()
                await staged.stage(client, *steps)
                fails = any(line.problem for line in staged.review())
                if fails:
                    with pytest.raises((AssertionFailed, NotFound)):
                        await client.sequence(staged.sequence())
                    with pytest.raises(Conflict):
                        await staged.commit(client)
                    assert everything(node) == first
                    return
                await client.sequence(staged.sequence())
                expected = everything(node)
                fill(node, {**dict.fromkeys(expected), **first})
                changed = await staged.commit(client)
                assert everything(node) == expected
                if changed.undo is not None:
                    await undo(client, changed.undo)
                assert everything(node) == first

    asyncio.run(run())


# Deleting a prefix inside a transaction (contract §5).


@settings(max_examples=60, deadline=None)
@given(
    st.lists(STEPS | st.builds(DeletePrefix, KEYS), min_size=1, max_size=8),
    st.dictionaries(KEYS, VALUES),
)
def test_what_a_deleted_prefix_leaves_is_foretold(steps: list[StagedStep], first: dict[bytes, bytes]) -> None:
    async def run() -> None:
        async with EmbeddedCluster(CLUSTER.decode(), name="solo") as cluster:
            node = cluster.nodes["solo"]
            fill(node, {**first})
            async with AsyncClient(cluster.settings()) as client:
                staged = Transaction()
                await staged.stage(client, *steps)
                foretold = rehearse(steps, {key: first.get(key) for key in map(key_of, steps) if key is not None})
                try:
                    await staged.commit(client)
                except Conflict:
                    assert any(line.problem for line in foretold.lines)
                    assert everything(node) == first
                else:
                    left = everything(node)
                    assert {key: left.get(key) for key in foretold.state} == foretold.state

    asyncio.run(run())


async def test_deleting_a_prefix_says_what_the_server_makes_of_it(
    staged: Transaction, client: AsyncClient, node: NodeServer
) -> None:
    fill(node, {b"p/1": b"", b"p/2": b"", b"lock": b"1"})
    await staged.stage(client, Set(b"p/new", b"1"), Set(b"p/1", b"1"), DeletePrefix(b"p/"), Assert(b"lock", b"1"))
    caveat = staged.review()[2].caveat
    assert "not rolled back" in caveat
    assert "cannot be undone" in caveat
    assert caveat.endswith("what is written before stays: p/new, p/1")
    assert "move it to the front" in staged.review()[3].caveat
    changed = await staged.commit(client)
    assert everything(node) == {b"p/new": b"1", b"p/1": b"1", b"lock": b"1"}
    assert changed.undo is None


async def test_a_prefix_is_not_deleted_if_what_was_staged_with_it_has_changed(
    staged: Transaction, client: AsyncClient, node: NodeServer
) -> None:
    fill(node, {b"p/1": b"", b"a": b"1"})
    await staged.stage(client, DeletePrefix(b"p/"), Assert(b"a", b"1"), Set(b"a", b"2"))
    fill(node, {b"a": b"rival"})
    with pytest.raises(AssertionFailed):
        await staged.commit(client)
    assert everything(node) == {b"p/1": b"", b"a": b"rival"}


async def test_a_prefix_is_expanded_into_deletions_that_can_be_undone(
    staged: Transaction, client: AsyncClient, node: NodeServer
) -> None:
    first = {b"p/1": b"1", b"p/2": b"2", b"q": b""}
    fill(node, {**first})
    await staged.stage(client, Set(b"p/new", b"1"), Delete(b"p/1"), DeletePrefix(b"p/"), Set(b"p/last", b"1"))
    with pytest.raises(InvalidInput, match="step 1 deletes no prefix"):
        await staged.expand(client, 0)
    assert await staged.expand(client, 2) == 2
    assert staged.steps[2:4] == (Delete(b"p/2"), Delete(b"p/new"))
    changed = await staged.commit(client)
    assert everything(node) == {b"p/last": b"1", b"q": b""}
    assert changed.undo is not None
    await undo(client, changed.undo)
    assert everything(node) == first


async def test_a_prefix_of_many_keys_is_not_expanded(
    staged: Transaction, client: AsyncClient, node: NodeServer
) -> None:
    fill(node, {b"p%04d" % number: b"" for number in range(MOST_EXPANDED + 1)})
    await staged.stage(client, DeletePrefix(b"p"))
    with pytest.raises(InvalidInput, match="too many keys"):
        await staged.expand(client, 0)
    assert staged.steps == (DeletePrefix(b"p"),)


# Limits, lost answers, and two at once.


async def test_it_takes_no_more_than_one_sequence_does(
    staged: Transaction, client: AsyncClient, node: NodeServer
) -> None:
    value = bytes(8 * MIB - 1)
    fill(node, {b"%d" % number: value for number in range(3)})
    await staged.stage(client, Set(b"0", value + b"1"), Delete(b"1"))
    assert staged.size > 24 * MIB
    with pytest.raises(InvalidInput, match="would take"):
        await staged.stage(client, Delete(b"2"), Set(b"new", b""))
    with pytest.raises(InvalidInput, match="would take"):
        await staged.edit(client, 1, Set(b"1", value + b"1"))
    with pytest.raises(InvalidInput, match="would take"):
        await staged.stage(client, Set(b"new", bytes(LARGEST_SEQUENCE)))
    assert len(staged) == 2
    await staged.commit(client)
    assert everything(node) == {b"0": value + b"1", b"2": value}


async def test_it_takes_many_steps_and_not_endlessly_many(staged: Transaction, client: AsyncClient) -> None:
    steps = [Set(b"%05d" % number, b"") for number in range(MOST_STEPS)]
    await staged.stage(client, *steps)
    with pytest.raises(InvalidInput, match="no more are taken"):
        await staged.stage(client, Set(b"more", b""))
    changed = await staged.commit(client)
    assert changed.count == await client.get_key_count() == MOST_STEPS
    assert changed.undo is not None
    assert await undo(client, changed.undo) == MOST_STEPS
    assert await client.get_key_count() == 0


@pytest.mark.parametrize("how", ["lose", "swallow"])
async def test_a_lost_answer_is_told_and_can_be_undone(staged: Transaction, node: NodeServer, how: str) -> None:
    fill(node, {b"a": b"1"})
    async with proxied(node, Proxy(**{how: 1})) as client:
        await staged.stage(client, Set(b"a", b"2"), Set(b"b", b"2"))
        with pytest.raises(InDoubt, match="outcome unknown") as caught:
            await staged.commit(client)
        assert len(staged) == 2
        assert caught.value.changed.undo is not None
        await undo(client, caught.value.changed.undo)
    assert everything(node) == {b"a": b"1"}


async def test_a_lost_answer_to_what_cannot_be_undone_is_told(staged: Transaction, node: NodeServer) -> None:
    async with proxied(node, Proxy(lose=1)) as client:
        await staged.stage(client, DeletePrefix(b"p"))
        with pytest.raises(OutcomeUnknown):
            await staged.commit(client)
    assert len(staged) == 1


async def test_a_commit_that_is_cancelled_is_done_or_not_and_known(staged: Transaction, node: NodeServer) -> None:
    async with proxied(node, Proxy(before=lambda number: task.cancel())) as client:
        await staged.stage(client, Set(b"a", b"1"))
        task = asyncio.create_task(staged.commit(client))
        with pytest.raises(Stopped) as caught:
            await task
        assert everything(node) == {b"a": b"1"}
        assert len(staged) == 0
        assert caught.value.changed.count == 1


async def test_it_does_not_change_while_it_is_committed(staged: Transaction, node: NodeServer) -> None:
    refused: list[Exception] = []

    def meanwhile(number: int) -> None:
        try:
            staged.clear()
        except Conflict as error:
            refused.append(error)

    async with proxied(node, Proxy(before=meanwhile)) as client:
        await staged.stage(client, Set(b"a", b"1"))
        first, second = await asyncio.gather(staged.commit(client), staged.commit(client), return_exceptions=True)
    assert not isinstance(first, BaseException)
    assert isinstance(second, Conflict)
    assert len(refused) == 1
    assert everything(node) == {b"a": b"1"}


async def test_steps_staged_at_the_same_time_are_all_there(staged: Transaction, client: AsyncClient) -> None:
    steps = [Set(b"%02d" % number, b"") for number in range(40)]
    await asyncio.gather(*(staged.stage(client, step) for step in steps))
    assert sorted(staged.steps, key=lambda step: cast("Set", step).key) == steps
