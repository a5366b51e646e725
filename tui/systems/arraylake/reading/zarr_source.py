"""ZarrArray: an array of a snapshot as an ArraySource, for the viewer, the statistics and the exports."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tui.resources.arrays.array_axis import LONGEST, Dimension
from tui.resources.arrays.array_source import Index, check_selection
from tui.services.errors import NotSupported
from tui.services.printable import printable
from tui.systems.arraylake.errors import SYSTEM
from tui.systems.arraylake.reading import nodes
from tui.systems.arraylake.reading.coordinates import axis_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

COUNTED = 4096
"""Chunks up to which it is found out whether any was written."""
_READABLE = "biufcmM"
"""numpy's letters of what can be shown as numbers."""


class ZarrArray:
    """The values of an array, read piece by piece in threads. They are those of one snapshot and never change."""

    def __init__(
        self,
        store: Any,
        path: str,
        repository: str,
        run: Callable[[Callable[[], NDArray[Any]], str], Awaitable[NDArray[Any]]],
        memory_limit: int,
    ) -> None:
        """Look at the array. It blocks: call it in a thread.

        Args:
            store: the store of the snapshot.
            path: where in it the array is.
            repository: what the repository is called.
            run: does blocking work in a thread, and tells of its failures in the one family of errors.
            memory_limit: bytes that one read may fill.

        Raises:
            NotSupported: its cells are no numbers, or one chunk of it is larger than `memory_limit`.
        """
        import numpy as np

        array = nodes.array_at(store, path)
        stored = np.dtype(array.dtype) if isinstance(array.dtype, np.dtype) else None
        if stored is None or stored.kind not in _READABLE:
            message = f"{printable(path, LONGEST)} holds {printable(str(array.dtype), 60)}, which is no kind of number"
            raise NotSupported(SYSTEM, "open array", message)
        chunk = math.prod(array.chunks) * stored.itemsize
        if chunk > memory_limit:
            message = f"one chunk of it takes {chunk:,} bytes, more than the limit of {memory_limit:,}"
            raise NotSupported(SYSTEM, "open array", message, "raise the memory limit")
        self._array = array
        self._run = run
        self._as_numbers = stored.kind in "mM"
        self.title = printable(f"{repository} {path}", 2 * LONGEST)
        self.shape: tuple[int, ...] = tuple(array.shape)
        self.dtype = "int64" if self._as_numbers else str(stored.newbyteorder("="))
        self.dimensions = _dimensions(store, path, array)
        self.fill_value: Any = None if self._as_numbers else array.fill_value
        self.chunks: tuple[int, ...] | None = tuple(array.chunks)
        self.memory_limit = memory_limit
        self.written = array.nchunks > COUNTED or array.nchunks_initialized > 0
        self.note = _note(array, stored if self._as_numbers else None)

    async def read(self, index: Index) -> NDArray[Any]:
        """Return the cells of a selection; integer entries drop their dimension.

        Raises:
            InvalidInput: the selection is outside of the array, or larger than the memory limit.
            Unavailable, TimedOut: the object store cannot be reached.
            DataCorrupt: a chunk is damaged.
            NotSupported: it is packed in a way that is not known here.
        """
        check_selection(self, index)

        def cells() -> NDArray[Any]:
            import numpy as np

            found = np.asarray(self._array[index])
            if self._as_numbers:
                found = found.astype("int64")
            return found.astype(found.dtype.newbyteorder("="), copy=False)

        return await self._run(cells, "read array")


def _dimensions(store: Any, path: str, array: Any) -> tuple[Dimension, ...]:
    """Return the dimensions with the coordinates of arrays that are named after them, in the array's own group."""
    names = getattr(array.metadata, "dimension_names", None) or (None,) * len(array.shape)
    group = path.rpartition("/")[0]
    own = path.rpartition("/")[2]
    found: list[Dimension] = []
    for number, (name, size) in enumerate(zip(names, array.shape, strict=True)):
        axis = None if name is None or name == own else axis_of(store, f"{group}/{name}" if group else name, size)
        found.append(Dimension(name or f"dim{number}", size, axis))
    return tuple(found)


def _note(array: Any, moments: Any) -> str:
    parts: list[str] = []
    units = dict(array.attrs).get("units")
    if isinstance(units, str) and units:
        parts.append(f"in {units}")
    if moments is not None:
        parts.append(f"{moments} shown as whole numbers")
    return printable("; ".join(parts), 200)
