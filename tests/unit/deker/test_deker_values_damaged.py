"""Values of damaged storages and of files that are being written: an error with a reason, or what is really there."""

from __future__ import annotations

import asyncio
import fcntl
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import Pristine, make_pristine
from tests.deker.sources import values
from tests.thoroughness import one_in
from tests.unit.deker.conftest import age
from tests.unit.deker.test_deker_values import LAYOUTS, SHAPE, counted, put, storage
from tui.services.errors import Conflict, DataCorrupt, NotSupported, ServiceError
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.format.stable_read import StableReader, mount_device
from tui.systems.deker.reading.steady import Witness, read_steadily
from tui.systems.deker.storage import Stop

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux lists its locks")
WRITTEN = np.arange(1, 25, dtype="float32").reshape(6, 4)
UNTRUE = {
    **dict.fromkeys(range(46, 53), "other data were stored"),
    **dict.fromkeys((54, 77), "the data were deleted, which is how never-written ones look"),
    **dict.fromkeys((76, 78), "the link of a tile is gone, which is how a VArray without that tile looks"),
    57: "contiguous data have no checksum",
}
"""Corruptions after which what is read is not what was written, and why."""


async def everything(root: Path) -> list[tuple[str, Any]]:
    """Return every array, tile and VArray as (collection, values or the error of reading them)."""
    found: list[tuple[str, Any]] = []
    async with AsyncClient(str(root)) as client:
        for collection in await client.list_collections():
            for kind in ("array", "varray") if collection.is_virtual else ("array",):
                async for page in client.array_pages(collection, kind):
                    for entry in await client.fill(collection, page):
                        if entry is None:
                            continue
                        source = client.array_source(collection, entry)
                        try:
                            name = collection.name if kind == "varray" or not collection.is_virtual else "tile"
                            found.append((name, await source.read(source.select(()))))
                        except ServiceError as error:
                            assert error.message.isprintable() and error.hint.isprintable()
                            found.append((collection.name, error))
    return found


@pytest.mark.parametrize("row", one_in(2, CORRUPTIONS), ids=lambda row: f"{row:02}")
def test_whatever_is_damaged_is_an_error_or_what_was_written(tmp_path: Path, row: int) -> None:
    damaged = make_pristine(tmp_path / "storage")
    CORRUPTIONS[row][1](damaged)
    age(damaged.root)
    found = [(name, result) for name, result in asyncio.run(everything(damaged.root)) if name != "tile"]
    untrue = {
        name for name, result in found if not isinstance(result, ServiceError) and result.tobytes() != WRITTEN.tobytes()
    }
    assert len(untrue) == (row in UNTRUE), f"{CORRUPTIONS[row][0]}: {untrue}"
    # Nothing is left out, and row 17 gives a collection another name.
    assert {name for name, _ in found} >= {"plain", "packed", "va"} | ({"arr"} if row != 17 else set())


def test_a_filter_that_is_not_installed_is_named(tmp_path: Path) -> None:
    pristine = make_pristine(tmp_path / "storage")
    CORRUPTIONS[60][1](pristine)
    age(pristine.root)
    with pytest.raises(NotSupported, match="filter 32090") as refused:
        values(pristine.root, "packed")
    assert "hdf5plugin" in refused.value.hint


@pytest.mark.parametrize("layout", LAYOUTS)
def test_bytes_at_random_are_never_more_than_an_error(tmp_path: Path, layout: str) -> None:
    path = storage(tmp_path)
    put(path, counted(SHAPE), **LAYOUTS[layout])
    sound = path.read_bytes()
    draw = random.Random(layout)
    failures = 0
    for _ in range(60):
        content = bytearray(sound)
        for _ in range(draw.choice((1, 4, 40))):
            content[draw.randrange(min(len(content), 12_000))] = draw.randrange(256)
        path.write_bytes(content[: draw.choice((len(content), len(content), draw.randrange(len(content))))])
        age(path.parent)
        try:
            values(tmp_path, "arr")
        except ServiceError as error:
            failures += 1
            assert error.message.isprintable()
    assert failures


