"""Runs beside the real deker package, in its environment: makes, reads and checks storages when asked to."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import sys
import time
from datetime import datetime, timedelta, timezone
from typing import Any

import deker
import h5py
import numpy as np
from deker import (
    ArraySchema,
    AttributeSchema,
    Client,
    DimensionSchema,
    HDF5CompressionOpts,
    HDF5Options,
    Scale,
    TimeDimensionSchema,
    VArraySchema,
)

UTC = timezone.utc  # noqa: UP017
START = datetime(2023, 1, 1, tzinfo=UTC)
DTYPES = (
    *("int8", "int16", "int32", "int64", "longlong", "uint8", "uint16", "uint32", "uint64", "ulonglong"),
    *("float16", "float32", "float64", "float128", "complex64", "complex128", "complex256"),
)


def values(dtype: Any, shape: tuple[int, ...]) -> Any:
    """Return something to write: counted values, never the fill value."""
    return (np.arange(1, int(np.prod(shape)) + 1) % 100).astype(dtype).reshape(shape)


def make_dtypes(client: Client) -> None:
    """One collection for each dtype, with an array that was written and one that was not."""
    for name in DTYPES:
        dtype = getattr(np, name)
        schema = ArraySchema(
            dimensions=[DimensionSchema(name="y", size=3), DimensionSchema(name="x", size=4)],
            dtype=dtype,
            attributes=[AttributeSchema(name="number", dtype=int, primary=True)],
        )
        collection = client.create_collection(f"of_{name}", schema)
        collection.create({"number": 1})[:].update(values(dtype, (3, 4)))
        collection.create({"number": 2})


def make_axes(client: Client) -> None:
    """Time, labels, scales; a start that an attribute gives."""
    attributes = [AttributeSchema(name="begin", dtype=datetime, primary=True)]
    schema = ArraySchema(
        dimensions=[
            TimeDimensionSchema(name="time", size=4, start_value="$begin", step=timedelta(hours=6)),
            DimensionSchema(name="layer", size=2, labels=["ground", "top"]),
            DimensionSchema(name="latitude", size=5, scale=Scale(start_value=90.0, step=-1.0, name="degrees")),
        ],
        dtype=np.float64,
        attributes=attributes,
    )
    collection = client.create_collection("axes", schema)
    for day in range(3):
        collection.create({"begin": START + timedelta(days=day)})[:].update(values(np.float64, (4, 2, 5)))
    fixed = TimeDimensionSchema(name="time", size=3, start_value=START, step=timedelta(seconds=1, microseconds=5))
    client.create_collection("fixed time", ArraySchema(dimensions=[fixed], dtype=np.int32)).create()


def make_attributes(client: Client) -> None:
    """Every kind of attribute, unicode names, and a collection without any."""
    kinds = {
        "text": (str, "Zürich 数据"),
        "whole": (int, -7),
        "real": (float, 1.5),
        "when": (datetime, START),
        "pair": (tuple, (1, "a")),
        "pole": (complex, 1 - 2j),
        "small": (np.int16, np.int16(12)),
    }
    for primary in (True, False):
        attributes = [AttributeSchema(name=name, dtype=kind, primary=primary) for name, (kind, _) in kinds.items()]
        schema = ArraySchema(dimensions=[DimensionSchema(name="x", size=2)], dtype=np.float32, attributes=attributes)
        collection = client.create_collection(f"attributes {'primary' if primary else 'custom'} ü", schema)
        given = {name: value for name, (_, value) in kinds.items()}
        collection.create(given if primary else None, None if primary else given)
    plain = ArraySchema(dimensions=[DimensionSchema(name="x", size=2)], dtype=np.float32)
    collection = client.create_collection("plain", plain)
    for _ in range(5):
        collection.create()


def make_varrays(client: Client) -> None:
    """VArrays that are written whole, in part, and not at all."""
    schema = VArraySchema(
        dimensions=[DimensionSchema(name="y", size=6), DimensionSchema(name="x", size=8)],
        dtype=np.float32,
        vgrid=(2, 4),
        attributes=[AttributeSchema(name="number", dtype=int, primary=True)],
    )
    collection = client.create_collection("grid", schema)
    collection.create({"number": 1})[:].update(values(np.float32, (6, 8)))
    collection.create({"number": 2})[0:2, 0:3].update(values(np.float32, (2, 3)))
    collection.create({"number": 3})


def make_options(client: Client) -> None:
    """Chunks and compression."""
    dimensions = [DimensionSchema(name="y", size=20), DimensionSchema(name="x", size=20)]
    schema = ArraySchema(dimensions=dimensions, dtype=np.int32)
    variants = {
        "gzip": HDF5Options(
            chunks=(5, 10), compression_opts=HDF5CompressionOpts(compression="gzip", compression_opts=9)
        ),
        "lzf": HDF5Options(
            chunks=(4, 4), compression_opts=HDF5CompressionOpts(compression="lzf", compression_opts=None)
        ),
        "auto": HDF5Options(chunks=True),
    }
    for name, options in variants.items():
        collection = client.create_collection(f"packed {name}", schema, options)
        collection.create()[:].update(values(np.int32, (20, 20)))


KINDS = {
    "dtypes": make_dtypes,
    "axes": make_axes,
    "attributes": make_attributes,
    "varrays": make_varrays,
    "options": make_options,
}


def make(path: str, kind: str) -> None:
    with Client(f"file://{path}") as client:
        KINDS[kind](client)


def report(path: str) -> list[dict[str, Any]]:
    """Return every collection with its arrays, as deker tells them."""
    found = []
    with Client(f"file://{path}") as client:
        for collection in client:
            virtual = isinstance(collection.array_schema, ArraySchema) and collection.varray_schema is not None
            schema = collection.varray_schema if virtual else collection.array_schema
            found.append(
                {
                    "name": collection.name,
                    "kind": "varray" if virtual else "array",
                    "shape": list(schema.shape),
                    "dtype": np.dtype(schema.dtype).name,
                    "arrays": [_array(array) for array in collection],
                }
            )
    return found


def _array(array: Any) -> dict[str, Any]:
    data = np.ascontiguousarray(array[:].read())
    return {
        "id": array.id,
        "primary": {name: _plain(value) for name, value in (array.primary_attributes or {}).items()},
        "custom": {name: _plain(value) for name, value in (array.custom_attributes or {}).items()},
        "data": hashlib.sha256(data.tobytes()).hexdigest(),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    return value.item() if isinstance(value, np.generic) else value


def check(path: str, level: int) -> str:
    """Return what the real check says."""
    said = io.StringIO()
    quiet = contextlib.redirect_stderr(io.StringIO())
    with contextlib.redirect_stdout(said), quiet, Client(f"file://{path}") as client:
        client.check_integrity(level, stop_on_error=False)
    return said.getvalue()


def time_iterate(path: str, collection: str) -> float:
    """Return the seconds that iterating a collection takes."""
    with Client(f"file://{path}") as client:
        found = client.get_collection(collection)
        began = time.monotonic()
        for _ in found:
            pass
        return time.monotonic() - began


OPERATIONS = {"make": make, "report": report, "check": check, "time_iterate": time_iterate}


def main() -> None:
    """Answer requests until stdin ends."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    versions = {"deker": deker.__version__ if hasattr(deker, "__version__") else "", "numpy": np.__version__,
                "h5py": h5py.__version__}  # fmt: skip
    print(json.dumps({"versions": versions}), file=answers, flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        operation = request.pop("operation")
        try:
            answer = {"result": OPERATIONS[operation](**request)}
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
