"""What answers a search, and how well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from tui.resources.columns import Column
from tui.resources.finding.fit import Fit, Needle
from tui.resources.finding.hits import Hit, HitList, hit_on_item
from tui.resources.finding.texts import texts_of
from tui.resources.types import ResourceType, Scope


class Thing(BaseModel):
    name: str
    note: str = ""
    secret: SecretStr = SecretStr("hidden")
    attributes: dict[str, object] = {}


class Things(ResourceType[None, Thing]):
    name = "things"
    model = Thing
    columns = (Column("name"), Column("note", "remark"))


def hit(sought: str, thing: Thing, recent: tuple[str, ...] = ()) -> Hit | None:
    return hit_on_item(Needle(sought), "lab", Things(), Scope(), thing, Things.columns, recent=recent)


@pytest.mark.parametrize(
    ("sought", "text", "fit"),
    [
        ("temp", "TEMP", Fit.EXACT),
        ("temp", "temperature", Fit.PREFIX),
        ("temp", "air_temp", Fit.WORD),
        ("temp", "attempts temp", Fit.WORD),
        ("temp", "attempt", Fit.PART),
        ("era air", "air temperature of era5", Fit.WORD),
        ("snow air", "air temperature", None),
        ("x", "", None),
        ("straße", "STRASSE", Fit.EXACT),
    ],
)
def test_how_a_text_fits(sought: str, text: str, fit: Fit | None) -> None:
    assert Needle(sought).fit(text) is fit


def test_letters_in_order_fit_where_they_begin_a_word() -> None:
    assert Needle("tmpr").is_fuzzy_in("air_temperature")
    assert not Needle("tmpr").is_fuzzy_in("rpmt")
    assert not Needle("emp").is_fuzzy_in("xexmxp")
    assert not Needle("tm").is_fuzzy_in("time"), "two letters are in everything"


@given(st.text(max_size=30), st.text(max_size=60))
def test_what_holds_the_text_fits_and_nothing_else_does(sought: str, text: str) -> None:
    needle = Needle(sought)
    if needle:
        held = all(word in text.casefold() for word in needle.words)
        assert (needle.fit(text) is not None) == held
        needle.is_fuzzy_in(text)


def test_a_text_that_nearly_fits_everywhere_takes_no_time() -> None:
    assert not Needle("a" * 63 + "b").is_fuzzy_in("a" * 10_000)


def test_attributes_are_found_by_their_place_and_secrets_never() -> None:
    thing = Thing(name="one", note="of the coast", attributes={"station": "Brest", "height": 12})
    assert dict(texts_of(Things.columns, thing)) == {
        "name": "one",
        "remark": "of the coast",
        "attributes.station": "Brest",
        "attributes.height": "12",
    }
    found = hit("brest", thing)
    assert found is not None and (found.where, found.text) == ("attributes.station", "Brest")
    spread = hit("one brest", thing)
    assert spread is not None and spread.where == "attributes.station"
    assert hit("hidden", thing) is None


def test_hits_are_ranked_without_doubles_and_bounded() -> None:
    hits = HitList(kept=4)
    called = ("attempt", "temp", "some temp", "temperature", "coast", "tide map")
    things = [Thing(name=name, note="temp" if name == "coast" else "") for name in called]
    for thing in [*things, *things]:
        found = hit("temp", thing)
        if found is not None:
            hits.add(found)
    assert [hits[index].name for index in range(len(hits))] == ["temp", "temperature", "some temp", "attempt"]
    assert hits.found >= 5


def test_what_was_lately_visited_comes_first_among_its_like() -> None:
    hits = HitList()
    for name in ("temp1", "temp2", "temp"):
        found = hit("temp", Thing(name=name), recent=("things temp2 @lab",))
        assert found is not None
        hits.add(found)
    assert [hits[index].name for index in range(3)] == ["temp", "temp2", "temp1"]
