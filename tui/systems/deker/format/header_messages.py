"""The messages of a version 1 HDF5 object header: dataspace, datatype, layout and filters."""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import Struct, error

Message = tuple[int, bytes]
"""Kind and content."""

_DATASPACE, _DATATYPE, _LAYOUT, _FILTERS = 0x1, 0x3, 0x8, 0xB
SYMBOL_TABLE, CONTINUATION = 0x11, 0x10
LINKS = frozenset((0x2, 0x6, 0xA))
"""Messages of groups that are not kept in a symbol table."""
_IGNORED = frozenset((0x0, 0x4, 0x5, 0xC, 0xE, 0x12, 0x13))

_UNDEFINED = 0xFFFFFFFFFFFFFFFF
_MESSAGE = Struct("<HHB3x")
_PLACE = Struct("<QQ")
_NAMED_FILTER = Struct("<HHH")
_MAX_FILTERS = 32


class Damaged(Exception):
    """The file contradicts itself; the message says how, in words for a person."""


class Unfamiliar(Exception):
    """The file is in a form that this reader does not know. It may be sound: h5py decides."""


@dataclass(frozen=True, slots=True)
class DataHeader:
    """A dataset's description.

    `dtype` is numpy's spelling (`<f4`, `<c8`, `S40`) or a word (`group`). `storage` is `contiguous`, `chunked`,
    `compact` or `none`. `filters` holds filter number and client values in the order of writing. `address` and
    `size` are where the bytes of a contiguous dataset lie; the address is None while nothing is allocated. `index` is
    where the list of a chunked dataset's chunks begins, None if there is none or it is of another form.
    """

    shape: tuple[int, ...]
    dtype: str
    storage: str
    chunks: tuple[int, ...] = ()
    filters: tuple[tuple[int, tuple[int, ...]], ...] = ()
    address: int | None = None
    size: int = 0
    index: int | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Layout:
    """How a dataset is laid out; the fields are those of `DataHeader`."""

    storage: str
    chunks: tuple[int, ...] = ()
    address: int | None = None
    size: int = 0
    index: int | None = None


def split(block: bytes, limit: int) -> tuple[Message, ...]:
    """Return the telling messages, at most the first `limit`, of a block of an object header.

    Raises:
        Damaged: the block contradicts itself.
        Unfamiliar: a message is kept elsewhere.
    """
    found: list[Message] = []
    at, end = 0, len(block)
    while at + _MESSAGE.size <= end and limit > 0:
        kind, length, flags = _MESSAGE.unpack_from(block, at)
        at += _MESSAGE.size
        limit -= 1
        if at + length > end:
            raise Damaged("a header message is longer than its block")
        if kind not in _IGNORED:
            if flags & 2:
                raise Unfamiliar("a shared header message")
            found.append((kind, block[at : at + length]))
        at += length
    return tuple(found)


def dataset(messages: tuple[Message, ...]) -> DataHeader:
    """Return the dataset that the messages of an object header describe. Raises as `split` does."""
    shape: tuple[int, ...] | None = None
    dtype = stored = None
    steps: tuple[tuple[int, tuple[int, ...]], ...] = ()
    for kind, content in messages:
        if kind == _DATASPACE:
            shape = _dataspace(content)
        elif kind == _DATATYPE:
            dtype = datatype(content)
        elif kind == _LAYOUT:
            stored = _layout(content)
        elif kind == _FILTERS:
            steps = filters(content)
        elif kind == SYMBOL_TABLE or kind in LINKS:
            return DataHeader(shape=(), dtype="group", storage="none")
    if shape is None or dtype is None or stored is None:
        raise Damaged("a dataset's header is incomplete")
    return DataHeader(shape, dtype, stored.storage, stored.chunks, steps, stored.address, stored.size, stored.index)


def _dataspace(content: bytes) -> tuple[int, ...]:
    if len(content) < 4:
        raise Damaged("a dataset's shape is unreadable")
    version, rank = content[0], content[1]
    start = {1: 8, 2: 4}.get(version)
    if start is None or rank > 32:
        raise Unfamiliar("another kind of dataspace")
    if start + 8 * rank > len(content):
        raise Damaged("a dataset's shape is unreadable")
    return Struct(f"<{rank}Q").unpack_from(content, start)


