"""The grammar of places: what is typed is what is meant, whatever the names hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.resources.place import Place, format_comparison, format_place, parse_comparison, parse_place
from tui.services.errors import InvalidInput

word = st.text(min_size=1, max_size=12)
types = word.filter(lambda name: not name.startswith(":"))
plain = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=8)
filters = st.text(max_size=12).map(str.strip).filter(lambda text: not text.rpartition(" ")[2].startswith("@"))
filters = filters.filter(
    lambda text: text == " ".join(text.split(" ")) and not any(c.isspace() and c != " " for c in text)
)


@given(st.builds(Place, types, st.lists(word, max_size=3).map(tuple), filters, plain | st.just("")))
def test_a_place_is_read_as_it_is_written(place: Place) -> None:
    assert parse_place(format_place(place)) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("repos", Place("repos")),
        (":repos", Place("repos")),
        ("keys users/ /temp", Place("keys", ("users/",), "temp")),
        ("arrays weather @lab", Place("arrays", ("weather",), "", "lab")),
        (
            "arrays weather /size > 5M and kind = va @lab",
            Place("arrays", ("weather",), "size > 5M and kind = va", "lab"),
        ),
        ("arrays 'my weather'", Place("arrays", ("my weather",))),
        ('arrays "@home"', Place("arrays", ("@home",))),
        ("arrays x //^a b/", Place("arrays", ("x",), "/^a b/")),
    ],
)
def test_what_is_typed(text: str, place: Place) -> None:
    assert parse_place(text) == place


@pytest.mark.parametrize("text", ["", ":", "arrays 'x", "@lab", "/x"])
def test_what_is_no_place(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_place(text)


@pytest.mark.parametrize(
    ("text", "place", "there"),
    [
        ("compare repos @a @b", Place("repos", profile="a"), "b"),
        (":compare arrays weather @a @b /size > 5M", Place("arrays", ("weather",), "size > 5M", "a"), "b"),
        ('compare arrays "@home" @a @b', Place("arrays", ("@home",), profile="a"), "b"),
    ],
)
def test_what_is_compared(text: str, place: Place, there: str) -> None:
    assert parse_comparison(text) == (place, there)
    assert parse_comparison(format_comparison(place, there)) == (place, there)


@pytest.mark.parametrize("text", ["repos @a", '"compare" repos @a @b', "compared repos @a @b", ""])
def test_what_is_no_comparison(text: str) -> None:
    assert parse_comparison(text) is None


@pytest.mark.parametrize(
    "text", ["compare", "compare repos", "compare repos @a", "compare @a @b", "compare x @a @b @c"]
)
def test_what_is_half_a_comparison(text: str) -> None:
    with pytest.raises(InvalidInput):
        parse_comparison(text)
