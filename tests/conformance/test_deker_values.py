"""Values are the same to the real deker and to us, bit for bit, whoever wrote them, at every index that both take."""

from __future__ import annotations

import asyncio
import base64
import importlib.util
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.conformance.environments import Child
from tests.deker.sources import opened, values
from tui.services.errors import InvalidInput, NotSupported
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection, create_varray
from tui.systems.deker.models import Dimension

pytestmark = pytest.mark.conformance
DTYPES = (
    *("int8", "int16", "int32", "int64", "longlong", "uint8", "uint16", "uint32", "uint64", "ulonglong"),
    *("float16", "float32", "float64", "float128", "complex64", "complex128", "complex256"),
)
SHAPE = (4, 6, 10)
ALL: list[Any] = [{"slice": [None, None]}]
SOME: list[Any] = [{"slice": [1, 4]}, -1, {"slice": [2, 9]}]
ONE: list[Any] = [1, 2, 3]


def real(child: Child, root: Path, collection: str, identity: str, index: list[Any]) -> Any:
    """Return what the real deker reads."""
    answer = child.ask("read", path=str(root), collection=collection, identity=identity, index=index)
    content = np.frombuffer(base64.b64decode(answer["content"]), answer["dtype"])
    return content.reshape(answer["shape"])


def meant(part: Any) -> Any:
    """Return the entry of an index that the child is asked for."""
    if not isinstance(part, dict):
        return part
    ((kind, value),) = part.items()
    if kind == "slice":
        return slice(*(meant(end) for end in value))
    return {"datetime": datetime.fromisoformat, "timedelta": lambda s: timedelta(seconds=s)}.get(kind, lambda _: ...)(
        value
    )


def significant(array: Any) -> tuple[Any, Any, bytes]:
    """Return type, shape and bytes, without those that mean nothing: a long double has ten that do."""
    content = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    bits = content.reshape(-1, 16)[:, :10].tobytes() if array.dtype.char in "gG" else content.tobytes()
    return array.dtype.str, array.shape, bits


async def ours(root: Path, indices: list[list[Any]]) -> dict[tuple[str, str], list[Any]]:
    """Return what we read of every array and VArray at each of the indices, by collection and id."""
    found: dict[tuple[str, str], list[Any]] = {}
    async with AsyncClient(str(root)) as client:
        for collection in await client.list_collections():
            assert collection.kind is not None
            async for page in client.array_pages(collection, collection.kind):
                for entry in page:
                    source = await opened(client, collection.name, entry.key)
                    assert not source.note
                    chosen = [source.select(tuple(map(meant, index))) for index in indices]
                    found[collection.name, entry.id] = [await source.read(index) for index in chosen]
    return found


def test_what_the_real_package_wrote(real_deker: Child, tmp_path: Path) -> None:
    real_deker.ask("make", path=str(tmp_path), kind="layouts")
    indices = [ALL, SOME, ONE]
    mine = asyncio.run(ours(tmp_path, indices))
    assert len(mine) == len(DTYPES) * (5 * 2 + 1)
    for (collection, identity), found in mine.items():
        for index, cells in zip(indices, found, strict=True):
            theirs = real(real_deker, tmp_path, collection, identity, index)
            assert significant(cells) == significant(theirs), f"{collection} at {index}"


def odd_values(dtype: str) -> Any:
    """Return values with the extremes, infinities and NaN of a type among them."""
    kind = np.dtype(dtype).kind
    random = np.random.default_rng(8)
    if kind in "iu":
        limits = np.iinfo(dtype)
        found = random.integers(limits.min, limits.max, SHAPE, np.dtype(dtype), endpoint=True)
        found.flat[:2] = limits.max, limits.min
        return found
    found = random.normal(size=SHAPE).astype(dtype)
    if kind == "c":
        found += (1j * random.normal(size=SHAPE)).astype(dtype)
    floats = np.finfo(dtype)
    found.flat[:7] = floats.max, floats.min, floats.tiny, np.inf, -np.inf, -0.0, np.nan
    return found


