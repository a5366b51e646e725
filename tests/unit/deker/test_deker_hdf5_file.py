"""A file that HDF5 has open is not opened a second time: what a writer did in between would be read in part."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tui.services.errors import Cancelled
from tui.systems.deker.format.hdf5_file import opened_dataset

SHAPE = (64, 64)
IN_PLACE = "file['data'][...] = 2"
AGAIN = (
    "del file['data']; file.create_dataset('data', data=numpy.full((64, 64), 2.0), chunks=(8, 64), compression='lzf')"
)


@contextmanager
def opened(path: Path, check: Callable[[], object] = lambda: None) -> Iterator[Any]:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        with opened_dataset(descriptor, str(path), check) as dataset:
            yield dataset
    finally:
        os.close(descriptor)


def values(dataset: Any) -> set[float]:
    found = np.empty(SHAPE)
    dataset.read(h5py.h5s.ALL, h5py.h5s.ALL, found)
    return set(np.unique(found).tolist())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    place = tmp_path / "array.hdf5"
    with h5py.File(place, "w") as file:
        file.create_dataset("data", data=np.ones(SHAPE), chunks=(8, 64), compression="lzf")
    return place


@pytest.mark.parametrize("change", [IN_PLACE, AGAIN], ids=["in place", "deleted and made again"])
def test_what_is_read_after_a_write_is_wholly_new_though_an_older_reader_is_not_done(path: Path, change: str) -> None:
    found: list[set[float]] = []
    waits_or_is_done = threading.Event()

    def read() -> None:
        with opened(path, waits_or_is_done.set) as dataset:
            found.append(values(dataset))
        waits_or_is_done.set()

    with opened(path) as older:
        first = np.empty((1, 64))
        place = older.get_space()
        place.select_hyperslab((0, 0), (1, 64))
        older.read(h5py.h5s.create_simple((1, 64)), place, first)
        # The writer is another process, as Deker's is.
        program = f"import h5py, numpy\nwith h5py.File({str(path)!r}, 'r+', locking=False) as file: {change}"
        subprocess.run([sys.executable, "-c", program], check=True)
        later = threading.Thread(target=read)
        later.start()
        assert waits_or_is_done.wait(30)
    later.join()
    assert found == [{2.0}]


def test_waiting_for_the_other_reader_can_be_cancelled(path: Path) -> None:
    def stop() -> None:
        raise Cancelled("deker", "read", "stopped")

    with opened(path), pytest.raises(Cancelled), opened(path, stop):
        pass
    with opened(path) as dataset:
        assert values(dataset) == {1.0}


def test_two_files_are_open_side_by_side(path: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.hdf5"
    other.write_bytes(path.read_bytes())
    with opened(path) as one, opened(other) as two:
        assert values(one) == values(two) == {1.0}


def test_a_reader_that_fails_leaves_the_file_to_the_next(path: Path) -> None:
    with pytest.raises(ZeroDivisionError), opened(path):
        raise ZeroDivisionError
    with opened(path) as dataset:
        assert values(dataset) == {1.0}
