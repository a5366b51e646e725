"""Arrays that are stored nowhere, for the tests of what is done with arrays."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tui.resources.arrays.array_axis import Dimension, plain_dimensions
from tui.resources.arrays.array_source import MEMORY_LIMIT, Index, check_selection, selection_shape


class MemoryArray:
    """A numpy array as an ArraySource."""

    def __init__(
        self,
        values: NDArray[Any],
        dimensions: Sequence[Dimension] = (),
        *,
        title: str = "array",
        fill_value: Any = None,
        chunks: tuple[int, ...] | None = None,
        memory_limit: int = MEMORY_LIMIT,
    ) -> None:
        self._values = values
        self.title = title
        self.dimensions = tuple(dimensions) or plain_dimensions(values.shape)
        self.shape: tuple[int, ...] = tuple(values.shape)
        self.dtype = str(values.dtype)
        self.fill_value = fill_value
        self.written = True
        self.chunks = chunks
        self.memory_limit = memory_limit
        self.note = ""

    async def read(self, index: Index) -> NDArray[Any]:
        """Return a copy of the selection.

        Raises:
            InvalidInput: the selection is outside of the array, or larger than the memory limit.
        """
        check_selection(self, index)
        return await asyncio.to_thread(lambda: np.array(self._values[index]))


class UnwrittenArray:
    """An array of which no cell was ever written: it has a shape and a fill value, and takes no memory."""

    def __init__(
        self, shape: tuple[int, ...], dtype: str, fill_value: Any, dimensions: Sequence[Dimension] = (), title: str = ""
    ) -> None:
        self.title = title or "array"
        self.shape = shape
        self.dtype = dtype
        self.dimensions = tuple(dimensions) or plain_dimensions(shape)
        self.fill_value = fill_value
        self.written = False
        self.chunks: tuple[int, ...] | None = None
        self.memory_limit = MEMORY_LIMIT
        self.note = ""

    async def read(self, index: Index) -> NDArray[Any]:
        """Return the fill value for each cell of the selection.

        Raises:
            InvalidInput: the selection is outside of the array, or larger than the memory limit.
        """
        check_selection(self, index)
        fill = np.zeros((), self.dtype)[()] if self.fill_value is None else self.fill_value
        return np.full(selection_shape(index), fill, self.dtype)
