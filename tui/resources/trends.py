"""Trends: how the numbers of a store moved over the last days, from its samples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.jobs.samples import Sample

DAY = 86_400
LEAST = 3600
"""Seconds between the first sample and now before a change is worth telling."""
SHOWN = 3 * DAY
"""Seconds of which a trend's line tells."""
POINTS = 24


@dataclass(frozen=True, slots=True)
class Trend:
    """How a number moved: by how much, in how many seconds, and its values over the last days, the newest last."""

    change: float
    seconds: float
    values: tuple[float, ...] = ()

    @property
    def words(self) -> str:
        """Since when, such as `since yesterday` or `in 5 h`."""
        if self.seconds >= 1.5 * DAY:
            return f"in {self.seconds / DAY:.0f} d"
        return "since yesterday" if self.seconds >= DAY * 0.9 else f"in {max(round(self.seconds / 3600), 1)} h"


def trends(samples: Sequence[Sample], now: float) -> Mapping[str, Trend]:
    """Return the trend of each number that the last sample tells and that moved in the last day.

    It is measured from the last sample that is a day old, or from the oldest if there is none so old but one of an
    hour. `now` is in seconds since 1970.
    """
    if not samples:
        return {}
    found: dict[str, Trend] = {}
    for label, value in samples[-1].numbers.items():
        known = [(sample.at, sample.numbers[label]) for sample in samples if label in sample.numbers]
        before = [point for point in known if point[0] <= now - DAY]
        at, then = before[-1] if before else known[0]
        if now - at < LEAST or value == then:
            continue
        found[label] = Trend(value - then, now - at, _points(known, now))
    return found


def _points(known: Sequence[tuple[float, float]], now: float) -> tuple[float, ...]:
    """Return the last days in at most `POINTS` values, of each stretch the last; stretches without one are left out."""
    stretch = SHOWN / POINTS
    last: dict[int, float] = {}
    for at, value in known:
        if at > now - SHOWN:
            last[int((at - (now - SHOWN)) / stretch)] = value
    return tuple(last[index] for index in sorted(last))
