"""What an index means: Deker's rules, and ours where Deker is wrong (contract §8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from tui.resources.arrays.array_axis import Dimension, Labels, ScaleAxis, TimeAxis
from tui.services.errors import InvalidInput
from tui.systems.deker.reading.index import resolve_index
from tui.systems.deker.reading.index_text import parse_index

START = datetime(2023, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
TIME = Dimension("time", 4, TimeAxis(START, 6 * HOUR))
BACK = Dimension("back", 4, TimeAxis(START, -6 * HOUR))
LAYER = Dimension("layer", 3, Labels(("ground", "mid,dle", "to:p")))
LEVEL = Dimension("level", 3, Labels((0.5, 10.0, 1000.0)))
SCALE = Dimension("x", 10, ScaleAxis(0.0, 0.1))
LATITUDE = Dimension("latitude", 181, ScaleAxis(90.0, -1.0))
PLAIN = Dimension("n", 5)


def whole(*dimensions: Dimension) -> tuple[slice, ...]:
    return tuple(slice(0, dimension.size) for dimension in dimensions)


@pytest.mark.parametrize(
    ("dimension", "entry", "meant"),
    [
        (PLAIN, 0, 0),
        (PLAIN, -1, 4),
        (PLAIN, np.int64(2), 2),
        (PLAIN, np.uint8(2), 2),
        (PLAIN, ..., slice(0, 5)),
        (PLAIN, slice(None), slice(0, 5)),
        (PLAIN, slice(1, 3), slice(1, 3)),
        (PLAIN, slice(1, 3, 1), slice(1, 3)),
        (PLAIN, slice(-2, None), slice(3, 5)),
        (PLAIN, slice(None, -2), slice(0, 3)),
        (PLAIN, slice(3, 99), slice(3, 5)),
        (PLAIN, slice(-99, 2), slice(0, 2)),
        (PLAIN, slice(np.int64(1), np.int32(3)), slice(1, 3)),
        (TIME, START + 6 * HOUR, 1),
        (TIME, (START + 6 * HOUR).replace(tzinfo=None), 1),
        (TIME, datetime(2023, 1, 1, 9, tzinfo=timezone(3 * HOUR)), 1),
        (TIME, START + 6 * HOUR + timedelta(milliseconds=300), 1),
        (TIME, "2023-01-01T06:00:00", 1),
        (TIME, "2023-01-01 06:00", 1),
        (TIME, "2023-01-01T06:00:00Z", 1),
        (TIME, "2023-01-01", 0),
        (TIME, (START + 18 * HOUR).timestamp(), 3),
        (TIME, slice(START, START + 24 * HOUR), slice(0, 4)),
        (TIME, slice("2023-01-01T06:00", None), slice(1, 4)),
        (TIME, slice(6 * HOUR, 12 * HOUR), slice(1, 2)),
        (TIME, slice(None, 12 * HOUR), slice(0, 2)),
        (TIME, 2, 2),
        (BACK, START - 6 * HOUR, 1),
        (LAYER, "mid,dle", 1),
        (LAYER, slice("ground", "to:p"), slice(0, 2)),
        (LAYER, slice("mid,dle", None), slice(1, 3)),
        (LAYER, 2, 2),
        (LEVEL, 10.0, 1),
        (LEVEL, slice(0.5, 1000.0), slice(0, 2)),
        (SCALE, np.float64(0.2), 2),
        (SCALE, np.float32(0.5), 5),
        *((SCALE, number / 10, number) for number in range(10)),
        (SCALE, slice(0.1, 0.4), slice(1, 4)),
        (SCALE, slice(0.1, 1.0), slice(1, 10)),
        (LATITUDE, 90.0, 0),
        (LATITUDE, -90.0, 180),
        (LATITUDE, slice(10.0, -10.0), slice(80, 100)),
    ],
)
def test_an_entry_means(dimension: Dimension, entry: object, meant: object) -> None:
    assert resolve_index(entry, (dimension,)) == (meant,)
    assert resolve_index((0, entry), (PLAIN, dimension)) == (0, meant)


@pytest.mark.parametrize(
    ("dimension", "entry"),
    [
        *((PLAIN, entry) for entry in (5, -6, None, True, [0], np.array([0]), 1.0, "a", START, HOUR, b"a", {})),
        *((PLAIN, slice(*ends)) for ends in ((2, 2), (3, 1), (9, 12), (0, 4, 2), (4, 0, -1), (0, 2.0), (False, True))),
        *((TIME, entry) for entry in (START + 7 * HOUR, START - 6 * HOUR, START + 24 * HOUR, 6 * HOUR, "junk", 1.0)),
        *((TIME, entry) for entry in (float("nan"), float("inf"), 1e300, datetime.max, datetime.min, "", 4)),
        *(
            (TIME, slice(*ends))
            for ends in ((START, 12 * HOUR), (START, "2023-01-01T12:00"), (START, 3), (None, -HOUR))
        ),
        *((TIME, slice(*ends)) for ends in ((5 * HOUR, None), (START, START + 30 * HOUR), (-6 * HOUR, None))),
        *((LAYER, entry) for entry in ("nowhere", 0.5, START, slice("to:p", "ground"), slice("ground", 2))),
        *((LEVEL, entry) for entry in (11.0, "10.0")),
        *((SCALE, entry) for entry in (0.35, -0.1, 1.0, "0.1", float("nan"), slice(0.1, 1.1), 1e308)),
    ],
    ids=str,
)
def test_an_entry_that_means_nothing_is_refused_with_its_dimension(dimension: Dimension, entry: object) -> None:
    with pytest.raises(InvalidInput, match=f"dimension {dimension.title}: ") as refused:
        resolve_index((0, entry), (PLAIN, dimension))
    assert refused.value.hint


def test_dots_are_one_whole_dimension_and_what_is_left_out_is_whole() -> None:
    dimensions = (PLAIN, TIME, LAYER, SCALE)
    assert resolve_index((..., 0), dimensions) == (slice(0, 5), 0, slice(0, 3), slice(0, 10))
    assert resolve_index((0, ...), dimensions) == (0, *whole(TIME, LAYER, SCALE))
    assert resolve_index((), dimensions) == whole(*dimensions)
    assert resolve_index((), ()) == ()
    for refused in ((..., ...), (0, 0, 0, 0, 0)):
        with pytest.raises(InvalidInput):
            resolve_index(refused, dimensions)


@pytest.mark.parametrize(
    ("dimension", "text", "meant"),
    [
        *((PLAIN, text, slice(0, 5)) for text in ("", ":", "...", " : ", "[:]", "::", "0:9")),
        *((PLAIN, text, 4) for text in ("4", "-1", " 4 ", "[4]")),
        *((PLAIN, text, slice(1, 3)) for text in ("1:3", "1:-2", "1 : 3", "1:3:1")),
        (TIME, "2023-01-01T06:00:00", 1),
        (TIME, "2023-01-01 06:00", 1),
        (TIME, "'2023-01-01 06:00'", 1),
        (TIME, "=1672552800", 1),
        (TIME, "1672552800.0", 1),
        (TIME, "2023-01-01T06:00:00:2023-01-01T18:00:00", slice(1, 3)),
        (TIME, "2023-01-01T06:2023-01-01T18", slice(1, 3)),
        (TIME, ":2023-01-01T12:00", slice(0, 2)),
        (TIME, "2023-01-01T12:00:", slice(2, 4)),
        (TIME, "2023-01-01T06:00+00:00:", slice(1, 4)),
        (TIME, '"2023-01-01T06:00":"2023-01-01T18:00"', slice(1, 3)),
        (TIME, "1:3", slice(1, 3)),
        (LAYER, "ground", 0),
        (LAYER, "=ground", 0),
        (LAYER, "to:p", 2),
        (LAYER, "'mid,dle'", 1),
        (LAYER, "ground:to:p", slice(0, 2)),
        (LAYER, "ground:'mid,dle'", slice(0, 1)),
        (LAYER, "='mid,dle':", slice(1, 3)),
        (LEVEL, "1", 1),
        (LEVEL, "10.0", 1),
        (LEVEL, "=10", 1),
        (LEVEL, "1e3", 2),
        (LEVEL, "=0.5:=1000", slice(0, 2)),
        (SCALE, "0.3", 3),
        (SCALE, "=.3:.7", slice(3, 7)),
        (SCALE, "=0", 0),
        (SCALE, "0.1:1.0", slice(1, 10)),
        (LATITUDE, "=-90", 180),
        (LATITUDE, "-90", 91),
    ],
)
def test_a_typed_entry_means(dimension: Dimension, text: str, meant: object) -> None:
    assert parse_index(text, (dimension,)) == (meant,)
    inner = text.strip("[] ") or ":"
    assert parse_index(f"0,{inner}, 1", (PLAIN, dimension, PLAIN)) == (0, meant, 1)


@pytest.mark.parametrize(
    ("dimension", "text"),
    [
        *((PLAIN, text) for text in ("5", "1.0", "a", "=1", "'1'", "2:2", "0:4:2", "0:1:2:3", "=", "9" * 30, "²", ",")),
        *((TIME, text) for text in ("2023-01-01T07:00", "2024", "=2024", "noon", "2022-12-31", "06:00", "a:b:c")),
        *((LAYER, text) for text in ("nowhere", "to:p:ground", "'mid", "mid,dle", "'ground'x", "\x1b[2J", "=1")),
        *((SCALE, text) for text in ("0.35", "1.0", "=2", "left", "nan")),
    ],
    ids=repr,
)
def test_a_typed_entry_that_means_nothing_is_refused(dimension: Dimension, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_index(text, (dimension,))
    assert "\x1b" not in str(refused.value)


def test_two_readings_are_not_guessed_between() -> None:
    labels = Dimension("pair", 4, Labels(("a", "a:b", "b:c", "c")))
    with pytest.raises(InvalidInput, match="2 ways"):
        parse_index("a:b:c", (labels,))
    assert parse_index("'a':'b:c'", (labels,)) == (slice(0, 2),)
    assert parse_index("'a:b':c", (labels,)) == (slice(1, 3),)
    assert parse_index("a:b", (labels,)) == (1,)


def test_what_the_viewer_copies_can_be_typed() -> None:
    from tui.resources.arrays.array_source import selection_text

    index: Any = (3, slice(0, 10), slice(2, 3))
    assert parse_index(selection_text(index), (PLAIN, SCALE, LAYER)) == index
