"""The values of an array: opened with TileDB's own library where it is there, and what to install where it is not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from tests.cli.tiledb_platforms import address, empty_home, store_login
from tests.unit.tiledb.conftest import Place, serving
from tui.systems.tiledb.core import has_tiledb

INSTALL = "pip install 'arraydeck[tiledb]'"


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with serving(assets=1, tasks=1) as place:
        yield place


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Place) -> Place:
    empty_home(tmp_path / "vendor", monkeypatch)
    store_login(running)
    return running


@pytest.fixture
def tiledb() -> Any:
    return pytest.importorskip("tiledb")


def test_without_the_library_one_line_says_what_to_install(call: Call, platform: Place) -> None:
    if has_tiledb():
        pytest.skip("the extra tiledb is installed")
    said = call("run", "assets", "show", "radar", "sites/reflectivity_2026-01", "-p", address(platform))
    assert said.code == 1 and INSTALL in said.err


def test_what_is_no_array_is_said_to_be_none(call: Call, platform: Place) -> None:
    said = call("run", "assets", "show", "radar", "README.md", "-p", address(platform))
    assert said.code == 1 and "README.md is a file, and no array" in said.err


def register(call: Call, platform: Place, path: Path) -> str:
    """List an array of this machine as an asset, and return its name."""
    name = path.name
    words = ("assets", "register", "radar", "--path", name, "--uri", path.as_uri())
    said = call("run", *words, "-p", address(platform))
    assert said.code == 0, said.err
    return name


def test_a_local_dense_array_is_shown_by_indices_whatever_its_coordinates_begin_with(
    call: Call, platform: Place, tmp_path: Path, tiledb: Any
) -> None:
    import numpy as np

    rows = tiledb.Dim("y", domain=(10, 109), tile=25, dtype=np.int32)
    domain = tiledb.Domain(rows, tiledb.Dim("x", domain=(0, 49), tile=10, dtype=np.int32))
    words, values = tiledb.Attr("w", dtype="U0", var=True), tiledb.Attr("v", dtype=np.float32)
    path = tmp_path / "field"
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=domain, attrs=[words, values], sparse=False))
    field = np.arange(5000, dtype="f4").reshape(100, 50)
    with tiledb.open(str(path), "w") as array:
        array[:] = {"w": np.full((100, 50), "x", dtype="O"), "v": field}
    name = register(call, platform, path)
    where = ("-p", address(platform))
    said = call("run", "assets", "show", "radar", name, "--index", "3, 0:5", "-o", "json", *where)
    assert said.code == 0, said.err
    assert field[3, :5].tolist() == json.loads(said.out)["values"]
    said = call("run", "assets", "show", "radar", name, *where)
    assert said.code == 0 and "the attribute v of 2" in said.out + said.err


def test_a_sparse_array_is_refused_in_words_and_a_remote_one_is_asked_for_at_its_server(
    call: Call, platform: Place, tmp_path: Path, tiledb: Any
) -> None:
    import numpy as np

    domain = tiledb.Domain(tiledb.Dim("y", domain=(0, 9), tile=5, dtype=np.int32))
    path = tmp_path / "points"
    schema = tiledb.ArraySchema(domain=domain, attrs=[tiledb.Attr("v", dtype=np.float32)], sparse=True)
    tiledb.Array.create(str(path), schema)
    name = register(call, platform, path)
    said = call("run", "assets", "show", "radar", name, "-p", address(platform))
    assert said.code == 1 and "is sparse" in said.err
    said = call("run", "assets", "show", "radar", "sites/reflectivity_2026-01", "-p", address(platform))
    assert said.code != 0 and platform.credentials["token"] not in said.err
    assert platform.requests(1, "POST /v2/arrays/")
