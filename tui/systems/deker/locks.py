"""Who holds locks in a storage, and which locks were left by processes that are gone (contract §6, §11)."""

from __future__ import annotations

import errno
import os
import re
import sys
import time
from collections.abc import Iterator
from typing import Literal

from tui.systems.deker.format.names import shown
from tui.systems.deker.format.stable_read import Writers
from tui.systems.deker.models import LockHolder
from tui.systems.deker.tree import Check, lock_files

_READ = re.compile(r"(?P<array>[^:]+):[^:]+:(?P<pid>\d{1,10}):(?P<tid>\d{1,10})\.arrayreadlock\Z")
_VARRAY = re.compile(r"(?P<array>[^:]+)\.hdf5:(?P<pid>\d{1,10})\.varraylock\Z")
_REUSED = 2.0

State = Literal["alive", "stale", "unknown"]


def holders(collection: str, writers: Writers, check: Check) -> Iterator[LockHolder]:
    """Yield the locks of the collection in the directory `collection`: lock files, then the process that creates or
    clears it. Directories and links that are named like locks are none.
    """
    name = shown(os.path.basename(collection))
    for path in lock_files(collection, check):
        holder = lock_file(name, path, writers)
        if holder is not None:
            yield holder
    marker = f"{collection}.lock"
    try:
        pid = writers.pid_of(os.lstat(marker))
    except OSError:
        return
    if pid is not None:
        yield LockHolder(kind="flock", state="alive", collection=name, path=shown(marker), pid=pid)


def lock_file(collection: str, path: str, writers: Writers) -> LockHolder | None:
    """Return what the lock file at `path` says, None if it is gone or no lock of Deker's."""
    try:
        status = os.lstat(path)
    except OSError:
        return None
    directory, _, name = path.rpartition("/")
    age = max(time.time() - status.st_mtime, 0.0)
    place = shown(path)
    if match := _READ.match(name):
        pid, tid = int(match["pid"]), int(match["tid"])
        state = process_state(pid, status.st_mtime)
        array = shown(match["array"])
        return LockHolder(
            kind="read", state=state, collection=collection, path=place, array=array, pid=pid, tid=tid, age=age
        )
    if match := _VARRAY.match(name):
        pid = int(match["pid"])
        state = process_state(pid, status.st_mtime)
        try:
            writing = writers.pid_of(os.lstat(f"{directory}/{match['array']}.hdf5"))
        except OSError:
            writing = None
        array = shown(match["array"])
        return LockHolder(
            kind="varray",
            state="alive" if writing is not None else state,
            collection=collection,
            path=place,
            array=array,
            pid=pid,
            age=age,
        )
    if name.endswith(".arrlock"):
        return LockHolder(kind="legacy", state="unknown", collection=collection, path=place, age=age)
    return None


def process_state(pid: int, since: float) -> State:
    """Return `alive`, `stale` or `unknown` for the process that made a file at `since`, seconds since the epoch.

    A process that began after that is another one with the same number. No lock names its host, so on a storage shared
    between hosts or containers `stale` means no more than that the process does not run here.
    """
    if not sys.platform.startswith("linux"):
        return _state_by_signal(pid)
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            ticks = int(file.read().rpartition(")")[2].split()[19])
        began = _boot_time() + ticks / os.sysconf("SC_CLK_TCK")
    except FileNotFoundError:
        return "stale"
    except (OSError, ValueError, IndexError):
        return "unknown"
    return "stale" if began > since + _REUSED else "alive"


def _state_by_signal(pid: int) -> State:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return "stale"
    except OverflowError:
        return "stale"
    except OSError as error:
        return "alive" if error.errno == errno.EPERM else "unknown"
    return "alive"


def _boot_time() -> float:
    with open("/proc/stat", encoding="utf-8", errors="replace") as file:
        for line in file:
            if line.startswith("btime "):
                return float(line.split()[1])
    raise OSError(0, "the system does not say when it started")
