"""A change is taken back only where the storage has room for it: else nothing is touched, and it is said why."""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy
import pytest

from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import Pristine, make_pristine
from tests.faults.killable import TRASH, difference, is_trash_empty, tree
from tui.services.errors import AlreadyExists, Cancelled, Conflict, InvalidInput, NotFound, ServiceError, Unavailable
from tui.systems.deker.changes.new_collection import Schema
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.format.writer import create_array
from tui.systems.deker.models import Attribute, Collection, Dimension

T = TypeVar("T")
DATA = numpy.ones((6, 4), "float32")
SCHEMA = Schema((Dimension(name="x", size=4),), "int8", (Attribute(name="number", dtype="int", primary=True),))


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


def use(storage: Pristine, work: Callable[[AsyncClient], Awaitable[T]]) -> T:
    """Run `work` with an open client on the storage."""

    async def run() -> T:
        async with AsyncClient(str(storage.root)) as client:
            return await work(client)

    return asyncio.run(run())


async def collection(client: AsyncClient, name: str) -> Collection:
    found = await client.get_collection(name)
    assert found is not None
    return found


async def delete(client: AsyncClient, name: str, key: str = "", kind: Any = "array") -> str:
    """Delete an array, or without a key the collection; return the record's id."""
    found = await collection(client, name)
    if not key:
        return (await client.delete_collection(found)).id
    return (await client.delete_entry(found, await client.get_entry(found, kind, key))).id


def refused(storage: Pristine, record: str) -> None:
    """See that the change is not taken back, and that nothing is touched."""
    before = tree(storage.root, "")
    with pytest.raises(Conflict):
        use(storage, lambda client: client.restore(record))
    assert difference(before, tree(storage.root, "")) == {}


def test_an_array_does_not_come_back_into_a_collection_that_is_gone(storage: Pristine) -> None:
    before = tree(storage.root)
    array = use(storage, lambda client: delete(client, "arr", storage.arr[0]))
    whole = use(storage, lambda client: delete(client, "arr"))
    refused(storage, array)
    use(storage, lambda client: client.restore(whole))
    use(storage, lambda client: client.restore(array))
    assert difference(before, tree(storage.root)) == {}


def test_an_array_does_not_come_back_into_another_collection_of_that_name(storage: Pristine) -> None:
    array = use(storage, lambda client: delete(client, "arr", storage.arr[0]))
    use(storage, lambda client: delete(client, "arr"))
    use(storage, lambda client: client.create_collection("arr", SCHEMA))
    refused(storage, array)


def test_an_array_does_not_come_back_beside_another_of_its_attributes(storage: Pristine) -> None:
    array = use(storage, lambda client: delete(client, "arr", storage.arr[0]))
    made = use(storage, lambda client: collection(client, "arr"))
    another = create_array(made, {"number": 1}, data=DATA)
    refused(storage, array)
    use(storage, lambda client: delete(client, "arr", another))
    use(storage, lambda client: client.restore(array))


def test_a_tile_does_not_come_back_to_a_varray_that_is_gone(storage: Pristine) -> None:
    before = tree(storage.root)
    tile = use(storage, lambda client: delete(client, "va", storage.tile("0-0").stem))
    varray = use(storage, lambda client: delete(client, "va", storage.varray, "varray"))
    refused(storage, tile)
    use(storage, lambda client: client.restore(varray))
    use(storage, lambda client: client.restore(tile))
    assert difference(before, tree(storage.root)) == {}


def test_arrays_come_back_in_any_order(storage: Pristine) -> None:
    before = tree(storage.root)
    deleted = [("arr", identity) for identity in storage.arr] + [("plain", identity) for identity in storage.plain]
    records = [use(storage, lambda client, each=each: delete(client, *each)) for each in deleted]
    for record in (*records[1::2], *records[-2::-2]):
        use(storage, lambda client, record=record: client.restore(record))
    assert difference(before, tree(storage.root)) == {}
    assert is_trash_empty(storage.root)


