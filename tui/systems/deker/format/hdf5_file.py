"""HDF5 in this process: one thread at a time, and one opening of a file at a time.

HDF5 has one lock for the whole process, and threads that wait in it cannot be cancelled; they queue up before it
instead. And where a file is opened a second time while the first opening lasts, HDF5 gives both one and the same idea
of where its chunks lie: if a writer changed the file in between, the second reader would be led by the first one's
memory to a mixture of old and new. So a file is open once at a time, and is then read afresh (contract §7.1, §11).
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

from tui.services.errors import DataCorrupt
from tui.systems.deker.format.names import SYSTEM

_PATIENCE = 0.05
"""Seconds after which a waiting thread looks whether it was asked to stop."""
_queue = threading.Lock()
_open: set[tuple[int, int]] = set()
_closed = threading.Condition()


@contextlib.contextmanager
def hdf5(check: Callable[[], object]) -> Iterator[None]:
    """Have HDF5 for oneself among the threads of this process.

    Raises:
        Cancelled: by `check`, while it waited.
    """
    while not _queue.acquire(timeout=_PATIENCE):
        check()
    try:
        yield
    finally:
        _queue.release()


@contextlib.contextmanager
def opened_dataset(descriptor: int, path: str, check: Callable[[], object]) -> Iterator[Any]:
    """Open the dataset `data` of the open file, by h5py's lower half: its upper one takes twice as long.

    No lock is taken on the file. The caller may queue up (`hdf5`) for each of its reads, never for the whole time.

    Raises:
        DataCorrupt: the data are kept in other files, which HDF5 would open whatever they are.
        Cancelled: by `check`, while somebody else had the file open.
    """
    with _alone(descriptor, check):
        with hdf5(check):
            file, dataset = _open_file(descriptor, path)
        try:
            yield dataset
        finally:
            # Not to be cancelled: what stays open would be shared with the next one who opens it.
            with _queue:
                file.close()


@contextlib.contextmanager
def _alone(descriptor: int, check: Callable[[], object]) -> Iterator[None]:
    """Be the only one in this process who has this file open in HDF5, which knows files by device and inode."""
    status = os.fstat(descriptor)
    mark = (status.st_dev, status.st_ino)
    with _closed:
        while mark in _open:
            _closed.wait(_PATIENCE)
            check()
        _open.add(mark)
    try:
        yield
    finally:
        with _closed:
            _open.remove(mark)
            _closed.notify_all()


def _open_file(descriptor: int, path: str) -> tuple[Any, Any]:
    import h5py

    low: Any = h5py
    h5d, h5f = low.h5d, low.h5f
    access = low.h5p.create(low.h5p.FILE_ACCESS)
    access.set_fclose_degree(h5f.CLOSE_STRONG)
    access.set_file_locking(False, True)
    # The descriptor stands for the file that was checked, whatever the path means by now.
    place = f"/proc/self/fd/{descriptor}"
    file = h5f.open(os.fsencode(place if os.path.exists(place) else path), h5f.ACC_RDONLY, access)
    try:
        if file.links.get_info(b"data").type != low.h5l.TYPE_HARD:
            raise DataCorrupt(SYSTEM, "read", "data is a link to another dataset, which is not followed")
        found = h5d.open(file, b"data")
        plan = found.get_create_plist()
        if plan.get_layout() == h5d.VIRTUAL or plan.get_external_count():
            raise DataCorrupt(SYSTEM, "read", "the values are kept in other files, which are not followed")
    except BaseException:
        file.close()
        raise
    return file, found
