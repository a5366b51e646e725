"""Transfer: keys of a cluster into a file of JSON Lines and back, without loss, with a preview and a way back."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import AsyncIterator, Generator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from tui.jobs.progress import Progress
from tui.resources.new_file import new_file
from tui.services.errors import InvalidInput, NotFound, PermissionDenied, Unavailable
from tui.systems.arakoon.asserted import Change, first_batch
from tui.systems.arakoon.changing import Changed, changing
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.entry_lines import LONGEST, entry_line, read_entry
from tui.systems.arakoon.in_thread import in_thread
from tui.systems.arakoon.keys_text import key_text
from tui.systems.arakoon.paging import Entry, Pace, Stretch, entry_pages, values_of
from tui.systems.arakoon.wire.consistency import CONSISTENT, Consistency
from tui.systems.arakoon.wire.reader import MIB, SYSTEM

MOST_UNSORTED = 500_000
"""Entries of a file whose keys do not ascend: to find a key that is there twice, all are remembered."""
GROUP_KEYS, GROUP_BYTES = 256, 2 * MIB
"""Entries of a file that are looked at together."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export wrote: entries, and bytes of keys and values."""

    count: int
    size: int


async def export_entries(
    client: AsyncClient,
    stretch: Stretch,
    path: Path,
    *,
    overwrite: bool = False,
    progress: Progress | None = None,
    consistency: Consistency = CONSISTENT,
) -> Exported:
    """Write the entries of a stretch to a file, in the order of their keys. It appears once it is whole.

    What others change meanwhile is in it or not, as it lies before or behind the place that was reached.

    Args:
        client: of the cluster.
        stretch: which keys; `Stretch.of_prefix` makes one of a prefix.
        path: of the file.
        overwrite: replace a file that is there.
        progress: hears of keys, and may cancel.
        consistency: how fresh the entries must be.

    Raises:
        AlreadyExists: there is such a file, and `overwrite` is not set.
        InvalidInput, PermissionDenied, Unavailable: it cannot be written.
        Cancelled: `progress` was cancelled; there is no file then.
        ServiceError: as the client's `range_entries`.
    """
    progress = progress or Progress()
    progress.expect(None, "keys")
    count = size = 0
    async with _new_file(path, overwrite) as file:
        async for page in entry_pages(client, stretch, consistency=consistency):
            await in_thread(_write, file, page)
            count += len(page)
            size += sum(len(key) + len(value) for key, value in page)
            progress.advance(len(page))
    return Exported(count, size)


def _write(file: IO[bytes], entries: Sequence[Entry]) -> None:
    for entry in entries:
        file.write(entry_line(entry))


@asynccontextmanager
async def _new_file(path: Path, overwrite: bool) -> AsyncIterator[IO[bytes]]:
    opened = new_file(path, overwrite=overwrite)
    file = await in_thread(opened.__enter__)
    try:
        yield file
    except BaseException:
        await in_thread(opened.__exit__, *sys.exc_info())
        raise
    await in_thread(opened.__exit__, None, None, None)


@dataclass(frozen=True, slots=True)
class ImportLook:
    """What an import would do: keys that are not there yet, that have this value, and that have another one.

    `size` is the bytes of all keys and values of the file. The samples are the first keys of each kind.
    """

    new: int
    same: int
    different: int
    size: int
    new_sample: tuple[bytes, ...]
    different_sample: tuple[bytes, ...]

    @property
    def count(self) -> int:
        """Entries of the file."""
        return self.new + self.same + self.different


@dataclass(frozen=True, slots=True)
class Imported(Changed):
    """What an import did, in keys: written where nothing was, replaced, there already, and left as they were."""

    new: int
    replaced: int
    same: int
    kept: int


async def look_at_import(
    client: AsyncClient, path: Path, *, sample: int = 10, progress: Progress | None = None
) -> ImportLook:
    """Return what an import of the file would do now; nothing is changed.

    Raises:
        InvalidInput: a line is no entry, or a key is there twice; the message names the line or key.
        NotFound, PermissionDenied, Unavailable: the file cannot be read.
        Cancelled: `progress` was cancelled.
        ServiceError: as the client's `multi_get_option`.
    """
    progress = progress or Progress()
    count, size = await in_thread(_check, path, progress)
    progress.expect(count, "keys")
    pace = Pace()
    same = 0
    new, different = _Sample(sample), _Sample(sample)
    async for group in _groups(path):
        entries = group
        while entries:
            values = await values_of(client, [key for key, _ in entries], pace)
            for (key, value), there in zip(entries, values, strict=False):
                if there is None:
                    new.add(key)
                elif there == value:
                    same += 1
                else:
                    different.add(key)
            entries = entries[len(values) :]
            progress.advance(len(values))
    return ImportLook(new.count, same, different.count, size, tuple(new.first), tuple(different.first))


@dataclass(slots=True)
class _Sample:
    most: int
    count: int = 0
    first: list[bytes] = field(default_factory=list)

    def add(self, key: bytes) -> None:
        self.count += 1
        if len(self.first) < self.most:
            self.first.append(key)


