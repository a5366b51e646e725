"""Value difference: what changes between two values, in lines that a person can judge before it is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice, zip_longest

from tui.systems.arakoon.value_kinds import Kind, Shown, recognise
from tui.systems.arakoon.value_lines import HEX_COLUMNS, hex_lines, text_lines

MOST_SHOWN = 400
"""Lines of a difference at most; the last one says so where there are more."""
_CONTEXT = 2
_LARGE = 1 << 20
"""Bytes from which values are compared as bytes: laying them out as text would cost many times their size."""
_MOST_COMPARED = 300
"""Lines of the stretch that differs which are matched with each other; matching costs up to the cube of them."""
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
        found = _line_difference(old, new)
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


def _line_difference(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    head = _equal(before, after)
    tail = min(_equal(before[::-1], after[::-1]), len(before) - head, len(after) - head)
    first = max(head - _CONTEXT, 0)
    old = before[first : len(before) - max(tail - _CONTEXT, 0)]
    new = after[first : len(after) - max(tail - _CONTEXT, 0)]
    matcher = SequenceMatcher(None, old[:_MOST_COMPARED], new[:_MOST_COMPARED], autojunk=False)
    lines: list[str] = []
    for group in matcher.get_grouped_opcodes(_CONTEXT):
        lines.append(f"line {first + group[0][1] + 1:,}:")
        for verdict, old_from, old_to, new_from, new_to in group:
            if verdict == "equal":
                lines += [f"  {line}" for line in old[old_from:old_to]]
                continue
            lines += [f"- {line}" for line in old[old_from:old_to]]
            lines += [f"+ {line}" for line in new[new_from:new_to]]
    return _cut(lines, is_cut=max(len(old), len(new)) > _MOST_COMPARED)


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
    return _cut(lines, is_cut)


def _cut(lines: list[str], is_cut: bool) -> tuple[str, ...]:
    if not lines or (len(lines) <= MOST_SHOWN and not is_cut):
        return tuple(lines)
    return (*lines[:MOST_SHOWN], "… and more that is not shown")


def _equal(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many lines are equal from the first on."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (old, new) in pairs if old != new), min(len(before), len(after)))


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
