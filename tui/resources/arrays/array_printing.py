"""Arrays on the command line: a plane as a picture in text, a selection as the content of a file."""

from __future__ import annotations

import asyncio
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tui.jobs.progress import Progress
from tui.resources.actions import Outcome
from tui.resources.arrays.array_export import export_selection, write_selection
from tui.resources.arrays.array_look import ArrayLook
from tui.resources.arrays.array_source import (
    ArraySource,
    Index,
    check_selection,
    item_bytes,
    selection_shape,
    selection_text,
)
from tui.resources.arrays.array_statistics import sample_statistics
from tui.resources.arrays.bins import Bins
from tui.resources.arrays.picture import (
    FILL,
    MOST_CLASSES,
    NAN,
    Part,
    colour_indices,
    is_complex,
    is_drawable,
    value_text,
)
from tui.resources.arrays.plane_reader import Method, PlaneReader, PlaneRequest
from tui.resources.arrays.plane_view import first_view, fit_plane
from tui.resources.arrays.text_picture import legend_line, text_picture
from tui.resources.json_text import to_json
from tui.resources.new_file import new_file
from tui.resources.printed import FileContent, Painted
from tui.services.errors import InvalidInput
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.resources.arrays.array_show import ShowForm

_COST = {"csv": 24, "json": 64}
"""Bytes of memory that a cell takes at least on its way into these forms."""
_LINES_BESIDE = 5
"""Lines of a terminal that are not for the picture: two above it, the legend, the command, the prompt."""


async def print_array(source: ArraySource, index: Index | None, form: ShowForm, progress: Progress) -> Outcome:
    """Return what is printed of a selection, by default of the first plane.

    Raises:
        InvalidInput: it is not a plane, has no picture, or is too large to go through memory.
        ServiceError: it could not be read, or the file could not be written.
    """
    chosen = index if index is not None else _first_plane(source)
    if form.output == "text":
        if form.file:
            raise InvalidInput("arraydeck", "show", "a picture is not written to a file", "say -o csv, npy or json")
        return await _picture(source, chosen, form)
    if form.file:
        path = await asyncio.to_thread(lambda: Path(form.file).expanduser().absolute())
        return await _to_file(source, chosen, form.output, path, progress)
    return await _to_pipe(source, chosen, form.output, progress)


def _first_plane(source: ArraySource) -> Index:
    view = first_view(source.shape)
    return tuple(
        slice(0, size) if axis in (view.row_axis, view.column_axis) else 0 for axis, size in enumerate(source.shape)
    )


# Numbers


async def _to_file(
    source: ArraySource, index: Index, form: Literal["json", "csv", "npy"], path: Path, progress: Progress
) -> Outcome:
    if form == "json":
        text = await _json(source, index)

        def write() -> None:
            with new_file(path) as file:
                file.write(text.encode())

        await asyncio.to_thread(write)
    else:
        await export_selection(source, index, form, path, progress)
    return Outcome(f"wrote {math.prod(selection_shape(index)):,} cells to {path}")


async def _to_pipe(
    source: ArraySource, index: Index, form: Literal["json", "csv", "npy"], progress: Progress
) -> Outcome:
    if form == "json":
        data = (await _json(source, index) + "\n").encode()
        return Outcome("", result=FileContent(data, is_text=True))
    check_selection(source, index)
    _check_cost(source, index, form, "write it to a file with --file")
    stream = io.BytesIO()
    await write_selection(source, index, form, stream, progress)
    return Outcome("", result=FileContent(stream.getbuffer(), is_text=form == "csv"))


async def _json(source: ArraySource, index: Index) -> str:
    """Return a selection as JSON: what it is, the coordinates along its dimensions, and its values as nested lists."""
    check_selection(source, index)
    _check_cost(source, index, "json", "write NPY or CSV to a file with --file")
    values = await source.read(index)
    dimensions: list[dict[str, Any]] = []
    for dimension, entry in zip(source.dimensions, index, strict=True):
        if isinstance(entry, slice):
            places = [dimension.place(at) for at in range(entry.start, entry.stop)]
            dimensions.append({"name": dimension.name, "places": places})
        else:
            dimensions.append({"name": dimension.name, "index": entry, "place": dimension.place(entry)})
    fill = None if source.fill_value is None else np.asarray(source.fill_value)[()]
    plain = values.astype("U") if values.dtype.kind in "mM" else values
    found = {
        "array": source.title,
        "dtype": source.dtype,
        "index": selection_text(index),
        "dimensions": dimensions,
        "fill_value": fill,
        "values": plain,
    }
    return await asyncio.to_thread(to_json, found)


