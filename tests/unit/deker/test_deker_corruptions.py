"""Every corruption that must be seen shows as damaged, with its reason, and hides nothing else."""

from __future__ import annotations

import json
import os
import shutil
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from tests.unit.deker.conftest import Storage, age
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.models import Entry

Damage = Callable[[Storage], None]


def _edit(change: Callable[[dict[str, Any]], Any]) -> Damage:
    def damage(storage: Storage) -> None:
        path = storage.directory("arr") / "arr.json"
        found = json.loads(path.read_text())
        path.write_text(json.dumps(change(found) or found))

    return damage


def _text(content: bytes) -> Damage:
    return lambda storage: void((storage.directory("arr") / "arr.json").write_bytes(content))


def void(_: object) -> None:
    return None


COLLECTIONS: dict[str, tuple[Damage, str]] = {
    "01 invalid JSON": (_text(b'{"name": '), "not JSON"),
    "02 empty file": (_text(b""), "empty"),
    "03 no file": (lambda storage: (storage.directory("arr") / "arr.json").unlink(), "missing"),
    "04 no type": (_edit(lambda found: void(found.pop("type"))), "type is missing"),
    "05 no name": (_edit(lambda found: void(found.pop("name"))), "name is missing"),
    "06 another name": (_edit(lambda found: found | {"name": "other"}), "its directory is 'arr'"),
    "07 newer version": (_edit(lambda found: found | {"metadata_version": "9.9"}), "9.9"),
    "08 bad dtype": (_edit(lambda found: void(found["schema"].update(dtype="numpy.wrong"))), "numpy.wrong"),
    "09 a list": (_text(b"[1, 2]"), "a list, not an object"),
    "10 size 0": (_edit(lambda found: void(found["schema"]["dimensions"][0].update(size=0))), "at least 1"),
    "nested": (_text(b"[" * 100_000), "nested"),
    "huge number": (_text(b'{"type": ' + b"9" * 10_000 + b"}"), "not JSON"),
    "not UTF-8": (_text(b'{"type": "\xff"}'), "neither array nor varray"),
    "huge size": (_edit(lambda found: void(found["schema"]["dimensions"][0].update(size=10**30))), "larger"),
    "huge step": (
        _edit(lambda found: found["schema"]["dimensions"][0].update(start_value="2020-01-01", step={"days": 1e300})),
        "too long",
    ),
}


@pytest.mark.parametrize("row", COLLECTIONS)
def test_a_damaged_collection_is_listed_with_its_reason(storage: Storage, row: str) -> None:
    damage, reason = COLLECTIONS[row]
    damage(storage)
    age(storage.root)
    found = storage.collections()
    assert list(found) == ["arr", "plain", "va"]
    assert found["arr"].health == "damaged"
    assert reason in (found["arr"].problem or "")
    assert found["plain"].problem is None
    assert found["va"].problem is None


def test_the_arrays_of_a_damaged_collection_are_still_listed(storage: Storage) -> None:
    _text(b"{")(storage)

    async def work(client: AsyncClient) -> list[Entry | None]:
        arr = await client.get_collection("arr")
        assert arr is not None and arr.problem is not None
        pages = [page async for page in client.array_pages(arr)]
        return await client.fill(arr, pages[0])

    found = storage.use(work)
    assert [entry and (entry.id, entry.health) for entry in found] == [(one, "ok") for one in storage.arrays["arr"]]


def _meta(change: Callable[[dict[str, Any]], Any] | bytes | None) -> Damage:
    """Return what rewrites the first array's `meta`: removed, as raw bytes, or changed."""

    def damage(storage: Storage) -> None:
        with h5py.File(storage.data("arr"), "r+") as file:
            raw = bytes(file["meta"][()])
            del file["meta"]
            if change is None:
                return
            if callable(change):
                found = json.loads(raw)
                raw = json.dumps(change(found) or found).encode()
            else:
                raw = change
            file.create_dataset("meta", data=np.array(raw, f"S{len(raw) + 33}"))

    return damage


def _cut(size: Callable[[int], int]) -> Damage:
    def damage(storage: Storage) -> None:
        path = storage.data("arr")
        os.truncate(path, size(path.stat().st_size))

    return damage


def _garbage(storage: Storage) -> None:
    storage.data("arr").write_bytes(np.random.default_rng(1).bytes(5000))


def _data(data: Any) -> Damage:
    def damage(storage: Storage) -> None:
        with h5py.File(storage.data("arr"), "r+") as file:
            del file["data"]
            if data is None:
                file.create_group("data")
            else:
                file.create_dataset("data", data=data)

    return damage


