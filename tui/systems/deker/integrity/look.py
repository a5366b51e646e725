"""One look at one array, tile or VArray: its file, header, attributes and, from level 4 on, its data."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tui.systems.deker.entries import Shelf
from tui.systems.deker.format.attributes import decode
from tui.systems.deker.format.header import ArrayHeader
from tui.systems.deker.format.header_messages import Damaged, DataHeader
from tui.systems.deker.format.item_file import header_of, whole_file
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import ID, main_directory, shown
from tui.systems.deker.format.stable_read import Outside, Writers
from tui.systems.deker.integrity.attribute_problems import Problem, attribute_problems
from tui.systems.deker.integrity.data_problems import DataCheck, DataFound, read_data
from tui.systems.deker.integrity.findings import Finding, finding
from tui.systems.deker.integrity.stamps import Stamp
from tui.systems.deker.repairs.link_places import link_parts
from tui.systems.deker.tree import Check

LINKS_LEVEL, CELL_LEVEL, FULL_LEVEL = 3, 4, 5


class Look(NamedTuple):
    """What a look found. `link` is the path below the link tree at which the right link is, None if it was not found
    there; `primary` are the attributes by which to look for it elsewhere, None where they cannot be read.

    `stamp` is when the file changed; unless `is_sound` it was being changed while it was read, by the process `writer`
    if that is known. `orphan` is the id of the VArray that a tile wants and that is not there.
    """

    problems: list[Problem]
    stamp: Stamp = ()
    is_sound: bool = True
    writer: int | None = None
    link: str | None = None
    primary: dict[str, Any] | None = None
    orphan: str | None = None


class _Read(NamedTuple):
    header: ArrayHeader | Damaged
    data: DataFound | None


@dataclass(slots=True)
class Looker:
    """Looks at the items of one kind in a collection. What needs an unknown part of the schema is not checked."""

    shelf: Shelf
    level: int
    has_attributes: bool
    writers: Writers
    memory_limit: int
    check: Check
    source: str = "the schema says"
    _known: dict[str, bool] = field(default_factory=dict[str, bool])

    def look(self, identity: str, path: str) -> Look | None:
        """Look at the item whose file is at `path`; None if it is gone by now."""
        try:
            if self.shelf.kind == "varray":
                return self._varray(identity, path)
            return self._array(identity, path)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            reason = str(error.args[1]) if isinstance(error, Outside) or not error.errno else error.strerror
            return Look([("file-unreadable", f"the file cannot be read: {reason}")])

    def findings(self, identity: str, path: str, look: Look) -> list[Finding]:
        """Return what a look found as findings."""
        name, kind = self.shelf.collection.name, self.shelf.item
        return [finding(code, name, shown(path), message, identity, kind) for code, message in look.problems]

    def _array(self, identity: str, path: str) -> Look:
        def parse(descriptor: int, size: int) -> _Read:
            header = header_of(descriptor, size)
            if self.level < CELL_LEVEL or isinstance(header, Damaged) or header.data is None:
                return _Read(header, None)
            return _Read(header, read_data(descriptor, path, size, header.data, self._how(header.data)))

        reading = self.shelf.reader.read(path, parse, self.writers, 2)
        header, data = reading.value
        stamp = (reading.status.st_mtime_ns,)
        if isinstance(header, Damaged):
            return Look([("file-damaged", str(header))], stamp, reading.is_sound, reading.writer)
        problems = self._of_data(header)
        if data is not None:
            problems += data.problems
            problems += _of_count(data.fill_cells, header.empty_cells, problems)
        if header.meta is None:
            problems.append(("meta-missing", "the attributes are missing: the file has no meta"))
            return Look(problems, stamp, reading.is_sound, reading.writer)
        attributes = self._attributes(identity, path, header.meta, "meta-broken")
        return attributes._replace(
            problems=problems + attributes.problems, stamp=stamp, is_sound=reading.is_sound, writer=reading.writer
        )

    def _varray(self, identity: str, path: str) -> Look:
        reading = self.shelf.reader.read(path, whole_file, self.writers, 2)
        look = self._attributes(identity, path, reading.value, "varray-json-broken")
        return look._replace(stamp=(reading.status.st_mtime_ns,), is_sound=reading.is_sound, writer=reading.writer)

    def _how(self, data: DataHeader) -> DataCheck:
        is_full = self.level >= FULL_LEVEL
        fits = data.shape == self.shelf.shape and data.dtype == self.shelf.stored_type
        fill = (self.shelf.collection.fill_value or "") if is_full and fits else ""
        return DataCheck(is_full, fill, self.memory_limit, self.check)

    def _attributes(self, identity: str, path: str, raw: bytes, broken: str) -> Look:
        """Look at the attributes and, by them, for the link."""
        if not self.has_attributes:
            return Look(_renamed(attribute_problems(raw, identity, None)[0], broken))
        decoded = decode(raw, identity, self.shelf.schema)
        problems: list[Problem] = []
        primary: dict[str, Any] | None = decoded.primary
        if decoded.problem is not None:
            problems, primary = attribute_problems(raw, identity, self.shelf.schema)
            problems = _renamed(problems or [("meta-broken", decoded.problem)], broken)
        if primary is None:
            return Look(problems)
        orphan = self._of_tile(primary, problems) if self.shelf.item == "tile" else None
        link = self._link(identity, path, primary, problems) if self.level >= LINKS_LEVEL else None
        return Look(problems, link=link, primary=primary, orphan=orphan)

    def _link(self, identity: str, path: str, primary: dict[str, Any], problems: list[Problem]) -> str | None:
        """Return where the link is if it is where the attributes want it, and leads to the file."""
        try:
            parts = link_parts(primary, self.shelf.schema, self.shelf.collection)
            link = "/".join((*parts, identity + self.shelf.suffix))
            return link if os.readlink(f"{self.shelf.links}/{link}") == path else None
        except Defect as defect:
            problems.append(("attribute-path", str(defect)))
        except (OSError, ValueError):
            # It is missing, no link, or its name cannot be one: the other links will tell.
            pass
        return None

    def _of_tile(self, primary: dict[str, Any], problems: list[Problem]) -> str | None:
        """Add what is wrong with a tile's place; return the VArray that it wants if there is none of that id."""
        position, grid = primary["v_position"], self.shelf.collection.vgrid or ()
        inside = len(position) == len(grid) and all(
            type(at) is int and 0 <= at < count for at, count in zip(position, grid, strict=True)
        )
        if grid and not inside:
            problems.append(("tile-outside-grid", f"grid position {position!r} of a grid {grid}"[:300]))
        vid = primary["vid"]
        if vid not in self._known:
            path = f"{self.shelf.directory}/varray_data/{main_directory(vid)}/{vid}.json" if ID.match(vid) else ""
            self._known[vid] = bool(path) and os.path.lexists(path)
        return None if self._known[vid] else vid

    def _of_data(self, header: ArrayHeader) -> list[Problem]:
        problems: list[Problem] = []
        data, counter = header.data, header.empty_cells
        if data is not None and data.dtype == "group":
            problems.append(("data-not-dataset", "data is a group, not a dataset"))
        elif data is not None:
            shape, stored = self.shelf.shape, self.shelf.stored_type
            if shape and data.shape != shape:
                problems.append(("data-shape", f"the data have shape {data.shape}, {self.source} {shape}"))
            if stored and data.dtype != stored:
                is_swapped = data.dtype[1:] == stored[1:] and data.dtype[0] in "<>"
                code = "data-byte-order" if is_swapped else "data-dtype"
                problems.append((code, f"the data are {data.dtype}, {self.source} {stored}"))
        if counter is None:
            problems.append(("counter-missing", "the counter empty_cells is missing or unreadable"))
        else:
            shape = self.shelf.shape or (data.shape if data is not None else ())
            problems += _of_counter(counter, math.prod(shape) if shape else None, data is not None)
        return problems


def _of_counter(counter: int, total: int | None, has_data: bool) -> list[Problem]:
    """Return how the counter contradicts the number of cells; that is None where nothing tells it."""
    if counter < 0 or (total is not None and counter > total):
        cells = "" if total is None else f", the array has {total:,} cells"
        return [("counter-impossible", f"empty_cells is {counter:,}{cells}")]
    if not has_data and counter < (total or 1):
        written = "every cell was" if not counter else f"{(total or 1) - counter:,} of {total:,} cells were"
        return [("data-missing", f"empty_cells says that {written} written, but there are no data")]
    return []


def _of_count(counted: int | None, counter: int | None, known: list[Problem]) -> list[Problem]:
    """Return how the counter differs from what was counted; of one that is impossible that is said already."""
    if counted is None or counter is None or counted == counter or any(code.startswith("counter") for code, _ in known):
        return []
    code = "counter-high" if counter > counted else "counter-low"
    return [(code, f"empty_cells is {counter:,}, {counted:,} cells hold the fill value")]


def _renamed(problems: list[Problem], broken: str) -> list[Problem]:
    return [(broken if code == "meta-broken" else code, message) for code, message in problems]