async def import_entries(
    client: AsyncClient,
    path: Path,
    *,
    replace: bool = True,
    folder: Path | None = None,
    progress: Progress | None = None,
) -> Imported:
    """Write the entries of a file, in as many asserted sequences as it takes, each whole or not done at all.

    The whole file is checked before anything is written.

    Args:
        client: of the cluster.
        path: of a file as `export_entries` writes it; the keys may be in any order if they are not too many.
        replace: write what is there with another value too; otherwise that is left as it is.
        folder: where large undo data goes; None is the folder of the state.
        progress: hears of keys, and may cancel between two sequences.

    Raises:
        Unfinished: it ended early and some keys are written; its `changed` undoes that.
        AssertionFailed: a key is changed all the time by others.
        ServiceError: as `look_at_import`; nothing was changed.
    """
    progress = progress or Progress()
    count, _ = await in_thread(_check, path, progress)
    progress.expect(count, "keys")
    pace = Pace()
    new = replaced = same = kept = 0
    async with changing(client, "import", folder) as run:
        async for group in _groups(path):
            entries = group
            while entries:
                plan = _ImportPlan(client, entries, replace, pace)
                made = await run.change(plan)
                fresh = sum(change.before is None for change in made)
                new += fresh
                replaced += len(made) - fresh
                same += plan.same
                kept += len(plan.planned) - len(made) - plan.same
                entries = entries[len(plan.planned) :]
                progress.advance(len(plan.planned))
    changed = await run.changed()
    return Imported(changed.count, changed.undo, new, replaced, same, kept)


class _ImportPlan:
    """What the first of some entries change, as the cluster is when it is asked: as many as one sequence takes."""

    def __init__(self, client: AsyncClient, entries: Sequence[Entry], replace: bool, pace: Pace) -> None:
        self._client = client
        self._entries = entries
        self._replace = replace
        self._pace = pace
        self.planned: list[Change] = []
        self.same = 0

    async def __call__(self) -> list[Change]:
        values = await values_of(self._client, [key for key, _ in self._entries], self._pace)
        pairs = [*zip(self._entries, values, strict=False)]
        self.planned = first_batch(
            Change(key, there, value if there is None or self._replace else there) for (key, value), there in pairs
        )
        self.same = sum(value == there for (_, value), there in pairs[: len(self.planned)])
        return self.planned


async def _groups(path: Path) -> AsyncIterator[list[Entry]]:
    """Yield the entries of a file that was checked, some at a time."""
    entries = _read(path)
    groups = _grouped(entries)
    try:
        while group := await in_thread(next, groups, None):
            yield group
    finally:
        await in_thread(groups.close)
        await in_thread(entries.close)


def _grouped(entries: Iterator[Entry]) -> Generator[list[Entry]]:
    group: list[Entry] = []
    size = 0
    for key, value in entries:
        group.append((key, value))
        size += len(key) + len(value)
        if len(group) == GROUP_KEYS or size >= GROUP_BYTES:
            yield group
            group, size = [], 0
    if group:
        yield group


def _read(path: Path) -> Generator[Entry]:
    """Yield the entries of a file. Raises InvalidInput with the line, or what a file that cannot be read gives."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(LONGEST + 1):
                number += 1
                if len(line) > LONGEST:
                    raise InvalidInput(SYSTEM, "import", f"line {number:,}: it is too long for an entry")
                if line.strip():
                    yield read_entry(line, number)
    except FileNotFoundError as error:
        raise NotFound(SYSTEM, "import", f"there is no file {path}") from error
    except PermissionError as error:
        raise PermissionDenied(SYSTEM, "import", f"{path} may not be read") from error
    except OSError as error:
        raise Unavailable(SYSTEM, "import", f"{path} cannot be read: {error.strerror}") from error


def _check(path: Path, progress: Progress) -> tuple[int, int]:
    """Read the whole file and return how many entries it has and their bytes. Raises as `look_at_import` does."""
    count = size = 0
    last: bytes | None = None
    ascends = True
    for key, value in _read(path):
        progress.check()
        if key == last:
            raise _twice(key)
        ascends = ascends and (last is None or key > last)
        last = key
        count += 1
        size += len(key) + len(value)
    if ascends:
        return count, size
    if count > MOST_UNSORTED:
        hint = "export writes them in the order of their bytes"
        message = f"the keys are not in order, and with {count:,} it cannot be seen whether one is there twice"
        raise InvalidInput(SYSTEM, "import", message, hint)
    met: set[bytes] = set()
    for key, _ in _read(path):
        progress.check()
        # Keys may be long, and there may be many.
        mark = hashlib.blake2b(key, digest_size=16).digest()
        if mark in met:
            raise _twice(key)
        met.add(mark)
    return count, size


def _twice(key: bytes) -> InvalidInput:
    return InvalidInput(SYSTEM, "import", f"the key {key_text(key, 80)} is there twice", "leave one of them")
