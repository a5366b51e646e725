"""Collections made: metadata checked in every part before anything is touched, then put in place whole (§3.1, §11)."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from typing import Any

from tui.services.errors import AlreadyExists, Conflict, InvalidInput
from tui.systems.deker.changes.engine import apply
from tui.systems.deker.changes.holding import hold_collection
from tui.systems.deker.changes.new_collection import written_attribute, written_dimension, written_fill, written_options
from tui.systems.deker.changes.plan import Plan, Put, Step
from tui.systems.deker.changes.record import Record
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.metadata import ADAPTER, META_VERSION, collection_at
from tui.systems.deker.format.names import SYSTEM, name_problem, shown
from tui.systems.deker.models import Collection, Dimension
from tui.systems.deker.tree import Check

OPERATION = "create_collection"
_RESERVED = ("vid", "v_position")
_GZIP_LEVELS = tuple(str(level) for level in range(1, 10))
"""Deker takes level 0 for none at all, which means 4."""


def metadata_from_dict(given: Any) -> dict[str, Any]:
    """Return the metadata that Deker would write for a dictionary that `collection_from_dict` takes (contract §4.4).

    What may be absent gets its default, `arrays_shape` becomes `vgrid`, unknown keys at the top are dropped. Unlike
    Deker's, this leaves `given` as it is.

    Raises:
        InvalidInput: names the field that is missing or wrong.
    """
    if not isinstance(given, Mapping):
        raise _invalid(f"give an object with name, type and schema, not {type(given).__name__}")
    fields: dict[str, Any] = dict(given)
    for key in ("name", "metadata_version"):
        if not isinstance(fields.get(key), str):
            raise _invalid(f"{key}: is missing" if fields.get(key) is None else f"{key}: is not text")
    if problem := name_problem(fields["name"]):
        raise _invalid(f"name: {problem}")
    try:
        content = json.dumps(fields).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise _invalid(f"it cannot be written as JSON: {error}") from error
    parsed = _parsed("/" + fields["name"], content)
    for dimension in fields["schema"]["dimensions"]:
        if isinstance(dimension.get("labels"), dict):
            raise _invalid(
                f"dimension {dimension['name'][:60]!r}: labels are a mapping, with which Deker makes no array"
            )
    schema: dict[str, Any] = {
        "dimensions": [written_dimension(dimension) for dimension in parsed.dimensions],
        "dtype": dtypes.written_name(parsed.dtype or ""),
        "attributes": [written_attribute(attribute) for attribute in parsed.attributes],
        "fill_value": written_fill(fields["schema"].get("fill_value"), parsed.dtype or ""),
    }
    if parsed.vgrid is not None:
        schema["vgrid"] = list(parsed.vgrid)
    return {
        "name": fields["name"],
        "type": fields["type"],
        "schema": schema,
        "options": written_options(fields.get("options")),
        "storage_adapter": ADAPTER,
        "metadata_version": META_VERSION,
    }


def checked(root: str, metadata: dict[str, Any], memory_limit: int = 0) -> Collection:
    """Return the collection that `metadata` would make in the storage at `root`; makes nothing.

    Beyond what Deker checks, this refuses names that leave the storage, attributes that Deker uses itself, labels with
    which no array can be made, and chunks and filters that would fail at the first write (contract §3.2, §4.2, §4.5).
    With a `memory_limit`, in bytes, an array (of VArrays: a tile) must fit in it (contract §2).

    Raises:
        InvalidInput: the name or the schema cannot be used; the message names the field.
    """
    if problem := name_problem(metadata.get("name")):
        raise _invalid(f"name: {problem}")
    collection = _parsed(_directory(root, metadata["name"]), json.dumps(metadata).encode("ascii"))
    taken = [attribute.name for attribute in collection.attributes if attribute.name in _RESERVED]
    if taken:
        raise _invalid(f"attribute {taken[0]!r}: Deker uses this name itself")
    for dimension in collection.dimensions:
        _check_labels(dimension)
    piece = collection.tile_shape or collection.shape
    _check_options(metadata.get("options"), piece)
    needed = math.prod(piece) * dtypes.item_size(collection.dtype or "")
    if 0 < memory_limit < needed:
        raise _invalid(f"schema: an array takes {needed:,} bytes, the memory limit is {memory_limit:,}")
    return collection


def creation_plan(root: str, metadata: dict[str, Any], memory_limit: int = 0) -> Plan:
    """Return the plan that makes a collection; makes nothing.

    Raises:
        InvalidInput: as `checked`.
        AlreadyExists: there is something of that name.
    """
    checked(root, metadata, memory_limit)
    directory = _directory(root, metadata["name"])
    if os.path.lexists(directory):
        raise _exists(metadata["name"])
    content = json.dumps(metadata).encode("ascii")

    def prepare(path: str) -> None:
        os.mkdir(path)
        with open(os.path.join(path, f"{metadata['name']}.json"), "wb") as file:
            file.write(content)

    steps: list[Step] = []
    if not os.path.lexists(f"{directory}.lock"):
        steps.append(Put(f"{directory}.lock", content=b"", holds=True, why="lock marker"))
    steps.append(Put(directory, prepare=prepare, why="metadata"))
    return Plan("create", f"create collection {shown(metadata['name'])}", tuple(steps))


def create(root: str, metadata: dict[str, Any], check: Check, memory_limit: int = 0) -> tuple[Collection, Record]:
    """Make a collection, under Deker's own lock; return it as it is read back, and the record that undoes it.

    Raises:
        InvalidInput: the name or the schema cannot be used.
        AlreadyExists: there is a collection of that name.
        Conflict: another process is making or clearing it.
        OSError: the file system refused; nothing was made then.
    """
    plan = creation_plan(root, metadata, memory_limit)
    # An empty directory is a storage, too.
    os.makedirs(os.path.join(root, "collections"), exist_ok=True)
    directory = _directory(root, metadata["name"])
    with hold_collection(directory, OPERATION):
        try:
            record = apply(root, plan, check)
        except Conflict as error:
            raise _exists(metadata["name"]) from error
    with open(os.path.join(directory, f"{metadata['name']}.json"), "rb") as file:
        return collection_at(directory, file.read()), record


def _directory(root: str, name: str) -> str:
    return os.path.join(root, "collections", name)


def _parsed(directory: str, content: bytes) -> Collection:
    collection = collection_at(directory, content)
    if collection.problem:
        raise _invalid(collection.problem)
    return collection


def _check_labels(dimension: Dimension) -> None:
    labels = dimension.labels or ()
    if not all(type(label) is str for label in labels) and not all(type(label) is float for label in labels):
        raise _invalid(f"dimension {dimension.name[:60]!r}: labels are all texts, or all floats such as 1.0")
    if len(set(labels)) < len(labels):
        raise _invalid(f"dimension {dimension.name[:60]!r}: two labels are the same")


def _check_options(options: Any, shape: tuple[int, ...]) -> None:
    if options is None:
        return
    chunks = options["chunks"]
    if chunks["mode"] not in ("none", "true", "manual"):
        raise _invalid(f"options: chunks: mode {str(chunks['mode'])[:20]!r} is none of none, true, manual")
    if chunks["mode"] == "manual":
        sizes = chunks["size"]
        if len(sizes) != len(shape):
            raise _invalid(f"options: chunks: {len(sizes)} sizes for {len(shape)} dimensions")
        if any(size > length for size, length in zip(sizes, shape, strict=True)):
            raise _invalid(f"options: chunks: {tuple(sizes)} is larger than an array's {shape}")
    name, settings = options["compression"]["compression"], options["compression"].get("options")
    texts = [str(setting) for setting in settings or ()]
    if name == "gzip" and (len(texts) > 1 or any(text not in _GZIP_LEVELS for text in texts)):
        raise _invalid("options: compression: gzip takes one level from 1 to 9")
    if name in ("lzf", "none") and texts:
        raise _invalid(f"options: compression: {name} takes no options")
    if name == "szip" and texts and not _are_szip(texts):
        raise _invalid("options: compression: szip takes ec or nn, and an even number of pixels up to 32")
    if name.isdecimal() and any(not text.removeprefix("-").isdecimal() for text in texts):
        raise _invalid(f"options: compression: filter {name[:20]} takes whole numbers")
    if name not in ("none", "gzip", "lzf", "szip") and not (name.isdecimal() and len(name) < 10):
        raise _invalid(f"options: compression {name[:40]!r} is none of none, gzip, lzf, szip, or a filter's number")


def _are_szip(texts: list[str]) -> bool:
    if len(texts) != 2 or texts[0] not in ("ec", "nn") or not (texts[1].isdecimal() and len(texts[1]) < 3):
        return False
    pixels = int(texts[1])
    return 2 <= pixels <= 32 and pixels % 2 == 0


def _exists(name: str) -> AlreadyExists:
    return AlreadyExists(SYSTEM, OPERATION, f"there is a collection {shown(name)}", "choose another name")


def _invalid(problem: str) -> InvalidInput:
    return InvalidInput(SYSTEM, OPERATION, problem)
