"""Schemas as a person types them: dimensions and attributes a line each, chunks, grids and compression in a word."""

from __future__ import annotations

import json
import re
import shlex
from datetime import UTC, datetime, timedelta
from typing import Literal

from tui.systems.deker.format import dtypes
from tui.systems.deker.models import Attribute, Dimension, Scale

DIMENSION_HELP = (
    "a line each: 'y 100', 'time 24 from 2024-01-01T00:00Z every 6h' (or from $attribute), "
    "'latitude 90 from 30.0 step 0.5 degrees', 'station 3 labels Oslo, Aarhus, Evora'"
)
ATTRIBUTE_HELP = "a line each: 'run datetime primary', 'source string'; numpy types too, such as numpy.float32"
_STEP = re.compile(r"(\d+(?:\.\d+)?)\s*(us|ms|s|min|m|h|d|w)", re.IGNORECASE)
_UNITS = {
    "us": "microseconds",
    "ms": "milliseconds",
    "s": "seconds",
    "min": "minutes",
    "m": "minutes",
    "h": "hours",
    "d": "days",
    "w": "weeks",
}
_PLAIN = ("string", "tuple", "datetime", "int", "float", "complex")


def lines_of(text: str) -> list[str]:
    """Return the lines that say something; on a command line `;` ends a line too."""
    return [line.strip() for line in text.replace(";", "\n").splitlines() if line.strip()]


def read_dimensions(text: str) -> tuple[Dimension, ...]:
    """Return the dimensions of a schema, see `DIMENSION_HELP`.

    Raises:
        ValueError: names the line and what is wrong with it.
    """
    found = tuple(_dimension(line) for line in lines_of(text))
    if not found:
        raise ValueError("give at least one dimension, such as 'y 100'")
    return found


def _dimension(line: str) -> Dimension:
    name, size_text, rest = _name_and_word(line)
    if not size_text.isdecimal() or int(size_text) < 1:
        raise ValueError(f"{line!r}: after the name comes a size, at least 1")
    size = int(size_text)
    word, _, tail = rest.partition(" ")
    if not word:
        return Dimension(name=name, size=size)
    if word == "labels":
        labels = _labels(tail)
        if len(labels) != size:
            raise ValueError(f"{name}: {len(labels)} labels for {size} positions")
        return Dimension(name=name, size=size, kind="label", labels=labels)
    if word != "from":
        raise ValueError(f"{name}: after the size comes nothing, 'labels' or 'from', not {word!r}")
    start, every, step = (part.strip() for part in _parted(tail))
    if every == "every":
        return _time_dimension(name, size, start, step)
    if every == "step":
        return _scale_dimension(name, size, start, step)
    raise ValueError(f"{name}: say 'from START every 6h' for times or 'from START step 0.5' for numbers")


def _name_and_word(line: str) -> tuple[str, str, str]:
    """Return a name, which may be quoted, the word after it, and the rest."""
    match = re.match(r"""("(?:[^"\\]|\\.)*"|'[^']*'|\S+)\s+(\S+)\s*(.*)\Z""", line)
    if match is None:
        raise ValueError(f"{line!r}: give a name and a size")
    name = shlex.split(match[1])[0] if match[1][0] in "\"'" else match[1]
    return name, match[2], match[3]


def _parted(text: str) -> tuple[str, str, str]:
    for word in ("every", "step"):
        start, found, step = text.partition(f" {word} ")
        if found:
            return start, word, step
    return text, "", ""


def _labels(text: str) -> tuple[str | float, ...]:
    if text.lstrip().startswith("["):
        found = json.loads(text)
        return tuple(found)
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _time_dimension(name: str, size: int, start: str, step: str) -> Dimension:
    parts = _STEP.findall(step)
    if not parts or _STEP.sub("", step).strip():
        raise ValueError(f"{name}: {step!r} is no step of time, such as 6h, 30min or 1d 12h")
    length = timedelta()
    for amount, unit in parts:
        length += timedelta(**{_UNITS[unit.lower()]: float(amount)})
    if start.startswith("$"):
        return Dimension(name=name, size=size, kind="time", start_attribute=start[1:], step=length)
    try:
        moment = datetime.fromisoformat(start)
    except ValueError as error:
        raise ValueError(f"{name}: {start!r} is no time, such as 2024-01-01T00:00Z, and no $attribute") from error
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return Dimension(name=name, size=size, kind="time", start=moment, step=length)


def _scale_dimension(name: str, size: int, start: str, step: str) -> Dimension:
    number, _, title = step.partition(" ")
    try:
        scale = Scale(start=float(start), step=float(number), name=title.strip() or None)
    except ValueError as error:
        raise ValueError(f"{name}: a scale has numbers, such as 'from 30.0 step 0.5'") from error
    return Dimension(name=name, size=size, kind="scale", scale=scale)


def read_attributes(text: str) -> tuple[Attribute, ...]:
    """Return the attributes of a schema, see `ATTRIBUTE_HELP`.

    Raises:
        ValueError: names the line and what is wrong with it.
    """
    found: list[Attribute] = []
    for line in lines_of(text):
        name, dtype, rest = _name_and_word(line)
        if dtypes.attribute_type(dtype) is None:
            known = ", ".join(_PLAIN)
            raise ValueError(f"{name}: {dtype!r} is no type of attributes; there are {known} and numpy's")
        if rest not in ("", "primary", "custom"):
            raise ValueError(f"{name}: after the type comes 'primary' or nothing, not {rest!r}")
        found.append(Attribute(name=name, dtype=dtype, primary=rest == "primary"))
    return tuple(found)


def read_sizes(text: str) -> tuple[int, ...]:
    """Return sizes such as `10 x 20`, `10,20` or `10 20`.

    Raises:
        ValueError: one is not a whole number from 1.
    """
    parts = [part for part in re.split(r"[\sx×,]+", text.strip()) if part]
    if any(not part.isdecimal() or int(part) < 1 for part in parts):
        raise ValueError(f"{text!r}: give whole numbers from 1, such as 10 x 20")
    return tuple(int(part) for part in parts)


def read_chunks(text: str) -> tuple[int, ...] | Literal["auto"] | None:
    """Return chunks from `none`, `auto`, or sizes. Raises `ValueError` as `read_sizes`."""
    word = text.strip().lower()
    if word in ("", "none"):
        return None
    return "auto" if word == "auto" else read_sizes(word)


def read_compression(text: str) -> tuple[str | None, tuple[str, ...] | None]:
    """Return a filter's name or number and its options, from texts such as `none`, `gzip 4`, `32015 6`."""
    words = text.replace(",", " ").split()
    if not words or words[0].lower() == "none":
        return None, None
    return words[0].lower(), tuple(words[1:]) or None


def read_fill(text: str, dtype: str) -> int | float | complex | None:
    """Return a fill value as typed, None for the dtype's default.

    Raises:
        ValueError: it is no number of that dtype.
    """
    text = text.strip()
    if not text:
        return None
    kind = dtypes.kind(dtype)
    if kind in "iu":
        return int(text)
    return complex(text) if kind == "c" else float(text)
