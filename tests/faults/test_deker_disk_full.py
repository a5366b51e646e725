"""On a full disk a change is made whole or not at all, and what is in the trash can still be purged to make room."""

from __future__ import annotations

import asyncio
import errno
import os
import resource
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import TypeVar

import pytest

from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import Pristine, make_pristine
from tests.faults.killable import difference, is_trash_empty, tree
from tui.services.errors import ServiceError
from tui.systems.deker.changes.new_collection import Schema
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.models import Collection, Dimension

T = TypeVar("T")
Call = Callable[[AsyncClient, Pristine], Awaitable[object]]


def use(root: Path, work: Callable[[AsyncClient], Awaitable[T]]) -> T:
    """Run `work` with an open client on the storage."""

    async def run() -> T:
        async with AsyncClient(str(root)) as client:
            return await work(client)

    return asyncio.run(run())


async def collection(client: AsyncClient, name: str) -> Collection:
    found = await client.get_collection(name)
    assert found is not None
    return found


async def delete_array(client: AsyncClient, storage: Pristine) -> None:
    found = await collection(client, "arr")
    await client.delete_entry(found, await client.get_array(found, storage.arr[1]))


async def delete_varray(client: AsyncClient, storage: Pristine) -> None:
    found = await collection(client, "va")
    await client.delete_entry(found, await client.get_entry(found, "varray", storage.varray))


async def delete_collection(client: AsyncClient, storage: Pristine) -> None:
    await client.delete_collection(await collection(client, "arr"))


async def clear_collection(client: AsyncClient, storage: Pristine) -> None:
    await client.clear_collection(await collection(client, "va"))


async def create(client: AsyncClient, storage: Pristine) -> None:
    await client.create_collection("made", Schema((Dimension(name="x", size=4),), "int8"))


async def repair(client: AsyncClient, storage: Pristine) -> None:
    _, record = await client.repair("rebuild-links", await collection(client, "arr"))
    assert record is not None


async def recover(client: AsyncClient, storage: Pristine) -> None:
    _, record = await client.repair("set-counter", await collection(client, "arr"))
    assert record is not None


CALLS: dict[str, Call] = {
    call.__name__: call
    for call in (create, delete_array, delete_varray, delete_collection, clear_collection, repair, recover)
}


@pytest.fixture(params=["bytes", "inodes"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A small disk of which bytes or inodes run out."""
    folder = tmp_path / request.param
    folder.mkdir()
    size = "size=1m,nr_inodes=100k" if request.param == "bytes" else "size=64m,nr_inodes=600"
    command = ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode:
        pytest.skip("only who may mount has a small disk")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> None:
    """Leave not a byte, or not an inode."""
    with suppress(OSError):
        for number in count():
            with (disk / f"filler {number}").open("wb", buffering=0) as file:
                while disk.name == "bytes":
                    file.write(b"x" * 4096)


def free(disk: Path) -> None:
    for path in disk.glob("filler *"):
        path.unlink()


def all_or_nothing(storage: Pristine, call: Call) -> bool:
    """Make a call, and see that it is made whole or that nothing is changed; return whether it was made."""
    before = tree(storage.root)
    try:
        use(storage.root, lambda client: call(client, storage))
    except ServiceError as error:
        assert os.strerror(errno.ENOSPC) in error.message or os.strerror(errno.EFBIG) in error.message
        assert difference(before, tree(storage.root)) == {}
        assert is_trash_empty(storage.root)
        return False
    (record,) = use(storage.root, lambda client: client.trash())
    use(storage.root, lambda client: client.restore(record.id))
    assert difference(before, tree(storage.root)) == {}
    return True


@pytest.mark.parametrize("name", CALLS)
def test_a_full_disk(disk: Path, name: str) -> None:
    storage = make_pristine(disk / "storage")
    for row in (34, 56):
        CORRUPTIONS[row][1](storage)
    fill(disk)
    assert not all_or_nothing(storage, CALLS[name])
    free(disk)
    assert all_or_nothing(storage, CALLS[name])


def test_purging_makes_room_on_a_full_disk(disk: Path) -> None:
    storage = make_pristine(disk / "storage")
    use(storage.root, lambda client: delete_collection(client, storage))
    before = tree(storage.root)
    fill(disk)
    (record,) = use(storage.root, lambda client: client.trash())
    use(storage.root, lambda client: client.purge(record.id))
    assert is_trash_empty(storage.root)
    assert difference(before, tree(storage.root)) == {}
    use(storage.root, lambda client: create(client, storage))


def test_what_is_in_the_trash_of_a_full_disk_is_not_lost(disk: Path) -> None:
    storage = make_pristine(disk / "storage")
    before = tree(storage.root)
    use(storage.root, lambda client: delete_array(client, storage))
    after = tree(storage.root)
    fill(disk)
    (record,) = use(storage.root, lambda client: client.trash())
    with suppress(ServiceError):
        use(storage.root, lambda client: client.restore(record.id))
    free(disk)
    use(storage.root, lambda client: client.finish_interrupted())
    if records := use(storage.root, lambda client: client.trash()):
        assert difference(after, tree(storage.root)) == {}
        use(storage.root, lambda client: client.restore(records[0].id))
    assert difference(before, tree(storage.root)) == {}
    assert is_trash_empty(storage.root)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let no file grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("size", [0, 10, 100, 500, 2500])
def test_files_that_may_not_grow(tmp_path: Path, name: str, size: int) -> None:
    storage = make_pristine(tmp_path / "storage")
    for row in (34, 56):
        CORRUPTIONS[row][1](storage)
    with files_of_at_most(size):
        was_made = all_or_nothing(storage, CALLS[name])
    # A record and what is made take more than a hundred bytes.
    assert not (was_made and size <= 100)
    assert all_or_nothing(storage, CALLS[name])
