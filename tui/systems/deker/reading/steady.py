"""Reading values from files that a Deker writer may be changing: wholly old or wholly new, or not at all.

It is the protocol of `stable_read` (contract §7.1) for reads that are dear and may touch many files: the list of
writers is read before and after, and every file that was touched must lie where it lay, with the same size and times
and no writer. Nothing is locked or created.

Some file systems stamp times in ticks of a few milliseconds, so two writes within one tick look like one. Where a file
changed a moment before, its values are read twice and must be equal: half a change would be whole the second time.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tui.services.errors import Cancelled, Conflict, DataCorrupt, NotFound, NotSupported, ServiceError
from tui.systems.deker.entries import SETTLED
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.format.stable_read import StableReader, Writers, same, writers_now
from tui.systems.deker.storage import Stop

if TYPE_CHECKING:
    from numpy.typing import NDArray

TRIES = 30
"""How often a read begins; with the pauses between, half a second beside a writer that never rests."""
_TICK = 0.05
"""Seconds within which two changes may have the same time."""
_LONGEST_PAUSE = 0.02
_NAP = 0.1


class BeingWritten(Exception):
    """A writer holds a file that is to be read."""


class Witness:
    """What one attempt to read has touched. Threads may share it."""

    def __init__(self, reader: StableReader, writers: Writers) -> None:
        self._reader = reader
        self._writers = writers
        self._files: list[tuple[str, os.stat_result]] = []
        self._checks: list[Callable[[], bool]] = []
        self._changes = [0.0]

    def open(self, path: str) -> tuple[int, int]:
        """Return the descriptor of a file, which the caller closes, and its size.

        Raises:
            BeingWritten: it has a writer.
            Outside: a symbolic link leads out of the collection.
            OSError: it cannot be opened, or is not a regular file.
        """
        descriptor, status = self._reader.open(path)
        self._files.append((path, status))
        if self._writers.pid_of(status, self._reader.device) is not None:
            os.close(descriptor)
            raise BeingWritten
        return descriptor, status.st_size

    def expect(self, check: Callable[[], bool]) -> None:
        """Take note of something else that must still hold after the read, such as which files there are."""
        self._checks.append(check)

    def changed(self, moment: float) -> None:
        """Take note of a change near what was touched, in seconds since the epoch: it may not be over."""
        self._changes.append(moment)

    def is_sound(self) -> bool:
        """Whether everything that was touched is as it was, and nobody writes to it."""
        later = writers_now()
        for path, status in self._files:
            try:
                now = os.stat(path, follow_symlinks=False)
            except OSError:
                return False
            moved = (now.st_dev, now.st_ino) != (status.st_dev, status.st_ino)
            if moved or not same(now, status) or later.pid_of(now, self._reader.device) is not None:
                return False
        try:
            return all(check() for check in self._checks)
        except Cancelled:
            raise
        except ServiceError:
            return False

    def last_change(self) -> float:
        """When something that was touched was last written to, seconds since the epoch."""
        return max(*self._changes, *(status.st_mtime for _, status in self._files), 0.0)


def read_steadily(reader: StableReader, read: Callable[[Witness], NDArray[Any]], stop: Stop) -> NDArray[Any]:
    """Return what `read` makes of files that it opens through the witness, from an attempt that nothing disturbed.

    `read` may be called many times. Where its files look damaged just after they were changed, they are looked at
    once more when they had a second to settle (contract §11).

    Raises:
        Conflict: a writer was at work in every attempt.
        Cancelled: it was asked to stop.
        ServiceError: what `read` raised in a sound attempt.
    """
    proof: bytes | None = None
    has_settled = False
    for attempt in range(TRIES):
        stop.check()
        began = time.time()
        witness = Witness(reader, writers_now())
        try:
            values = read(witness)
        except BeingWritten:
            proof = None
        except (DataCorrupt, NotFound, NotSupported, Conflict):
            proof = None
            if witness.is_sound():
                wait = witness.last_change() + SETTLED - began
                if has_settled or not 0 < wait <= SETTLED:
                    raise
                has_settled = True
                _wait(wait, stop)
        else:
            if witness.is_sound():
                if witness.last_change() < began - _TICK:
                    return values
                mark = _digest(values)
                if mark == proof:
                    return values
                proof = mark
                del values
                continue
            proof = None
        _wait(min(0.002 * (attempt + 1), _LONGEST_PAUSE), stop)
    raise Conflict(SYSTEM, "read", "being written", "try again")


def _digest(values: NDArray[Any]) -> bytes:
    import numpy as np

    content = np.ascontiguousarray(values).reshape(-1).view(np.uint8)
    return hashlib.blake2b(content.data, digest_size=16).digest()


def _wait(seconds: float, stop: Stop) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        stop.check()
        time.sleep(min(left, _NAP))