def test_a_few_bytes_that_unpack_to_many_are_refused(tmp_path: Path) -> None:
    import zlib

    path = storage(tmp_path, shape=(10, 10))
    with h5py.File(path, "r+") as file:
        made = file.create_dataset("data", (10, 10), "float32", chunks=(10, 10), compression="gzip")
        made.id.write_direct_chunk((0, 0), zlib.compress(bytes(1 << 22)))
    age(path.parent)
    with pytest.raises(DataCorrupt, match="chunk at 0, 0 is damaged: "):
        values(tmp_path, "arr")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Have another process hold the file as a writer does."""
    code = "import fcntl,sys; f=open(sys.argv[1]); fcntl.flock(f,fcntl.LOCK_EX); print('held',flush=True); input()"
    command = [sys.executable, "-c", code, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None and writer.stdin is not None
        writer.stdout.readline()
        try:
            yield
        finally:
            writer.stdin.write(b"\n")
            writer.stdin.close()


@linux
def test_what_is_being_written_is_a_conflict_and_nothing_is_locked(tmp_path: Path) -> None:
    path = storage(tmp_path)
    put(path, counted(SHAPE))
    with locked(path):
        with pytest.raises(Conflict, match="being written") as refused:
            values(tmp_path, "arr")
        assert refused.value.hint
    assert values(tmp_path, "arr").tobytes() == counted(SHAPE).tobytes()
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert list(path.parent.iterdir()) == [path]


@linux
def test_a_tile_that_is_being_written_is_a_conflict_of_its_part_alone(pristine: Pristine) -> None:
    with locked(pristine.tile("1-1")):
        with pytest.raises(Conflict):
            values(pristine.root, "va")
        with pytest.raises(Conflict):
            values(pristine.root, "va", (5, 3))
        assert values(pristine.root, "va", slice(0, 3)).tobytes() == WRITTEN[:3].tobytes()


@pytest.fixture
def pristine(tmp_path: Path) -> Pristine:
    made = make_pristine(tmp_path / "storage")
    age(made.root)
    return made


class Changing:
    """A file that is changed while it is read, as often as it is told; each time all its bytes become one letter."""

    def __init__(self, path: Path, changes: int) -> None:
        self.path, self.changes, self.reads = path, changes, 0
        self.path.write_bytes(b"a" * 64)
        real = os.path.realpath(path.parent)
        self.reader = StableReader(f"{real}/", mount_device(real))

    def read(self, witness: Witness) -> Any:
        self.reads += 1
        descriptor, _ = witness.open(str(self.path))
        try:
            first = os.pread(descriptor, 32, 0)
            if self.changes:
                self.changes -= 1
                self.path.write_bytes(bytes([first[0] + 1]) * 64)
            return np.frombuffer(first + os.pread(descriptor, 32, 32), np.uint8)
        finally:
            os.close(descriptor)


@pytest.mark.parametrize("changes", [0, 1, 2, 5])
def test_a_value_is_old_or_new_and_not_half_of_each(tmp_path: Path, changes: int) -> None:
    file = Changing(tmp_path / "file", changes)
    found = read_steadily(file.reader, file.read, Stop())
    assert found.tolist() == [ord("a") + changes] * 64
    assert file.reads > changes


def test_a_file_that_never_rests_is_a_conflict(tmp_path: Path) -> None:
    file = Changing(tmp_path / "file", 10_000)
    file.path.write_bytes(b"\x01" * 64)
    with pytest.raises(Conflict, match="being written"):
        read_steadily(file.reader, file.read, Stop())


def test_changes_that_leave_the_times_as_they_were_are_noticed(tmp_path: Path) -> None:
    """Some file systems stamp times in ticks; what changed a moment before is read twice."""
    path = tmp_path / "file"
    path.write_bytes(b"a" * 64)
    stamp = time.time_ns()
    reader = Changing(path, 0).reader
    halves = iter((b"a" * 32 + b"b" * 32, b"b" * 64, b"b" * 64))
    os.utime(path, ns=(stamp, stamp))
    found = read_steadily(reader, lambda witness: _after_opening(witness, path, next(halves)), Stop())
    assert found.tobytes() == b"b" * 64


def _after_opening(witness: Witness, path: Path, content: bytes) -> Any:
    os.close(witness.open(str(path))[0])
    return np.frombuffer(content, np.uint8)


def test_damage_of_a_moment_ago_is_looked_at_again(tmp_path: Path) -> None:
    path = storage(tmp_path)
    put(path, counted(SHAPE))
    whole = path.read_bytes()
    path.write_bytes(whole[:-100])
    reader = threading.Event()

    def mend() -> None:
        reader.wait(20)
        path.write_bytes(whole)

    mending = threading.Thread(target=mend)
    mending.start()

    async def run() -> Any:
        async with AsyncClient(str(tmp_path)) as client:
            collection = await client.get_collection("arr")
            assert collection is not None
            page = [entry async for entries in client.array_pages(collection) for entry in entries]
            source = client.array_source(collection, page[0])
            reader.set()
            return await source.read(source.select(()))

    try:
        assert asyncio.run(run()).tobytes() == counted(SHAPE).tobytes()
    finally:
        mending.join()
