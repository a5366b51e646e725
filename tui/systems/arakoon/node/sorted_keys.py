"""Sorted keys: a set of byte strings that can be walked in order from anywhere, in either direction."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator
from itertools import chain

from tui.systems.arakoon.node.bounds import Bounds

_FULL = 2048
"""Keys in a piece from which on it is split: short enough that an insertion moves little."""


class SortedKeys:
    """Byte strings in order, kept in pieces. `_last` has the last key of each piece, to find the piece by."""

    def __init__(self, keys: Iterable[bytes] = ()) -> None:
        ordered = sorted(keys)
        half = _FULL // 2
        self._pieces = [ordered[at : at + half] for at in range(0, len(ordered), half)]
        self._last = [piece[-1] for piece in self._pieces]

    def add(self, key: bytes) -> None:
        """Add a key that is not there."""
        if not self._pieces:
            self._pieces, self._last = [[key]], [key]
            return
        at = min(bisect_left(self._last, key), len(self._pieces) - 1)
        piece = self._pieces[at]
        insort(piece, key)
        if len(piece) >= _FULL:
            half = len(piece) // 2
            self._pieces[at : at + 1] = [piece[:half], piece[half:]]
            self._last[at : at + 1] = [piece[half - 1], piece[-1]]
        else:
            self._last[at] = piece[-1]

    def remove(self, key: bytes) -> None:
        """Take out a key that is there."""
        at = bisect_left(self._last, key)
        piece = self._pieces[at]
        del piece[bisect_left(piece, key)]
        if piece:
            self._last[at] = piece[-1]
        else:
            del self._pieces[at], self._last[at]

    def walk(self, bounds: Bounds, descending: bool = False) -> Iterator[bytes]:
        """Yield the keys between the bounds. Nothing may be added or taken out meanwhile."""
        return chain.from_iterable(self._down(bounds) if descending else self._up(bounds))

    def _up(self, bounds: Bounds) -> Iterator[list[bytes]]:
        first = bisect_left(self._last, bounds.low)
        for position in range(first, len(self._pieces)):
            piece = self._pieces[position]
            begin = _begin(piece, bounds) if position == first else 0
            end = _end(piece, bounds)
            yield piece[begin:end]
            if end < len(piece):
                return

    def _down(self, bounds: Bounds) -> Iterator[list[bytes]]:
        last = len(self._pieces) - 1
        if bounds.high is not None:
            last = min(bisect_left(self._last, bounds.high), last)
        for position in range(last, -1, -1):
            piece = self._pieces[position]
            end = _end(piece, bounds) if position == last else len(piece)
            begin = _begin(piece, bounds)
            yield piece[begin:end][::-1]
            if begin > 0:
                return


def _begin(piece: list[bytes], bounds: Bounds) -> int:
    return bisect_left(piece, bounds.low) if bounds.low_inclusive else bisect_right(piece, bounds.low)


def _end(piece: list[bytes], bounds: Bounds) -> int:
    if bounds.high is None:
        return len(piece)
    return bisect_right(piece, bounds.high) if bounds.high_inclusive else bisect_left(piece, bounds.high)
