"""What the sample's repositories hold: groups and arrays, described once for the catalogue and for icechunk."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_SIZES = {"float32": 4, "float64": 8, "int16": 2, "int32": 4}


@dataclass(frozen=True)
class ArrayPlan:
    """An array: shape and chunks along named dimensions, and its attributes. A coordinate names its own dimension."""

    name: str
    dimensions: tuple[str, ...]
    shape: tuple[int, ...]
    chunks: tuple[int, ...]
    dtype: str = "float32"
    unit: str = ""
    title: str = ""

    @property
    def is_coordinate(self) -> bool:
        return self.dimensions == (self.name,)

    @property
    def attributes(self) -> dict[str, Any]:
        return {"units": self.unit, "long_name": self.title or self.name.replace("_", " ")}

    def node(self, path: str) -> dict[str, Any]:
        """Return the array as an entry of a dataset node (contract §6.7)."""
        return {
            "path": f"{path.rstrip('/')}/{self.name}",
            "name": self.name,
            "shape": list(self.shape),
            "dtype": self.dtype,
            "dimension_names": list(self.dimensions),
            "attributes": self.attributes,
            "chunk_shape": list(self.chunks),
            "fill_value": 0,
            "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}, {"name": "zstd", "configuration": {}}],
            "classification": "coordinate" if self.is_coordinate else "data_variable",
            "preview": None,
            "nbytes": math.prod(self.shape) * _SIZES[self.dtype],
            "chunk_nbytes": math.prod(self.chunks) * _SIZES[self.dtype],
        }


@dataclass(frozen=True)
class Dataset:
    """A repository's groups by path, each with its arrays and attributes; the root is `/`."""

    title: str
    groups: dict[str, tuple[ArrayPlan, ...]]

    def nodes(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """Yield each group as a dataset node, with its path."""
        for path, arrays in self.groups.items():
            entries = [array.node(path) for array in arrays]
            yield (
                path,
                {
                    "path": path,
                    "name": path.rpartition("/")[2],
                    "attributes": {"title": self.title} if path == "/" else {},
                    "dimensions": {
                        name: size for array in arrays for name, size in zip(array.dimensions, array.shape, strict=True)
                    },
                    "coordinates": [entry for entry in entries if entry["classification"] == "coordinate"],
                    "data_variables": [entry for entry in entries if entry["classification"] == "data_variable"],
                    "child_groups": sorted(self._children(path)),
                    "is_xarray_compatible": bool(arrays),
                    "nbytes": sum(entry["nbytes"] for entry in entries),
                    "spec_version": 1,
                },
            )

    def _children(self, path: str) -> list[str]:
        start = path.rstrip("/") + "/"
        below = [other[len(start) :] for other in self.groups if other.startswith(start) and other != path]
        return [name for name in below if name and "/" not in name]


def _grid(hours: int, rows: int, columns: int, *fields: tuple[str, str, str]) -> tuple[ArrayPlan, ...]:
    """Return fields (name, unit, title) over time, latitude and longitude, with their coordinates."""
    shape, chunks = (hours, rows, columns), (max(hours // 4, 1), rows, columns)
    return (
        ArrayPlan("time", ("time",), (hours,), (hours,), "int32", "hours since 2025-09-01 00:00:00"),
        ArrayPlan("latitude", ("latitude",), (rows,), (rows,), "float64", "degrees_north"),
        ArrayPlan("longitude", ("longitude",), (columns,), (columns,), "float64", "degrees_east"),
        *(
            ArrayPlan(name, ("time", "latitude", "longitude"), shape, chunks, "float32", unit, title)
            for name, unit, title in fields
        ),
    )


DATASETS: dict[str, dict[str, Dataset]] = {
    "forecast": {
        "surface-icon": Dataset(
            "ICON surface forecast",
            {
                "/": (),
                "/analysis": _grid(
                    8, 46, 90, ("t2m", "K", "air temperature at 2 m"), ("msl", "Pa", "pressure at sea level")
                ),
                "/forecast": _grid(24, 46, 90, ("t2m", "K", "air temperature at 2 m"), ("u10", "m s-1", "wind east")),
            },
        ),
        "precipitation-icon": Dataset(
            "ICON precipitation", {"/": _grid(24, 46, 90, ("tp", "mm", "total precipitation"))}
        ),
    },
    "climate": {
        "temperature-era5": Dataset(
            "ERA5 monthly means", {"/": _grid(48, 46, 90, ("t2m", "K", "air temperature at 2 m"))}
        ),
    },
    "ocean": {
        "waves-nemo": Dataset(
            "Waves", {"/": (), "/north-sea": _grid(16, 40, 60, ("swh", "m", "significant wave height"))}
        ),
    },
    "radar": {
        "reflectivity-odim": Dataset(
            "Radar composite",
            {
                "/": (
                    ArrayPlan("time", ("time",), (12,), (12,), "int32", "minutes since 2025-09-01 00:00:00"),
                    ArrayPlan("dbz", ("time", "y", "x"), (12, 120, 120), (3, 120, 120), "int16", "dBZ", "reflectivity"),
                )
            },
        ),
    },
    "archive": {
        "stations-paper": Dataset(
            "Stations, from paper",
            {"/": (ArrayPlan("rain", ("day", "station"), (365, 12), (365, 12), "float64", "mm", "rain of a day"),)},
        ),
    },
}
"""For each domain of the sample, its described repositories by name."""
