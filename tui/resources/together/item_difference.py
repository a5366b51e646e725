"""Item difference: how two items differ field by field, and as the lines of their JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from tui.resources.detail import Field, Section
from tui.resources.json_text import to_data, to_json
from tui.resources.line_difference import line_difference

_MISSING = object()
MOST_FIELDS = 200
"""Fields that are told one by one; the lines of the JSON tell of more."""
_LONGEST = 300


def item_difference(here: Any, there: Any, names: tuple[str, ...]) -> tuple[tuple[Section, ...], str]:
    """Return the fields that differ, with both values, and the whole difference as text; `names` are the sides'.

    A side that is None has no such item. Takes long for large items: call it in a thread.
    """
    mine, other = to_data(here), to_data(there)
    head = f"--- {names[0]}\n+++ {names[1]}\n"
    if here is None or there is None:
        which, found = (names[1], other) if here is None else (names[0], mine)
        return (Section(f"only in {which}", tuple(_told(found))),), head + to_json(found, indent=2)
    leaves = _leaves(mine), _leaves(other)
    fields: list[Field] = []
    for path in dict.fromkeys((*leaves[0], *leaves[1])):
        values = [side.get(path, _MISSING) for side in leaves]
        if values[0] != values[1]:
            fields += [Field(f"{path} ({name})", _text(value)) for name, value in zip(names, values, strict=True)]
        if len(fields) >= 2 * MOST_FIELDS:
            break
    lines = line_difference(to_json(mine, indent=2).split("\n"), to_json(other, indent=2).split("\n"))
    title = "difference" if fields else "no difference"
    return (Section(title, tuple(fields)),), head + ("\n".join(lines) or "the same in every field")


def _told(data: Any) -> list[Field]:
    return [Field(path, _text(value)) for path, value in list(_leaves(data).items())[:MOST_FIELDS]]


def _text(value: Any) -> str:
    if value is _MISSING:
        return "—"
    text = value if isinstance(value, str) else to_json(value)
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _leaves(data: Any) -> dict[str, Any]:
    """Return the values in mappings of mappings by their path, lists being values."""
    found: dict[str, Any] = {}
    waiting: list[tuple[str, Any]] = [("", data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, Mapping) and value:
            pairs = cast("Mapping[str, Any]", value).items()
            waiting += [(f"{path}.{key}" if path else key, inner) for key, inner in reversed(list(pairs))]
        else:
            found[path or "value"] = value
    return found
