"""Collections, arrays and VArrays written in Deker's own format, byte for byte (contract §1, §4, §5)."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, Literal

from tui.services.errors import AlreadyExists, InvalidInput
from tui.systems.deker.changes.creation import checked, create
from tui.systems.deker.changes.engine import purge
from tui.systems.deker.changes.new_collection import NewCollection, metadata_of
from tui.systems.deker.fill_count import fill_cells
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.attributes import AttributeSchema, link_directories
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import ID, SYSTEM, main_directory, on_disk
from tui.systems.deker.models import Collection

__all__ = ["NewCollection", "create_array", "create_collection", "create_varray"]


def create_collection(root: str, new: NewCollection) -> Collection:
    """Make a collection in the storage at `root`, and the storage if need be; return it as it is read back.

    Raises as `creation.create` does. Unlike that it leaves nothing in the trash by which it could be taken back.
    """
    root, metadata = os.path.abspath(root), metadata_of(new)
    checked(root, metadata)
    os.makedirs(os.path.join(root, "collections"), exist_ok=True)
    made, record = create(root, metadata, lambda: None)
    purge(root, record.id, lambda: None)
    return made


def create_array(
    collection: Collection,
    primary: Mapping[str, Any] | None = None,
    custom: Mapping[str, Any] | None = None,
    data: Any = None,
    identity: str | None = None,
) -> str:
    """Write an array and its link; return its id. Without `data`, or with fill values only, it is never-written.

    Raises:
        InvalidInput: attributes, id or data do not fit the collection.
        AlreadyExists: there is an array of that id, or of those primary attributes.
    """
    if collection.is_virtual:
        raise InvalidInput(SYSTEM, "create_array", f"{collection.name} holds VArrays")
    schema = AttributeSchema.of(collection, tiles=False)
    return _create_file(collection, schema, primary or {}, custom or {}, data, identity, "array")


def create_varray(
    collection: Collection,
    primary: Mapping[str, Any] | None = None,
    custom: Mapping[str, Any] | None = None,
    data: Any = None,
    identity: str | None = None,
) -> str:
    """Write a VArray, its link, and a tile for each grid position where `data` are not all fill value; return its id.

    Raises as `create_array` does.
    """
    if not collection.is_virtual or collection.vgrid is None or collection.tile_shape is None:
        raise InvalidInput(SYSTEM, "create_varray", f"{collection.name} holds no VArrays")
    schema = AttributeSchema.of(collection, tiles=False)
    if data is not None:
        data = _checked_data(data, collection, collection.shape)
    made = _create_file(collection, schema, primary or {}, custom or {}, None, identity, "varray")
    if data is None:
        return made
    tile_schema = AttributeSchema.of(collection, tiles=True)
    for position in product(*(range(count) for count in collection.vgrid)):
        region = tuple(
            slice(index * size, (index + 1) * size) for index, size in zip(position, collection.tile_shape, strict=True)
        )
        part = data[region]
        if fill_cells(part, collection.fill_value or "nan") < part.size:
            starts = _tile_starts(collection, {**(primary or {}), **(custom or {})}, position)
            place = {"vid": made, "v_position": position}
            # The same VArray has the same tiles each time it is made.
            tile = str(uuid.uuid5(uuid.UUID(made), dtypes.path_text(position, is_position=True)))
            _create_file(collection, tile_schema, place, starts, part, tile, "tile")
    return made


def _tile_starts(
    collection: Collection, attributes: Mapping[str, Any], position: tuple[int, ...]
) -> dict[str, datetime]:
    # A step times the grid index, not times the tile's size: Deker's own habit (contract §4.2).
    starts = [dimension.start_attribute for dimension in collection.dimensions if dimension.start_attribute]
    missing = [name for name in starts if not isinstance(attributes.get(name), datetime)]
    if missing:
        raise InvalidInput(SYSTEM, "create_varray", f"attribute {missing[0]!r}: a time dimension starts with it")
    return {
        f"parent.{dimension.start_attribute}": attributes[dimension.start_attribute]
        + (dimension.step or timedelta()) * index
        for dimension, index in zip(collection.dimensions, position, strict=True)
        if dimension.start_attribute is not None
    }


def _create_file(
    collection: Collection,
    schema: AttributeSchema,
    primary: Mapping[str, Any],
    custom: Mapping[str, Any],
    data: Any,
    identity: str | None,
    item: Literal["array", "varray", "tile"],
) -> str:
    """Write an item's file and link, the file first and whole."""
    identity = identity or str(uuid.uuid4())
    if ID.match(identity) is None:
        raise InvalidInput(SYSTEM, "create", f"id: {identity[:60]} is no UUID")
    content, parts = _attributes_json(identity, schema, primary, custom)
    if data is not None:
        shape = collection.tile_shape if item == "tile" else collection.shape
        data = _checked_data(data, collection, shape or ())
    stem, suffix = ("varray", ".json") if item == "varray" else ("array", ".hdf5")
    directory = on_disk(collection.path)
    main = f"{directory}/{stem}_data/{main_directory(identity)}"
    links = "/".join((directory, f"{stem}_symlinks", *parts))
    path = f"{main}/{identity}{suffix}"
    if os.path.lexists(path):
        raise AlreadyExists(SYSTEM, "create", f"there is an array {identity}")
    if schema.primary and os.path.isdir(links) and os.listdir(links):
        raise AlreadyExists(SYSTEM, "create", f"there is an array of {', '.join(parts)}")
    os.makedirs(main, exist_ok=True)
    os.makedirs(links, exist_ok=True)
    if item == "varray":
        _write_whole(path, content)
    else:
        _write_hdf5(path, collection, content, data, collection.tile_shape if item == "tile" else collection.shape)
    os.symlink(path, f"{links}/{identity}{suffix}")
    return identity


