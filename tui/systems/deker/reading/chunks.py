"""Cells of a chunked dataset, as they are or packed with gzip, read without HDF5 and its one lock.

Threads unpack side by side, a read can be stopped between any two chunks, and a cell of a chunk that is not packed
takes a read of that cell alone.
"""

from __future__ import annotations

import math
import os
import zlib
from typing import TYPE_CHECKING, Any

from tui.services.errors import DataCorrupt, InvalidInput
from tui.systems.deker.format.header_messages import DataHeader
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.reading.chunk_index import Chunk, find_chunks
from tui.systems.deker.reading.contiguous import Region, read_contiguous
from tui.systems.deker.reading.threads import THREADS, share_out
from tui.systems.deker.storage import Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray

_DEFLATE, _SHUFFLE = 1, 2
_OVERHEAD = 4096
"""Bytes by which packing may make a small chunk longer."""
_FEW_BYTES = 1 << 20
"""Bytes of chunks that one thread unpacks as soon as several would."""


def can_read_chunks(data: DataHeader) -> bool:
    """Whether `data` is a chunked dataset of this kind."""
    return (
        data.storage == "chunked"
        and data.index is not None
        and len(data.chunks) == len(data.shape)
        and all(data.chunks)
        and all(number in (_DEFLATE, _SHUFFLE) for number, _ in data.filters)
    )


def read_chunks(
    descriptor: int,
    file_size: int,
    data: DataHeader,
    dtype: Any,
    region: Region,
    out: NDArray[Any],
    stop: Stop,
    limit: int,
) -> bool:
    """Fill `out`, which has the shape of the region, from the dataset `data` of type `dtype`.

    `limit` is the bytes that chunks may take while they are unpacked.

    Return False, with `out` in disorder, where a chunk was never stored: what it holds is for HDF5 to say.

    Raises:
        DataCorrupt: the chunks' list or a chunk is damaged.
        Cancelled: it was asked to stop.
    """
    if not out.size:
        return True
    found = list(find_chunks(descriptor, file_size, data, region, stop))
    wanted = math.prod(
        (part.stop - 1) // chunk - part.start // chunk + 1 for part, chunk in zip(region, data.chunks, strict=True)
    )
    if len({chunk.place for chunk in found}) != len(found):
        raise DataCorrupt(SYSTEM, "read", "the list of chunks is damaged: a chunk is listed twice")
    if len(found) != wanted:
        return False

    def read_one(chunk: Chunk) -> None:
        stop.check()
        inside: list[slice] = []
        target: list[slice] = []
        for at, length, part in zip(chunk.place, data.chunks, region, strict=True):
            start, end = max(part.start, at), min(part.stop, at + length)
            inside.append(slice(start - at, end - at))
            target.append(slice(start - part.start, end - part.start))
        _read_chunk(descriptor, data, dtype, chunk, tuple(inside), out[tuple(target)], stop)

    unpacked = math.prod(data.chunks) * dtype.itemsize
    is_alone = not data.filters or 2 * THREADS * unpacked > limit
    share_out(found, read_one, least=len(found) if is_alone else max(_FEW_BYTES // max(unpacked, 1), 1))
    return True


def _read_chunk(
    descriptor: int, data: DataHeader, dtype: Any, chunk: Chunk, inside: Region, out: NDArray[Any], stop: Stop
) -> None:
    whole = math.prod(data.chunks) * dtype.itemsize
    used = [number for at, (number, _) in enumerate(data.filters) if not chunk.skipped >> at & 1]
    if not used:
        if chunk.size != whole:
            raise _damaged(chunk, f"it has {chunk.size:,} bytes, not {whole:,}")
        read_contiguous(descriptor, chunk.address, data.chunks, dtype, inside, out, stop)
        return
    if chunk.size > whole + whole // 8 + _OVERHEAD:
        raise _damaged(chunk, f"{chunk.size:,} bytes, packed, are more than its {whole:,}")
    import numpy as np

    content = os.pread(descriptor, chunk.size, chunk.address)
    for number in reversed(used):
        content = _inflated(chunk, content, whole) if number == _DEFLATE else _unshuffled(content, dtype.itemsize)
    if len(content) != whole:
        raise _damaged(chunk, f"it unpacks to {len(content):,} bytes, not {whole:,}")
    out[...] = np.frombuffer(content, dtype).reshape(data.chunks)[inside]


def _inflated(chunk: Chunk, content: bytes, whole: int) -> bytes:
    try:
        unpacking = zlib.decompressobj()
        # No more than a chunk: a few bytes can unpack to more than the memory holds.
        found = unpacking.decompress(content, whole + 1)
        if not unpacking.eof:
            raise _damaged(chunk, "it unpacks to too much" if len(found) > whole else "its end is missing")
    except zlib.error as error:
        raise _damaged(chunk, f"it cannot be unpacked, {error}") from error
    except MemoryError:
        raise InvalidInput(SYSTEM, "read", "there is not enough memory to unpack a chunk") from None
    return found


def _unshuffled(content: bytes, item_bytes: int) -> bytes:
    """Return the bytes in the order of cells: the filter puts the first bytes of all cells first."""
    import numpy as np

    cells = len(content) // item_bytes
    # Bytes that make no whole cell stay where they are, at the end.
    planes = np.frombuffer(content, np.uint8, cells * item_bytes).reshape(item_bytes, cells)
    return planes.T.tobytes() + content[cells * item_bytes :]


def _damaged(chunk: Chunk, reason: str) -> DataCorrupt:
    return DataCorrupt(SYSTEM, "read", f"the chunk at {', '.join(map(str, chunk.place))} is damaged: {reason}")
