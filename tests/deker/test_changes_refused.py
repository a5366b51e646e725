"""What a live process writes, reads or makes is not taken from it, and the refusal names the process."""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.deker.corruptions import DEAD
from tests.deker.pristine import Pristine, make_pristine
from tests.faults.killable import difference, is_trash_empty, tree
from tui.services.errors import AlreadyExists, Conflict, NotFound
from tui.systems.deker.changes.new_collection import Schema
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.models import Dimension

T = TypeVar("T")
HOLD = """
import fcntl, sys
held = [open(path) for path in sys.argv[2:]]
for file in held:
    fcntl.flock(file, fcntl.LOCK_EX if sys.argv[1] == "write" else fcntl.LOCK_SH)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


@contextlib.contextmanager
def process(*files: Path, kind: str = "write") -> Iterator[int]:
    """A process that holds these files, as Deker's writers do; its number."""
    command = [sys.executable, "-c", HOLD, kind, *map(str, files)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as running:
        try:
            assert running.stdout is not None
            assert running.stdout.readline() == b"held\n"
            yield running.pid
        finally:
            running.kill()


def use(storage: Pristine, work: Callable[[AsyncClient], Awaitable[T]], timeout: int = 0) -> T:
    """Run `work` with a client that waits `timeout` seconds for readers."""

    async def run() -> T:
        async with AsyncClient(str(storage.root), write_lock_timeout=timeout) as client:
            return await work(client)

    return asyncio.run(run())


def read_lock(path: Path, pid: int) -> Path:
    lock = path.with_name(f"{path.stem}:{uuid.uuid4()}:{pid}:{pid}.arrayreadlock")
    lock.touch()
    return lock


def varray_lock(path: Path, pid: int) -> Path:
    lock = path.with_name(f"{path.name}:{pid}.varraylock")
    lock.touch()
    return lock


async def delete(client: AsyncClient, collection: str, key: str = "", kind: Any = "array") -> None:
    found = await client.get_collection(collection)
    assert found is not None
    if key:
        await client.delete_entry(found, await client.get_entry(found, kind, key))
    else:
        await client.delete_collection(found)


async def clear(client: AsyncClient, collection: str) -> None:
    found = await client.get_collection(collection)
    assert found is not None
    await client.clear_collection(found)


Call = Callable[[AsyncClient, Pristine], Awaitable[object]]
ARRAY: dict[str, Call] = {
    "the array": lambda client, storage: delete(client, "arr", storage.arr[0]),
    "its collection": lambda client, storage: delete(client, "arr"),
    "its collection, cleared": lambda client, storage: clear(client, "arr"),
}
VARRAY: dict[str, Call] = {
    "the tile": lambda client, storage: delete(client, "va", storage.tile("0-1").stem),
    "its VArray": lambda client, storage: delete(client, "va", storage.varray, "varray"),
    "its collection": lambda client, storage: delete(client, "va"),
    "its collection, cleared": lambda client, storage: clear(client, "va"),
}


def refused(storage: Pristine, call: Call, pid: int, timeout: int = 0) -> None:
    """See that the call is refused, names the process, and changes nothing."""
    before = tree(storage.root)
    with pytest.raises(Conflict) as conflict:
        use(storage, lambda client: call(client, storage), timeout)
    assert str(pid) in conflict.value.message
    assert difference(before, tree(storage.root)) == {}
    assert is_trash_empty(storage.root)


def goes_and_comes_back(storage: Pristine, call: Call) -> None:
    """See that the call is made and can be taken back."""
    before = tree(storage.root)

    async def work(client: AsyncClient) -> None:
        await call(client, storage)
        assert tree(storage.root) != before
        await client.restore((await client.trash())[0].id)

    use(storage, work)
    assert difference(before, tree(storage.root)) == {}


def test_a_probe_of_an_array_that_is_not_let_go_is_respected(storage: Pristine) -> None:
    before = tree(storage.root)
    # Deker's readers hold a file for a moment, shared; the system does not say who.
    with process(storage.data("arr", storage.arr[0]), kind="read"), pytest.raises(Conflict, match="held"):
        use(storage, lambda client: ARRAY["the array"](client, storage))
    assert difference(before, tree(storage.root)) == {}


@pytest.mark.parametrize("what", ARRAY)
def test_what_is_written_is_not_deleted(storage: Pristine, what: str) -> None:
    with process(storage.data("arr", storage.arr[0])) as pid:
        refused(storage, ARRAY[what], pid)
        # Its neighbours are free.
        use(storage, lambda client: delete(client, "arr", storage.arr[1]))
        use(storage, lambda client: delete(client, "plain"))
    goes_and_comes_back(storage, ARRAY[what])


@pytest.mark.parametrize("what", ARRAY)
def test_what_is_read_is_not_deleted(storage: Pristine, what: str) -> None:
    with process() as pid:
        lock = read_lock(storage.data("arr", storage.arr[0]), pid)
        refused(storage, ARRAY[what], pid)
        use(storage, lambda client: delete(client, "arr", storage.arr[1]))
        assert lock.exists()
    # What is left of a process that is gone protects nothing, and comes back with the rest.
    goes_and_comes_back(storage, ARRAY[what])
    assert lock.exists()


def test_a_reader_is_waited_for(storage: Pristine) -> None:
    lock = read_lock(storage.data("arr", storage.arr[0]), os.getpid())
    read = threading.Timer(0.5, lock.unlink)
    read.start()
    use(storage, lambda client: ARRAY["the array"](client, storage), timeout=60)
    assert not lock.parent.exists()


@pytest.mark.parametrize("what", VARRAY)
def test_what_a_varray_writer_has_reserved_is_not_deleted(storage: Pristine, what: str) -> None:
    with process() as pid:
        varray_lock(storage.tile("0-1"), pid)
        refused(storage, VARRAY[what], pid)
    goes_and_comes_back(storage, VARRAY[what])


@pytest.mark.parametrize("what", VARRAY)
def test_a_reservation_of_a_dead_process_counts_while_the_tile_is_written(storage: Pristine, what: str) -> None:
    varray_lock(storage.tile("0-1"), DEAD)
    with process(storage.tile("0-1")) as pid:
        before = tree(storage.root)
        with pytest.raises(Conflict, match=rf"\b({pid}|{DEAD})\b"):
            use(storage, lambda client: VARRAY[what](client, storage))
        assert difference(before, tree(storage.root)) == {}


def test_a_varray_whose_metadata_are_written_is_not_deleted(storage: Pristine) -> None:
    with process(storage.varray_json) as pid:
        for call in (VARRAY["its VArray"], VARRAY["its collection"]):
            refused(storage, call, pid)


@pytest.mark.parametrize("what", ["its collection", "its collection, cleared"])
def test_a_collection_that_is_being_made_or_cleared_is_not_deleted(storage: Pristine, what: str) -> None:
    with process(storage.lock("arr")) as pid:
        refused(storage, ARRAY[what], pid)


def test_a_name_that_another_process_is_making_is_not_made(storage: Pristine) -> None:
    storage.lock("made").touch()
    schema = Schema((Dimension(name="x", size=4),), "int8")
    with process(storage.lock("made")) as pid:
        refused(storage, lambda client, _: client.create_collection("made", schema), pid)
    made = use(storage, lambda client: client.create_collection("made", schema))
    assert (made.name, made.has_lock_file, made.problem) == ("made", True, None)
    with pytest.raises(AlreadyExists):
        use(storage, lambda client: client.create_collection("made", schema))


def test_what_is_held_is_not_repaired(storage: Pristine) -> None:
    storage.link(1).unlink()

    async def repair(client: AsyncClient, _: Pristine) -> object:
        return await client.repair("rebuild-links", await client.get_collection("arr"))

    with process(storage.data("arr", storage.arr[0])) as pid:
        before = tree(storage.root)
        try:
            planned, record = use(storage, lambda client: repair(client, storage))  # type: ignore[misc]
        except Conflict as conflict:
            assert str(pid) in conflict.message
        else:
            assert record is None
            assert any(str(pid) in note or "written" in note for note in planned.notes)
        assert difference(before, tree(storage.root)) == {}
    use(storage, lambda client: repair(client, storage))
    assert storage.link(1).is_symlink()


class Locks:
    """Stale and live locks of every kind in one storage."""

    def __init__(self, storage: Pristine, pid: int) -> None:
        arr, tile = storage.data("arr", storage.arr[0]), storage.tile("0-0")
        self.stale = {read_lock(arr, DEAD), varray_lock(tile, DEAD), read_lock(storage.tile("1-1"), DEAD)}
        # A process of that number lives, and began after the lock was made.
        reused = read_lock(storage.data("arr", storage.arr[1]), pid)
        os.utime(reused, (1, 1))
        self.stale.add(reused)
        self.live = {read_lock(storage.data("plain", storage.plain[0]), pid), varray_lock(storage.tile("0-1"), pid)}
        legacy = storage.folder("arr") / "array_data" / f"{'a' * 32}.arrlock"
        legacy.touch()
        named = storage.folder("arr") / "array_data" / f"{storage.arr[0]}:x:1:1.arrayreadlock"
        named.mkdir()
        linked = arr.with_name(f"{arr.stem}:{uuid.uuid4()}:{DEAD}:{DEAD}.arrayreadlock")
        linked.symlink_to(arr)
        self.none = {legacy, named, storage.lock("arr"), storage.lock("va")}


def test_stale_locks_are_cleared_and_live_ones_are_spared(storage: Pristine) -> None:
    with process() as pid:
        locks = Locks(storage, pid)
        before = tree(storage.root)
        clearing = use(storage, lambda client: client.clear_locks())
        assert {Path(lock.path) for lock in clearing.cleared} == locks.stale
        assert {Path(lock.path) for lock in clearing.spared} == locks.live
        gone = {str(path.relative_to(storage.root)) for path in locks.stale}
        assert difference(before, tree(storage.root)).keys() == gone
        assert clearing.record is not None
        again = use(storage, lambda client: client.clear_locks())
        assert (again.cleared, again.record, len(again.spared)) == ((), None, 2)
        record = clearing.record.id
        use(storage, lambda client: client.restore(record))
        assert difference(before, tree(storage.root)) == {}


def test_locks_of_one_collection_are_cleared(storage: Pristine) -> None:
    with process() as pid:
        locks = Locks(storage, pid)
        clearing = use(storage, lambda client: client.clear_locks("arr"))
        assert {Path(lock.path) for lock in clearing.cleared} == {p for p in locks.stale if "/arr/" in str(p)}
        assert all(path.exists() for path in locks.live | locks.none)
        for name in ("nowhere", "", "../arr", "arr.lock"):
            with pytest.raises(NotFound):
                use(storage, lambda client, name=name: client.clear_locks(name))


def test_a_live_lock_is_cleared_if_it_is_named(storage: Pristine) -> None:
    with process() as pid:
        locks = Locks(storage, pid)
        for path in locks.live:
            clearing = use(storage, lambda client, path=path: client.clear_locks(named=[str(path)]))
            assert [Path(lock.path) for lock in clearing.cleared] == [path]
            assert not path.exists()
        assert all(path.exists() for path in locks.stale | locks.none)


@pytest.mark.parametrize(
    "name",
    ["collections/arr.lock", "collections/arr/arr.json", "../victim", "collections/../../victim", "/etc/hostname", ""],
)
def test_what_is_no_lock_is_not_cleared(storage: Pristine, name: str) -> None:
    (storage.root.parent / "victim").write_bytes(b"not ours")
    Locks(storage, os.getpid())
    path = str(storage.root / name) if name else name
    before = tree(storage.root.parent, "")
    with pytest.raises((NotFound, Conflict)):
        use(storage, lambda client: client.clear_locks(named=[path]))
    assert difference(before, tree(storage.root.parent, "")) == {}


def test_a_hold_without_a_file_is_not_cleared(storage: Pristine) -> None:
    with process(storage.lock("arr")) as pid, pytest.raises(Conflict, match=str(pid)):
        use(storage, lambda client: client.clear_locks(named=[str(storage.lock("arr"))]))
