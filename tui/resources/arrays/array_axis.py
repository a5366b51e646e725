"""Dimensions of an array, and what an index along one of them stands for: a label, a moment, a number, or nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from tui.services.printable import printable

LONGEST = 60
"""Characters of a coordinate; foreign labels may be longer."""


@dataclass(frozen=True, slots=True)
class Labels:
    """A name for each index. Fewer labels than indices are allowed: the rest have none."""

    values: Sequence[object]

    def text(self, index: int) -> str:
        """Return the label of an index, printable, empty if it has none."""
        return printable(str(self.values[index]), LONGEST) if 0 <= index < len(self.values) else ""

    def find(self, text: str) -> int | None:
        """Return the index of a label, None if there is no such label."""
        return next((index for index in range(len(self.values)) if self.text(index) == text), None)


@dataclass(frozen=True, slots=True)
class TimeAxis:
    """Moments `start + index * step`."""

    start: datetime
    step: timedelta

    def text(self, index: int) -> str:
        """Return the moment of an index in ISO 8601, as short as the axis allows; empty beyond the calendar."""
        try:
            moment = self.start + index * self.step
        except OverflowError:
            return ""
        plain = moment.replace(tzinfo=None)
        whole_days = (
            self.step % timedelta(days=1) == timedelta(0) and self.start.timetz().replace(tzinfo=None).hour == 0
        )
        if whole_days and (plain.minute, plain.second, plain.microsecond) == (0, 0, 0):
            return f"{plain:%Y-%m-%d}"
        stamp = plain.isoformat(sep=" ", timespec="auto")
        return stamp.removesuffix(":00") if self.step % timedelta(minutes=1) == timedelta(0) else stamp

    def find(self, text: str) -> int | None:
        """Return the index of the moment that starts with `text` or comes next after it, None for no moment."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            return None
        start = self.start if moment.tzinfo else self.start.replace(tzinfo=None)
        if not self.start.tzinfo:
            moment = moment.replace(tzinfo=None)
        return round((moment - start) / self.step) if self.step else None


@dataclass(frozen=True, slots=True)
class ScaleAxis:
    """Numbers `start + index * step`."""

    start: float
    step: float

    def text(self, index: int) -> str:
        """Return the number of an index, without the noise of binary fractions."""
        return f"{self.start + index * self.step:.9g}"

    def find(self, text: str) -> int | None:
        """Return the index whose number is nearest, None if `text` is no number."""
        try:
            return round((float(text) - self.start) / self.step) if self.step else None
        except (ValueError, OverflowError):
            return None


Axis = Labels | TimeAxis | ScaleAxis


@dataclass(frozen=True, slots=True)
class Dimension:
    """One dimension of an array."""

    name: str
    size: int
    axis: Axis | None = None

    @property
    def title(self) -> str:
        """The name, made printable."""
        return printable(self.name, LONGEST)

    def coordinate(self, index: int) -> str:
        """Return what the index stands for, empty if the dimension only has indices."""
        return "" if self.axis is None else self.axis.text(index)

    def place(self, index: int) -> str:
        """Return the coordinate, or the index itself where there is none."""
        return self.coordinate(index) or str(index)

    def find(self, text: str) -> int | None:
        """Return the index that a person means: an index, `=coordinate`, or a coordinate that is no plain integer."""
        text = text.strip()
        if text.removeprefix("-").isdecimal() and len(text) < 20:
            index = int(text)
            found = index + self.size if index < 0 else index
        else:
            found = None if self.axis is None else self.axis.find(text.removeprefix("=").strip())
        return found if found is not None and 0 <= found < self.size else None


def plain_dimensions(shape: Sequence[int], names: Sequence[str] = ()) -> tuple[Dimension, ...]:
    """Return dimensions without coordinates, named as given or `dim0`, `dim1`, …"""
    named = [*names, *(f"dim{number}" for number in range(len(names), len(shape)))]
    return tuple(Dimension(name, size) for name, size in zip(named, shape, strict=True))
