"""Ticks: which indices of an axis are written beside a picture, so that labels never touch."""

from __future__ import annotations

from collections.abc import Sequence

from tui.resources.arrays.array_axis import Dimension
from tui.resources.arrays.bins import Bins


def axis_ticks(
    dimension: Dimension | None, bins: Bins, cell: float, *, along: bool, longest: int = 16
) -> list[tuple[int, str]]:
    """Return cells of the picture with their labels: round indices, as close as their labels allow.

    A bin is one cell of `cell` characters (`along` a line) or lines. Labels are cut to `longest`.
    """
    if dimension is None or bins.end <= bins.first:
        return []
    ends = [dimension.place(bins.first), dimension.place(bins.end - 1), dimension.place((bins.first + bins.end) // 2)]
    room = min(max(len(text) for text in ends), longest) + 3 if along else 4
    interval = next((each for each in _intervals() if each / bins.size * cell >= room), None)
    if interval is None:
        return []
    first = -(-bins.first // interval) * interval
    ticks = [(bins.of(at), shortened(dimension.place(at), longest)) for at in range(first, bins.end, interval)]
    return ticks or [(0, shortened(dimension.place(bins.first), longest))]


def shortened(text: str, longest: int) -> str:
    """Return a text with its middle left out if it is too long."""
    if len(text) <= longest:
        return text
    head = (longest - 1) // 2
    return text[:head] + "…" + text[len(text) - (longest - 1 - head) :]


def _intervals() -> Sequence[int]:
    return [factor * 10**power for power in range(15) for factor in (1, 2, 5)]
