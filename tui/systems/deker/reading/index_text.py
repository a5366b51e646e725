"""Indices as people type them: `0, :, 10:20`, `2020-01-31, ground, =0.5:=1.5` (contract §8)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tui.resources.arrays.array_axis import Dimension, Labels, ScaleAxis, TimeAxis
from tui.resources.arrays.array_source import Index
from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.deker.reading.index import entry_of, moment, refused, refused_in, resolve_index

_TOKEN = re.compile(
    r"""\s*=?\s*(?:'(?P<single>[^']*)'|"(?P<double>[^"]*)")\s*(?=[,:]|\Z)|(?P<mark>[,:])|(?P<plain>[^,:]+)"""
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands between two colons or commas; `is_literal` if it was in quotes."""

    text: str
    is_literal: bool = False


def parse_index(text: str, dimensions: Sequence[Dimension]) -> Index:
    """Return the selection that a text means, its entries separated by commas; square brackets around it may stand.

    An entry is an integer, a label, an ISO 8601 time, a number on a scale or in seconds since the epoch, two of these
    with a colon between, or `...` for one whole dimension. `=` before a coordinate keeps it from being taken for an
    index: `5` is the sixth, `=5` is the label or the place 5. Quotes, '…' or "…", keep a coordinate in one piece that
    holds commas or colons; times need none.

    Raises:
        InvalidInput: it means nothing; the message names the dimension.
    """
    text = text.strip()
    if text.startswith("[") and text.endswith("]"):
        text = text[1:-1]
    parts = _parts(text) if text.strip() else []
    if len(parts) > len(dimensions):
        raise refused(f"{len(parts)} entries for {len(dimensions)} dimensions", "leave some out")
    entries: list[object] = []
    for part, dimension in zip(parts, dimensions, strict=False):
        entries.append(_entry(part, dimension))
    return resolve_index(tuple(entries), dimensions)


def _parts(text: str) -> list[list[_Piece]]:
    """Cut at commas, and the parts at colons, where these are not in quotes."""
    parts = [[_Piece("")]]
    for match in _TOKEN.finditer(text):
        if match["mark"] == ",":
            parts.append([_Piece("")])
        elif match["mark"] == ":":
            parts[-1].append(_Piece(""))
        elif match["plain"] is None:
            parts[-1][-1] = _Piece(match["single"] or match["double"] or "", is_literal=True)
        else:
            parts[-1][-1] = _Piece(match["plain"].strip())
    return parts


def _entry(pieces: list[_Piece], dimension: Dimension) -> object:
    if pieces == [_Piece("...")]:
        return ...
    is_plain = not any(piece.is_literal for piece in pieces)
    if len(pieces) == 1:
        return _value(pieces[0], dimension)
    if not is_plain or all(_is_integer(piece.text) or not piece.text for piece in pieces):
        return _slice(pieces, dimension)
    # A time or a label may hold colons itself.
    whole = ":".join(piece.text for piece in pieces)
    try:
        return _value(_Piece(whole), dimension)
    except InvalidInput:
        return _cut(whole, dimension)


def _cut(whole: str, dimension: Dimension) -> object:
    """Return the slice that a text with colons means, if there is one place where it can be cut."""
    found: list[slice] = []
    reasons: list[InvalidInput] = []
    for at in (place for place, letter in enumerate(whole) if letter == ":"):
        ends = [_Piece(whole[:at].strip()), _Piece(whole[at + 1 :].strip())]
        try:
            candidate = _slice(ends, dimension)
            entry_of(candidate, dimension)
        except InvalidInput as reason:
            reasons.append(reason)
            continue
        found.append(candidate)
    if len(found) == 1:
        return found[0]
    if len(reasons) == 1 and not found:
        raise reasons[0]
    shown = printable(whole, 60)
    raise refused_in(dimension, f"{shown!r} can be read in {len(found) or 'no'} ways", "put the ends into quotes")


def _slice(pieces: list[_Piece], dimension: Dimension) -> slice:
    if len(pieces) > 3:
        raise refused_in(dimension, "a slice has two ends", "put coordinates that hold colons into quotes")
    ends = [_value(piece, dimension) if piece.text or piece.is_literal else None for piece in pieces]
    return slice(*ends)


def _value(piece: _Piece, dimension: Dimension) -> Any:
    """Return the integer, number, text or time that a piece means along its dimension."""
    text = piece.text if piece.is_literal else piece.text.strip()
    if not piece.is_literal and _is_integer(text):
        return int(text)
    is_coordinate = piece.is_literal or text.startswith("=")
    text = text if piece.is_literal else text.removeprefix("=").strip()
    axis = dimension.axis
    if isinstance(axis, Labels):
        found = _label(text, axis)
        if found is not None:
            return found
    elif isinstance(axis, TimeAxis):
        try:
            return moment(text)
        except (ValueError, OverflowError):
            pass
    if axis is not None and not isinstance(axis, Labels):
        try:
            return float(text)
        except ValueError:
            pass
    if axis is None and is_coordinate:
        raise refused_in(dimension, "it has only indices", "use an integer from 0")
    shown = printable(text, 60)
    if not text:
        raise refused_in(dimension, "an entry is empty", "write : for the whole dimension")
    if isinstance(axis, Labels):
        raise refused_in(dimension, f"there is no label '{shown}'", f"the first is '{axis.text(0)}'")
    wanted = {TimeAxis: "a time, such as 2020-12-31T23:59", ScaleAxis: "a number of its scale"}
    raise refused_in(dimension, f"'{shown}' is no index", f"use an integer or {wanted.get(type(axis), 'a slice')}")


def _label(text: str, axis: Labels) -> object | None:
    """Return the label that a text means, as it is stored or as it is shown."""
    for at, label in enumerate(axis.values):
        if text in (str(label), axis.text(at)) or (isinstance(label, float) and _is_number(text, label)):
            return label
    return None


def _is_number(text: str, number: float) -> bool:
    try:
        return float(text) == number
    except ValueError:
        return False


def _is_integer(text: str) -> bool:
    # Long digits are no index of any array, and take long to read.
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdecimal() and len(digits) < 19
