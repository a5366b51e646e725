"""Undoing in several sequences, and undo data that are of no use."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.arakoon.journalled import Cancelling, as_journalled, many
from tests.unit.arakoon.proxy import Proxy, everything, fill, proxied
from tui.services.errors import (
    Cancelled,
    Conflict,
    DataCorrupt,
    InvalidInput,
    NotFound,
    ServiceError,
    Unavailable,
)
from tui.systems.arakoon.changes import KeyChanges
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.undo_log import INLINE, undo_folder
from tui.systems.arakoon.wire.reader import MIB


@pytest.fixture
def changes(client: AsyncClient) -> KeyChanges:
    return KeyChanges(client)


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
