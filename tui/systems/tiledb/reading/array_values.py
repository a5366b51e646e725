"""DenseArray: an array of TileDB's own library as an ArraySource, for the viewer, the statistics and the exports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tui.resources.arrays.array_axis import Dimension, ScaleAxis
from tui.resources.arrays.array_source import MEMORY_LIMIT, Index, check_selection, selection_shape
from tui.services.errors import NotSupported, Unavailable
from tui.services.printable import printable
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.reading.core import load_tiledb
from tui.systems.tiledb.reading.core_errors import run_core

if TYPE_CHECKING:
    from numpy.typing import NDArray

READING = 120.0
"""Seconds that one read may take."""
_READABLE = "biufcmM"
"""numpy's letters of what can be shown as numbers."""


class DenseArray:
    """One attribute of a dense array, by whole coordinates. Cells that were never written hold the fill value."""

    def __init__(self, address: str, context: Any, title: str, attribute: str = "") -> None:
        """Look at the array. It blocks: call it in a thread.

        Args:
            address: of the array, as the library takes it.
            context: the library's `Ctx` with the log-in, None for an array on this machine.
            title: what the array is called.
            attribute: which one; "" is the first that holds numbers.

        Raises:
            NotSupported: it is sparse, its coordinates are no whole numbers, or it holds no numbers.
        """
        tiledb = load_tiledb("open array")
        self._tiledb, self._address, self._context = tiledb, address, context
        # Not `ArraySchema.load`, which holds the interpreter, and with it the whole screen, until the server answers.
        with tiledb.open(address, ctx=context) as array:
            schema, self.written = array.schema, array.nonempty_domain() is not None
        if schema.sparse:
            message = f"{printable(title, 120)} is sparse; only dense arrays are shown as a picture"
            raise NotSupported(SYSTEM, "view", message, "the details show its schema")
        domain = schema.domain
        dims = [domain.dim(number) for number in range(domain.ndim)]
        odd = next((dim for dim in dims if dim.dtype.kind not in "iu"), None)
        if odd is not None:
            message = f"its dimension {printable(odd.name, 60)} counts in {odd.dtype}, not in whole numbers"
            raise NotSupported(SYSTEM, "view", message, "the details show its schema")
        chosen = _attribute(schema, attribute)
        self._first = [int(dim.domain[0]) for dim in dims]
        self._name, self._stored, self._nullable = chosen.name, chosen.dtype, chosen.isnullable
        self._as_numbers = chosen.dtype.kind in "mM"
        self.title = printable(title, 120)
        self.shape = tuple(int(dim.domain[1]) - int(dim.domain[0]) + 1 for dim in dims)
        self.dtype = "int64" if self._as_numbers else str(chosen.dtype.newbyteorder("="))
        self.dimensions = tuple(
            Dimension(
                printable(dim.name or f"dim{number}", 60),
                size,
                ScaleAxis(float(first), 1.0) if first else None,
            )
            for number, (dim, size, first) in enumerate(zip(dims, self.shape, self._first, strict=True))
        )
        # The library tells no fill value of what may be null.
        self.fill_value: Any = None if self._as_numbers or self._nullable else _plain(chosen.fill)
        tiles = [dim.tile for dim in dims]
        self.chunks: tuple[int, ...] | None = tuple(map(int, tiles)) if all(tiles) else None
        self.memory_limit = MEMORY_LIMIT
        self.note = _note(schema, chosen, self._as_numbers)

    async def read(self, index: Index) -> NDArray[Any]:
        """Return the cells of a selection; integer entries drop their dimension.

        Raises:
            InvalidInput: the selection is outside of the array, or larger than the memory limit.
            ServiceError: it cannot be read.
        """
        check_selection(self, index)
        return await run_core("read array", lambda: self._cells(index), READING)

    def _cells(self, index: Index) -> NDArray[Any]:
        import numpy as np

        wanted = selection_shape(index)
        if 0 in wanted:
            return np.empty(wanted, self.dtype)
        # The library takes coordinates, which may begin anywhere, and not indices.
        ranges = tuple(
            slice(entry.start + first, entry.stop + first)
            if isinstance(entry, slice)
            else slice(entry + first, entry + first + 1)
            for entry, first in zip(index, self._first, strict=True)
        )
        with self._tiledb.open(self._address, ctx=self._context) as array:
            cells = self._asked(array, ranges)
        if self._as_numbers:
            cells = cells.astype("int64")
        return cells.reshape(wanted)

    def _asked(self, array: Any, ranges: tuple[slice, ...]) -> NDArray[Any]:
        """Return the cells of ranges, whose ends are left out.

        `array[…]` would ask a server first how large the answer is, and hold the interpreter, and with it the whole
        screen, until that is known. How large the answer of a dense array is, is plain.
        """
        import numpy as np

        subarray = self._tiledb.Subarray(array, array.ctx)
        subarray.add_ranges([[(each.start, each.stop - 1)] for each in ranges])
        cells = np.empty([each.stop - each.start for each in ranges], self._stored)
        query = self._tiledb.Query(array, array.ctx)
        query.layout = self._tiledb.libtiledb.LayoutType.ROW_MAJOR
        query.set_subarray(subarray)
        query.set_data_buffer(self._name, cells, cells.size)
        valid = np.ones(cells.shape, "u1")
        if self._nullable:
            query.set_validity_buffer(self._name, valid, cells.size)
        query._submit()
        if not query.is_complete():
            raise Unavailable(SYSTEM, "read array", "the library gave only a part of the cells", "ask for fewer")
        if self._nullable and cells.dtype.kind == "f":
            cells[valid == 0] = np.nan
        return cells


def _attribute(schema: Any, wanted: str) -> Any:
    """Return an attribute with one number a cell. Raises NotSupported if there is none."""
    known = [schema.attr(number) for number in range(schema.nattr)]
    for each in known:
        if (not wanted or each.name == wanted) and each.dtype.kind in _READABLE and not each.isvar and each.ncells == 1:
            return each
    held = ", ".join(f"{printable(each.name, 40) or '(no name)'}: {each.dtype}" for each in known[:8])
    raise NotSupported(SYSTEM, "view", f"no attribute of it holds one number a cell ({held})")


def _plain(fill: Any) -> Any:
    """Return a fill value as one plain number, None if it is none."""
    import numpy as np

    values = np.asarray(fill).ravel()
    return values[0] if values.size == 1 else None


def _note(schema: Any, chosen: Any, as_numbers: bool) -> str:
    parts: list[str] = []
    if schema.nattr > 1:
        parts.append(f"the attribute {chosen.name} of {schema.nattr}")
    if as_numbers:
        parts.append(f"{chosen.dtype} shown as whole numbers")
    if chosen.isnullable:
        parts.append("null shown as NaN" if chosen.dtype.kind == "f" else "null shown as what is stored in its place")
    return printable("; ".join(parts), 200)
