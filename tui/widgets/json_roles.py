"""The parts of a line of JSON: keys, texts, numbers and words, for colouring. A line that is not JSON has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

JsonRole = Literal["key", "text", "value"]

_TOKEN = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*+"?)(?P<colon>\s*:)?'
    r"|(?P<value>-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?|\b(?:true|false|null|NaN|-?Infinity)\b)"
)


def json_roles(line: str) -> Iterator[tuple[int, int, JsonRole]]:
    """Yield where each part of `line` starts and ends, and what it is."""
    for token in _TOKEN.finditer(line):
        if token["value"]:
            yield token.start(), token.end(), "value"
        else:
            yield token.start(), token.end("string"), "key" if token["colon"] else "text"
