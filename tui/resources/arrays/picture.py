"""Pictures of numbers: which values get which colour of a map, and which cells have nothing to show."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tui.resources.arrays.colour_maps import MAPS, MapKind, Rgb, blank_colours, palette

Numbers = NDArray[Any]
Part = Literal["value", "magnitude", "phase", "real", "imaginary"]
Fit = Literal["robust", "full", "fixed"]

NAN = -1
FILL = -2
"""What `colour_indices` gives cells that have no colour of the map."""

MOST_CLASSES = 14
"""Whole numbers that differ by less are shown as classes, each with a colour of its own."""
_STRADDLES = 0.1
"""Zero is the middle if the smaller side is at least this share of the larger one."""


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to colours: `low` has the first colour of the map, `high` the last, what lies beyond the same.

    For classes, `low` and `high` are the lowest and the highest whole number.
    """

    kind: MapKind
    low: float
    high: float
    map_name: str

    @property
    def classes(self) -> int:
        """How many classes there are, 0 unless it is a map of classes."""
        return int(self.high - self.low) + 1 if self.kind == "categorical" else 0

    def colours(self, *, basic: bool = False) -> tuple[Rgb, ...]:
        """Return the colours from low to high."""
        return palette(self.map_name, basic=basic, classes=self.classes)

    def table(self, *, basic: bool = False) -> tuple[Rgb, ...]:
        """Return the colours with those of `FILL` and `NAN` at the end, where Python's negative indices find them."""
        return (*self.colours(basic=basic), *blank_colours(self.map_name, basic=basic))

    def ramp(self, count: int) -> NDArray[np.float64]:
        """Return the middles of `count` equal parts of the way from low to high."""
        half, middles = (self.low / 2, self.high / 2), (np.arange(count) + 0.5) / count
        return (half[0] * (1 - middles) + half[1] * middles) * 2  # halved, so that the widest range does not overflow

    def with_map(self, name: str) -> Scale:
        """Return the same scale with another map of its kind."""
        return replace(self, map_name=name)


def is_drawable(dtype: str) -> bool:
    """Whether cells of that type can be shown as colours."""
    return np.dtype(dtype).kind in "biufcmM"


def is_complex(dtype: str) -> bool:
    """Whether cells of that type have a magnitude and a phase."""
    return np.dtype(dtype).kind == "c"


def drawn(values: Numbers, part: Part = "value") -> Numbers:
    """Return what is drawn of values: real numbers. Moments and durations become counts, NaT becomes NaN."""
    kind = values.dtype.kind
    if kind in "mM":
        return np.where(np.isnat(values), np.nan, values.view("i8").astype("f8"))
    if kind == "b":
        return values.view("u1")
    if kind == "c":
        if part == "phase":
            return np.angle(values)
        if part in ("real", "imaginary"):
            return np.real(values) if part == "real" else np.imag(values)
        with np.errstate(over="ignore"):
            return np.abs(values)
    return values


def fill_mask(values: Numbers, fill_value: Any) -> NDArray[np.bool_] | None:
    """Return which cells hold the fill value, None if none can."""
    if fill_value is None:
        return None
    if fill_value != fill_value:  # NaN, or NaT
        return np.isnan(values) if values.dtype.kind in "fcmM" else None
    wanted: Any = np.asarray(fill_value)
    if values.dtype.kind in "fc":  # as it is stored: 1e20 is another number in 32 bits than in 64
        wanted = wanted.astype(values.dtype)
    elif values.dtype.kind in "biu":  # as Python compares: one that the type cannot hold is in no cell
        wanted = wanted.item()
    return np.asarray(values == wanted, dtype=bool)


def present(values: Numbers, fill_value: Any, part: Part = "value") -> Numbers:
    """Return, in one row, the drawn numbers that are finite and not the fill value."""
    shown = drawn(values, part)
    keep: NDArray[np.bool_] = np.isfinite(shown)
    filled = fill_mask(values, fill_value)
    if filled is not None:
        keep &= ~filled
    return shown[keep]


