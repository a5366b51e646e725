"""The client: its published names, paging, filling, vanishing items, locks, hostile names, closing, cancelling."""

from __future__ import annotations

import asyncio
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.unit.deker.conftest import Storage, age
from tui.services.errors import InvalidInput, NotFound, Unavailable
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection
from tui.systems.deker.models import Attribute, Dimension
from tui.systems.deker.storage import Stop

LINE = (Dimension(name="x", size=2),)


async def test_it_is_open_until_it_is_closed_and_opens_again(storage: Storage) -> None:
    client = AsyncClient(f"file://{storage.root}")
    assert client.is_open
    assert not client.is_closed
    assert client.root_path == str(storage.root / "collections")
    assert client.meta_version == "0.2"
    assert [collection.name async for collection in client] == ["arr", "plain", "va"]
    await client.close()
    await client.close()
    assert client.is_closed
    with pytest.raises(Unavailable, match="closed"):
        await client.get_collection("arr")
    with pytest.raises(Unavailable, match="closed"):
        _ = client.root_path
    async with client:
        assert await client.get_collection("arr") is not None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("workers", 0),
        ("workers", 1.5),
        ("workers", "4"),
        ("write_lock_timeout", 1.5),
        ("write_lock_check_interval", None),
        ("loglevel", "LOUD"),
        ("loglevel", 3),
        ("memory_limit", "1.5G"),
        ("memory_limit", "10B"),
        ("memory_limit", ""),
        ("memory_limit", 1.0),
        ("executor", object()),
    ],
)
def test_a_wrong_parameter_is_named(storage: Storage, name: str, value: Any) -> None:
    with pytest.raises(InvalidInput, match=f"^{name}"):
        AsyncClient(str(storage.root), **{name: value})


def test_parameters_are_read_as_deker_reads_them(storage: Storage) -> None:
    with ThreadPoolExecutor(1) as pool:
        client = AsyncClient(str(storage.root), executor=pool, workers=True, loglevel="debug", memory_limit="10 M")
    assert client.options.workers == 1
    assert client.options.memory_limit == 10 << 20
    assert AsyncClient(str(storage.root), memory_limit=-5).options.memory_limit == 0


async def test_a_missing_storage_is_told_at_the_first_call(tmp_path: Path) -> None:
    client = AsyncClient(str(tmp_path / "typo"))
    with pytest.raises(NotFound, match="typo"):
        await client.list_collections()
    assert list(tmp_path.iterdir()) == []


async def test_a_given_executor_is_used_and_left_running(storage: Storage) -> None:
    with ThreadPoolExecutor(1) as pool:
        async with AsyncClient(str(storage.root), executor=pool) as client:
            assert len(await client.list_collections()) == 3
        assert pool.submit(lambda: 7).result() == 7


def test_a_schema_is_told_in_full(storage: Storage) -> None:
    found = storage.collections()
    assert (found["arr"].kind, found["arr"].dtype, found["arr"].shape) == ("array", "float32", (6, 4))
    assert (found["arr"].chunks, found["arr"].compression) == ((3, 2), "gzip")
    assert [attribute.name for attribute in found["arr"].primary_attributes] == ["number", "place"]
    assert found["arr"].fill_value == "nan"
    assert (found["va"].vgrid, found["va"].tile_shape, found["va"].fill_value) == ((2, 3), (2, 2), "-2147483648")
    assert found["va"].dimensions[0].start_attribute == "start"


async def test_get_collection_of_no_name_is_none(storage: Storage) -> None:
    async with AsyncClient(str(storage.root)) as client:
        for name in ("none", "", ".", "..", "../storage", "a/b", "a\0b", "x" * 5000, "\ud800"):
            assert await client.get_collection(name) is None
        with pytest.raises(InvalidInput, match="name"):
            await client.get_collection(3)  # type: ignore[arg-type]


async def test_light_entries_know_what_names_tell(storage: Storage) -> None:
    async with AsyncClient(str(storage.root)) as client:
        arr = await client.get_collection("arr")
        assert arr is not None
        pages = [page async for page in client.array_pages(arr, page_size=2)]
        assert [len(page) for page in pages] == [2, 1]
        light = pages[0][1]
        assert light.primary == {"number": 2, "place": "Łódź 2"}
        assert (light.health, light.filled, light.size) == ("unknown", False, None)
        filled = (await client.fill(arr, [light]))[0]
        assert filled is not None
        assert filled.primary == light.primary
        assert filled.custom == {"note": "n"}
        assert (filled.health, filled.has_data, filled.shape, filled.dtype) == ("ok", True, (6, 4), "<f4")
        assert (filled.chunks, filled.filters) == ((3, 2), "gzip 4")
        assert filled.size == storage.data("arr", 1).stat().st_size
        assert await client.get_array(arr, light.key) == filled
        with pytest.raises(NotFound):
            await client.get_array(arr, "00000000-0000-0000-0000-000000000000")


