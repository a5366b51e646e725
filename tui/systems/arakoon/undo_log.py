"""Undo log: what keys were and what they became, written down before they are changed, as data for the journal.

The data is JSON-able. What is larger than INLINE goes to a file in the folder of the state; the data then names it.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, cast

from tui.services.errors import DataCorrupt, InvalidInput, NotFound, PermissionDenied, ServiceError, Unavailable
from tui.services.printable import printable
from tui.systems.arakoon.asserted import MOST_KEYS, USUAL_SEQUENCE, Change, batches
from tui.systems.arakoon.in_thread import in_thread
from tui.systems.arakoon.undo_files import DAY, FILE_NAME, KEPT_FOR, clean, undo_folder
from tui.systems.arakoon.wire.reader import MIB, SYSTEM

VERSION = 1
INLINE = 64 * 1024
"""Bytes of undo data that the journal itself holds; more goes to a file."""
LONGEST_LINE = 96 * MIB
"""Characters of one key with its values in a file: more than two values of one sequence can have."""


class UndoLog:
    """Collects changes. `begin` writes them down before they are made, `withdraw` forgets them if they were not."""

    def __init__(self, what: str, cluster_id: str, folder: Path | None = None) -> None:
        self._what = what
        self._cluster_id = cluster_id
        self._folder = folder
        self._lines: list[str] = []
        self._size = 0
        self._count = 0
        self._file: IO[bytes] | None = None
        self._path: Path | None = None
        # What the last `begin` added: changes, and characters of their lines.
        self._last = (0, 0)

    async def begin(self, changes: Sequence[Change]) -> None:
        """Write down changes that are about to be made.

        Raises:
            Unavailable, PermissionDenied: they cannot be written, so they must not be made.
        """
        await in_thread(self._begin, changes)

    def _begin(self, changes: Sequence[Change]) -> None:
        lines = [_line_of(change) for change in changes]
        size = sum(map(len, lines))
        if self._file is None and self._size + size > INLINE:
            self._open()
        if self._file is None:
            self._lines += lines
        else:
            self._write("".join(lines).encode())
        self._size += size
        self._count += len(changes)
        self._last = (len(changes), size)

    def _open(self) -> None:
        try:
            folder = self._folder or undo_folder()
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            clean(folder)
            self._path = folder / f"{self._what.replace('_', '-')}-{uuid.uuid4().hex}.jsonl"
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except OSError as error:
            raise _unwritable(self._path, error) from error
        self._file = os.fdopen(handle, "r+b")
        self._write("".join(self._lines).encode())
        self._lines = []

    def _write(self, data: bytes) -> None:
        assert self._file is not None
        begun = self._file.tell()
        try:
            self._file.write(data)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._cut(begun)
            raise _unwritable(self._path, error) from error

    def _cut(self, size: int) -> None:
        assert self._file is not None
        os.ftruncate(self._file.fileno(), size)
        self._file.seek(size)

    async def withdraw(self) -> None:
        """Forget what was written down last, since it was not made."""
        await in_thread(self._withdraw)

    def _withdraw(self) -> None:
        count, size = self._last
        self._last = (0, 0)
        self._count -= count
        self._size -= size
        if self._file is None:
            del self._lines[len(self._lines) - count :]
        else:
            self._cut(self._size)

    async def data(self, is_open: bool = False) -> dict[str, Any] | None:
        """Return what undoes it all, None if there is nothing; the log is closed then.

        With `is_open` it is not known whether the last changes were made.
        """
        return await in_thread(self._data, is_open)

    def _data(self, is_open: bool) -> dict[str, Any] | None:
        if self._file is not None:
            self._file.close()
        if not self._count:
            if self._path is not None:
                with suppress(OSError):
                    self._path.unlink()
            return None
        made: dict[str, Any] = {
            "version": VERSION,
            "what": self._what,
            "cluster": self._cluster_id,
            "count": self._count,
            "is_open": is_open,
        }
        if self._path is None:
            return {**made, "changes": [json.loads(line) for line in self._lines]}
        return {**made, "file": self._path.name}


def _line_of(change: Change) -> str:
    return json.dumps([_digits(change.key), _digits(change.before), _digits(change.after)]) + "\n"


def _digits(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()


def _unwritable(path: Path | None, error: OSError) -> ServiceError:
    kind = PermissionDenied if isinstance(error, PermissionError) else Unavailable
    message = f"what would undo it cannot be written to {path or 'the folder of the state'}: {error.strerror}"
    return kind(SYSTEM, "undo", message, "nothing was changed by this step")


class UndoData:
    """Undo data as it came back from the journal: damaged, or of another cluster, it is refused.

    Raises InvalidInput if it is not such data.
    """

    def __init__(self, data: Mapping[str, Any], folder: Path | None = None) -> None:
        if data.get("version") != VERSION or not isinstance(data.get("count"), int):
            raise InvalidInput(SYSTEM, "undo", "this is not what a change of keys leaves behind")
        self.what = str(data.get("what", ""))
        self.cluster_id = str(data.get("cluster", ""))
        self.count: int = data["count"]
        self.is_open = data.get("is_open") is True
        self._changes = data.get("changes")
        self._name = data.get("file")
        self._folder = folder

    async def batches(
        self, most_keys: int = MOST_KEYS, most_bytes: int = USUAL_SEQUENCE
    ) -> AsyncIterator[list[Change]]:
        """Yield the changes in groups for a sequence each, of at most so many keys and bytes.

        Raises:
            NotFound: the file is gone.
            DataCorrupt: it is damaged.
            Unavailable, PermissionDenied: it cannot be read.
        """
        groups = batches(self._read(), most_keys, most_bytes)
        try:
            while batch := await in_thread(next, groups, None):
                yield batch
        finally:
            await in_thread(groups.close)

    def _read(self) -> Iterator[Change]:
        count = 0
        for change in self._from_file() if self._name is not None else self._from_data():
            count += 1
            yield change
        if count != self.count:
            raise self._damaged(f"it has {count:,} of {self.count:,} keys")

    def _from_data(self) -> Iterator[Change]:
        if not isinstance(self._changes, list):
            raise self._damaged("it has no changes")
        return (self._change(row) for row in cast("list[Any]", self._changes))

    def _from_file(self) -> Iterator[Change]:
        path = self._path()
        try:
            with path.open("rb") as file:
                # What is being undone is not to be thrown away as old.
                with suppress(OSError):
                    os.utime(path)
                while line := file.readline(LONGEST_LINE):
                    yield self._change(_parsed(line))
        except FileNotFoundError as error:
            hint = f"such files are kept for {KEPT_FOR / DAY:.0f} days"
            raise NotFound(SYSTEM, "undo", f"the file {path} that would undo it is gone", hint) from error
        except PermissionError as error:
            raise PermissionDenied(SYSTEM, "undo", f"{path} may not be read") from error
        except OSError as error:
            raise Unavailable(SYSTEM, "undo", f"{path} cannot be read: {error.strerror}") from error

    def _path(self) -> Path:
        if not isinstance(self._name, str) or not FILE_NAME.fullmatch(self._name):
            raise self._damaged("the name of its file is none")
        return (self._folder or undo_folder()) / self._name

    def _change(self, row: Any) -> Change:
        if not isinstance(row, list) or len(cast("list[Any]", row)) != 3:
            raise self._damaged("a change is none")
        key, before, after = (self._bytes(field) for field in cast("list[Any]", row))
        if key is None:
            raise self._damaged("a change has no key")
        return Change(key, before, after)

    def _bytes(self, digits: Any) -> bytes | None:
        if digits is None:
            return None
        try:
            return base64.b64decode(digits, validate=True)
        except (binascii.Error, TypeError, ValueError) as error:
            raise self._damaged("a value is not base64") from error

    def _damaged(self, reason: str) -> DataCorrupt:
        where = printable(str(self._name), 120) if self._name is not None else "the journal's entry"
        return DataCorrupt(SYSTEM, "undo", f"what would undo it is damaged, in {where}: {reason}")

    async def forget(self) -> None:
        """Delete the file, if there is one: it was undone."""

        def forget() -> None:
            if self._name is not None:
                with suppress(OSError):
                    self._path().unlink()

        await in_thread(forget)


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
