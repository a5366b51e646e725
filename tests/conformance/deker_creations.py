"""Runs beside the real deker: makes collections from dictionaries, and arrays in whatever collections there are."""

from __future__ import annotations

import contextlib
import io
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from deker import Client
from deker_storages import START, values

UNWRITABLE = ("szip", "32001", "32004", "32015")
"""Filters that this environment cannot write."""


def from_dicts(path: str, given: list[Any]) -> list[dict[str, Any]]:
    """Make a collection from each dictionary; return the text of its metadata, or what was raised."""
    answers = []
    with _opened(path) as client:
        for metadata in given:
            try:
                name = client.collection_from_dict(metadata).name
                answers.append({"text": (Path(client.root_path) / name / f"{name}.json").read_text()})
            except Exception as error:
                answers.append({"raised": type(error).__name__, "message": str(error)})
    return answers


def fill(path: str) -> list[str]:
    """Create three arrays in every collection: written whole, in part, never; return the ids.

    Of VArrays without primary attributes there is one: the real check takes more for an error (contract §9.2).
    """
    made = []
    with _opened(path) as client:
        for collection in client:
            schema = collection.varray_schema or collection.array_schema
            is_alone = collection.varray_schema and not any(a.primary for a in schema.attributes)
            for number in range(1 if is_alone else 3):
                primary = {a.name: _value(a.dtype, number) for a in schema.attributes if a.primary}
                custom = {a.name: _value(a.dtype, number) for a in schema.attributes if not a.primary}
                array = collection.create(primary or None, custom or None)
                made.append(array.id)
                if number == 2 or _compression(collection) in UNWRITABLE:
                    continue
                # Of a VArray the part is of a few tiles.
                part = tuple(slice(0, size if number == 0 else max(size // 2, 1)) for size in schema.shape)
                array[part].update(values(schema.dtype, tuple(each.stop for each in part)))
    return made


def use(path: str) -> int:
    """Find every array by its attributes and by its id, update it and its attributes, read it back; return how many."""
    count = 0
    with _opened(path) as client:
        for collection in client:
            schema = collection.varray_schema or collection.array_schema
            for array in list(collection):
                by = array.primary_attributes or {"id": array.id}
                found = collection.filter(by).last()
                if found is None or found.id != array.id or collection.filter({"id": array.id}).last() is None:
                    raise LookupError(f"{array.id} of {collection.name} is not found by {by}")
                if custom := found.custom_attributes:
                    found.update_custom_attributes(dict(custom))
                if _compression(collection) not in UNWRITABLE:
                    one = values(schema.dtype, schema.shape)
                    found[:].update(one)
                    if not np.array_equal(found[:].read(), one):
                        raise ValueError(f"{array.id} of {collection.name} reads back other values")
                count += 1
    return count


def delete_all(path: str) -> None:
    """Delete every array, then every collection."""
    with _opened(path) as client:
        for collection in list(client):
            for array in list(collection):
                array.delete()
            collection.delete()


def collections(path: str) -> list[str]:
    with _opened(path) as client:
        return sorted(collection.name for collection in client)


def find(path: str, collection: str, by: dict[str, Any]) -> str | None:
    """Return the id of the array that a filter finds."""
    with _opened(path) as client:
        found = client.get_collection(collection).filter(by).last()
        return found and found.id


def make_by(path: str, collection: str, primary: dict[str, Any]) -> str:
    """Create an array of these primary attributes and write it; return its id."""
    with _opened(path) as client:
        found = client.get_collection(collection)
        array = found.create(primary)
        schema = found.varray_schema or found.array_schema
        array[:].update(values(schema.dtype, schema.shape))
        return array.id


@contextlib.contextmanager
def _opened(path: str) -> Any:
    with contextlib.redirect_stderr(io.StringIO()), Client(f"file://{path}", write_lock_timeout=2) as client:
        yield client


def _compression(collection: Any) -> str:
    options = json.loads(json.dumps(collection.as_dict))["options"] or {}
    return options.get("compression", {}).get("compression", "none")


def _value(dtype: Any, number: int) -> Any:
    if dtype is str:
        return f"tëxt {number}"
    if dtype is tuple:
        return (number, "a", 1.5)
    if dtype is datetime:
        return START + timedelta(days=number, microseconds=number)
    if dtype in (int, float, complex):
        return dtype(number + 1)
    return dtype(number + 1)


OPERATIONS = (from_dicts, fill, use, delete_all, collections, find, make_by)
