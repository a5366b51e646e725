"""Named fields: the tree that statistics are sent as (contract §7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from tui.systems.arakoon.wire.codecs import FLOAT, I32, I64, STRING, unencodable
from tui.systems.arakoon.wire.reader import DEFAULT_LIMITS, Limits, Reader, malformed, whole

ROOT = "arakoon_stats"
_LEAST = 12


@dataclass(frozen=True, slots=True)
class SmallInt:
    """A field of 32 bits."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class LargeInt:
    """A field of 64 bits."""

    name: str
    value: int


@dataclass(frozen=True, slots=True)
class Number:
    """A field with a float."""

    name: str
    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A field with bytes."""

    name: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Group:
    """A field that holds fields."""

    name: str
    value: tuple[Field, ...]


Field: TypeAlias = SmallInt | LargeInt | Number | Text | Group
Statistics: TypeAlias = dict[str, Any]
"""Values by name: whole numbers, floats, bytes, and the same again for a group."""


def encode_field(field: Field) -> bytes:
    """Return a field's encoding.

    Raises:
        InvalidInput: it is no field, or its value is out of range.
    """
    match field:
        case SmallInt(name, value):
            return _head(1, name) + I32.encode(value)
        case LargeInt(name, value):
            return _head(2, name) + I64.encode(value)
        case Number(name, value):
            return _head(3, name) + FLOAT.encode(value)
        case Text(name, value):
            return _head(4, name) + STRING.encode(value)
        case Group(name, fields):
            return b"".join((_head(5, name), I32.encode(len(fields)), *map(encode_field, fields)))
        case _:
            raise unencodable("a named field", field)


def _head(kind: int, name: str) -> bytes:
    return I32.encode(kind) + STRING.encode(name.encode("utf-8", "surrogateescape"))


def decode_field(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Field:
    """Return the field that `data` is.

    Raises:
        ProtocolError: it is malformed, cut short or too long.
    """
    return whole(lambda reader: _read_field(reader, reader.limits.depth), data, limits)


def _read_field(reader: Reader, depth: int) -> Field:
    kind = reader.i32()
    if not 1 <= kind <= 5:
        raise malformed(f"a field is of the type {kind}")
    name = reader.string().decode("utf-8", "surrogateescape")
    if kind == 1:
        return SmallInt(name, reader.i32())
    if kind == 2:
        return LargeInt(name, reader.i64())
    if kind == 3:
        return Number(name, reader.f64())
    if kind == 4:
        return Text(name, reader.string())
    if depth <= 0:
        raise malformed("the fields nest too deep")
    count = reader.count(_LEAST)
    return Group(name, tuple(reader.elements(count, lambda inner: _read_field(inner, depth - 1))))


def decode_statistics(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Statistics:
    """Return the tree below the root as values by name; older servers have fewer of them.

    Raises:
        ProtocolError: it is malformed, or its root is not that of statistics.
    """
    root = decode_field(data, limits)
    if not isinstance(root, Group) or root.name != ROOT:
        raise malformed("these are no statistics")
    return _by_name(root)


def _by_name(group: Group) -> Statistics:
    return {field.name: _by_name(field) if isinstance(field, Group) else field.value for field in group.value}