def _check_cost(source: ArraySource, index: Index, form: str, hint: str) -> None:
    cost = math.prod(selection_shape(index)) * _COST.get(form, item_bytes(source.dtype))
    if cost > source.memory_limit:
        message = f"{selection_text(index)} would take {cost:,} bytes of memory, the limit is {source.memory_limit:,}"
        raise InvalidInput("arraydeck", "show", message, hint)


# The picture


async def _picture(source: ArraySource, index: Index, form: ShowForm) -> Outcome:
    axes = [axis for axis, entry in enumerate(index) if isinstance(entry, slice)]
    if len(axes) > 2:
        message = f"{selection_text(index)} has {len(axes)} dimensions, a picture has two"
        raise InvalidInput("arraydeck", "show", message, "give one index for each of the others, or say -o npy")
    heads = [_head(source, index, axes)]
    if source.note:
        heads.append(printable(source.note, form.width))
    if not source.written:
        fill = "unknown" if source.fill_value is None else value_text(source.fill_value)
        return Outcome("", result=Painted((*heads, f"never written: every cell is the fill value, {printable(fill)}")))
    if not axes:
        value = await source.read(index)
        return Outcome("", result=Painted((*heads, printable(value_text(value[()])))))
    if not is_drawable(source.dtype):
        message = f"cells of type {source.dtype} have no colours"
        raise InvalidInput("arraydeck", "show", message, "say -o csv or json for the numbers")
    if 0 in selection_shape(index):
        return Outcome("", result=Painted((*heads, "there are no cells")))
    return Outcome("", result=Painted((*heads, *await _painted(source, index, axes, form))))


def _head(source: ArraySource, index: Index, axes: list[int]) -> str:
    held = [
        f"{dimension.title} {dimension.place(entry)}"
        for dimension, entry in zip(source.dimensions, index, strict=True)
        if isinstance(entry, int)
    ]
    shown = " x ".join(source.dimensions[axis].title for axis in axes)
    shape = "x".join(str(size) for size in source.shape)
    parts = [printable(source.title, 120), shown, *held, f"{source.dtype} {shape}"]
    return "  ".join(part for part in parts if part)


async def _painted(source: ArraySource, index: Index, axes: list[int], form: ShowForm) -> list[str]:
    row_axis, column_axis = (axes[0], axes[1]) if len(axes) == 2 else (None, axes[0])
    (top, bottom), (left, right) = _window(index, row_axis), _window(index, column_axis)
    half = form.colours != "none" and not form.ascii
    lines = max(form.height - _LINES_BESIDE, 1)
    fit = fit_plane(bottom - top, right - left, lines * 2 if half else lines, form.width, half=half)
    request = PlaneRequest(
        tuple(entry if isinstance(entry, int) else 0 for entry in index),
        row_axis,
        column_axis,
        Bins(top, bottom, fit.rows),
        Bins(left, right, fit.columns),
        await _method(source),
    )
    plane = await PlaneReader(source).read(request)
    part: Part = form.part if is_complex(source.dtype) else "value"
    scale = ArrayLook(part=part, plain=form.colours == "none").scale_for(plane.values, source.fill_value)
    blank = colour_indices(plane.values, scale, 2, source.fill_value, part)
    blanks = [code for code in (NAN, FILL) if (blank == code).any()]
    cells = plane.values.repeat(fit.cell_height, axis=0).repeat(fit.cell_width, axis=1)
    depth = form.colours
    picture = text_picture(cells, scale, depth=depth, ascii=form.ascii, fill_value=source.fill_value, part=part)
    legend = legend_line(scale, depth=depth, ascii=form.ascii, blanks=blanks)
    return [*_corners(source, request), *picture, f"{legend}   {request.reduction}"]


def _window(index: Index, axis: int | None) -> tuple[int, int]:
    entry = None if axis is None else index[axis]
    return (entry.start, entry.stop) if isinstance(entry, slice) else (0, 1)


def _corners(source: ArraySource, request: PlaneRequest) -> list[str]:
    """Return one line that says from where to where the picture goes."""
    parts: list[str] = []
    for axis, bins, words in (
        (request.row_axis, request.rows, "down"),
        (request.column_axis, request.columns, "across"),
    ):
        if axis is not None:
            dimension = source.dimensions[axis]
            parts.append(f"{words}: {dimension.place(bins.first)} to {dimension.place(bins.end - 1)}")
    return ["  ".join(parts)]


async def _method(source: ArraySource) -> Method:
    """Return how to reduce: classes have no mean."""
    kind = np.dtype(source.dtype).kind
    if kind not in "biu":
        return "mean"
    if kind == "b":
        return "nearest"
    found = await sample_statistics(source, cells=100_000, places=16)
    apart = 0 if found.minimum is None or found.maximum is None else found.maximum - found.minimum
    return "nearest" if apart < MOST_CLASSES else "mean"
