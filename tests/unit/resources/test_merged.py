"""The columns of a merged list: one for each name or heading, read from each row by its own profile's column."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from tui.config.profiles import Profile
from tui.resources.cells import cells_of
from tui.resources.columns import Column
from tui.resources.connections import Connection
from tui.resources.filter import parse_filter
from tui.resources.list_view import ListView
from tui.resources.together.composed import SeveralProfiles
from tui.resources.together.merged import MergedRow, merged_columns, merged_row, merged_type
from tui.resources.together.part import Source
from tui.resources.types import ResourceType, Scope

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Thing(BaseModel):
    """An item of either store."""

    name: str = ""
    id: str = ""
    size: Any = None
    made: Any = None
    profile: str = ""
    labels: dict[str, str] = {}


class Files(ResourceType[None, Thing]):
    name = "things"
    model = Thing
    columns = (
        Column("name", priority=7),
        Column("size", kind="bytes", priority=2),
        Column("made", "changed", kind="time"),
        Column("labels", nested=True, value=lambda thing: len(thing.labels)),
    )


class Objects(ResourceType[None, Thing]):
    name = "things"
    model = Thing
    columns = (
        Column("id", priority=7),
        Column("size", kind="number", priority=6),
        Column("stamp", "Changed", kind="time", value=lambda thing: thing.made),
        Column("profile"),
    )

    def key(self, item: Thing) -> str:
        return item.id


def source(profile: str, kind: ResourceType[Any, Any], **fields: Any) -> Source:
    made = Profile(name=profile, system="toy", uri="toy:x", **fields)
    return Source(Connection(made, SeveralProfiles()), kind, Scope())


FILES, OBJECTS = source("lab", Files()), source("cloud", Objects(), tag="prod")
FILE = MergedRow("lab:atlas", "lab", (), Thing(name="atlas", size=2048, made=NOW, labels={"run": "a"}))
OBJECT = MergedRow("cloud:o-1", "cloud", (), Thing(id="o-1", size=3000, made=NOW, profile="theirs"))


def columns() -> tuple[Column, ...]:
    return merged_columns([(FILES, FILES.type.columns), (OBJECTS, OBJECTS.type.columns)])


def test_columns_are_one_by_name_or_heading() -> None:
    made = columns()
    assert [column.heading for column in made] == [
        "profile", "tag", "name", "size", "changed", "labels", "id", "its profile"]  # fmt: skip
    kinds = {column.heading: column.kind for column in made}
    assert kinds["size"] == "text", "bytes and a number have no unit in common"
    assert kinds["changed"] == "time"
    priorities = {column.heading: column.priority for column in made}
    assert priorities["size"] == 6 and priorities["name"] == priorities["id"] == 9


def test_each_row_is_read_by_its_own_profile() -> None:
    assert cells_of(FILE, columns(), NOW) == ("lab", "—", "atlas", "2048", "now", "1", "—", "—")
    assert cells_of(OBJECT, columns(), NOW) == ("cloud", "prod", "—", "3000", "now", "—", "o-1", "theirs")


def test_only_prod_is_red() -> None:
    tones = [column.tone for column in columns()[:2]]
    assert [tone is not None and tone(OBJECT) for tone in tones] == ["bad", "bad"]
    assert [tone is not None and tone(FILE) for tone in tones] == [None, None]


def test_filter_and_sort_reach_across() -> None:
    kind = merged_type([FILES, OBJECTS])
    view = ListView(kind, kind.columns)
    view.extend([FILE, OBJECT], filled=True)
    view.set_sort("size", descending=True)
    assert view.items() == [OBJECT, FILE]
    expected = {
        "profile = cloud": [OBJECT],
        "labels.run = a": [FILE],
        "tag = prod": [OBJECT],
        "id = o-1 or name = atlas": [OBJECT, FILE],
        '"its profile" = theirs': [OBJECT],
    }
    for text, found in expected.items():
        view.set_filter(text)
        assert view.items() == found, text
    assert not parse_filter("labels.run = a", kind.columns).matches("", OBJECT)


def test_a_key_says_whose_it_is() -> None:
    kind = merged_type([FILES, OBJECTS])
    assert [kind.key(row) for row in (FILE, OBJECT)] == ["lab:atlas", "cloud:o-1"]
    assert [merged_row(FILES, FILE.item), merged_row(OBJECTS, OBJECT.item)] == [FILE, OBJECT]
