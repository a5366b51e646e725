"""A region of a VArray, put together from its tiles' files (contract §5.4)."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING, Any

from tui.services.errors import Cancelled, Conflict, DataCorrupt, NotFound, ServiceError
from tui.services.printable import printable
from tui.systems.deker.entries import Shelf
from tui.systems.deker.format.names import ID, SYSTEM, shown
from tui.systems.deker.reading.array_values import Wanted, read_file
from tui.systems.deker.reading.contiguous import Region
from tui.systems.deker.reading.steady import BeingWritten, Witness
from tui.systems.deker.reading.threads import share_out
from tui.systems.deker.storage import Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray

Position = tuple[int, ...]
"""A tile's place in the grid."""

_FEW = 16
"""Up to so many positions are looked up one by one, and their tiles are read in one thread."""


def read_tiles(
    witness: Witness, shelf: Shelf, identity: str, wanted: Wanted, region: Region, out: NDArray[Any], stop: Stop
) -> None:
    """Fill `out`, which has the shape of the region, from the tiles of the VArray `identity`.

    `shelf` is that of the collection's arrays, which are the tiles; `wanted` is what each tile has to be. Where there
    is no tile the values are the fill value. A tile that has a link and no file is an error, and so are two tiles in
    one place: which one is right cannot be told.

    Raises:
        BeingWritten: a tile has a writer.
        DataCorrupt, NotSupported, InvalidInput: a tile cannot be read; the message names it.
        Cancelled: it was asked to stop.
    """
    links = f"{shelf.links}/{identity}"
    grid = [
        range(part.start // size, -(-part.stop // size) if part.stop > part.start else part.start // size)
        for part, size in zip(region, wanted.shape, strict=True)
    ]
    tiles = find_tiles(links, grid, stop)
    witness.expect(lambda: find_tiles(links, grid, stop) == tiles)
    if len(tiles) < math.prod(len(places) for places in grid):
        out[...] = wanted.fill
    work = [(position, shelf.path_of(tile)) for position, tile in tiles.items()]

    def read_one(piece: tuple[Position, str]) -> None:
        stop.check()
        _read_tile(witness, *piece, wanted, region, out, stop)

    share_out(work, read_one, least=_FEW)


def find_tiles(links: str, grid: list[range], stop: Stop) -> dict[Position, str]:
    """Return the id of the tile at each position of `grid` that has one, by the directory of a VArray's links.

    Raises:
        DataCorrupt: a position has several tiles, or a link that is not named by an id.
    """
    found: dict[Position, str] = {}
    for position in _positions(links, grid):
        stop.check()
        name = "-".join(map(str, position))
        try:
            names = [entry for entry in os.listdir(f"{links}/{name}") if entry.endswith(".hdf5")]
        except FileNotFoundError:
            continue
        except NotADirectoryError:
            raise DataCorrupt(SYSTEM, "read", f"tile {name}: its links are not in a directory") from None
        if len(names) > 1:
            raise DataCorrupt(SYSTEM, "read", f"tile {name}: there are {len(names)} tiles in this place")
        if names:
            tile = names[0].removesuffix(".hdf5")
            if ID.match(tile) is None:
                raise DataCorrupt(SYSTEM, "read", f"tile {name}: {printable(shown(tile), 60)} is no id")
            found[position] = tile
    return found


def _positions(links: str, grid: list[range]) -> Iterator[Position]:
    """Yield the positions of the grid that may have a tile."""
    if math.prod(len(places) for places in grid) <= _FEW:
        yield from product(*grid)
        return
    try:
        names = os.listdir(links)
    except (FileNotFoundError, NotADirectoryError):
        return
    for name in names:
        parts = name.split("-")
        if len(parts) != len(grid) or not all(part.isdecimal() and len(part) < 19 for part in parts):
            continue
        position = tuple(map(int, parts))
        if all(number in places for number, places in zip(position, grid, strict=True)):
            yield position


def _read_tile(
    witness: Witness, position: Position, path: str, wanted: Wanted, region: Region, out: NDArray[Any], stop: Stop
) -> None:
    inside: list[slice] = []
    target: list[slice] = []
    for number, size, part in zip(position, wanted.shape, region, strict=True):
        start, end = max(part.start, number * size), min(part.stop, (number + 1) * size)
        inside.append(slice(start - number * size, end - number * size))
        target.append(slice(start - part.start, end - part.start))
    try:
        read_file(witness, path, wanted, tuple(inside), out[tuple(target)], stop)
    except (BeingWritten, Cancelled):
        raise
    except ServiceError as error:
        raise _named(error, position, path) from error


def _named(error: ServiceError, position: Position, path: str) -> ServiceError:
    """Return the error with the tile's place in the grid; what is wrong with a tile is damage of the VArray."""
    kind = type(error)
    place = "-".join(map(str, position))
    identity = os.path.basename(path).removesuffix(".hdf5")
    if isinstance(error, NotFound):
        message = f"tile {place}: its data file is missing, the link of {identity} is all that is left"
        return DataCorrupt(SYSTEM, "read", message)
    if isinstance(error, Conflict):
        # A tile's shape and type are the collection's, so what differs is no change but damage.
        return DataCorrupt(SYSTEM, "read", f"tile {place}: {error.message}", f"its id is {identity}")
    hint = error.hint or f"its id is {identity}"
    return kind(error.system, error.operation, f"tile {place}: {error.message}", hint)
