"""A small Deker storage of arrays that are worth looking at, for the screen's and the command line's tests."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from tui.systems.deker.format.names import main_directory
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection, create_varray
from tui.systems.deker.models import Attribute, Dimension, Scale

SHAPE = (3, 20, 30)
WHOLE, EMPTY, DAMAGED = (f"0000000{number}-0000-4000-8000-000000000000" for number in (1, 2, 3))
"""The ids of three arrays of `grids`: one with values, one never written, one whose file was cut off."""
VIRTUAL = "00000004-0000-4000-8000-000000000000"
"""The id of the VArray of `views`, with the same values."""


def grid_values() -> np.ndarray[Any, Any]:
    """Return the values of the whole array and of the VArray."""
    return np.round(np.random.default_rng(3).normal(10, 4, SHAPE), 2).astype("f4")


def make_grids(root: Path) -> None:
    """Write the storage."""
    time = Dimension(name="time", size=3, kind="time", start=datetime(2024, 2, 27, tzinfo=UTC), step=timedelta(hours=3))
    lat = Dimension(name="lat", size=20, kind="scale", scale=Scale(start=30.0, step=0.5, name="degrees"))
    plane = (time, lat, Dimension(name="x", size=30))
    number = (Attribute(name="number", dtype="int", primary=True),)
    grids = create_collection(str(root), NewCollection("grids", "float32", plane, number, chunks=(1, 10, 30)))
    for at, identity in enumerate((WHOLE, EMPTY, DAMAGED)):
        create_array(grids, {"number": at}, data=None if identity == EMPTY else grid_values(), identity=identity)
    path = root / "collections" / "grids" / "array_data" / main_directory(DAMAGED) / f"{DAMAGED}.hdf5"
    os.truncate(path, path.stat().st_size // 2)
    views = create_collection(str(root), NewCollection("views", "float32", plane, number, vgrid=(1, 2, 2)))
    create_varray(views, {"number": 7}, data=grid_values(), identity=VIRTUAL)
