"""Pictures: every value has its colour, maps are even and told apart, files are what they claim to be."""

from __future__ import annotations

import math
import re
import struct
import zlib
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from tui.resources.arrays.array_look import ArrayLook
from tui.resources.arrays.colour_maps import MAPS, Rgb, _to_lab, blank_colours, contrast, palette
from tui.resources.arrays.picture import FILL, NAN, choose_scale, colour_indices, short_number, value_text
from tui.resources.arrays.png import png_bytes
from tui.resources.arrays.text_picture import legend_line, shades, signs_of, text_picture

SEQUENTIAL = list(MAPS["sequential"])
ANY = st.one_of(
    hnp.arrays("f8", (4, 5), elements=st.floats(allow_nan=True, allow_infinity=True)),
    hnp.arrays("i8", (4, 5)),
    hnp.arrays("u1", (4, 5)),
    hnp.arrays("?", (4, 5)),
    hnp.arrays("c16", (4, 5)),
    hnp.arrays("M8[s]", (4, 5)),
)


@pytest.mark.parametrize("name", SEQUENTIAL)
def test_a_sequential_map_gets_lighter_by_even_steps(name: str) -> None:
    light = [_to_lab(colour)[0] for colour in palette(name)]
    steps = [after - before for before, after in pairwise(light)]
    assert min(steps) > -0.002
    assert max(steps) < 4 * (light[-1] - light[0]) / len(steps)


def test_a_diverging_map_is_lightest_in_the_middle_and_as_dark_at_both_ends() -> None:
    for name in MAPS["diverging"]:
        light = [_to_lab(colour)[0] for colour in palette(name)]
        middle = len(light) // 2
        assert len(light) % 2 == 1 and max(light) == light[middle]
        assert abs(light[0] - light[-1]) < 0.12


def test_a_cyclic_map_ends_where_it_begins() -> None:
    colours = palette("phase")
    apart = [math.dist(_to_lab(one), _to_lab(two)) for one, two in pairwise((*colours, colours[0]))]
    assert max(apart) < 0.06


def _dichromat(colour: Rgb) -> tuple[float, ...]:
    """A colour as somebody without green receptors sees it (Vienot, Brettel and Mollon, in linear light)."""
    red, green, blue = ((channel / 255) ** 2.2 for channel in colour)
    return 0.29275 * red + 0.70725 * green, 0.29275 * red + 0.70725 * green, -0.02234 * red + 0.02234 * green + blue


