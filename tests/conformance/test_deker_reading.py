"""What the real deker made, arraydeck lists the same; what arraydeck made, the real deker reads and finds in order."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.conftest import Get
from tests.conformance.environments import Child
from tui.systems.deker.sample import DAMAGED, make_sample

pytestmark = pytest.mark.conformance
ALIASES = {"longlong": "int64", "ulonglong": "uint64", "longdouble": "float128", "clongdouble": "complex256"}


def schema_of(mine: dict[str, Any]) -> dict[str, Any]:
    """Return the schema that we tell in deker's own words."""
    schema = {
        "dimensions": [dimension_of(dimension) for dimension in mine["dimensions"]],
        "dtype": mine["dtype_written"],
        "attributes": mine["attributes"],
        "fill_value": None if mine["fill_value"] == "nan" else mine["fill_value"],
    }
    return {**schema, "vgrid": mine["vgrid"]} if mine["kind"] == "varray" else schema


def dimension_of(mine: dict[str, Any]) -> dict[str, Any]:
    same = {"name": mine["name"], "size": mine["size"]}
    if mine["kind"] != "time":
        scale = mine["scale"] and {"start_value": mine["scale"].pop("start"), **mine["scale"]}
        return {**same, "labels": mine["labels"], "scale": scale, "type": "generic"}
    step = timedelta(seconds=mine["step"])
    parts = {"days": step.days, "seconds": step.seconds, "microseconds": step.microseconds}
    start = f"${mine['start_attribute']}" if mine["start_attribute"] else mine["start"]
    return {**same, "type": "time", "start_value": start, "step": parts}


def compare_arrays(get: Get, theirs: dict[str, Any], path: str) -> None:
    plural = "varrays" if theirs["kind"] == "varray" else "arrays"
    arrays = {array["id"]: array for array in get(plural, theirs["name"], "-p", path)}
    assert arrays.keys() == {array["id"] for array in theirs["arrays"]}
    for array in theirs["arrays"]:
        listed = arrays[array["id"]]
        assert (listed["health"], listed["problem"]) == ("ok", None)
        # As text, for a whole number is no real one.
        assert text(listed["primary"]) == text(array["primary"])
        assert text(listed["custom"]) == text(array["custom"])
    if theirs["kind"] == "varray":
        tiles = get("arrays", theirs["name"], "-p", path)
        assert {(tile["id"], tile["health"]) for tile in tiles} == {(tile, "ok") for tile in theirs["tiles"]}


def text(attributes: dict[str, Any]) -> str:
    return json.dumps(attributes, sort_keys=True)


@pytest.mark.parametrize("kind", ["dtypes", "axes", "attributes", "varrays", "options"])
def test_what_the_real_package_made_is_listed_the_same(real_deker: Child, tmp_path: Path, get: Get, kind: str) -> None:
    real_deker.ask("make", path=str(tmp_path), kind=kind)
    theirs = {collection["name"]: collection for collection in real_deker.ask("report", path=str(tmp_path))}
    ours = {collection["name"]: collection for collection in get("collections", "-p", str(tmp_path))}
    assert ours.keys() == theirs.keys()
    for name, collection in theirs.items():
        mine = ours[name]
        assert mine["problem"] is None
        assert schema_of(mine) == collection["metadata"]["schema"]
        assert (mine["kind"], mine["shape"]) == (collection["kind"], collection["shape"])
        assert ALIASES.get(mine["dtype"], mine["dtype"]) == ALIASES.get(collection["dtype"], collection["dtype"])
        options = collection["metadata"]["options"]
        assert mine["options"] == ("none" if options is None else json.dumps(options))
        compare_arrays(get, collection, str(tmp_path))


def test_the_real_package_finds_our_sample_in_order(real_deker: Child, tmp_path: Path, get: Get) -> None:
    import shutil

    make_sample(tmp_path)
    for name in DAMAGED:
        shutil.rmtree(tmp_path / "collections" / name)
        (tmp_path / "collections" / f"{name}.lock").unlink()
    assert "no errors" in real_deker.ask("check", path=str(tmp_path), level=4)
    theirs = {collection["name"]: collection for collection in real_deker.ask("report", path=str(tmp_path))}
    ours = {collection["name"]: collection for collection in get("collections", "-p", str(tmp_path))}
    assert ours.keys() == theirs.keys() and len(theirs) >= 5
    assert all(collection["arrays"] for collection in theirs.values())


def test_the_real_check_finds_a_storage_in_order_after_we_browsed_it(
    real_deker: Child, tmp_path: Path, get: Get
) -> None:
    real_deker.ask("make", path=str(tmp_path), kind="varrays")
    before = real_deker.ask("report", path=str(tmp_path))
    get("collections", "-p", str(tmp_path))
    get("arrays", "grid", "-p", str(tmp_path))
    get("locks", "-p", str(tmp_path))
    assert "no errors" in real_deker.ask("check", path=str(tmp_path), level=4)
    assert real_deker.ask("report", path=str(tmp_path)) == before
