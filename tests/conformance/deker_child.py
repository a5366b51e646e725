"""Runs beside the real deker package, in its environment: makes, reads, changes and checks storages when asked to."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib.metadata import version
from operator import itemgetter
from typing import Any

import deker_creations
import numpy as np
from deker import ArraySchema, Client
from deker_storages import KINDS, UTC


@contextlib.contextmanager
def opened(path: str) -> Iterator[Client]:
    with Client(f"file://{path}", write_lock_timeout=2) as client:
        yield client


def make(path: str, kind: str) -> None:
    with opened(path) as client:
        KINDS[kind](client)


def report(path: str) -> list[dict[str, Any]]:
    """Return every collection with its arrays, as deker tells them; in the order of their names, not of the disk."""
    found = []
    with opened(path) as client:
        for collection in client:
            virtual = isinstance(collection.array_schema, ArraySchema) and collection.varray_schema is not None
            schema = collection.varray_schema if virtual else collection.array_schema
            found.append(
                {
                    "name": collection.name,
                    "kind": "varray" if virtual else "array",
                    "shape": list(schema.shape),
                    "dtype": np.dtype(schema.dtype).name,
                    "metadata": _plain(collection.as_dict),
                    "arrays": sorted(map(_array, collection), key=itemgetter("id")),
                    "tiles": sorted(tile.id for tile in collection.arrays) if virtual else [],
                }
            )
    return sorted(found, key=itemgetter("name"))


def _array(array: Any) -> dict[str, Any]:
    data = np.ascontiguousarray(array[:].read())
    return {
        "id": array.id,
        "primary": _plain(array.primary_attributes or {}),
        "custom": _plain(array.custom_attributes or {}),
        "data": hashlib.sha256(data.tobytes()).hexdigest(),
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON has it: datetimes as UTC ISO text, complex numbers as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, complex | np.complexfloating):
        return str(value)
    if isinstance(value, dict):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(part) for part in value]
    if isinstance(value, np.longdouble):
        return float(value)
    return value.item() if isinstance(value, np.generic) else value


def check(path: str, level: int, stop: bool = False, collection: str | None = None) -> str:
    """Return what the real check says."""
    said = io.StringIO()
    quiet = contextlib.redirect_stderr(io.StringIO())
    with contextlib.redirect_stdout(said), quiet, opened(path) as client:
        client.check_integrity(level, stop_on_error=stop, collection=collection)
    return said.getvalue()


def outcomes(path: str) -> dict[str, Any]:
    """Return how the real check ends at levels 1 to 4, and at level 4 where it stops at the first problem."""
    return {"levels": [_outcome(path, level, False) for level in (1, 2, 3, 4)], "stopped": _outcome(path, 4, True)}


def _outcome(path: str, level: int, stop: bool) -> str:
    """Return `clean`, `reported` or the class of what was raised."""
    try:
        return "clean" if "found no errors" in check(path, level, stop) else "reported"
    except Exception as error:
        return type(error).__name__


def calculate_storage_size(path: str, collection: str = "") -> dict[str, Any]:
    with contextlib.redirect_stderr(io.StringIO()), opened(path) as client:
        size = client.calculate_storage_size(collection)
        return {"bytes": size.bytes, "human": size.human}


def clear_locks(path: str, collection: str | None = None) -> str:
    """Return what it prints."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(io.StringIO()), opened(path) as client:
        client.clear_locks(collection)
    return said.getvalue()


def index_of(parts: list[Any]) -> tuple[Any, ...]:
    """Return an index: numbers and texts are themselves, an object of one key is what JSON has no word for.

    `{"slice": [start, stop]}`, `{"ellipsis": true}`, `{"datetime": ISO text}`, `{"timedelta": seconds}`.
    """
    return tuple(_index_part(part) for part in parts)


def _index_part(part: Any) -> Any:
    if not isinstance(part, dict):
        return part
    ((kind, value),) = part.items()
    kinds: dict[str, Callable[[Any], Any]] = {
        "slice": lambda ends: slice(*(_index_part(end) for end in ends)),
        "ellipsis": lambda _: ...,
        "datetime": datetime.fromisoformat,
        "timedelta": lambda seconds: timedelta(seconds=seconds),
    }
    return kinds[kind](value)


