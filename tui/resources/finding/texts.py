"""The texts of an item: its names, and what its columns and fields say, each with the name of its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from pydantic import BaseModel

if TYPE_CHECKING:
    from tui.resources.columns import Column
    from tui.resources.types import ResourceType

LONGEST = 2_000
"""Characters of a text that are looked at."""
DEPTH = 4
FIELDS = 200
"""Fields of an item that are looked at, however many a store says that it has."""
_TEXT_KINDS = ("text", "path", "status")


def names_of(kind: ResourceType[Any, Any], item: Any) -> tuple[str, ...]:
    """Return what the item is called: its key, and its label and name where they are others."""
    called = getattr(item, "name", None)
    names = (kind.key(item), kind.label(item), called if isinstance(called, str) else "")
    return tuple(dict.fromkeys(name[:LONGEST] for name in names if name))


def texts_of(columns: Sequence[Column], item: Any) -> Iterator[tuple[str, str]]:
    """Yield the item's texts with their places: columns by their headings, fields by their dotted names."""
    left, known = FIELDS, set[str]()
    for column in columns:
        if column.kind in _TEXT_KINDS:
            value: Any = column.read(item)
            known.add(column.name)
            for place, text in _texts(column.heading, value, DEPTH):
                yield place, text
                left -= 1
                if left <= 0:
                    return
    for name in type(item).model_fields if isinstance(item, BaseModel) else ():
        if name in known:
            continue
        for place, text in _texts(name, getattr(item, name, None), DEPTH):
            yield place, text
            left -= 1
            if left <= 0:
                return


def _texts(place: str, value: Any, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the texts below a place. A secret is no text; nor are the bytes of a value."""
    if isinstance(value, str):
        if value:
            yield place, value[:LONGEST]
        return
    if depth == 0:
        return
    if isinstance(value, BaseModel):
        value = {name: getattr(value, name, None) for name in type(value).model_fields}
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[Any, Any]", value).items():
            below = f"{place}.{key}"
            # What stands in a mapping is an attribute that somebody gave, so that numbers are sought there, too.
            if isinstance(inner, int | float | datetime):
                yield below, inner.isoformat() if isinstance(inner, datetime) else str(inner)
            else:
                yield from _texts(below, inner, depth - 1)
    elif isinstance(value, tuple | list | set | frozenset):
        for inner in cast("Sequence[Any]", value):
            yield from _texts(place, inner, depth - 1)
