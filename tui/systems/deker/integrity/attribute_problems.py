"""Everything that is wrong with an array's attributes: all of it, where `attributes.decode` ends at the first."""

from __future__ import annotations

from typing import Any

from tui.systems.deker.format import dtypes
from tui.systems.deker.format.attributes import AttributeSchema
from tui.systems.deker.format.metadata import parse_json
from tui.systems.deker.format.metadata_fields import Defect, mapping
from tui.systems.deker.format.names import ID, shown

Problem = tuple[str, str]
"""A code and a message."""

_BROKEN = "meta-broken"


def attribute_problems(
    raw: bytes, identity: str, schema: AttributeSchema | None
) -> tuple[list[Problem], dict[str, Any] | None]:
    """Return what is wrong with `raw`, the JSON of the array whose file is named `identity`, and its primary values.

    These are decoded, and None unless all of them can be.

    Values must be of the types that Deker writes for their attributes: a list is no text, though Deker would make one
    of it (contract §9.3 row 32). Without a schema only the frame is looked at.
    """
    try:
        parsed = parse_json(raw, "the attributes' JSON")
        if parsed is None:
            raise Defect("the attributes' JSON is null")
        found = mapping(parsed, "the attributes' JSON")
    except Defect as defect:
        return [(_BROKEN, str(defect))], None
    problems = _of_id(found.get("id"), identity)
    decoded: dict[str, dict[str, Any] | None] = {}
    for key, kind in (("primary_attributes", "primary"), ("custom_attributes", "custom")):
        try:
            values = mapping(found.get(key), key)
        except Defect as defect:
            problems.append((_BROKEN, str(defect)))
            continue
        if schema is not None:
            decoded[kind] = _decoded(values, schema.primary if kind == "primary" else schema.custom, kind, problems)
    return problems, decoded.get("primary")


def _of_id(found: object, identity: str) -> list[Problem]:
    if not isinstance(found, str):
        return [(_BROKEN, "the attributes' JSON has no id")]
    if ID.match(found) is None:
        return [("meta-id-differs", f"the id inside, {shown(found)[:50]!r}, is no UUID")]
    if found != identity:
        return [("meta-id-differs", f"the id inside is {found}, the file's name says {identity}")]
    return []


def _decoded(
    values: dict[str, Any], attributes: tuple[tuple[str, str], ...], kind: str, problems: list[Problem]
) -> dict[str, Any] | None:
    """Return the attributes' values, None unless all are there and sound, and add what is wrong with them."""
    found: dict[str, Any] = {}
    for name, dtype in attributes:
        if name not in values:
            problems.append(("attribute-missing", f"{kind} attribute {name[:60]!r} is missing"))
        elif values[name] is None and kind == "custom":
            found[name] = None
        else:
            try:
                found[name] = dtypes.decode_attribute(values[name], dtype)
            except (ValueError, OverflowError) as error:
                problems.append(("attribute-type", f"{kind} attribute {name[:60]!r}: {str(error)[:120]}"))
    return found if len(found) == len(attributes) else None