def packed(data: Any) -> dict[str, Any]:
    """Return an array or a number byte for byte."""
    array = np.asarray(data)
    content = base64.b64encode(np.ascontiguousarray(array).tobytes()).decode()
    return {"dtype": array.dtype.str, "shape": list(array.shape), "content": content}


def unpacked(data: dict[str, Any]) -> Any:
    content = np.frombuffer(base64.b64decode(data["content"]), np.dtype(data["dtype"]))
    return content.reshape(data["shape"]).copy()


@contextlib.contextmanager
def _found(path: str, collection: str, identity: str) -> Iterator[Any]:
    with opened(path) as client:
        found = client.get_collection(collection)
        array = found and found.filter({"id": identity}).last()
        if not array:
            raise LookupError(f"{identity} is not found in {collection}")
        yield array


def read(path: str, collection: str, identity: str, index: list[Any]) -> dict[str, Any]:
    """Return the data of an array or VArray at an index, as `packed` has it."""
    with _found(path, collection, identity) as array:
        return packed(array[index_of(index)].read())


def update(path: str, collection: str, identity: str, index: list[Any], data: dict[str, Any]) -> None:
    with _found(path, collection, identity) as array:
        array[index_of(index)].update(unpacked(data))


def clear(path: str, collection: str, identity: str, index: list[Any]) -> None:
    with _found(path, collection, identity) as array:
        array[index_of(index)].clear()


def delete(path: str, collection: str, identity: str) -> None:
    with _found(path, collection, identity) as array:
        array.delete()


def write_on_and_on(path: str, collection: str, identity: str, seconds: float, after: int = 0) -> dict[str, Any]:
    """Fill an array with the number `after` + 1, then the next, without a pause; return the last number and what was
    raised meanwhile."""
    failures: list[str] = []
    updates = after
    with _found(path, collection, identity) as array:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            updates += 1
            try:
                array[:].update(np.full(array.shape, updates, array.dtype))
            except Exception as error:
                failures.append(f"{type(error).__name__}: {error}")
    return {"updates": updates, "failures": failures[:20]}


def time_iterate(path: str, collection: str) -> float:
    """Return the seconds that iterating a collection takes."""
    with Client(f"file://{path}") as client:
        found = client.get_collection(collection)
        began = time.monotonic()
        for _ in found:
            pass
        return time.monotonic() - began


def time_check(path: str, level: int) -> float:
    """Return the seconds that the check of a storage without damage takes."""
    began = time.monotonic()
    said = check(path, level)
    took = time.monotonic() - began
    if "found no errors" not in said:
        raise ValueError(said)
    return took


def time_size(path: str) -> float:
    began = time.monotonic()
    calculate_storage_size(path)
    return time.monotonic() - began


def time_read(path: str, collection: str, identity: str, index: list[Any], runs: int = 1) -> float:
    """Return the seconds that reading takes of an array that was found before, the median of several runs."""
    took: list[float] = []
    with _found(path, collection, identity) as array:
        for _ in range(runs):
            began = time.monotonic()
            array[index_of(index)].read()
            took.append(time.monotonic() - began)
    return statistics.median(took)


def time_read_all(path: str) -> float:
    """Return the seconds that reading every array of a storage whole takes."""
    with opened(path) as client:
        began = time.monotonic()
        for collection in client:
            for array in collection:
                array[:].read()
        return time.monotonic() - began


ASKED_FOR = (make, report, check, outcomes, calculate_storage_size, clear_locks, read, update, clear, delete)
BUSY = (write_on_and_on,)
TIMED = (time_iterate, time_check, time_size, time_read, time_read_all)
OPERATIONS = {operation.__name__: operation for operation in (*ASKED_FOR, *BUSY, *TIMED, *deker_creations.OPERATIONS)}


def main() -> None:
    """Answer requests until stdin ends."""
    answers = sys.stdout
    sys.stdout = sys.stderr
    versions = {name: version(name) for name in ("deker", "numpy", "h5py")}
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
