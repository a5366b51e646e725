"""Colour maps: even steps for the eye, told apart by colour-blind people too, for truecolour and for 16 colours."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from typing import Literal

Rgb = tuple[int, int, int]
MapKind = Literal["sequential", "diverging", "cyclic", "categorical"]

LEVELS = 96
"""Colours of a map in truecolour. More cannot be told apart and would only make lines longer on the wire."""

NAN_RGB: Rgb = (88, 88, 96)
FILL_RGB: Rgb = (34, 34, 40)
"""Neither is on any map's way: one middle grey and one nearly black. Maps that are grey themselves have a dark red."""
NAN_16: Rgb = (85, 85, 85)
FILL_16: Rgb = (0, 0, 0)
_NAN_BESIDE_GREY: dict[bool, Rgb] = {False: (128, 32, 64), True: (170, 0, 0)}
_GREY = ("grey", "cividis")

_ANCHORS: dict[str, str] = {
    "viridis": "440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725",
    "inferno": "0d0829 280b53 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4",
    "cividis": "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838",
    "grey": "484848 fafafa",
}
_CATEGORIES = (
    "33415c e69f00 56b4e9 009e73 f0e442 cc79a7 0072b2 d55e00 b0b0b0 8c6d31 a6d8f5 7fcbb2 8c564b e6b8d3 6b4c9a ffbe7d"
)
_BOOL = "2b3a55 f0b429"

# The sixteen colours of a plain terminal, as it names them by nearest colour.
_BASIC: tuple[Rgb, ...] = (
    (0, 0, 0), (170, 0, 0), (0, 170, 0), (170, 85, 0), (0, 0, 170), (170, 0, 170), (0, 170, 170), (170, 170, 170),
    (85, 85, 85), (255, 85, 85), (85, 255, 85), (255, 255, 85), (85, 85, 255), (255, 85, 255), (85, 255, 255),
    (255, 255, 255),
)  # fmt: skip
_BASIC_RAMPS: dict[str, Sequence[int]] = {
    "viridis": (4, 12, 6, 2, 10, 11, 15),
    "inferno": (4, 5, 1, 9, 3, 11, 15),
    "cividis": (4, 12, 7, 3, 11, 15),
    "grey": (8, 7, 15),
    "balance": (4, 12, 14, 7, 11, 9, 1),
    "tide": (5, 13, 7, 10, 2),
    "phase": (4, 12, 14, 15, 11, 9, 1),
}
_BASIC_CATEGORIES = (4, 11, 14, 2, 13, 9, 7, 3, 6, 10, 12, 5, 1, 15)

MAPS: dict[MapKind, tuple[str, ...]] = {
    "sequential": ("viridis", "inferno", "cividis", "grey"),
    "diverging": ("balance", "tide"),
    "cyclic": ("phase",),
    "categorical": ("categories",),
}
"""The names of the maps of each kind, the first being used unless another is chosen."""


@cache
def palette(name: str, *, basic: bool = False, classes: int = 0) -> tuple[Rgb, ...]:
    """Return a map's colours from low to high. `basic` keeps to the 16 of a plain terminal; `classes` is how many
    a categorical map needs."""
    if name == "categories":
        return _categories(basic, classes)
    if basic:
        return tuple(_BASIC[number] for number in _BASIC_RAMPS[name])
    if name == "balance":
        return _through_light(blue=255.0, red=40.0)
    if name == "tide":
        return _through_light(blue=315.0, red=150.0)
    if name == "phase":
        return _round_trip()
    return _between([_hex(text) for text in _ANCHORS[name].split()], LEVELS)


def blank_colours(name: str, *, basic: bool = False) -> tuple[Rgb, Rgb]:
    """Return how the fill value and NaN look beside a map."""
    nan = _NAN_BESIDE_GREY[basic] if name in _GREY else NAN_16 if basic else NAN_RGB
    return FILL_16 if basic else FILL_RGB, nan


def _categories(basic: bool, classes: int) -> tuple[Rgb, ...]:
    if basic:
        found = [_BASIC[number] for number in _BASIC_CATEGORIES]
    else:
        found = [_hex(text) for text in (_BOOL if classes == 2 else _CATEGORIES).split()]
    count = max(classes, 1)
    return tuple(found[number % len(found)] for number in range(count))


def contrast(colour: Rgb) -> Rgb:
    """Return black or white, whichever can be read on a colour."""
    return (0, 0, 0) if _lightness(colour) > 0.62 else (255, 255, 255)


def _hex(text: str) -> Rgb:
    return int(text[:2], 16), int(text[2:4], 16), int(text[4:], 16)


def _between(anchors: Sequence[Rgb], count: int) -> tuple[Rgb, ...]:
    """Return `count` colours on the straight ways from anchor to anchor in OKLab, where steps look even."""
    labs = [_to_lab(colour) for colour in anchors]
    found: list[Rgb] = []
    for number in range(count):
        at = number / (count - 1) * (len(labs) - 1)
        before = min(int(at), len(labs) - 2)
        share = at - before
        first, second = labs[before], labs[before + 1]
        found.append(_to_rgb(*(a + (b - a) * share for a, b in zip(first, second, strict=True))))
    return tuple(found)


def _through_light(blue: float, red: float) -> tuple[Rgb, ...]:
    """Return a diverging map: two hues, equally dark at the ends, that meet in a light grey."""
    found: list[Rgb] = []
    for number in range(LEVELS + 1):  # an odd number of colours, so that zero has one of its own
        at = number / LEVELS * 2 - 1
        size, hue = abs(at), math.radians(blue if at < 0 else red)
        lightness = 0.96 - 0.56 * size**1.1
        chroma = 0.155 * math.sin(min(size * 1.25, 1.0) * math.pi / 2) * (1 - 0.15 * size)
        found.append(_to_rgb(lightness, chroma * math.cos(hue), chroma * math.sin(hue)))
    return tuple(found)


def _round_trip() -> tuple[Rgb, ...]:
    """Return a cyclic map: dark at both ends, over blue to light, and back over red."""
    found: list[Rgb] = []
    for number in range(LEVELS):
        at = number / LEVELS * 2 - 1
        hue = math.radians(255.0 if at < 0 else 40.0)
        lightness = 0.36 + 0.58 * (0.5 + 0.5 * math.cos(at * math.pi))
        chroma = 0.14 * abs(math.sin(at * math.pi)) ** 0.7
        found.append(_to_rgb(lightness, chroma * math.cos(hue), chroma * math.sin(hue)))
    return tuple(found)


def _linear(channel: int) -> float:
    value = channel / 255
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _gamma(value: float) -> int:
    value = min(max(value, 0.0), 1.0)
    return round(255 * (12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055))


def _lightness(colour: Rgb) -> float:
    return _to_lab(colour)[0]


def _to_lab(colour: Rgb) -> tuple[float, float, float]:
    red, green, blue = (_linear(channel) for channel in colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _to_rgb(lightness: float, a: float, b: float) -> Rgb:
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _gamma(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _gamma(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _gamma(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )
