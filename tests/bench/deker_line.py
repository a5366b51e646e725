"""A line of the report: what was measured on both sides, the ratio, what it should be, and whether it is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Compared:
    """Seconds of our side and of another. `aim` is how many times faster ours is to be, None where nothing is asked.

    With `at_most` the ratio is turned round: ours may take at most `aim` times as long as the other.
    """

    what: str
    ours: float
    other: float
    aim: float | None
    name: str = "the real deker"
    at_most: bool = False

    @property
    def ratio(self) -> float:
        """How many times faster ours is, or with `at_most` how many times as long it takes."""
        return self.ours / self.other if self.at_most else self.other / self.ours

    @property
    def is_reached(self) -> bool:
        """Whether the ratio is what it should be; True where nothing is asked."""
        if self.aim is None:
            return True
        return self.ratio <= self.aim if self.at_most else self.ratio >= self.aim

    def __str__(self) -> str:
        ratio = f"{self.ratio:.2f} of its time" if self.at_most else f"{self.ratio:.1f} times faster"
        line = f"{self.what}: {duration(self.ours)}, {self.name} {duration(self.other)}, {ratio}"
        if self.aim is None:
            return f"{line} (no aim)"
        return f"{line} (aim {self.aim:g}{' or less' if self.at_most else ''}): {verdict(self.is_reached)}"


def verdict(is_reached: bool) -> str:
    """Return the word for it; what failed is in capitals, to be found in a long report."""
    return "reached" if is_reached else "NOT reached"


def duration(seconds: float) -> str:
    """Return seconds as a person reads them: `0.083 ms`, `4.21 ms`, `350 ms`, `8.3 s`."""
    milliseconds = seconds * 1000
    if milliseconds < 1:
        return f"{milliseconds:.3f} ms"
    if milliseconds < 20:
        return f"{milliseconds:.2f} ms"
    return f"{milliseconds:,.0f} ms" if milliseconds < 10_000 else f"{seconds:,.1f} s"
