"""Sparkline: numbers as a row of blocks, a cell each."""

from __future__ import annotations

from collections.abc import Sequence

BLOCKS = "▁▂▃▄▅▆▇█"
ASCII_BLOCKS = "_.,-=+*#"
MOST = 20


def sparkline(values: Sequence[float], width: int, *, ascii: bool = False, from_least: bool = False) -> str:
    """Return the newest values as a row of blocks, at most `width` of them and at most 20; the highest is full.

    The row stands on 0, or with `from_least` on the least value, so that small changes of large numbers are seen.
    """
    shown = list(values)[-min(width, MOST) :] if width > 0 else []
    if not shown:
        return ""
    blocks, floor = (ASCII_BLOCKS if ascii else BLOCKS), min(shown) if from_least else 0.0
    span = max(max(shown) - floor, 1e-9)
    return "".join(blocks[max(0, min(int((value - floor) / span * len(blocks)), len(blocks) - 1))] for value in shown)
