"""A reader of HDF5 headers as Deker writes them: `meta`, `empty_cells` and the shape of `data`, without h5py.

Deker's files have superblock version 0, version 1 object headers and nothing but three datasets in the root group
(contract §5.1). This reader knows that much of the format. It calls anything else `Unfamiliar`, which is for h5py
to decide, and a file that contradicts itself `Damaged`. Every address, length and count is checked before use.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from struct import Struct
from typing import NamedTuple

from tui.systems.deker.format.header_messages import (
    CONTINUATION,
    LINKS,
    SYMBOL_TABLE,
    Damaged,
    DataHeader,
    Message,
    Unfamiliar,
    dataset,
    split,
)

SIGNATURE = b"\x89HDF\r\n\x1a\n"
HEAD = 4096
META_LIMIT = 64 << 20
"""Bytes of attribute JSON that are read; more is called damaged."""

_SUPERBLOCK = Struct("<8s8BHHIQQQQQQII")
_PREFIX = Struct("<BxHII4x")
_TWO = Struct("<QQ")
_NODE = Struct("<4sBBHQQ")
_LEAF = Struct("<4sBxH")
_ENTRY = Struct("<QQ24x")
_HEAP = Struct("<4sB3xQQQ")
_MAX_BLOCK = 1 << 16
_MAX_BLOCKS = 32
_MAX_SYMBOLS = 256
_MAX_MESSAGES = 1024

# The files of a collection differ in few bytes, so most blocks have been seen before.
_split = lru_cache(maxsize=2048)(split)
_dataset = lru_cache(maxsize=2048)(dataset)
_CACHED_BLOCK = 2048

# So have most beginnings: a file's structure lies in its first 2,048 bytes, before the attributes' text.
_END_OF_FILE = 40
_TEMPLATE = 2048
_MAX_PLANS = 1024
_plans: dict[bytes, _Plan] = {}


class ArrayHeader(NamedTuple):
    """What the header of an array's file says.

    `meta` is the attributes' JSON without padding, None if the dataset is missing; `empty_cells` the counter, which
    is not to be trusted (contract §5.3); `data` is None for a never-written array; `size` the file's bytes.
    """

    meta: bytes | None
    empty_cells: int | None
    data: DataHeader | None
    size: int
    by_h5py: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """Where a file keeps its three datasets: the first two in one piece, of the third its object header."""

    meta: DataHeader | None
    counter: DataHeader | None
    data: int | None


class Source:
    """A file's bytes at random, never beyond its end. `read(offset, length)` gives at most `length` bytes.

    `reach` is the end of the furthest bytes that were asked for.
    """

    __slots__ = ("head", "reach", "read", "size")

    def __init__(self, read: Callable[[int, int], bytes], size: int) -> None:
        self.read = read
        self.size = size
        self.head = read(0, min(HEAD, size))
        self.reach = 0

    def span(self, address: int, length: int) -> tuple[bytes, int]:
        """Return a buffer and the place in it where `length` bytes of the file at `address` begin.

        Raises:
            Damaged: the file ends before that.
        """
        end = address + length
        if end > self.reach:
            self.reach = end
        if end <= len(self.head):
            return self.head, address
        if end > self.size:
            raise Damaged(f"the header points to byte {end:,} of a file of {self.size:,}")
        found = self.read(address, length)
        if len(found) != length:
            raise Damaged("the file became shorter while it was read")
        return found, 0


def read_header(descriptor: int, size: int) -> ArrayHeader:
    """Return the header of the open file of `size` bytes. The file's position does not move.

    Raises:
        Damaged: the file is truncated, not HDF5, or contradicts itself; the message says which.
        Unfamiliar: it is HDF5 that this reader does not know.
    """
    return parse_header(Source(lambda offset, length: os.pread(descriptor, length, offset), size))


def parse_header(source: Source) -> ArrayHeader:
    """Return the header that `source` holds. Raises as `read_header` does, and nothing else."""
    root = _root(source)
    head = source.head
    # All but the file's length, which is at 40 to 48.
    template = head[:_END_OF_FILE] + head[_END_OF_FILE + 8 : _TEMPLATE]
    plan = _plans.get(template)
    if plan is None:
        plan = _plan(source, root)
        if source.reach <= _TEMPLATE <= len(head):
            if len(_plans) >= _MAX_PLANS:
                _plans.clear()
            _plans[template] = plan
    data = None if plan.data is None else _dataset(_messages(source, plan.data))
    if data is not None and data.address is not None and data.address + data.size > source.size:
        raise Damaged(f"truncated: the data end beyond the file's {source.size:,} bytes")
    meta = None if plan.meta is None else _content(source, plan.meta).rstrip(b"\0")
    counter = None if plan.counter is None else int.from_bytes(_content(source, plan.counter), "little", signed=True)
    return ArrayHeader(meta, counter, data, source.size)


def _plan(source: Source, root: int) -> _Plan:
    found = _symbols(source, *_root_group(source, root))
    meta = _small(source, found.get(b"meta"), META_LIMIT)
    if meta is not None and not meta.dtype.startswith("S"):
        raise Unfamiliar("meta is not a text of fixed length")
    counter = _small(source, found.get(b"empty_cells"), 8)
    if counter is not None and counter.dtype != "<i8":
        raise Unfamiliar("empty_cells is not a plain integer")
    return _Plan(meta, counter, found.get(b"data"))


def _root(source: Source) -> int:
    """Return the address of the root group's object header, having checked the superblock."""
    head = source.head
    if not head:
        raise Damaged("the file is empty")
    if not head.startswith(SIGNATURE):
        raise _without_signature(source)
    if len(head) < _SUPERBLOCK.size:
        raise Damaged(f"truncated: {source.size:,} bytes are left of the file")
    fields = _SUPERBLOCK.unpack_from(head)
    if fields[1] != 0 or fields[6:8] != (8, 8) or fields[12] != 0:
        raise Unfamiliar("another kind of superblock")
    end_of_file, root = fields[14], fields[17]
    if end_of_file > source.size:
        raise Damaged(f"truncated: {source.size:,} of {end_of_file:,} bytes are left")
    return root