def choose_scale(
    values: Numbers,
    fill_value: Any = None,
    *,
    part: Part = "value",
    fit: Fit = "robust",
    limits: tuple[float, float] | None = None,
    kind: MapKind | None = None,
    map_name: str | None = None,
) -> Scale:
    """Return the scale that suits values: cyclic for a phase, classes for bool and few whole numbers, diverging
    if they straddle zero, else sequential.

    `fit="robust"` leaves out the outermost 2 % at each end where they would stretch the scale by more than a half;
    `limits` are used as they are. `kind` and `map_name` overrule the choice.
    """
    if part == "phase":
        return _named(Scale("cyclic", -math.pi, math.pi, ""), map_name)
    low, high = limits if limits is not None else _limits(present(values, fill_value, part), fit)
    if values.dtype.kind == "b":
        low, high = 0.0, 1.0
    if kind is None:
        kind = _kind(values.dtype.kind, low, high)
    if kind == "diverging":
        high = max(abs(low), abs(high)) or 1.0
        low = -high
    elif kind == "categorical":
        low, high = math.floor(low), min(math.ceil(high), math.floor(low) + 255)
    elif low == high:
        apart = max(abs(low) * 1e-9, 0.5)
        low, high = max(low - apart, -sys.float_info.max), min(high + apart, sys.float_info.max)
    return _named(Scale(kind, low, high, ""), map_name)


def _named(scale: Scale, name: str | None) -> Scale:
    known = MAPS[scale.kind]
    return scale.with_map(name if name in known else known[0])


def _kind(letter: str, low: float, high: float) -> MapKind:
    if letter == "b" or (letter in "iu" and high - low < MOST_CLASSES):
        return "categorical"
    if low < 0 < high and min(-low, high) >= _STRADDLES * max(-low, high):
        return "diverging"
    return "sequential"


def _limits(found: Numbers, fit: Fit) -> tuple[float, float]:
    if found.size == 0:
        return 0.0, 1.0
    low, high = float(found.min()), float(found.max())
    if fit == "robust" and found.size >= 50 and found.dtype.kind not in "b":
        inner = np.percentile(found, [2, 98])
        inner_low, inner_high = float(inner[0]), float(inner[1])
        if inner_high > inner_low and high / 2 - low / 2 > 0.75 * (inner_high - inner_low):
            return inner_low, inner_high
    return low, high


def colour_indices(
    values: Numbers, scale: Scale, count: int, fill_value: Any = None, part: Part = "value"
) -> NDArray[np.int16]:
    """Return for each cell the index of its colour among `count`, `NAN`, or `FILL`."""
    shown = drawn(values, part)
    at: Numbers = np.asarray(shown, dtype="f8")
    blank = np.isnan(at)
    if scale.kind == "categorical":
        place = np.rint(at) - scale.low
    else:
        with np.errstate(over="ignore", invalid="ignore"):
            # Halved first, so that limits at both ends of what a float can hold do not overflow.
            place = np.floor((at / 2 - scale.low / 2) / ((scale.high / 2 - scale.low / 2) or 1.0) * count)
        if scale.kind == "cyclic":
            place = np.where(np.isfinite(place), place % count, place)
    place = np.nan_to_num(np.clip(place, 0, count - 1), nan=0.0)
    found = place.astype(np.int16)
    found[blank] = NAN
    filled = fill_mask(values, fill_value)
    if filled is not None:
        found[filled] = FILL
    return found


def value_text(value: Any, part: Part = "value") -> str:
    """Return a cell's value in full: as short as it can be and still be read back the same."""
    if part != "value" and np.asarray(value).dtype.kind == "c":
        if part == "phase":
            return f"{math.degrees(float(np.angle(value))):.6g}°"
        value = drawn(np.asarray(value).reshape(1), part)[0]
    kind = np.asarray(value).dtype.kind
    if kind == "b":
        return "true" if value else "false"
    if kind in "iu":
        return f"{int(value)}"
    return str(value)


def short_number(value: float) -> str:
    """Return a number for a legend: four digits that matter."""
    if value == 0:
        return "0"
    if float(value).is_integer() and abs(value) < 1e6:
        return f"{int(value):,}"
    return f"{value:.4g}"
