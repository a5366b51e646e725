"""Metadata of collections that can be made, one for each thing that they may say, and such as cannot, with the field
that is wrong (contract §4)."""

from __future__ import annotations

from typing import Any

GENERIC: dict[str, Any] = {"name": "x", "size": 4, "type": "generic"}
STEP = {"days": 0, "seconds": 3600, "microseconds": 5}
TIME: dict[str, Any] = {
    "name": "t",
    "size": 4,
    "type": "time",
    "start_value": "2020-01-01T00:00:00+00:00",
    "step": STEP,
}
ATTRIBUTE: dict[str, Any] = {"name": "a", "primary": True, "dtype": "int"}
DTYPES = (
    *("int8", "byte", "int16", "short", "int32", "intc", "int64", "int", "intp", "int_", "longlong", "ulonglong"),
    *("uint8", "ubyte", "uint16", "ushort", "uint32", "uintc", "uint64", "uint", "uintp"),
    *("float16", "float32", "float64", "float", "double", "float128", "longdouble", "longfloat"),
    *("complex64", "singlecomplex", "complex128", "complex", "cfloat", "cdouble", "complex_"),
    *("complex256", "clongfloat", "longcomplex"),
)
PLAIN = ("string", "tuple", "datetime", "int", "float", "complex")


def schema(**changes: Any) -> dict[str, Any]:
    """Return a schema that has these things instead; what is `...` it has not."""
    whole = {"dimensions": [GENERIC], "dtype": "numpy.int16", "attributes": [], "fill_value": None, **changes}
    return {key: value for key, value in whole.items() if value is not ...}


def metadata(name: object, changes: dict[str, Any] | None = None, **of_schema: Any) -> dict[str, Any]:
    """Return metadata that have these things instead; what is `...` they have not."""
    whole = {
        "name": name,
        "type": "varray" if of_schema.keys() & {"vgrid", "arrays_shape"} else "array",
        "schema": schema(**of_schema),
        "options": None,
        "storage_adapter": "HDF5StorageAdapter",
        "metadata_version": "0.2",
        **(changes or {}),
    }
    return {key: value for key, value in whole.items() if value is not ...}


def generic(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**GENERIC, **changes}.items() if value is not ...}


def in_time(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**TIME, **changes}.items() if value is not ...}


def attribute(**changes: Any) -> dict[str, Any]:
    return {key: value for key, value in {**ATTRIBUTE, **changes}.items() if value is not ...}


def packed(compression: Any, settings: Any = None, **chunks: Any) -> dict[str, Any]:
    return {
        "options": {
            "chunks": chunks or {"mode": "none"},
            "compression": {"compression": compression, "options": settings},
        }
    }


