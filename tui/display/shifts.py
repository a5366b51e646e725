"""Shifts: finding lines that moved up or down as a block, so that the terminal can move them itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tui.display.cells import Cells

_FEWEST = 3
"""Changed lines below which nothing is looked for, and lines that must have moved together."""
_GAP = 3
"""Lines within a block that need not have moved with it, such as the one under the cursor."""
_PRICE = 30
"""Cells that must be saved for a shift to pay: it costs some 20 bytes."""


@dataclass(frozen=True, slots=True)
class Shift:
    """Lines `top` to `bottom`, both included, move up by `by` lines, or down where it is negative."""

    top: int
    bottom: int
    by: int


def find_shift(wanted: Cells, shown: Cells, changed: Sequence[int]) -> Shift | None:
    """Return the shift that saves most, None if none pays."""
    if len(changed) < _FEWEST:
        return None
    # A scroll bar or a pane at the right does not move with a list.
    half = max(wanted.width // 2, 1)
    before: dict[str, list[int]] = {}
    for y in range(shown.height):
        line = shown.line(y, half)
        if line is not None and not line.isspace():
            before.setdefault(line, []).append(y)
    lines = [wanted.line(y, half) for y in range(wanted.height)]
    votes: Counter[int] = Counter()
    for y in changed:
        line = lines[y]
        # A line that is there many times says nothing about where this one came from.
        places = before.get(line, ()) if line is not None else ()
        if len(places) <= 2:
            votes.update(place - y for place in places if place != y)
    if not votes:
        return None
    by, _ = votes.most_common(1)[0]
    moved = [y for y in range(wanted.height) if (line := lines[y]) is not None and y + by in before.get(line, ())]
    block = max(_blocks(moved), key=len)
    if len(block) < _FEWEST:
        return None
    first, last = block[0], block[-1]
    shift = Shift(min(first, first + by), max(last, last + by), by)
    return shift if _saved(wanted, shown, shift) >= _PRICE else None


def _blocks(lines: Sequence[int]) -> list[list[int]]:
    blocks = [[lines[0]]]
    for y in lines[1:]:
        if y - blocks[-1][-1] > _GAP:
            blocks.append([])
        blocks[-1].append(y)
    return blocks


def _saved(wanted: Cells, shown: Cells, shift: Shift) -> int:
    """Return how many cells less have to be written after the shift."""
    saved = 0
    for y in range(shift.top, shift.bottom + 1):
        came_from = y + shift.by
        saved += _differing(wanted, y, shown, y)
        if shift.top <= came_from <= shift.bottom:
            saved -= _differing(wanted, y, shown, came_from)
        else:
            saved -= sum(text != " " for text in wanted.texts[y])
    return saved


def _differing(wanted: Cells, y: int, shown: Cells, other: int) -> int:
    if wanted.texts[y] == shown.texts[other] and wanted.looks[y] == shown.looks[other]:
        return 0
    pairs = zip(wanted.texts[y], shown.texts[other], wanted.looks[y], shown.looks[other], strict=True)
    return sum(text != was or look is not looked for text, was, look, looked in pairs)
