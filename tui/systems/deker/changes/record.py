"""Records: what a change did to which paths, kept beside what it took away, so that it can be taken back."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal, get_args

from pydantic import BaseModel, ConfigDict

from tui.services.errors import Conflict, DataCorrupt, NotFound, NotSupported
from tui.services.printable import printable
from tui.systems.deker.format.names import SYSTEM, shown

TRASH = ".arraydeck-trash"
"""The trash's directory, beside `collections`: Deker looks at nothing there."""

VERSION = 1
_TRIES = 100
_NAP = 0.01
State = Literal["applying", "applied", "restoring"]


class Record(BaseModel):
    """A change that can still be taken back. `made` is UTC; `paths` are relative to the storage; `size` is in bytes,
    of what the trash holds for it; `state` is `applied` unless a process was killed while it worked on it."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    title: str
    made: datetime
    state: State = "applied"
    size: int = 0
    paths: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StepRecord:
    """A step as it is kept. Paths are relative to the storage.

    `new` and `kept` are names in the record's directory, None where there is none. `top` is the highest parent
    directory that the step makes. `stamp` tells what was put there from whatever else is there now. `beside` are the
    names that lay beside what was taken away, None where they do not matter.
    """

    path: str
    new: str | None = None
    kept: str | None = None
    top: str | None = None
    prune: str = ""
    stamp: Any = None
    beside: list[str] | None = None


@dataclass(frozen=True, slots=True)
class NeedRecord:
    """A file that must be there when a change is taken back: its path in the storage, its SHA-256 if that counts."""

    path: str
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A record as it lies on disk."""

    id: str
    kind: str
    title: str
    made: str
    state: State
    steps: list[StepRecord] = field(default_factory=list[StepRecord])
    needs: list[NeedRecord] = field(default_factory=list[NeedRecord])

    def with_state(self, state: State, steps: list[StepRecord] | None = None) -> Kept:
        """Return it in another state, with other steps if they are given."""
        return replace(self, state=state, steps=self.steps if steps is None else steps)


def trash_of(root: str) -> str:
    """Return the path of the storage's trash; it need not be there."""
    return os.path.join(root, TRASH)


def new_record_directory(root: str) -> str:
    """Make the directory of a new record, and the trash if need be.

    Raises:
        NotSupported: the collections lie on another file system, where nothing can be moved in one step.
        OSError: it cannot be made.
    """
    trash = trash_of(root)
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    directory = os.path.join(trash, f"{stamp}-{secrets.token_hex(4)}")
    for _ in range(_TRIES):
        # Whoever discards the last record takes the trash away, maybe between these two directories.
        with suppress(FileNotFoundError):
            os.makedirs(directory)
            break
    if os.lstat(trash).st_dev != os.stat(os.path.join(root, "collections")).st_dev or os.path.islink(trash):
        os.rmdir(directory)
        message = "the collections lie on another file system than the storage's own directory"
        raise NotSupported(SYSTEM, "change", message, "open the storage by its real path, on its own file system")
    return directory


@contextmanager
def working_on(directory: str, *, is_new: bool = False, patience: float = 0.0) -> Iterator[None]:
    """Hold a record, so that no other process takes it for one that a killed process left.

    One that another process holds is waited for `patience` seconds: a look at it takes no longer than a moment.

    Raises:
        Conflict: another process works on it.
        NotFound: it is not there, or not any more.
    """
    flags = os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
    try:
        descriptor = os.open(os.path.join(directory, "lock"), flags | (os.O_CREAT | os.O_EXCL if is_new else 0), 0o666)
    except FileNotFoundError as error:
        raise no_such_record(os.path.basename(directory)) from error
    try:
        if is_new:
            # Nobody else holds the lock for longer than a look takes.
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        else:
            _hold(descriptor, patience)
        if os.fstat(descriptor).st_nlink == 0:
            raise no_such_record(os.path.basename(directory))
        yield
    finally:
        os.close(descriptor)


