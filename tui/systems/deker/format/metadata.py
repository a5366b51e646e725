"""A collection's metadata JSON made into a `Collection`; every defect becomes its `problem`, never an exception."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.systems.deker.format import dtypes
from tui.systems.deker.format.metadata_fields import Defect, amount, known_keys, listed, mapping, text
from tui.systems.deker.format.names import proper, shown
from tui.systems.deker.models import Attribute, Collection, Dimension, Scale

META_VERSION = "0.2"
METADATA_LIMIT = 64 << 20
"""Bytes of a collection's JSON that are read; more is called damaged."""

ADAPTER = "HDF5StorageAdapter"
_STEP_UNITS = ("weeks", "days", "hours", "minutes", "seconds", "milliseconds", "microseconds")
_FILTER_NAMES = {"none": "none", "gzip": "gzip", "lzf": "lzf", "szip": "szip"}


def collection_at(directory: str, raw: bytes | None, problem: str | None = None) -> Collection:
    """Return the collection of `directory` from its metadata file's bytes.

    `problem` is given instead of `raw` where the file could not be read. What a defect leaves readable is kept, so
    that a damaged collection still shows what it was.
    """
    name = os.path.basename(directory)
    path = shown(directory)
    known: dict[str, Any] = {
        "name": shown(name),
        "path": path,
        "metadata_path": f"{path}/{shown(name)}.json",
        "lock_path": f"{path}.lock",
        "has_lock_file": os.path.lexists(f"{directory}.lock"),
    }
    if raw is None:
        return Collection(**known, problem=problem)
    try:
        _read(known, raw, shown(name))
    except Defect as defect:
        problem = str(defect)
    except (ValueError, OverflowError, RecursionError) as error:
        problem = f"the metadata cannot be understood: {str(error)[:200]}"
    return Collection(**known, problem=problem)


def parse_json(raw: bytes, what: str) -> Any:
    """Return the JSON that Deker wrote; `NaN` and `Infinity` are its own habit (contract §5.1).

    Raises:
        Defect: it is none.
    """
    if not raw.strip():
        raise Defect(f"{what} is empty")
    try:
        text = raw.decode("utf-8", "surrogateescape")
        value = json.loads(text)
        # Lone surrogates come from escapes, or from bytes that are not UTF-8.
        return value if text.isascii() and "\\u" not in text else proper(value)
    except RecursionError:
        raise Defect(f"{what} is nested too deeply") from None
    except ValueError as error:
        raise Defect(f"{what} is not JSON: {str(error)[:100]}") from error


def _read(known: dict[str, Any], raw: bytes, directory_name: str) -> None:
    """Put what `raw` holds into `known`, up to the first defect of what cannot be done without."""
    found = mapping(parse_json(raw, "the metadata file"), "the metadata")
    known["metadata_version"] = found["metadata_version"] if isinstance(found.get("metadata_version"), str) else None
    kind = text(found, "type", "")
    if kind not in ("array", "varray"):
        raise Defect(f"type is {kind[:40]!r}, neither array nor varray")
    known["kind"] = kind
    schema = mapping(found.get("schema"), "schema")
    _read_schema(known, schema, kind)
    _read_options(known, found.get("options"))
    adapter = found.get("storage_adapter")
    known["storage_adapter"] = adapter if isinstance(adapter, str) else None
    if adapter not in (None, ADAPTER):
        raise Defect(f"storage_adapter is {str(adapter)[:60]!r}, not {ADAPTER}")
    name = text(found, "name", "")
    if name != directory_name:
        raise Defect(f"the metadata name it {name[:100]!r}, its directory is {directory_name[:100]!r}")
    _check_version(found.get("metadata_version"))


def _check_version(version: object) -> None:
    # Deker compares the versions as texts.
    if not isinstance(version, str):
        raise Defect("metadata_version is missing")
    if version > META_VERSION:
        raise Defect(f"metadata_version is {version[:20]!r}, Deker reads up to {META_VERSION}")


