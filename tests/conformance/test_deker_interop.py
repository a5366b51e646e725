"""Collections that arraydeck makes are Deker's own, byte for byte: the real package fills, changes and deletes them."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import shutil
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import numpy
import pytest

from tests.conformance.deker_schemas import GENERIC, INVALID, VALID, metadata
from tests.conformance.environments import Child
from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import make_pristine
from tests.faults.killable import TRASH, difference, tree
from tests.thoroughness import one_in
from tui.services.errors import AlreadyExists, InvalidInput, NotFound
from tui.systems.deker.changes.new_collection import Schema, StorageOptions
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.models import Attribute, Collection, Dimension, Entry

pytestmark = pytest.mark.conformance
T = TypeVar("T")
KINDS = ["dtypes", "axes", "attributes", "varrays", "options"]


def use(root: Path, work: Callable[[AsyncClient], Awaitable[T]]) -> T:
    """Run `work` with an open client on the storage."""

    async def run() -> T:
        async with AsyncClient(str(root)) as client:
            return await work(client)

    return asyncio.run(run())


def make_all(root: Path, names: Iterable[str] = VALID) -> None:
    """Make valid collections in an empty directory."""
    root.mkdir()

    async def work(client: AsyncClient) -> None:
        for given in (VALID[name] for name in names):
            before = json.dumps(given)
            await client.collection_from_dict(given)
            assert json.dumps(given) == before

    use(root, work)
    shutil.rmtree(root / TRASH)


async def entries(client: AsyncClient, collection: Collection) -> list[Entry]:
    """Return a collection's own arrays or VArrays, filled."""
    found: list[Entry] = []
    async for page in client.array_pages(collection, collection.kind or "array"):
        found += [entry for entry in await client.fill(collection, page) if entry is not None]
    return found


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storage of every valid collection, made by us."""
    root = tmp_path_factory.mktemp("interop") / "ours"
    make_all(root)
    return root


def test_they_are_equal_byte_for_byte_to_what_the_real_package_writes(
    real_deker: Child, made: Path, tmp_path: Path
) -> None:
    answers = real_deker.ask("from_dicts", path=str(tmp_path), given=list(VALID.values()))
    assert {name: answer for name, answer in zip(VALID, answers, strict=True) if "raised" in answer} == {}
    assert difference(tree(made), tree(tmp_path)) == {}


@pytest.mark.parametrize("kind", KINDS)
def test_a_schema_that_was_read_makes_the_same_collection(real_deker: Child, tmp_path: Path, kind: str) -> None:
    theirs, ours = tmp_path / "theirs", tmp_path / "ours"
    real_deker.ask("make", path=str(theirs), kind=kind)
    ours.mkdir()

    async def copy(client: AsyncClient) -> None:
        for collection in await AsyncClient(str(theirs)).list_collections():
            await client.create_collection(collection.name, schema_of(collection), options_of(collection))

    use(ours, copy)
    for path in (theirs / "collections").rglob("*.json"):
        if path.stem == path.parent.name:
            assert (ours / path.relative_to(theirs)).read_bytes() == path.read_bytes()
    assert sorted(path.name for path in (ours / "collections").iterdir()) == sorted(
        path.name for path in (theirs / "collections").iterdir()
    )


def schema_of(collection: Collection) -> Schema:
    fill: Any = None
    if collection.fill_value not in (None, "nan"):
        fill = complex(collection.fill_value or "")
        fill = fill if fill.imag else fill.real if fill.real % 1 else int(collection.fill_value or "")
    dtype = collection.dtype or ""
    return Schema(collection.dimensions, dtype, collection.attributes, fill, collection.vgrid)


def options_of(collection: Collection) -> StorageOptions | None:
    if collection.options == "none":
        return None
    name, *settings = collection.compression.split(" ")
    chunks = {"none": None, "auto": "auto", "manual": collection.chunks}[collection.chunk_mode]
    return StorageOptions(chunks, None if name == "none" else name, tuple(settings) or None)  # type: ignore[arg-type]


def test_the_real_package_fills_changes_and_deletes_them(real_deker: Child, tmp_path: Path) -> None:
    root = tmp_path / "storage"
    # Another spelling of a type makes the same collection.
    names = one_in(4, sorted(name for name in VALID if not name.startswith("bare ")))
    make_all(root, names)
    assert real_deker.ask("collections", path=str(root)) == names
    ids = real_deker.ask("fill", path=str(root))
    assert len(ids) > 2.8 * len(names)
    assert "no errors" in real_deker.ask("check", path=str(root), level=4)
    compare_values(root, real_deker)
    assert real_deker.ask("use", path=str(root)) == len(ids)
    assert "no errors" in real_deker.ask("check", path=str(root), level=4)
    compare_values(root, real_deker)
    real_deker.ask("delete_all", path=str(root))
    assert use(root, lambda client: client.list_collections()) == []


def compare_values(root: Path, real_deker: Child) -> None:
    """See that we list the same arrays, find nothing wrong, and read every value bit for bit."""
    theirs = real_deker.ask("report", path=str(root))

    def read(collection: str, identity: str) -> Any:
        index = [{"slice": [None, None]}]
        answer = real_deker.ask("read", path=str(root), collection=collection, identity=identity, index=index)
        return numpy.frombuffer(base64.b64decode(answer["content"]), answer["dtype"]).reshape(answer["shape"])

    async def work(client: AsyncClient) -> None:
        report = await client.check_integrity(5)
        assert [finding.code for finding in report.findings if finding.severity == "error"] == []
        for told in theirs:
            collection = await client.get_collection(told["name"])
            assert collection is not None and collection.problem is None
            found = {entry.id: entry for entry in await entries(client, collection)}
            assert {entry.id: entry.problem for entry in found.values()} == {a["id"]: None for a in told["arrays"]}
            for array in told["arrays"]:
                source = client.array_source(collection, found[array["id"]])
                data = numpy.ascontiguousarray(await source.read(source.select((slice(None),) * len(source.shape))))
                if data.dtype.name in ("float128", "complex256"):
                    # Of sixteen bytes ten are the number, and the others anything.
                    same = numpy.array_equal(data, await asyncio.to_thread(read, told["name"], array["id"]), True)
                else:
                    same = hashlib.sha256(data.tobytes()).hexdigest() == array["data"]
                assert same, (told["name"], array["id"])

    use(root, work)


@pytest.mark.parametrize("what", INVALID)
def test_what_cannot_be_a_collection_is_refused_by_name_and_leaves_nothing(tmp_path: Path, what: str) -> None:
    given, field = INVALID[what]
    make_pristine(tmp_path / "storage")
    before = tree(tmp_path, "")

    async def work(client: AsyncClient) -> None:
        with pytest.raises(InvalidInput) as refused:
            await client.collection_from_dict(given)
        assert field in refused.value.message

    use(tmp_path / "storage", work)
    assert difference(before, tree(tmp_path, "")) == {}


def test_the_real_package_makes_few_of_them_and_none_that_is_of_use(real_deker: Child, tmp_path: Path) -> None:
    """What we refuse and the real package makes are names that leave the storage, values that it casts silently, and
    options that fail at the first write: nothing that a healthy storage holds."""
    given = {what: found for what, (found, _) in INVALID.items() if what not in ("not JSON", "name no text")}
    real_deker.ask("make", path=str(tmp_path), kind="varrays")
    answers = real_deker.ask("from_dicts", path=str(tmp_path), given=list(given.values()))
    taken = {what for what, answer in zip(given, answers, strict=True) if "text" in answer}
    assert taken <= KNOWN_TO_TAKE, taken - KNOWN_TO_TAKE


KNOWN_TO_TAKE = {
    *("name above", "name absolute", "name of a lock", "labels too few", "labels at one position", "labels a mapping"),
    *("labels of two kinds", "labels whole", "labels null", "labels twice"),
    *("attribute vid", "attribute v_position", "fill too large", "fill too small", "fill a list", "fill true"),
    *("fill broken", "options a list", "chunks of another rank", "chunks too large", "chunks larger than a tile"),
    *("chunks 0", "chunks in an odd mode", "gzip 0", "gzip 10", "gzip of a word", "gzip of two"),
    *("szip of odd pixels", "szip of many pixels", "szip without pixels", "filter with a word"),
    *("filter with a fraction", "size negative"),
}


LINE = (Dimension(name="x", size=4),)
REFUSED_CALLS: dict[str, tuple[tuple[Any, ...], str]] = {
    "name": (("a/b", Schema(LINE, "int8")), "name"),
    "name above": (("../a", Schema(LINE, "int8")), "name"),
    "dtype": (("a", Schema(LINE, "bool")), "dtype"),
    "no dimension": (("a", Schema((), "int8")), "dimensions"),
    "fill": (("a", Schema(LINE, "int8", fill_value=300)), "fill_value"),
    "grid": (("a", Schema(LINE, "int8", vgrid=(3,))), "vgrid"),
    "shape": (("a", Schema(LINE, "int8", arrays_shape=(3,))), "arrays_shape"),
    "grid and shape": (("a", Schema(LINE, "int8", vgrid=(2,), arrays_shape=(2,))), "vgrid"),
    "attribute": (("a", Schema(LINE, "int8", (Attribute(name="a", dtype="bool"),))), "dtype"),
    "reserved attribute": (("a", Schema(LINE, "int8", (Attribute(name="vid", dtype="int"),))), "vid"),
    "chunks": (("a", Schema(LINE, "int8"), StorageOptions(chunks=(5,))), "chunks"),
    "compression": (("a", Schema(LINE, "int8"), StorageOptions(compression="zip")), "compression"),
    "adapter": (("a", Schema(LINE, "int8"), None, "TIFF"), "storage_adapter_type"),
}


@pytest.mark.parametrize("what", REFUSED_CALLS)
def test_what_cannot_be_created_is_refused_by_name_and_leaves_nothing(tmp_path: Path, what: str) -> None:
    arguments, field = REFUSED_CALLS[what]
    make_pristine(tmp_path / "storage")
    before = tree(tmp_path, "")

    async def work(client: AsyncClient) -> None:
        with pytest.raises(InvalidInput) as refused:
            await client.create_collection(*arguments)
        assert field in refused.value.message

    use(tmp_path / "storage", work)
    assert difference(before, tree(tmp_path, "")) == {}


def test_what_is_there_already_is_not_made_again(real_deker: Child, tmp_path: Path) -> None:
    real_deker.ask("make", path=str(tmp_path), kind="varrays")
    (tmp_path / "collections" / "alone.lock").write_bytes(b"")
    before = tree(tmp_path, "")

    async def work(client: AsyncClient) -> None:
        for name in ("grid", "grid in time ü"):
            with pytest.raises(AlreadyExists, match=name):
                await client.collection_from_dict(metadata(name))
        assert difference(before, tree(tmp_path, "")) == {}
        # A marker that a failed creation left is no collection.
        await client.collection_from_dict(metadata("alone"))

    use(tmp_path, work)
    assert "alone" in real_deker.ask("collections", path=str(tmp_path))
    assert "no errors" in real_deker.ask("check", path=str(tmp_path), level=4)


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_real_package_made_is_deleted_and_comes_back(real_deker: Child, tmp_path: Path, kind: str) -> None:
    real_deker.ask("make", path=str(tmp_path), kind=kind)
    before, report = tree(tmp_path), real_deker.ask("report", path=str(tmp_path))

    async def delete(client: AsyncClient) -> None:
        for collection in await client.list_collections():
            for entry in await entries(client, collection):
                await client.delete_entry(collection, entry)

    async def delete_collections(client: AsyncClient) -> None:
        for collection in await client.list_collections():
            await client.delete_collection(collection)

    async def restore(client: AsyncClient) -> None:
        for record in await client.trash():
            await client.restore(record.id)

    use(tmp_path, delete)
    emptied = {collection["name"]: collection for collection in real_deker.ask("report", path=str(tmp_path))}
    assert emptied.keys() == {collection["name"] for collection in report}
    assert all(collection["arrays"] == collection["tiles"] == [] for collection in emptied.values())
    assert "no errors" in real_deker.ask("check", path=str(tmp_path), level=4)
    use(tmp_path, delete_collections)
    assert list((tmp_path / "collections").iterdir()) == []
    assert real_deker.ask("collections", path=str(tmp_path)) == []
    assert "no errors" in real_deker.ask("check", path=str(tmp_path), level=4)
    use(tmp_path, restore)
    assert difference(before, tree(tmp_path)) == {}
    assert real_deker.ask("report", path=str(tmp_path)) == report
    assert "no errors" in real_deker.ask("check", path=str(tmp_path), level=4)


@pytest.mark.parametrize("kind", KINDS)
def test_the_size_is_the_real_packages_and_the_disks(real_deker: Child, tmp_path: Path, kind: str) -> None:
    real_deker.ask("make", path=str(tmp_path), kind=kind)
    names = [collection["name"] for collection in real_deker.ask("report", path=str(tmp_path))]
    on_disk = sum(path.stat().st_size for path in (tmp_path / "collections").rglob("*") if path.is_file())
    for name in ("", *names):
        theirs = real_deker.ask("calculate_storage_size", path=str(tmp_path), collection=name)
        size = use(tmp_path, lambda client, name=name: client.calculate_storage_size(name))
        assert (size.bytes, size.human) == (theirs["bytes"], theirs["human"])
        assert size.files >= size.bytes
        assert size.allocated >= size.bytes > -1
        assert (size.missing, size.unreadable) == (0, 0)
    whole = use(tmp_path, lambda client: client.calculate_storage_size())
    assert {size.collection for size in whole.collections} == set(names)
    links = sum(1 for path in (tmp_path / "collections").rglob("*") if path.is_symlink())
    assert links > 0
    # Links lead to files that are counted once, by themselves; markers are empty.
    linked = sum(path.stat().st_size for path in (tmp_path / "collections").rglob("*") if path.is_symlink())
    assert whole.files == on_disk - linked


@pytest.mark.parametrize("row", CORRUPTIONS, ids=lambda row: f"{row:02}")
def test_no_damage_ends_the_calculation_of_sizes(tmp_path: Path, row: int) -> None:
    storage = make_pristine(tmp_path / "storage")
    whole = use(storage.root, lambda client: client.calculate_storage_size())
    CORRUPTIONS[row][1](storage)
    size = use(storage.root, lambda client: client.calculate_storage_size())
    assert size.files > 0 < size.allocated
    assert len(size.collections) >= 4
    if row in (35, 36, 74, 75, 18, 45, 65, 77, 20, 21, 22, 34, 44, 42, 76, 83, 70, 73):
        assert size.bytes <= whole.bytes
    if row in (18, 35, 36, 45, 65, 74, 75):
        assert size.missing > 0
    with pytest.raises(NotFound):
        use(storage.root, lambda client: client.calculate_storage_size("nowhere"))


def test_a_client_makes_a_collection_in_an_empty_directory(real_deker: Child, tmp_path: Path) -> None:
    made = use(tmp_path, lambda client: client.collection_from_dict(metadata("first", dimensions=[GENERIC])))
    assert (made.name, made.problem, made.shape) == ("first", None, (4,))
    assert real_deker.ask("collections", path=str(tmp_path)) == ["first"]
