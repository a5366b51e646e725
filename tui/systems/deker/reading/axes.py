"""What stands along the dimensions of an array, a tile or a VArray: labels, times, a scale (contract §4.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tui.resources.arrays import array_axis
from tui.resources.arrays.array_axis import Axis, Labels, ScaleAxis, TimeAxis, plain_dimensions
from tui.systems.deker.models import Collection, Dimension, Entry


def dimensions_of(collection: Collection, entry: Entry, shape: tuple[int, ...]) -> tuple[array_axis.Dimension, ...]:
    """Return the dimensions of an entry whose data have `shape`.

    A time axis that begins at an attribute begins at the entry's own. A tile's coordinates are those of its part of
    the VArray; the times that are stored with it are not, from the second tile on (contract §4.2). Where a dimension's
    size is not that of the schema its coordinates are left out, and where their number is not, the names too.
    """
    if len(collection.dimensions) != len(shape):
        return plain_dimensions(shape)
    sizes = collection.shape
    position: tuple[int, ...] = (0,) * len(shape)
    if entry.kind == "tile" and collection.tile_shape is not None:
        sizes = collection.tile_shape
        place: Any = entry.primary.get("v_position")
        if not (isinstance(place, tuple) and len(place) == len(shape) and all(isinstance(n, int) for n in place)):
            return plain_dimensions(shape, [dimension.name for dimension in collection.dimensions])
        position = place
    found: list[array_axis.Dimension] = []
    for dimension, size, wanted, number in zip(collection.dimensions, shape, sizes, position, strict=True):
        axis = _axis(dimension, entry, number, wanted) if size == wanted else None
        found.append(array_axis.Dimension(dimension.name, size, axis))
    return tuple(found)


def _axis(dimension: Dimension, entry: Entry, number: int, size: int) -> Axis | None:
    """Return the axis of the part of a dimension that begins at `number` times `size`."""
    first = number * size
    if dimension.labels is not None:
        return Labels(dimension.labels[first : first + size])
    if dimension.scale is not None:
        return ScaleAxis(dimension.scale.start + first * dimension.scale.step, dimension.scale.step)
    if dimension.step is None:
        return None
    start = _start(dimension, dimension.step, entry, number)
    try:
        return None if start is None else TimeAxis(start + first * dimension.step, dimension.step)
    except OverflowError:
        return None


def _start(dimension: Dimension, step: timedelta, entry: Entry, number: int) -> datetime | None:
    """Return when the whole dimension begins, None if the attribute that says so is missing."""
    name = dimension.start_attribute
    if name is None:
        return dimension.start
    if entry.kind != "tile":
        found = entry.custom.get(name, entry.primary.get(name))
        return found if isinstance(found, datetime) else None
    # What a tile keeps is the start and as many steps as tiles lie before it.
    found = entry.custom.get(f"parent.{name}")
    try:
        return found - number * step if isinstance(found, datetime) else None
    except OverflowError:
        return None
