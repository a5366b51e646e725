"""The two trees of a collection on disk, data and links, looked at without trusting anything that lies in them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from tui.services.errors import InvalidInput
from tui.systems.deker.format.header import META_LIMIT, ArrayHeader
from tui.systems.deker.format.header_messages import Damaged
from tui.systems.deker.format.item_file import header_of, whole_file
from tui.systems.deker.format.names import ID, SYSTEM, is_ambiguous, main_directory, on_disk
from tui.systems.deker.format.stable_read import Outside, StableReader, Writers, mount_device
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.repair_plan import told
from tui.systems.deker.tree import Check, unlinked

Stem = Literal["array", "varray"]


class LinkFound(NamedTuple):
    """Something in the link tree that is named like a link: its path, directories, id, and the link's text.

    `target` is None for what is no symbolic link.
    """

    path: str
    parts: list[str]
    id: str
    target: str | None


class Content(NamedTuple):
    """What a data file holds: its attributes' JSON, an array's header, its status; or `problem`, why it is not known.

    `is_busy` means that it is being written, so that nothing can be said about it.
    """

    raw: bytes | None = None
    header: ArrayHeader | None = None
    status: os.stat_result | None = None
    problem: str | None = None
    is_busy: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """Arrays (or tiles), or VArrays, of the collection in `directory`."""

    directory: str
    stem: Stem
    reader: StableReader

    @property
    def data(self) -> str:
        return f"{self.directory}/{self.stem}_data"

    @property
    def links(self) -> str:
        return f"{self.directory}/{self.stem}_symlinks"

    @property
    def suffix(self) -> str:
        return ".json" if self.stem == "varray" else ".hdf5"

    def path_of(self, identity: str) -> str:
        """Return where the file of an id belongs (contract §1)."""
        return f"{self.data}/{main_directory(identity)}/{identity}{self.suffix}"

    def problem(self) -> str | None:
        """Return why this branch cannot be repaired at all, None if it can."""
        for top in (self.data, self.links):
            if os.path.islink(top):
                return f"{told(top)} is a symbolic link, through which nothing is changed"
            if os.path.lexists(top) and not os.path.isdir(top):
                return f"{told(top)} is no directory"
        return None

    def files(self, check: Check) -> tuple[dict[str, str], list[str]]:
        """Return the path of each data file in its place by id, and the other files of the data tree."""
        found: dict[str, str] = {}
        others: list[str] = []
        for path in () if os.path.islink(self.data) else unlinked(self.data, [], check):
            name = os.path.basename(path)
            identity = name.removesuffix(self.suffix)
            if name.endswith(self.suffix) and ID.match(identity) and path == self.path_of(identity):
                found[identity] = path
            else:
                others.append(path)
        return found, others

    def linked(self, check: Check) -> Iterator[LinkFound]:
        """Yield what is named like a link in the link tree, directory by directory; follows none."""
        if os.path.islink(self.links):
            return
        waiting: list[list[str]] = [[]]
        while waiting:
            check()
            parts = waiting.pop()
            directory = "/".join((self.links, *parts))
            names: list[tuple[str, bool]] = []
            below: list[str] = []
            try:
                with os.scandir(directory) as entries:
                    for entry in entries:
                        if entry.is_dir(follow_symlinks=False):
                            below.append(entry.name)
                        elif entry.name.endswith(self.suffix):
                            names.append((entry.name, entry.is_symlink()))
            except OSError:
                continue
            for name, is_link in sorted(names):
                path = f"{directory}/{name}"
                try:
                    target = os.readlink(path) if is_link else None
                except OSError:
                    continue
                yield LinkFound(path, parts, name.removesuffix(self.suffix), target)
            waiting.extend([*parts, name] for name in sorted(below, reverse=True))

    def content(self, path: str, writers: Writers) -> Content:
        """Return what the data file at `path` holds. No lock is taken or probed (contract §7.1)."""
        try:
            reading = self.reader.read(path, _whole if self.stem == "varray" else header_of, writers)
        except Outside:
            return Content(problem="a symbolic link leads out of the collection")
        except OSError as error:
            return Content(problem=error.strerror or str(error))
        if not reading.is_sound:
            what = f"process {reading.writer} is writing to it" if reading.writer else "it changes while it is read"
            return Content(status=reading.status, problem=what, is_busy=True)
        value = reading.value
        if isinstance(value, Damaged):
            return Content(status=reading.status, problem=str(value))
        if isinstance(value, bytes):
            return Content(value, None, reading.status)
        return Content(value.meta, value, reading.status)


def branches(root: str, collection: Collection) -> list[Branch]:
    """Return the two branches of a collection, of which one or both may not be there.

    Raises:
        InvalidInput: the collection's directory is not one of the storage's own.
    """
    directory = collection_directory(root, collection)
    real = os.path.realpath(directory)
    reader = StableReader(f"{real}/", mount_device(real))
    return [Branch(directory, "array", reader), Branch(directory, "varray", reader)]


def collection_directory(root: str, collection: Collection) -> str:
    """Return the directory of a collection of the storage at `root`.

    Raises:
        InvalidInput: it is elsewhere, is none, or is a symbolic link.
    """
    directory = on_disk(collection.path)
    if os.path.dirname(directory) != os.path.join(root, "collections"):
        raise InvalidInput(SYSTEM, "repair", f"{told(directory)} is no collection of {told(root)}")
    if is_ambiguous(directory):
        raise InvalidInput(SYSTEM, "repair", f"two collections are shown as {told(directory)}; rename one of them")
    if os.path.islink(directory) or not os.path.isdir(directory):
        raise InvalidInput(SYSTEM, "repair", f"{told(directory)} is no directory; nothing is changed through a link")
    return directory


def leads_outside(link: str, directory: str) -> bool:
    """Whether the symbolic link leads to something that exists and lies outside of that directory."""
    return os.path.exists(link) and not os.path.realpath(link).startswith(f"{os.path.realpath(directory)}/")


def _whole(descriptor: int, size: int) -> bytes | Damaged:
    return Damaged(f"it has {size:,} bytes") if size > META_LIMIT else whole_file(descriptor, size)
