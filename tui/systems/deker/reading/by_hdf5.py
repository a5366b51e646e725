"""Cells of a dataset that only HDF5 can read: in chunks, through filters, or of a type that differs between machines.

A file is open for one read only and is never locked (contract §7.1, §11).
"""

from __future__ import annotations

import contextlib
import math
from typing import TYPE_CHECKING, Any

from tui.resources.arrays.array_source import BLOCK_BYTES, blocks
from tui.services.errors import DataCorrupt, InvalidInput, NotSupported, ServiceError
from tui.services.printable import printable
from tui.systems.deker.format.hdf5_file import hdf5, opened_dataset
from tui.systems.deker.format.header_messages import DataHeader
from tui.systems.deker.format.metadata import filter_name
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.reading.contiguous import Region
from tui.systems.deker.storage import Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray


def read_by_hdf5(descriptor: int, path: str, data: DataHeader, region: Region, out: NDArray[Any], stop: Stop) -> None:
    """Fill `out`, which has the shape of the region, from the dataset `data` of the open file, some chunks at a time.

    Raises:
        DataCorrupt: HDF5 cannot read it, or it lies in another file.
        NotSupported: a filter is not installed here.
        InvalidInput: there is not enough memory.
        Cancelled: it was asked to stop.
    """
    try:
        with hdf5(stop.check):
            _offer_plugins(data)
        with opened_dataset(descriptor, path, stop.check) as dataset:
            for step in blocks(region, _block_shape(data, out.itemsize)):
                stop.check()
                target = tuple(
                    slice(part.start - whole.start, part.stop - whole.start)
                    for part, whole in zip(step, region, strict=True)
                )
                with hdf5(stop.check):
                    _read_step(dataset, step, out[target])
    except ServiceError:
        raise
    except MemoryError:
        raise InvalidInput(SYSTEM, "read", "there is not enough memory to read it", "read a smaller slice") from None
    except Exception as problem:
        # h5py raises whatever fits the HDF5 library's failure: OSError, RuntimeError, KeyError, ValueError.
        raise _explained(problem, data) from problem


def _read_step(dataset: Any, step: Region, out: NDArray[Any]) -> None:
    import numpy as np
    from h5py import h5s

    place = dataset.get_space()
    if step:
        place.select_hyperslab(tuple(part.start for part in step), out.shape)
    whole = out if out.flags.c_contiguous else np.empty(out.shape, out.dtype)
    dataset.read(h5s.create_simple(out.shape) if step else h5s.create(h5s.SCALAR), place, whole)
    if whole is not out:
        out[...] = whole


def _block_shape(data: DataHeader, item_bytes: int) -> tuple[int, ...]:
    """Return the shape of steps: whole chunks of about `BLOCK_BYTES`, grown from the last dimension on."""
    block = [max(min(chunk, size), 1) for chunk, size in zip(data.chunks or data.shape, data.shape, strict=True)]
    if not data.chunks:
        block = [1] * len(block)
    for axis in reversed(range(len(block))):
        room = BLOCK_BYTES // (math.prod(block) * item_bytes)
        block[axis] = min(block[axis] * max(room, 1), max(data.shape[axis], 1))
        if block[axis] < data.shape[axis]:
            break
    return tuple(block)


def _is_available(number: int) -> bool:
    import h5py

    return bool(h5py.h5z.filter_avail(number))


def _offer_plugins(data: DataHeader) -> None:
    """Load the package of filters, if one is wanted that is not here and the package is."""
    if all(_is_available(number) for number, _ in data.filters):
        return
    with contextlib.suppress(Exception):
        __import__("hdf5plugin")


def _explained(problem: Exception, data: DataHeader) -> ServiceError:
    for number, _ in data.filters:
        if not _is_available(number):
            name = filter_name(number)
            message = f"the values are packed with HDF5 filter {number}, {name}, which is not installed"
            return NotSupported(SYSTEM, "read", message, "install the package hdf5plugin")
    text = (str(problem.args[0]) if problem.args else type(problem).__name__).splitlines() or [""]
    return DataCorrupt(SYSTEM, "read", f"HDF5 cannot read the values: {printable(text[0], 200)}")
