"""DekerArray: an array, a tile or a VArray of a Deker storage as an ArraySource."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

from tui.resources.arrays.array_axis import LONGEST, Dimension
from tui.resources.arrays.array_source import Index, check_selection
from tui.services.printable import printable
from tui.systems.deker.format.dtypes import path_text
from tui.systems.deker.models import Collection, Entry
from tui.systems.deker.reading.axes import dimensions_of
from tui.systems.deker.reading.index import resolve_index
from tui.systems.deker.reading.values import StoredValues
from tui.systems.deker.storage import Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray


class DekerArray:
    """The values of a filled entry, read piece by piece in threads. No read shows a half-written value.

    The properties are those of the data when the entry was filled. `note` says in words for a person how they differ
    from what the metadata say, or what cannot be told; it is empty as a rule.
    """

    def __init__(
        self,
        collection: Collection,
        entry: Entry,
        run: Callable[[Callable[[Stop], NDArray[Any]]], Awaitable[NDArray[Any]]],
        memory_limit: int,
    ) -> None:
        """Take what describes the array; nothing is read yet.

        Args:
            collection: the collection of the array.
            entry: its filled entry.
            run: does blocking work in a thread, and sets the work's `Stop` when nobody waits for it any more.
            memory_limit: bytes that one read may fill; 0 stands for what is usual.
        """
        import numpy as np

        self._run = run
        self.values = StoredValues(collection, entry, memory_limit)
        self.title = _title(collection, entry)
        self.shape: tuple[int, ...] = self.values.shape
        self.dtype: str = _name(np.dtype(self.values.stored))
        self.dimensions: tuple[Dimension, ...] = dimensions_of(collection, entry, self.shape)
        self.fill_value: Any = self.values.fill
        self.written: bool = entry.has_data is not False
        self.chunks: tuple[int, ...] | None = _chunks(collection, entry, self.shape)
        self.memory_limit: int = self.values.memory_limit
        self.note: str = _note(self.values, self.dimensions)

    def select(self, index: object) -> Index:
        """Return the selection that an index in Python means, by Deker's rules. Raises as `resolve_index`."""
        return resolve_index(index, self.dimensions)

    async def read(self, index: Index) -> NDArray[Any]:
        """Return the cells of a selection; integer entries drop their dimension.

        Raises:
            InvalidInput: the selection is outside of the array, or larger than the memory limit.
            Conflict: it is being written, or was changed since it was listed.
            NotFound: its file is gone.
            DataCorrupt: it is damaged.
            NotSupported: it is packed with a filter that is not installed.
            Unavailable: the client is closed, or the disk cannot be read.
        """
        check_selection(self, index)
        return await self._run(lambda stop: self.values.read(index, stop))


def _title(collection: Collection, entry: Entry) -> str:
    """Return the collection's name with the primary attributes, or with the id where there are none."""
    wanted = [attribute.name for attribute in collection.primary_attributes]
    if entry.kind == "tile":
        place = entry.primary.get("v_position")
        text = path_text(place, is_position=True) if isinstance(place, tuple) else ""
        name = f"tile {text}" if text else entry.id
    elif wanted and all(name in entry.primary for name in wanted):
        name = " ".join(path_text(entry.primary[name]) for name in wanted)
    else:
        name = entry.id
    return printable(f"{collection.name} {name}", 2 * LONGEST)


def _name(dtype: Any) -> str:
    return str(dtype.newbyteorder("="))


def _chunks(collection: Collection, entry: Entry, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    chunks = collection.tile_shape if entry.kind == "varray" else entry.chunks
    return tuple(chunks) if chunks and len(chunks) == len(shape) else None


def _note(values: StoredValues, dimensions: tuple[Dimension, ...]) -> str:
    """Return how the data differ from the schema, and which coordinates are not known."""
    parts: list[str] = []
    if values.shape != values.schema_shape:
        parts.append(f"stored with shape {values.shape}, the schema says {values.schema_shape}")
    if values.schema_type is not None and values.stored != values.schema_type:
        parts.append(f"stored as {values.stored}, the schema says {values.schema_type}")
    if values.entry.has_data and values.entry.kind != "varray" and values.entry.dtype not in (None, values.stored):
        parts.append(f"its cells are no numbers but {values.entry.dtype}")
    total, empty = math.prod(values.shape), values.entry.empty_cells
    if values.entry.has_data is False and empty is not None and empty < total:
        parts.append(f"there are no values, though its counter says that {total - empty:,} were written")
    for dimension, described in zip(values.collection.dimensions, dimensions, strict=False):
        if dimension.kind == "time" and described.axis is None:
            parts.append(f"when {described.title} begins is not known")
    return printable("; ".join(parts))
