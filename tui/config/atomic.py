"""Files that are replaced whole or not at all, one writer at a time."""

from __future__ import annotations

import errno
import fcntl
import os
import tempfile
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path

WAIT = 10.0
"""Seconds that a writer waits for another one."""


def write_atomically(path: Path, text: str, mode: int = 0o600) -> None:
    """Replace the file's content; a reader sees the old or the new, a full disk leaves the old.

    A symlink stays a symlink: the file that it points to is replaced.

    Raises:
        OSError: it could not be written; the old content is still there.
    """
    target = _target(path)
    handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        Path(temporary).replace(target)
        _sync_folder(target.parent)
    except BaseException:
        with suppress(OSError):
            Path(temporary).unlink()
        raise


@contextmanager
def sole_writer(path: Path) -> Generator[None]:
    """Keep other arraydecks from changing `path` meanwhile; waits for one that is at it.

    The lock is on a file beside it, since the file itself is replaced.

    Raises:
        OSError: the other one does not let go of it, or the folder cannot be written.
    """
    target = _target(path)
    handle = os.open(target.with_name(f".{target.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _lock(handle)
        yield
    finally:
        os.close(handle)


def _target(path: Path) -> Path:
    """Return the file that `path` leads to, its folder made if need be."""
    try:
        target = path.resolve()
    except RuntimeError as error:
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path)) from error
    if target.exists() and not target.is_file():
        raise OSError(errno.EINVAL, "it is no ordinary file", str(path))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return target


def _lock(handle: int) -> None:
    deadline = time.monotonic() + WAIT
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        except BlockingIOError as error:
            if time.monotonic() > deadline:
                raise OSError(errno.EAGAIN, "another arraydeck has been writing it for too long") from error
        time.sleep(0.01)


def _sync_folder(folder: Path) -> None:
    """Make the new name survive a power cut, where the file system can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
