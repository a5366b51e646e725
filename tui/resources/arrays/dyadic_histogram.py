"""Histogram of a stream whose range is not known beforehand: bins as wide as a power of two, which merge exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

BINS = 64
"""At most so many bins; as many as half of it at least, unless whole numbers need fewer."""
_FINEST = 40
"""Bins are at most this many powers of two finer than the largest value, so that their numbers stay exact."""
_SMALLEST = -1074
"""The power of two of the smallest float."""


@dataclass(frozen=True, slots=True)
class DyadicHistogram:
    """Counts of bins: bin `i` holds the values `v` with `(first + i) * 2**level <= v < (first + i + 1) * 2**level`.

    Level and bins depend on the values alone and not on their order nor on how they were cut into pieces.
    """

    level: int
    first: int
    counts: tuple[int, ...]
    low: float
    high: float

    @property
    def edges(self) -> list[float]:
        """Where the bins begin, and where the last one ends; infinite beyond what a float can hold."""
        return [_edge(self.first + number, self.level) for number in range(len(self.counts) + 1)]

    def coarsened(self, most: int) -> DyadicHistogram:
        """Return the same counts in at most `most` bins."""
        level = self.level
        while _place(self.high, level) - _place(self.low, level) >= max(most, 2):
            level += 1
        return self._at(level)

    def _at(self, level: int) -> DyadicHistogram:
        first = _place(self.low, level)
        counts = [0] * (_place(self.high, level) - first + 1)
        for number, count in enumerate(self.counts):
            counts[((self.first + number) >> (level - self.level)) - first] += count
        return DyadicHistogram(level, first, tuple(counts), self.low, self.high)

    def merge(self, other: DyadicHistogram) -> DyadicHistogram:
        """Return the histogram of both."""
        low, high = min(self.low, other.low), max(self.high, other.high)
        level = max(_level(low, high), self.level, other.level)
        first = _place(low, level)
        counts = [0] * (_place(high, level) - first + 1)
        for part in (self._at(level), other._at(level)):
            for number, count in enumerate(part.counts):
                counts[part.first + number - first] += count
        return DyadicHistogram(level, first, tuple(counts), low, high)


def histogram_of(values: NDArray[Any], *, whole: bool = False) -> DyadicHistogram | None:
    """Return the histogram of finite numbers, None if there are none. `whole` numbers get bins no finer than 1."""
    if values.size == 0:
        return None
    numbers = values.astype("f8", copy=False)
    low, high = float(numbers.min()), float(numbers.max())
    level = max(_level(low, high), 0) if whole else _level(low, high)
    first = _place(low, level)
    places = np.floor(np.ldexp(numbers, -level)).astype("i8")
    places[(places == 0) & (numbers < 0)] = -1  # so near to zero that they became zero
    counts = np.bincount((places - first).ravel())
    return DyadicHistogram(level, first, tuple(int(count) for count in counts), low, high)


def _level(low: float, high: float) -> int:
    """Return the finest level at which the range fits into the bins."""
    largest = max(abs(low), abs(high))
    finest = max(math.frexp(largest)[1] - _FINEST, _SMALLEST) if largest else _SMALLEST
    span = math.ldexp(high, -2) - math.ldexp(low, -2)  # a quarter, which cannot overflow
    level = max(finest, math.frexp(span)[1] - 5 if span > 0 else finest)
    while level > finest and _place(high, level - 1) - _place(low, level - 1) < BINS:
        level -= 1
    while _place(high, level) - _place(low, level) >= BINS:
        level += 1
    return level


def _place(value: float, level: int) -> int:
    place = math.floor(math.ldexp(value, -level))
    return -1 if place == 0 and value < 0 else place


def _edge(place: int, level: int) -> float:
    try:
        return math.ldexp(float(place), level)
    except OverflowError:
        return math.copysign(math.inf, place)
