"""A collection's metadata as a text to edit: what the files show is filled in, the rest is marked (contract §11)."""

from __future__ import annotations

import json
from typing import Any

from tui.services.printable import printable, printable_lines
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.header_messages import DataHeader
from tui.systems.deker.format.metadata import ADAPTER, META_VERSION, METADATA_LIMIT, collection_at, parse_json
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import shown
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.branch import collection_directory
from tui.systems.deker.repairs.evidence import AttributeEvidence, Evidence, evidence
from tui.systems.deker.tree import Check

NAME = "collection-template"
MARK = "FILL IN"
"""How every text begins that a person has to replace; no template that holds one is accepted."""

_NUMBER_KINDS = {"int": "int or a numpy integer", "float": "float or a numpy float", "list": "tuple"}


def template(root: str, collection: Collection, check: Check) -> str:
    """Return the JSON text of a collection's metadata, indented, with marks where a person must decide.

    What the metadata file still says is kept where it is valid and agrees with the data; what the files cannot show,
    such as the names of dimensions, is never guessed.

    Raises:
        InvalidInput: the collection is none of the storage's.
    """
    directory = collection_directory(root, collection)
    seen = evidence(root, collection, check)
    before = _before(f"{directory}/{directory.rpartition('/')[2]}.json")
    found = {
        "name": shown(directory.rpartition("/")[2]),
        "type": "varray" if seen.is_virtual else "array",
        "schema": _schema(seen),
        "options": _options(seen.data),
        "storage_adapter": ADAPTER,
        "metadata_version": META_VERSION,
    }
    _keep(found, before, seen, directory)
    text = json.dumps(found, indent=2, ensure_ascii=False)
    return text if printable_lines(text) == text else json.dumps(found, indent=2)


def _before(path: str) -> dict[str, Any]:
    """Return what the metadata file still says, {} if nothing."""
    try:
        with open(path, "rb") as file:
            found = parse_json(file.read(METADATA_LIMIT), "the metadata")
    except (OSError, Defect):
        return {}
    return found if isinstance(found, dict) else {}


def _schema(seen: Evidence) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "dimensions": _dimensions(seen),
        "dtype": dtypes.written_name(seen.dtype) if seen.dtype else f"{MARK}: numpy.float64 or another dtype",
        "attributes": _attributes(seen.attributes),
        "fill_value": f"{MARK}: null for the dtype's default, or a number as text",
    }
    if seen.is_virtual:
        rank = len(seen.data.shape) if seen.data else len(seen.grid)
        least = seen.grid if len(seen.grid) == rank else (1,) * rank
        schema["vgrid"] = [f"{MARK}: a number of tiles, at least {number}" for number in least]
    return schema


def _dimensions(seen: Evidence) -> list[dict[str, Any]] | str:
    if seen.data is None:
        return f"{MARK}: a list of dimensions; no array was written, so their number and sizes are unknown"
    dimensions: list[dict[str, Any]] = []
    for axis, length in enumerate(seen.data.shape):
        size: int | str = length
        if seen.is_virtual:
            size = f"{MARK}: {length} times the number of tiles in vgrid"
        name = f"{MARK}: the name of dimension {axis}"
        dimensions.append({"name": name, "size": size, "labels": None, "scale": None, "type": "generic"})
    return dimensions


def _attributes(seen: list[AttributeEvidence] | None) -> list[dict[str, Any]] | str:
    if seen is None:
        return f"{MARK}: [] or a list of attributes"
    return [
        {"name": attribute.name, "primary": attribute.primary, "dtype": f"{MARK}: {_dtype_guess(attribute)}"}
        for attribute in seen
    ]


def _dtype_guess(attribute: AttributeEvidence) -> str:
    values = ", ".join(printable(json.dumps(value), 40) for value in attribute.values)
    if len(attribute.kinds) == 1:
        kind = next(iter(attribute.kinds))
        guess = _NUMBER_KINDS.get(kind, "string, datetime or complex")
    else:
        guess = "string, int, float, complex, datetime, tuple or numpy.<name>"
    return f"{guess}; values seen: {values or 'none'}"


