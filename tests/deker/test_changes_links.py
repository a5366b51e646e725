"""Nothing is deleted through a link: not in a copy of a storage, whose links still lead to the original (§7.4)."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import Pristine, fixed_id, make_pristine
from tests.faults.killable import TRASH, difference, tree
from tui.services.errors import InvalidInput, ServiceError
from tui.systems.deker.changes.new_collection import Schema
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.format.names import main_directory
from tui.systems.deker.format.writer import create_varray
from tui.systems.deker.models import Collection, Dimension, Entry

T = TypeVar("T")


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


async def entries(client: AsyncClient, name: str, kind: Any) -> list[Entry]:
    found = await collection(client, name)
    light = [entry async for page in client.array_pages(found, kind) for entry in page]
    return [entry for entry in await client.fill(found, light) if entry is not None]


async def delete_every_array(client: AsyncClient) -> None:
    for name in ("arr", "plain", "packed"):
        for entry in await entries(client, name, "array"):
            await client.delete_entry(await collection(client, name), entry)
    for kind in ("varray", "array"):
        for entry in await entries(client, "va", kind):
            await client.delete_entry(await collection(client, "va"), entry)


async def delete_every_collection(client: AsyncClient) -> None:
    for found in await client.list_collections():
        await client.delete_collection(found)


async def clear_every_collection(client: AsyncClient) -> None:
    for found in await client.list_collections():
        await client.clear_collection(found)


async def undo_all(client: AsyncClient) -> None:
    for record in await client.trash():
        await client.restore(record.id)


async def purge_all(client: AsyncClient) -> None:
    for record in await client.trash():
        await client.purge(record.id)


ALL = [delete_every_array, delete_every_collection, clear_every_collection]


@pytest.mark.parametrize("is_moved", [False, True], ids=["copied", "moved"])
@pytest.mark.parametrize("change", ALL, ids=lambda change: change.__name__)
def test_a_copy_is_emptied_and_the_original_is_untouched(
    tmp_path: Path, change: Callable[[AsyncClient], Awaitable[None]], is_moved: bool
) -> None:
    original, copy = make_pristine(tmp_path / "original").root, tmp_path / "copy"
    shutil.copytree(original, copy, symlinks=True)
    assert f"{original}/" in os.readlink(copy / "collections/arr/array_symlinks/1" / f"{fixed_id('arr 1')}.hdf5")  # noqa: PTH115
    if is_moved:
        shutil.rmtree(original)
    before, copied = tree(tmp_path, "original"), tree(copy)
    use(copy, change)
    left = [path for path in (copy / "collections").rglob("*") if path.suffix == ".hdf5" or path.is_symlink()]
    assert left == []
    assert difference(before, tree(tmp_path, "original")) == {}
    use(copy, undo_all)
    assert difference(copied, tree(copy)) == {}
    use(copy, change)
    use(copy, purge_all)
    assert not (copy / TRASH).exists()
    assert difference(before, tree(tmp_path, "original")) == {}


def test_the_storage_may_be_named_by_a_link(tmp_path: Path) -> None:
    root = make_pristine(tmp_path / "storage").root
    (tmp_path / "alias").symlink_to(root)
    before = tree(root)
    use(tmp_path / "alias", delete_every_array)
    assert not list(root.rglob("collections/**/*.hdf5"))
    use(root, undo_all)
    assert difference(before, tree(root)) == {}


def outside_file(storage: Pristine, path: Path) -> Path:
    """Move a file or a directory out of the storage and leave a link in its place; return where it is."""
    place = storage.root.parent / "outside" / path.name
    place.parent.mkdir(exist_ok=True)
    shutil.move(path, place)
    path.symlink_to(place)
    return place


def swapped(storage: Pristine) -> None:
    """Let an array's link lead to the file of another collection."""
    storage.link(1).unlink()
    storage.link(1).symlink_to(storage.data("plain", storage.plain[0]))


