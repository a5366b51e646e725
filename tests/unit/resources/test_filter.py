"""The filter's language: what it lets through, and what it says of a text that is no filter."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from tui.resources.cells import cells_of
from tui.resources.columns import Column
from tui.resources.filter import InvalidFilter, parse_filter


class Thing(BaseModel):
    name: str
    kind: str = "array"
    size: int = 0
    took: float | None = None
    at: datetime = datetime(2026, 1, 1, tzinfo=UTC)
    safe: bool = True
    share: float = 0.5


COLUMNS = (
    Column("name"),
    Column("kind"),
    Column("size", "on disk", kind="bytes"),
    Column("took", kind="duration"),
    Column("at", "changed", kind="time"),
    Column("safe", kind="bool"),
    Column("share", kind="number"),
)
NOW = datetime.now(UTC)
THINGS = [
    Thing(name="temperature north", size=6 * 2**20, took=90, at=NOW - timedelta(hours=1)),
    Thing(name="wind [u] and v", kind="varray", size=2**10, took=3, safe=False),
    Thing(name="Old temp", size=0, at=NOW - timedelta(days=400), share=1.5),
]


def shown(text: str) -> list[str]:
    wanted = parse_filter(text, COLUMNS)
    return [thing.name for thing in THINGS if wanted.matches("\n".join(cells_of(thing, COLUMNS)).lower(), thing)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [0, 1, 2]),
        ("temp", [0, 2]),
        ("TEMP old", [2]),
        ("!temp", [1]),
        ("temp !old", [0]),
        ("/^wind/", [1]),
        ("/wind \\[u\\] and/", [1]),
        ("/north$", [0]),
        ("-f tprt", [0]),
        ("size > 5M", [0]),
        ("'on disk' > 5M", [0]),
        ("kind = varray", [1]),
        ("kind != varray", [0, 2]),
        ("on > 1k and kind = array", [0]),
        ("took > 1m", [0]),
        ("took < 1m", [1]),
        ("changed > 2d", [0]),
        ("changed < 2025-12-01", [2]),
        ("safe = no", [1]),
        ("safe = true", [0, 2]),
        ("share >= 1.5 or kind = varray", [1, 2]),
        ("not (kind = varray or name ~ old)", [0]),
        ("name = 'Old temp'", [2]),
        ("name ~ 'and v'", [1]),
        ("ki ~ ^va", [1]),
    ],
)
def test_what_is_let_through(text: str, expected: list[int]) -> None:
    assert shown(text) == [THINGS[index].name for index in expected]


@pytest.mark.parametrize(
    ("text", "position"),
    [("/(/", 1), ("colour = red", 0), ("kind =", 6), ("kind = (", 7), ("took > soon", 7), ("kind = a b", 9),
     ("(kind = a", 9), ("s > 1", 0), ("kind = 'a", 7), ("disk > 5M", 0)],
)  # fmt: skip
def test_what_is_no_filter_says_where(text: str, position: int) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(text, COLUMNS)
    assert caught.value.position == position, caught.value.message


@example("K)0<")
@given(st.text() | st.text("ab(=<>!~)'\"/ -f09kMand"))
def test_any_text_is_a_filter_or_says_why_not(text: str) -> None:
    try:
        wanted = parse_filter(text, COLUMNS)
    except InvalidFilter as error:
        assert 0 <= error.position <= len(text) + 1 and error.message
    else:
        assert [wanted.matches("x\nsome text", thing) for thing in THINGS]
