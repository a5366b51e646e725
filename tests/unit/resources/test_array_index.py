"""Typed indices: what they select, and what they are refused for."""

from __future__ import annotations

import numpy as np
import pytest

from tests.array_sources import MemoryArray
from tui.resources.arrays.array_axis import Dimension, Labels, ScaleAxis
from tui.resources.arrays.array_index import read_index
from tui.services.errors import InvalidInput

SOURCE = MemoryArray(
    np.zeros((4, 10, 3)),
    (Dimension("time", 4), Dimension("lat", 10, ScaleAxis(90.0, -10.0)), Dimension("part", 3, Labels(["u", "v", "w"]))),
)
TIME, LAT, PART = slice(0, 4), slice(0, 10), slice(0, 3)


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("", (TIME, LAT, PART)),
        ("0,:,:", (0, LAT, PART)),
        ("[ -1 , 2:4 ]", (3, slice(2, 4), PART)),
        ("...,1", (TIME, LAT, 1)),
        ("1,...,2,0", (1, 2, 0)),
        (":, =70:=50, v", (TIME, slice(2, 4), 1)),
        ("=, 40.0", None),
        ("1,-3:,u:w", (1, slice(7, 10), slice(0, 2))),
        ("0:99", (TIME, LAT, PART)),
        ("2:2", (slice(2, 2), LAT, PART)),
        ("4", None),
        ("-5", None),
        ("3:1", None),
        ("0,0,0,0", None),
        ("..., ...", None),
        ("x", None),
        ("0,0,x:", None),
        ("²", None),
        ("9" * 4400, None),
    ],
)
def test_a_typed_index_selects_or_says_why_not(text: str, index: object) -> None:
    if index is None:
        with pytest.raises(InvalidInput) as refused:
            read_index(SOURCE, text)
        assert refused.value.hint and len(str(refused.value)) < 400
    else:
        assert read_index(SOURCE, text) == index
