"""Entries: many keys with their values in one buffer, read at once, since answers to ranges are little else."""

from __future__ import annotations

import struct
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache

_length_at = struct.Struct("<i").unpack_from
_BLOCK = 64
"""Entries that are tried at once; where they are all alike the next block is four times as long."""
_LENGTHS = 256
"""Lengths of keys that are remembered how to read."""


def read_entries(data: bytes, at: int, count: int, entries: list[tuple[bytes, bytes]]) -> int:
    """Append the entries from `at` on that are whole, `count` at most. Returns the position behind the last of them.

    It ends before an entry that goes on beyond the data as before one that has a negative length: whoever calls it
    looks which it is.
    """
    size, block = len(data), _BLOCK
    while count and at + 8 <= size:
        key = _length_at(data, at)[0]
        if not 0 <= key <= size - at - 8:
            return at
        value = _length_at(data, at + 4 + key)[0]
        if not 0 <= value <= size - at - 8 - key:
            return at
        one = 8 + key + value
        alike = min(block, count, (size - at) // one)
        before = len(entries)
        if alike > 1 and _are_alike(data, at, alike, one, key):
            end = at + alike * one
            entries += struct.iter_unpack(f"<4x{key}s4x{value}s", memoryview(data)[at:end])
            at, block = end, block * 4
        else:
            at, block = _read_some(data, at, min(count, _BLOCK), key, entries), _BLOCK
        count -= len(entries) - before
    return at


def _are_alike(data: bytes, at: int, count: int, one: int, key: int) -> bool:
    """Whether all these entries have the same two lengths, each of whose bytes is looked at in all of them at once."""
    end = at + count * one
    for column in (at + 4 + key, at, at + 5 + key, at + 1, at + 6 + key, at + 2, at + 7 + key, at + 3):
        if data[column:end:one] != data[column : column + 1] * count:
            return False
    return True


def _read_some(data: bytes, at: int, count: int, key: int, entries: list[tuple[bytes, bytes]]) -> int:
    """Append entries one by one, the first of which is whole: as many as are, `count` at most.

    Each key is taken to be as long as the one before it, which most are; else it is read once more.
    """
    size, append = len(data), entries.append
    head, begins_at = 8 + key, _beginning(key)
    with suppress(struct.error):  # The data ends before the lengths do.
        for _ in range(count):
            length, name, value = begins_at(data, at)
            if length != key:
                if length > size - at - 8:
                    break
                key, head, begins_at = length, 8 + length, _beginning(length)
                _, name, value = begins_at(data, at)
            begin = at + head
            end = begin + value
            if end > size:
                break
            append((name, data[begin:end]))
            at = end
    return at


@lru_cache(_LENGTHS)
def _beginning(key: int) -> Callable[[bytes, int], tuple[int, bytes, int]]:
    """Return what reads an entry's key of that length, between two lengths; a negative one is read as a huge one."""
    return struct.Struct(f"<I{key}sI").unpack_from
