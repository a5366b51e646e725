"""Blocking reads of a storage: its collections, their counts and their locks. Run in threads by the client."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator

from tui.services.errors import Cancelled, DataCorrupt, NotFound, PermissionDenied, ServiceError, Unavailable
from tui.systems.deker import tree
from tui.systems.deker.entries import Shelf
from tui.systems.deker.format.metadata import METADATA_LIMIT, collection_at
from tui.systems.deker.format.names import SYSTEM, on_disk, shown
from tui.systems.deker.format.stable_read import Outside, StableReader, mount_device, writers_now
from tui.systems.deker.locks import holders, lock_file
from tui.systems.deker.models import Collection, CollectionSummary, Entry, LockHolder

COUNTED = 20_000
"""Arrays that a summary counts before it says `at least`."""

LOCKS_LISTED = 1_000
CHANGES = ("create_collection", "delete", "clear", "clear_locks", "repair", "restore", "purge", "finish")
"""Operations that write."""


class Stop:
    """A flag that ends blocking work which nobody waits for any more."""

    __slots__ = ("__weakref__", "_event")

    def __init__(self) -> None:
        self._event = threading.Event()

    def set(self) -> None:
        """Ask the work to end."""
        self._event.set()

    def check(self) -> None:
        """Raise `Cancelled` if the work was asked to end."""
        if self._event.is_set():
            raise Cancelled(SYSTEM, "read", "stopped")


def service_error(error: OSError, operation: str) -> ServiceError:
    """Return what an operating system's error means to the user."""
    path = f"{shown(str(error.filename))}: " if error.filename else ""
    if isinstance(error, FileNotFoundError):
        return NotFound(SYSTEM, operation, f"{path}not there", "it may have been deleted or moved")
    if isinstance(error, PermissionError):
        what = "changed" if operation in CHANGES else "read"
        return PermissionDenied(SYSTEM, operation, f"{path}may not be {what}", "ask its owner for the right to do so")
    if isinstance(error, Outside):
        return DataCorrupt(SYSTEM, operation, f"{path}{error.args[1]}")
    return Unavailable(SYSTEM, operation, f"{path}{error.strerror or error}")


def read_collection(directory: str, problem: str | None = None) -> Collection:
    """Return the collection in that directory, damaged or not."""
    if problem is None and tree.is_symbolic_link(directory):
        problem = "a symbolic link, which is not followed"
    if problem is not None:
        return collection_at(directory, None, problem)
    real = os.path.realpath(directory)
    reader = StableReader(f"{real}/", mount_device(real))
    path = f"{directory}/{os.path.basename(directory)}.json"
    try:
        reading = reader.read(path, _metadata, writers_now())
    except FileNotFoundError:
        return collection_at(directory, None, "the metadata file is missing")
    except OSError as error:
        reason = str(error.args[1]) if isinstance(error, Outside) or not error.errno else error.strerror
        return collection_at(directory, None, f"the metadata file cannot be read: {reason}")
    return collection_at(directory, reading.value)


def _metadata(descriptor: int, size: int) -> bytes:
    if size > METADATA_LIMIT:
        raise OSError(0, f"it has {size:,} bytes")
    return os.pread(descriptor, size, 0) if size else b""


def summary(collection: Collection, stop: Stop, counted: int = COUNTED) -> CollectionSummary:
    """Count a collection's arrays, bytes and locks by its links; stops at `counted` arrays."""
    if collection.kind is None:
        return CollectionSummary()
    shelf = Shelf.of(collection, "array")
    arrays = size = allocated = locks = 0
    is_complete = True
    for entry in shelf.light(stop.check):
        if arrays >= counted:
            is_complete = False
            break
        stop.check()
        arrays += 1
        try:
            status = os.lstat(entry.path)
            size += status.st_size
            allocated += status.st_blocks * 512
            names = os.listdir(os.path.dirname(entry.path))
        except (OSError, ValueError):
            continue
        if len(names) > 1:
            locks += sum(name.endswith("lock") for name in names)
    varrays = None
    if collection.is_virtual:
        varrays = 0
        for _ in Shelf.of(collection, "varray").light(stop.check):
            if varrays >= counted:
                is_complete = False
                break
            varrays += 1
    return CollectionSummary(
        arrays=arrays, varrays=varrays, size=size, allocated=allocated, locks=locks, complete=is_complete
    )


def entry_locks(collection: Collection, entry: Entry, stop: Stop) -> list[LockHolder]:
    """Return the locks beside an entry's file, or beside those of a VArray's first few hundred tiles."""
    writers = writers_now()
    paths = [on_disk(entry.path)] if entry.path else []
    if entry.kind == "varray":
        paths += Shelf.of(collection, "varray").tile_paths(entry.id)
    found: list[LockHolder] = []
    for path in paths:
        stop.check()
        directory = os.path.dirname(path)
        try:
            names = sorted(name for name in os.listdir(directory) if name.endswith("lock"))
        except OSError:
            continue
        holders_here = (lock_file(collection.name, f"{directory}/{name}", writers) for name in names)
        found += [holder for holder in holders_here if holder is not None]
    return found


def list_locks(directories: list[str], stop: Stop) -> Iterator[LockHolder]:
    """Yield the locks of the collections in `directories`, at most `LOCKS_LISTED`."""
    writers = writers_now()
    count = 0
    for directory in directories:
        for holder in holders(directory, writers, stop.check):
            yield holder
            count += 1
            if count >= LOCKS_LISTED:
                return
