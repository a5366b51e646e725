"""Whether an array's data can be read: the last cell, or all of them chunk by chunk, and how many hold the fill value.

What lies in one piece is read by itself; for chunks h5py is needed, whose library holds one lock for all threads.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from tui.services.errors import DataCorrupt, ServiceError
from tui.systems.deker.fill_count import blocks, fill_cells
from tui.systems.deker.format.hdf5_file import opened_dataset
from tui.systems.deker.format.header_messages import DataHeader
from tui.systems.deker.format.metadata import filter_name
from tui.systems.deker.tree import Check

Problem = tuple[str, str]
"""A code and a message."""

BLOCK = 4 << 20
"""Bytes that are read at once, if the memory limit and the chunks allow."""

CHUNKS_NAMED = 8
"""Damaged chunks of one array that are reported one by one."""

_SPARSE = 2048
"""Times a file's size that its data may have: more than deflate can pack, and no file is worth reading for hours."""

_BUILT_IN = frozenset((1, 2, 3, 6))
"""Filters that every HDF5 has: deflate, shuffle, Fletcher's checksum, scale and offset."""


@dataclass(frozen=True, slots=True)
class DataCheck:
    """How data are to be read. `fill` is the fill value to count as text, empty to count none; `memory_limit` is in
    bytes, 0 for none."""

    full: bool
    fill: str
    memory_limit: int
    check: Check


@dataclass(slots=True)
class DataFound:
    """What reading found. `fill_cells` is None unless all cells were read and counted."""

    problems: list[Problem]
    fill_cells: int | None = None


def read_data(descriptor: int, path: str, size: int, data: DataHeader, how: DataCheck) -> DataFound:
    """Read the last cell of the array's data, or everything, from the open file of `size` bytes.

    Raises:
        Cancelled: by `how.check`.
    """
    if data.dtype == "group" or data.storage in ("none", "compact"):
        return DataFound([])
    if data.storage == "chunked":
        missing = [number for number, _ in data.filters if not _is_available(number)]
        if missing:
            names = ", ".join(map(filter_name, missing))
            return DataFound([("filter-missing", f"not installed here: {names}")])
        return _read_chunks(descriptor, path, size, data, how)
    return _read_piece(descriptor, data, how)


