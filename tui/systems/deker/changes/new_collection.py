"""A collection that is to be: what it is made of, and its metadata as Deker writes them (contract §4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from tui.services.errors import InvalidInput
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.metadata import ADAPTER, META_VERSION
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.models import Attribute, Dimension


@dataclass(frozen=True, slots=True)
class NewCollection:
    """What a collection is to be. `vgrid` makes it one of VArrays.

    `chunks` are sizes, or `auto` to leave them to HDF5. `compression` is `gzip`, `lzf` or a filter's number, with its
    options as texts in `compression_options`. `fill_value` None is the dtype's default (contract §4.3). With
    `has_options` options are written even if they say nothing.
    """

    name: str
    dtype: str
    dimensions: tuple[Dimension, ...]
    attributes: tuple[Attribute, ...] = ()
    fill_value: int | float | complex | None = None
    vgrid: tuple[int, ...] | None = None
    chunks: tuple[int, ...] | Literal["auto"] | None = None
    compression: str | None = None
    compression_options: tuple[str, ...] | None = None
    has_options: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """What Deker's `ArraySchema` holds, and with `vgrid` or `arrays_shape` its `VArraySchema` (contract §4.2)."""

    dimensions: tuple[Dimension, ...]
    dtype: str
    attributes: tuple[Attribute, ...] = ()
    fill_value: int | float | complex | None = None
    vgrid: tuple[int, ...] | None = None
    arrays_shape: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class StorageOptions:
    """What Deker's `HDF5Options` holds (contract §4.5); the fields are those of `NewCollection`."""

    chunks: tuple[int, ...] | Literal["auto"] | None = None
    compression: str | None = None
    compression_options: tuple[str, ...] | None = None


def new_collection(name: str, schema: Schema, options: StorageOptions | None = None) -> NewCollection:
    """Return a schema and options under a name.

    Raises:
        InvalidInput: `vgrid` and `arrays_shape` are both given, or the arrays' shape does not divide the VArray's.
    """
    vgrid = schema.vgrid
    if schema.arrays_shape is not None:
        sizes = tuple(dimension.size for dimension in schema.dimensions)
        if vgrid is not None:
            raise InvalidInput(SYSTEM, "create_collection", "vgrid: give it or arrays_shape, not both")
        tile = schema.arrays_shape
        if len(tile) != len(sizes) or any(part < 1 or size % part for size, part in zip(sizes, tile, strict=True)):
            raise InvalidInput(SYSTEM, "create_collection", f"arrays_shape: {sizes} does not divide by {tile}")
        vgrid = tuple(size // part for size, part in zip(sizes, tile, strict=True))
    has_options, options = options is not None, options or StorageOptions()
    return NewCollection(
        name,
        schema.dtype,
        schema.dimensions,
        schema.attributes,
        schema.fill_value,
        vgrid,
        options.chunks,
        options.compression,
        options.compression_options,
        has_options,
    )


def metadata_of(new: NewCollection) -> dict[str, Any]:
    """Return a collection's metadata with its keys in Deker's order (contract §4.1).

    Raises:
        InvalidInput: the dtype is unknown.
    """
    dtype = dtypes.canonical(new.dtype)
    if dtype is None:
        raise InvalidInput(SYSTEM, "create_collection", f"dtype: {new.dtype!r} is unknown")
    schema: dict[str, Any] = {
        "dimensions": [written_dimension(dimension) for dimension in new.dimensions],
        "dtype": dtypes.written_name(dtype),
        "attributes": [written_attribute(attribute) for attribute in new.attributes],
        "fill_value": written_fill(new.fill_value, dtype),
    }
    if new.vgrid is not None:
        schema["vgrid"] = list(new.vgrid)
    return {
        "name": new.name,
        "type": "array" if new.vgrid is None else "varray",
        "schema": schema,
        "options": _options(new),
        "storage_adapter": ADAPTER,
        "metadata_version": META_VERSION,
    }


def written_fill(value: Any, dtype: str) -> str | None:
    """Return a fill value as Deker writes it (contract §4.3): text, or None for NaN. None is the dtype's default.

    Raises:
        InvalidInput: the value does not fit the dtype. Deker casts silently, so that 300 becomes 44 in an int8.
    """
    import numpy as np

    if isinstance(value, float) and dtypes.kind(dtype) in "iu" and not value.is_integer():
        raise InvalidInput(SYSTEM, "create_collection", f"fill_value: {value} is not an integer")
    try:
        text = dtypes.fill_text(str(value) if isinstance(value, complex) else value, dtype)
    except (ValueError, OverflowError) as error:
        raise InvalidInput(SYSTEM, "create_collection", f"fill_value: {error}") from error
    kind = dtypes.kind(dtype)
    if kind in "iu":
        return text
    with np.errstate(over="ignore"):
        typed: Any = np.dtype(dtypes.stored_type(dtype)).type(complex(text) if kind == "c" else text)
    return None if np.isnan(typed) else str(typed)


def written_attribute(attribute: Attribute) -> dict[str, Any]:
    """Return an attribute as Deker writes it (contract §4.2)."""
    dtype = dtypes.written_attribute(attribute.dtype)
    return {"name": attribute.name, "primary": attribute.primary, "dtype": dtype}


def written_options(options: dict[str, Any] | None) -> dict[str, Any] | None:
    """Return storage options as Deker writes them, with what is absent filled in (contract §4.5)."""
    if not options:
        return None
    chunks: dict[str, Any] = options.get("chunks") or {}
    written: dict[str, Any] = {"mode": chunks.get("mode", "none")}
    if written["mode"] == "manual":
        written["size"] = list(chunks["size"])
    compression: dict[str, Any] = options.get("compression") or {}
    name, settings = compression.get("compression"), compression.get("options")
    if name in (None, "none"):
        return {"chunks": written, "compression": {"compression": "none", "options": []}}
    texts = [str(setting) for setting in settings] if settings else None
    return {"chunks": written, "compression": {"compression": str(name), "options": texts}}


def written_dimension(dimension: Dimension) -> dict[str, Any]:
    """Return a dimension as Deker writes it (contract §4.2)."""
    if dimension.kind == "time":
        step = dimension.step or timedelta()
        start = f"${dimension.start_attribute}" if dimension.start_attribute else _moment(dimension.start)
        parts = {"days": step.days, "seconds": step.seconds, "microseconds": step.microseconds}
        return {"name": dimension.name, "size": dimension.size, "type": "time", "start_value": start, "step": parts}
    scale = dimension.scale
    return {
        "name": dimension.name,
        "size": dimension.size,
        "labels": None if dimension.labels is None else list(dimension.labels),
        "scale": None if scale is None else {"start_value": scale.start, "step": scale.step, "name": scale.name},
        "type": "generic",
    }


def _moment(start: datetime | None) -> str:
    """Return a start in UTC as text; naive is UTC, and none at all is the empty text, which is refused later."""
    if start is None:
        return ""
    return (start.replace(tzinfo=UTC) if start.tzinfo is None else start.astimezone(UTC)).isoformat()


def _options(new: NewCollection) -> dict[str, Any] | None:
    if new.chunks is None and new.compression is None and not new.has_options:
        return None
    chunks: dict[str, Any] = {"mode": "none" if new.chunks is None else "true"}
    if isinstance(new.chunks, tuple):
        chunks = {"mode": "manual", "size": list(new.chunks)}
    compression = {"compression": new.compression, "options": new.compression_options}
    return written_options({"chunks": chunks, "compression": compression})
