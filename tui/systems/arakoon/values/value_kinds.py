"""Value kinds: what the bytes of a value seem to be, and how they are shown.

Nobody says what is in a value, so this is a guess, and what it shows never stands for the bytes themselves. The value
may be of anyone's making: no guess costs more than a few times its size and 16 MiB, however it was made.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import Any

from tui.services.printable import printable
from tui.systems.arakoon.values.decompression import Unpacked, decompressed
from tui.systems.arakoon.values.messagepack import is_messagepack, messagepack_lines, messagepack_summary
from tui.systems.arakoon.values.value_lines import hex_lines, json_lines, text_lines
from tui.systems.arakoon.wire.reader import MIB

LARGEST_JSON = MIB
"""Bytes of text up to which it is tried whether it is JSON: to know it, all of it has to be built once."""
DEEPEST_UNPACKED = 3
"""How many compressions around each other are undone."""
_SUMMARY = 80
_NO_TEXT = re.compile("[\x00-\x06\x0e-\x1a\x1c-\x1f\x7f-\x9f\ufffe\uffff]")
"""Characters that text rarely has: controls other than bell, backspace, blanks, line breaks and escape."""


class Kind(StrEnum):
    """What a value seems to be."""

    EMPTY = "empty"
    TEXT = "text"
    JSON = "JSON"
    MESSAGEPACK = "MessagePack"
    NUMBER = "number"
    COMPRESSED = "compressed"
    BINARY = "binary"


@dataclass(frozen=True, slots=True)
class Shown:
    """A value as it is shown.

    `summary` is one line. `readings` are numbers that its 4 or 8 bytes could be, such as `int32 little-endian: 7`.
    `inner` is what a compressed value holds.
    """

    kind: Kind
    size: int
    summary: str
    content: bytes | str
    readings: tuple[str, ...] = ()
    inner: Shown | None = None

    def lines(self) -> Iterator[str]:
        """Yield the lines of the value, or of what it holds if it is compressed, harmless to a terminal.

        Each is made when it is asked for, and none is long.
        """
        if self.inner is not None:
            return self.inner.lines()
        if isinstance(self.content, str):
            return json_lines(self.content) if self.kind is Kind.JSON else text_lines(self.content)
        return messagepack_lines(self.content) if self.kind is Kind.MESSAGEPACK else hex_lines(self.content)

    def first_lines(self, most: int) -> tuple[tuple[str, ...], bool]:
        """Return the first lines, and whether they are all."""
        taken = tuple(islice(self.lines(), most + 1))
        return taken[:most], len(taken) <= most


def recognise(value: bytes) -> Shown:
    """Return what the value seems to be. Takes up to seconds for megabytes: call it in a thread for such."""
    return _recognise(value, DEEPEST_UNPACKED, is_cut=False)


def _recognise(value: bytes, depth: int, is_cut: bool) -> Shown:
    if not value:
        return Shown(Kind.EMPTY, 0, "empty", b"")
    unpacked = decompressed(value) if depth else None
    if unpacked is not None:
        return _compressed(value, unpacked, depth)
    text = _text(value, is_cut)
    if text is not None:
        if _is_json(text, len(value)):
            return Shown(Kind.JSON, len(value), _json_summary(text), text)
        return Shown(Kind.TEXT, len(value), printable(text, _SUMMARY), text)
    readings = number_readings(value) if not is_cut else ()
    if is_messagepack(value):
        return Shown(Kind.MESSAGEPACK, len(value), messagepack_summary(value), value, readings)
    if readings:
        summary = "; ".join(reading for reading in readings if reading.startswith("int"))
        return Shown(Kind.NUMBER, len(value), summary, value, readings)
    more = "…" if len(value) > 16 else ""
    return Shown(Kind.BINARY, len(value), f"{value[:16].hex(' ')}{more}", value)


def _compressed(value: bytes, unpacked: Unpacked, depth: int) -> Shown:
    if unpacked.content is None:
        return Shown(Kind.COMPRESSED, len(value), f"{unpacked.form}: {unpacked.problem}", value)
    inner = _recognise(unpacked.content, depth - 1, unpacked.is_cut)
    size = f"the first {len(unpacked.content):,} bytes" if unpacked.is_cut else f"{len(unpacked.content):,} bytes"
    trouble = f", {unpacked.problem}" if unpacked.problem else ""
    summary = f"{unpacked.form}, {size}{trouble}: {inner.kind}: {inner.summary}"
    return Shown(Kind.COMPRESSED, len(value), summary, value, inner=inner)


def _text(value: bytes, is_cut: bool) -> str | None:
    """Return the text that the value is, None if it is none. At most every tenth character may be a control."""
    if b"\0" in value:
        return None
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        # Where it was cut, the last character may lack bytes.
        if not is_cut or error.start < len(value) - 4:
            return None
        text = value[: error.start].decode()
    controls = sum(1 for _ in _NO_TEXT.finditer(text))
    return None if controls * 10 > len(text) else text


def _is_json(text: str, size: int) -> bool:
    """Whether the text is a JSON array or object. A number or word alone is better shown as the text that it is."""
    if size > LARGEST_JSON or text.lstrip()[:1] not in ("{", "["):
        return False
    try:
        # Numbers stay text: those of a thousand digits are no work then.
        json.loads(text, parse_int=str, parse_float=str, parse_constant=str)
    except (ValueError, RecursionError):
        return False
    return True


def _json_summary(text: str) -> str:
    return printable(" ".join(text[: 4 * _SUMMARY].split()), _SUMMARY)


def number_readings(value: bytes) -> tuple[str, ...]:
    """Return what numbers four or eight bytes could be; none for another length.

    Whole numbers in both orders of bytes, unsigned only where that makes a difference, and floats that are of a size
    that people use.
    """
    if len(value) not in (4, 8):
        return ()
    bits = 8 * len(value)
    readings: list[str] = []
    for order, mark in (("little", "<"), ("big", ">")):
        signed = int.from_bytes(value, order, signed=True)  # pyright: ignore[reportArgumentType]
        readings.append(f"int{bits} {order}-endian: {signed:,}")
        if signed < 0:
            readings.append(f"uint{bits} {order}-endian: {signed + (1 << bits):,}")
        number: Any = struct.unpack(mark + ("f" if bits == 32 else "d"), value)[0]
        if number == 0 or (math.isfinite(number) and 1e-12 < abs(number) < 1e18):
            digits = 9 if bits == 32 else 17
            readings.append(f"float{bits} {order}-endian: {number:.{digits}g}")
    return tuple(readings)
