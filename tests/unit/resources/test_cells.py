"""Values as people read them, and as they sort."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.resources.cells import LONGEST, cell_text, cells_of, full_text, sort_key, tone_of, tones_of
from tui.resources.columns import Column, ColumnKind
from tui.services.printable import printable

NOW = datetime(2026, 5, 1, tzinfo=UTC)
ANYTHING = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.complex_numbers()
    | st.datetimes(timezones=st.just(UTC)) | st.datetimes() | st.timedeltas() | st.tuples(st.integers(), st.text())
    | st.dictionaries(st.text(), st.integers(), max_size=2)
)  # fmt: skip
KINDS: list[ColumnKind] = ["text", "number", "bytes", "count", "time", "moment", "duration", "status", "bool", "path"]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, "text", "—"),
        (0, "bytes", "0 B"),
        (1023, "bytes", "1023 B"),
        (1536, "bytes", "1.5 KiB"),
        (1048575, "bytes", "1.0 MiB"),
        (200 * 2**20, "bytes", "200 MiB"),
        (12480, "count", "12,480"),
        (0.1 + 0.2, "number", "0.3"),
        (float("nan"), "number", "nan"),
        (True, "bool", "yes"),
        (NOW - timedelta(hours=3), "time", "3 h"),
        (NOW - timedelta(days=400), "time", "400 d"),
        (NOW + timedelta(minutes=5), "time", "in 5 min"),
        (datetime(2026, 1, 1, tzinfo=UTC), "moment", "2026-01-01 00:00"),
        (datetime(2026, 1, 1, 6, 0, 30), "moment", "2026-01-01 06:00:30"),
        (datetime(1, 1, 1, 6, tzinfo=timezone(timedelta(hours=-3))), "moment", "0001-01-01 06:00-03:00"),
        (0.4, "duration", "0.4 s"),
        (timedelta(minutes=90), "duration", "90 min"),
        ("ok", "status", "● ok"),
        ("damaged", "status", "✖ damaged"),
        ((1, 2), "text", "1, 2"),
        ({"a": 1}, "text", "a=1"),
        ("a\nb\x1b[2J", "text", "a\\nb\\e[2J"),
    ],
)
def test_texts(value: Any, kind: ColumnKind, text: str) -> None:
    assert cell_text(value, kind, NOW) == text


@given(ANYTHING, st.sampled_from(KINDS))
def test_any_value_of_any_kind_is_short_and_harmless(value: Any, kind: ColumnKind) -> None:
    text = cell_text(value, kind, NOW)
    assert text and len(text) <= LONGEST and printable(text) == text
    assert printable(full_text(value, kind)) == full_text(value, kind)


@given(st.lists(ANYTHING))
def test_any_values_can_be_ordered(values: list[Any]) -> None:
    ordered = sorted(values, key=sort_key)
    keys = [sort_key(value) for value in ordered]
    assert all(not later < earlier for earlier, later in pairwise(keys))


def test_numbers_and_sizes_sort_as_such() -> None:
    assert sorted([10, 9, 100, None, 2.5], key=sort_key) == [2.5, 9, 10, 100, None]
    assert sorted([(10, 2), (9, 100)], key=sort_key) == [(9, 100), (10, 2)]


def test_a_tone_comes_from_the_first_word() -> None:
    assert (tone_of("online 12 ms"), tone_of("offline, retry in 8 s"), tone_of("weather")) == ("ok", "bad", None)


def test_a_column_that_raises_shows_what_went_wrong() -> None:
    columns = (
        Column("name", value=lambda item: item["nope"]),
        Column("state", kind="status", value=lambda item: 1 / 0),
    )
    assert cells_of({}, columns) == ("(KeyError)", "(ZeroDivisionError)")
    assert tones_of({}, columns) is None
