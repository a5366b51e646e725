"""Entries that are read many at once: what comes out is what went in, alike or not, whole or cut anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.arakoon.test_arakoon_codec import in_pieces, take_fed
from tui.services.errors import ProtocolError
from tui.systems.arakoon.wire.codecs import encode_entry, joined
from tui.systems.arakoon.wire.commands import RANGE_ENTRIES
from tui.systems.arakoon.wire.entries import read_entries
from tui.systems.arakoon.wire.reader import Incomplete, Limits, Reader

CODEC = RANGE_ENTRIES.result
RUNS = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300), st.integers(1, 200)), max_size=6)
"""Stretches of entries that are alike: the length of their keys, that of their values, and how many."""


def of_runs(runs: list[tuple[int, int, int]]) -> list[tuple[bytes, bytes]]:
    return [
        ((b"%d/" % number * key)[:key], (b"%d:" % number * value)[:value])
        for key, value, count in runs
        for number in range(count)
    ]


@settings(max_examples=60)
@given(runs=RUNS, cuts=st.lists(st.integers(0), max_size=8))
def test_stretches_of_entries_that_are_alike(runs: list[tuple[int, int, int]], cuts: list[int]) -> None:
    entries = of_runs(runs)
    reply = CODEC.encode(entries)
    assert joined([encode_entry(key, value) for key, value in entries]) == reply
    assert take_fed(in_pieces(reply, cuts), CODEC.decode) == entries


@settings(max_examples=60)
@given(runs=RUNS, wrong=st.binary(min_size=4, max_size=4), at=st.integers(0))
def test_lengths_that_are_wrong_are_read_as_one_by_one(runs: list[tuple[int, int, int]], wrong: bytes, at: int) -> None:
    """Where one byte after the other is looked at, the same is found: entries, and the first that is not whole."""
    data = b"".join(encode_entry(key, value) for key, value in of_runs(runs))
    at %= len(data) + 1
    data = data[:at] + wrong + data[at + 4 :]
    found: list[tuple[bytes, bytes]] = []
    end = read_entries(data, 0, 2000, found)
    expected: list[tuple[bytes, bytes]] = []
    reader = Reader(data)
    while reader.unread:
        try:
            expected.append((reader.string(), reader.string()))
        except (Incomplete, ProtocolError):
            break
    assert found == expected[:2000]
    assert end == sum(8 + len(key) + len(value) for key, value in found)


def test_not_more_than_are_asked_for() -> None:
    data = b"".join(encode_entry(b"%03d" % number, b"v") for number in range(300))
    for count in (0, 1, 63, 64, 65, 299):
        found: list[tuple[bytes, bytes]] = []
        assert read_entries(data, 0, count, found) == count * 12
        assert len(found) == count


@pytest.mark.parametrize("alike", [True, False])
def test_a_string_that_is_longer_than_is_believed_is_refused_among_others(alike: bool) -> None:
    entries = [(b"%03d" % number, bytes(50 if alike else number % 50)) for number in range(100)]
    limits = Limits(string=60, message=100_000)
    reader = Reader(CODEC.encode(entries), limits)
    assert reader.take(CODEC.decode) == entries
    reader = Reader(CODEC.encode([*entries, (b"long", bytes(61)), *entries]), limits)
    with pytest.raises(ProtocolError, match="a string of 61 bytes"):
        reader.take(CODEC.decode)
