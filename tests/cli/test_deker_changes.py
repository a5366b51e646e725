"""Changes of a Deker storage from the shell: made, listed in the trash, taken back, purged."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Call
from tests.deker.mending import snapshot
from tests.deker.pristine import make_pristine

LINE = ("--dimensions", "y 4; x 6 from 0.0 step 0.5 km; time 3 from 2024-01-01T00:00Z every 6h")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """A healthy storage of an array and a VArray collection."""
    root = tmp_path / "storage"
    make_pristine(root)
    return root


def names(call: Call, store: Path) -> list[str]:
    return [item["name"] for item in json.loads(call("get", "collections", "-p", str(store), "-o", "json").out)]


def trash(call: Call, store: Path) -> list[dict[str, object]]:
    return json.loads(call("get", "trash", "-p", str(store), "-o", "json").out)


def test_create_from_fields_and_take_it_back(call: Call, store: Path) -> None:
    before = snapshot(store)
    dry = call("run", "collections", "create", "--name", "neu", *LINE, "-p", str(store), "--dry-run")
    assert dry.code == 0 and "make: collections/neu.lock" in dry.out and '"start_value": 0.0' in dry.out
    assert snapshot(store) == before
    words = ("--name", "neu", *LINE, "--attributes", "run datetime primary")
    said = call("run", "collections", "create", *words, "-p", str(store))
    assert (said.code, said.out) == (0, "created collection neu\n")
    made = json.loads(call("describe", "collections", "neu", "-p", str(store), "-o", "json").out)["body"]
    assert made["shape"] == [4, 6, 3] and made["problem"] is None and made["has_lock_file"]
    assert call("undo").out == "took back: create collection neu\n"
    assert snapshot(store) == before


@pytest.mark.parametrize(
    ("words", "named"),
    [
        (("--name", "a/b", *LINE), "name"),
        (("--name", "arr", *LINE), "arr"),
        (("--name", "neu", "--dimensions", "y 0"), "dimensions"),
        (("--name", "neu", "--dimensions", "y 4; y 5"), "dimensions"),
        (("--name", "neu", "--dimensions", "t 4 from nowhere every 6h"), "dimensions"),
        (("--name", "neu", "--dimensions", "t 4 from $run every 6h"), "run"),
        (("--name", "neu", *LINE, "--dtype", "bool"), "dtype"),
        (("--name", "neu", *LINE, "--fill-value", "x"), "fill value"),
        (("--name", "neu", *LINE, "--dtype", "int8", "--fill-value", "300"), "fill_value"),
        (("--name", "neu", *LINE, "--chunks", "9 x 9 x 9"), "chunks"),
        (("--name", "neu", *LINE, "--compression", "gzip 12"), "compression"),
        (("--name", "neu", *LINE, "--kind", "varray"), "grid"),
        (("--name", "neu", *LINE, "--kind", "varray", "--grid", "3 x 2 x 1"), "vgrid"),
        (("--name", "neu", *LINE, "--attributes", "vid string"), "vid"),
        (("--name", "neu", *LINE, "--attributes", "a text"), "attributes"),
    ],
)
def test_what_cannot_be_created_names_the_field(call: Call, store: Path, words: tuple[str, ...], named: str) -> None:
    before = snapshot(store)
    said = call("run", "collections", "create", *words, "-p", str(store))
    assert said.code != 0 and named in said.err, said.err
    assert snapshot(store) == before


def test_create_from_a_file(call: Call, store: Path, tmp_path: Path) -> None:
    source = store / "collections" / "va" / "va.json"
    words = ("run", "collections", "create-from-file", "-p", str(store), "--yes", "--path")
    said = call(*words, str(source), "--name", "copy")
    assert said.code == 0, said.err
    made = json.loads((store / "collections" / "copy" / "copy.json").read_text())
    assert made == {**json.loads(source.read_text()), "name": "copy"}
    broken = tmp_path / "broken.json"
    broken.write_text('{"name": "x", "type": "array", "metadata_version": "0.2"}')
    said = call(*words, str(broken))
    assert said.code != 0 and "schema" in said.err


def test_delete_restore_and_purge(call: Call, store: Path) -> None:
    before = snapshot(store)
    assert call("run", "collections", "delete", "arr", "-p", str(store)).code == 3
    assert snapshot(store) == before
    assert call("run", "collections", "delete", "arr", "-p", str(store), "--yes", "--confirm", "arr").code == 0
    assert "arr" not in names(call, store) and not (store / "collections" / "arr.lock").exists()
    (record,) = trash(call, store)
    assert record["title"] == "delete collection arr"
    said = call("run", "trash", "restore", str(record["id"]), "-p", str(store), "--yes")
    assert said.code == 0 and snapshot(store) == before
    assert call("run", "collections", "delete", "arr", "-p", str(store), "--yes", "--confirm", "arr").code == 0
    (record,) = trash(call, store)
    identity = str(record["id"])
    assert call("run", "trash", "purge", identity, "-p", str(store), "--yes", "--confirm", identity).code == 0
    assert trash(call, store) == [] and call("undo").code == 1
    assert sorted(path.name for path in store.iterdir()) == ["collections"]


def test_an_array_and_a_varray_go_with_their_links(call: Call, store: Path) -> None:
    before = snapshot(store)
    for kind, collection in (("arrays", "arr"), ("varrays", "va")):
        listed = json.loads(call("get", kind, collection, "-p", str(store), "-o", "json").out)
        key = listed[0]["key"]
        assert call("run", kind, "delete", collection, key, "-p", str(store), "--yes", "--confirm", key).code == 0
        left = json.loads(call("get", kind, collection, "-p", str(store), "-o", "json").out)
        assert [item["key"] for item in left] == [item["key"] for item in listed[1:]]
        assert not list((store / "collections").rglob(f"*{key}*"))
    assert len(trash(call, store)) == 2
    assert call("undo").code == call("undo").code == 0
    assert snapshot(store) == before


def test_clear_keeps_the_collection(call: Call, store: Path) -> None:
    before = snapshot(store)
    assert call("run", "collections", "clear", "va", "-p", str(store), "--yes", "--confirm", "va").code == 0
    assert [path.name for path in (store / "collections" / "va").iterdir()] == ["va.json"]
    assert call("undo").code == 0
    assert snapshot(store) == before


def test_a_read_only_profile_changes_nothing(call: Call, store: Path) -> None:
    call("profiles", "add", "ro", str(store), "--read-only")
    before = snapshot(store)
    said = call("run", "collections", "delete", "arr", "-p", "ro", "--yes", "--confirm", "arr")
    assert said.code != 0 and "read-only" in said.err
    assert snapshot(store) == before


def test_sizes_are_given_in_both_ways(call: Call, store: Path) -> None:
    whole = json.loads(call("run", "collections", "calculate-storage-size", "-p", str(store), "-o", "json").out)
    one = json.loads(call("run", "collections", "size", "arr", "-p", str(store), "-o", "json").out)
    files = [path for path in (store / "collections").rglob("*.hdf5") if not path.is_symlink()]
    assert whole["bytes"] == sum(path.stat().st_size for path in files)
    assert whole["allocated"] > whole["bytes"] > one["bytes"] > 0
    assert one["bytes"] == sum(path.stat().st_size for path in files if "collections/arr/" in str(path))
