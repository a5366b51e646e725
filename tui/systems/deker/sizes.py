"""Sizes of storages: the number that Deker gives, and what the disk really holds for it (contract §9.1)."""

from __future__ import annotations

import math
import os
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict

from tui.systems.deker.tree import Check

_UNITS = ("B", "KB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB")
_TOLD_EVERY = 256


class CollectionSize(BaseModel):
    """Sizes of a collection, in bytes.

    `bytes` is Deker's number: what the links named `.hdf5` lead to, one counted twice if it has two links. `files`
    is what all files hold, `allocated` what the disk gave for files, links and directories. `missing` counts links
    whose file is gone, at which Deker's own calculation ends.
    """

    model_config = ConfigDict(frozen=True)

    collection: str
    bytes: int = 0
    files: int = 0
    allocated: int = 0
    arrays: int = 0
    entries: int = 0
    missing: int = 0
    unreadable: int = 0


class StorageSize(BaseModel):
    """Sizes of a storage, or of one collection of it. `bytes` and `human` are what Deker's `StorageSize` holds."""

    model_config = ConfigDict(frozen=True)

    bytes: int
    human: str
    files: int
    allocated: int
    allocated_human: str
    missing: int
    unreadable: int
    collections: tuple[CollectionSize, ...]


def human(size: int) -> str:
    """Return a number of bytes as Deker writes it, such as `117.74 MB` (contract §9.1).

    Raises:
        ValueError: it is negative.
    """
    if size < 0:
        raise ValueError("a size is not negative")
    if size == 0:
        return "0 B"
    power = min(int(math.log(size, 1024)), len(_UNITS) - 1)
    return f"{round(size / 1024**power, 2)} {_UNITS[power]}"


def size_table(size: StorageSize) -> str:
    """Return the sizes as a table for a person: Deker's number, what the files hold, what the disk gave."""
    rows = [("collection", "arrays", "size by Deker", "in files", "on disk", "links to nothing")]
    rows += [_size_row(each.collection, each.arrays, each) for each in size.collections]
    rows.append(_size_row("all", sum(each.arrays for each in size.collections), size))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines: list[str] = []
    for name, *cells in rows:
        padded = (cell.rjust(width) for cell, width in zip(cells, widths[1:], strict=True))
        lines.append("  ".join((name.ljust(widths[0]), *padded)))
    return "\n".join(lines)


def _size_row(name: str, arrays: int, size: StorageSize | CollectionSize) -> tuple[str, ...]:
    return name, f"{arrays:,}", human(size.bytes), human(size.files), human(size.allocated), str(size.missing)


def storage_size(sizes: list[CollectionSize]) -> StorageSize:
    """Return the sum of collections' sizes."""
    total = sum(size.bytes for size in sizes)
    allocated = sum(size.allocated for size in sizes)
    return StorageSize(
        bytes=total,
        human=human(total),
        files=sum(size.files for size in sizes),
        allocated=allocated,
        allocated_human=human(allocated),
        missing=sum(size.missing for size in sizes),
        unreadable=sum(size.unreadable for size in sizes),
        collections=tuple(sizes),
    )


def linked_size(name: str, directory: str, check: Check, told: Callable[[int], None]) -> CollectionSize:
    """Return Deker's number for the collection in `directory`, from the links and what they lead to alone.

    `told` is given how many arrays were added since it was last told.
    """
    total = arrays = missing = unreadable = 0
    waiting = [f"{directory}/array_symlinks"]
    while waiting:
        check()
        try:
            with os.scandir(waiting.pop()) as entries:
                found = [(entry.path, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except FileNotFoundError:
            continue
        except OSError:
            unreadable += 1
            continue
        for path, is_directory in found:
            if is_directory:
                waiting.append(path)
            elif path.endswith(".hdf5"):
                arrays += 1
                try:
                    total += os.stat(path).st_size
                except OSError:
                    missing += 1
                if arrays % _TOLD_EVERY == 0:
                    told(_TOLD_EVERY)
    told(arrays % _TOLD_EVERY)
    return CollectionSize(collection=name, bytes=total, arrays=arrays, missing=missing, unreadable=unreadable)


def disk_size(size: CollectionSize, directory: str, check: Check) -> CollectionSize:
    """Return `size` with what the disk holds below `directory`: every file, link and directory."""
    files = allocated = entries_seen = 0
    unreadable = size.unreadable
    waiting = [directory]
    while waiting:
        check()
        path = waiting.pop()
        try:
            allocated += os.lstat(path).st_blocks * 512
            with os.scandir(path) as entries:
                for entry in entries:
                    entries_seen += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                        continue
                    status = entry.stat(follow_symlinks=False)
                    allocated += status.st_blocks * 512
                    if entry.is_file(follow_symlinks=False):
                        files += status.st_size
        except OSError:
            unreadable += 1
    return size.model_copy(
        update={"files": files, "allocated": allocated, "entries": entries_seen, "unreadable": unreadable}
    )
