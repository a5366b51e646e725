"""Codecs: each primitive encoding and each way to put them together, both directions in one place (contract §2)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any, Generic, TypeVar

from tui.services.errors import InvalidInput
from tui.systems.arakoon.wire.reader import SYSTEM, Reader

T = TypeVar("T")
A = TypeVar("A")
B = TypeVar("B")
_I32, _U32, _I64, _F64 = Struct("<i"), Struct("<I"), Struct("<q"), Struct("<d")
_LONGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Codec(Generic[T]):
    """How one kind of value is written and read. `least` is the number of bytes that it takes at least.

    `encode` raises InvalidInput for what is no such value; `decode` raises as `Reader` does.
    """

    name: str
    encode: Callable[[T], bytes]
    decode: Callable[[Reader], T]
    least: int


def unencodable(wanted: str, value: object) -> InvalidInput:
    """Return the error for a value of the wrong kind. The value is not quoted: it may be 8 MiB of anything."""
    return InvalidInput(SYSTEM, "encode", f"give {wanted}, not {type(value).__name__}")


def encode_string(value: bytes) -> bytes:
    """Return a string's encoding: its length and its bytes."""
    if not isinstance(value, bytes):
        raise unencodable("bytes", value)
    if len(value) > _LONGEST:
        raise InvalidInput(SYSTEM, "encode", f"{len(value):,} bytes are more than a string can have")
    return _I32.pack(len(value)) + value


def encode_flag(value: bool) -> bytes:
    """Return a bool's encoding."""
    if not isinstance(value, bool):
        raise unencodable("True or False", value)
    return b"\1" if value else b"\0"


def _whole_number(kind: Struct, bits: int, signed: bool) -> Callable[[int], bytes]:
    low, high = (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1) if signed else (0, 2**bits - 1)

    def encode(value: int) -> bytes:
        if not isinstance(value, int) or isinstance(value, bool):
            raise unencodable("a whole number", value)
        if not low <= value <= high:
            raise InvalidInput(SYSTEM, "encode", f"give a whole number from {low} to {high}")
        return kind.pack(value)

    return encode


def _encode_float(value: float) -> bytes:
    if not isinstance(value, (int, float)):
        raise unencodable("a number", value)
    return _F64.pack(value)


def _encode_unit(value: None) -> bytes:
    return b""


def _decode_unit(reader: Reader) -> None:
    return None


U32: Codec[int] = Codec("u32", _whole_number(_U32, 32, signed=False), Reader.u32, 4)
I32: Codec[int] = Codec("i32", _whole_number(_I32, 32, signed=True), Reader.i32, 4)
I64: Codec[int] = Codec("i64", _whole_number(_I64, 64, signed=True), Reader.i64, 8)
FLOAT: Codec[float] = Codec("float", _encode_float, Reader.f64, 8)
BOOL: Codec[bool] = Codec("bool", encode_flag, Reader.flag, 1)
STRING: Codec[bytes] = Codec("string", encode_string, Reader.string, 4)
UNIT: Codec[None] = Codec("unit", _encode_unit, _decode_unit, 0)


def option(inner: Codec[T]) -> Codec[T | None]:
    """Return the codec of a value that may be absent."""

    def encode(value: T | None) -> bytes:
        return b"\0" if value is None else b"\1" + inner.encode(value)

    def decode(reader: Reader) -> T | None:
        return inner.decode(reader) if reader.flag() else None

    return Codec(f"option {inner.name}", encode, decode, 1)


def pair(first: Codec[A], second: Codec[B]) -> Codec[tuple[A, B]]:
    """Return the codec of two values, one behind the other."""

    def encode(value: tuple[A, B]) -> bytes:
        return first.encode(value[0]) + second.encode(value[1])

    def decode(reader: Reader) -> tuple[A, B]:
        one = first.decode(reader)
        return one, second.decode(reader)

    return Codec(f"pair ({first.name}, {second.name})", encode, decode, first.least + second.least)


def array(inner: Codec[T]) -> Codec[Sequence[T]]:
    """Return the codec of a count and elements in natural order."""
    read = _reading(inner)

    def encode(values: Sequence[T]) -> bytes:
        return _encoded_list(inner, values, values)

    def decode(reader: Reader) -> Sequence[T]:
        return read(reader, reader.count(inner.least))

    return Codec(f"array {inner.name}", encode, decode, 4)


def reversed_list(inner: Codec[T]) -> Codec[Sequence[T]]:
    """Return the codec of a count and elements in reverse order, which a value here never is."""
    read = _reading(inner)

    def encode(values: Sequence[T]) -> bytes:
        return _encoded_list(inner, values, values[::-1])

    def decode(reader: Reader) -> Sequence[T]:
        values = read(reader, reader.count(inner.least))
        values.reverse()
        return values

    return Codec(f"list {inner.name}", encode, decode, 4)


def _reading(inner: Codec[T]) -> Callable[[Reader, int], list[Any]]:
    if inner.decode is STRING.decode:
        return Reader.strings
    if inner is ENTRY:
        return Reader.entries
    return lambda reader, count: reader.elements(count, inner.decode)


def _encoded_list(inner: Codec[T], values: Sequence[T], ordered: Sequence[T]) -> bytes:
    if not isinstance(values, (list, tuple)):
        raise unencodable("a list", values)
    return b"".join((_I32.pack(len(values)), *map(inner.encode, ordered)))


def encode_entry(key: bytes, value: bytes) -> bytes:
    """Return the encoding of a key and its value, as `ENTRY` does, faster."""
    return b"".join((_I32.pack(len(key)), key, _I32.pack(len(value)), value))


def joined(entries: Sequence[bytes]) -> bytes:
    """Return the encoding of a reversed list whose elements are encoded already, in their natural order."""
    return b"".join((_I32.pack(len(entries)), *reversed(entries)))


ENTRY = pair(STRING, STRING)
"""A key and its value."""
OPTION = option(STRING)
"""A value that may be absent."""
