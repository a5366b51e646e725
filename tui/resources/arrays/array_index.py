"""Indices as people type them: an entry for each dimension, by commas, such as `0, :, 10:20` or `=2020-01-31, ...`."""

from __future__ import annotations

from tui.resources.arrays.array_axis import Dimension
from tui.resources.arrays.array_source import ArraySource, Index
from tui.services.errors import InvalidInput
from tui.services.printable import printable


def read_index(source: ArraySource, text: str) -> Index:
    """Return the selection that a text means; square brackets around it may stand.

    An entry is an index (negative ones count from the end), a coordinate, two of these with a colon between, or `...`
    for as many whole dimensions as are left out. Dimensions at the end may be left out too.

    Raises:
        InvalidInput: it means nothing; the message names the dimension.
    """
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    parts = [part.strip() for part in text.split(",")] if text.strip() else []
    missing = len(source.dimensions) - len(parts)
    if "..." in parts:
        at = parts.index("...")
        parts[at : at + 1] = [":"] * (missing + 1)
    if len(parts) > len(source.dimensions) or "..." in parts:
        given = f"{printable(text, 60)!r} has more entries than the array dimensions, {len(source.dimensions)}"
        raise InvalidInput("arraydeck", "index", given, "give one entry for each, or leave the last ones out")
    parts += [":"] * (len(source.dimensions) - len(parts))
    return tuple(_entry(part, dimension) for part, dimension in zip(parts, source.dimensions, strict=True))


def _entry(text: str, dimension: Dimension) -> int | slice:
    found = dimension.find(text)
    if found is not None:
        return found
    first, colon, rest = text.partition(":")
    if not colon:
        raise _refused(dimension, f"there is no {printable(text, 60)!r}")
    start = _end(first, 0, dimension)
    stop = _end(rest, dimension.size, dimension)
    if start > stop:
        raise _refused(dimension, f"{printable(text, 60)!r} ends before it begins")
    return slice(start, stop)


def _end(text: str, default: int, dimension: Dimension) -> int:
    text = text.strip()
    if not text:
        return default
    if text.removeprefix("-").isdecimal() and len(text) < 20:
        index = int(text)
        return min(max(index + dimension.size if index < 0 else index, 0), dimension.size)
    found = dimension.find(text)
    if found is None:
        raise _refused(dimension, f"there is no {printable(text, 60)!r}")
    return found


def _refused(dimension: Dimension, message: str) -> InvalidInput:
    known = f"it has the indices 0 to {dimension.size - 1}" if dimension.size else "it has no index"
    if dimension.size and dimension.axis is not None:
        known += f", which are {dimension.place(0)} to {dimension.place(dimension.size - 1)}"
    return InvalidInput("arraydeck", "index", f"dimension {dimension.title}: {message}", known)
