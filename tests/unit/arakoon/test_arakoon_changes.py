"""Changes and their way back: each can be undone, unless somebody changed the key since."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.arakoon.contract_examples import CLUSTER
from tests.unit.arakoon.proxy import Proxy, everything, fill, proxied
from tui.jobs.progress import Progress
from tui.services.errors import (
    Cancelled,
    Conflict,
    DataCorrupt,
    InvalidInput,
    NotFound,
    ServiceError,
    Unavailable,
)
from tui.systems.arakoon.asserted import LARGEST_SEQUENCE, MOST_KEYS, Change, batches, change_size, change_steps
from tui.systems.arakoon.changes import KeyChanges
from tui.systems.arakoon.changing import BrokenOff, InDoubt, Stopped
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.errors import AssertionFailed, OutcomeUnknown
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.undo_log import INLINE, undo_folder
from tui.systems.arakoon.wire.reader import MIB
from tui.systems.arakoon.wire.steps import encode_sequence

LARGE = 8 * MIB - 1
OPTIONS = st.none() | st.binary(max_size=50)


@pytest.fixture
def changes(client: AsyncClient) -> KeyChanges:
    return KeyChanges(client)


def as_journalled(undo: Any) -> Any:
    """Return undo data as the journal gives it back."""
    assert undo is not None
    return json.loads(json.dumps(undo))


class Cancelling(Progress):
    """Is cancelled once so many units are done."""

    def __init__(self, after: int) -> None:
        super().__init__()
        self._after = after

    def add(self, by: int) -> None:
        super().add(by)
        if self.done >= self._after:
            self.cancel()


# One key.


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


# Deleting a prefix.


def many(count: int, size: int = 20) -> dict[bytes, bytes]:
    return {b"p/%06d" % number: b"%06d" % number * (size // 6) for number in range(count)}


OTHERS = {b"p": b"no", b"p.": b"no", b"p0": b"no", b"\xff": b"no"}


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


# Undo in several sequences, and data that is of no use.


async def large_deletion(changes: KeyChanges, node: NodeServer) -> tuple[dict[bytes, bytes], Any]:
    entries = {b"p/%02d" % number: bytes([number]) * (2 * MIB) for number in range(20)}
    fill(node, {**entries})
    deleted = await changes.delete_prefix(b"p/")
    assert everything(node) == {}
    return entries, as_journalled(deleted.undo)


async def test_what_is_too_large_for_one_sequence_is_undone_in_several(changes: KeyChanges, node: NodeServer) -> None:
    entries, undo = await large_deletion(changes, node)
    assert await changes.undo(undo) == 20
    assert everything(node) == entries


async def test_all_keys_are_looked_at_before_the_first_is_put_back(changes: KeyChanges, node: NodeServer) -> None:
    _, undo = await large_deletion(changes, node)
    fill(node, {b"p/19": b"new"})
    with pytest.raises(Conflict, match="p/19 was changed since; nothing was undone"):
        await changes.undo(undo)
    assert everything(node) == {b"p/19": b"new"}


async def test_an_undo_that_was_stopped_half_way_goes_on(changes: KeyChanges, node: NodeServer) -> None:
    entries, undo = await large_deletion(changes, node)
    proxy = Proxy(before=lambda number: fill(node, {b"p/10": b"new"}) if number == 3 else None)
    async with proxied(node, proxy) as client:
        with pytest.raises(Conflict, match=r"of 20 keys were put back, then: p/10 was changed since \(undo it again"):
            await KeyChanges(client).undo(undo)
    assert 0 < len(everything(node)) < 20
    fill(node, {b"p/10": None})
    await changes.undo(undo)
    assert everything(node) == entries


async def test_cancelling_an_undo_leaves_the_rest_for_later(changes: KeyChanges, node: NodeServer) -> None:
    entries, undo = await large_deletion(changes, node)
    with pytest.raises(Cancelled):
        await changes.undo(undo, Cancelling(3))
    assert 0 < len(everything(node)) < 20
    await changes.undo(undo)
    assert everything(node) == entries


async def test_undo_data_of_another_cluster_is_refused(changes: KeyChanges) -> None:
    undo = as_journalled((await changes.set(b"k", b"1")).undo)
    with pytest.raises(Conflict, match="other"):
        await changes.undo(undo | {"cluster": "other"})


@pytest.mark.parametrize(
    ("damage", "error"),
    [
        ({"version": 9}, InvalidInput),
        ({"count": "1"}, InvalidInput),
        ({"count": 2}, DataCorrupt),
        ({"changes": None}, DataCorrupt),
        ({"changes": [["aw==", None]]}, DataCorrupt),
        ({"changes": [[None, None, None]]}, DataCorrupt),
        ({"changes": [["aw==", None, "*"]]}, DataCorrupt),
        ({"changes": [["aw==", None, 5]]}, DataCorrupt),
        ({"file": "gone-0.jsonl"}, NotFound),
        ({"file": "../../secret.jsonl"}, DataCorrupt),
        ({"file": 5}, DataCorrupt),
    ],
)
async def test_damaged_undo_data_is_refused(
    changes: KeyChanges, node: NodeServer, damage: dict[str, Any], error: type[ServiceError]
) -> None:
    undo = as_journalled((await changes.set(b"k", b"1")).undo)
    with pytest.raises(error):
        await changes.undo(undo | damage)
    assert everything(node) == {b"k": b"1"}


async def test_a_damaged_file_is_refused_before_a_key_changes(changes: KeyChanges, node: NodeServer) -> None:
    fill(node, {**many(2000, 200)})
    undo = as_journalled((await changes.delete_prefix(b"p/")).undo)
    file = undo_folder() / undo["file"]
    whole = file.read_bytes()
    for damaged in (whole[: len(whole) // 2], whole[:-20], whole.replace(b"]\n", b"\n", 5), b""):
        file.write_bytes(damaged)
        with pytest.raises(DataCorrupt):
            await changes.undo(undo)
        assert everything(node) == {}
    file.write_bytes(whole)
    await changes.undo(undo)
    assert everything(node) == many(2000, 200)


async def test_nothing_is_changed_if_its_way_back_cannot_be_written(client: AsyncClient, node: NodeServer) -> None:
    fill(node, {b"k": bytes(INLINE)})
    folder = undo_folder().parent / "in the way"
    folder.write_text("a file")
    with pytest.raises(Unavailable, match="cannot be written"):
        await KeyChanges(client, folder).delete(b"k")
    assert everything(node) == {b"k": bytes(INLINE)}


# Sequences.

CHANGES = st.lists(st.builds(Change, st.binary(max_size=9), OPTIONS, OPTIONS), max_size=6)


@given(CHANGES)
def test_the_size_of_a_sequence_is_known_without_encoding_it(changes: list[Change]) -> None:
    assert 8 + sum(map(change_size, changes)) == len(encode_sequence(change_steps(changes)))


@given(CHANGES, st.integers(1, 4), st.integers(1, 300))
def test_groups_are_as_large_as_is_allowed(changes: list[Change], most_keys: int, most_bytes: int) -> None:
    groups = [*batches(changes, most_keys, most_bytes)]
    assert [change for group in groups for change in group] == changes
    for group in groups:
        assert 0 < len(group) <= most_keys
        assert len(group) == 1 or 8 + sum(map(change_size, group)) <= most_bytes


async def test_the_server_takes_a_sequence_of_the_size_that_is_taken_here(
    changes: KeyChanges, node: NodeServer
) -> None:
    size = LARGEST_SEQUENCE - 8 - change_size(Change(b"k", b"", None))
    fill(node, {b"k": bytes(size)})
    assert (await changes.delete(b"k")).count == 1
    fill(node, {b"k": bytes(size + 1)})
    with pytest.raises(InvalidInput, match="to change it safely"):
        await changes.delete(b"k")
