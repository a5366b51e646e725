"""Storages to measure on. Each is made once, by our own writer, and kept in a cache folder with a note beside it."""

from __future__ import annotations

import os
import random
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.systems.deker.format.names import main_directory
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection, create_varray
from tui.systems.deker.models import Attribute, Collection, Dimension

if TYPE_CHECKING:
    from numpy.typing import NDArray

MANY = "many"
"""The collection of the storages of small arrays: 10x10 float32, with one whole number as primary attribute or none."""
BIG_SHAPE = (50, 1000, 1000)
CHUNKS: dict[str, tuple[int, ...] | None] = {
    "contiguous": None,
    "planes": (1, 1000, 1000),
    "cubes": (10, 100, 100),
    "gzip": (1, 250, 250),
    "never": None,
}
"""The layouts of the 200 MB array, each a collection of its own: its chunks. `never` has no data."""
TILED = "tiled"
GRID = (20, 20)
_FIRST_NUMBER = 1_000_000
"""Numbers from here on have as many digits each, which makes the arrays' files alike but for two texts."""
_SETTLED = 3.0
"""Seconds after which a file is old enough to be read without asking for writers twice."""


def kept(cache: Path, name: str, make: Callable[[Path], None]) -> Path:
    """Return the storage of that name in the cache, made now unless it is there whole.

    The note tells where it was made, because the links in a storage are absolute.
    """
    root, note = cache / name, cache / f"{name}.made"
    if note.exists() and note.read_text() == str(root):
        return root
    if root.exists():
        raise SystemExit(f"{root} is there and was not made whole: delete it")
    make(root)
    os.sync()
    time.sleep(_SETTLED)
    note.write_text(str(root))
    return root


def small_arrays(cache: Path, count: int, with_attribute: bool = True) -> Path:
    """Return a storage of so many small arrays."""
    name = f"{'many' if with_attribute else 'bare'}-{count}"
    return kept(cache, name, lambda root: _make_small(root, count, with_attribute))


def _make_small(root: Path, count: int, with_attribute: bool) -> None:
    """Write one array as Deker would, and the others as copies of its file with their own id and number."""
    import numpy

    attributes = (Attribute(name="number", dtype="int", primary=True),) if with_attribute else ()
    collection = create_collection(str(root), NewCollection(MANY, "float32", _dimensions(10, 10), attributes))
    draw = random.Random(count)
    first = str(uuid.UUID(int=draw.getrandbits(128), version=4))
    primary = {"number": _FIRST_NUMBER} if with_attribute else {}
    create_array(collection, primary, data=numpy.arange(100, dtype="float32").reshape(10, 10), identity=first)
    content = Path(collection.path, "array_data", main_directory(first), f"{first}.hdf5").read_bytes()
    for number in range(_FIRST_NUMBER + 1, _FIRST_NUMBER + count):
        identity = str(uuid.UUID(int=draw.getrandbits(128), version=4))
        own = content.replace(first.encode(), identity.encode())
        if with_attribute:
            own = own.replace(str(_FIRST_NUMBER).encode(), str(number).encode())
        _place(collection, identity, own, str(number) if with_attribute else "")


def _place(collection: Collection, identity: str, content: bytes, directory: str) -> None:
    path = Path(collection.path, "array_data", main_directory(identity), f"{identity}.hdf5")
    link = Path(collection.path, "array_symlinks", directory, path.name)
    path.parent.mkdir(parents=True)
    link.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    link.symlink_to(path)


def big_array(cache: Path) -> Path:
    """Return a storage of one 200 MB float32 array in five layouts, each the only array of its collection."""
    return kept(cache, "big", _make_big)


def _make_big(root: Path) -> None:
    field = _field(BIG_SHAPE)
    for layout, chunks in CHUNKS.items():
        compression = "gzip" if layout == "gzip" else None
        new = NewCollection(layout, "float32", _dimensions(*BIG_SHAPE), chunks=chunks, compression=compression)
        create_array(create_collection(str(root), new), data=None if layout == "never" else field)


def tiled_array(cache: Path) -> Path:
    """Return a storage of one VArray of 2000x2000 float32 in 400 tiles."""
    return kept(cache, "tiled", _make_tiled)


def _make_tiled(root: Path) -> None:
    shape = (2000, 2000)
    collection = create_collection(str(root), NewCollection(TILED, "float32", _dimensions(*shape), vgrid=GRID))
    create_varray(collection, data=_field(shape))


def _dimensions(*sizes: int) -> tuple[Dimension, ...]:
    names = ("z", "y", "x")[-len(sizes) :]
    return tuple(Dimension(name=name, size=size) for name, size in zip(names, sizes, strict=True))


def _field(shape: tuple[int, ...]) -> NDArray[Any]:
    """Return a field with noise in hundredths, which compresses as measured values do."""
    import numpy

    noise = numpy.random.default_rng(1).standard_normal(shape, dtype="float32")
    return numpy.round(noise + numpy.linspace(-20, 20, shape[-1], dtype="float32"), 2)