def _read_schema(known: dict[str, Any], schema: dict[str, Any], kind: str) -> None:
    grid = ("vgrid", "arrays_shape") if kind == "varray" else ()
    known_keys(schema, ("dimensions", "dtype", "attributes", "fill_value", *grid), "schema")
    attributes = _attributes(schema.get("attributes", []))
    known["attributes"] = attributes
    written = schema.get("dtype")
    dtype = dtypes.canonical(written)
    if isinstance(written, str):
        known["dtype_written"] = written[:100]
    known["dtype"] = dtype
    dimensions = tuple(
        _dimension(item, index) for index, item in enumerate(listed(schema.get("dimensions"), "dimensions"))
    )
    known["dimensions"] = dimensions
    known["shape"] = tuple(dimension.size for dimension in dimensions)
    if not dimensions:
        raise Defect("the schema has no dimensions")
    _unique((dimension.name for dimension in dimensions), "dimensions")
    _unique((attribute.name for attribute in attributes), "attributes")
    _check_start_attributes(dimensions, attributes)
    if dtype is None:
        raise Defect("dtype is missing" if written is None else f"dtype {str(written)[:60]!r} is unknown")
    try:
        known["fill_value"] = dtypes.fill_text(schema.get("fill_value"), dtype)
    except (ValueError, OverflowError) as error:
        raise Defect(f"fill_value: {error}") from error
    if kind == "varray":
        _read_grid(known, schema, known["shape"])


