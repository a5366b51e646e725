"""Where the link of an array belongs: the directories that Deker makes of its primary attributes (contract §1)."""

from __future__ import annotations

import ast
import math
from typing import Any

from tui.systems.deker.format import dtypes
from tui.systems.deker.format.attributes import AttributeSchema
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import path_text_problem
from tui.systems.deker.models import Collection


def link_parts(primary: dict[str, Any], schema: AttributeSchema, collection: Collection) -> list[str]:
    """Return the directories of the link of an array with these decoded attributes.

    Deker spells a number in the precision of its attribute: a `numpy.float32` of 0.1 is `0.1`, though the JSON holds
    more digits.

    Raises:
        Defect: a value cannot be a directory's name.
    """
    parts = _texts(primary, schema, collection)
    for (name, _), text in zip(schema.primary, parts, strict=True):
        problem = path_text_problem(text)
        if problem:
            raise Defect(f"primary attribute {name[:60]!r}: {problem}")
    return parts


def is_right_place(parts: list[str], primary: dict[str, Any], schema: AttributeSchema, collection: Collection) -> bool:
    """Whether a link that lies under `parts` lies where these attributes want it.

    A tuple's text depends on what it was made of, so there the values are compared; a text with slashes, which Deker
    spreads over several directories, is right there.
    """
    texts = _texts(primary, schema, collection)
    if "/".join(texts) == "/".join(parts):
        return True
    if len(parts) != len(texts) or schema.is_tile:
        return False
    for part, text, (name, dtype) in zip(parts, texts, schema.primary, strict=True):
        if part == text:
            continue
        written = _written_dtype(collection, name, schema)
        is_wide = written is not None and dtypes.kind(written) == "f" and dtypes.item_size(written) > 8
        if not (dtype == "tuple" and _same_tuple(part, primary[name])) and not (is_wide and _close(part, text)):
            return False
    return True


def primary_of_parts(parts: list[str], schema: AttributeSchema) -> dict[str, Any]:
    """Return the primary attributes that a link's directories spell, as JSON has them.

    Raises:
        Defect: they spell none that the schema could mean.
    """
    if len(parts) != len(schema.primary):
        raise Defect(f"the link lies {len(parts)} directories deep, the schema has {len(schema.primary)}")
    if schema.is_tile:
        numbers = parts[1].split("-")
        if not all(number.isdecimal() and number.isascii() and len(number) < 19 for number in numbers):
            raise Defect(f"{parts[1][:60]!r} is no grid position")
        return {"vid": parts[0], "v_position": [int(number) for number in numbers]}
    found: dict[str, Any] = {}
    for part, (name, dtype) in zip(parts, schema.primary, strict=True):
        try:
            found[name] = _encoded(part, dtype)
        except (ValueError, OverflowError, SyntaxError, RecursionError, MemoryError) as error:
            raise Defect(f"the directory {part[:60]!r} is no {dtype} for attribute {name[:60]!r}") from error
    return found


def _encoded(part: str, dtype: str) -> Any:
    """Return the JSON value of which Deker made the directory `part`."""
    if dtype == "tuple":
        value = ast.literal_eval(part)
        if not isinstance(value, tuple):
            raise ValueError(part)
        return _listed(value)
    value = dtypes.decode_attribute(part, dtype)
    return value.isoformat() if dtype == "datetime" else value


def _listed(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_listed(item) for item in value]
    if isinstance(value, complex):
        return str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise ValueError(type(value).__name__)


def _written_dtype(collection: Collection, name: str, schema: AttributeSchema) -> str | None:
    """Return the canonical numpy dtype of an attribute, None where it has a plain one."""
    if schema.is_tile:
        return None
    written = next((item.dtype for item in collection.attributes if item.name == name), "")
    return dtypes.canonical(written) if written.startswith("numpy.") else None


def _texts(primary: dict[str, Any], schema: AttributeSchema, collection: Collection) -> list[str]:
    if schema.is_tile:
        return [str(primary["vid"]), dtypes.path_text(primary["v_position"], is_position=True)]
    return [_text(primary[name], dtype, _written_dtype(collection, name, schema)) for name, dtype in schema.primary]


def _text(value: Any, dtype: str, written: str | None) -> str:
    if dtype == "tuple":
        return str(_with_complex(value))
    if dtype == "complex":
        value = complex(value)
    if written is not None and dtype in ("float", "complex"):
        import numpy

        return str(numpy.dtype(dtypes.stored_type(written)).type(value))
    return dtypes.path_text(value)


def _with_complex(value: Any) -> Any:
    """Return a tuple as Deker reads it back: a text such as `(1-2j)` is a complex number again (contract §5.1)."""
    if isinstance(value, tuple):
        return tuple(_with_complex(item) for item in value)
    if isinstance(value, str) and value.startswith("(") and value.endswith("j)"):
        try:
            return complex(value)
        except ValueError:
            return value
    return value


def _same_tuple(part: str, value: Any) -> bool:
    """Whether a directory may stand for that tuple; a text that cannot be compared may."""
    try:
        found = ast.literal_eval(part)
    except (ValueError, SyntaxError, RecursionError, MemoryError):
        return True
    return _alike(found, _with_complex(value))


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, tuple | list) and isinstance(other, tuple):
        return len(one) == len(other) and all(_alike(a, b) for a, b in zip(one, other, strict=True))
    if isinstance(one, float) and isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-3, abs_tol=1e-7) or (one != one and other != other)
    return one == other or str(one) == other


def _close(one: str, other: str) -> bool:
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-12)
    except ValueError:
        return False
