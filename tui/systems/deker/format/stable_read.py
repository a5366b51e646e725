"""Reading a file that a Deker writer may be changing: no lock is taken or probed, nothing is created (contract §7.1).

A writer holds an exclusive `flock` while it writes, and Linux lists those in `/proc/locks`. A read is sound if no
writer was listed before or after it and the file's size and times did not move.

Asking before and after each of thousands of files is dear, so a quiet file is proved quiet once for all of a batch: the
list was read, the file was not on it, its times did not move while it was read, and they lie well before the list was
read. A writer that came later would have had to write first, and that would show in the times.
"""

from __future__ import annotations

import os
import re
import stat
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")
MARGIN = 2.0
"""Seconds by which a file's times must lie before the list of writers; covers clocks and coarse time stamps."""

# A lock that is only waited for has an arrow after its number, and does not match.
_LOCK_LINE = re.compile(r"^\d+:\s+FLOCK\s+\S+\s+WRITE\s+(-?\d+)\s+([0-9a-f]+):([0-9a-f]+):(\d+)\s", re.MULTILINE)


class Outside(OSError):
    """The path leads out of its collection through a symbolic link."""


@dataclass(frozen=True, slots=True)
class Writers:
    """Who held exclusive flocks at a moment: pid by device and inode. `taken` is in seconds since the epoch."""

    held: dict[tuple[int, int], int]
    taken: float
    is_known: bool

    def pid_of(self, status: os.stat_result, device: int | None = None) -> int | None:
        """Return the pid that writes to that file, None if nobody does. `device` is the mount's own number."""
        if not self.held:
            return None
        found = self.held.get((status.st_dev, status.st_ino))
        return self.held.get((device, status.st_ino)) if found is None and device is not None else found


class Reading(NamedTuple, Generic[T]):
    """What was read, the file's status then, and whether it is sound; `writer` is the pid that writes, 0 if unknown."""

    value: T
    status: os.stat_result
    is_sound: bool
    writer: int | None = None


def writers_now() -> Writers:
    """Return who holds exclusive flocks now; unknown where the system does not tell."""
    taken = time.time()
    if not sys.platform.startswith("linux"):
        return Writers({}, taken, False)
    try:
        with open("/proc/locks", encoding="utf-8", errors="replace") as lines:
            text = lines.read()
    except OSError:
        return Writers({}, taken, False)
    held = {
        (os.makedev(int(major, 16), int(minor, 16)), int(inode)): int(pid)
        for pid, major, minor, inode in _LOCK_LINE.findall(text)
    }
    return Writers(held, taken, True)


def mount_device(path: str) -> int | None:
    """Return the device number of the mount that holds `path`, as `/proc/locks` writes it.

    On btrfs and the like it differs from `st_dev`. None where the system does not tell.
    """
    try:
        with open("/proc/self/mountinfo", encoding="utf-8", errors="surrogateescape") as lines:
            mounts = [line.split(" ", 6) for line in lines]
    except OSError:
        return None
    best, device = -1, None
    for fields in mounts:
        place = fields[4].replace("\\040", " ").rstrip("/")
        if len(place) >= best and (path == place or path.startswith(f"{place}/")):
            major, _, minor = fields[2].partition(":")
            best, device = len(place), os.makedev(int(major), int(minor))
    return device


@dataclass(slots=True)
class StableReader:
    """Reads the files below one directory.

    `inside` is the real path that files must lie in; `device` is its `mount_device`.
    """

    inside: str
    device: int | None = None

    def read(self, path: str, parse: Callable[[int, int], T], writers: Writers, tries: int = 3) -> Reading[T]:
        """Return what `parse(descriptor, size)` makes of the file, and whether it is sound.

        Of a file that changes under every try the last reading comes back, unsound.

        Raises:
            Outside: a symbolic link leads out of the collection.
            OSError: the file cannot be opened, or is not a regular one.
        """
        descriptor, before = self.open(path)
        try:
            writer = writers.pid_of(before, self.device)
            value = parse(descriptor, before.st_size)
            after = os.fstat(descriptor)
            is_quiet = max(after.st_mtime, after.st_ctime) < writers.taken - MARGIN
            if writer is None and is_quiet and same(before, after):
                return Reading(value, after, True)
            return self._read_again(descriptor, parse, tries)
        finally:
            os.close(descriptor)

    def open(self, path: str) -> tuple[int, os.stat_result]:
        """Return the descriptor of a file, which the caller closes, and its status. Raises as `read` does."""
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            self._check_place(descriptor, path)
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise OSError(0, "not a regular file")
        except BaseException:
            os.close(descriptor)
            raise
        return descriptor, status

    def _read_again(self, descriptor: int, parse: Callable[[int, int], T], tries: int) -> Reading[T]:
        """Look at a file that moves, with the list of writers read before and after each try."""
        attempt = 1
        while True:
            earlier = writers_now()
            before = os.fstat(descriptor)
            value = parse(descriptor, before.st_size)
            after = os.fstat(descriptor)
            later = writers_now()
            last = os.fstat(descriptor)
            writer = earlier.pid_of(before, self.device)
            writer = later.pid_of(before, self.device) if writer is None else writer
            is_sound = writer is None and same(before, after) and same(after, last)
            if is_sound or attempt >= tries:
                return Reading(value, last, is_sound, writer)
            time.sleep(0.005 * attempt)
            attempt += 1

    def _check_place(self, descriptor: int, path: str) -> None:
        try:
            real = os.readlink(f"/proc/self/fd/{descriptor}")
        except OSError:
            real = ""
        if not real.startswith(self.inside) and not os.path.realpath(path).startswith(self.inside):
            raise Outside(0, "a symbolic link leads out of the collection")


def same(one: os.stat_result, other: os.stat_result) -> bool:
    """Return whether a file was not changed between two looks at it."""
    return (
        one.st_mtime_ns == other.st_mtime_ns and one.st_size == other.st_size and one.st_ctime_ns == other.st_ctime_ns
    )