def _root_group(source: Source, root: int) -> tuple[int, int]:
    """Return the addresses of the root group's B-tree and heap."""
    for kind, content in _messages(source, root):
        if kind == SYMBOL_TABLE and len(content) >= _TWO.size:
            tree, heap = _TWO.unpack_from(content)
            return tree, heap
        if kind in LINKS:
            raise Unfamiliar("another kind of group")
    raise Damaged("the root group has no symbol table")


def _without_signature(source: Source) -> Damaged | Unfamiliar:
    offset = 512
    while offset + len(SIGNATURE) <= source.size:
        if source.read(offset, len(SIGNATURE)) == SIGNATURE:
            return Unfamiliar("a user block stands before the superblock")
        offset *= 2
    return Damaged("not an HDF5 file")


def _messages(source: Source, address: int) -> tuple[Message, ...]:
    """Return the messages of the object header at `address`, those of its continuations included."""
    buffer, at = source.span(address, _PREFIX.size)
    version, count, _, length = _PREFIX.unpack_from(buffer, at)
    if version != 1:
        is_version_2 = buffer[at : at + 4] == b"OHDR"
        raise Unfamiliar("version 2 object headers") if is_version_2 else Damaged("an object header is unreadable")
    if count > _MAX_MESSAGES:
        raise Unfamiliar("an object header of unusual size")
    messages = _block(source, address + _PREFIX.size, length, count)
    blocks = 1
    while further := [content for kind, content in messages if kind == CONTINUATION]:
        blocks += len(further)
        if blocks > _MAX_BLOCKS:
            raise Unfamiliar("an object header of unusual size")
        messages = tuple(message for message in messages if message[0] != CONTINUATION)
        for content in further:
            if len(content) < _TWO.size:
                raise Damaged("an object header is unreadable")
            messages += _block(source, *_TWO.unpack_from(content), _MAX_MESSAGES)
    return messages


def _block(source: Source, address: int, length: int, limit: int) -> tuple[Message, ...]:
    if length > _MAX_BLOCK:
        raise Unfamiliar("an object header of unusual size")
    buffer, at = source.span(address, length)
    block = buffer[at : at + length]
    return _split(block, limit) if length <= _CACHED_BLOCK else split(block, limit)


def _symbols(source: Source, tree: int, heap: int) -> dict[bytes, int]:
    """Return the object header address of every entry of the group by its name."""
    buffer, at = source.span(heap, _HEAP.size)
    signature, version, heap_size, _, heap_data = _HEAP.unpack_from(buffer, at)
    if signature != b"HEAP" or version != 0:
        raise Damaged("the group's names are unreadable")
    if heap_size > _MAX_BLOCK:
        raise Unfamiliar("a group of unusual size")
    buffer, at = source.span(heap_data, heap_size)
    names = buffer[at : at + heap_size]
    nodes = [tree]
    found: dict[bytes, int] = {}
    for count, node in enumerate(nodes):
        if count > _MAX_BLOCKS:
            raise Unfamiliar("a group of unusual size")
        buffer, at = source.span(node, _LEAF.size)
        signature, version, used = _LEAF.unpack_from(buffer, at)
        if signature == b"TREE":
            nodes.extend(_children(source, node))
            continue
        if signature != b"SNOD" or version != 1:
            raise Damaged("the group's table is unreadable")
        if used > _MAX_SYMBOLS:
            raise Unfamiliar("a group of unusual size")
        buffer, at = source.span(node + _LEAF.size, used * _ENTRY.size)
        found |= _leaf(names, buffer[at : at + used * _ENTRY.size])
    return found


@lru_cache(maxsize=256)
def _leaf(names: bytes, entries: bytes) -> dict[bytes, int]:
    found: dict[bytes, int] = {}
    for offset, address in _ENTRY.iter_unpack(entries):
        stop = names.find(b"\0", offset)
        if stop < 0:
            raise Damaged("a name of the group lies outside its heap")
        found.setdefault(names[offset:stop], address)
    return found


def _children(source: Source, node: int) -> list[int]:
    buffer, at = source.span(node, _NODE.size)
    _, kind, _, used, _, _ = _NODE.unpack_from(buffer, at)
    if kind != 0:
        raise Damaged("the group's tree is unreadable")
    if used > _MAX_BLOCKS:
        raise Unfamiliar("a group of unusual size")
    buffer, at = source.span(node + _NODE.size, 16 * used)
    return [_TWO.unpack_from(buffer, at + 16 * index)[1] for index in range(used)]


def _small(source: Source, address: int | None, limit: int) -> DataHeader | None:
    """Return a scalar dataset that lies in one piece, None if there is no address."""
    if address is None:
        return None
    dataset = _dataset(_messages(source, address))
    if dataset.storage != "contiguous" or dataset.filters:
        raise Unfamiliar("a dataset is not stored in one piece")
    if dataset.shape not in ((), (1,)):
        raise Unfamiliar("a dataset is not a scalar")
    if dataset.size > limit:
        raise Damaged(f"{dataset.size:,} bytes in a dataset of at most {limit:,}")
    return dataset


def _content(source: Source, dataset: DataHeader) -> bytes:
    if dataset.address is None:
        return b""
    buffer, at = source.span(dataset.address, dataset.size)
    return buffer[at : at + dataset.size]
