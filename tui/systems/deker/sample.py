"""A weather institute's storage for the demo: fields worth looking at, a never-written array, a stale lock, damage."""

from __future__ import annotations

import os
import random
import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from tui.services.errors import AlreadyExists
from tui.services.sample_world import STATIONS
from tui.systems.deker.format.names import SYSTEM, main_directory, on_disk
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection, create_varray
from tui.systems.deker.models import Attribute, Collection, Dimension, Scale

if TYPE_CHECKING:
    from pathlib import Path

DAMAGED = ("archive",)
"""The collections that hold a truncated file and a stale lock; Deker finds no fault with the others."""

_DEAD_PID = 4_194_305
"""One more than Linux ever gives."""

_RUN = datetime(2024, 2, 27, tzinfo=UTC)


def make_sample(root: Path | str) -> None:
    """Write the sample storage below `root`: the same ids, attributes and values each time, about 20 MB on disk.

    Raises:
        AlreadyExists: there is a storage already.
    """
    root = os.path.abspath(root)
    if os.path.isdir(os.path.join(root, "collections")) and os.listdir(os.path.join(root, "collections")):
        raise AlreadyExists(SYSTEM, "sample", f"{root} holds a storage already", "give an empty directory")
    ids = random.Random(1781)
    _temperature(root, ids)
    _wind(root, ids)
    _stations(root, ids)
    _radar(root, ids)
    _mask(root, ids)
    _tides(root, ids)
    _archive(root, ids)


def _id(ids: random.Random) -> str:
    return str(uuid.UUID(int=ids.getrandbits(128), version=4))


def _latitudes(count: int) -> Dimension:
    return Dimension(
        name="latitude", size=count, kind="scale", scale=Scale(start=30.0, step=45.0 / count, name="degrees")
    )


def _longitudes(count: int) -> Dimension:
    return Dimension(
        name="longitude", size=count, kind="scale", scale=Scale(start=-25.0, step=70.0 / count, name="degrees")
    )


def _times(count: int, step: timedelta, start: datetime | None = None) -> Dimension:
    if start is None:
        return Dimension(name="time", size=count, kind="time", start_attribute="run", step=step)
    return Dimension(name="time", size=count, kind="time", start=start, step=step)


def _grid(*sizes: int) -> Any:
    """Return coordinates from 0 to 1 along each axis, ready to be broadcast."""
    import numpy as np

    return np.meshgrid(*(np.linspace(0, 1, size, dtype=np.float32) for size in sizes), indexing="ij", sparse=True)


def _field(time: Any, north: Any, east: Any, shift: float) -> Any:
    """Return temperatures in degrees Celsius: colder to the north, warmer by day, with a cold front moving east."""
    import numpy as np

    base = 24 - 34 * north + 3 * np.sin(6 * east + 4 * north + shift)
    daily = 4 * (1 - north) * np.sin(2 * np.pi * (4 * time + east))
    bend = 0.12 * np.sin(5 * north + shift)
    front = -9 / (1 + np.exp(40 * (east - bend - 0.15 - 0.75 * time)))
    swirl = 5 * np.exp(-60 * ((east - 0.2 - 0.7 * time) ** 2 + (north - 0.62 + 0.2 * time) ** 2))
    return (base + daily + front + swirl).astype(np.float32)


def _temperature(root: str, ids: random.Random) -> None:
    collection = create_collection(
        root,
        NewCollection(
            name="temperature",
            dtype="float32",
            dimensions=(_times(32, timedelta(hours=3)), _latitudes(90), _longitudes(140)),
            attributes=(
                Attribute(name="model", dtype="string", primary=True),
                Attribute(name="run", dtype="datetime", primary=True),
                Attribute(name="unit", dtype="string"),
            ),
            vgrid=(4, 2, 2),
            chunks=(8, 45, 70),
            compression="gzip",
            compression_options=("4",),
        ),
    )
    for number, model in enumerate(("icon", "arpege")):
        run = _RUN + timedelta(hours=12 * number)
        field = _field(*_grid(32, 90, 140), shift=0.9 * number)
        create_varray(collection, {"model": model, "run": run}, {"unit": "°C"}, field, _id(ids))


