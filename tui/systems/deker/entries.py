"""The arrays, tiles and VArrays of one collection: light ones from the tree, filled ones from their headers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from tui.systems.deker.format import dtypes
from tui.systems.deker.format.attributes import (
    AttributeSchema,
    decode,
    link_directories,
    link_problem,
    primary_from_link,
)
from tui.systems.deker.format.header import ArrayHeader
from tui.systems.deker.format.header_messages import Damaged, DataHeader
from tui.systems.deker.format.item_file import header_of, whole_file
from tui.systems.deker.format.metadata import filter_name
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import ID, main_directory, on_disk, shown
from tui.systems.deker.format.stable_read import Outside, Reading, StableReader, Writers, mount_device
from tui.systems.deker.models import Collection, Entry, Health
from tui.systems.deker.tree import Check, Found, arrays, is_symbolic_link, order

ItemKind = Literal["array", "varray"]
SETTLED = 1.0
"""Seconds after its last change from which a file that looks damaged is believed to be (contract §11)."""

TILES_COUNTED = 10_000
TILES_MEASURED = 400


class Look(NamedTuple):
    """What looking at an entry found: the filled entry, None if it is gone, and whether a second look is due."""

    entry: Entry | None
    is_suspect: bool = False


@dataclass(frozen=True)
class Shelf:
    """Where the items of one kind lie in a collection, and what they should look like.

    `shape` and `stored_type` are those of an item's data by the schema.
    """

    collection: Collection
    kind: ItemKind
    directory: str
    schema: AttributeSchema
    reader: StableReader
    item: Literal["array", "tile", "varray"]
    links: str = field(init=False)
    data: str = field(init=False)
    suffix: str = field(init=False)
    shape: tuple[int, ...] = field(init=False)
    stored_type: str | None = field(init=False)
    _blank: Entry = field(init=False)

    def __post_init__(self) -> None:
        stem = "varray" if self.kind == "varray" else "array"
        object.__setattr__(self, "links", f"{self.directory}/{stem}_symlinks")
        object.__setattr__(self, "data", f"{self.directory}/{stem}_data")
        object.__setattr__(self, "suffix", ".json" if self.kind == "varray" else ".hdf5")
        shape = self.collection.tile_shape if self.item == "tile" else self.collection.shape
        object.__setattr__(self, "shape", shape or ())
        object.__setattr__(self, "_blank", Entry(key="", id="", kind=self.item))
        dtype = self.collection.dtype
        object.__setattr__(self, "stored_type", dtypes.stored_type(dtype) if dtype else None)

    @classmethod
    def of(cls, collection: Collection, kind: ItemKind) -> Shelf:
        """Return the shelf of a collection's arrays (its tiles, if it holds VArrays) or of its VArrays."""
        directory = on_disk(collection.path)
        tiles = collection.is_virtual and kind == "array"
        real = os.path.realpath(directory)
        reader = StableReader(f"{real}/", mount_device(real))
        item = "varray" if kind == "varray" else "tile" if tiles else "array"
        return cls(collection, kind, directory, AttributeSchema.of(collection, tiles), reader, item)

    def path_of(self, identity: str) -> str:
        """Return where the file of an id lies (contract §1)."""
        return f"{self.data}/{main_directory(identity)}/{identity}{self.suffix}"

    def light(self, check: Check) -> Iterator[Entry]:
        """Yield light entries in the order of the links, then those without a link."""
        seen: set[str] = set()
        for found in arrays(self.links, self.data, self.suffix, check):
            seen.add(found.id)
            yield self.light_entry(found)
        if self.kind == "varray":
            yield from self._tiles_without_varray(seen, check)

    def light_entry(self, found: Found) -> Entry:
        """Return the light entry of what a walk found."""
        # A copy skips the validation, which is the dearest part of a long list.
        return self._blank.model_copy(
            update={
                "key": found.key,
                "id": found.id,
                "primary": primary_from_link(found.parts, self.schema) if found.link else {},
                "health": "damaged" if found.problem else "unknown",
                "problem": found.problem,
                "path": shown(self.path_of(found.id)) if ID.match(found.id) else "",
                "link": found.link,
            }
        )

    def _tiles_without_varray(self, seen: set[str], check: Check) -> Iterator[Entry]:
        """Yield the VArrays of which nothing but tiles is left."""
        try:
            names = sorted(os.listdir(f"{self.directory}/array_symlinks"))
        except OSError:
            return
        for name in names:
            check()
            if name in seen or ID.match(name) is None or os.path.lexists(self.path_of(name)):
                continue
            count = self.tile_count(name)
            if count:
                problem = f"its metadata file is missing, {count:,} tiles remain"
                found = Found(name, name, [], None, problem)
                yield self.light_entry(found).model_copy(update={"tiles": count})

    def tile_count(self, identity: str) -> int:
        """Return how many grid positions of a VArray have a tile, at most `TILES_COUNTED`."""
        count = 0
        try:
            with os.scandir(f"{self.directory}/array_symlinks/{identity}") as entries:
                for entry in entries:
                    count += entry.is_dir(follow_symlinks=False)
                    if count >= TILES_COUNTED:
                        break
        except OSError:
            pass
        return count

    def tile_paths(self, identity: str) -> list[str]:
        """Return the files of a VArray's tiles by its links, of at most `TILES_MEASURED` grid positions."""
        found: list[str] = []
        top = f"{self.directory}/array_symlinks/{identity}"
        try:
            positions = sorted(os.listdir(top), key=order)[:TILES_MEASURED]
        except OSError:
            return found
        for position in positions:
            try:
                names = sorted(os.listdir(f"{top}/{position}"))
            except OSError:
                continue
            tiles = (name.removesuffix(".hdf5") for name in names if name.endswith(".hdf5"))
            found += [
                f"{self.directory}/array_data/{main_directory(tile)}/{tile}.hdf5" for tile in tiles if ID.match(tile)
            ]
        return found

    def look(self, entry: Entry, writers: Writers, tries: int = 2) -> Look:
        """Read the header of an entry's file and say how it is."""
        if not entry.path:
            return self._without_file(entry)
        path = on_disk(entry.path)
        try:
            if self.kind == "varray":
                return self._varray(entry, self.reader.read(path, whole_file, writers, tries))
            return self._array(entry, self.reader.read(path, header_of, writers, tries))
        except (FileNotFoundError, NotADirectoryError):
            return self._gone(entry)
        except OSError as error:
            reason = str(error.args[1]) if isinstance(error, Outside) or not error.errno else error.strerror
            return Look(_broken(entry, f"the file cannot be read: {reason}"))

    def _without_file(self, entry: Entry) -> Look:
        if entry.link is not None and not os.path.lexists(on_disk(entry.link)):
            return Look(None)
        return Look(entry.model_copy(update={"filled": True}))

    def _gone(self, entry: Entry) -> Look:
        if entry.tiles and self.tile_count(entry.id):
            return Look(entry.model_copy(update={"filled": True}))
        if entry.link is None or not os.path.lexists(on_disk(entry.link)):
            return Look(None)
        what = "metadata" if self.kind == "varray" else "data"
        tiles = self.tile_count(entry.id) if self.kind == "varray" else 0
        rest = f", {tiles:,} tiles remain" if tiles else ""
        problem = entry.problem or f"the {what} file is missing, the link is all that is left{rest}"
        # A creation or deletion in progress shows the one without the other for a moment.
        is_new = self._is_recent(on_disk(entry.link))
        return Look(_broken(entry, problem, tiles=tiles or None), is_suspect=is_new)

    def _is_recent(self, link: str) -> bool:
        try:
            return os.lstat(link).st_mtime > time.time() - SETTLED
        except OSError:
            return False

    def _array(self, entry: Entry, reading: Reading[ArrayHeader | Damaged]) -> Look:
        header = reading.value
        if isinstance(header, Damaged):
            return self._filled(entry, reading, {}, str(header))
        update: dict[str, Any] = {
            "has_data": header.data is not None,
            "empty_cells": header.empty_cells,
        }
        if header.data is not None:
            update |= {
                "shape": header.data.shape,
                "dtype": header.data.dtype,
                "chunks": header.data.chunks,
                "filters": filter_text(header.data),
            }
        elif header.meta is not None:
            update |= {"shape": self.shape, "dtype": self.stored_type}
        problem = self._data_problem(header.data)
        if header.meta is None:
            return self._filled(entry, reading, update, "the attributes are missing: the file has no meta")
        problem = self._read_attributes(entry, header.meta, update) or problem
        if header.empty_cells is None:
            update["note"] = "the counter empty_cells is missing"
        return self._filled(entry, reading, update, problem)

    def _varray(self, entry: Entry, reading: Reading[bytes]) -> Look:
        tiles = self.tile_count(entry.id)
        update: dict[str, Any] = {
            "tiles": tiles,
            "has_data": tiles > 0,
            "shape": self.shape,
            "dtype": self.stored_type,
            "chunks": self.collection.tile_shape,
        }
        look = self._filled(entry, reading, update, self._read_attributes(entry, reading.value, update))
        if look.entry is None or tiles > TILES_MEASURED:
            return look._replace(entry=look.entry and look.entry.model_copy(update={"size": None, "allocated": None}))
        size, allocated = look.entry.size or 0, look.entry.allocated or 0
        for path in self.tile_paths(entry.id) if tiles else ():
            try:
                status = os.lstat(path)
            except OSError:
                continue
            size += status.st_size
            allocated += status.st_blocks * 512
        return look._replace(entry=look.entry.model_copy(update={"size": size, "allocated": allocated}))

    def _read_attributes(self, entry: Entry, raw: bytes, update: dict[str, Any]) -> str | None:
        decoded = decode(raw, entry.id, self.schema)
        if decoded.primary:
            update["primary"] = decoded.primary
        update["custom"] = decoded.custom
        if decoded.problem or self.collection.problem:
            # Without a sound schema there is nothing to compare the link with.
            return decoded.problem
        return self._link_problem(entry, decoded.primary, update)

    def _link_problem(self, entry: Entry, primary: dict[str, Any], update: dict[str, Any]) -> str | None:
        """Return what is wrong with the entry's link; a link that was only moved is a note."""
        if entry.link is None:
            try:
                parts = link_directories(primary, self.schema)
            except Defect as defect:
                return str(defect)
            link = "/".join((self.links, *parts, entry.id + self.suffix))
            if not is_symbolic_link(link):
                return "the link is missing: Deker neither finds nor deletes it"
            update["link"] = shown(link)
            return None
        path = on_disk(entry.link)
        parts = path[len(self.links) + 1 :].split("/")[:-1]
        problem = link_problem(parts, primary, self.schema)
        if problem:
            return problem
        try:
            target = os.readlink(path)
        except OSError:
            return None
        if target == entry.path:
            return None
        main = self.path_of(entry.id)
        if target == main:
            return None
        tail = main[len(os.path.dirname(os.path.dirname(self.directory))) :]
        if target.endswith(tail):
            update["note"] = (
                f"the link points into {shown(target.removesuffix(tail))}: moved, copied or opened elsewhere"
            )
            return None
        if os.path.normpath(os.path.join(os.path.dirname(path), target)) == main:
            update["note"] = "the link is relative"
            return None
        return f"the link points to {shown(target)[:300]}"

    def _data_problem(self, data: DataHeader | None) -> str | None:
        """Return how the data differ from the schema; a damaged schema is not held against them."""
        if data is None or self.collection.problem:
            return None
        if data.dtype == "group":
            return "data is a group, not a dataset"
        if data.shape != self.shape:
            return f"the data have shape {data.shape}, the schema says {self.shape}"
        stored = self.stored_type or ""
        if data.dtype[1:] != stored[1:] or data.dtype[0] not in "<>":
            return f"the data are {data.dtype}, the schema says {stored}"
        return None

    def _filled(self, entry: Entry, reading: Reading[Any], update: dict[str, Any], problem: str | None) -> Look:
        status = reading.status
        problem = entry.problem or problem
        health: Health = "damaged" if problem else "ok"
        is_suspect = False
        if not reading.is_sound:
            health = "locked" if reading.writer is not None else "unknown"
            problem = "being written" if reading.writer is not None else "changing while it is read"
        elif problem and not entry.problem and status.st_mtime > time.time() - SETTLED:
            is_suspect = True
        elif not problem and self.item == "tile" and _is_reserved(on_disk(entry.path)):
            health, problem = "locked", "a VArray writer's lock file lies beside it"
        update |= {
            "filled": True,
            "health": health,
            "problem": problem,
            "size": status.st_size,
            "allocated": status.st_blocks * 512,
            "modified": datetime.fromtimestamp(status.st_mtime, UTC) if 0 <= status.st_mtime < 1e11 else None,
        }
        return Look(entry.model_copy(update=update), is_suspect)


def filter_text(data: DataHeader) -> str:
    """Return a dataset's filters in words: `gzip 4`, `shuffle + zstd (32015) 6`, `none`."""
    if not data.filters:
        return "none"
    # HDF5's gzip takes one value that a person chooses; the values of the others are for the library.
    parts = (
        f"{filter_name(number)} {values[0]}" if number == 1 and values else filter_name(number)
        for number, values in data.filters
    )
    return " + ".join(parts)


def _is_reserved(path: str) -> bool:
    try:
        names = os.listdir(os.path.dirname(path))
    except OSError:
        return False
    return len(names) > 1 and any(name.endswith(".varraylock") for name in names)


def _broken(entry: Entry, problem: str, **update: Any) -> Entry:
    return entry.model_copy(update={"filled": True, "health": "damaged", "problem": problem, **update})
