"""The demo's storage: the sample, and a forecast that comes in now and then while one looks."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tui.config.profiles import Profile
from tui.services.serving.pulse import beat
from tui.services.serving.trouble import NO_TROUBLE, Trouble
from tui.systems.deker.format.attributes import AttributeSchema, link_directories
from tui.systems.deker.format.names import SYSTEM, main_directory, on_disk
from tui.systems.deker.format.writer import create_array
from tui.systems.deker.models import Collection
from tui.systems.deker.storage import read_collection

NAME = "weather"
FIRST, EVERY = 6.0, 30.0
"""Seconds until the first new forecast, and between two."""
KEPT = 24
"""New forecasts that there are at most: the next one takes the place of the first."""
_VALID = datetime(2024, 3, 4, tzinfo=UTC)


def make_storage(folder: Path, trouble: Trouble = NO_TROUBLE) -> Profile:
    """Make the sample unless it is there, keep it moving, and return the profile that shows it.

    A storage that is down is one whose disk is not there.
    """
    if not (folder / "collections").is_dir():
        # In a process of its own: it keeps a processor busy, and the other samples need one meanwhile.
        subprocess.run(
            [sys.executable, "-m", "tui.systems.deker.sample", str(folder)], check=True, stdin=subprocess.DEVNULL
        )
    is_down = trouble.is_down(SYSTEM, NAME)
    if not is_down:
        beat("new forecasts", lambda number: bring_forecast(folder, number), FIRST)
    where = folder.with_name("disk-that-is-gone") if is_down else folder
    return Profile(name=NAME, system=SYSTEM, uri=str(where), tag="demo")


def bring_forecast(folder: Path, number: int) -> float:
    """Write the wind of the next hour, over one that was written so long ago; return the seconds until the next."""
    import numpy as np

    collection = read_collection(str(folder / "collections" / "wind"))
    hour = number % KEPT
    identity = str(uuid.uuid5(uuid.NAMESPACE_URL, f"arraydeck:wind/{hour}"))
    primary = {"valid": _VALID + timedelta(hours=hour)}
    _remove(collection, identity, primary)
    north, east = np.meshgrid(np.linspace(0, 1, 60), np.linspace(0, 1, 90), indexing="ij")
    turn = number / 8
    layers = [[height * np.sin(3 * east + turn), height * np.cos(3 * north - turn)] for height in (8.0, 12.0, 18.0)]
    data = np.array(layers, dtype=np.float32).swapaxes(0, 1)
    create_array(collection, primary, {"unit": "m/s", "members": 40}, data, identity)
    return EVERY


def _remove(collection: Collection, identity: str, primary: dict[str, datetime]) -> None:
    """Remove an earlier forecast of that hour, its link first, if there is one."""
    directory = on_disk(collection.path)
    parts = link_directories(dict(primary), AttributeSchema.of(collection, tiles=False))
    link = "/".join((directory, "array_symlinks", *parts, f"{identity}.hdf5"))
    for path in (link, f"{directory}/array_data/{main_directory(identity)}/{identity}.hdf5"):
        if os.path.lexists(path):
            os.unlink(path)
