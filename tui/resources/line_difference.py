"""Line difference: how two texts differ, in few lines that a person can judge."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

MOST_SHOWN = 400
"""Lines of a difference at most; the last one says so where there are more."""
_CONTEXT = 2
_MOST_COMPARED = 300
"""Lines of the stretch that differs which are matched with each other; matching costs up to the cube of them."""


def line_difference(before: Sequence[str], after: Sequence[str]) -> tuple[str, ...]:
    """Return how the lines differ: those that go begin with `-`, those that come with `+`, lines about them with a
    blank, and each place is headed by the number of its line. Nothing if they are equal.

    Takes up to a second where much differs: call it in a thread for long texts.
    """
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
    return cut_difference(lines, is_cut=max(len(old), len(new)) > _MOST_COMPARED)


def cut_difference(lines: Sequence[str], is_cut: bool) -> tuple[str, ...]:
    """Return at most so many lines of a difference as are shown. `is_cut` says that it was cut before."""
    if not lines or (len(lines) <= MOST_SHOWN and not is_cut):
        return tuple(lines)
    return (*lines[:MOST_SHOWN], "… and more that is not shown")


def _equal(before: Sequence[str], after: Sequence[str]) -> int:
    """Return how many lines are equal from the first on."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((at for at, (old, new) in pairs if old != new), min(len(before), len(after)))
