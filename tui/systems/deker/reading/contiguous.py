"""Cells of a dataset that lies in one piece, read with as few and as small reads as they need; HDF5 is not asked.

The file is not mapped into memory: a writer that shortens a mapped file would kill the process that looks at it.
"""

from __future__ import annotations

import math
import os
from typing import TYPE_CHECKING, Any

from tui.services.errors import DataCorrupt
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.storage import Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray

Region = tuple[slice, ...]
"""A slice with both ends and step 1 for each dimension."""

_PIECE = 8 << 20
"""Bytes of one read, so that a long one can be stopped."""
_SPAN = 1 << 20
"""Bytes of the buffer for rows that lie apart."""
_GAP = 16 << 10
"""Bytes between two rows that cost less to read along than another call."""
_STOP_EVERY = 256


def read_contiguous(
    descriptor: int, address: int, shape: tuple[int, ...], dtype: Any, region: Region, out: NDArray[Any], stop: Stop
) -> None:
    """Fill `out`, which has the shape of the region, from the dataset of `shape` that begins at byte `address`.

    `dtype` is the stored type; `out` may have another byte order, and any strides.

    Raises:
        DataCorrupt: the file ends before the cells do.
        Cancelled: it was asked to stop.
    """
    _Run(descriptor, shape, dtype, region, stop).read(address, out)


class _Run:
    """One such read. Positions and lengths are in bytes unless they are called cells."""

    def __init__(self, descriptor: int, shape: tuple[int, ...], dtype: Any, region: Region, stop: Stop) -> None:
        self._descriptor = descriptor
        self._dtype = dtype
        self._stop = stop
        self._reads = 0
        self._lengths = [part.stop - part.start for part in region]
        self._strides = [dtype.itemsize * math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
        self._first = sum(part.start * stride for part, stride in zip(region, self._strides, strict=True))
        # From the first to the last cell of the region's dimensions from each axis on, and the cells alone.
        self._spans = [dtype.itemsize] * (len(shape) + 1)
        self._dense = [dtype.itemsize] * (len(shape) + 1)
        for axis in reversed(range(len(shape))):
            self._spans[axis] = (self._lengths[axis] - 1) * self._strides[axis] + self._spans[axis + 1]
            self._dense[axis] = self._lengths[axis] * self._dense[axis + 1]

    def read(self, address: int, out: NDArray[Any]) -> None:
        if all(self._lengths):
            self._read(0, address + self._first, out)

    def _read(self, axis: int, offset: int, out: NDArray[Any]) -> None:
        """Fill `out` with the cells of the dimensions from `axis` on that begin at `offset`."""
        if self._spans[axis] == self._dense[axis]:
            self._read_dense(offset, out)
            return
        stride, inner = self._strides[axis], self._spans[axis + 1]
        if stride - inner > _GAP:
            for cell in range(self._lengths[axis]):
                self._read(axis + 1, offset + cell * stride, out[cell])
            return
        rows = max((_SPAN - inner) // stride + 1, 1)
        for start in range(0, self._lengths[axis], rows):
            part = out[start : start + rows]
            self._read_spaced(axis, offset + start * stride, part)

    def _read_dense(self, offset: int, out: NDArray[Any]) -> None:
        import numpy as np

        whole = out
        if out.dtype != self._dtype or not out.flags.c_contiguous:
            if out.ndim > 1 and out.nbytes > _PIECE:
                length = out.nbytes // len(out)
                for cell, part in enumerate(out):
                    self._read_dense(offset + cell * length, part)
                return
            whole = np.empty(out.shape, self._dtype)
        self._fill(offset, whole.reshape(-1).view(np.uint8).data)
        if whole is not out:
            out[...] = whole

    def _read_spaced(self, axis: int, offset: int, out: NDArray[Any]) -> None:
        """Read rows with what lies between them, and take the cells out."""
        import numpy as np

        length = (len(out) - 1) * self._strides[axis] + self._spans[axis + 1]
        buffer = np.empty(length, np.uint8)
        self._fill(offset, buffer.data)
        out[...] = np.ndarray(out.shape, self._dtype, buffer.data, strides=tuple(self._strides[axis:]))

    def _fill(self, offset: int, buffer: memoryview) -> None:
        if self._reads % _STOP_EVERY == 0 or len(buffer) >= _SPAN:
            self._stop.check()
        self._reads += 1
        done = 0
        while done < len(buffer):
            if done:
                self._stop.check()
            count = _read_into(self._descriptor, buffer[done : done + _PIECE], offset + done)
            if count <= 0:
                raise DataCorrupt(SYSTEM, "read", f"truncated: the file ends before byte {offset + len(buffer):,}")
            done += count


def _read_into(descriptor: int, buffer: memoryview, offset: int) -> int:
    if hasattr(os, "preadv"):
        return os.preadv(descriptor, [buffer], offset)
    found = os.pread(descriptor, len(buffer), offset)
    buffer[: len(found)] = found
    return len(found)