def test_a_never_written_array_says_so(storage: Storage) -> None:
    found = storage.entries("plain")
    assert sorted(entry.has_data is True for entry in found) == [False, True, True]
    empty = next(entry for entry in found if not entry.has_data)
    assert (empty.health, empty.empty_cells, empty.shape) == ("ok", 24, (6, 4))


def test_varrays_and_their_tiles_are_separate_lists(storage: Storage) -> None:
    varrays = storage.entries("va", "varray")
    assert [entry.tiles for entry in varrays] == [0, 6]
    assert [entry.has_data for entry in varrays] == [False, True]
    tiles = storage.entries("va", "array")
    assert len(tiles) == 6
    assert {entry.health for entry in tiles} == {"ok"}
    assert [entry.primary["v_position"] for entry in tiles] == [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2)]
    total = sum(entry.size or 0 for entry in tiles)
    assert varrays[1].size == total + storage.data("va", 1, "varray").stat().st_size


async def test_varrays_of_an_array_collection_are_refused(storage: Storage) -> None:
    async with AsyncClient(str(storage.root)) as client:
        arr = await client.get_collection("arr")
        assert arr is not None
        with pytest.raises(InvalidInput, match="kind"):
            _ = [page async for page in client.array_pages(arr, "varray")]


async def test_what_vanished_is_none(storage: Storage) -> None:
    async with AsyncClient(str(storage.root)) as client:
        arr = await client.get_collection("arr")
        assert arr is not None
        entries = [entry async for page in client.array_pages(arr) for entry in page]
        storage.data("arr", 1).unlink()
        Path(entries[1].link or "").unlink()
        filled = await client.fill(arr, entries)
        assert [entry and entry.id for entry in filled] == [entries[0].id, None, entries[2].id]
        shutil.rmtree(storage.directory("arr"))
        assert await client.fill(arr, entries) == [None, None, None]
        assert [page async for page in client.array_pages(arr)] == []


async def test_a_summary_counts_and_stops_at_its_bound(storage: Storage) -> None:
    async with AsyncClient(str(storage.root)) as client:
        va = await client.get_collection("va")
        assert va is not None
        summary = await client.collection_summary(va)
        assert (summary.arrays, summary.varrays, summary.complete) == (6, 2, True)
        tiles = (storage.directory("va") / "array_data").rglob("*.hdf5")
        assert summary.size == sum(path.stat().st_size for path in tiles)
        assert (await client.collection_summary(va, 4)).model_dump(include={"arrays", "complete"}) == {
            "arrays": 4,
            "complete": False,
        }


async def test_locks_tell_who_is_alive(storage: Storage) -> None:
    data = storage.data("va", 0, "varray").parent
    tile = next((storage.directory("va") / "array_data").rglob("*.hdf5"))
    files = {
        tile.parent / f"{tile.name}:{os.getpid()}.varraylock": ("varray", "alive"),
        tile.parent / f"{tile.stem}:{tile.stem}:4194305:7.arrayreadlock": ("read", "stale"),
        storage.directory("va") / "array_data" / "0123.arrlock": ("legacy", "unknown"),
    }
    for path in files:
        path.touch()
    (data / "folder.varraylock").mkdir()
    async with AsyncClient(str(storage.root)) as client:
        found = {Path(holder.path): (holder.kind, holder.state) for holder in await client.locks()}
        assert found == files
        assert await client.locks("arr") == []
        va = await client.get_collection("va")
        assert va is not None
        entry = await client.get_array(va, tile.stem)
        assert entry.health == "locked"
        assert {holder.kind for holder in await client.entry_locks(va, entry)} == {"varray", "read"}


async def test_a_lock_from_before_its_process_began_is_stale(storage: Storage) -> None:
    lock = storage.data("arr").parent / f"x:y:{os.getpid()}:1.arrayreadlock"
    lock.touch()
    age(storage.root)
    os.utime(lock, (1000, 1000))
    async with AsyncClient(str(storage.root)) as client:
        assert [holder.state for holder in await client.locks()] == ["stale"]