def _wind(root: str, ids: random.Random) -> None:
    import numpy as np

    collection = create_collection(
        root,
        NewCollection(
            name="wind",
            dtype="float32",
            dimensions=(
                Dimension(name="component", size=2, kind="label", labels=("u", "v")),
                Dimension(name="level", size=3, kind="label", labels=("10 m", "100 m", "850 hPa")),
                _latitudes(60),
                _longitudes(90),
            ),
            attributes=(
                Attribute(name="valid", dtype="datetime", primary=True),
                Attribute(name="unit", dtype="string"),
                Attribute(name="members", dtype="int"),
            ),
            chunks=(1, 1, 60, 90),
            compression="lzf",
        ),
    )
    level, north, east = _grid(3, 60, 90)
    for day in range(6):
        angle = np.arctan2(north - 0.3 - 0.07 * day, east - 0.2 - 0.1 * day)
        distance = np.hypot(north - 0.3 - 0.07 * day, east - 0.2 - 0.1 * day)
        speed = (8 + 10 * level) * (0.3 + 14 * distance * np.exp(-9 * distance))
        data = np.stack([-speed * np.sin(angle) + 4 + 6 * level, speed * np.cos(angle)]).astype(np.float32)
        create_array(collection, {"valid": _RUN + timedelta(days=day)}, {"unit": "m/s", "members": 40}, data, _id(ids))


def _stations(root: str, ids: random.Random) -> None:
    import numpy as np

    collection = create_collection(
        root,
        NewCollection(
            name="stations",
            dtype="float64",
            dimensions=(
                Dimension(name="day", size=365),
                Dimension(
                    name="variable", size=4, kind="label", labels=("temperature", "pressure", "rain", "sunshine")
                ),
            ),
            attributes=(
                Attribute(name="station", dtype="string", primary=True),
                Attribute(name="year", dtype="int", primary=True),
                Attribute(name="altitude", dtype="float"),
                Attribute(name="position", dtype="tuple"),
                Attribute(name="installed", dtype="datetime"),
            ),
        ),
    )
    noise = np.random.default_rng(7)
    for station, _, altitude, latitude, longitude in STATIONS:
        for year in range(2015, 2025):
            data = _year(noise, altitude, latitude, year)
            custom = {
                "altitude": altitude,
                "position": (latitude, longitude),
                "installed": datetime(1951, 5, 1, tzinfo=UTC),
            }
            is_written = (station, year) != ("Nicosia", 2024)
            primary = {"station": station, "year": year}
            create_array(collection, primary, custom, data if is_written else None, _id(ids))


def _year(noise: Any, altitude: float, latitude: float, year: int) -> Any:
    """Return a station's year: degrees Celsius, hPa, mm and hours, day by day."""
    import numpy as np

    day = np.linspace(0, 2 * np.pi, 365)
    season = 22 - 0.35 * latitude + (latitude - 25) * 0.4 * -np.cos(day - 0.4) - altitude * 0.0065
    wander = np.cumsum(noise.normal(0, 0.8, 365)) * 0.35
    rain = np.maximum(noise.normal(-2, 5, 365), 0).round(1)
    return np.stack(
        [
            (season + wander - wander.mean() + 0.04 * (year - 2015)).round(2),
            (1013.2 * np.exp(-altitude / 8430) + 6 * np.sin(9 * day + year) + wander).round(1),
            rain,
            np.clip(8 - 4.5 * np.cos(day) - rain + noise.normal(0, 1.5, 365), 0, 16).round(1),
        ],
        axis=1,
    )


