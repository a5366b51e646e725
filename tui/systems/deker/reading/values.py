"""The values of one array, tile or VArray, read in the calling thread."""

from __future__ import annotations

import math
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tui.resources.arrays.array_source import MEMORY_LIMIT, Index, selection_shape
from tui.services.errors import DataCorrupt, InvalidInput
from tui.systems.deker.entries import Shelf
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.names import SYSTEM, on_disk
from tui.systems.deker.models import Collection, Entry
from tui.systems.deker.reading.array_values import READABLE, Wanted, read_file
from tui.systems.deker.reading.steady import Witness, read_steadily
from tui.systems.deker.reading.varray_values import read_tiles
from tui.systems.deker.storage import Stop, service_error

if TYPE_CHECKING:
    from numpy.typing import NDArray


class StoredValues:
    """What is needed to read an entry's values. It can be sent to another process.

    `shape` and `stored` (the type of a cell in numpy's spelling) are those of the data as they are stored, or those of
    the schema where there are none; `fill` is what a never-written cell holds, None where that cannot be said.
    """

    def __init__(self, collection: Collection, entry: Entry, memory_limit: int = MEMORY_LIMIT) -> None:
        self.collection = collection
        self.entry = entry
        self.memory_limit = memory_limit if memory_limit > 0 else MEMORY_LIMIT
        own = collection.tile_shape if entry.kind == "tile" else collection.shape
        schema_type = dtypes.stored_type(collection.dtype) if collection.dtype else None
        stored = entry.dtype if entry.kind != "varray" and entry.has_data else None
        is_readable = stored is not None and READABLE.fullmatch(stored) is not None
        self.schema_shape: tuple[int, ...] = own or ()
        self.schema_type = schema_type
        self.shape = entry.shape if is_readable and entry.shape is not None else self.schema_shape
        self.stored: str = (stored if is_readable else schema_type) or "<f8"
        self.fill = fill_value(collection.fill_value, self.stored)

    @cached_property
    def shelf(self) -> Shelf:
        """Where the arrays of the collection lie, those that are tiles included."""
        return Shelf.of(self.collection, "array")

    def read(self, index: Index, stop: Stop | None = None) -> NDArray[Any]:
        """Return the cells of a selection that lies inside, in the machine's byte order. It blocks.

        Raises:
            Conflict: it is being written, or has another shape or type by now.
            NotFound: the file is gone.
            DataCorrupt: it is damaged.
            NotSupported: a filter is missing.
            InvalidInput: it takes more than the memory limit.
            PermissionDenied, Unavailable: the disk does not give it.
            Cancelled: `stop` was set.
        """
        import numpy as np

        region = tuple(entry if isinstance(entry, slice) else slice(entry, entry + 1) for entry in index)
        dtype = np.dtype(self.stored).newbyteorder("=")
        self._check(region, dtype.itemsize)
        shape = selection_shape(region)
        fill = np.zeros((), dtype)[()] if self.fill is None else self.fill
        wanted = Wanted(self._file_shape(), self.stored, fill, self.memory_limit)
        path = self._path()
        stop = stop or Stop()

        def attempt(witness: Witness) -> NDArray[Any]:
            # Long doubles have bytes that mean nothing; two reads of the same cells have to be equal all the same.
            out = np.zeros(shape, dtype) if dtype.char in "gG" else np.empty(shape, dtype)
            if path is None:
                read_tiles(witness, self.shelf, self.entry.id, wanted, region, out, stop)
            else:
                read_file(witness, path, wanted, region, out, stop)
            return out

        try:
            return read_steadily(self.shelf.reader, attempt, stop).reshape(selection_shape(index))
        except OSError as error:
            raise service_error(error, "read") from error

    def _check(self, region: tuple[slice, ...], item_bytes: int) -> None:
        if self.collection.dtype is None and not self.entry.has_data:
            problem = self.collection.problem or self.entry.problem or "the schema cannot be read"
            raise DataCorrupt(SYSTEM, "read", problem)
        shape = self.shape
        if len(region) != len(shape) or any(
            not 0 <= part.start <= part.stop <= size for part, size in zip(region, shape, strict=True)
        ):
            raise InvalidInput(SYSTEM, "read", f"the selection leaves the array of shape {shape}")
        needed = math.prod(selection_shape(region)) * item_bytes
        if needed > self.memory_limit:
            message = f"the selection takes {needed:,} bytes, more than the limit of {self.memory_limit:,}"
            raise InvalidInput(SYSTEM, "read", message, "read a smaller slice, or raise the memory limit")

    def _file_shape(self) -> tuple[int, ...]:
        """Return the shape of one file's data."""
        if self.entry.kind != "varray":
            return self.shape
        if self.collection.tile_shape is None or not self.shape:
            raise DataCorrupt(SYSTEM, "read", self.collection.problem or "the schema cannot be read")
        return self.collection.tile_shape

    def _path(self) -> str | None:
        """Return the file of an array or a tile, None for a VArray."""
        if self.entry.kind == "varray":
            return None
        if not self.entry.path:
            problem = self.entry.problem or f"{self.entry.id[:60]!r} is no id"
            raise DataCorrupt(SYSTEM, "read", f"the data file cannot be found: {problem}")
        return on_disk(self.entry.path)


def fill_value(text: str | None, stored: str) -> Any:
    """Return a fill value, as a collection's metadata tell it, as a number of numpy's; None if it is none."""
    import numpy as np

    dtype = np.dtype(stored).newbyteorder("=")
    if text is None or dtype.kind not in "iufc":
        return None
    try:
        if dtype.kind in "iu":
            return dtype.type(int(text))
        with np.errstate(all="ignore"):
            return dtype.type(complex(text) if dtype.kind == "c" else text)
    except (ValueError, OverflowError):
        return None
