"""A storage that is being used: locks that are held, and files that change while they are checked, are no errors."""

from __future__ import annotations

import asyncio
import fcntl
import multiprocessing
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from tests.deker.corruptions import DEAD, STRANGER
from tests.deker.integrity import checked, found, settle
from tests.deker.pristine import Pristine, make_pristine


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    made = make_pristine(tmp_path / "storage")
    settle(made.root)
    return made


def _write_on(path: str, begun: Event, stop: Event) -> None:
    """Update the data and the attributes of an array again and again, each time as Deker does (contract §6, §7.1)."""
    import h5py
    import numpy

    number = 0
    while not stop.is_set():
        number += 1
        with Path(path).open("rb+") as locked:
            fcntl.flock(locked, fcntl.LOCK_EX)
            with h5py.File(path, "r+", locking=False) as file:
                file["data"][...] = numpy.full((6, 4), number, "float32")
                meta = file["meta"][()]
                del file["meta"]
                file.flush()
                time.sleep(0.01)
                file.create_dataset("meta", data=numpy.bytes_(meta))
        begun.set()


@contextmanager
def writer(path: Path) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    begun, stop = context.Event(), context.Event()
    process = context.Process(target=_write_on, args=(str(path), begun, stop))
    process.start()
    try:
        assert begun.wait(60)
        yield
    finally:
        stop.set()
        process.join()


async def test_an_array_that_is_written_without_pause_is_no_error(storage: Pristine) -> None:
    with writer(storage.data("arr", storage.arr[0])):
        for level in (2, 3, 5):
            for _ in range(4):
                report = await checked(storage.root, level)
                assert {finding.severity for finding in report.findings} <= {"note"}, report.findings
                assert {finding.array for finding in report.findings} <= {storage.arr[0]}
                assert report.arrays == 12
    settle(storage.root)
    assert (await checked(storage.root)).findings == ()


async def test_a_writer_that_holds_a_file_is_named_in_a_note(storage: Pristine) -> None:
    path = storage.data("arr", storage.arr[0])
    with path.open("rb+") as locked:
        fcntl.flock(locked, fcntl.LOCK_EX)
        os.utime(path)
        report = await checked(storage.root)
    assert [(each.code, each.severity, each.array) for each in report.findings] == [
        ("changing", "note", storage.arr[0])
    ]
    assert str(os.getpid()) in report.findings[0].message


async def test_damage_beside_what_is_written_is_found_all_the_same(storage: Pristine) -> None:
    other = storage.data("arr", storage.arr[1])
    os.truncate(other, 100)
    with writer(storage.data("arr", storage.arr[0])):
        report = await checked(storage.root)
    errors = [finding for finding in report.findings if finding.severity == "error"]
    assert [(each.code, each.array) for each in errors] == [("file-damaged", storage.arr[1])]


async def test_a_lock_of_a_process_that_runs_is_a_note(storage: Pristine) -> None:
    directory = storage.data("arr", storage.arr[0]).parent
    pid = os.getpid()
    (directory / f"{storage.arr[0]}:{STRANGER}:{pid}:{pid}.arrayreadlock").touch()
    (storage.tile("0-0").parent / f"{storage.tile('0-0').name}:{pid}.varraylock").touch()
    report = await checked(storage.root)
    assert found(report) == ["lock-live arr", "lock-live va"]
    assert report.is_clean


async def test_a_lock_file_that_says_no_process_is_reported_and_not_understood(storage: Pristine) -> None:
    directory = storage.data("arr", storage.arr[0]).parent
    (directory / "x.arrayreadlock").touch()
    (directory / "padlock").touch()
    settle(storage.root)
    assert found(await checked(storage.root)) == ["lock-unknown arr", "stray-file arr"]


async def test_directories_that_are_named_like_locks_are_none(storage: Pristine) -> None:
    folder = storage.folder("arr") / "array_symlinks"
    (folder / "1").rename(folder / f"1:{DEAD}.varraylock")
    settle(storage.root)
    assert found(await checked(storage.root)) == ["link-misplaced arr"]


async def test_what_is_finished_between_two_looks_is_no_finding(storage: Pristine) -> None:
    """A link that comes, a file that goes and a collection that gets its metadata, all within a second."""
    link, target = storage.link(1), storage.link(1).readlink()
    link.unlink()
    stray = storage.data("plain", storage.plain[0]).parent / "part.tmp"
    stray.touch()
    new = storage.folder("new")
    new.mkdir()
    content = storage.json_of("plain").read_text().replace('"plain"', '"new"')
    checking = asyncio.create_task(checked(storage.root))
    await asyncio.sleep(0.6)
    link.symlink_to(target)
    stray.unlink()
    storage.lock("new").touch()
    (new / "new.json").write_text(content)
    report = await checking
    assert report.seconds >= 1
    assert report.is_clean, report.findings


async def test_a_file_that_was_broken_by_a_writer_that_is_gone_is_an_error(storage: Pristine) -> None:
    path = storage.data("arr", storage.arr[0])
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    report = await checked(storage.root)
    assert found(report) == ["file-damaged arr"]
    assert report.seconds >= 1


async def test_a_collection_that_is_being_made_is_a_note(storage: Pristine) -> None:
    storage.folder("new").mkdir()
    with storage.lock("new").open("w") as marker:
        fcntl.flock(marker, fcntl.LOCK_EX)
        report = await checked(storage.root)
    assert found(report) == ["changing new"]


async def test_several_varrays_without_attributes_are_healthy(tmp_path: Path) -> None:
    import numpy

    from tui.systems.deker.format.writer import NewCollection, create_collection, create_varray
    from tui.systems.deker.models import Dimension

    axes = (Dimension(name="y", size=4), Dimension(name="x", size=4))
    collection = create_collection(str(tmp_path), NewCollection("bare", "int16", axes, vgrid=(2, 2)))
    for _ in range(3):
        create_varray(collection, data=numpy.arange(16, dtype="int16").reshape(4, 4))
    settle(tmp_path)
    report = await checked(tmp_path)
    assert (report.arrays, report.findings) == (15, ())
