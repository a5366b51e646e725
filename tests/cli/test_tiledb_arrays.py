"""The values of an array: opened with TileDB's own library where it is there, and what to install where it is not."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Call
from tests.cli.tiledb_platforms import address, log_in_to, store_login
from tests.unit.tiledb.conftest import Place, serving
from tui.systems.tiledb.reading.core import has_tiledb

INSTALL = "pip install 'arraydeck[tiledb]'"


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with serving(assets=1, tasks=1) as place:
        yield place


@pytest.fixture(scope="module")
def running_classic() -> Iterator[Place]:
    with serving(classic=True, tasks=1) as place:
        yield place


@pytest.fixture
def platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Place) -> Place:
    return log_in_to(running, tmp_path / "vendor", monkeypatch)


@pytest.fixture
def tiledb() -> Any:
    return pytest.importorskip("tiledb")


def test_without_the_library_one_line_says_what_to_install(
    call: Call, platform: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "tiledb", None)
    assert not has_tiledb()
    said = call("run", "assets", "show", "radar", "sites/reflectivity_2026-01", "-p", address(platform))
    assert said.code == 1 and INSTALL in said.err
    said = call("describe", "assets", "radar", "sites/reflectivity_2026-01", "-p", address(platform))
    assert said.code == 0 and INSTALL in said.out and "latitude" in said.out
    said = call("run", "addresses", "show", "/tmp", "-p", address(platform))
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


def write_field(tiledb: Any, path: Path) -> Any:
    """Write a dense array whose coordinates begin at 10 and whose cells may be null, and return its numbers."""
    import numpy as np

    rows = tiledb.Dim("y", domain=(10, 49), tile=20, dtype=np.int32)
    domain = tiledb.Domain(rows, tiledb.Dim("x", domain=(0, 29), tile=10, dtype=np.int32))
    values = tiledb.Attr("v", dtype=np.float64, nullable=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    tiledb.Array.create(str(path), tiledb.ArraySchema(domain=domain, attrs=[values], sparse=False))
    field = np.arange(1200, dtype="f8").reshape(40, 30)
    with tiledb.open(str(path), "w") as array:
        array[:] = {"v": field}
    return field


@pytest.mark.parametrize("generation", ["current", "classic"])
def test_an_array_that_the_server_stores_is_read_from_it(
    call: Call,
    platform: Place,
    running_classic: Place,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    tiledb: Any,
    generation: str,
) -> None:
    place = platform if generation == "current" else running_classic
    store_login(place)
    monkeypatch.setattr(place.server.state, "storage", tmp_path)
    name = f"field-{generation}"
    field = write_field(tiledb, tmp_path / "bucket" / name)
    space = "radar" if generation == "current" else "ada.vogel"
    where = ("-p", address(place))
    said = call("run", "assets", "register", space, "--path", name, "--uri", f"s3://bucket/{name}", *where)
    assert said.code == 0, said.err
    place.server.state.log.clear()
    said = call("run", "assets", "show", space, name, "--index", "7, 0:4", "-o", "json", *where)
    assert said.code == 0, said.err
    assert json.loads(said.out)["values"] == field[7, :4].tolist()
    assert place.requests(1, "/query/submit", " 200")
    # How large an answer is, is not asked for: the library holds the interpreter, and with it the screen, meanwhile.
    assert not place.requests(0, "est_result_sizes")
    said = call("describe", "assets", space, name, *where)
    assert said.code == 0 and "10 … 49 (40)" in said.out and "10 … 49 × 0 … 29" in said.out
    platform_address = f"tiledb://{place.credentials['workspace']}/{space}/{name}"
    if generation == "classic":
        platform_address = f"tiledb://{space}/{name}"
    said = call("run", "addresses", "show", platform_address, "--index", "0, 0:2", "-o", "json", *where)
    assert said.code == 0, said.err
    assert json.loads(said.out)["values"] == [0.0, 1.0]


def test_an_array_without_cells_is_said_to_have_none_where_one_meets_it(
    call: Call, platform: Place, tiledb: Any
) -> None:
    said = call("run", "assets", "show", "radar", "sites/reflectivity_2026-01", "-p", address(platform))
    assert said.code == 4 or said.code == 1
    assert "the embedded server holds no cells of this array" in said.err


def test_an_array_that_nobody_listed_opens_by_its_path_or_its_uri(
    call: Call, platform: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiledb: Any
) -> None:
    field = write_field(tiledb, tmp_path / "own" / "field")
    platform.server.state.log.clear()
    monkeypatch.chdir(tmp_path)
    for typed in (str(tmp_path / "own" / "field"), (tmp_path / "own" / "field").as_uri(), "own/field"):
        said = call("run", "addresses", "show", typed, "--index", "39, 28:30", "-o", "json", "-p", address(platform))
        assert said.code == 0, said.err
        assert json.loads(said.out)["values"] == field[39, 28:].tolist()
    assert not platform.requests(0, "/arrays/")
    said = call("describe", "addresses", "own/field", "-p", address(platform))
    assert said.code == 0 and "of this machine" in said.out and "40 y × 30 x" in said.out
    said = call("run", "addresses", "show", "own/nothing", "-p", address(platform))
    assert said.code == 1 and "there is nothing at" in said.err


def test_a_redirection_takes_the_log_in_of_an_opened_array_to_no_other_host(
    call: Call, platform: Place, tiledb: Any
) -> None:
    platform.server.state.log.clear()
    for path in ("/v4/capabilities", "/v2/arrays/*"):
        platform.fault("redirect", path=path, times=-1, location=platform.server.elsewhere)
        said = call("run", "assets", "show", "radar", "sites/reflectivity_2026-01", "-p", address(platform))
        assert said.code != 0 and "may not have the log-in" in said.err, path
        platform.server.state.faults.clear()
    assert platform.requests(0, side="elsewhere") == []


def test_no_address_leads_out_of_what_stands_for_the_storage(
    call: Call, platform: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tiledb: Any
) -> None:
    monkeypatch.setattr(platform.server.state, "storage", tmp_path / "storage")
    write_field(tiledb, tmp_path / "secret")
    where = ("-p", address(platform))
    said = call("run", "assets", "register", "radar", "--path", "out", "--uri", "s3://bucket/../../secret", *where)
    assert said.code == 0, said.err
    said = call("run", "assets", "show", "radar", "out", *where)
    assert said.code != 0 and "no cells of this array" in said.err