TRAPS: dict[str, Callable[[Pristine], object]] = {
    "links that are relative": CORRUPTIONS[40][1],
    "a link to another array": CORRUPTIONS[37][1],
    "a link to another collection": swapped,
    "a link to a system file": lambda s: (s.link(1).unlink(), s.link(1).symlink_to("/etc/hostname")),
    "a link to a directory": lambda s: (s.link(1).unlink(), s.link(1).symlink_to(s.root.parent)),
    "a link to itself": lambda s: (s.link(1).unlink(), s.link(1).symlink_to(s.link(1))),
    "a copy in place of a link": CORRUPTIONS[38][1],
    "a data file that is a link": lambda s: outside_file(s, s.data("arr", s.arr[0])),
    "an id's directory that is a link": lambda s: outside_file(s, s.data("arr", s.arr[0]).parent),
    "a link in an id's directory": lambda s: (
        (s.root.parent / "outside").mkdir(),
        (s.data("arr", s.arr[0]).parent / "more").symlink_to(s.root.parent / "outside"),
    ),
    "an attribute's directory that is a link": lambda s: outside_file(s, s.link(1).parent),
    "a data tree that is a link": lambda s: outside_file(s, s.folder("arr") / "array_data"),
    "a link tree that is a link": lambda s: outside_file(s, s.folder("arr") / "array_symlinks"),
    "a collection that is a link": lambda s: outside_file(s, s.folder("arr")),
    "collections that are a link": lambda s: outside_file(s, s.root / "collections"),
    "a marker that is a link": lambda s: outside_file(s, s.lock("arr")),
    "metadata that are a link": lambda s: outside_file(s, s.json_of("arr")),
    "a VArray's file that is a link": lambda s: outside_file(s, s.varray_json),
    "a tile that is a link": lambda s: outside_file(s, s.tile("0-0")),
    "a VArray's tile links that are a link": lambda s: outside_file(s, s.tile_link("0-0").parent.parent),
    "a tile link to another collection": lambda s: (
        link := s.tile_link("0-0"),
        link.unlink(),
        link.symlink_to(s.data("plain", s.plain[0])),
    ),
}


@pytest.mark.parametrize("trap", TRAPS)
@pytest.mark.parametrize("change", ALL, ids=lambda change: change.__name__)
def test_no_trap_leads_to_what_is_not_deleted(
    tmp_path: Path, trap: str, change: Callable[[AsyncClient], Awaitable[None]]
) -> None:
    storage = make_pristine(tmp_path / "storage")
    TRAPS[trap](storage)
    outside, before = tree(tmp_path, "outside"), tree(storage.root)

    async def careful(client: AsyncClient) -> None:
        try:
            await change(client)
        except ServiceError as error:
            # One that is refused says what is in the way.
            assert "link" in error.message or "no array" in error.message or "nothing is left" in error.message

    use(storage.root, careful)
    if trap == "collections that are a link":
        # Nothing at all is changed in another storage, not even by a creation.
        schema = Schema((Dimension(name="x", size=4),), "int8")
        with pytest.raises(InvalidInput, match="link"):
            use(storage.root, lambda client: client.create_collection("made", schema))
        assert difference(before, tree(storage.root)) == {}
    assert difference(outside, tree(tmp_path, "outside")) == {}
    use(storage.root, undo_all)
    assert difference(before, tree(storage.root)) == {}
    assert difference(outside, tree(tmp_path, "outside")) == {}


@pytest.mark.parametrize("trap", ["a link to another array", "a link to another collection", "links that are relative"])
def test_only_the_array_itself_goes(tmp_path: Path, trap: str) -> None:
    storage = make_pristine(tmp_path / "storage")
    TRAPS[trap](storage)
    before = tree(storage.root)

    async def delete(client: AsyncClient) -> None:
        found = await collection(client, "arr")
        await client.delete_entry(found, await client.get_entry(found, "array", storage.arr[0]))

    use(storage.root, delete)
    gone = {path for path, (_, now) in difference(before, tree(storage.root)).items() if now is None}
    files = {path for path in gone if before[path] != "directory"}
    own = (storage.data("arr", storage.arr[0]), storage.link(1))
    assert files == {str(path.relative_to(storage.root)) for path in own}