def _options(data: DataHeader | None) -> dict[str, Any] | str | None:
    """Return the storage options of which data are stored like these (contract §4.5)."""
    if data is None:
        return f"{MARK}: null, or an object with chunks and compression"
    if not data.chunks:
        return None
    compression: dict[str, Any] = {"compression": "none", "options": []}
    for number, values in data.filters:
        texts = [str(value) for value in values]
        if number == 1:
            compression = {"compression": "gzip", "options": texts[:1]}
        elif number == 32000:
            compression = {"compression": "lzf", "options": None}
        elif number == 4:
            compression = {"compression": "szip", "options": f"{MARK}: a list of two texts, such as nn and 8"}
        elif number >= 256:
            # Blosc fills in the first four values itself.
            own = ["0"] * 4 + texts[4:] if number == 32001 else texts
            compression = {"compression": str(number), "options": own}
    return {"chunks": {"mode": "manual", "size": list(data.chunks)}, "compression": compression}


def _keep(found: dict[str, Any], before: dict[str, Any], seen: Evidence, directory: str) -> None:
    """Put into `found` each piece of the earlier metadata that is valid and does not contradict the data."""
    schema = before.get("schema")
    schema = schema if isinstance(schema, dict) else {}
    sound = _sound(found, seen)

    def keep(*pieces: tuple[str, Any]) -> bool:
        trial = json.loads(json.dumps(sound))
        for name, value in pieces:
            (trial if name == "options" else trial["schema"])[name] = value
        collection = collection_at(directory, json.dumps(trial).encode())
        if collection.problem or not _agrees(collection, seen):
            return False
        for name, value in pieces:
            for target in (sound, found):
                (target if name == "options" else target["schema"])[name] = value
        return True

    if "attributes" in schema:
        keep(("attributes", schema["attributes"]))
    sizes, grid = schema.get("dimensions"), schema.get("vgrid")
    pieces = [("dimensions", sizes)]
    if seen.is_virtual:
        pieces.append(("vgrid", grid))
    if sizes is not None and not keep(*pieces):
        _keep_dimensions(found, sizes, keep)
    if "dtype" in schema:
        keep(("dtype", schema["dtype"]))
    if "fill_value" in schema:
        keep(("fill_value", schema["fill_value"]))
    if "options" in before:
        keep(("options", before["options"]))


def _keep_dimensions(found: dict[str, Any], sizes: Any, keep: Any) -> None:
    """Keep the descriptions of dimensions whose sizes cannot be kept; each size that differs is marked."""
    own = found["schema"]["dimensions"]
    if not isinstance(sizes, list) or not isinstance(own, list) or len(sizes) != len(own):
        return
    pairs = list(zip(sizes, own, strict=True))
    mended = [{**item, "size": mine["size"]} if isinstance(item, dict) else mine for item, mine in pairs]
    if any(isinstance(item["size"], str) for item in mended) or not keep(("dimensions", mended)):
        return
    marked: list[dict[str, Any]] = []
    for item, mine in zip(sizes, mended, strict=True):
        size = item.get("size") if isinstance(item, dict) else None
        note = f"{MARK}: {mine['size']} by the data, {str(size)[:20]} was written"
        marked.append(mine if size == mine["size"] else {**mine, "size": note})
    found["schema"]["dimensions"] = marked


def _sound(found: dict[str, Any], seen: Evidence) -> dict[str, Any]:
    """Return metadata without marks that are valid, to try pieces of others in."""
    shape = seen.data.shape if seen.data else tuple(1 for _ in seen.grid) or (1,)
    schema: dict[str, Any] = {
        "dimensions": [
            {"name": f"d{axis}", "size": size, "labels": None, "scale": None, "type": "generic"}
            for axis, size in enumerate(shape)
        ],
        "dtype": dtypes.written_name(seen.dtype or "float64"),
        "attributes": [
            {"name": item.name, "primary": item.primary, "dtype": "string"} for item in seen.attributes or ()
        ],
        "fill_value": None,
    }
    if seen.is_virtual:
        schema["vgrid"] = [1] * len(shape)
    return {**found, "schema": schema, "options": None}


def _agrees(collection: Collection, seen: Evidence) -> bool:
    """Whether metadata do not contradict what the files show."""
    if seen.data is not None:
        shape = collection.tile_shape if collection.is_virtual else collection.shape
        if shape != seen.data.shape:
            return False
        if seen.dtype and dtypes.stored_type(collection.dtype or "")[1:] != seen.data.dtype[1:]:
            return False
    if seen.grid and len(seen.grid) == len(collection.vgrid or ()):
        is_trial = all(number == 1 for number in collection.vgrid or ())
        if not is_trial and any(n < least for n, least in zip(collection.vgrid or (), seen.grid, strict=True)):
            return False
    if seen.attributes is None:
        return True
    wanted = [(item.name, item.primary) for item in seen.attributes]
    return sorted(wanted) == sorted((item.name, item.primary) for item in collection.attributes)