def _valid() -> dict[str, dict[str, Any]]:
    """Return metadata by the name of what is said in them; the names are those of the collections, too."""
    found: dict[str, dict[str, Any]] = {}

    def add(_what: str, _changes: dict[str, Any] | None = None, **of_schema: Any) -> None:
        found[_what] = metadata(_what, _changes, **of_schema)

    for dtype in DTYPES:
        add(f"dtype {dtype}", dtype=f"numpy.{dtype}")
        add(f"bare dtype {dtype}", dtype=dtype)
        add(f"attribute numpy.{dtype}", attributes=[attribute(dtype=f"numpy.{dtype}", primary=False)])
    for dtype in PLAIN:
        add(f"attribute {dtype}", attributes=[attribute(dtype=dtype, primary=False)])
        add(f"primary {dtype}", attributes=[attribute(dtype=dtype)])
    for dtype in ("int8", "uint64", "float16", "float32", "float64", "int_"):
        add(f"primary numpy.{dtype}", attributes=[attribute(dtype=f"numpy.{dtype}")])
        add(f"bare attribute {dtype}", attributes=[attribute(dtype=dtype, primary=False)])
    add("attributes", attributes=[attribute(name=f"ä{n}", dtype=PLAIN[n], primary=n % 2 == 0) for n in range(6)])
    fills = (
        *(
            ("int16", "-5"),
            ("int16", -5),
            ("int16", 5.0),
            ("uint8", "255"),
            ("longlong", "7"),
            ("uint64", str(2**64 - 1)),
        ),
        *(("float32", "1.5"), ("float32", 0.1), ("float32", "nan"), ("float32", "inf"), ("float32", "-0.0")),
        *(("float32", "1e40"), ("float32", " 1.5 "), ("float16", 1e9), ("float64", 0.1), ("float128", "0.1")),
        *(("complex128", "1+2j"), ("complex128", "(1-2j)"), ("complex128", 1.5), ("complex64", "0.1j")),
        *(("complex256", "1+2j"), ("float64", "1e-300"), ("int64", str(-(2**63)))),
    )
    for dtype, fill in fills:
        add(f"fill {dtype} {fill!r}", dtype=f"numpy.{dtype}", fill_value=fill)
    times = {
        "plain": {},
        "day": {"start_value": "2020-01-01"},
        "naive": {"start_value": "2020-01-01T12:00:00"},
        "zone": {"start_value": "2020-01-01T03:00:00+03:00"},
        "Z": {"start_value": "2020-01-01T00:00:00Z"},
        "microseconds": {"start_value": "2020-01-01T00:00:00.000001+00:00"},
        "early": {"start_value": "0001-01-02T00:00:00+00:00"},
        "hours": {"step": {"hours": 36}},
        "backwards": {"step": {"days": -1}},
        "mixed step": {"step": {"weeks": 1, "minutes": 5, "milliseconds": 5}},
        "broken step": {"step": {"seconds": 1.5}},
        "type": {"type": "generic"},
        "more": {"labels": None, "more": 1},
    }
    for what, changes in times.items():
        add(f"time {what}", dimensions=[in_time(**changes)])
    start = attribute(name="begin", dtype="datetime")
    add("time by attribute", dimensions=[in_time(start_value="$begin"), GENERIC], attributes=[start])
    custom = [attribute(name="begin", dtype="datetime", primary=False)]
    add("time by custom attribute", dimensions=[in_time(start_value="$begin")], attributes=custom)
    add("grid in time", dimensions=[in_time(start_value="$begin"), GENERIC], attributes=[start], vgrid=[2, 4])
    axes = {
        "null": {"labels": None, "scale": None},
        "labels": {"labels": ["a", "b", "ü", "空"]},
        "real labels": {"labels": [0.5, 1.0, 1e300, -3.25]},
        "scale": {"scale": {"start_value": 90.0, "step": -0.25, "name": "lat"}},
        "scale without a name": {"scale": {"start_value": 1.0, "step": 0.1}},
        "odd type": {"type": "odd"},
        "more": {"more": 1},
        "name": {"name": "Höhe 高度 / \n"},
    }
    for what, changes in axes.items():
        add(f"axis {what}", dimensions=[generic(**changes)])
    add("many dimensions", dimensions=[generic(name=f"d{n}", size=n + 1) for n in range(5)])
    options = {
        "none": packed("none", []),
        "none at all": {"options": {}},
        "no key": {"options": ...},
        "only chunks": {"options": {"chunks": {"mode": "manual", "size": [2]}}},
        "only compression": {"options": {"compression": {"compression": "gzip", "options": ["9"]}}},
        "in disorder": {
            "options": {"compression": {"options": ["1"], "compression": "gzip"}, "chunks": {"mode": "true"}}
        },
        "null parts": {"options": {"chunks": None, "compression": {"compression": None}}},
        "auto": packed("none", None, mode="true"),
        "size without manual": packed("none", None, mode="none", size=[2]),
        "manual": packed("none", None, mode="manual", size=[3]),
        "gzip": packed("gzip"),
        "gzip empty": packed("gzip", []),
        "gzip number": packed("gzip", [9]),
        "gzip text": packed("gzip", ["1"], mode="manual", size=[2]),
        "lzf": packed("lzf"),
        "lzf empty": packed("lzf", [], mode="true"),
        "szip": packed("szip", ["nn", "16"]),
        "szip ec": packed("szip", ["ec", 4], mode="manual", size=[4]),
        "szip default": packed("szip"),
        "zstd": packed("32015", ["6"]),
        "zstd number": packed(32015, [6]),
        "blosc": packed("32001", ["0", "0", "0", "0", "5", "1", "1"], mode="manual", size=[2]),
        "lz4": packed("32004"),
    }
    for what, changes in options.items():
        add(f"options {what}", changes)
    plane = [generic(name="y", size=6), generic(name="x", size=8)]
    add("grid", dimensions=plane, vgrid=[2, 4])
    add("grid of one", dimensions=plane, vgrid=[1, 1])
    add("grid of cells", dimensions=plane, vgrid=[6, 8], attributes=[ATTRIBUTE])
    add("grid by shape", dimensions=plane, arrays_shape=[3, 2])
    add("grid by shape and null", dimensions=plane, arrays_shape=[3, 2], vgrid=None)
    add("grid packed", packed("gzip", ["4"], mode="manual", size=[3, 2]), dimensions=plane, vgrid=[2, 4])
    add("version", {"metadata_version": "0.1"})
    add("odd version", {"metadata_version": "0.10"})
    add("adapter null", {"storage_adapter": None})
    add("adapter absent", {"storage_adapter": ...})
    add("more keys", {"more": {"key": 1}})
    add("no attributes", attributes=...)
    add("no fill", fill_value=...)
    for name in (
        "Łódź 空",
        ".hidden",
        "new\nline",
        "a" * 250,
        "ü" * 125,
        "-",
        "~",
        "x.json",
        "a:b",
        "'",
        "lock",
        "%2e",
    ):
        found[name] = metadata(name)
    return found


