"""A region of one array's file, whichever way its values are stored; one that was never written is its fill value."""

from __future__ import annotations

import contextlib
import errno
import math
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tui.services.errors import Conflict, DataCorrupt, InvalidInput, NotFound, NotSupported
from tui.systems.deker.format.hdf5_file import hdf5
from tui.systems.deker.format.header import ArrayHeader, read_header
from tui.systems.deker.format.header_messages import Damaged, DataHeader, Unfamiliar
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.format.stable_read import Outside
from tui.systems.deker.reading.by_hdf5 import read_by_hdf5
from tui.systems.deker.reading.chunks import can_read_chunks, read_chunks
from tui.systems.deker.reading.contiguous import Region, read_contiguous
from tui.systems.deker.reading.steady import Witness
from tui.systems.deker.storage import Stop, service_error

if TYPE_CHECKING:
    from numpy.typing import NDArray

READABLE = re.compile(r"[<>](?:[iu][1248]|f(?:2|4|8|16)|c(?:8|16|32))|S[1-9][0-9]{0,6}")
"""Types of cells that are read, as headers spell them."""
_PLAIN = re.compile(r"[<>](?:[iu][1248]|f[248]|c(?:8|16))|S[0-9]+")
"""Types that are the same bytes in HDF5 and in memory, but for their order, on every machine."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the data of a file have to be: `shape`, and the type of a cell as a header spells it.

    `fill` is what cells hold that were never written; `limit` is the bytes that one chunk may take.
    """

    shape: tuple[int, ...]
    dtype: str
    fill: Any
    limit: int


def read_file(witness: Witness, path: str, wanted: Wanted, region: Region, out: NDArray[Any], stop: Stop) -> None:
    """Fill `out`, which has the shape of the region, from the array's file at `path`.

    Raises:
        BeingWritten: it has a writer.
        NotFound: there is no such file.
        DataCorrupt: it is damaged, or leads out of the collection.
        Conflict: the data are of another shape or type than is wanted.
        NotSupported: the cells are no numbers, or packed with a filter that is not installed.
        InvalidInput: one chunk is larger than the limit.
        Cancelled: it was asked to stop.
    """
    with _opened(witness, path) as (descriptor, size):
        data = _header(descriptor, size, stop).data
        if data is None:
            out[...] = wanted.fill
            return
        _check(data, wanted)
        chunk_bytes = math.prod(data.chunks) * int(data.dtype[2:] if data.dtype[0] != "S" else data.dtype[1:])
        if chunk_bytes > wanted.limit:
            message = f"one chunk takes {chunk_bytes:,} bytes, more than the limit of {wanted.limit:,}"
            raise InvalidInput(SYSTEM, "read", message, "raise the memory limit")
        if not (
            _PLAIN.fullmatch(data.dtype) and _read_plainly(descriptor, size, data, region, out, stop, wanted.limit)
        ):
            read_by_hdf5(descriptor, path, data, region, out, stop)


def _read_plainly(
    descriptor: int, size: int, data: DataHeader, region: Region, out: NDArray[Any], stop: Stop, limit: int
) -> bool:
    """Fill `out` without HDF5; return False where only HDF5 can."""
    import numpy as np

    dtype = np.dtype(data.dtype)
    if can_read_chunks(data):
        return read_chunks(descriptor, size, data, dtype, region, out, stop, limit)
    if data.storage != "contiguous" or data.filters or data.address is None:
        return False
    if data.address + data.size > size or data.size < dtype.itemsize * math.prod(data.shape):
        raise DataCorrupt(SYSTEM, "read", f"truncated: the values end beyond the file's {size:,} bytes")
    read_contiguous(descriptor, data.address, data.shape, dtype, region, out, stop)
    return True


@contextlib.contextmanager
def _opened(witness: Witness, path: str) -> Iterator[tuple[int, int]]:
    try:
        descriptor, size = witness.open(path)
    except (FileNotFoundError, NotADirectoryError) as error:
        witness.changed(_last_change_above(path))
        raise NotFound(SYSTEM, "read", "the data file is missing", "it may have been deleted or moved") from error
    except OSError as error:
        if isinstance(error, Outside) or error.errno in (0, None, errno.ELOOP):
            reason = error.args[1] if len(error.args) > 1 and not error.errno else "a symbolic link"
            raise DataCorrupt(SYSTEM, "read", f"the data file is not read: {reason}") from error
        raise service_error(error, "read") from error
    try:
        yield descriptor, size
    finally:
        os.close(descriptor)


def _last_change_above(path: str) -> float:
    """Return when the nearest directory above `path` that is there was changed: what is missing was in it."""
    while (parent := os.path.dirname(path)) != path:
        path = parent
        with contextlib.suppress(OSError):
            return os.stat(path).st_mtime
    return 0.0


def _header(descriptor: int, size: int, stop: Stop) -> ArrayHeader:
    try:
        try:
            return read_header(descriptor, size)
        except Unfamiliar:
            from tui.systems.deker.format.header_h5py import read_header_by_h5py

            with hdf5(stop.check):
                return read_header_by_h5py(descriptor, size)
    except Damaged as damage:
        raise DataCorrupt(SYSTEM, "read", str(damage)) from damage


def _check(data: DataHeader, wanted: Wanted) -> None:
    if data.dtype == "group":
        raise DataCorrupt(SYSTEM, "read", "data is a group, not a dataset")
    if not READABLE.fullmatch(data.dtype):
        raise NotSupported(SYSTEM, "read", f"cells of type {data.dtype} are no numbers")
    if data.shape != wanted.shape or data.dtype != wanted.dtype:
        found = f"the data are {data.dtype} of shape {data.shape}, not {wanted.dtype} of shape {wanted.shape}"
        raise Conflict(SYSTEM, "read", found, "open the array again")