def test_a_tile_of_another_varray_stays_whatever_link_claims_it(tmp_path: Path) -> None:
    storage = make_pristine(tmp_path / "storage")

    async def second(client: AsyncClient) -> str:
        import numpy

        found = await collection(client, "va")
        return create_varray(found, {"number": 2}, data=numpy.ones((6, 4), "float32"))

    other = use(storage.root, second)
    links = storage.folder("va") / "array_symlinks"
    (theirs,) = (links / other / "0-0").iterdir()
    (links / storage.varray / "0-0" / theirs.name).symlink_to(theirs.readlink())
    kept = theirs.resolve()

    async def delete(client: AsyncClient) -> None:
        found = await collection(client, "va")
        await client.delete_entry(found, await client.get_entry(found, "varray", storage.varray))

    use(storage.root, delete)
    assert kept.is_file()
    assert theirs.is_symlink()
    assert not (links / storage.varray).exists()
    assert len(list((links / other).rglob("*.hdf5"))) == 4


def test_a_tile_that_two_links_claim_does_not_keep_its_varray(tmp_path: Path) -> None:
    storage = make_pristine(tmp_path / "storage")
    link = storage.tile_link("0-0")
    (storage.tile_link("0-1").parent / link.name).symlink_to(link.readlink())
    before = tree(storage.root)

    async def delete(client: AsyncClient) -> None:
        found = await collection(client, "va")
        await client.delete_entry(found, await client.get_entry(found, "varray", storage.varray))

    use(storage.root, delete)
    assert list(storage.folder("va").rglob("*.hdf5")) == []
    use(storage.root, undo_all)
    assert difference(before, tree(storage.root)) == {}


NAMES = [b"\xff\xfe", b"a\\xffb\xff", "Łódź 空".encode(), b"new\nline", b"\x1b[31m", b" ", b"-rf", b"a" * 250]


@pytest.mark.parametrize("name", NAMES)
def test_collections_of_any_name_go_and_come_back(tmp_path: Path, name: bytes) -> None:
    storage = make_pristine(tmp_path / "storage")
    text = os.fsdecode(name)
    storage.folder("arr").rename(storage.folder(text))
    storage.lock("arr").rename(storage.lock(text))
    before = tree(storage.root)

    async def delete(client: AsyncClient) -> None:
        (found,) = (c for c in await client.list_collections() if c.name not in ("plain", "packed", "va"))
        await client.delete_collection(found)

    use(storage.root, delete)
    assert sorted(path.name for path in (storage.root / "collections").iterdir()) == sorted(
        each for name in ("plain", "packed", "va") for each in (name, f"{name}.lock")
    )
    use(storage.root, undo_all)
    assert difference(before, tree(storage.root)) == {}


def test_of_two_collections_that_are_shown_alike_none_is_taken_for_the_other(tmp_path: Path) -> None:
    storage = make_pristine(tmp_path / "storage")
    storage.folder("arr").rename(storage.folder(os.fsdecode(b"a\xff")))
    storage.folder("plain").rename(storage.folder("a\\xff"))
    before = tree(storage.root)

    async def delete(client: AsyncClient) -> None:
        alike = [found for found in await client.list_collections() if found.name == "a\\xff"]
        assert len(alike) == 2
        for found in alike:
            with pytest.raises(ServiceError, match="two"):
                await client.delete_collection(found)
            with pytest.raises(ServiceError, match="two"):
                await client.clear_collection(found)

    use(storage.root, delete)
    assert difference(before, tree(storage.root)) == {}


def test_link_directories_of_any_bytes_go_and_come_back(tmp_path: Path) -> None:
    storage = make_pristine(tmp_path / "storage")
    link = storage.link(1)
    place = storage.folder("arr") / "array_symlinks" / os.fsdecode(b"\xff\n\x1b[2J")
    link.parent.rename(place)
    before = tree(storage.root)

    async def delete(client: AsyncClient) -> None:
        found = await collection(client, "arr")
        await client.delete_entry(found, await client.get_entry(found, "array", storage.arr[0]))

    use(storage.root, delete)
    assert not place.exists()
    assert not (storage.folder("arr") / "array_data" / main_directory(storage.arr[0])).exists()
    use(storage.root, undo_all)
    assert difference(before, tree(storage.root)) == {}
