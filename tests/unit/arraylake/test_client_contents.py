"""What is in repositories, read with icechunk from the embedded object store."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from datetime import UTC
from typing import Any

import numpy as np
import pytest

from tests.unit.arraylake.clients import asked, client_of, make_bucket
from tui.resources.arrays.array_axis import Labels, ScaleAxis, TimeAxis
from tui.resources.arrays.array_source import ArraySource
from tui.services.errors import (
    DataCorrupt,
    InvalidInput,
    NotFound,
    NotSupported,
    ProtocolError,
    TimedOut,
    Unavailable,
)
from tui.systems.arraylake.client import AsyncClient
from tui.systems.arraylake.reading.contents import RepoContents, Version
from tui.systems.arraylake.reading.worker_thread import WorkerThreads
from tui.systems.arraylake.service_side.service import EmbeddedService


@pytest.fixture
async def client(lab: EmbeddedService) -> AsyncIterator[AsyncClient]:
    async with client_of(lab) as opened:
        await make_bucket(opened, lab)
        yield opened


@pytest.fixture
async def contents(client: AsyncClient) -> RepoContents:
    """A repository with three commits, two branches and a tag."""
    await client.create_repo("lab/one")
    found = await client.contents("lab/one")
    await commit(found, _layout, "layout")
    await commit(found, _values, "värdes ☀", {"author_name": "Ada", "author_email": "ada@example.com", "run": 3})
    return found


async def commit(
    contents: RepoContents, write: Callable[[Any], None], message: str, metadata: dict[str, Any] | None = None
) -> None:
    session = await contents.session(read_only=False)

    def work() -> None:
        write(session.store)
        session.commit(message, metadata=metadata)

    await asyncio.to_thread(work)


def _layout(store: Any) -> None:
    import zarr

    root = zarr.group(store, attributes={"title": "a root"})
    air = root.create_group("air")
    names = {"dimension_names": ("time", "y", "x")}
    heat = air.create_array("heat", shape=(3, 40, 60), chunks=(1, 20, 30), dtype="f4", fill_value=-1, **names)
    heat.attrs["units"] = "K"
    times = air.create_array("time", shape=(3,), chunks=(3,), dtype="i8", dimension_names=("time",))
    times[:] = [0, 6, 12]
    times.attrs["units"] = "hours since 2025-09-01 00:00:00"
    y = air.create_array("y", shape=(40,), chunks=(40,), dtype="f8")
    y[:] = np.linspace(60, 40.5, 40)
    x = air.create_array("x", shape=(60,), chunks=(60,), dtype="i4")
    x[:] = np.arange(60) ** 2
    root.create_array("packed", shape=(8, 8), chunks=(2, 2), shards=(4, 4), dtype="i2")
    root.create_array("days", shape=(2,), chunks=(2,), dtype="datetime64[D]")[:] = np.array(
        ["2025-09-01", "2025-09-03"], "M8[D]"
    )
    root.create_array("words", shape=(2,), chunks=(2,), dtype="str")[:] = ["a", "b"]
    root.create_array("scalar", shape=(), dtype="f8")[...] = 2.5


def _values(store: Any) -> None:
    import zarr

    root = zarr.open_group(store)
    root["air/heat"][0] = np.arange(2400, dtype="f4").reshape(40, 60)
    root.create_group("sea")
    del root["packed"]


async def test_branches_tags_and_history(contents: RepoContents) -> None:
    repository = await contents.open()
    commits = [commit async for page in contents.history(page=2) for commit in page]
    assert [each.message for each in commits] == ["värdes ☀", "layout", "Repository initialized"]
    assert (commits[0].author_name, commits[0].author_email, commits[0].metadata) == (
        "Ada",
        "ada@example.com",
        {"run": 3},
    )
    assert commits[0].written_at.tzinfo is UTC
    assert [each.parent_id for each in commits] == [commits[1].id, commits[2].id, None]
    await asyncio.to_thread(repository.create_tag, "v1", commits[1].id)
    await asyncio.to_thread(repository.create_branch, "a-draft", commits[0].id)
    assert [(ref.kind, ref.name, ref.snapshot_id) for ref in await contents.refs()] == [
        ("branch", "main", commits[0].id),
        ("branch", "a-draft", commits[0].id),
        ("tag", "v1", commits[1].id),
    ]
    first = [page async for page in contents.history(Version(tag="v1"))]
    assert [each.message for each in first[0]] == ["layout", "Repository initialized"]
    # A page is read when it is asked for.
    async for page in contents.history(page=1):
        assert len(page) == 1
        break


async def test_what_two_commits_differ_in(contents: RepoContents) -> None:
    newest, layout, root = [commit.id async for page in contents.history() for commit in page]
    changes = await contents.diff(layout, newest)
    assert (changes.new_groups, changes.deleted_arrays) == (("sea",), ("packed",))
    assert changes.updated_chunks == {"air/heat": 4}
    assert not changes.is_empty
    whole = await contents.diff(root, newest)
    assert "air/heat" in whole.new_arrays and "packed" not in whole.new_arrays


async def test_the_tree(contents: RepoContents) -> None:
    assert [(node.path, node.kind) for node in await contents.children()] == [
        ("air", "group"),
        ("sea", "group"),
        ("days", "array"),
        ("scalar", "array"),
        ("words", "array"),
    ]
    assert (await contents.node()).attributes == {"title": "a root"}
    heat = await contents.node("air/heat")
    assert (heat.name, heat.shape, heat.dtype, heat.chunks, heat.dimension_names, heat.fill_value) == (
        "heat",
        (3, 40, 60),
        "float32",
        (1, 20, 30),
        ("time", "y", "x"),
        "-1.0",
    )
    assert (heat.size, heat.chunk_count, heat.attributes) == (3 * 2400 * 4, 12, {"units": "K"})
    assert heat.codecs[0] == "Bytes"
    stored = await contents.stored_size("air/heat")
    assert stored.chunks == 4 and 0 < stored.bytes < 2400 * 4
    size = await contents.size()
    assert size.native + size.inlined > 0 and size.virtual == 0
    everything = [node.path for node in await contents.walk()]
    assert everything.index("air") < everything.index("air/heat")
    assert len(everything) == 9
    assert len(await contents.walk(most=4)) == 4
    layout = [commit.id async for page in contents.history() for commit in page][1]
    packed = await contents.node("packed", Version(snapshot_id=layout))
    assert (packed.chunks, packed.shards) == ((2, 2), (4, 4))
    assert [node.path for node in await contents.children("sea")] == []


async def test_an_array_is_read_slice_by_slice(contents: RepoContents, lab: EmbeddedService) -> None:
    source = await contents.array("air/heat")
    assert isinstance(source, ArraySource)
    assert (source.title, source.dtype, source.shape, source.chunks) == (
        "lab/one air/heat",
        "float32",
        (3, 40, 60),
        (1, 20, 30),
    )
    assert (source.written, source.fill_value, source.note) == (True, -1.0, "in K")
    time, y, x = source.dimensions
    assert isinstance(time.axis, TimeAxis) and time.coordinate(1) == "2025-09-01 06:00"
    assert isinstance(y.axis, ScaleAxis) and y.coordinate(39) == "40.5"
    assert isinstance(x.axis, Labels) and x.coordinate(5) == "25"
    lab.state.log.clear()
    cells = await source.read((0, slice(0, 20), slice(0, 30)))
    assert np.array_equal(cells, np.arange(2400, dtype="f4").reshape(40, 60)[:20, :30])
    chunks = [path for path in asked(lab, "GET", "objects") if "/chunks/" in path]
    assert len(chunks) == 1
    assert float(await source.read((0, 39, 59))) == 2399
    # What was never written takes no read at all.
    assert set(np.unique(await source.read((2, slice(0, 40), slice(0, 60))))) == {-1.0}
    with pytest.raises(InvalidInput):
        await source.read((0, slice(0, 41), 0))
    assert float(await (await contents.array("scalar")).read(())) == 2.5
    # It stays at its snapshot, whatever the branch does.
    await commit(contents, lambda store: _overwrite(store), "zeros")
    assert float(await source.read((0, 39, 59))) == 2399
    assert float(await (await contents.array("air/heat")).read((0, 39, 59))) == 0


def _overwrite(store: Any) -> None:
    import zarr

    zarr.open_group(store)["air/heat"][0] = 0


async def test_arrays_that_are_no_plain_numbers(contents: RepoContents) -> None:
    days = await contents.array("days")
    assert days.dtype == "int64" and "shown as whole numbers" in days.note
    assert (await days.read((slice(0, 2),))).tolist() == [20332, 20334]
    with pytest.raises(NotSupported, match="no kind of number"):
        await contents.array("words")
    with pytest.raises(NotSupported, match="one chunk of it takes 2,400 bytes"):
        await contents.array("air/heat", memory_limit=2000)
    packed = await contents.array("packed", Version(snapshot_id=[c.id async for p in contents.history() for c in p][1]))
    assert packed.written is False


async def test_what_is_not_there(contents: RepoContents, client: AsyncClient) -> None:
    for call in (
        contents.children("nowhere"),
        contents.node("air/nothing"),
        contents.array("nothing"),
        contents.children("", Version(branch="nobranch")),
        contents.children("", Version(tag="notag")),
        contents.children("", Version(snapshot_id="1CECHNKREP0F1RSTCMT0X")),
        contents.diff("1CECHNKREP0F1RSTCMT0", "Z8203CS1T1K75Q0PV8KG"),
        anext(contents.history(Version(branch="nobranch"))),
        client.contents("lab/none"),
    ):
        with pytest.raises(NotFound):
            await call
    with pytest.raises(InvalidInput):
        await contents.children("air/heat")
    with pytest.raises(InvalidInput):
        Version(branch="main", tag="v1")
    await client.register_repo("lab/entry")
    with pytest.raises(NotFound, match="repository doesn't exist"):
        await (await client.contents("lab/entry")).refs()


async def test_one_damaged_array_hides_no_other(contents: RepoContents, lab: EmbeddedService) -> None:
    def write(store: Any) -> None:
        from zarr.core.buffer import default_buffer_prototype
        from zarr.core.sync import sync

        text = (
            b'{"zarr_format":3,"node_type":"array","shape":[3],"data_type":"of\\u001btomorrow","chunk_grid":{"name":"regular",'
            b'"configuration":{"chunk_shape":[3]}},"chunk_key_encoding":{"name":"default"},"fill_value":0,'
            b'"codecs":[{"name":"bytes","configuration":{"endian":"little"}}],"attributes":{}}'
        )
        sync(store.set("odd/zarr.json", default_buffer_prototype().buffer.from_bytes(text)))

    await commit(contents, write, "from the future")
    nodes = {node.path: node for node in await contents.children()}
    assert set(nodes) == {"air", "sea", "days", "odd", "scalar", "words"}
    assert nodes["odd"].problem and "\x1b" not in nodes["odd"].problem
    lab.state.database.run("UPDATE object SET content = x'00010203' WHERE key LIKE '%/chunks/%'")
    source = await contents.array("air/heat")
    with pytest.raises(DataCorrupt):
        await source.read((0, slice(0, 20), slice(0, 30)))


async def test_an_object_store_that_says_no(contents: RepoContents, client: AsyncClient, lab: EmbeddedService) -> None:
    client.forget_contents("lab/one")
    anew = await client.contents("lab/one")
    lab.state.faults.add("status", side="objects", status=403, message="AccessDenied", times=-1)
    with pytest.raises(Unavailable, match="refuses") as caught:
        await anew.refs()
    assert "bucket" in caught.value.hint
    lab.state.faults.clear()
    assert (await anew.refs())[0].name == "main"


async def test_an_object_store_that_says_nothing(
    contents: RepoContents, client: AsyncClient, lab: EmbeddedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.forget_contents("lab/one")
    anew = await client.contents("lab/one")
    monkeypatch.setattr("tui.systems.arraylake.reading.contents.SECONDS", 0.3)
    lab.state.faults.add("slow", side="objects", seconds=1.0, times=1)
    with pytest.raises(TimedOut, match=r"within 0\.3 s"):
        await anew.refs()


async def test_a_panic_of_compiled_code_is_an_error_like_any_other() -> None:
    class PanicException(BaseException):
        """As compiled extensions raise it."""

    def panic() -> None:
        raise PanicException("index out of bounds")

    threads = WorkerThreads(1)
    with pytest.raises(ProtocolError, match="PanicException"):
        await threads.run(panic, "read", 5)
    with pytest.raises(RuntimeError):
        await threads.run(lambda: next(iter(())), "read", 5)
    assert await threads.run(lambda: 3, "read", 5) == 3


async def test_access_that_ends_is_fetched_anew(client: AsyncClient, lab: EmbeddedService) -> None:
    place = {
        "endpoint_url": lab.state.object_uri,
        "use_ssl": False,
        "force_path_style": True,
        "region_name": "us-east-1",
    }
    await client.create_bucket_config(
        org="lab",
        nickname="keys",
        uri="s3://lab-keys",
        extra_config=place,
        auth_config={"method": "hmac", "access_key_id": "A", "secret_access_key": "B"},
    )
    await client.create_repo("lab/two", bucket_config_nickname="keys")
    first = await client.contents("lab/two")
    assert await client.contents("lab/two") is first
    first.expires = first.opened.repo_bucket.created
    second = await client.contents("lab/two")
    assert second is not first and second.is_current


async def test_without_the_extra_one_line_says_what_to_install(
    client: AsyncClient, contents: RepoContents, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("icechunk", "zarr"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(NotSupported) as caught:
        await client.contents("lab/one")
    assert caught.value.hint == "pip install 'arraydeck[icechunk]'"
    handle = await client.get_repo("lab/one")
    assert handle.session is None and "arraydeck[icechunk]" in handle.note
    made = await client.create_repo("lab/three")
    assert made.note and (await client.get_repo_object("lab/three")).name == "three"