def _read_piece(descriptor: int, data: DataHeader, how: DataCheck) -> DataFound:
    cells = math.prod(data.shape)
    width = _width(data.dtype)
    if data.address is None or not cells or width is None:
        return DataFound([])
    if data.size < cells * width:
        message = f"{data.size:,} bytes are stored, {cells:,} cells of {data.dtype} need {cells * width:,}"
        return DataFound([("data-unreadable", message)])
    if not how.full:
        return DataFound(_read_at(descriptor, data.address + (cells - 1) * width, width)[1])
    block = BLOCK if how.memory_limit <= 0 else min(BLOCK, how.memory_limit)
    block = max(block // width, 1) * width
    counted, found = 0, DataFound([])
    for start in range(0, cells * width, block):
        how.check()
        content, problems = _read_at(descriptor, data.address + start, min(block, cells * width - start))
        if problems:
            found.problems += problems
            return found
        if how.fill:
            counted += _fill_cells(content, data.dtype, how.fill)
    found.fill_cells = counted if how.fill else None
    return found


def _read_at(descriptor: int, offset: int, length: int) -> tuple[bytes, list[Problem]]:
    try:
        content = os.pread(descriptor, length, offset)
    except OSError as error:
        return b"", [("data-unreadable", f"reading at byte {offset:,} fails: {error.strerror}")]
    if len(content) < length:
        return b"", [("data-unreadable", f"the file ends before byte {offset + length:,}")]
    return content, []


def _fill_cells(content: bytes, dtype: str, fill: str) -> int:
    import numpy

    return fill_cells(numpy.frombuffer(content, dtype), fill)


def _width(dtype: str) -> int | None:
    """Return the bytes of a cell, None where the header does not tell."""
    digits = dtype.lstrip("<>|")[1:]
    return int(digits) if digits.isdecimal() and int(digits) else None


@lru_cache
def _is_available(number: int) -> bool:
    if number in _BUILT_IN:
        return True
    import h5py

    if h5py.h5z.filter_avail(number):
        return True
    try:
        # Importing it makes its filters known.
        import hdf5plugin  # pyright: ignore[reportMissingImports]  # noqa: F401
    except ImportError:
        return False
    return bool(h5py.h5z.filter_avail(number))


def _read_chunks(descriptor: int, path: str, size: int, data: DataHeader, how: DataCheck) -> DataFound:
    width = _width(data.dtype)
    cells = math.prod(data.shape)
    if not cells or width is None or len(data.chunks) != len(data.shape) or 0 in data.chunks:
        return DataFound([])
    if how.full and cells * width > _SPARSE * size + (1 << 30):
        return DataFound([("not-read", f"{cells * width:,} bytes of data in a file of {size:,}")])
    chunk_bytes = math.prod(data.chunks) * width
    if 0 < how.memory_limit < chunk_bytes:
        message = f"a chunk has {chunk_bytes:,} bytes, the memory limit is {how.memory_limit:,}"
        return DataFound([("not-read", message)])
    try:
        with opened_dataset(descriptor, path, how.check) as dataset:
            if how.full:
                return _read_all(dataset, data, how, max(min(BLOCK, how.memory_limit or BLOCK), chunk_bytes) // width)
            last = tuple(slice(length - 1, length) for length in data.shape)
            error = _read_region(dataset, last)[1]
            return DataFound([_of_chunk(last, data.chunks, error)] if error else [])
    except DataCorrupt as damage:
        return DataFound([("data-unreadable", damage.message)])
    except MemoryError:
        return DataFound([("not-read", f"a chunk has {chunk_bytes:,} bytes, for which memory is short")])
    except Exception as error:
        if _is_foreign(error):
            return DataFound([("data-unreadable", f"HDF5 cannot read the data: {_first_line(error)}")])
        raise


def _read_all(dataset: Any, data: DataHeader, how: DataCheck, cells: int) -> DataFound:
    found, damaged, counted = DataFound([]), 0, 0
    for region in blocks(data.shape, data.chunks, cells):
        how.check()
        content, error = _read_region(dataset, region)
        if error is None:
            counted += fill_cells(content, how.fill) if how.fill else 0
            continue
        for chunk in _chunks_of(region, data.chunks):
            how.check()
            error = _read_region(dataset, chunk)[1]
            if error is None:
                continue
            damaged += 1
            if damaged <= CHUNKS_NAMED:
                found.problems.append(_of_chunk(chunk, data.chunks, error))
    if damaged > CHUNKS_NAMED:
        found.problems.append(("chunk-damaged", f"and {damaged - CHUNKS_NAMED:,} more damaged chunks"))
    if not damaged and how.fill:
        found.fill_cells = counted
    return found


def _chunks_of(region: tuple[slice, ...], chunks: tuple[int, ...]) -> Iterator[tuple[slice, ...]]:
    axes = (range(part.start, part.stop, chunk) for part, chunk in zip(region, chunks, strict=True))
    for corner in product(*axes):
        yield tuple(
            slice(start, min(start + chunk, part.stop))
            for start, chunk, part in zip(corner, chunks, region, strict=True)
        )


def _read_region(dataset: Any, region: tuple[slice, ...]) -> tuple[Any, str | None]:
    """Return a region's values, and HDF5's words where it cannot be read."""
    import h5py
    import numpy

    shape = tuple(part.stop - part.start for part in region)
    try:
        values = numpy.empty(shape, dataset.dtype)
        space = dataset.get_space()
        space.select_hyperslab(tuple(part.start for part in region), shape)
        dataset.read(h5py.h5s.create_simple(shape), space, values)
    except MemoryError:
        raise
    except Exception as error:
        if _is_foreign(error):
            return None, _first_line(error)
        raise
    return values, None


def _of_chunk(region: tuple[slice, ...], chunks: tuple[int, ...], error: str) -> Problem:
    number = tuple(part.start // chunk for part, chunk in zip(region, chunks, strict=True))
    where = ", ".join(map(str, number))
    return "chunk-damaged", f"chunk ({where}) cannot be read: {error}"


def _is_foreign(error: Exception) -> bool:
    """Whether an exception is h5py's: it raises whatever fits its library's failure, and never one of ours."""
    return not isinstance(error, ServiceError)


def _first_line(error: Exception) -> str:
    text = str(error.args[0]) if error.args else type(error).__name__
    return (text.splitlines() or [""])[0][:200]