def test_arrays_come_back_to_a_collection_that_was_cleared(storage: Pristine) -> None:
    before = tree(storage.root)
    array = use(storage, lambda client: delete(client, "arr", storage.arr[0]))

    async def clear(client: AsyncClient) -> str:
        record = await client.clear_collection(await collection(client, "arr"))
        assert record is not None
        return record.id

    cleared = use(storage, clear)
    assert [path.name for path in storage.folder("arr").iterdir()] == ["arr.json"]
    use(storage, lambda client: client.restore(array))
    # What was cleared has no room while something lies in its place.
    refused(storage, cleared)
    use(storage, lambda client: delete(client, "arr", storage.arr[0]))
    for path in (storage.folder("arr") / "array_data", storage.folder("arr") / "array_symlinks"):
        path.rmdir()
    use(storage, lambda client: client.restore(cleared))
    use(storage, lambda client: client.restore(array_record(storage, client)))
    assert difference(before, tree(storage.root)) == {}


def array_record(storage: Pristine, client: AsyncClient) -> str:
    """Return the id of the only record in the trash."""
    (record,) = (path.name for path in (storage.root / TRASH).iterdir())
    return record


def test_a_collection_does_not_come_back_over_another_of_its_name(storage: Pristine) -> None:
    before = tree(storage.root)
    record = use(storage, lambda client: delete(client, "arr"))
    use(storage, lambda client: client.create_collection("arr", SCHEMA))
    refused(storage, record)
    with pytest.raises(AlreadyExists):
        use(storage, lambda client: client.create_collection("arr", SCHEMA))
    use(storage, lambda client: delete(client, "arr"))
    use(storage, lambda client: client.restore(record))
    assert difference(before, tree(storage.root)) == {}


def test_a_creation_is_not_taken_back_once_there_are_arrays(storage: Pristine) -> None:
    before = tree(storage.root)
    use(storage, lambda client: client.create_collection("made", SCHEMA))
    (record,) = use(storage, lambda client: client.trash())
    made = use(storage, lambda client: collection(client, "made"))
    identity = create_array(made, {"number": 1}, data=numpy.ones(4, "int8"))
    refused(storage, record.id)
    use(storage, lambda client: delete(client, "made", identity))
    (newest, _) = use(storage, lambda client: client.trash())
    use(storage, lambda client: client.purge(newest.id))
    use(storage, lambda client: client.restore(record.id))
    assert difference(before, tree(storage.root)) == {}


def test_a_repair_is_not_taken_back_once_the_links_are_others(storage: Pristine) -> None:
    CORRUPTIONS[37][1](storage)

    async def repair(client: AsyncClient) -> str:
        _, record = await client.repair("rebuild-links", await collection(client, "arr"))
        assert record is not None
        return record.id

    record = use(storage, repair)
    use(storage, lambda client: delete(client, "arr", storage.arr[0]))
    refused(storage, record)


def test_what_is_deleted_twice_at_once_goes_once(storage: Pristine) -> None:
    before = tree(storage.root)

    async def twice(client: AsyncClient) -> list[object]:
        async with AsyncClient(str(storage.root)) as other:
            found = await collection(client, "va")
            entry = await client.get_entry(found, "varray", storage.varray)
            work = (each.delete_entry(found, entry) for each in (client, other) * 4)
            return await asyncio.gather(*work, return_exceptions=True)

    outcomes = use(storage, twice)
    (_,) = (outcome for outcome in outcomes if not isinstance(outcome, BaseException))
    assert all(isinstance(outcome, Conflict | NotFound) for outcome in outcomes if isinstance(outcome, BaseException))
    (record,) = use(storage, lambda client: client.trash())
    use(storage, lambda client: client.restore(record.id))
    assert difference(before, tree(storage.root)) == {}


def test_what_is_created_often_at_once_is_made_once(storage: Pristine) -> None:
    before = tree(storage.root)

    async def often(client: AsyncClient) -> list[object]:
        async with AsyncClient(str(storage.root)) as other:
            work = (each.create_collection("made", SCHEMA) for each in (client, other) * 6)
            return await asyncio.gather(*work, return_exceptions=True)

    outcomes = use(storage, often)
    (made,) = (outcome for outcome in outcomes if isinstance(outcome, Collection))
    assert made.problem is None
    assert all(isinstance(outcome, AlreadyExists | Conflict) for outcome in outcomes if outcome is not made)
    (record,) = use(storage, lambda client: client.trash())
    use(storage, lambda client: client.restore(record.id))
    assert difference(before, tree(storage.root)) == {}
    assert is_trash_empty(storage.root)


