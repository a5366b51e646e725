"""Beside a real deker that is writing: nothing of what it works on is taken from it, and its write succeeds."""

from __future__ import annotations

import asyncio
import base64
import os
import signal
import threading
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy
import pytest

from tests.conformance.environments import Child
from tests.deker.pristine import Pristine, make_pristine
from tests.faults.killable import difference, is_trash_empty, tree
from tui.services.errors import Conflict
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.models import Collection

pytestmark = pytest.mark.conformance
T = TypeVar("T")
ALL: list[Any] = [{"slice": [None, None]}, {"slice": [None, None]}]
NEW = numpy.full((6, 4), 7, "float32")


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


def use(storage: Pristine, work: Callable[[AsyncClient], Awaitable[T]], timeout: int = 0) -> T:
    """Run `work` with a client that waits `timeout` seconds for readers."""

    async def run() -> T:
        async with AsyncClient(str(storage.root), write_lock_timeout=timeout) as client:
            return await work(client)

    return asyncio.run(run())


async def collection(client: AsyncClient, name: str) -> Collection:
    found = await client.get_collection(name)
    assert found is not None
    return found


async def delete(client: AsyncClient, name: str, key: str = "", kind: Any = "array") -> None:
    found = await collection(client, name)
    if key:
        await client.delete_entry(found, await client.get_entry(found, kind, key))
    else:
        await client.delete_collection(found)


async def clear(client: AsyncClient, name: str) -> None:
    await client.clear_collection(await collection(client, name))


@contextmanager
def reader(path: Path) -> Iterator[None]:
    """Be a reader of an array, so that a writer holds the array and waits until this is done."""
    lock = path.with_name(f"{path.stem}:{uuid.uuid4()}:{os.getpid()}:{threading.get_native_id()}.arrayreadlock")
    lock.touch()
    try:
        yield
    finally:
        lock.unlink()


@contextmanager
def writing(real_deker: Child, storage: Pristine, name: str, identity: str) -> Iterator[dict[str, Any]]:
    """Let the real package write an array meanwhile; afterwards its answer, or what it raised, is in the result."""
    array = {"path": str(storage.root), "collection": name, "identity": identity}
    data = {"dtype": NEW.dtype.str, "shape": list(NEW.shape), "content": base64.b64encode(NEW.tobytes()).decode()}
    said: dict[str, Any] = {}

    def write() -> None:
        try:
            said["answer"] = real_deker.ask("update", **array, index=ALL, data=data)
        except RuntimeError as error:
            said["raised"] = str(error)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        yield said
    finally:
        thread.join()


@contextmanager
def paused(pid: int) -> Iterator[None]:
    """Let a process stand still meanwhile."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def writer_of(path: Path) -> int:
    """Wait until somebody writes a file, and return the process's number."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        pid = writers_now().pid_of(path.lstat())
        if pid is not None:
            return pid
    raise TimeoutError(f"nobody writes {path}")


CALLS: dict[str, Callable[[AsyncClient, Pristine], Awaitable[object]]] = {
    "the array": lambda client, storage: delete(client, "arr", storage.arr[0]),
    "the collection": lambda client, storage: delete(client, "arr"),
    "the collection, cleared": lambda client, storage: clear(client, "arr"),
}


@pytest.mark.parametrize("what", CALLS)
def test_an_array_that_it_writes_is_not_deleted(real_deker: Child, storage: Pristine, what: str) -> None:
    path = storage.data("arr", storage.arr[0])
    with ExitStack() as reading:
        reading.enter_context(reader(path))
        with writing(real_deker, storage, "arr", storage.arr[0]) as said:
            pid = writer_of(path)
            with paused(pid):
                # The reader is gone, and the writer, which looks for it once a second, does not know yet.
                reading.close()
                with pytest.raises(Conflict, match=rf"\b{pid}\b"):
                    use(storage, lambda client: CALLS[what](client, storage))
    assert said == {"answer": None}
    assert is_trash_empty(storage.root)
    assert values(real_deker, storage, "arr", storage.arr[0]).tolist() == NEW.tolist()
    use(storage, lambda client: CALLS[what](client, storage))
    assert "no errors" in real_deker.ask("check", path=str(storage.root), level=4)


