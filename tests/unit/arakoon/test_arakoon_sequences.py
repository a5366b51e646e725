"""Changes are put into sequences that are no larger than a server takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.arakoon.proxy import fill
from tui.services.errors import InvalidInput
from tui.systems.arakoon.asserted import LARGEST_SEQUENCE, Change, batches, change_size, change_steps
from tui.systems.arakoon.changes import KeyChanges
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.wire.steps import encode_sequence

OPTIONS = st.none() | st.binary(max_size=50)
CHANGES = st.lists(st.builds(Change, st.binary(max_size=9), OPTIONS, OPTIONS), max_size=6)


@pytest.fixture
def changes(client: AsyncClient) -> KeyChanges:
    return KeyChanges(client)


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