def test_what_we_wrote(real_deker: Child, tmp_path: Path) -> None:
    axes = tuple(Dimension(name=name, size=size) for name, size in zip("zyx", SHAPE, strict=True))
    layouts: dict[str, dict[str, Any]] = {
        "whole": {},
        "chunks": {"chunks": (2, 3, 4)},
        "auto": {"chunks": "auto"},
        "gzip": {"chunks": (2, 3, 4), "compression": "gzip"},
        "lzf": {"compression": "lzf"},
        "tiles": {"vgrid": (2, 3, 2)},
    }
    written: dict[tuple[str, str], Any] = {}
    for name in DTYPES:
        dtype = {"longlong": "int64", "ulonglong": "uint64"}.get(name, name)
        for layout, options in layouts.items():
            made = create_collection(str(tmp_path), NewCollection(f"{name} {layout}", name, axes, **options))
            create = create_varray if layout == "tiles" else create_array
            written[made.name, create(made, data=odd_values(dtype))] = odd_values(dtype)
            create(made)
    mine = asyncio.run(ours(tmp_path, [ALL]))
    assert len(mine) == 2 * len(written) == 2 * len(DTYPES) * len(layouts)
    for (collection, identity), (cells,) in mine.items():
        theirs = real(real_deker, tmp_path, collection, identity, ALL)
        assert significant(cells) == significant(theirs), collection
        if (collection, identity) in written:
            assert significant(cells) == significant(written[collection, identity]), collection


def moment(text: str) -> dict[str, str]:
    return {"datetime": text}


def cut(*ends: Any) -> dict[str, Any]:
    return {"slice": list(ends)}


def hours(number: float) -> dict[str, float]:
    return {"timedelta": number * 3600}


DOTS, FULL = {"ellipsis": True}, cut(None, None)
START, NEXT = "2023-01-01T00:00:00+00:00", "2023-01-01T06:00:00+00:00"
BOTH_READ: list[list[Any]] = [
    *([], [0], [-1], [3, 2, 9, 2, 4], [cut(1, 3)], [cut(-2, None)], [cut(None, -1)], [cut(0, 4, 1)], [cut(None, 4)]),
    *([DOTS], [DOTS, 0], [0, DOTS], [0, 0, DOTS, 0, 0], [FULL, FULL, 0]),
    *([moment(START)], [moment(NEXT)], [moment("2023-01-01T06:00:00")], [moment("2023-01-01T09:00:00+03:00")]),
    *([moment("2023-01-01T06:00:00.300000+00:00")], ["2023-01-01T06:00:00"], ["2023-01-01 06:00"], ["2023-01-01"]),
    *([1672552800.0], [cut(moment(START), moment("2023-01-02T00:00:00+00:00"))], [cut(moment(NEXT), None)]),
    *([cut("2023-01-01T06:00:00", "2023-01-01T18:00:00")], [cut(1672552800.0, None)]),
    *([cut(hours(6), hours(12))], [cut(hours(6), None)], [cut(None, hours(12))]),
    *([FULL, "middle"], [FULL, cut("ground", "top")], [FULL, cut("middle", None)], [FULL, cut(None, "top")], [0, 1]),
    *([FULL, FULL, 0.0], [FULL, FULL, 0.2], [FULL, FULL, cut(0.1, 0.4)], [FULL, FULL, cut(0.2, None)], [0, 0, 3]),
]
BOTH_REFUSE: list[list[Any]] = [
    *([None], [[0]], [DOTS, DOTS], [cut(2, 2)], [cut(3, 1)], [cut(0, 4, 2)], [cut(3, 0, -1)], [cut(0, 2.0)]),
    *([0, 0, 0, 0, 0, 0], [True], [hours(6)], [moment("2023-01-01T07:00:00+00:00")], ["junk"]),
    *([moment("2022-12-31T18:00:00+00:00")], [cut(moment(START), moment("2023-01-02T06:00:00+00:00"))]),
    *([cut(hours(5), None)], [cut(hours(-6), None)], [cut(moment(START), hours(12))], [cut(moment(START), 3)]),
    *([cut(moment(START), "2023-01-01T12:00:00")], [1672531200]),
    *([FULL, "nowhere"], [FULL, 0.5], [FULL, cut("top", "ground")], [FULL, cut("ground", 2)], [FULL, moment(START)]),
    *([FULL, FULL, 0.35], [FULL, FULL, "0.1"], [FULL, FULL, -0.1]),
    *([FULL, FULL, FULL, FULL, 1.0], [FULL, FULL, FULL, FULL, "a"], [FULL, FULL, FULL, 11.0]),
]
ONLY_WE_READ: list[list[Any]] = [
    *([FULL, FULL, 0.3], [FULL, FULL, 0.6], [FULL, FULL, 0.7], [FULL, FULL, 0.9], [FULL, FULL, cut(0.1, 1.0)]),
    *([FULL, FULL, FULL, 10.0], [FULL, FULL, FULL, cut(0.5, 1000.0)]),
]
"""Where deker is held up by binary fractions, or by labels that are numbers; see `reading.index`."""
OUT_OF_RANGE: list[list[Any]] = [[4], [-5], [moment("2023-01-02T00:00:00+00:00")], [cut(9, 12)]]
"""What deker fills a VArray's answer for, as if there were something; we refuse it."""
CUT_OFF: list[list[Any]] = [[cut(2, 9)], [cut(-9, 2)]]
"""What deker pads a VArray's answer for."""


