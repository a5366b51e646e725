"""What a change holds while it is made, as Deker's own writers do, and what it refuses to take from them (§6)."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from tui.services.errors import Conflict
from tui.systems.deker.format.names import SYSTEM, shown
from tui.systems.deker.format.stable_read import Writers, mount_device, writers_now
from tui.systems.deker.locks import holders, lock_file
from tui.systems.deker.models import LockHolder
from tui.systems.deker.tree import Check, data_files

LOOK_EVERY = 0.1
"""Seconds between two looks at whether the waiting was cancelled."""
HELD_AT_ONCE = 200
"""Files that are flocked at the same time; of more, each is looked at once. Open files are few."""


class Patience(NamedTuple):
    """How long a change waits for readers, as Deker's writers do: seconds in all, and between two looks at them.

    `check` raises when nobody waits for the change any more.
    """

    check: Check
    timeout: float = 0.0
    interval: float = 1.0


@contextmanager
def hold_collection(directory: str, operation: str) -> Iterator[None]:
    """Hold a collection's lock marker, if there is one, as Deker does while it creates and clears.

    Raises:
        Conflict: another process holds it.
    """
    try:
        descriptor = os.open(f"{directory}.lock", os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        yield
        return
    try:
        _flock(descriptor, f"{directory}.lock", operation)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def hold_files(paths: Iterable[str], operation: str, patience: Patience) -> Iterator[None]:
    """Hold arrays' files as a writer does, and wait for their readers as it does. Files that are gone are passed over.

    Raises:
        Conflict: a live process writes one, or still reads one when the patience is at its end; the message names it.
        Cancelled: `patience.check` raised.
    """
    with ExitStack() as held:
        for number, path in enumerate(paths):
            patience.check()
            _wait_for_readers(path, operation, patience)
            try:
                descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except OSError:
                continue
            if number < HELD_AT_ONCE:
                held.callback(os.close, descriptor)
                _flock(descriptor, path, operation)
            else:
                try:
                    _flock(descriptor, path, operation)
                finally:
                    os.close(descriptor)
        yield


def _wait_for_readers(path: str, operation: str, patience: Patience) -> None:
    deadline = time.monotonic() + patience.timeout
    while True:
        try:
            refuse_live_locks(path, operation)
            return
        except ReaderPresent:
            if time.monotonic() >= deadline:
                raise
        look = min(time.monotonic() + max(patience.interval, LOOK_EVERY), deadline)
        while time.monotonic() < look:
            patience.check()
            time.sleep(min(LOOK_EVERY, max(look - time.monotonic(), 0.0)))


def refuse_live_locks(path: str, operation: str) -> None:
    """Do nothing unless a lock file of a live process lies beside an array's file.

    Raises:
        Conflict: one does.
    """
    directory = os.path.dirname(path)
    try:
        names = [name for name in os.listdir(directory) if name.endswith("lock")]
    except OSError:
        return
    writers = writers_now() if names else Writers({}, 0.0, False)
    for name in names:
        holder = lock_file("", os.path.join(directory, name), writers)
        if holder is not None and holder.state == "alive":
            raise busy(holder, operation)


def refuse_busy_collection(directory: str, operation: str, check: Check) -> None:
    """Do nothing unless a live process reads, writes or makes something in a collection.

    Raises:
        Conflict: one does; the message names it.
    """
    writers = writers_now()
    for holder in holders(directory, writers, check):
        if holder.state == "alive":
            raise busy(holder, operation)
    if not writers.held:
        return
    device = mount_device(os.path.realpath(directory))
    for path in data_files(directory, check):
        try:
            pid = writers.pid_of(os.lstat(path), device)
        except OSError:
            continue
        if pid is not None:
            raise _busy_file(path, pid, operation)


class ReaderPresent(Conflict):
    """A live process reads what is to be changed; readers are soon done."""


def busy(holder: LockHolder, operation: str) -> Conflict:
    """Return the error for what a live process holds."""
    what = {"read": "is being read", "varray": "is reserved", "flock": "is held"}.get(holder.kind, "is locked")
    name = holder.array or os.path.basename(holder.path)
    message = f"{name} {what} by process {holder.pid}"
    kind = ReaderPresent if holder.kind == "read" else Conflict
    return kind(SYSTEM, operation, message, "try again when that process has ended its work")


def _flock(descriptor: int, path: str, operation: str) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        status = os.fstat(descriptor)
        pid = writers_now().pid_of(status, mount_device(os.path.realpath(path)))
        raise _busy_file(path, pid, operation) from error


def _busy_file(path: str, pid: int | None, operation: str) -> Conflict:
    by = f"process {pid}" if pid else "another process"
    message = f"{shown(os.path.basename(path))} is held by {by}"
    return Conflict(SYSTEM, operation, message, "try again when that process has ended its work")