HOSTILE = ["\x1b[31mred", "[bold]x", "a\nb", "‮rtl", "x" * 240, ".hidden", "-rf", "a\\x9fb", "50%"]


async def test_hostile_names_are_listed_and_found_again(tmp_path: Path) -> None:
    for name in HOSTILE:
        made = create_collection(
            str(tmp_path), NewCollection(name, "int8", LINE, (Attribute(name="a", dtype="string", primary=True),))
        )
        create_array(made, {"a": f"{name[:80]} value"})
    broken = os.fsencode(tmp_path / "collections") + b"/\xff\xfe"
    Path(os.fsdecode(broken)).mkdir()
    async with AsyncClient(str(tmp_path)) as client:
        found = {collection.name: collection async for collection in client}
        assert set(found) == {*HOSTILE, "\\xff\\xfe"}
        assert found["\\xff\\xfe"].problem == "the metadata file is missing"
        again = await client.get_collection("\\xff\\xfe")
        assert again is not None
        for name in HOSTILE:
            assert found[name].problem is None
            found[name].model_dump_json()
            pages = [page async for page in client.array_pages(found[name])]
            (entry,) = await client.fill(found[name], pages[0])
            assert entry is not None
            assert (entry.health, entry.primary) == ("ok", {"a": f"{name[:80]} value"})
            entry.model_dump_json()


async def test_names_that_are_no_text_are_still_read(storage: Storage) -> None:
    link = next((storage.directory("arr") / "array_symlinks").rglob(f"{storage.arrays['arr'][0]}.hdf5"))
    link.parent.rename(link.parent.parent / "\udcff")
    age(storage.root)
    entry = (await asyncio.to_thread(storage.entries, "arr"))[0]
    assert entry.primary["place"] == "Łódź 1"
    assert entry.problem is not None and "\\xff" in entry.problem
    entry.model_dump_json()


async def test_links_that_leave_the_collection_are_not_followed(storage: Storage, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    arr = storage.directory("arr")
    data = storage.data("arr")
    shutil.move(data, outside / data.name)
    data.symlink_to(outside / data.name)
    second = storage.data("arr", 1).parent
    shutil.move(second, outside / second.name)
    second.symlink_to(outside / second.name)
    (arr / "array_symlinks" / "loop").symlink_to(arr / "array_symlinks", target_is_directory=True)
    (storage.root / "collections" / "elsewhere").symlink_to(outside)
    age(storage.root)
    found = await asyncio.to_thread(storage.entries, "arr")
    assert [entry.health for entry in found] == ["damaged", "damaged", "ok"]
    assert "leads out" in (found[1].problem or "")
    collections = await asyncio.to_thread(storage.collections)
    assert "not followed" in (collections["elsewhere"].problem or "")


async def test_a_fifo_in_the_place_of_a_file_does_not_hang(storage: Storage) -> None:
    path = storage.data("arr")
    path.unlink()
    os.mkfifo(path)
    metadata = storage.directory("plain") / "plain.json"
    metadata.unlink()
    os.mkfifo(metadata)
    found = await asyncio.wait_for(asyncio.to_thread(storage.entries, "arr"), 10)
    assert "not a regular file" in (found[0].problem or "")
    assert "not a regular file" in ((await asyncio.to_thread(storage.collections))["plain"].problem or "")


async def test_a_cancelled_call_stops_its_thread(storage: Storage) -> None:
    async with AsyncClient(str(storage.root)) as client:
        started, ended = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def work(stop: Stop) -> None:
            loop.call_soon_threadsafe(started.set)
            try:
                while True:
                    stop.check()
            finally:
                loop.call_soon_threadsafe(ended.set)

        task = asyncio.create_task(client._run("test", work))
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.wait_for(ended.wait(), 10)


async def test_a_list_that_is_left_early_leaves_nothing_behind(storage: Storage) -> None:
    async with AsyncClient(str(storage.root)) as client:
        arr = await client.get_collection("arr")
        assert arr is not None
        pages = client.array_pages(arr, page_size=1)
        assert len(await anext(pages)) == 1
        await pages.aclose()  # type: ignore[attr-defined]
        assert len([page async for page in client.array_pages(arr, page_size=1)]) == 3