@pytest.fixture(scope="module")
def indexed(real_deker: Child, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    root = tmp_path_factory.mktemp("indices")
    real_deker.ask("make", path=str(root), kind="indices")
    made = real_deker.ask("report", path=str(root))
    return root, {collection["name"]: collection["arrays"][0]["id"] for collection in made}


@pytest.mark.parametrize("collection", ["array", "varray"])
def test_an_index_is_what_it_is_to_the_real_package(
    real_deker: Child, indexed: tuple[Path, dict[str, str]], collection: str
) -> None:
    root, identities = indexed
    counted = np.arange(4 * 3 * 10 * 3 * 5, dtype="int32").reshape(4, 3, 10, 3, 5)

    def both(index: list[Any]) -> tuple[Any, Any]:
        found: list[Any] = []
        try:
            found.append(values(root, collection, tuple(map(meant, index))))
        except InvalidInput as refused:
            found.append(refused)
        try:
            found.append(real(real_deker, root, collection, identities[collection], index))
        except RuntimeError as refused:
            found.append(refused)
        return found[0], found[1]

    for index in BOTH_READ:
        mine, theirs = both(index)
        assert significant(mine) == significant(theirs), index
    for index in BOTH_REFUSE:
        mine, theirs = both(index)
        assert isinstance(mine, InvalidInput) and isinstance(theirs, RuntimeError), (index, mine, theirs)
    for index in ONLY_WE_READ:
        mine, theirs = both(index)
        assert mine.size and isinstance(theirs, RuntimeError), (index, theirs)
    for index in OUT_OF_RANGE:
        mine, theirs = both(index)
        assert isinstance(mine, InvalidInput), (index, mine)
        assert isinstance(theirs, RuntimeError) or not theirs.size or (theirs == np.iinfo("int32").min).all(), index
    for index in CUT_OFF:
        mine, theirs = both(index)
        assert significant(mine) == significant(counted[tuple(map(meant, index))])
        assert (theirs.shape == mine.shape) == (collection == "array"), index


def test_a_filter_of_a_package_is_read_where_it_is_installed_and_named_where_not(
    real_deker: Child, tmp_path: Path
) -> None:
    real_deker.ask("make", path=str(tmp_path), kind="plugins")
    (made,) = real_deker.ask("report", path=str(tmp_path))
    if importlib.util.find_spec("hdf5plugin") is not None:
        theirs = real(real_deker, tmp_path, "zstd", made["arrays"][0]["id"], ALL)
        assert significant(values(tmp_path, "zstd")) == significant(theirs)
        return
    with pytest.raises(NotSupported, match="32015") as refused:
        values(tmp_path, "zstd")
    assert "hdf5plugin" in refused.value.hint