def _hold(descriptor: int, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() < end:
                time.sleep(_NAP)
                continue
            raise Conflict(SYSTEM, "change", "another process works on this change", "try again in a moment") from error
        return


def save(directory: str, kept: Kept) -> None:
    """Write a record so that it is there whole, or as it was before, whatever happens to this process."""
    temporary = os.path.join(directory, "record.tmp")
    with suppress(FileNotFoundError):
        os.unlink(temporary)
    with open(temporary, "x", encoding="ascii") as file:
        json.dump({"version": VERSION, **asdict(kept)}, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(temporary, os.path.join(directory, "record.json"))
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def load(directory: str) -> Kept | None:
    """Return the record in a directory, None if none was written yet.

    Raises:
        DataCorrupt: it cannot be read, or was written by a later version.
    """
    name = shown(os.path.basename(directory))
    damaged = DataCorrupt(SYSTEM, "trash", f"the record of {name} is damaged; what it kept is untouched")
    if any(os.path.islink(os.path.join(directory, part)) for part in ("", "new", "kept")):
        raise damaged
    try:
        found: Any = json.loads(_text(os.path.join(directory, "record.json")))
        if found.pop("version") != VERSION:
            raise DataCorrupt(SYSTEM, "trash", f"{name} was written by a later arraydeck")
        steps = [StepRecord(**step) for step in found.pop("steps")]
        needs = [NeedRecord(**need) for need in found.pop("needs", [])]
        kept = Kept(**found, steps=steps, needs=needs)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise damaged from error
    if not _is_sound(kept) or not all(map(_is_sound_step, kept.steps)) or not all(map(_is_sound_need, kept.needs)):
        raise damaged
    return kept


def _text(path: str) -> str:
    """Return the text of a file that is a regular one; a pipe would keep its reader waiting."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, encoding="ascii") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", path)
        return file.read()


def _is_sound(kept: Kept) -> bool:
    texts = all(isinstance(text, str) for text in (kept.id, kept.kind, kept.title, kept.made))
    if not texts or kept.state not in get_args(State):
        return False
    try:
        return datetime.fromisoformat(kept.made).tzinfo is not None
    except ValueError:
        return False


def _is_sound_step(step: StepRecord) -> bool:
    """Whether a step's paths lie below the collections, and what it made and kept in the record's own directory."""
    return (
        _is_inside(step.path)
        and (step.new is None or _is_numbered(step.new, "new"))
        and (step.kept is None or _is_numbered(step.kept, "kept"))
        and (step.top is None or _is_inside(step.top))
        and (step.prune in ("", "collections") or _is_inside(step.prune))
        and (step.beside is None or (isinstance(step.beside, list) and all(isinstance(n, str) for n in step.beside)))
    )


def _is_sound_need(need: NeedRecord) -> bool:
    return _is_inside(need.path) and (need.digest is None or isinstance(need.digest, str))


def _is_numbered(name: Any, directory: str) -> bool:
    return isinstance(name, str) and name.startswith(f"{directory}/") and name[len(directory) + 1 :].isdecimal()


def _is_inside(path: Any) -> bool:
    return (
        isinstance(path, str)
        and "\0" not in path
        and os.path.normpath(path) == path
        and path.startswith("collections/")
    )


def public(directory: str, kept: Kept) -> Record:
    """Return what is shown of a record."""
    return Record(
        id=os.path.basename(directory),
        kind=printable(kept.kind),
        title=printable(kept.title),
        made=datetime.fromisoformat(kept.made),
        state=kept.state,
        size=_bytes_below(os.path.join(directory, "kept")),
        paths=tuple(shown(step.path) for step in kept.steps),
    )


def stamp_of(path: str) -> Any:
    """Return what tells an object from any other that takes its place; of a directory, of all that is in it."""
    status = os.lstat(path)
    if stat.S_ISLNK(status.st_mode):
        return ["link", os.readlink(path)]
    if not stat.S_ISDIR(status.st_mode):
        return ["file", status.st_ino, status.st_size, status.st_mtime_ns]
    found: list[Any] = ["directory"]
    for parent, directories, files in os.walk(path):
        directories.sort()
        for name in sorted(files):
            found.append([os.path.relpath(os.path.join(parent, name), path), *stamp_of(os.path.join(parent, name))])
    return found


def digest_of(path: str) -> str | None:
    """Return the SHA-256 of a file's content, None if it is no regular file that can be read."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return hashlib.file_digest(file, "sha256").hexdigest()


def discard(directory: str) -> None:
    """Delete a record's directory with all that it keeps, and the trash if that empties it. Follows no link.

    The record goes first, without which the rest is of no use; `new`, by which what is left is known for a dead
    process's, goes late, and last the lock, which keeps others out.
    """
    order = {"record.json": 0, "new": 2, "lock": 3}
    for name in sorted(os.listdir(directory), key=lambda name: order.get(name, 1)):
        path = os.path.join(directory, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        else:
            os.unlink(path)
    os.rmdir(directory)
    with suppress(OSError):
        os.rmdir(os.path.dirname(directory))


def no_such_record(record_id: str) -> NotFound:
    """Return the error for a record that is not there."""
    message = f"the trash holds no {shown(record_id)[:80]}"
    return NotFound(SYSTEM, "trash", message, "it may have been restored or purged already")


def _bytes_below(top: str) -> int:
    total = 0
    for parent, _, files in os.walk(top):
        for name in files:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except OSError as error:
                if error.errno != errno.ENOENT:
                    raise
    return total
