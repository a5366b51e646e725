"""Lines of a value: text, JSON and bytes laid out one line after the other, as they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tui.services.printable import printable

WIDEST = 1000
"""Characters of a line; what is longer goes on in the next one."""
DEEPEST_INDENT = 40
"""Levels that are indented; what is deeper stands below each other."""
HEX_COLUMNS = 16
_TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"|[\[\]{}:,]|[^\s\[\]{}:,"]++', re.DOTALL)
_OPENING, _CLOSING = {"[": "]", "{": "}"}, {"]", "}"}


def pieces(line: str) -> Iterator[str]:
    """Yield a line in pieces of at most WIDEST characters; once for an empty one."""
    if len(line) <= WIDEST:
        yield line
        return
    for begin in range(0, len(line), WIDEST):
        yield line[begin : begin + WIDEST]


def text_lines(text: str) -> Iterator[str]:
    """Yield text as lines that are harmless to a terminal. Line breaks are `\\n` and `\\r\\n`; tabs become blanks."""
    begin = 0
    while begin < len(text):
        end = text.find("\n", begin)
        if end < 0:
            end = len(text)
        # A line of megabytes is made printable piece by piece, since every character may become ten.
        last = end - 1 if begin < end < len(text) and text[end - 1] == "\r" else end
        for piece in range(begin, max(last, begin + 1), WIDEST):
            yield from pieces(printable(text[piece : min(piece + WIDEST, last)].expandtabs(4)))
        begin = end + 1


def json_lines(text: str) -> Iterator[str]:
    """Yield valid JSON with a line for each element, indented. Numbers and strings stay as they were written."""
    depth, line, opened = 0, "", ""
    for token in _TOKEN.finditer(text):
        word = token.group()
        if opened:
            closed = _OPENING[opened] == word
            opened = ""
            if closed:
                depth -= 1
                line += word
                continue
            yield from pieces(line)
            line = _indent(depth)
        if word in _OPENING:
            line += word
            opened = word
            depth += 1
        elif word in _CLOSING:
            depth -= 1
            yield from pieces(line)
            line = _indent(depth) + word
        elif word == ",":
            yield from pieces(line + word)
            line = _indent(depth)
        elif word == ":":
            line += ": "
        else:
            line += printable(word)
    yield from pieces(line)


def _indent(depth: int) -> str:
    return "  " * min(depth, DEEPEST_INDENT)


def hex_lines(data: bytes, columns: int = HEX_COLUMNS, begin: int = 0) -> Iterator[str]:
    """Yield bytes, `columns` to a line: where they are, in hex digits, and as ASCII with dots for what is none.

    `columns` is a multiple of 8. The first byte is called `begin`.
    """
    for at in range(0, len(data), columns):
        yield hex_line(data[at : at + columns], begin + at, columns)


def hex_line(row: bytes, begin: int, columns: int = HEX_COLUMNS) -> str:
    """Return one line of `hex_lines`: up to `columns` bytes, the first of which is at `begin`."""
    digits = "  ".join(row[at : at + 8].hex(" ") for at in range(0, len(row), 8))
    shown = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in row)
    return f"{begin:08x}  {digits:<{hex_width(columns) - columns - 14}}  |{shown}|"


def hex_width(columns: int) -> int:
    """Return how many characters a line of so many bytes has: digits and blanks, and the ASCII behind them."""
    return 10 + 3 * columns + (columns // 8 - 2) + 4 + columns
