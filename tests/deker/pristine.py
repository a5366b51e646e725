"""The storage that is damaged: the same one each time, with the same ids, whatever its path.

`arr` is three arrays with a primary and a custom attribute, `plain` three without attributes, `packed` one in gzip
chunks, `va` one VArray of 2x2 tiles. All are (6, 4) of float32, and written whole.
"""

from __future__ import annotations

import json
import tempfile
import uuid
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy

from tests.deker.remembered import Remembered, remember
from tui.systems.deker.format.names import main_directory
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection, create_varray
from tui.systems.deker.models import Attribute, Collection, Dimension

SHAPE = (6, 4)
NUMBER = Attribute(name="number", dtype="int", primary=True)
NOTE = Attribute(name="note", dtype="string")


def fixed_id(name: str) -> str:
    """Return an id for a name, always the same."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, name))


@dataclass(frozen=True)
class Pristine:
    """The storage and the ids in it: of `arr` by number from 1, of `plain`, of the packed one, of the VArray."""

    root: Path
    arr: tuple[str, ...]
    plain: tuple[str, ...]
    packed: str
    varray: str

    def folder(self, collection: str) -> Path:
        return self.root / "collections" / collection

    def lock(self, collection: str) -> Path:
        return self.root / "collections" / f"{collection}.lock"

    def json_of(self, collection: str) -> Path:
        return self.folder(collection) / f"{collection}.json"

    def edit_json(self, path: Path, **changes: Any) -> None:
        """Change keys of a JSON object; None takes a key out."""
        content = json.loads(path.read_text())
        content.update(changes)
        path.write_text(json.dumps({key: value for key, value in content.items() if value is not None}))

    def data(self, collection: str, identity: str) -> Path:
        return self.folder(collection) / "array_data" / main_directory(identity) / f"{identity}.hdf5"

    def link(self, number: int = 1) -> Path:
        return self.folder("arr") / "array_symlinks" / str(number) / f"{self.arr[number - 1]}.hdf5"

    def plain_link(self, index: int = 0) -> Path:
        return self.folder("plain") / "array_symlinks" / f"{self.plain[index]}.hdf5"

    @property
    def varray_json(self) -> Path:
        return self.folder("va") / "varray_data" / main_directory(self.varray) / f"{self.varray}.json"

    @property
    def varray_link(self) -> Path:
        return self.folder("va") / "varray_symlinks" / "1" / f"{self.varray}.json"

    def tile_link(self, position: str) -> Path:
        (link,) = (self.folder("va") / "array_symlinks" / self.varray / position).iterdir()
        return link

    def tile(self, position: str) -> Path:
        return self.tile_link(position).resolve()


def make_pristine(root: Path) -> Pristine:
    """Write the storage."""
    written, pristine = _written()
    written.write(root)
    return replace(pristine, root=root)


@cache
def _written() -> tuple[Remembered, Pristine]:
    """Return what the storage's directory holds, and the storage where it is no more."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        pristine = create_pristine(root)
        return remember(root), pristine


def create_pristine(root: Path) -> Pristine:
    """Make the storage with the writer, which takes ten times as long."""

    def collection(name: str, **more: Any) -> Collection:
        axes = (Dimension(name="y", size=SHAPE[0]), Dimension(name="x", size=SHAPE[1]))
        return create_collection(str(root), NewCollection(name=name, dtype="float32", dimensions=axes, **more))

    data = numpy.arange(1, 25, dtype="float32").reshape(SHAPE)
    arr, plain = collection("arr", attributes=(NUMBER, NOTE)), collection("plain")
    packed = collection("packed", chunks=(3, 2), compression="gzip", compression_options=("4",))
    grid = collection("va", attributes=(NUMBER,), vgrid=(2, 2))
    return Pristine(
        root,
        tuple(
            create_array(arr, {"number": number}, {"note": f"note {number}"}, data, fixed_id(f"arr {number}"))
            for number in (1, 2, 3)
        ),
        tuple(create_array(plain, data=data, identity=fixed_id(f"plain {number}")) for number in (1, 2, 3)),
        create_array(packed, data=data, identity=fixed_id("packed")),
        create_varray(grid, {"number": 1}, data=data, identity=fixed_id("varray")),
    )
