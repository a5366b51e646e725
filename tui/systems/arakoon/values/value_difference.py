"""Value difference: what changes between two values, in lines that a person can judge before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice, zip_longest

from tui.resources.line_difference import MOST_SHOWN, cut_difference, line_difference
from tui.systems.arakoon.values.value_kinds import Kind, Shown, recognise
from tui.systems.arakoon.values.value_lines import HEX_COLUMNS, hex_lines, text_lines

_LARGE = 1 << 20
"""Bytes from which values are compared as bytes: laying them out as text would cost many times their size."""
_MOST_LINES = 200_000
_TEXTS = (Kind.TEXT, Kind.JSON, Kind.EMPTY)


def value_difference(before: bytes, after: bytes) -> tuple[str, ...]:
    """Return how two values differ: lines that go begin with `-`, lines that come with `+`, lines about them with a
    blank, and each place is headed by the number of its line or the offset of its bytes. Nothing if they are equal.

    Takes a second for megabytes: call it in a thread for such.
    """
    if before == after:
        return ()
    if max(len(before), len(after)) > _LARGE:
        return _byte_difference(before, after)
    shown = recognise(before), recognise(after)
    for layout in _layouts(*shown):
        old, new = ([*islice(layout(*each), _MOST_LINES)] for each in zip(shown, (before, after), strict=True))
        found = line_difference(old, new)
        if found:
            return found
    return _byte_difference(before, after)


_Layout = Callable[[Shown, bytes], Iterator[str]]


def _layouts(before: Shown, after: Shown) -> list[_Layout]:
    """Return the ways to lay both values out, the most telling first. JSON that only its blanks differ in is equal as
    JSON, and differs as text."""
    made: list[_Layout] = []
    if before.kind is after.kind and before.kind in (Kind.JSON, Kind.MESSAGEPACK, Kind.COMPRESSED):
        made.append(lambda shown, value: shown.lines())
    if before.kind in _TEXTS and after.kind in _TEXTS:
        made.append(lambda shown, value: text_lines(value.decode()))
    return made


def _byte_difference(before: bytes, after: bytes) -> tuple[str, ...]:
    """Return the lines of bytes that differ, from the first place where they do."""
    head = _equal_bytes(before, after)
    begin = head // HEX_COLUMNS * HEX_COLUMNS
    end = begin + MOST_SHOWN // 4 * HEX_COLUMNS
    is_cut = before[end:] != after[end:]
    lines: list[str] = []
    if head:
        lines.append("the first byte is the same" if head == 1 else f"the first {head:,} bytes are the same")
    for old, new in zip_longest(*(hex_lines(value[begin:end], begin=begin) for value in (before, after))):
        if old != new:
            lines += [f"{sign} {line}" for sign, line in (("-", old), ("+", new)) if line is not None]
    return cut_difference(lines, is_cut)


def _equal_bytes(before: bytes, after: bytes) -> int:
    """Return how many bytes are equal from the first on, halving the stretch in which the first other one is."""
    low, high = 0, min(len(before), len(after))
    while low < high:
        middle = (low + high + 1) // 2
        if before[low:middle] == after[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low
