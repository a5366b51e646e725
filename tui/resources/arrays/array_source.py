"""ArraySource: what the viewer, the statistics and the exports need of an array, wherever it is stored."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from tui.resources.arrays.array_axis import Dimension
from tui.services.errors import InvalidInput

if TYPE_CHECKING:
    from numpy.typing import NDArray

Index = tuple[int | slice, ...]
"""One entry for each dimension: an index, or a slice of step 1 with both ends given."""

MEMORY_LIMIT = 256 * 2**20
"""Bytes that one read may fill, unless the source says otherwise."""
BLOCK_BYTES = 8 * 2**20
"""Bytes of a block where an array is read piece by piece: large enough to be fast, small enough to be cancelled."""


@runtime_checkable
class ArraySource(Protocol):
    """An array that can be read piece by piece. It must not block the event loop: it reads in threads."""

    @property
    def title(self) -> str:
        """What the array is called, as a person would say it."""
        ...

    @property
    def shape(self) -> tuple[int, ...]:
        """How many cells along each dimension."""
        ...

    @property
    def dtype(self) -> str:
        """The type of a cell as numpy names it, such as `float32`."""
        ...

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        """The dimensions, as many as `shape` has entries."""
        ...

    @property
    def fill_value(self) -> Any:
        """What a cell holds that was never written, None if there is no such value."""
        ...

    @property
    def written(self) -> bool:
        """False if no cell was ever written, so that there is nothing to read."""
        ...

    @property
    def chunks(self) -> tuple[int, ...] | None:
        """The shape of the pieces it is stored in, None if it is stored in one piece."""
        ...

    @property
    def memory_limit(self) -> int:
        """Bytes that one read may fill."""
        ...

    @property
    def note(self) -> str:
        """What a person should know of it beside its numbers, empty as a rule."""
        ...

    async def read(self, index: Index) -> NDArray[Any]:
        """Return the cells of a selection; integer entries drop their dimension.

        Raises:
            InvalidInput: the selection is outside of the array, or larger than the memory limit.
            ServiceError: the system could not read it.
        """
        ...


def item_bytes(dtype: str) -> int:
    """Return the bytes of a cell."""
    import numpy as np

    return np.dtype(dtype).itemsize


def selection_shape(index: Index) -> tuple[int, ...]:
    """Return the shape of what a selection reads."""
    return tuple(max(entry.stop - entry.start, 0) for entry in index if isinstance(entry, slice))


def selection_text(index: Index, name: str = "") -> str:
    """Return a selection as Python writes it, such as `[3, 0:10, :]`."""

    def entry_text(entry: int | slice) -> str:
        return f"{entry.start}:{entry.stop}" if isinstance(entry, slice) else str(entry)

    return f"{name}[{', '.join(entry_text(entry) for entry in index) or '()'}]"


def check_selection(source: ArraySource, index: Index) -> None:
    """Do nothing, or say what is wrong with a selection.

    Raises:
        InvalidInput: it has not one entry for each dimension, leaves the array, or is larger than the memory limit.
    """
    if len(index) != len(source.shape):
        message = f"{selection_text(index)} has {len(index)} entries for {len(source.shape)} dimensions"
        raise InvalidInput("arraydeck", "read", message, "give one index or slice for each dimension")
    for entry, dimension, size in zip(index, source.dimensions, source.shape, strict=True):
        if isinstance(entry, slice) and (entry.start is None or entry.stop is None or entry.step not in (None, 1)):
            message = f"{selection_text(index)}: {dimension.title} needs a slice with both ends and of step 1"
            raise InvalidInput("arraydeck", "read", message, f"such as 0:{size}")
        first, end = (entry.start, entry.stop) if isinstance(entry, slice) else (entry, entry + 1)
        if not 0 <= first <= end <= size:
            message = f"{selection_text(index)} leaves the array: {dimension.title} has {size:,} indices"
            raise InvalidInput("arraydeck", "read", message, f"use 0 to {size - 1}")
    wanted = math.prod(selection_shape(index)) * item_bytes(source.dtype)
    if wanted > source.memory_limit:
        message = f"{selection_text(index)} takes {wanted:,} bytes, more than the limit of {source.memory_limit:,}"
        raise InvalidInput("arraydeck", "read", message, "read a smaller slice, or raise the memory limit")


def block_shape(shape: Sequence[int], chunks: Sequence[int] | None, cells: int) -> tuple[int, ...]:
    """Return the shape of blocks of at most `cells` cells: whole chunks where one fits, grown from the last
    dimension on, which lies together on disk."""
    block = [min(chunk, size) for chunk, size in zip(chunks or [1] * len(shape), shape, strict=True)]
    block = [max(length, 1) for length in block]
    for axis in range(len(block)):
        while math.prod(block) > max(cells, 1) and block[axis] > 1:
            block[axis] = (block[axis] + 1) // 2
    for axis in reversed(range(len(block))):
        unit = block[axis]
        room = max(cells, 1) // math.prod(block)
        block[axis] = min(unit * max(room, 1), max(shape[axis], 1))
        if block[axis] < shape[axis]:
            break
    return tuple(block)


def blocks(window: Sequence[slice], block: Sequence[int]) -> Iterator[tuple[slice, ...]]:
    """Cut a window into blocks whose edges lie on the whole array's grid of blocks, last dimension fastest."""
    if not window:
        yield ()
        return
    first, length = window[0], block[0]
    start = first.start
    while start < first.stop:
        stop = min((start // length + 1) * length, first.stop)
        for rest in blocks(window[1:], block[1:]):
            yield (slice(start, stop), *rest)
        start = stop
