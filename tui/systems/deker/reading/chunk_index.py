"""Where the chunks of a dataset lie in the file: HDF5's version 1 B-tree, as Deker's files have it (contract §5.1).

Like `header`, it checks every address, length and order before use, and calls a tree that contradicts itself damaged.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from struct import Struct
from typing import NamedTuple

from tui.services.errors import DataCorrupt
from tui.systems.deker.format.header_messages import DataHeader
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.reading.contiguous import Region
from tui.systems.deker.storage import Stop

_NODE = Struct("<4sBBHQQ")
_CHUNKS = 1
_MOST_CHILDREN = 1 << 12
_DEEPEST = 20


class Chunk(NamedTuple):
    """A stored chunk: where it begins in the dataset (one index for each dimension), and its bytes in the file.

    Bit n of `skipped` is set if the dataset's filter n was not used on it.
    """

    place: tuple[int, ...]
    address: int
    size: int
    skipped: int


def find_chunks(descriptor: int, file_size: int, data: DataHeader, region: Region, stop: Stop) -> Iterator[Chunk]:
    """Yield the stored chunks that hold cells of a region, which is not empty, of the chunked dataset `data`.

    A chunk of which nothing was ever stored is left out.

    Raises:
        DataCorrupt: the tree contradicts itself, or leads out of the file.
        Cancelled: it was asked to stop.
    """
    if data.index is None:
        return
    bounds = [
        (part.start // chunk * chunk, (part.stop - 1) // chunk * chunk)
        for part, chunk in zip(region, data.chunks, strict=True)
    ]
    tree = _Tree(descriptor, file_size, data, bounds, stop)
    yield from tree.below(data.index, None)


class _Tree:
    """One walk through the tree. `bounds` are the first and last place of a chunk wanted along each dimension."""

    def __init__(
        self, descriptor: int, file_size: int, data: DataHeader, bounds: list[tuple[int, int]], stop: Stop
    ) -> None:
        self._descriptor = descriptor
        self._file_size = file_size
        self._data = data
        self._bounds = bounds
        self._stop = stop
        # Size, skipped filters, the place with a zero for the cell itself, and the child that follows the key.
        self._key = Struct(f"<II{len(data.shape)}QQQ")
        self._seen: set[int] = set()

    def below(self, address: int, expected_level: int | None) -> Iterator[Chunk]:
        self._stop.check()
        if address in self._seen:
            raise _damaged("a part of it is listed twice")
        self._seen.add(address)
        signature, kind, level, used, _, _ = _NODE.unpack(self._bytes(address, _NODE.size))
        if signature != b"TREE" or kind != _CHUNKS or used > _MOST_CHILDREN or level > _DEEPEST:
            raise _damaged("a part of it is unreadable")
        if expected_level is not None and level != expected_level:
            raise _damaged("its levels do not follow one another")
        # The last key has no child; its bytes are there to make it look as if it had.
        body = self._bytes(address + _NODE.size, self._key.size * used + self._key.size - 8) + bytes(8)
        keys = list(self._key.iter_unpack(body))
        for number in range(used):
            size, skipped, *place, _, child = keys[number]
            if level:
                if self._may_hold(place, keys[number + 1][2:-2]):
                    yield from self.below(child, level - 1)
            elif all(first <= at <= last for at, (first, last) in zip(place, self._bounds, strict=True)):
                yield self._chunk(tuple(place), child, size, skipped)

    def _may_hold(self, first: list[int], end: tuple[int, ...]) -> bool:
        """Whether chunks from `first` to `end`, in the order of their places, may be wanted."""
        for low, high, (wanted_low, wanted_high) in zip(first, end, self._bounds, strict=True):
            if low > wanted_high or high < wanted_low:
                return False
            if low != high:
                return True
        return True

    def _chunk(self, place: tuple[int, ...], address: int, size: int, skipped: int) -> Chunk:
        data = self._data
        for at, chunk, length in zip(place, data.chunks, data.shape, strict=True):
            if at % chunk or at >= length:
                raise _damaged("a chunk lies between others, or outside")
        if address + size > self._file_size:
            raise DataCorrupt(SYSTEM, "read", f"truncated: a chunk ends beyond the file's {self._file_size:,} bytes")
        return Chunk(place, address, size, skipped)

    def _bytes(self, address: int, length: int) -> bytes:
        if address + length > self._file_size:
            raise _damaged("it leads out of the file")
        found = os.pread(self._descriptor, length, address)
        if len(found) != length:
            raise _damaged("the file became shorter while it was read")
        return found


def _damaged(reason: str) -> DataCorrupt:
    return DataCorrupt(SYSTEM, "read", f"the list of chunks is damaged: {reason}")
