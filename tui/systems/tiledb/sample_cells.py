"""Cells for a few arrays of the sample, in a folder that stands for the storage: with the extra `tiledb` they open."""

from __future__ import annotations

import shutil
from pathlib import Path

BUCKET = "meteo-arrays"
KEYS = ("radar/sites/reflectivity_2026-01", "radar/composite/rain_rate_2026-03")
"""What the arrays with cells are called in the bucket."""
HOURS, ROWS, COLUMNS = 24, 180, 240


def write_cells(storage: Path) -> None:
    """Write a day of moving showers below a folder, unless it is there. Raises OSError: it cannot be written.

    An array is made beside its place and then moved there, so that nobody meets half of one.
    """
    import numpy as np
    import tiledb

    hour, row, column = np.ogrid[0:HOURS, 0:ROWS, 0:COLUMNS]
    for number, key in enumerate(KEYS):
        place = storage / BUCKET / key
        if place.exists():
            continue
        partial = place.with_name(f".{place.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.parent.mkdir(parents=True, exist_ok=True)
        waves = np.sin(row / 23 + hour / 3 + number) + np.cos(column / 31 - hour / 4)
        field = np.clip(waves * 20 + 8 * np.sin(row * column / 900 + number), 0, None).astype("float32")
        sizes = (("hour", HOURS, 6), ("y", ROWS, 60), ("x", COLUMNS, 60))
        dims = [
            tiledb.Dim(name, domain=(0, size - 1), tile=tile, dtype=np.dtype(np.int32)) for name, size, tile in sizes
        ]
        attribute = tiledb.Attr("value", dtype=np.dtype(np.float32), filters=tiledb.FilterList([tiledb.ZstdFilter(7)]))
        tiledb.Array.create(str(partial), tiledb.ArraySchema(tiledb.Domain(*dims), attrs=[attribute]))
        with tiledb.open(str(partial), "w") as array:
            array[:] = field
        partial.rename(place)


def sizes_written(storage: Path) -> dict[str, int]:
    """Return how many bytes each array with cells takes, by the address at which it is listed."""
    return {
        f"s3://{BUCKET}/{key}": sum(
            file.stat().st_size for file in (storage / BUCKET / key).rglob("*") if file.is_file()
        )
        for key in KEYS
    }
