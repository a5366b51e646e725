"""Arrays of several kinds for the viewer's tests."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from tests.array_sources import MemoryArray, UnwrittenArray
from tui.resources.arrays.array_axis import Dimension, ScaleAxis, TimeAxis

HOURS = TimeAxis(datetime(2020, 1, 1, tzinfo=UTC), timedelta(hours=6))
WEATHER = (
    Dimension("time", 12, HOURS),
    Dimension("lat", 91, ScaleAxis(90.0, -2.0)),
    Dimension("lon", 180, ScaleAxis(-180.0, 2.0)),
)


def anomaly() -> MemoryArray:
    """Numbers on both sides of zero, with holes, over time, latitude and longitude."""
    time = np.arange(12)[:, None, None] * 15
    lat = np.radians(np.linspace(90, -90, 91))[None, :, None]
    lon = np.radians(np.linspace(-180, 178, 180))[None, None, :]
    waves = 6 * np.sin(2 * lon + np.radians(time)) * np.cos(2 * lat) + 4 * np.sin(5 * lon - 4 * lat)
    values = 30 * np.cos(lat) ** 1.5 - 12 + waves
    land = np.sin(1.7 * lon + 0.3) * np.cos(2.1 * lat - 0.2) + 0.4 * np.sin(4 * lon + 3 * lat)
    values = np.round(np.where(land > 0.75, np.nan, values), 3).astype("f4")
    return MemoryArray(values, WEATHER, title="anomaly", fill_value=-9999.0, chunks=(1, 46, 90))


def landcover() -> MemoryArray:
    """A few classes."""
    rows, columns = np.indices((40, 70))
    values = (np.hypot(rows - 20, (columns - 35) / 1.7) // 5 % 6).astype("u1")
    values[:4, :9] = 255
    return MemoryArray(values, title="landcover", fill_value=255)


def field() -> MemoryArray:
    """Complex numbers with two poles."""
    across, down = np.meshgrid(np.linspace(-2, 2, 64), np.linspace(-2, 2, 48))
    place = across + 1j * down
    return MemoryArray(np.round(place**3 / (place**2 + 1.21), 6), title="field")


def unwritten() -> UnwrittenArray:
    """A terabyte of nothing."""
    return UnwrittenArray((4, 250_000, 250_000), "float32", float("nan"), title="nothing yet")
