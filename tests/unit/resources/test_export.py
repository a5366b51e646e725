"""Exports are whole files or none, and read back as what was listed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.unit.resources.sources import Leaf, Leaves
from tui.resources.export import Format, export_file, write_items
from tui.services.errors import AlreadyExists, InvalidInput

LEAVES = [
    Leaf(name="plain", size=1),
    Leaf(name='a,"b"\nc', size=2),
    Leaf(name=b"\xff".decode("utf-8", "surrogateescape")),
]


def written(form: Format, items: Sequence[Leaf]) -> str:
    stream = io.StringIO()
    assert write_items(stream, form, items, Leaves.columns, lambda leaf: leaf.name) == len(items)
    return stream.getvalue()


def test_csv_json_and_lines_read_back() -> None:
    rows = list(csv.reader(io.StringIO(written("csv", LEAVES[:2]))))
    assert rows == [["name", "size"], ["plain", "1"], ['a,"b"\nc', "2"]]
    whole = json.loads(written("json", LEAVES))
    lines = [json.loads(line) for line in written("jsonl", LEAVES).splitlines()]
    assert whole == lines and whole[1]["name"] == 'a,"b"\nc'
    assert json.loads(written("json", [])) == []
    assert written("name", LEAVES[:2]) == 'plain\na,"b"\\nc\n'


def test_a_file_is_never_written_over(tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    assert export_file(path, "csv", LEAVES, Leaves.columns, lambda leaf: leaf.name) == 3
    before = path.read_bytes()
    with pytest.raises(AlreadyExists):
        export_file(path, "csv", [], Leaves.columns, lambda leaf: leaf.name)
    assert path.read_bytes() == before
    export_file(path, "csv", [], Leaves.columns, lambda leaf: leaf.name, overwrite=True)
    assert path.read_text() == "name,size\n" and [file.name for file in tmp_path.iterdir()] == ["out.csv"]


def test_a_failure_half_way_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> list[Leaf]:
        raise RuntimeError("half way")

    with pytest.raises(RuntimeError):
        export_file(tmp_path / "x.json", "json", (leaf for leaf in [LEAVES[0], *broken()]), Leaves.columns, str)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="no folder"):
        export_file(tmp_path / "none" / "x.json", "json", [], Leaves.columns, str)