def _layout(content: bytes) -> Layout:
    if len(content) < 2:
        raise Damaged("a dataset's layout is unreadable")
    version, kind = content[0], content[1]
    if version != 3:
        raise Unfamiliar("another kind of layout")
    if kind == 0:
        return Layout("compact")
    if kind == 1:
        if len(content) < 18:
            raise Damaged("a dataset's layout is unreadable")
        address, size = _PLACE.unpack_from(content, 2)
        return Layout("contiguous", address=None if address == _UNDEFINED else address, size=size)
    if kind != 2 or len(content) < 3:
        raise Unfamiliar("another kind of layout")
    rank = content[2]
    if not 0 < rank <= 33 or 11 + 4 * rank > len(content):
        raise Damaged("a dataset's chunks are unreadable")
    index = int.from_bytes(content[3:11], "little")
    chunks = Struct(f"<{rank}I").unpack_from(content, 11)[:-1]
    return Layout("chunked", chunks, index=None if index == _UNDEFINED else index)


def datatype(message: bytes) -> str:
    """Return numpy's spelling of the type that a datatype message holds. Raises as `split` does."""
    if len(message) < 8:
        raise Damaged("a dataset's type is unreadable")
    kind, bits, size = message[0] & 15, message[1], int.from_bytes(message[4:8], "little")
    if kind == 0:
        order = "|" if size == 1 else ">" if bits & 1 else "<"
        return f"{'<' if order == '|' else order}{'i' if bits & 8 else 'u'}{size}"
    if kind == 1:
        return f"{'>' if bits & 1 else '<'}f{size}"
    if kind == 3:
        return f"S{size}"
    if kind == 6:
        return _complex(message, size) or "compound"
    words = {2: "time", 4: "bitfield", 5: "opaque", 7: "reference", 8: "enumeration", 9: "text", 10: "array"}
    if kind not in words:
        raise Unfamiliar("another kind of type")
    return words[kind]


def _complex(message: bytes, size: int) -> str | None:
    """Return `<c8` and the like for a compound of two equal floats `r` and `i`, else None."""
    version, members = message[0] >> 4, int.from_bytes(message[1:3], "little")
    at, found = 8, []
    if members != 2 or version not in (1, 2, 3):
        return None
    for _ in range(members):
        stop = message.find(b"\0", at)
        if stop < 0:
            raise Damaged("a dataset's type is unreadable")
        name = message[at:stop]
        at = stop + 1 if version == 3 else at + (stop - at) // 8 * 8 + 8
        width = (size.bit_length() + 7) // 8 if version == 3 else 4
        offset = int.from_bytes(message[at : at + width], "little")
        at += width + (28 if version == 1 else 0)
        inner = message[at : at + 20]
        if len(inner) < 20 or inner[0] & 15 != 1:
            return None
        found.append((name, offset, datatype(inner)))
        at += 20
    half = size // 2
    order = found[0][2][0]
    if found == [(b"r", 0, f"{order}f{half}"), (b"i", half, f"{order}f{half}")]:
        return f"{order}c{size}"
    return None


def filters(message: bytes) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """Return number and values of each filter of a pipeline message. Raises as `split` does."""
    if len(message) < 2:
        raise Damaged("a dataset's filters are unreadable")
    version, count = message[0], message[1]
    if version not in (1, 2) or count > _MAX_FILTERS:
        raise Unfamiliar("another kind of filter pipeline")
    at = 8 if version == 1 else 2
    found: list[tuple[int, tuple[int, ...]]] = []
    try:
        for _ in range(count):
            number = int.from_bytes(message[at : at + 2], "little")
            has_name = version == 1 or number >= 256
            name_length, values = 0, int.from_bytes(message[at + 4 : at + 6], "little")
            if has_name:
                name_length, _, values = _NAMED_FILTER.unpack_from(message, at + 2)
            at += 8 if has_name else 6
            at += (name_length + 7) // 8 * 8 if version == 1 else name_length
            found.append((number, Struct(f"<{values}I").unpack_from(message, at)))
            at += 4 * values + (4 if version == 1 and values % 2 else 0)
    except error:
        raise Damaged("a dataset's filters are unreadable") from None
    return tuple(found)
