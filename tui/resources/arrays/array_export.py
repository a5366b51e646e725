"""Export of a selection of an array: NPY and CSV streamed piece by piece, and a PNG picture of a plane."""

from __future__ import annotations

import asyncio
import csv
import io
import math
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from tui.jobs.progress import Progress
from tui.resources.arrays.array_source import (
    BLOCK_BYTES,
    ArraySource,
    Index,
    check_selection,
    item_bytes,
    selection_shape,
    selection_text,
)
from tui.resources.arrays.picture import Part, Scale, colour_indices, value_text
from tui.resources.arrays.plane_reader import Plane
from tui.resources.arrays.png import png_bytes
from tui.resources.new_file import new_file
from tui.services.errors import InvalidInput

ArrayForm = Literal["npy", "csv", "png"]
ARRAY_FORMS: tuple[ArrayForm, ...] = ("npy", "csv", "png")
_SMALLEST_PICTURE = 480
"""Pixels that the longer side of a picture has at least: small planes are magnified."""


async def export_selection(
    source: ArraySource,
    index: Index,
    form: Literal["npy", "csv"],
    path: Path,
    progress: Progress | None = None,
    *,
    overwrite: bool = False,
) -> int:
    """Write the cells of a selection to a file that appears once it is whole; return how many there were.

    NPY keeps the array's type and the dimensions that have a slice. CSV has a line a row and the coordinates of rows
    and columns as headings; it takes at most two slices.

    Raises:
        InvalidInput: the selection leaves the array, has too many dimensions for CSV, or the folder is missing.
        Cancelled: `progress` was cancelled; nothing is left behind.
        ServiceError: a piece could not be read, or the file could not be written.
    """
    with new_file(path, overwrite=overwrite) as file:
        return await write_selection(source, index, form, file, progress or Progress())


async def write_selection(
    source: ArraySource, index: Index, form: Literal["npy", "csv"], file: IO[bytes], progress: Progress
) -> int:
    """As `export_selection`, into a stream."""
    shape = selection_shape(index)
    if form == "csv" and len(shape) > 2:
        message = f"{selection_text(index)} has {len(shape)} dimensions, CSV has two"
        raise InvalidInput("arraydeck", "export", message, "choose a plane, or export NPY")
    progress.expect(math.prod(shape), "cells")
    head = _npy_head(shape, source.dtype) if form == "npy" else _csv_head(source, index)
    await asyncio.to_thread(file.write, head)
    for part in _pieces(source, index, whole_rows=form == "csv"):
        values = await _read(source, part)
        write = _write_npy if form == "npy" else _write_csv
        await asyncio.to_thread(write, file, source, part, values)
        progress.advance(int(values.size))
    return math.prod(shape)


def write_picture(
    path: Path,
    plane: Plane,
    scale: Scale,
    fill_value: Any,
    texts: dict[str, str],
    part: Part = "value",
    *,
    overwrite: bool = False,
) -> tuple[int, int]:
    """Write a plane as a PNG picture; return its width and height in pixels. Blocks: call it in a thread.

    Raises:
        ServiceError: the file could not be written.
    """
    colours = scale.colours()
    indices = colour_indices(plane.values, scale, len(colours), fill_value, part)
    table = scale.table()
    large = max(_SMALLEST_PICTURE // max(*indices.shape, 1), 1)
    pixels = (indices % len(table)).repeat(large, axis=0).repeat(large, axis=1)
    with new_file(path, overwrite=overwrite) as file:
        file.write(png_bytes(pixels, table, texts))
    return pixels.shape[1], pixels.shape[0]


async def _read(source: ArraySource, index: Index) -> NDArray[Any]:
    if source.written:
        return await source.read(index)
    fill = np.zeros((), source.dtype)[()] if source.fill_value is None else source.fill_value
    return np.full(selection_shape(index), fill, source.dtype)


def _pieces(source: ArraySource, index: Index, *, whole_rows: bool) -> Iterator[Index]:
    """Cut a selection into pieces that follow one another in C order, each small enough to be read and cancelled."""
    check_selection_edges(source, index)
    cells = max(min(BLOCK_BYTES, source.memory_limit) // item_bytes(source.dtype), 1)
    yield from _cut(index, 0, cells, whole_rows)


def _cut(index: Index, axis: int, cells: int, whole_rows: bool) -> Iterator[Index]:
    if math.prod(selection_shape(index)) <= cells or axis == len(index):
        yield index
        return
    entry = index[axis]
    if isinstance(entry, int):
        yield from _cut(index, axis + 1, cells, whole_rows)
        return
    row = math.prod(selection_shape(index[axis + 1 :]))
    rows = max(cells // max(row, 1), 1)
    for start in range(entry.start, entry.stop, rows):
        part = (*index[:axis], slice(start, min(start + rows, entry.stop)), *index[axis + 1 :])
        if whole_rows:
            yield part
        else:
            yield from _cut(part, axis + 1, cells, whole_rows)


def check_selection_edges(source: ArraySource, index: Index) -> None:
    """As `check_selection`, whatever the size.

    Raises:
        InvalidInput: the selection leaves the array.
    """
    for keep in (0, 1):
        check_selection(
            source,
            tuple(
                slice(entry.stop - 1 if keep else entry.start, entry.stop if keep else entry.start + 1)
                if isinstance(entry, slice) and entry.stop > entry.start
                else entry
                for entry in index
            ),
        )


def _npy_head(shape: tuple[int, ...], dtype: str) -> bytes:
    stream = io.BytesIO()
    head = {"descr": np.lib.format.dtype_to_descr(np.dtype(dtype)), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, head)
    return stream.getvalue()


def _write_npy(file: IO[bytes], source: ArraySource, index: Index, values: NDArray[Any]) -> None:
    file.write(np.ascontiguousarray(values, dtype=source.dtype).tobytes())


def _sliced(index: Index) -> list[int]:
    return [axis for axis, entry in enumerate(index) if isinstance(entry, slice)]


def _csv_head(source: ArraySource, index: Index) -> bytes:
    axes = _sliced(index)
    heads: list[str] = []
    if len(axes) == 2:
        row, column = (source.dimensions[axis] for axis in axes)
        entry = cast("slice", index[axes[1]])
        heads = [f"{row.name} / {column.name}", *(column.place(at) for at in range(entry.start, entry.stop))]
    elif len(axes) == 1:
        heads = [source.dimensions[axes[0]].name, "value"]
    else:
        heads = ["value"]
    return _csv_line(heads)


def _write_csv(file: IO[bytes], source: ArraySource, index: Index, values: NDArray[Any]) -> None:
    axes = _sliced(index)
    if not axes:
        file.write(_csv_line([value_text(values[()])]))
        return
    dimension, entry = source.dimensions[axes[0]], cast("slice", index[axes[0]])
    for offset, row in enumerate(values):
        cells = [value_text(value) for value in (row if len(axes) == 2 else [row])]
        file.write(_csv_line([dimension.place(entry.start + offset), *cells]))


def _csv_line(cells: list[str]) -> bytes:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerow(cells)
    return stream.getvalue().encode("utf-8", "backslashreplace")
