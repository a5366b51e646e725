"""Metadata templates: what the files tell is filled in, the rest is marked; no unfinished or false one is written."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy
import pytest

from tests.deker.corruptions import CORRUPTIONS
from tests.deker.mending import collection_of, damage, mend, nothing, problems, snapshot, take_back
from tests.deker.pristine import NOTE, NUMBER, Pristine, make_pristine
from tests.thoroughness import one_in
from tui.services.errors import InvalidInput
from tui.systems.deker.changes.engine import apply
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection
from tui.systems.deker.models import Attribute, Dimension
from tui.systems.deker.repairs.from_template import plan as plan_from_template
from tui.systems.deker.repairs.template import MARK, template


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


def template_of(storage: Pristine, name: str) -> dict[str, Any]:
    return json.loads(template(str(storage.root), collection_of(storage.root, name), nothing))


def write(storage: Pristine, name: str, found: Any) -> tuple[tuple[str, ...], str]:
    """Write the metadata from an edited template; return the notes and the id of the change."""
    text = found if isinstance(found, str) else json.dumps(found, indent=4, ensure_ascii=False)
    planned = plan_from_template(str(storage.root), collection_of(storage.root, name), text, nothing)
    planned.recheck()
    return planned.notes, apply(str(storage.root), planned.plan, nothing).id


def filled(found: Any, true: Any) -> Any:
    """Return a template with its marks replaced by what is true."""
    if isinstance(found, str):
        return true if found.startswith(MARK) else found
    if isinstance(found, dict):
        return {key: filled(value, true[key]) for key, value in found.items()}
    if isinstance(found, list):
        return [filled(value, other) for value, other in zip(found, true, strict=True)]
    return found


@pytest.mark.parametrize("row", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], ids=lambda row: f"{row:02}")
def test_damaged_metadata_are_written_again(storage: Pristine, row: int) -> None:
    true = json.loads(storage.json_of("arr").read_text())
    whole = snapshot(storage.root)
    damage(storage, row)
    broken = snapshot(storage.root)
    offered = template_of(storage, "arr")
    has_marks = MARK in json.dumps(offered)
    assert has_marks == (row in (1, 2, 3, 9, 10))
    if has_marks:
        with pytest.raises(InvalidInput, match="filled in"):
            write(storage, "arr", offered)
        assert snapshot(storage.root) == broken
    notes, change = write(storage, "arr", filled(offered, true))
    assert notes == ()
    assert snapshot(storage.root) == whole
    assert problems(storage.root) == []
    take_back(storage.root, change)
    assert snapshot(storage.root) == broken


@pytest.mark.parametrize("name", ["arr", "plain", "packed", "va"])
def test_without_metadata_the_files_tell_what_they_can(storage: Pristine, name: str) -> None:
    true = json.loads(storage.json_of(name).read_text())
    storage.json_of(name).unlink()
    offered = template_of(storage, name)
    assert offered["type"] == true["type"]
    assert offered["schema"]["dtype"] == "numpy.float32"
    assert [item["name"] for item in offered["schema"]["attributes"]] == [
        item["name"] for item in true["schema"]["attributes"]
    ]
    assert offered["options"] == true["options"]
    sizes = [dimension["size"] for dimension in offered["schema"]["dimensions"]]
    if name == "va":
        assert [size[: len(MARK) + 4] for size in sizes] == [f"{MARK}: 3 ", f"{MARK}: 2 "]
        assert all("at least 2" in number for number in offered["schema"]["vgrid"])
    else:
        assert sizes == [6, 4]
    assert all(dimension["name"].startswith(MARK) for dimension in offered["schema"]["dimensions"])
    assert offered["schema"]["fill_value"].startswith(MARK)
    write(storage, name, filled(offered, true))
    assert json.loads(storage.json_of(name).read_text()) == true
    assert problems(storage.root) == []


def test_attributes_come_in_the_order_of_the_links(storage: Pristine) -> None:
    attributes = tuple(Attribute(name=name, dtype="int", primary=True) for name in ("b", "a"))
    axes = (Dimension(name="x", size=2),)
    new = NewCollection(name="two", dtype="int8", dimensions=axes, attributes=attributes)
    collection = create_collection(str(storage.root), new)
    for number in range(3):
        create_array(collection, {"a": number, "b": 10 + number}, None, numpy.ones(2, "int8"))
    storage.json_of("two").unlink()
    assert [item["name"] for item in template_of(storage, "two")["schema"]["attributes"]] == ["b", "a"]


def test_descriptions_of_dimensions_outlive_a_wrong_size(storage: Pristine) -> None:
    axes = (
        Dimension(name="time", size=2, kind="time", start_attribute="begin", step=timedelta(hours=1)),
        Dimension(name="layer", size=3, kind="label", labels=("a", "b", "c")),
    )
    begin = Attribute(name="begin", dtype="datetime", primary=True)
    new = NewCollection(name="described", dtype="int8", dimensions=axes, attributes=(begin,))
    collection = create_collection(str(storage.root), new)
    create_array(collection, {"begin": datetime(2024, 1, 1, tzinfo=UTC)}, None, numpy.ones((2, 3), "int8"))
    path = storage.json_of("described")
    true = json.loads(path.read_text())
    wrong = json.loads(path.read_text())
    wrong["schema"]["dimensions"][0]["size"] = 0
    path.write_text(json.dumps(wrong))
    offered = template_of(storage, "described")
    assert offered["schema"]["dimensions"][0]["size"] == f"{MARK}: 2 by the data, 0 was written"
    assert filled(offered, true) == true


def test_a_collection_without_any_array_is_all_marks(storage: Pristine) -> None:
    axes = (Dimension(name="x", size=2),)
    create_collection(str(storage.root), NewCollection(name="new", dtype="int8", dimensions=axes))
    true = json.loads(storage.json_of("new").read_text())
    storage.json_of("new").unlink()
    offered = template_of(storage, "new")
    assert all(offered["schema"][key].startswith(MARK) for key in ("dimensions", "dtype", "attributes", "fill_value"))
    write(storage, "new", filled(offered, true))
    assert json.loads(storage.json_of("new").read_text()) == true


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (("name",), "other", "other"),
        (("name",), "../arr", "arr"),
        (("type",), "list", "type"),
        (("metadata_version",), "9.9", "metadata_version"),
        (("schema", "dtype"), "numpy.float33", "float33"),
        (("schema", "dtype"), "numpy.float64", "contradict"),
        (("schema", "dimensions", 0, "size"), 7, "contradict"),
        (("schema", "dimensions", 0, "size"), 0, "size"),
        (("schema", "dimensions", 0, "name"), "x", "two dimensions"),
        (("schema", "attributes", 0, "dtype"), "datetime", "contradict"),
        (("schema", "attributes", 0, "name"), "vid", "Deker uses this name"),
        (("schema", "attributes"), [], "contradict"),
        (("schema", "fill_value"), "empty", "fill_value"),
    ],
)
def test_false_metadata_are_refused(storage: Pristine, place: tuple[Any, ...], value: Any, said: str) -> None:
    found = json.loads(storage.json_of("arr").read_text())
    storage.json_of("arr").unlink()
    before = snapshot(storage.root)
    target = found
    for key in place[:-1]:
        target = target[key]
    target[place[-1]] = value
    with pytest.raises(InvalidInput, match=said):
        write(storage, "arr", found)
    assert snapshot(storage.root) == before


@pytest.mark.parametrize("text", ["", "{nope", "[]", "null", '"FILL IN"', '{"schema": ' * 5000, "\ud800"])
def test_what_is_no_template_is_refused(storage: Pristine, text: str) -> None:
    with pytest.raises(InvalidInput):
        write(storage, "arr", text)


def test_a_single_damaged_file_is_named_and_does_not_refuse_the_rest(storage: Pristine) -> None:
    true = json.loads(storage.json_of("arr").read_text())
    damage(storage, 46)
    storage.json_of("arr").unlink()
    notes, _ = write(storage, "arr", true)
    assert len(notes) == 1 and storage.arr[0] in notes[0]


def test_a_renamed_collection_is_mended_by_its_name_and_then_its_links(storage: Pristine) -> None:
    damage(storage, 17)
    offered = template_of(storage, "renamed")
    assert offered["name"] == "renamed" and MARK not in json.dumps(offered)
    write(storage, "renamed", offered)
    mend(storage.root, "rebuild-links", "renamed")
    assert problems(storage.root) == []


@pytest.mark.parametrize("row", one_in(3, CORRUPTIONS), ids=lambda row: f"{row:02}")
def test_a_template_comes_of_every_damage_and_changes_nothing(storage: Pristine, row: int) -> None:
    damage(storage, row)
    before = snapshot(storage.root)
    for name in ("arr", "packed", "va"):
        if storage.folder(name).is_dir():
            assert template_of(storage, name)["name"] == name
    assert snapshot(storage.root) == before


def test_the_offered_text_is_printable(storage: Pristine) -> None:
    hostile = Attribute(name="\x1b[31m\u202e", dtype="string", primary=True)
    axes = (Dimension(name="x", size=2),)
    new = NewCollection(name="Zürich", dtype="int8", dimensions=axes, attributes=(hostile, NUMBER, NOTE))
    collection = create_collection(str(storage.root), new)
    create_array(collection, {hostile.name: "\u202e", "number": 1}, None, numpy.ones(2, "int8"))
    storage.json_of("Zürich").unlink()
    text = template(str(storage.root), collection_of(storage.root, "Zürich"), nothing)
    assert all(line.isprintable() for line in text.splitlines())
