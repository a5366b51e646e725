"""MessagePack: recognised and laid out straight from its bytes.

Nothing is built of it: what a hostile value claims to hold costs no memory, and a line is made when it is asked for.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from tui.services.printable import printable
from tui.systems.arakoon.values.value_lines import DEEPEST_INDENT, pieces

DEEPEST = 64
"""Levels of nesting up to which bytes are taken for MessagePack."""
CHECKED = 200_000
"""Elements that are looked at before a value is taken for MessagePack; those behind them when they are shown."""
BYTES_SHOWN = 256
"""Bytes of one binary element that are shown."""
_Kind = Literal["array", "map", "scalar"]
_NUMBERS = {
    0xCA: ">f", 0xCB: ">d",
    0xCC: ">B", 0xCD: ">H", 0xCE: ">I", 0xCF: ">Q",
    0xD0: ">b", 0xD1: ">h", 0xD2: ">i", 0xD3: ">q",
}  # fmt: skip
_LENGTHS = {
    0xC4: ">B", 0xC5: ">H", 0xC6: ">I",
    0xC7: ">B", 0xC8: ">H", 0xC9: ">I",
    0xD9: ">B", 0xDA: ">H", 0xDB: ">I",
    0xDC: ">H", 0xDD: ">I", 0xDE: ">H", 0xDF: ">I",
}  # fmt: skip
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NotMessagePack(ValueError):
    """The bytes are none, or are damaged at `at`."""

    def __init__(self, at: int) -> None:
        super().__init__(f"no MessagePack at byte {at}")
        self.at = at


@dataclass(frozen=True, slots=True)
class _Element:
    """One element: `count` is of an array's elements or a map's entries, `text` a scalar as it is shown."""

    kind: _Kind
    end: int
    count: int = 0
    text: str = ""


def is_messagepack(data: bytes) -> bool:
    """Whether bytes are exactly one array or map of MessagePack, as far as CHECKED elements tell.

    A number, a text or binary alone is not taken for it: almost any short bytes could be one.
    """
    if not data or not (0x80 <= data[0] <= 0x9F or 0xDC <= data[0] <= 0xDF):
        return False
    # How many elements are left in each container that is open.
    left = [1]
    at = 0
    try:
        for _ in range(CHECKED):
            while left and left[-1] == 0:
                left.pop()
            if not left:
                return at == len(data)
            left[-1] -= 1
            element = _element(data, at, shown=False)
            at = element.end
            if element.count:
                members = element.count * (2 if element.kind == "map" else 1)
                # Each takes a byte at least, so that a claim beyond the end is a lie.
                if members > len(data) - at or len(left) > DEEPEST:
                    return False
                left.append(members)
    except NotMessagePack:
        return False
    return True


def messagepack_summary(data: bytes) -> str:
    """Return what the outermost element is, such as `map of 3`."""
    element = _element(data, 0, shown=False)
    return f"{element.kind} of {element.count:,}"


def messagepack_lines(data: bytes) -> Iterator[str]:
    """Yield a line for each element, indented, in the manner of JSON. What is damaged ends it with a line that says so.

    Binary is `h'00ff'`, an extension `ext(5, h'00')`, a timestamp its time.
    """
    # Of each open container: members that are left, whether it is a map, and what stands before the next line.
    frames: list[list[int]] = []
    at, prefix = 0, ""
    try:
        while True:
            element = _element(data, at, shown=True)
            at = element.end
            indent = "  " * min(len(frames), DEEPEST_INDENT)
            is_key = bool(frames) and frames[-1][1] == 1 and frames[-1][0] % 2 == 0
            if frames:
                frames[-1][0] -= 1
            if element.kind == "scalar" and is_key:
                prefix = f"{element.text}: "
                continue
            if element.kind == "scalar":
                yield from pieces(f"{indent}{prefix}{element.text}")
            elif element.count == 0:
                yield f"{indent}{prefix}{'{}' if element.kind == 'map' else '[]'}"
            elif len(frames) == DEEPEST:
                raise NotMessagePack(at)
            else:
                yield from pieces(f"{indent}{prefix}{'{' if element.kind == 'map' else '['}")
                frames.append([element.count * (2 if element.kind == "map" else 1), element.kind == "map"])
            # Behind a key that is no scalar its value stands on a line of its own.
            prefix = ": " if is_key and element.count == 0 else ""
            while frames and frames[-1][0] == 0:
                _, is_map = frames.pop()
                yield f"{'  ' * min(len(frames), DEEPEST_INDENT)}{'}' if is_map else ']'}"
                prefix = ": " if frames and frames[-1][1] and frames[-1][0] % 2 else ""
            if not frames:
                return
    except NotMessagePack as error:
        yield f"… damaged from byte {error.at:,}"


def _element(data: bytes, at: int, shown: bool) -> _Element:
    """Return the element that begins at `at`; a container without its members. Raises NotMessagePack."""
    if at >= len(data):
        raise NotMessagePack(at)
    first = data[at]
    if first <= 0x7F or first >= 0xE0:
        return _Element("scalar", at + 1, text=str(first if first <= 0x7F else first - 256))
    if first <= 0x9F:
        return _Element("map" if first <= 0x8F else "array", at + 1, first & 0x0F)
    if first <= 0xBF:
        return _string(data, at, at + 1, first & 0x1F, shown)
    if first in (0xC0, 0xC2, 0xC3):
        return _Element("scalar", at + 1, text={0xC0: "null", 0xC2: "false", 0xC3: "true"}[first])
    if first in _NUMBERS:
        end = at + 1 + struct.calcsize(_NUMBERS[first])
        return _Element("scalar", end, text=repr(_number(data, at, at + 1, _NUMBERS[first])))
    if 0xD4 <= first <= 0xD8:
        return _extension(data, at, at + 1, 1 << (first - 0xD4), shown)
    if first not in _LENGTHS:
        raise NotMessagePack(at)
    form = _LENGTHS[first]
    length = int(_number(data, at, at + 1, form))
    begin = at + 1 + struct.calcsize(form)
    if first >= 0xDC:
        return _Element("array" if first <= 0xDD else "map", begin, length)
    if first >= 0xD9:
        return _string(data, at, begin, length, shown)
    if first >= 0xC7:
        return _extension(data, at, begin, length, shown)
    content = _content(data, at, begin, length)
    return _Element("scalar", begin + length, text=_digits(content) if shown else "")


def _number(data: bytes, at: int, begin: int, form: str) -> float | int:
    try:
        return struct.unpack_from(form, data, begin)[0]
    except struct.error as error:
        raise NotMessagePack(at) from error


def _content(data: bytes, at: int, begin: int, length: int) -> memoryview:
    if begin + length > len(data):
        raise NotMessagePack(at)
    return memoryview(data)[begin : begin + length]


def _string(data: bytes, at: int, begin: int, length: int, shown: bool) -> _Element:
    content = _content(data, at, begin, length)
    try:
        text = str(content, "utf-8")
    except UnicodeDecodeError as error:
        raise NotMessagePack(at) from error
    if not shown:
        return _Element("scalar", begin + length)
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    return _Element("scalar", begin + length, text=f'"{printable(quoted)}"')


def _extension(data: bytes, at: int, begin: int, length: int, shown: bool) -> _Element:
    code = int(_number(data, at, begin, ">b"))
    content = _content(data, at, begin + 1, length)
    text = ""
    if shown:
        text = (_timestamp(content) if code == -1 else "") or f"ext({code}, {_digits(content)})"
    return _Element("scalar", begin + 1 + length, text=text)


def _timestamp(content: memoryview) -> str:
    if len(content) == 4:
        nanoseconds, seconds = 0, struct.unpack(">I", content)[0]
    elif len(content) == 8:
        both = struct.unpack(">Q", content)[0]
        nanoseconds, seconds = both >> 34, both & (2**34 - 1)
    elif len(content) == 12:
        nanoseconds, seconds = struct.unpack(">Iq", content)
    else:
        return ""
    try:
        return (_EPOCH + timedelta(seconds=seconds, microseconds=nanoseconds // 1000)).isoformat()
    except OverflowError:
        return ""


def _digits(content: memoryview) -> str:
    more = f" … {len(content):,} bytes" if len(content) > BYTES_SHOWN else ""
    return f"h'{content[:BYTES_SHOWN].hex()}'{more}"