VALID = _valid()
"""What both packages make, by the name of the collection."""

INVALID: dict[str, tuple[Any, str]] = {
    "nothing": (None, "name"),
    "a list": ([], "name"),
    "a text": ("x", "name"),
    "empty": ({}, "name"),
    "no name": (metadata("x", {"name": ...}), "name"),
    "name null": (metadata(None), "name"),
    "name a number": (metadata(5), "name"),
    "name empty": (metadata(""), "name"),
    "name blank": (metadata(" \t"), "name"),
    "name a directory": (metadata("."), "name"),
    "name the parent": (metadata(".."), "name"),
    "name a path": (metadata("a/b"), "name"),
    "name above": (metadata("../x"), "name"),
    "name absolute": (metadata("/x"), "name"),
    "name with NUL": (metadata("a\0b"), "name"),
    "name of a lock": (metadata("x.lock"), "name"),
    "name too long": (metadata("a" * 251), "name"),
    "name too long in bytes": (metadata("ü" * 126), "name"),
    "name no text": (metadata("\ud800"), "name"),
    "no version": (metadata("x", {"metadata_version": ...}), "metadata_version"),
    "version null": (metadata("x", {"metadata_version": None}), "metadata_version"),
    "version a number": (metadata("x", {"metadata_version": 0.2}), "metadata_version"),
    "version newer": (metadata("x", {"metadata_version": "0.3"}), "metadata_version"),
    "version 1.0": (metadata("x", {"metadata_version": "1.0"}), "metadata_version"),
    "no type": (metadata("x", {"type": ...}), "type"),
    "type null": (metadata("x", {"type": None}), "type"),
    "type unknown": (metadata("x", {"type": "cube"}), "type"),
    "type a number": (metadata("x", {"type": 1}), "type"),
    "no schema": (metadata("x", {"schema": ...}), "schema"),
    "schema null": (metadata("x", {"schema": None}), "schema"),
    "schema a list": (metadata("x", {"schema": []}), "schema"),
    "schema with more": (metadata("x", more=1), "schema"),
    "adapter unknown": (metadata("x", {"storage_adapter": "TIFF"}), "storage_adapter"),
    "no dimensions": (metadata("x", dimensions=...), "dimensions"),
    "dimensions null": (metadata("x", dimensions=None), "dimensions"),
    "dimensions empty": (metadata("x", dimensions=[]), "dimensions"),
    "dimensions a text": (metadata("x", dimensions="x"), "dimensions"),
    "a dimension a number": (metadata("x", dimensions=[1]), "dimension"),
    "dimension without name": (metadata("x", dimensions=[generic(name=...)]), "name"),
    "dimension name empty": (metadata("x", dimensions=[generic(name=" ")]), "name"),
    "dimension name a number": (metadata("x", dimensions=[generic(name=1)]), "name"),
    "dimension without size": (metadata("x", dimensions=[generic(size=...)]), "size"),
    "dimension without type": (metadata("x", dimensions=[generic(type=...)]), "type"),
    "size 0": (metadata("x", dimensions=[generic(size=0)]), "size"),
    "size negative": (metadata("x", dimensions=[generic(size=-1)]), "size"),
    "size true": (metadata("x", dimensions=[generic(size=True)]), "size"),
    "size a float": (metadata("x", dimensions=[generic(size=2.0)]), "size"),
    "size a text": (metadata("x", dimensions=[generic(size="4")]), "size"),
    "size null": (metadata("x", dimensions=[generic(size=None)]), "size"),
    "size too large": (metadata("x", dimensions=[generic(size=2**63)]), "size"),
    "dimensions of one name": (metadata("x", dimensions=[GENERIC, GENERIC]), "dimensions"),
    "labels and scale": (
        metadata("x", dimensions=[generic(labels=["a"] * 4, scale={"start_value": 1.0, "step": 1.0})]),
        "labels",
    ),
    "labels a text": (metadata("x", dimensions=[generic(labels="abcd")]), "labels"),
    "labels empty": (metadata("x", dimensions=[generic(labels=[])]), "labels"),
    "labels too few": (metadata("x", dimensions=[generic(labels=["a"])]), "labels"),
    "labels a mapping": (metadata("x", dimensions=[generic(labels={"a": 0, "b": 1, "c": 2, "d": 3})]), "labels"),
    "labels at one position": (metadata("x", dimensions=[generic(labels={"a": 0, "b": 1, "c": 2, "d": 2})]), "labels"),
    "labels of two kinds": (metadata("x", dimensions=[generic(labels=["a", "b", "c", 1.0])]), "labels"),
    "labels whole": (metadata("x", dimensions=[generic(labels=[1, 2, 3, 4])]), "labels"),
    "labels null": (metadata("x", dimensions=[generic(labels=[None, True, [], {}])]), "labels"),
    "labels twice": (metadata("x", dimensions=[generic(labels=["a", "b", "a", "c"])]), "labels"),
    "scale whole": (metadata("x", dimensions=[generic(scale={"start_value": 1, "step": 0.5})]), "start_value"),
    "scale step whole": (metadata("x", dimensions=[generic(scale={"start_value": 1.0, "step": 1})]), "step"),
    "scale empty": (metadata("x", dimensions=[generic(scale={})]), "scale"),
    "scale with more": (
        metadata("x", dimensions=[generic(scale={"start_value": 1.0, "step": 1.0, "more": 1})]),
        "scale",
    ),
    "scale a list": (metadata("x", dimensions=[generic(scale=[1.0, 1.0])]), "scale"),
    "scale name a number": (
        metadata("x", dimensions=[generic(scale={"start_value": 1.0, "step": 1.0, "name": 1})]),
        "name",
    ),
    "time without start": (metadata("x", dimensions=[in_time(start_value=...)]), "start_value"),
    "time start empty": (metadata("x", dimensions=[in_time(start_value="")]), "start_value"),
    "time start null": (metadata("x", dimensions=[in_time(start_value=None)]), "start_value"),
    "time start a word": (metadata("x", dimensions=[in_time(start_value="noon")]), "start_value"),
    "time start a number": (metadata("x", dimensions=[in_time(start_value=2020)]), "start_value"),
    "time start of no attribute": (metadata("x", dimensions=[in_time(start_value="$a")]), "'a'"),
    "time start of a number": (
        metadata("x", dimensions=[in_time(start_value="$a")], attributes=[ATTRIBUTE]),
        "'a'",
    ),
    "time without step": (metadata("x", dimensions=[in_time(step=...)]), "step"),
    "time step null": (metadata("x", dimensions=[in_time(step=None)]), "step"),
    "time step zero": (metadata("x", dimensions=[in_time(step={"days": 0})]), "step"),
    "time step empty": (metadata("x", dimensions=[in_time(step={})]), "step"),
    "time step a number": (metadata("x", dimensions=[in_time(step=3600)]), "step"),
    "time step of moons": (metadata("x", dimensions=[in_time(step={"moons": 1})]), "step"),
    "time step a text": (metadata("x", dimensions=[in_time(step={"days": "1"})]), "step"),
    "no dtype": (metadata("x", dtype=...), "dtype"),
    **{
        f"dtype {dtype!r}": (metadata("x", dtype=dtype), "dtype")
        for dtype in (None, 1, "", "numpy.", "numpy.float33", "bool", "numpy.bool_", "str", "numpy.datetime64", "Int8")
    },
    "attributes null": (metadata("x", attributes=None), "attributes"),
    "attributes a text": (metadata("x", attributes="a"), "attributes"),
    "an attribute a number": (metadata("x", attributes=[1]), "attribute"),
    "attribute without name": (metadata("x", attributes=[attribute(name=...)]), "name"),
    "attribute name empty": (metadata("x", attributes=[attribute(name="")]), "name"),
    "attribute name a number": (metadata("x", attributes=[attribute(name=5)]), "name"),
    "attribute without dtype": (metadata("x", attributes=[attribute(dtype=...)]), "dtype"),
    "attribute dtype unknown": (metadata("x", attributes=[attribute(dtype="bool")]), "dtype"),
    "attribute dtype null": (metadata("x", attributes=[attribute(dtype=None)]), "dtype"),
    "attribute without primary": (metadata("x", attributes=[attribute(primary=...)]), "primary"),
    "attribute primary 1": (metadata("x", attributes=[attribute(primary=1)]), "primary"),
    "attribute with more": (metadata("x", attributes=[attribute(more=1)]), "attribute"),
    "attributes of one name": (metadata("x", attributes=[ATTRIBUTE, ATTRIBUTE]), "attributes"),
    "attribute vid": (metadata("x", attributes=[attribute(name="vid")]), "vid"),
    "attribute v_position": (metadata("x", attributes=[attribute(name="v_position")]), "v_position"),
    "fill of another kind": (metadata("x", fill_value="3.5"), "fill_value"),
    "fill a word": (metadata("x", fill_value="x"), "fill_value"),
    "fill empty": (metadata("x", fill_value=""), "fill_value"),
    "fill too large": (metadata("x", fill_value=40_000), "fill_value"),
    "fill too small": (metadata("x", dtype="numpy.uint8", fill_value="-1"), "fill_value"),
    "fill a list": (metadata("x", dtype="numpy.float32", fill_value=[1]), "fill_value"),
    "fill true": (metadata("x", fill_value=True), "fill_value"),
    "fill broken": (metadata("x", fill_value=5.5), "fill_value"),
    "grid of an array": (metadata("x", {"type": "array"}, vgrid=[2]), "vgrid"),
    "no grid": (metadata("x", {"type": "varray"}), "vgrid"),
    "grid null": (metadata("x", vgrid=None), "vgrid"),
    "grid and shape": (metadata("x", vgrid=[2], arrays_shape=[2]), "vgrid"),
    "grid remainder": (metadata("x", vgrid=[3]), "vgrid"),
    "grid too long": (metadata("x", vgrid=[2, 2]), "vgrid"),
    "grid empty": (metadata("x", vgrid=[]), "vgrid"),
    "grid 0": (metadata("x", vgrid=[0]), "vgrid"),
    "grid negative": (metadata("x", vgrid=[-2]), "vgrid"),
    "grid a text": (metadata("x", vgrid=["2"]), "vgrid"),
    "grid a float": (metadata("x", vgrid=[2.0]), "vgrid"),
    "grid a number": (metadata("x", vgrid=2), "vgrid"),
    "shape remainder": (metadata("x", arrays_shape=[3]), "arrays_shape"),
    "shape 0": (metadata("x", arrays_shape=[0]), "arrays_shape"),
    "options a text": (metadata("x", {"options": "gzip"}), "options"),
    "options a list": (metadata("x", {"options": ["gzip"]}), "options"),
    "chunks without size": (metadata("x", packed("none", None, mode="manual")), "options"),
    "chunks of another rank": (metadata("x", packed("none", None, mode="manual", size=[2, 2])), "chunks"),
    "chunks too large": (metadata("x", packed("none", None, mode="manual", size=[9])), "chunks"),
    "chunks larger than a tile": (metadata("x", packed("none", None, mode="manual", size=[3]), vgrid=[2]), "chunks"),
    "chunks 0": (metadata("x", packed("none", None, mode="manual", size=[0])), "chunk"),
    "chunks a float": (metadata("x", packed("none", None, mode="manual", size=[2.0])), "chunk"),
    "chunks in an odd mode": (metadata("x", packed("none", None, mode="odd")), "chunks"),
    "compression empty": (metadata("x", packed("")), "compression"),
    "compression unknown": (metadata("x", packed("middle-out")), "compression"),
    "compression negative": (metadata("x", packed(-5)), "compression"),
    "compression true": (metadata("x", packed(True)), "compression"),
    "gzip 0": (metadata("x", packed("gzip", ["0"])), "gzip"),
    "gzip 10": (metadata("x", packed("gzip", ["10"])), "gzip"),
    "gzip of a word": (metadata("x", packed("gzip", ["best"])), "gzip"),
    "gzip of two": (metadata("x", packed("gzip", ["4", "5"])), "gzip"),
    "gzip of no list": (metadata("x", packed("gzip", 9)), "options"),
    "lzf with options": (metadata("x", packed("lzf", ["1"])), "lzf"),
    "szip of odd pixels": (metadata("x", packed("szip", ["nn", "7"])), "szip"),
    "szip of many pixels": (metadata("x", packed("szip", ["nn", "64"])), "szip"),
    "szip without pixels": (metadata("x", packed("szip", ["nn"])), "szip"),
    "filter with a word": (metadata("x", packed("32015", ["fast"])), "32015"),
    "filter with a fraction": (metadata("x", packed("32015", [1.5])), "32015"),
    "not JSON": (metadata("x", attributes=[{**ATTRIBUTE, "name": b"a"}]), "JSON"),
}
"""Metadata that are refused, and what the message has to name."""