def test_a_varray_that_it_has_reserved_is_not_deleted_and_its_locks_are_spared(
    real_deker: Child, storage: Pristine
) -> None:
    # It reserves the tiles one after the other, and tries again while one of them is read.
    with reader(storage.tile("1-1")), writing(real_deker, storage, "va", storage.varray) as said:
        deadline = time.monotonic() + 60
        while not (reserved := list(storage.folder("va").rglob("*.varraylock"))):
            assert time.monotonic() < deadline
        pid = int(reserved[0].name.rpartition(":")[2].removesuffix(".varraylock"))
        calls: tuple[Callable[[AsyncClient], Awaitable[object]], ...] = (
            lambda client: delete(client, "va", storage.varray, "varray"),
            lambda client: delete(client, "va", reserved[0].name.partition(".")[0]),
            lambda client: delete(client, "va"),
            lambda client: clear(client, "va"),
        )
        for call in calls:
            with pytest.raises(Conflict, match=rf"\b({pid}|{os.getpid()})\b"):
                use(storage, call)
        clearing = use(storage, lambda client: client.clear_locks())
        assert (clearing.cleared, clearing.record) == ((), None)
        assert {str(path) for path in reserved} <= {lock.path for lock in clearing.spared}
        assert all(lock.state == "alive" and lock.pid in (pid, os.getpid()) for lock in clearing.spared)
    # Having met its own reservations it gives up, by itself and in order (contract §6).
    assert "raised" not in said or "Lock" in said["raised"]
    assert is_trash_empty(storage.root)
    assert "no errors" in real_deker.ask("check", path=str(storage.root), level=4)
    use(storage, lambda client: delete(client, "va", storage.varray, "varray"))
    assert "no errors" in real_deker.ask("check", path=str(storage.root), level=4)


def test_what_we_deleted_it_does_not_find_until_it_is_back(real_deker: Child, storage: Pristine) -> None:
    before = tree(storage.root)
    real_deker.ask("clear", path=str(storage.root), collection="arr", identity=storage.arr[2], index=ALL)
    changed = tree(storage.root)
    use(storage, lambda client: delete(client, "arr", storage.arr[2]))
    with pytest.raises(RuntimeError, match="LookupError"):
        real_deker.ask("clear", path=str(storage.root), collection="arr", identity=storage.arr[2], index=ALL)
    record = use(storage, lambda client: client.trash())[0].id
    use(storage, lambda client: client.restore(record))
    assert difference(changed, tree(storage.root)) == {}
    real_deker.ask("clear", path=str(storage.root), collection="arr", identity=storage.arr[2], index=ALL)
    assert difference(before, changed).keys() == {
        str(storage.data("arr", storage.arr[2]).relative_to(storage.root)),
    }


def values(real_deker: Child, storage: Pristine, name: str, identity: str) -> Any:
    answer = real_deker.ask("read", path=str(storage.root), collection=name, identity=identity, index=ALL)
    return numpy.frombuffer(base64.b64decode(answer["content"]), answer["dtype"]).reshape(answer["shape"])


def test_what_it_creates_while_we_delete_is_whole(real_deker: Child, storage: Pristine) -> None:
    """Arrays come and go in one collection from both sides at once, and none is lost or half there."""
    ended, failures = threading.Event(), list[BaseException]()

    def come_and_go() -> None:
        async def work(client: AsyncClient) -> None:
            while not ended.is_set():
                await delete(client, "arr", storage.arr[0])
                await client.restore((await client.trash())[0].id)

        try:
            use(storage, work)
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=come_and_go)
    thread.start()
    try:
        made = [
            real_deker.ask("make_by", path=str(storage.root), collection="arr", primary={"number": number})
            for number in range(100, 112)
        ]
    finally:
        ended.set()
        thread.join()
    assert failures == []
    assert "no errors" in real_deker.ask("check", path=str(storage.root), level=4)
    theirs = {c["name"]: {a["id"] for a in c["arrays"]} for c in real_deker.ask("report", path=str(storage.root))}
    assert theirs["arr"] == {*storage.arr, *made}
    assert is_trash_empty(storage.root)
