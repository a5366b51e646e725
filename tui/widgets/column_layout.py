"""Column layout: which columns of a table fit, and how wide each is. Widths are set once and do not jump."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from tui.resources.columns import Column, ColumnKind, Row

GAP = 2
MOST = 60
"""Cells that a text column asks for at most; what is to spare is shared out afterwards, to those that are cut first."""
STRETCHED = 24
"""Cells that a column asks for at most which takes what the others leave."""
_LEAST: dict[ColumnKind, int] = {"time": 8, "duration": 8, "bytes": 9, "count": 6, "number": 6, "bool": 4, "status": 8}


@dataclass(frozen=True, slots=True)
class Placed:
    """A column that is shown: its index in the row's cells, its left edge and its width, in terminal cells."""

    index: int
    column: Column
    left: int
    width: int

    @property
    def right(self) -> int:
        return self.left + self.width


def measure(columns: Sequence[Column], rows: Sequence[Row]) -> list[int]:
    """Return the width that each column would like, by its kind, its heading and the first rows."""
    wanted: list[int] = []
    for index, column in enumerate(columns):
        if column.width is not None:
            wanted.append(max(column.width, 1))
            continue
        longest = max((cell_len(row.cells[index]) for row in rows), default=0)
        room = 2 if column.is_numeric else 0  # the sign of a number that moved
        least = max(_LEAST.get(column.kind, 4), cell_len(column.heading) + 2)
        wanted.append(min(max(least, longest + room), STRETCHED if column.stretch else MOST))
    return wanted


def longest(columns: Sequence[Column], rows: Sequence[Row]) -> list[int]:
    """Return the width in which no text of the first rows is cut."""
    return [max((cell_len(row.cells[index]) for row in rows), default=0) for index in range(len(columns))]


def place(
    columns: Sequence[Column],
    wanted: Sequence[int],
    width: int,
    order: Sequence[int] | None = None,
    whole: Sequence[int] | None = None,
) -> list[Placed]:
    """Return the columns that fit into `width` cells. The lowest priority goes first, and comes back where a wider one
    that went after it left the room; what is to spare goes to the columns whose `whole` texts are cut, and then to
    those that stretch. `order` names, by index, the columns that somebody chose: no others are shown, and the last
    goes first."""
    kept = _that_fit(columns, wanted, width) if order is None else list(order)
    while len(kept) > 1 and _total(kept, wanted) > width:
        kept.pop()
    sizes = {index: wanted[index] for index in kept}
    if kept and _total(kept, wanted) > width:
        sizes[kept[0]] = max(width, 1)
    spare = width - sum(sizes.values()) - GAP * (len(kept) - 1)
    lacking = {} if whole is None else {index: whole[index] - sizes[index] for index in kept}
    short = sorted((index for index in lacking if lacking[index] > 0), key=lacking.__getitem__)
    for at, index in enumerate(short):
        given = min(lacking[index], max(spare, 0) // (len(short) - at))
        sizes[index] += given
        spare -= given
    takers = [index for index in kept if columns[index].stretch]
    for index in takers:
        sizes[index] += max(spare, 0) // len(takers)
    placed: list[Placed] = []
    left = 0
    for index in kept:
        placed.append(Placed(index, columns[index], left, sizes[index]))
        left += sizes[index] + GAP
    return placed


def fit(text: str, width: int, *, right: bool = False) -> str:
    """Return `text` in exactly `width` terminal cells: cut with an ellipsis, or padded. A wide character is never
    split."""
    if text.isascii():
        if len(text) > width:
            return text[: width - 1] + "…" if width > 1 else "…"[:width]
        return text.rjust(width) if right else text.ljust(width)
    length = cell_len(text)
    if length <= width:
        padding = " " * (width - length)
        return padding + text if right else text + padding
    cut, used = [], 0
    for character in text:
        size = cell_len(character)
        if used + size > width - 1:
            break
        cut.append(character)
        used += size
    return ("".join(cut) + "…").ljust(len(cut) + width - used) if width else ""


def _that_fit(columns: Sequence[Column], wanted: Sequence[int], width: int) -> list[int]:
    """Return the indices of the columns that fit, by priority."""
    kept = list(range(len(columns)))
    gone: list[int] = []
    while len(kept) > 1 and _total(kept, wanted) > width:
        gone.append(min(reversed(kept), key=lambda index: (columns[index].priority, -index)))
        kept.remove(gone[-1])
    for index in reversed(gone):
        if _total([*kept, index], wanted) <= width:
            kept.append(index)
    return sorted(kept)


def _total(kept: Sequence[int], wanted: Sequence[int]) -> int:
    return sum(wanted[index] for index in kept) + GAP * (len(kept) - 1)
