"""Text pictures: an array's plane as coloured half blocks, or as shaded characters, for the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from tui.resources.arrays.colour_maps import Rgb
from tui.resources.arrays.picture import FILL, NAN, Part, Scale, colour_indices, short_number

Depth = Literal["truecolor", "256", "16", "none"]
UPPER_HALF = "▀"
SHADES = " ░▒▓█"
SHADES_ASCII = " .:-=+*#%@"
BLANKS: dict[bool, dict[int, str]] = {False: {NAN: "╳", FILL: "·"}, True: {NAN: "?", FILL: "_"}}
"""How NaN and the fill value look among shaded characters, by whether only ASCII will do."""
_RESET = "\x1b[0m"
_CLASS_SIGNS = "0123456789abcdefghijklmnopqrstuvwxyz"


def signs_of(*, ascii: bool, classes: int = 0) -> str:
    """Return the characters that stand for colours: shades from light to dense, or one for each class."""
    if classes:
        return "".join(_CLASS_SIGNS[number % len(_CLASS_SIGNS)] for number in range(classes))
    return SHADES_ASCII if ascii else SHADES


def shades(indices: NDArray[np.int16], signs: str, *, ascii: bool) -> list[str]:
    """Return each row of `indices` (into `signs`, `FILL` or `NAN`) as characters."""
    table = np.array([*signs, BLANKS[ascii][FILL], BLANKS[ascii][NAN]])
    return ["".join(row) for row in table[indices].tolist()]


def text_picture(
    values: NDArray[Any],
    scale: Scale,
    *,
    depth: Depth,
    ascii: bool = False,
    fill_value: Any = None,
    part: Part = "value",
) -> list[str]:
    """Return a plane, reduced already to what fits, as lines of text: two rows a line with half blocks in colour,
    a row a line in ASCII or without colour."""
    if depth == "none":
        signs = signs_of(ascii=ascii, classes=scale.classes)
        return shades(colour_indices(values, scale, len(signs), fill_value, part), signs, ascii=ascii)
    colours = scale.colours(basic=depth == "16")
    indices = colour_indices(values, scale, len(colours), fill_value, part)
    table = scale.table(basic=depth == "16")
    rows: list[list[int]] = indices.tolist()
    if ascii:
        return [_line([(None, table[index]) for index in row], depth, " ") for row in rows]
    lines: list[str] = []
    for number in range(0, len(rows), 2):
        upper = rows[number]
        lower = rows[number + 1] if number + 1 < len(rows) else None
        pairs = [(table[top], None if lower is None else table[lower[at]]) for at, top in enumerate(upper)]
        lines.append(_line(pairs, depth, UPPER_HALF))
    return lines


def legend_line(scale: Scale, *, depth: Depth, ascii: bool = False, width: int = 24, blanks: Sequence[int] = ()) -> str:
    """Return one line that says which value has which colour, and how those of `blanks` look, `NAN` and `FILL`."""
    tail = [f"{_sample(scale, blank, depth, ascii)} {'nan' if blank == NAN else 'fill'}" for blank in blanks]
    if scale.kind == "categorical":
        found = [
            f"{_sample(scale, number, depth, ascii)} {short_number(scale.low + number)}"
            for number in range(scale.classes)
        ]
        return "  ".join((*found, *tail))
    bar = text_picture(scale.ramp(width)[None, :], scale, depth=depth, ascii=ascii or depth != "none")[0]
    return "   ".join((f"{short_number(scale.low)} {bar} {short_number(scale.high)}", *tail))


def _sample(scale: Scale, index: int, depth: Depth, ascii: bool) -> str:
    """Return what a colour looks like: two cells of it, or its sign."""
    if depth != "none":
        return _line([(None, scale.table(basic=depth == "16")[index])] * 2, depth, " ")
    return BLANKS[ascii][index] if index < 0 else signs_of(ascii=ascii, classes=scale.classes)[index]


def _line(pairs: Sequence[tuple[Rgb | None, Rgb | None]], depth: Depth, sign: str) -> str:
    """Return cells as one line of escapes and signs, neighbours of the same colours under one escape."""
    parts: list[str] = []
    before: tuple[Rgb | None, Rgb | None] | None = None
    for pair in pairs:
        if pair != before:
            upper, lower = pair
            codes = [_code(upper, depth, 38)] if upper is not None else []
            codes.append(_code(lower, depth, 48) if lower is not None else "49")
            parts.append(f"\x1b[{';'.join(codes)}m")
            before = pair
        parts.append(sign)
    return "".join(parts) + _RESET


def _code(colour: Rgb, depth: Depth, ground: int) -> str:
    if depth == "truecolor":
        return f"{ground};2;{colour[0]};{colour[1]};{colour[2]}"
    if depth == "256":
        return f"{ground};5;{_of_256(colour)}"
    number = _of_16(colour)
    return str((ground - 8 if number < 8 else ground + 52) + number % 8)


def _of_256(colour: Rgb) -> int:
    """Return the nearest colour of the 6x6x6 cube, or of the greys."""
    steps = (0, 95, 135, 175, 215, 255)
    cube = [min(range(6), key=lambda at, channel=channel: abs(steps[at] - channel)) for channel in colour]
    grey = min(max(round((sum(colour) / 3 - 8) / 10), 0), 23)
    near_cube = sum((steps[at] - channel) ** 2 for at, channel in zip(cube, colour, strict=True))
    near_grey = sum((8 + 10 * grey - channel) ** 2 for channel in colour)
    return 232 + grey if near_grey < near_cube else 16 + 36 * cube[0] + 6 * cube[1] + cube[2]


def _of_16(colour: Rgb) -> int:
    """Return the number of one of the 16 colours; the maps for 16 colours use no others."""
    red, green, blue = colour
    bright = 8 if max(colour) > 170 or colour == (85, 85, 85) else 0
    threshold = 127 if bright and colour != (85, 85, 85) else 84
    if colour == (85, 85, 85):
        return 8
    return bright + (red > threshold) + 2 * (green > threshold) + 4 * (blue > threshold)