def _write_hdf5(path: str, collection: Collection, content: bytes, data: Any, shape: tuple[int, ...] | None) -> None:
    """Write an array's file in Deker's two steps, which is what makes the bytes equal (contract §5.1)."""
    import h5py
    import numpy as np

    total = int(np.prod(shape or (), dtype=object))
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with h5py.File(temporary, "w", locking=False) as file:
            # 33 more bytes than the text has: the overhead of a bytes object, which Deker counts.
            file.create_dataset("meta", data=np.array(content, dtype=f"S{len(content) + 33}"))
            file.create_dataset("empty_cells", data=np.int64(total))
        empty = total if data is None else fill_cells(data, collection.fill_value or "nan")
        if empty < total:
            with h5py.File(temporary, "r+", locking=False) as file:
                file.create_dataset("data", data=data, **_storage_options(collection))
                counter: Any = file["empty_cells"]
                counter[()] = empty
        os.rename(temporary, path)
    except BaseException:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise


def _storage_options(collection: Collection) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if collection.chunk_mode == "auto":
        options["chunks"] = True
    elif collection.chunk_mode == "manual":
        options["chunks"] = collection.chunks
    name, *settings = collection.compression.split(" ")
    if name == "gzip":
        options["compression"] = "gzip"
        options["compression_opts"] = int(settings[0]) if settings else 4
    elif name == "lzf":
        options["compression"] = "lzf"
    elif name != "none":
        raise InvalidInput(SYSTEM, "create", f"compression: {collection.compression} cannot be written")
    return options


def _checked_data(data: Any, collection: Collection, shape: tuple[int, ...]) -> Any:
    import numpy as np

    array = np.asarray(data)
    wanted = np.dtype(dtypes.stored_type(collection.dtype or ""))
    if array.shape != shape:
        raise InvalidInput(SYSTEM, "create", f"data: shape {array.shape}, the schema says {shape}")
    if array.dtype != wanted:
        raise InvalidInput(SYSTEM, "create", f"data: dtype {array.dtype}, the schema says {wanted}")
    return array


def _attributes_json(
    identity: str, schema: AttributeSchema, primary: Mapping[str, Any], custom: Mapping[str, Any]
) -> tuple[bytes, list[str]]:
    """Return the attributes' JSON and the directories of the link."""
    unknown = sorted((primary.keys() - dict(schema.primary).keys()) | (custom.keys() - dict(schema.custom).keys()))
    if unknown:
        raise InvalidInput(SYSTEM, "create", f"the schema has no attribute {unknown[0][:60]!r}")
    encoded: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    decoded: dict[str, Any] = {}
    for values, target, fields in ((primary, encoded[0], schema.primary), (custom, encoded[1], schema.custom)):
        for name, dtype in fields:
            value = _encoded(values.get(name))
            if value is None and target is encoded[1]:
                target[name] = None
                continue
            try:
                decoded[name] = dtypes.decode_attribute(value, dtype)
            except (ValueError, OverflowError) as error:
                raise InvalidInput(SYSTEM, "create", f"attribute {name!r}: {error}") from error
            target[name] = value
    try:
        parts = link_directories(decoded, schema)
    except Defect as defect:
        raise InvalidInput(SYSTEM, "create", str(defect)) from defect
    found = {"id": identity, "primary_attributes": encoded[0], "custom_attributes": encoded[1]}
    return json.dumps(found).encode("ascii"), parts


def _encoded(value: Any) -> Any:
    """Return an attribute's value as Deker puts it into JSON (contract §5.1)."""
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        return moment.isoformat()
    if isinstance(value, complex):
        return str(value)
    if isinstance(value, list | tuple):
        return [_encoded(item) for item in value]
    return _encoded(value.tolist()) if hasattr(value, "tolist") else value


def _write_whole(path: str, content: bytes) -> None:
    """Write a file under another name and rename it, so that it is never seen in part."""
    temporary = f"{path}.{os.getpid()}.tmp"
    try:
        with open(temporary, "wb") as file:
            file.write(content)
        os.rename(temporary, path)
    except BaseException:
        if os.path.lexists(temporary):
            os.unlink(temporary)
        raise
