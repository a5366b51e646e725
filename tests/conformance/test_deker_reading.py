"""What the real deker made, arraydeck lists the same; what arraydeck made, the real deker reads and finds in order."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.conformance.environments import Child
from tui.systems.deker.sample import DAMAGED, make_sample

pytestmark = pytest.mark.conformance
ALIASES = {"longlong": "int64", "ulonglong": "uint64", "longdouble": "float128", "clongdouble": "complex256"}


def get(*words: str) -> list[dict[str, Any]]:
    """Return what `arraydeck get … -o json` prints."""
    command = [sys.executable, "-m", "tui.cli.main", "get", *words, "-o", "json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("kind", ["dtypes", "axes", "attributes", "varrays", "options"])
def test_what_the_real_package_made_is_listed_the_same(real_deker: Child, tmp_path: Path, kind: str) -> None:
    real_deker.ask("make", path=str(tmp_path), kind=kind)
    theirs = {collection["name"]: collection for collection in real_deker.ask("report", path=str(tmp_path))}
    ours = {collection["name"]: collection for collection in get("collections", "-p", str(tmp_path))}
    assert ours.keys() == theirs.keys()
    for name, collection in theirs.items():
        mine = ours[name]
        assert mine["problem"] is None
        assert (mine["kind"], mine["shape"]) == (collection["kind"], collection["shape"])
        assert ALIASES.get(mine["dtype"], mine["dtype"]) == ALIASES.get(collection["dtype"], collection["dtype"])
        plural = "varrays" if mine["kind"] == "varray" else "arrays"
        arrays = {array["id"]: array for array in get(plural, name, "-p", str(tmp_path))}
        assert arrays.keys() == {array["id"] for array in collection["arrays"]}
        for array in collection["arrays"]:
            listed = arrays[array["id"]]
            assert (listed["health"], listed["problem"]) == ("ok", None)
            assert listed["primary"] == array["primary"]
            assert listed["custom"] == array["custom"]


def test_the_real_package_finds_our_sample_in_order(real_deker: Child, tmp_path: Path) -> None:
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


def test_the_real_check_finds_a_storage_in_order_after_we_browsed_it(real_deker: Child, tmp_path: Path) -> None:
    real_deker.ask("make", path=str(tmp_path), kind="varrays")
    before = real_deker.ask("report", path=str(tmp_path))
    get("collections", "-p", str(tmp_path))
    get("arrays", "grid", "-p", str(tmp_path))
    get("locks", "-p", str(tmp_path))
    assert "no errors" in real_deker.ask("check", path=str(tmp_path), level=4)
    assert real_deker.ask("report", path=str(tmp_path)) == before
