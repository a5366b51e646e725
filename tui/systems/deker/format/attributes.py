"""The attributes of one array: its JSON made into values, and the link that its primary ones ask for."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from tui.systems.deker.format import dtypes
from tui.systems.deker.format.metadata import parse_json
from tui.systems.deker.format.metadata_fields import Defect, mapping
from tui.systems.deker.format.names import ID, path_text_problem, shown
from tui.systems.deker.models import Attribute, Collection


@dataclass(frozen=True, slots=True)
class AttributeSchema:
    """The attributes that an array of a list has, split, with their types made plain.

    A tile's are derived (contract §4.2): `vid` and `v_position` are primary, and the start of each time dimension that
    an attribute gives is kept as `parent.<name>`.
    """

    primary: tuple[tuple[str, str], ...]
    custom: tuple[tuple[str, str], ...]
    is_tile: bool = False

    @classmethod
    def of(cls, collection: Collection, tiles: bool) -> AttributeSchema:
        """Return the schema of the collection's own items, or of its tiles."""
        if tiles:
            starts = (dimension.start_attribute for dimension in collection.dimensions)
            custom = tuple((f"parent.{start}", "datetime") for start in starts if start is not None)
            return cls((("vid", "string"), ("v_position", "tuple")), custom, is_tile=True)

        def plain(attribute: Attribute) -> tuple[str, str]:
            return attribute.name, dtypes.attribute_type(attribute.dtype) or "string"

        return cls(
            tuple(plain(attribute) for attribute in collection.attributes if attribute.primary),
            tuple(plain(attribute) for attribute in collection.attributes if not attribute.primary),
        )


@dataclass(slots=True)
class Decoded:
    """An array's attributes as far as they could be read, and the first defect."""

    primary: dict[str, Any] = field(default_factory=dict)
    custom: dict[str, Any] = field(default_factory=dict)
    problem: str | None = None


def decode(raw: bytes, identity: str, schema: AttributeSchema) -> Decoded:
    """Return the attributes that `raw`, an array's JSON, holds for the array whose file is named `identity`."""
    decoded = Decoded()
    try:
        found = mapping(parse_json(raw, "the metadata"), "the metadata")
        _check_id(found.get("id"), identity)
        primary = mapping(found.get("primary_attributes"), "primary_attributes")
        _decode_into(decoded.primary, primary, schema.primary, "primary")
        custom = mapping(found.get("custom_attributes"), "custom_attributes")
        _decode_into(decoded.custom, custom, schema.custom, "custom")
    except Defect as defect:
        decoded.problem = str(defect)
    return decoded


def _check_id(found: object, identity: str) -> None:
    if not isinstance(found, str):
        raise Defect("the metadata have no id")
    if ID.match(found) is None:
        raise Defect(f"the metadata's id {found[:50]!r} is no UUID")
    if found != identity:
        raise Defect(f"the metadata are those of {found}, not of this file")


def _decode_into(values: dict[str, Any], found: dict[str, Any], schema: tuple[tuple[str, str], ...], kind: str) -> None:
    for name, dtype in schema:
        if name not in found:
            raise Defect(f"{kind} attribute {name[:60]!r} is missing")
        value = found[name]
        if value is None and kind == "custom":
            values[name] = None
            continue
        try:
            values[name] = dtypes.decode_attribute(value, dtype)
        except (ValueError, OverflowError) as error:
            raise Defect(f"{kind} attribute {name[:60]!r}: {str(error)[:120]}") from error


def primary_from_link(parts: list[str], schema: AttributeSchema) -> dict[str, Any]:
    """Return the primary attributes that a link's directories spell, none where the levels do not fit."""
    if len(parts) != len(schema.primary):
        return {}
    if schema.is_tile:
        return {"vid": parts[0], "v_position": _position(parts[1])}
    return {
        name: dtypes.decode_path_text(part, dtype) for part, (name, dtype) in zip(parts, schema.primary, strict=True)
    }


def _position(text: str) -> Any:
    numbers = text.split("-")
    return tuple(map(int, numbers)) if all(n.isdecimal() and len(n) < 19 for n in numbers) else text


def link_directories(primary: dict[str, Any], schema: AttributeSchema) -> list[str]:
    """Return the directories in which the link of an array with these attributes lies (contract §1).

    Raises:
        Defect: a value cannot be a directory; Deker would have left the link elsewhere, even outside the storage.
    """
    texts: list[str] = []
    for name, _ in schema.primary:
        text = dtypes.path_text(primary[name], schema.is_tile and name == "v_position")
        problem = path_text_problem(text)
        if problem:
            raise Defect(f"primary attribute {name[:60]!r}: {problem}")
        texts.append(text)
    return texts


def link_problem(parts: list[str], primary: dict[str, Any], schema: AttributeSchema) -> str | None:
    """Return how a link's directories contradict the attributes, None where they agree or cannot be compared.

    A float is compared as a number: Deker writes a directory from the value's own precision, the JSON from a wider one.
    """
    if len(parts) != len(schema.primary):
        # A text with slashes spreads over several directories.
        texts = [dtypes.path_text(primary[name]) for name, _ in schema.primary]
        joined = "/".join(texts)
        return None if "/" in "".join(texts) and joined == "/".join(parts) else _disagree(parts, joined)
    for part, (name, dtype) in zip(parts, schema.primary, strict=True):
        value = primary[name]
        text = dtypes.path_text(value, schema.is_tile and name == "v_position")
        if text == part or (dtype in ("complex", "tuple") and not schema.is_tile):
            continue
        other = dtypes.decode_path_text(part, dtype)
        if dtype == "float" and isinstance(other, float) and _close(other, value):
            continue
        if dtype == "datetime" and other == value:
            continue
        return _disagree([part], text, name)
    return None


def _close(one: float, other: float) -> bool:
    return (math.isnan(one) and math.isnan(other)) or math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-7)


def _disagree(parts: list[str], wanted: str, name: str = "") -> str:
    where = shown("/".join(parts))[:100]
    return f"the link lies under {where!r}, the metadata say {f'{name[:60]} = ' if name else ''}{wanted[:100]!r}"
