"""What the indices of a dimension stand for: read from the array that is named after it, as is the custom (CF)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tui.resources.arrays.array_axis import Axis, Labels, ScaleAxis, TimeAxis
from tui.systems.arraylake.reading import nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

MOST = 100_000
"""Coordinates of one dimension that are read."""
_UNITS = {"day": 86_400, "hour": 3_600, "minute": 60, "second": 1, "millisecond": 1e-3, "microsecond": 1e-6}
_SINCE = re.compile(r"\s*(?P<unit>[a-zA-Z]+?)s?\s+since\s+(?P<start>\d{4}-\d{1,2}-\d{1,2}.*)", re.ASCII)
_CALENDARS = {"", "standard", "gregorian", "proleptic_gregorian"}


def axis_of(store: Any, path: str, size: int) -> Axis | None:
    """Return what the indices stand for, None if no array says. It blocks: call it in a thread."""
    try:
        array = nodes.array_at(store, path)
        if tuple(array.shape) != (size,) or not 0 < size <= MOST:
            return None
        values: Any = array[:]
        attributes = dict(array.attrs)
    except Exception:
        # Coordinates are a help; the array can be read without, and says so itself if the store is gone.
        return None
    return _axis(values, attributes)


def _axis(values: NDArray[Any], attributes: dict[str, Any]) -> Axis | None:
    import numpy as np

    kind = np.dtype(values.dtype).kind
    if kind == "M":
        moments = values.astype("datetime64[us]")
        return _moments(moments.astype("int64") * 1e-6, datetime(1970, 1, 1, tzinfo=UTC))
    if kind not in "iuf":
        return Labels([str(value) for value in values.tolist()]) if kind in "USTOb" else None
    numbers = values.astype("float64")
    if not np.all(np.isfinite(numbers)):
        return Labels(values.tolist())
    since = _SINCE.match(str(attributes.get("units", "")))
    if since is not None and str(attributes.get("calendar", "")).lower() in _CALENDARS:
        unit, start = _UNITS.get(since["unit"].lower()), _start(since["start"])
        if unit is not None and start is not None:
            return _moments(numbers * unit, start)
    if len(numbers) == 1:
        return Labels(values.tolist())
    step = float(numbers[-1] - numbers[0]) / (len(numbers) - 1)
    line = numbers[0] + step * np.arange(len(numbers))
    if step and np.allclose(line, numbers, rtol=0, atol=abs(step) * 1e-3):
        return ScaleAxis(float(numbers[0]), step)
    return Labels(values.tolist())


def _moments(seconds: NDArray[Any], start: datetime) -> Axis | None:
    """Return moments as an axis: evenly spaced if they are, else one by one."""
    import numpy as np

    steps = np.diff(seconds)
    try:
        first = start + timedelta(seconds=float(seconds[0]))
        if len(steps) and steps[0] and np.allclose(steps, steps[0], rtol=0, atol=1e-3):
            return TimeAxis(first, timedelta(seconds=float(steps[0])))
        each = [start + timedelta(seconds=float(second)) for second in seconds]
    except (OverflowError, ValueError):
        return None
    return Labels([moment.replace(tzinfo=None).isoformat(sep=" ", timespec="auto") for moment in each])


def _start(text: str) -> datetime | None:
    for candidate in (text.strip(), text.strip().split(".")[0], text.split()[0]):
        try:
            found = datetime.fromisoformat(candidate.replace(" UTC", "").removesuffix("Z"))
        except ValueError:
            continue
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found
    return None