def _radar(root: str, ids: random.Random) -> None:
    import numpy as np

    collection = create_collection(
        root,
        NewCollection(
            name="radar",
            dtype="uint8",
            dimensions=(
                _times(6, timedelta(minutes=5)),
                Dimension(name="y", size=320),
                Dimension(name="x", size=320),
            ),
            attributes=(
                Attribute(name="site", dtype="string", primary=True),
                Attribute(name="run", dtype="datetime"),
            ),
            vgrid=(6, 2, 2),
            chunks=(1, 80, 160),
            compression="gzip",
            compression_options=("9",),
        ),
    )
    time, north, east = _grid(6, 320, 320)
    for number, site in enumerate(("Hohenpeißenberg", "Rotterdam")):
        line = np.exp(-90 * (east - 0.2 - 0.3 * north - 0.35 * time - 0.1 * number) ** 2)
        cells = np.maximum(np.sin(23 * north + 9 * east + number) * np.sin(17 * east - 5 * time), 0)
        data = np.clip(70 * line * (0.4 + cells) - 12, 0, 90).astype(np.uint8)
        create_varray(collection, {"site": site}, {"run": _RUN + timedelta(hours=number)}, data, _id(ids))


def _mask(root: str, ids: random.Random) -> None:
    import numpy as np

    collection = create_collection(
        root, NewCollection(name="mask", dtype="int8", dimensions=(_latitudes(90), _longitudes(140)), fill_value=-1)
    )
    north, east = _grid(90, 140)
    height = np.sin(5 * east + 2) + np.cos(6 * north - 1) + 0.5 * np.sin(14 * east * north) + 0.3
    create_array(collection, data=np.digitize(height, (0.0, 0.8, 1.5)).astype(np.int8), identity=_id(ids))


def _tides(root: str, ids: random.Random) -> None:
    import numpy as np

    names = ("M2", "S2", "N2", "K1", "O1", "M4")
    collection = create_collection(
        root,
        NewCollection(
            name="tides",
            dtype="complex64",
            dimensions=(
                Dimension(name="constituent", size=len(names), kind="label", labels=names),
                Dimension(name="phase", size=48),
                Dimension(name="distance", size=64, kind="scale", scale=Scale(start=0.0, step=2.5, name="km")),
            ),
            attributes=(Attribute(name="coast", dtype="string", primary=True),),
        ),
    )
    part, phase, distance = _grid(len(names), 48, 64)
    for number, coast in enumerate(("Bretagne", "Øresund", "Wadden")):
        amplitude = (2.4 - 1.8 * part) * np.exp(-(1 + number) * distance)
        data = amplitude * np.exp(2j * np.pi * (phase + (1 + number) * distance))
        create_array(collection, {"coast": coast}, None, data.astype(np.complex64), _id(ids))


def _archive(root: str, ids: random.Random) -> None:
    """Write the collection with a file that was cut off and a lock that its reader left."""
    import numpy as np

    collection = create_collection(
        root,
        NewCollection(
            name="archive",
            dtype="int16",
            dimensions=(_times(24, timedelta(hours=1), datetime(1987, 10, 15, tzinfo=UTC)), _latitudes(45)),
            attributes=(Attribute(name="tape", dtype="int", primary=True),),
        ),
    )
    time, north = _grid(24, 45)
    made = []
    for tape in range(4):
        data = (1013 - 55 * np.exp(-30 * (north - 0.2 - 0.6 * time) ** 2) - tape).astype(np.int16)
        made.append(_file(collection, create_array(collection, {"tape": tape}, None, data, _id(ids))))
    os.truncate(made[2], os.path.getsize(made[2]) // 2)
    name = os.path.basename(made[3]).removesuffix(".hdf5")
    lock = f"{os.path.dirname(made[3])}/{name}:{_id(ids)}:{_DEAD_PID}:{_DEAD_PID}.arrayreadlock"
    with open(lock, "wb"):
        pass
    old = _RUN.timestamp()
    os.utime(lock, (old, old))


def _file(collection: Collection, identity: str) -> str:
    return f"{on_disk(collection.path)}/array_data/{main_directory(identity)}/{identity}.hdf5"


if __name__ == "__main__":
    make_sample(sys.argv[1])
