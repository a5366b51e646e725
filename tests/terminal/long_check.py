"""A small storage whose integrity check takes long: much data that is written once and counted many times."""

from __future__ import annotations

import zlib
from pathlib import Path

import h5py
import numpy

from tui.systems.deker.changes.new_collection import NewCollection
from tui.systems.deker.format.writer import create_array, create_collection
from tui.systems.deker.models import Dimension

LAYER = 4096
"""The length of a chunk's sides; it holds as many bytes as their product."""


def make_long_check(root: Path, layers: int = 400) -> None:
    """Make a storage at `root` with one array of `layers` times 16 MiB, a few MiB on the disk.

    At level 5 its check reads some 500 MiB a second for each processor.
    """
    dimensions = tuple(Dimension(name=name, size=size) for name, size in (("z", layers), ("y", LAYER), ("x", LAYER)))
    collection = create_collection(
        str(root), NewCollection("long", "uint8", dimensions, chunks=(1, LAYER, LAYER), compression="gzip")
    )
    identity = create_array(collection)
    (path,) = root.glob(f"collections/long/array_data/**/{identity}.hdf5")
    chunk = zlib.compress(numpy.ones((LAYER, LAYER), "uint8").tobytes(), 9)
    with h5py.File(path, "r+") as file:
        data = file.create_dataset(
            "data",
            (layers, LAYER, LAYER),
            "uint8",
            chunks=(1, LAYER, LAYER),
            compression="gzip",
        )
        for layer in range(layers):
            data.id.write_direct_chunk((layer, 0, 0), chunk)
