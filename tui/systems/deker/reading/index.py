"""What an index means along dimensions with labels, times or scales, by Deker's rules (contract §8).

Taken over from Deker: `...` stands for exactly one whole dimension, dimensions that are left out are whole, the step is
1, ends of a slice are of one kind, a slice by label ends before its second label, naive times are UTC, a time may lie
less than a second beyond a step, and what would have no cells is refused.

Different, because Deker is wrong there:

- A coordinate of a scale is found although binary fractions are not exact: 0.3 of the scale 0, 0.1, 0.2, … is index 3,
  which Deker refuses. The coordinate one past the last may end a slice.
- An index that leaves the array is refused for VArrays too, where Deker returns fill values, and a slice that does is
  cut off at the end, as numpy cuts it, where Deker pads a VArray with fill values.
- Integers of numpy are integers. Labels that are numbers can be used as indices. Booleans are refused everywhere.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from numbers import Integral, Real
from typing import Any, Literal

from tui.resources.arrays.array_axis import Dimension, Labels, ScaleAxis, TimeAxis
from tui.resources.arrays.array_source import Index
from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.deker.format.names import SYSTEM

Kind = Literal["an integer", "a number", "a text", "a time", "a length of time"]
_SECOND = timedelta(seconds=1)


def resolve_index(index: object, dimensions: Sequence[Dimension]) -> Index:
    """Return the selection that a Python index means: one entry or a tuple of integers, numbers, texts, datetimes,
    slices of these (or of timedeltas from the start of a time axis), and at most one `...`.

    Raises:
        InvalidInput: it means nothing; the message names the dimension.
    """
    entries = index if isinstance(index, tuple) else (index,)
    if sum(entry is ... for entry in entries) > 1:
        raise refused("at most one ... is possible", "it stands for one whole dimension, write : for the others")
    if len(entries) > len(dimensions):
        raise refused(f"{len(entries)} entries for {len(dimensions)} dimensions", "leave some out")
    whole = [slice(None)] * (len(dimensions) - len(entries))
    return tuple(entry_of(entry, dimension) for entry, dimension in zip([*entries, *whole], dimensions, strict=True))


def entry_of(entry: object, dimension: Dimension) -> int | slice:
    """Return the index, or the slice with both ends, that one entry means. Raises as `resolve_index` does."""
    if entry is ...:
        return slice(0, dimension.size)
    if isinstance(entry, slice):
        return _slice(entry, dimension)
    if _kind(entry, dimension) == "a length of time":
        raise refused_in(dimension, "a length of time is no index", "use it as the end of a slice")
    position = _position(entry, dimension)
    if not 0 <= position < dimension.size:
        raise _outside(dimension, entry)
    return position


def refused(message: str, hint: str = "") -> InvalidInput:
    """Return the error of an index that means nothing."""
    return InvalidInput(SYSTEM, "index", message, hint)


def refused_in(dimension: Dimension, message: str, hint: str = "") -> InvalidInput:
    """Return the error of an entry that means nothing along its dimension."""
    return refused(f"dimension {dimension.title}: {message}", hint)


def _slice(entry: slice, dimension: Dimension) -> slice:
    if entry.step is not None and (_kind(entry.step, dimension) != "an integer" or int(entry.step) != 1):
        raise refused_in(dimension, "the step of a slice is 1", "read the whole and take every nth of it")
    kinds = {_kind(end, dimension) for end in (entry.start, entry.stop) if end is not None}
    if len(kinds) > 1:
        raise refused_in(dimension, f"a slice from {' to '.join(sorted(kinds))}", "give both ends in the same way")
    start = _end(entry.start, 0, dimension)
    stop = _end(entry.stop, dimension.size, dimension)
    if start >= stop:
        raise refused_in(dimension, f"the slice has no cells, it goes from {start} to {stop}", "an end is not included")
    return slice(start, stop)


def _end(value: object, default: int, dimension: Dimension) -> int:
    if value is None:
        return default
    if isinstance(value, Integral):
        position = int(value)
        return min(max(position + dimension.size if position < 0 else position, 0), dimension.size)
    position = _position(value, dimension)
    if not 0 <= position <= dimension.size:
        raise _outside(dimension, value)
    return position


def _position(value: object, dimension: Dimension) -> int:
    """Return where along the dimension a value lies, which may be one past the end, or outside."""
    kind = _kind(value, dimension)
    axis = dimension.axis
    given: Any = value
    if kind == "an integer":
        return int(given) + dimension.size if int(given) < 0 else int(given)
    if isinstance(axis, TimeAxis):
        return _elapsed(given, dimension, axis)
    if isinstance(axis, Labels) and kind in ("a text", "a number"):
        return _label(given, dimension, axis)
    if isinstance(axis, ScaleAxis) and kind == "a number":
        return _on_scale(float(given), dimension, axis)
    has = "no labels, times or scale" if axis is None else "labels" if isinstance(axis, Labels) else "a scale"
    raise refused_in(dimension, f"{kind} is no index, it has {has}", "use an integer from 0")


def _kind(value: object, dimension: Dimension) -> Kind:
    if isinstance(value, Integral) and not isinstance(value, bool):
        return "an integer"
    if isinstance(value, Real) and not isinstance(value, bool):
        return "a number"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, datetime):
        return "a time"
    if isinstance(value, timedelta):
        return "a length of time"
    hint = "use an integer, a number, a text, a datetime, a slice or ..."
    raise refused_in(dimension, f"{type(value).__name__} is no index", hint)


def _label(value: Any, dimension: Dimension, axis: Labels) -> int:
    found = next((at for at, label in enumerate(axis.values) if label == value and not isinstance(label, bool)), None)
    if found is None:
        raise refused_in(dimension, f"there is no label {_quoted(value)}", f"the first is {_quoted(axis.text(0))}")
    return found


def _on_scale(value: float, dimension: Dimension, axis: ScaleAxis) -> int:
    steps = (value - axis.start) / axis.step if axis.step else math.nan
    if not math.isfinite(steps):
        raise _outside(dimension, value)
    position = round(steps)
    # Start, step and value each came from a decimal fraction, with half a unit in the last place of error.
    noise = 4 * max(math.ulp(value), math.ulp(axis.start), abs(position) * math.ulp(axis.step))
    if abs(axis.start + position * axis.step - value) > max(noise, abs(axis.step) * 1e-9):
        near = ScaleAxis(axis.start, axis.step)
        hint = f"it lies between {near.text(math.floor(steps))} and {near.text(math.floor(steps) + 1)}"
        raise refused_in(dimension, f"{value:.9g} is not on the scale", hint)
    return position


def _elapsed(value: Any, dimension: Dimension, axis: TimeAxis) -> int:
    """Return how many steps lie between the start of the axis and a moment."""
    try:
        elapsed = value if isinstance(value, timedelta) else moment(value) - _aware(axis.start)
    except (ValueError, OverflowError, OSError) as error:
        raise refused_in(dimension, f"{_quoted(value)} is no time", "write it as 2020-12-31T23:59") from error
    position, beyond = divmod(elapsed, axis.step)
    if abs(beyond) >= _SECOND or (beyond and isinstance(value, timedelta)):
        if not 0 <= position < dimension.size:
            raise _outside(dimension, value)
        hint = f"it lies after {axis.text(position)}, a step is {abs(axis.step)}"
        raise refused_in(dimension, f"{_quoted(value)} is between two steps", hint)
    return position


def moment(value: datetime | str | float) -> datetime:
    """Return a time with its zone: naive ones are UTC, numbers are seconds since the epoch.

    Raises:
        ValueError, OverflowError, OSError: it is no time, or not one of the calendar.
    """
    if isinstance(value, str):
        return _aware(datetime.fromisoformat(value))
    return _aware(value) if isinstance(value, datetime) else datetime.fromtimestamp(float(value), UTC)


def _aware(value: datetime) -> datetime:
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value


def _outside(dimension: Dimension, value: object) -> InvalidInput:
    last = dimension.size - 1
    place = dimension.coordinate(last)
    hint = f"the last index is {last:,}{f', {place}' if place else ''}"
    return refused_in(dimension, f"{_quoted(value)} is outside", hint)


def _quoted(value: object) -> str:
    text = printable(str(value), 60)
    return f"'{text}'" if isinstance(value, str) else text
