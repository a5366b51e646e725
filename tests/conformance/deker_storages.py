"""Storages that the real deker makes: every dtype, axis, attribute, grid and storage option of the contract."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

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
SCALARS = (
    *("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
    *("float16", "float32", "float64"),
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
    for name, dtype, fill in (("int16", np.int16, -999), ("float32", np.float32, -1.5)):
        schema = ArraySchema(dimensions=[DimensionSchema(name="x", size=4)], dtype=dtype, fill_value=fill)
        client.create_collection(f"filled {name}", schema).create()[0:2].update(values(dtype, (2,)))


def make_axes(client: Client) -> None:
    """Time, labels, scales; a start that an attribute gives."""
    schema = ArraySchema(
        dimensions=[
            TimeDimensionSchema(name="time", size=4, start_value="$begin", step=timedelta(hours=6)),
            DimensionSchema(name="layer", size=2, labels=["ground", "top"]),
            DimensionSchema(name="latitude", size=5, scale=Scale(start_value=90.0, step=-1.0, name="degrees")),
        ],
        dtype=np.float64,
        attributes=[AttributeSchema(name="begin", dtype=datetime, primary=True)],
    )
    collection = client.create_collection("axes", schema)
    for day in range(3):
        collection.create({"begin": START + timedelta(days=day)})[:].update(values(np.float64, (4, 2, 5)))
    fixed = TimeDimensionSchema(name="time", size=3, start_value=START, step=timedelta(seconds=1, microseconds=5))
    client.create_collection("fixed time", ArraySchema(dimensions=[fixed], dtype=np.int32)).create()
    levels = DimensionSchema(name="Höhe 高度", size=3, labels=[0.5, 10.0, 1000.0])
    client.create_collection("real labels", ArraySchema(dimensions=[levels], dtype=np.int32)).create()


def make_attributes(client: Client) -> None:
    """Every kind of attribute, unicode names, and a collection without any."""
    kinds = {
        "text": (str, "Zürich 数据"),
        "whole": (int, -7),
        "real": (float, 1.5),
        "when": (datetime, START),
        "pair": (tuple, (1, "a")),
        "pole": (complex, 1 - 2j),
        **{name: (getattr(np, name), getattr(np, name)(12)) for name in SCALARS},
    }
    for primary in (True, False):
        attributes = [AttributeSchema(name=name, dtype=kind, primary=primary) for name, (kind, _) in kinds.items()]
        schema = ArraySchema(dimensions=[DimensionSchema(name="x", size=2)], dtype=np.float32, attributes=attributes)
        collection = client.create_collection(f"attributes {'primary' if primary else 'custom'} ü", schema)
        given = {name: value for name, (_, value) in kinds.items()}
        array = collection.create(given if primary else None, None if primary else given)
        if not primary:
            collection.create()
            # An update writes some values in another way than a creation (contract §5.1).
            array.update_custom_attributes({**given, "when": START + timedelta(hours=1), "pair": (2, "b")})
            collection.create(None, given)
    plain = ArraySchema(dimensions=[DimensionSchema(name="x", size=2)], dtype=np.float32)
    collection = client.create_collection("plain", plain)
    for _ in range(5):
        collection.create()
    client.create_collection("empty 空", plain)


def make_varrays(client: Client) -> None:
    """VArrays that are written whole, in part, and not at all; in time; without attributes."""
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
    timed = VArraySchema(
        dimensions=[
            TimeDimensionSchema(name="time", size=4, start_value="$begin", step=timedelta(hours=1)),
            DimensionSchema(name="layer", size=2, labels=["ground", "top"]),
        ],
        dtype=np.int32,
        vgrid=(4, 1),
        attributes=[AttributeSchema(name="begin", dtype=datetime, primary=False)],
    )
    collection = client.create_collection("grid in time ü", timed)
    collection.create(None, {"begin": START})[:].update(values(np.int32, (4, 2)))
    bare = VArraySchema(dimensions=[DimensionSchema(name="x", size=4)], dtype=np.int8, vgrid=(2,))
    client.create_collection("grid without attributes", bare).create()[:].update(values(np.int8, (4,)))


def make_options(client: Client) -> None:
    """Chunks and compression."""
    dimensions = [DimensionSchema(name="y", size=20), DimensionSchema(name="x", size=20)]
    schema = ArraySchema(dimensions=dimensions, dtype=np.int32)
    gzip9 = HDF5CompressionOpts(compression="gzip", compression_opts=9)
    gzip = HDF5CompressionOpts(compression="gzip", compression_opts=None)
    lzf = HDF5CompressionOpts(compression="lzf", compression_opts=None)
    variants = {
        "none": HDF5Options(),
        "gzip": HDF5Options(chunks=(5, 10), compression_opts=gzip9),
        "gzip without level or chunks": HDF5Options(compression_opts=gzip),
        "lzf": HDF5Options(chunks=(4, 4), compression_opts=lzf),
        "auto": HDF5Options(chunks=True),
    }
    for name, options in variants.items():
        collection = client.create_collection(f"packed {name}", schema, options)
        collection.create()[:].update(values(np.int32, (20, 20)))


def odd_values(dtype: Any, shape: tuple[int, ...]) -> Any:
    """Return values with the extremes, infinities and NaN of a type among them, always the same."""
    kind = np.dtype(dtype).kind
    random = np.random.default_rng(7)
    if kind in "iu":
        limits = np.iinfo(dtype)
        found = random.integers(limits.min, limits.max, shape, np.dtype(dtype), endpoint=True)
        found.flat[:2] = limits.max, limits.min
        return found
    found = random.normal(size=shape).astype(dtype)
    if kind == "c":
        found += (1j * random.normal(size=shape)).astype(dtype)
    limits = np.finfo(dtype)
    found.flat[:6] = limits.max, limits.min, limits.tiny, np.inf, -np.inf, -0.0
    found.flat[6] = np.nan
    return found


def make_layouts(client: Client) -> None:
    """Every dtype in every layout, as arrays and as VArrays with tiles left out; each holds its odd values."""
    layouts = {
        "whole": None,
        "chunks": HDF5Options(chunks=(2, 3, 4)),
        "auto": HDF5Options(chunks=True),
        "gzip": HDF5Options(
            chunks=(2, 3, 4), compression_opts=HDF5CompressionOpts(compression="gzip", compression_opts=4)
        ),
        "lzf": HDF5Options(compression_opts=HDF5CompressionOpts(compression="lzf", compression_opts=None)),
    }
    shape = (4, 6, 10)
    dimensions = [DimensionSchema(name=name, size=size) for name, size in zip("zyx", shape)]  # noqa: B905
    for name in DTYPES:
        dtype = getattr(np, name)
        for layout, options in layouts.items():
            schema = ArraySchema(dimensions=dimensions, dtype=dtype)
            collection = client.create_collection(f"{name} {layout}", schema, options)
            collection.create()[:].update(odd_values(dtype, shape))
            collection.create()
        grid = VArraySchema(dimensions=dimensions, dtype=dtype, vgrid=(2, 3, 2))
        array = client.create_collection(f"{name} tiles", grid).create()
        array[0:3, 0:3].update(odd_values(dtype, (3, 3, 10)))


def make_indices(client: Client) -> None:
    """An array and a VArray with a time, a label, a scale, a number and a plain dimension; counted values."""
    dimensions = [
        TimeDimensionSchema(name="time", size=4, start_value=START, step=timedelta(hours=6)),
        DimensionSchema(name="layer", size=3, labels=["ground", "middle", "top"]),
        DimensionSchema(name="x", size=10, scale=Scale(start_value=0.0, step=0.1)),
        DimensionSchema(name="level", size=3, labels=[0.5, 10.0, 1000.0]),
        DimensionSchema(name="n", size=5),
    ]
    counted = np.arange(4 * 3 * 10 * 3 * 5, dtype=np.int32).reshape(4, 3, 10, 3, 5)
    array = ArraySchema(dimensions=dimensions, dtype=np.int32)
    client.create_collection("array", array).create()[:].update(counted)
    grid = VArraySchema(dimensions=dimensions, dtype=np.int32, vgrid=(2, 1, 5, 3, 1))
    client.create_collection("varray", grid).create()[:].update(counted)


def make_plugins(client: Client) -> None:
    """An array that is packed with a filter from a package."""
    import hdf5plugin

    schema = ArraySchema(dimensions=[DimensionSchema(name="x", size=100)], dtype=np.int32)
    options = HDF5Options(chunks=(50,), compression_opts=HDF5CompressionOpts(**hdf5plugin.Zstd(6)))
    client.create_collection("zstd", schema, options).create()[:].update(values(np.int32, (100,)))


KINDS = {
    "dtypes": make_dtypes,
    "axes": make_axes,
    "attributes": make_attributes,
    "varrays": make_varrays,
    "options": make_options,
    "layouts": make_layouts,
    "indices": make_indices,
    "plugins": make_plugins,
}