@pytest.mark.parametrize("name", [*SEQUENTIAL, *MAPS["diverging"]])
def test_low_middle_and_high_are_told_apart_without_green_receptors(name: str) -> None:
    colours = palette(name)
    seen = [_dichromat(colours[at]) for at in (0, len(colours) // 2, -1)]
    assert min(math.dist(one, two) for one, two in ((seen[0], seen[1]), (seen[1], seen[2]), (seen[0], seen[2]))) > 0.1


@pytest.mark.parametrize("name", [name for names in MAPS.values() for name in names])
def test_blanks_look_like_no_value(name: str) -> None:
    for basic in (False, True):
        blanks = blank_colours(name, basic=basic)
        for colour in palette(name, basic=basic, classes=14):
            assert min(math.dist(_to_lab(colour), _to_lab(blank)) for blank in blanks) > 0.03


@pytest.mark.parametrize("name", [name for names in MAPS.values() for name in names])
def test_sixteen_colours_are_all_different_and_of_the_terminal(name: str) -> None:
    colours = palette(name, basic=True, classes=14)
    assert len(set(colours)) == len(colours)
    assert all(channel in (0, 85, 170, 255) for colour in colours for channel in colour)


@given(ANY, st.sampled_from([None, 0, -9999.0, math.nan]), st.sampled_from(["value", "phase"]))
@settings(max_examples=200, deadline=None)
def test_every_cell_gets_a_colour_whatever_the_values(values: np.ndarray[Any, Any], fill: Any, part: Any) -> None:
    if values.dtype.kind != "c":
        part = "value"
    scale = choose_scale(values, fill, part=part)
    assert scale.low < scale.high or scale.kind == "categorical"
    for basic in (False, True):
        table = scale.table(basic=basic)
        found = colour_indices(values, scale, len(table) - 2, fill, part)
        assert found.shape == values.shape
        assert found.min() >= FILL and found.max() < len(table) - 2
        if values.dtype.kind == "f" and fill != fill:
            assert ((found == FILL) == np.isnan(values)).all()
        elif values.dtype.kind == "f":
            assert ((found == NAN) == np.isnan(values)).all()


@given(hnp.arrays("f8", 20, elements=st.floats(-1e6, 1e6)))
def test_larger_values_never_get_a_lower_colour(values: np.ndarray[Any, Any]) -> None:
    scale = choose_scale(values)
    found = colour_indices(np.sort(values), scale, 96)
    assert (np.diff(found) >= 0).all()


def test_the_kind_of_map_follows_the_values() -> None:
    rows = np.arange(100.0)
    assert choose_scale(rows).kind == "sequential"
    assert choose_scale(rows - 50).kind == "diverging"
    assert choose_scale(rows - 1).kind == "sequential"
    assert choose_scale(np.array([True, False])).kind == "categorical"
    assert choose_scale(np.array([3, 5, 9])).classes == 7
    assert choose_scale(np.arange(100)).kind == "sequential"
    assert choose_scale(rows * 1j, part="phase").kind == "cyclic"


def test_zero_is_the_middle_of_a_diverging_map() -> None:
    values = np.array([-2.0, 0.0, 7.0])
    scale = choose_scale(values)
    assert (scale.low, scale.high) == (-7.0, 7.0)
    assert colour_indices(values, scale, 97)[1] == 48


def test_a_few_wild_values_do_not_take_all_the_colours() -> None:
    values = np.append(np.linspace(0, 1, 999), 1e9)
    assert choose_scale(values).high < 1.1
    assert choose_scale(values, fit="full").high == 1e9
    assert choose_scale(np.linspace(0, 1, 999)).high == 1.0


def test_sliding_keeps_the_kind_of_map_and_held_limits() -> None:
    look = ArrayLook()
    assert look.scale_for(np.linspace(-5, 5, 100), None).kind == "diverging"
    assert look.scale_for(np.linspace(1, 5, 100), None).kind == "diverging"
    look.fit = "held"
    assert look.scale_for(np.linspace(1, 50, 100), None).high == 5.0
    classes = ArrayLook()
    assert classes.scale_for(np.zeros(9, int), None).kind == "categorical"
    assert classes.scale_for(np.arange(1000), None).kind == "sequential"


def test_a_png_holds_the_picture() -> None:
    indices = np.array([[0, 1, 2], [2, 1, 0]])
    picture = png_bytes(indices, [(1, 2, 3), (4, 5, 6), (7, 8, 9)], {"Title": "Wärme"})
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    chunks: dict[bytes, bytes] = {}
    at = 8
    while at < len(picture):
        (length,) = struct.unpack(">I", picture[at : at + 4])
        kind, body = picture[at + 4 : at + 8], picture[at + 8 : at + 8 + length]
        assert zlib.crc32(kind + body) == struct.unpack(">I", picture[at + 8 + length : at + 12 + length])[0]
        chunks[kind] = body
        at += 12 + length
    assert list(chunks) == [b"IHDR", b"PLTE", b"iTXt", b"IDAT", b"IEND"]
    assert struct.unpack(">IIBBBBB", chunks[b"IHDR"]) == (3, 2, 8, 3, 0, 0, 0)
    assert chunks[b"PLTE"] == bytes(range(1, 10))
    assert chunks[b"iTXt"].endswith("Wärme".encode())
    assert zlib.decompress(chunks[b"IDAT"]) == b"\0\0\1\2\0\2\1\0"


def test_a_text_picture_in_each_depth() -> None:
    values = np.array([[0.0, 1.0, math.nan], [0.0, 0.5, 1.0], [1.0, 1.0, 1.0]])
    scale = choose_scale(values)
    full = text_picture(values, scale, depth="truecolor")
    assert [re.sub("\x1b\\[[0-9;]*m", "", line) for line in full] == ["▀▀▀", "▀▀▀"]
    assert "38;2;68;1;84;48;2;68;1;84" in full[0]
    assert all("38;5;" in line for line in text_picture(values, scale, depth="256"))
    basic = "".join(text_picture(values, scale, depth="16"))
    codes = {int(code) for group in re.findall("\x1b\\[([0-9;]*)m", basic) for code in group.split(";")}
    assert codes <= {0, 49, *range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}
    assert text_picture(values, scale, depth="none") == [" █╳", " ▒█", "███"]
    ascii_lines = text_picture(values, scale, depth="none", ascii=True)
    assert ascii_lines == [" @?", " +@", "@@@"] and all(line.isascii() for line in ascii_lines)
    assert shades(np.array([[0, FILL, NAN]], np.int16), signs_of(ascii=True), ascii=True) == [" _?"]


def test_sixteen_colours_are_written_by_their_numbers() -> None:
    from tui.resources.arrays.colour_maps import _BASIC
    from tui.resources.arrays.text_picture import _of_16

    assert [_of_16(colour) for colour in _BASIC] == list(range(16))


def test_a_legend_says_from_where_to_where() -> None:
    scale = choose_scale(np.linspace(0, 12.5, 60))
    assert legend_line(scale, depth="none", ascii=True).startswith("0 ")
    assert legend_line(scale, depth="none").endswith(" 12.5")
    classes = choose_scale(np.array([1, 2]))
    assert legend_line(classes, depth="none", ascii=True, blanks=(NAN, FILL)) == "0 1  1 2  ? nan  _ fill"
    swatches = legend_line(classes, depth="truecolor", blanks=(NAN,))
    assert re.sub("\x1b\\[[0-9;]*m", "", swatches) == "   1     2     nan"


def test_classes_without_colours_have_a_sign_each() -> None:
    values = np.arange(12, dtype="u1")[None, :]
    assert text_picture(values, choose_scale(values), depth="none") == ["0123456789ab"]


def test_numbers_are_written_so_that_they_read_back_the_same() -> None:
    for value in (np.float32(0.1), np.float64(1 / 3), np.int64(2**62), np.complex128(1 - 2j)):
        assert type(value)(complex(value_text(value)) if value.dtype.kind == "c" else value_text(value)) == value
    assert value_text(np.True_) == "true"
    assert value_text(np.complex128(1j), "phase") == "90°"
    assert value_text(np.complex128(3 + 4j), "magnitude") == "5.0"
    assert [short_number(number) for number in (0.0, 1234.0, 0.000123456, 1e9)] == ["0", "1,234", "0.0001235", "1e+09"]


def test_black_is_written_on_light_colours() -> None:
    assert contrast((250, 230, 40)) == (0, 0, 0)
    assert contrast((20, 20, 90)) == (255, 255, 255)
