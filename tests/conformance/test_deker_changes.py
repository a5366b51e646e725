"""What arraydeck wrote, the real deker reads cell for cell, changes, clears and deletes."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import numpy
import pytest

from tests.conformance.conftest import Get
from tests.conformance.environments import Child
from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import Pristine, make_pristine

pytestmark = pytest.mark.conformance
WRITTEN = numpy.arange(1, 25, dtype="float32").reshape(6, 4)
ALL: list[Any] = [{"slice": [None, None]}, {"slice": [None, None]}]


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


def of(storage: Pristine, collection: str) -> dict[str, str]:
    """Return the words that name the first array of a collection."""
    first = {"arr": storage.arr[0], "plain": storage.plain[0], "packed": storage.packed, "va": storage.varray}
    return {"path": str(storage.root), "collection": collection, "identity": first[collection]}


def values(answer: dict[str, Any]) -> Any:
    found = numpy.frombuffer(base64.b64decode(answer["content"]), answer["dtype"])
    return found.reshape(answer["shape"])


def packed(array: Any) -> dict[str, Any]:
    return {
        "dtype": array.dtype.str,
        "shape": list(array.shape),
        "content": base64.b64encode(array.tobytes()).decode(),
    }


@pytest.mark.parametrize("collection", ["arr", "plain", "packed", "va"])
def test_it_reads_what_was_written(real_deker: Child, storage: Pristine, collection: str) -> None:
    whole = values(real_deker.ask("read", **of(storage, collection), index=ALL))
    assert whole.dtype == WRITTEN.dtype
    assert numpy.array_equal(whole, WRITTEN)
    part = real_deker.ask("read", **of(storage, collection), index=[{"slice": [1, 5]}, -1])
    assert numpy.array_equal(values(part), WRITTEN[1:5, -1])
    assert values(real_deker.ask("read", **of(storage, collection), index=[2, 3])) == WRITTEN[2, 3]


@pytest.mark.parametrize("collection", ["arr", "packed", "va"])
def test_it_changes_and_clears_what_was_written(
    real_deker: Child, storage: Pristine, get: Get, collection: str
) -> None:
    index = [{"slice": [2, 4]}, {"slice": [1, 3]}]
    new = numpy.array([[-1, -2], [-3, -4]], "float32")
    real_deker.ask("update", **of(storage, collection), index=index, data=packed(new))
    expected = WRITTEN.copy()
    expected[2:4, 1:3] = new
    assert numpy.array_equal(values(real_deker.ask("read", **of(storage, collection), index=ALL)), expected)
    real_deker.ask("clear", **of(storage, collection), index=ALL)
    assert numpy.isnan(values(real_deker.ask("read", **of(storage, collection), index=ALL))).all()
    assert "no errors" in real_deker.ask("check", path=str(storage.root), level=4)
    if collection == "va":
        # Tiles that a clearing covers whole are deleted.
        assert get("arrays", "va", "-p", str(storage.root)) == []
        assert [(entry["tiles"], entry["health"]) for entry in get("varrays", "va", "-p", str(storage.root))] == [
            (0, "ok")
        ]
    else:
        entries = {entry["id"]: entry for entry in get("arrays", collection, "-p", str(storage.root))}
        cleared = entries[of(storage, collection)["identity"]]
        assert (cleared["has_data"], cleared["health"]) == (False, "ok")


@pytest.mark.parametrize(("collection", "kind"), [("arr", "arrays"), ("plain", "arrays"), ("va", "varrays")])
def test_it_deletes_what_was_written(
    real_deker: Child, storage: Pristine, get: Get, collection: str, kind: str
) -> None:
    before = {entry["id"] for entry in get(kind, collection, "-p", str(storage.root))}
    real_deker.ask("delete", **of(storage, collection))
    after = get(kind, collection, "-p", str(storage.root))
    assert {entry["id"] for entry in after} == before - {of(storage, collection)["identity"]}
    assert all(entry["health"] == "ok" for entry in after)
    assert "no errors" in real_deker.ask("check", path=str(storage.root), level=4)


@pytest.mark.parametrize("row", [61, 62])
def test_it_clears_the_locks_that_we_list(real_deker: Child, storage: Pristine, get: Get, row: int) -> None:
    CORRUPTIONS[row][1](storage)
    assert len(get("locks", "-p", str(storage.root))) == 1
    assert "1 files removed" in real_deker.ask("clear_locks", path=str(storage.root))
    assert get("locks", "-p", str(storage.root)) == []
    assert "no errors" in real_deker.ask("check", path=str(storage.root), level=4)


def test_its_size_is_that_of_the_files_we_list(real_deker: Child, storage: Pristine, get: Get) -> None:
    files = [
        entry for name in ("arr", "plain", "packed", "va") for entry in get("arrays", name, "-p", str(storage.root))
    ]
    assert len(files) == 3 + 3 + 1 + 4
    size = real_deker.ask("calculate_storage_size", path=str(storage.root))
    assert size["bytes"] == sum(entry["size"] for entry in files)
    assert size["human"] == f"{round(size['bytes'] / 1024, 2)} KB"


def test_what_it_raises_comes_by_name_and_it_goes_on(real_deker: Child, storage: Pristine) -> None:
    gone = {**of(storage, "arr"), "identity": storage.plain[0]}
    with pytest.raises(RuntimeError, match="LookupError"):
        real_deker.ask("read", **gone, index=ALL)
    with pytest.raises(RuntimeError, match="DekerCollectionNotExistsError"):
        real_deker.ask("check", path=str(storage.root), level=1, collection="nowhere")
    assert "no errors" in real_deker.ask("check", path=str(storage.root), level=1)