def _read_grid(known: dict[str, Any], schema: dict[str, Any], shape: tuple[int, ...]) -> None:
    by_tile = schema.get("vgrid") is None
    name = "arrays_shape" if by_tile else "vgrid"
    if by_tile and schema.get("arrays_shape") is None:
        raise Defect("vgrid is missing")
    if not by_tile and schema.get("arrays_shape") is not None:
        raise Defect("vgrid and arrays_shape are both there")
    parts = tuple(amount(item, name) for item in listed(schema.get(name), name))
    if len(parts) != len(shape):
        raise Defect(f"{name} has {len(parts)} numbers for {len(shape)} dimensions")
    for size, part in zip(shape, parts, strict=True):
        if size % part:
            raise Defect(f"{name}: {size} does not divide by {part}")
    others = tuple(size // part for size, part in zip(shape, parts, strict=True))
    known["vgrid"], known["tile_shape"] = (others, parts) if by_tile else (parts, others)


def _attributes(value: object) -> tuple[Attribute, ...]:
    found: list[Attribute] = []
    for item in listed(value, "attributes"):
        fields = mapping(item, "an attribute")
        known_keys(fields, ("name", "primary", "dtype"), "an attribute")
        name = text(fields, "name", "an attribute")
        primary = fields.get("primary")
        if not isinstance(primary, bool):
            raise Defect(f"attribute {name[:60]!r}: primary is neither true nor false")
        if dtypes.attribute_type(fields.get("dtype")) is None:
            raise Defect(f"attribute {name[:60]!r}: dtype {str(fields.get('dtype'))[:60]!r} is unknown")
        found.append(Attribute(name=name, dtype=fields["dtype"], primary=primary))
    return tuple(found)


def _dimension(item: object, index: int) -> Dimension:
    fields = mapping(item, f"dimension {index}")
    name = text(fields, "name", f"dimension {index}")
    size = amount(fields.get("size"), f"dimension {name[:60]!r}: size")
    if "type" not in fields:
        raise Defect(f"dimension {name[:60]!r}: type is missing")
    # Deker, too, tells the kinds apart by this key and not by `type`.
    if "start_value" in fields:
        return _time_dimension(fields, name, size)
    if fields["type"] == "time" and "labels" not in fields:
        raise Defect(f"dimension {name[:60]!r}: start_value is missing")
    labels, scale = fields.get("labels"), fields.get("scale")
    if labels is not None and scale is not None:
        raise Defect(f"dimension {name[:60]!r} has labels and a scale")
    if scale is not None:
        return Dimension(name=name, size=size, kind="scale", scale=_scale(scale, name))
    if labels is not None:
        return Dimension(name=name, size=size, kind="label", labels=_labels(labels, name, size))
    return Dimension(name=name, size=size)


def _labels(value: object, name: str, size: int) -> tuple[Any, ...]:
    """Return the labels by position; they may be written as a list, or as a mapping of labels to positions."""
    place = f"dimension {name[:60]!r}"
    if not isinstance(value, list | dict):
        raise Defect(f"{place}: labels are not a list")
    if len(value) != size:
        raise Defect(f"{place}: {len(value)} labels for {size} positions")
    if isinstance(value, list):
        return tuple(value)
    positions = {position: label for label, position in value.items() if type(position) is int}
    if positions.keys() != set(range(size)):
        raise Defect(f"{place}: the positions of its labels are not those from 0 to {size - 1}")
    return tuple(positions[position] for position in range(size))


def _scale(value: object, name: str) -> Scale:
    fields = mapping(value, f"dimension {name[:60]!r}: scale")
    known_keys(fields, ("start_value", "step", "name"), f"dimension {name[:60]!r}: scale")
    for key in ("start_value", "step"):
        if not isinstance(fields.get(key), float):
            raise Defect(f"dimension {name[:60]!r}: the scale's {key} is not a float")
    label = fields.get("name")
    if label is not None and not isinstance(label, str):
        raise Defect(f"dimension {name[:60]!r}: the scale's name is not text")
    return Scale(start=fields["start_value"], step=fields["step"], name=label)


def _time_dimension(fields: dict[str, Any], name: str, size: int) -> Dimension:
    place = f"dimension {name[:60]!r}"
    start = text(fields, "start_value", place)
    step = mapping(fields.get("step"), f"{place}: step")
    known_keys(step, _STEP_UNITS, f"{place}: step")
    if any(isinstance(part, bool) or not isinstance(part, int | float) for part in step.values()):
        raise Defect(f"{place}: step is not made of numbers")
    try:
        length = timedelta(**step)
    except (OverflowError, ValueError) as error:
        raise Defect(f"{place}: step is too long") from error
    if not length:
        raise Defect(f"{place}: step is zero")
    if start.startswith("$"):
        return Dimension(name=name, size=size, kind="time", start_attribute=start[1:], step=length)
    try:
        moment = datetime.fromisoformat(start)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Defect(f"{place}: start_value {start[:40]!r} is no time") from error
    return Dimension(name=name, size=size, kind="time", start=moment, step=length)


def _check_start_attributes(dimensions: tuple[Dimension, ...], attributes: tuple[Attribute, ...]) -> None:
    types = {attribute.name: attribute.dtype for attribute in attributes}
    for dimension in dimensions:
        wanted = dimension.start_attribute
        if wanted is not None and types.get(wanted) != "datetime":
            raise Defect(f"dimension {dimension.name[:60]!r}: its start, attribute {wanted[:60]!r}, is no datetime")


def _unique(names: Any, what: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise Defect(f"two {what} have the name {name[:60]!r}")
        seen.add(name)


def _read_options(known: dict[str, Any], value: object) -> None:
    if value is None or value == {}:
        return
    options = mapping(value, "options")
    known["options"] = json.dumps(options, ensure_ascii=False)[:1000]
    # Deker fills in for what is absent, and never writes it so.
    chunks = mapping(options.get("chunks") or {}, "options: chunks")
    mode = chunks.get("mode")
    if mode == "true":
        known["chunk_mode"] = "auto"
    elif mode == "manual":
        known["chunk_mode"] = "manual"
        known["chunks"] = tuple(
            amount(item, "options: chunk size") for item in listed(chunks.get("size"), "options: size")
        )
    compression = mapping(options.get("compression", {}), "options: compression")
    name = compression.get("compression")
    if name is None:
        return
    if isinstance(name, int) and not isinstance(name, bool):
        name = str(name)
    name = text({"compression": name}, "compression", "options")
    settings = compression.get("options")
    if settings is not None and not isinstance(settings, list):
        raise Defect("options: the compression's options are not a list")
    label = _FILTER_NAMES.get(name) or filter_name(int(name) if name.isdecimal() and len(name) < 10 else -1, name)
    known["compression"] = " ".join((label, *(str(item)[:40] for item in settings or ())))


def filter_name(number: int, otherwise: str = "") -> str:
    """Return the usual name of a registered HDF5 filter, with its number where it is a plug-in's."""
    own = {1: "gzip", 2: "shuffle", 3: "fletcher32", 4: "szip", 5: "nbit", 6: "scaleoffset", 32000: "lzf"}
    plugins = {32001: "blosc", 32004: "lz4", 32008: "bitshuffle", 32013: "zfp", 32015: "zstd", 32026: "blosc2"}
    if number in own:
        return own[number]
    return f"{plugins[number]} ({number})" if number in plugins else otherwise or f"filter {number}"
