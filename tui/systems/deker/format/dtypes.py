"""The dtype names of Deker's metadata, read as text: every alias, what it is on disk, what fills it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

# Canonical name -> (type of the HDF5 dataset as numpy spells it, name that Deker writes, other names it reads).
_NUMBERS: dict[str, tuple[str, str, str]] = {
    "int8": ("<i1", "int8", "byte"),
    "int16": ("<i2", "int16", "short"),
    "int32": ("<i4", "int32", "intc"),
    "int64": ("<i8", "int64", "int intp int_ long"),
    "longlong": ("<i8", "longlong", ""),
    "uint8": ("<u1", "uint8", "ubyte"),
    "uint16": ("<u2", "uint16", "ushort"),
    "uint32": ("<u4", "uint32", "uintc"),
    "uint64": ("<u8", "uint", "uintp ulong"),
    "ulonglong": ("<u8", "ulonglong", ""),
    "float16": ("<f2", "float16", "half"),
    "float32": ("<f4", "float32", "single"),
    "float64": ("<f8", "float64", "float double float_"),
    "float128": ("<f16", "float128", "longdouble longfloat"),
    "complex64": ("<c8", "complex64", "csingle singlecomplex"),
    "complex128": ("<c16", "cfloat", "complex cdouble complex_"),
    "complex256": ("<c32", "clongfloat", "clongdouble longcomplex"),
}
_CANONICAL = {
    alias: name for name, (_, written, others) in _NUMBERS.items() for alias in (name, written, *others.split())
}
_PLAIN_ATTRIBUTES = ("string", "tuple", "datetime", "int", "float", "complex")
_INT = re.compile(r"\s*[+-]?\d+\s*\Z")


def canonical(text: object) -> str | None:
    """Return the usual name (`float64`) of a schema dtype in any spelling of contract §4.3, None if unknown."""
    return _CANONICAL.get(text.removeprefix("numpy.")) if isinstance(text, str) else None


def stored_type(name: str) -> str:
    """Return what a canonical dtype is on disk, in numpy's spelling: `<f4`, `<c16` (contract §4.3)."""
    return _NUMBERS[name][0]


def written_name(name: str) -> str:
    """Return the text that Deker puts into its metadata for a canonical dtype: `numpy.cfloat` (contract §4.3)."""
    return f"numpy.{_NUMBERS[name][1]}"


def item_size(name: str) -> int:
    """Return the bytes of one cell of a canonical dtype."""
    return int(_NUMBERS[name][0][2:])


def kind(name: str) -> str:
    """Return `i`, `u`, `f` or `c` for a canonical dtype."""
    return _NUMBERS[name][0][1]


def written_attribute(text: str) -> str:
    """Return the text that Deker puts into its metadata for a known attribute dtype in any spelling (contract §4.2)."""
    plain = text.removeprefix("numpy.")
    name = canonical(text)
    return plain if plain in _PLAIN_ATTRIBUTES or name is None else written_name(name)


def attribute_type(text: object) -> str | None:
    """Return the dtype of an attribute: a plain name, or `int`, `float`, `complex` for numpy's; None if unknown."""
    if not isinstance(text, str):
        return None
    if text in _PLAIN_ATTRIBUTES:
        return text
    name = canonical(text)
    return {"i": "int", "u": "int", "f": "float", "c": "complex"}[kind(name)] if name else None


def fill_text(value: Any, name: str) -> str:
    """Return the fill value of a schema as text; `value` is what the metadata hold (contract §4.3).

    Raises:
        ValueError: the value does not fit the dtype.
    """
    of = kind(name)
    if value is None:
        return "nan" if of in "fc" else str(_lowest(name))
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise ValueError(f"a {name} cannot be {type(value).__name__}")
    if of in "iu":
        if isinstance(value, str) and not _INT.match(value):
            raise ValueError(f"{value[:40]!r} is not an integer")
        number = int(value)
        if not _lowest(name) <= number <= _highest(name):
            raise ValueError(f"{str(value)[:40]} does not fit {name}")
        return str(number)
    if of == "f":
        float(value)
        return str(value).strip()
    complex(value)
    return str(value).strip()


def _lowest(name: str) -> int:
    return -(1 << (8 * item_size(name) - 1)) if kind(name) == "i" else 0


def _highest(name: str) -> int:
    bits = 8 * item_size(name)
    return (1 << (bits - 1)) - 1 if kind(name) == "i" else (1 << bits) - 1


def decode_attribute(value: Any, dtype: str) -> Any:
    """Return an attribute's value as its schema means it, from what the JSON holds (contract §5.1).

    Numbers may come as text (after an update of custom attributes), datetimes with `T` or a space, naive ones are
    UTC. Complex numbers stay text, which JSON can carry; tuples come back as tuples.

    Raises:
        ValueError: the value is not of that dtype.
    """
    if dtype == "string" and isinstance(value, str):
        return value
    if dtype == "int" and isinstance(value, int | str) and not isinstance(value, bool):
        return int(value)
    if dtype == "float" and isinstance(value, int | float | str) and not isinstance(value, bool):
        return float(value)
    if dtype == "datetime" and isinstance(value, str):
        moment = datetime.fromisoformat(value)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    if dtype == "complex" and isinstance(value, str | int | float) and not isinstance(value, bool):
        complex(value)
        return str(value)
    if dtype == "tuple" and isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    found = {"dict": "an object", "list": "a list", "NoneType": "null", "str": "text", "bool": "true or false"}
    raise ValueError(f"expected {dtype}, found {found.get(type(value).__name__, 'a number')}")


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def decode_path_text(text: str, dtype: str) -> Any:
    """Return the value that a directory of the link tree stands for (contract §1); the text itself if unsure."""
    if dtype in ("string", "tuple", "complex"):
        return text
    try:
        return decode_attribute(text, dtype)
    except (ValueError, OverflowError):
        return text


def path_text(value: Any, is_position: bool = False) -> str:
    """Return the directory name of a decoded attribute value (contract §1); positions join with `-`."""
    if is_position:
        return "-".join(str(number) for number in value)
    return value.isoformat() if isinstance(value, datetime) else str(value)