ARRAYS: dict[str, tuple[Damage, str]] = {
    "20 half": (_cut(lambda size: size // 2), "truncated"),
    "21 last 8 bytes": (_cut(lambda size: size - 8), "truncated"),
    "22 zero bytes": (_cut(lambda size: 0), "the file is empty"),
    "23 garbage": (_garbage, "not an HDF5 file"),
    "24 no meta": (_meta(None), "no meta"),
    "25 meta no JSON": (_meta(b"{oops"), "not JSON"),
    "26 no primary key": (
        _meta(lambda found: void(found["primary_attributes"].pop("number"))),
        "primary attribute 'number' is missing",
    ),
    "27 no custom attributes": (
        _meta(lambda found: void(found.pop("custom_attributes"))),
        "custom_attributes is missing",
    ),
    "28 another id": (_meta(lambda found: found | {"id": str(uuid.uuid4())}), "not of this file"),
    "29 id no uuid": (_meta(lambda found: found | {"id": "zzz"}), "no UUID"),
    "30 primary of wrong type": (
        _meta(lambda found: void(found["primary_attributes"].update(number="abc"))),
        "primary attribute 'number'",
    ),
    "31 primary changed": (_meta(lambda found: void(found["primary_attributes"].update(number=77))), "77"),
    "33 meta null": (_meta(b"null"), "the metadata is missing"),
    "35 data file deleted": (lambda storage: storage.data("arr").unlink(), "data file is missing"),
    "36 data folder deleted": (lambda storage: shutil.rmtree(storage.data("arr").parent), "data file is missing"),
    "46 smaller": (_data(np.zeros((5, 4), np.float32)), "the data have shape (5, 4), the schema says (6, 4)"),
    "47 bigger": (_data(np.zeros((7, 9), np.float32)), "(7, 9)"),
    "48 higher rank": (_data(np.zeros((6, 4, 2), np.float32)), "(6, 4, 2)"),
    "49 lower rank": (_data(np.zeros(24, np.float32)), "(24,)"),
    "50 float64": (_data(np.zeros((6, 4), np.float64)), "<f8"),
    "52 bytes": (_data(np.zeros((6, 4), "S4")), "S4"),
    "53 a group": (_data(None), "a group"),
}


@pytest.mark.parametrize("row", ARRAYS)
def test_a_damaged_array_is_listed_with_its_reason(storage: Storage, row: str) -> None:
    damage, reason = ARRAYS[row]
    damage(storage)
    age(storage.root)
    found = storage.entries("arr")
    assert [entry.id for entry in found] == storage.arrays["arr"]
    assert found[0].health == "damaged"
    assert reason in (found[0].problem or "")
    assert [entry.health for entry in found[1:]] == ["ok", "ok"]


def test_when_all_data_are_gone_every_link_shows_as_damaged(storage: Storage) -> None:
    shutil.rmtree(storage.directory("arr") / "array_data")
    age(storage.root)
    found = storage.entries("arr")
    assert [entry.id for entry in found] == storage.arrays["arr"]
    assert {entry.problem for entry in found} == {"the data file is missing, the link is all that is left"}


def test_a_varray_without_its_file_is_listed_and_names_its_tiles(storage: Storage) -> None:
    storage.data("va", 1, "varray").unlink()
    age(storage.root)
    found = storage.entries("va")
    assert [entry.id for entry in found] == storage.arrays["va"]
    assert found[0].health == "ok"
    assert found[1].health == "damaged"
    assert "6 tiles remain" in (found[1].problem or "")


def test_tiles_of_a_varray_without_file_and_link_are_not_forgotten(storage: Storage) -> None:
    storage.data("va", 1, "varray").unlink()
    age(storage.root)
    shutil.rmtree(storage.directory("va") / "varray_symlinks" / "1")
    found = storage.entries("va")
    assert found[1].id == storage.arrays["va"][1]
    assert found[1].problem == "its metadata file is missing, 6 tiles remain"


def test_a_varray_of_broken_json_shows_as_damaged(storage: Storage) -> None:
    storage.data("va", 1, "varray").write_bytes(b"{]")
    age(storage.root)
    found = storage.entries("va")
    assert found[1].health == "damaged"
    assert "not JSON" in (found[1].problem or "")


@pytest.mark.parametrize("collection", ["arr", "plain"])
def test_an_array_without_its_link_comes_last_and_says_so(storage: Storage, collection: str) -> None:
    lost = storage.arrays[collection][0]
    (link,) = (storage.directory(collection) / "array_symlinks").rglob(f"{lost}.hdf5")
    link.unlink()
    age(storage.root)
    found = storage.entries(collection)
    assert found[-1].id == lost
    assert "the link is missing" in (found[-1].problem or "")


def test_links_that_lie_or_repeat_are_damaged_and_keys_stay_unique(storage: Storage) -> None:
    links = storage.directory("arr") / "array_symlinks"
    first, second = storage.arrays["arr"][:2]
    one, two = links / "1" / "Łódź 1" / f"{first}.hdf5", links / "2" / "Łódź 2" / f"{second}.hdf5"
    target = two.readlink()
    one.unlink()
    one.symlink_to(target)
    (two.parent / f"{first}.hdf5").symlink_to(target)
    age(storage.root)
    found = storage.entries("arr")
    assert len({entry.key for entry in found}) == len(found) == 4
    assert found[0].problem == f"the link points to {target}"
    assert any("a second link" in (entry.problem or "") for entry in found)


def test_a_moved_storage_is_read_and_the_links_are_noted(storage: Storage, tmp_path: Path) -> None:
    moved = Storage(tmp_path / "elsewhere", storage.arrays)
    storage.root.rename(moved.root)
    found = moved.entries("arr")
    assert {entry.health for entry in found} == {"ok"}
    assert all(str(storage.root) in (entry.note or "") for entry in found)