def test_many_changes_at_once_are_all_made(storage: Pristine) -> None:
    before = tree(storage.root)

    async def work(client: AsyncClient) -> None:
        arr, plain, va = [await collection(client, name) for name in ("arr", "plain", "va")]
        await asyncio.gather(
            *[client.delete_entry(arr, await client.get_array(arr, identity)) for identity in storage.arr],
            *[client.delete_entry(plain, await client.get_array(plain, identity)) for identity in storage.plain],
            client.delete_collection(va),
            *[client.create_collection(f"made {number}", SCHEMA) for number in range(6)],
        )
        assert len(await client.trash()) == 13
        await asyncio.gather(*[client.restore(record.id) for record in await client.trash()])

    use(storage, work)
    assert difference(before, tree(storage.root)) == {}
    assert is_trash_empty(storage.root)


@pytest.mark.parametrize("steps", range(0, 40, 3))
def test_who_cancels_learns_what_became_of_it(storage: Pristine, steps: int) -> None:
    before = tree(storage.root)

    async def work(client: AsyncClient) -> None:
        found = await collection(client, "va")
        entry = await client.get_entry(found, "varray", storage.varray)
        task = asyncio.ensure_future(client.delete_entry(found, entry))
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        try:
            record = await task
        except (asyncio.CancelledError, Cancelled):
            assert difference(before, tree(storage.root)) == {}
            assert is_trash_empty(storage.root)
        else:
            assert [kept.id for kept in await client.trash()] == [record.id]
            await client.restore(record.id)
            assert difference(before, tree(storage.root)) == {}

    use(storage, work)


def test_a_client_that_is_closed_changes_nothing(storage: Pristine) -> None:
    before = tree(storage.root, "")

    async def run() -> None:
        client = AsyncClient(str(storage.root))
        found = await collection(client, "arr")
        await client.close()
        calls: list[Callable[[], Awaitable[object]]] = [
            lambda: client.create_collection("made", SCHEMA),
            lambda: client.delete_collection(found),
            lambda: client.clear_collection(found),
            lambda: client.clear_locks(),
            lambda: client.repair("rebuild-links", found),
            lambda: client.restore("x"),
            lambda: client.purge("x"),
            lambda: client.trash(),
            lambda: client.calculate_storage_size(),
            lambda: client.check_integrity(1),
            lambda: client.finish_interrupted(),
        ]
        for call in calls:
            with pytest.raises(Unavailable, match="closed"):
                await call()

    asyncio.run(run())
    assert difference(before, tree(storage.root, "")) == {}


def test_an_array_has_to_fit_into_the_memory_limit(storage: Pristine) -> None:
    async def run() -> None:
        async with AsyncClient(str(storage.root), memory_limit="1K") as client:
            large = Schema((Dimension(name="x", size=2048),), "int8")
            with pytest.raises(InvalidInput, match="memory"):
                await client.create_collection("large", large)
            # Of VArrays it is the tile that counts.
            await client.create_collection("large", Schema(large.dimensions, "int8", vgrid=(4,)))

    asyncio.run(run())


@pytest.mark.parametrize("what", ["collections", "collections/arr", "collections/arr/array_symlinks/1", "."])
def test_what_may_not_be_written_is_left_as_it_is(what: str) -> None:
    # Not in pytest's own folder, which only its owner may enter.
    with tempfile.TemporaryDirectory() as folder:
        storage = make_pristine(Path(folder) / "storage")
        own(Path(folder))
        place = storage.root / what
        place.chmod(0o555)
        before = tree(storage.root)

        async def work(client: AsyncClient) -> None:
            calls: list[Callable[[], Awaitable[object]]] = [
                lambda: delete(client, "arr", storage.arr[0]),
                lambda: delete(client, "arr"),
                lambda: client.create_collection("made", SCHEMA),
            ]
            refused = 0
            for call in calls:
                try:
                    await call()
                except ServiceError as error:
                    # Each is refused where it has to write there.
                    refused += 1
                    assert "Permission" in error.message or "may not" in error.message
                    assert difference(before, tree(storage.root)) == {}
                else:
                    await client.restore((await client.trash())[0].id)
                assert difference(before, tree(storage.root)) == {}
            assert refused

        with unprivileged():
            use(storage, work)
        place.chmod(0o755)
        assert is_trash_empty(storage.root)


def own(folder: Path) -> None:
    """Give everything in a folder to a user who is not root, if this is root."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, 65534, 65534, follow_symlinks=False)


class unprivileged:
    """Be a user to whom permissions apply."""

    def __enter__(self) -> None:
        self._was_root = os.geteuid() == 0
        if self._was_root:
            os.seteuid(65534)

    def __exit__(self, *_: object) -> None:
        if self._was_root:
            os.seteuid(0)
