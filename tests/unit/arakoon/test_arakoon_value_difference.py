"""The difference between two values: it is there whenever they differ, says where, and is made in no time."""

from __future__ import annotations

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.services.printable import printable
from tui.systems.arakoon.values.value_difference import MOST_SHOWN, value_difference

VALUES = st.binary(max_size=300) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "replace"))
MIB = 1 << 20
AS_IT_WAS = '    "a": 1,'


@given(VALUES, VALUES)
def test_it_is_empty_only_where_the_values_are_equal(before: bytes, after: bytes) -> None:
    lines = value_difference(before, after)
    assert bool(lines) == (before != after)
    assert all(printable(line) == line for line in lines)
    assert not lines or any(line.startswith(("+", "-")) for line in lines)


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        (b"a\nb\nc\nd\ne\nf", b"a\nb\nc\nd\nE\nf", ("line 3:", "  c", "  d", "- e", "+ E", "  f")),
        (b"", b"new", ("line 1:", "+ new")),
        (b"gone\n", b"", ("line 1:", "- gone")),
        (
            b'{"a": 1, "b": 2}',
            b'{"a": 1, "b": 3}',
            ("line 1:", "  {", '    "a": 1,', '-   "b": 2', '+   "b": 3', "  }"),
        ),
        (b'{"a":1}', b'{"a": 1}', ("line 1:", '- {"a":1}', '+ {"a": 1}')),
        (
            b"a",
            b"a\n",
            (
                "the first byte is the same",
                "- 00000000  61                                                |a|",
                "+ 00000000  61 0a                                             |a.|",
            ),
        ),
    ],
)
def test_what_it_says(before: bytes, after: bytes, lines: tuple[str, ...]) -> None:
    assert value_difference(before, after) == lines


def test_far_down_it_still_finds_the_line() -> None:
    before = [f"line {number}" for number in range(1, 50_001)]
    after = [*before]
    after[44_444] = "other"
    found = value_difference("\n".join(before).encode(), "\n".join(after).encode())
    assert found[0] == "line 44,443:"
    assert "- line 44445" in found and "+ other" in found and len(found) == 7


def test_compressed_values_differ_by_what_they_hold() -> None:
    before, after = (gzip.compress(json.dumps([1, number]).encode(), mtime=0) for number in (2, 3))
    assert "-   2" in value_difference(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"a\n" * MIB, b"a\nb\n" * MIB),
        (b"a\n" * (MIB // 2), b"b\na\n" * (MIB // 4)),
        (bytes(8 * MIB), bytes(8 * MIB - 1) + b"x"),
        (b"", bytes(8 * MIB)),
    ],
    ids=["a line more each", "half of the lines", "the last byte", "out of nothing"],
)
def test_megabytes_cost_no_more_than_a_screenful(before: bytes, after: bytes) -> None:
    found = value_difference(before, after)
    assert found and len(found) <= MOST_SHOWN + 1
