"""Finds the texts of an array's attributes in the raw bytes of its file, where deleted ones stay (contract §5.1)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from tui.systems.deker.tree import Check

_BLOCK = 4 << 20
_TEXT = 64 << 10
_LONG_TEXT = 8 << 20
_BUDGET = 256 << 20
"""Bytes that are read of one file's texts: a hostile one could hold millions of beginnings."""


def attribute_texts(path: str, identity: str, check: Check) -> Iterator[bytes]:
    """Yield, the last in the file first, every JSON object that begins as the attributes of `identity` do and parses.

    The file is read in blocks from its end; it may be of any size.

    Raises:
        OSError: it cannot be read.
    """
    needle = f'{{"id": "{identity}"'.encode("ascii")
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    try:
        budget = _BUDGET
        for offset in _beginnings(descriptor, needle, check):
            check()
            text = os.pread(descriptor, _TEXT, offset)
            if b"\0" not in text and len(text) == _TEXT:
                text = os.pread(descriptor, _LONG_TEXT, offset)
            budget -= len(text)
            found = _object_at_start(text.partition(b"\0")[0])
            if found is not None:
                yield found
            if budget <= 0:
                return
    finally:
        os.close(descriptor)


def _beginnings(descriptor: int, needle: bytes, check: Check) -> Iterator[int]:
    """Yield the offsets of `needle`, the last first."""
    end = os.fstat(descriptor).st_size
    while end > 0:
        check()
        start = max(end - _BLOCK, 0)
        # What begins in this block may end in the next one.
        block = os.pread(descriptor, end - start + len(needle) - 1, start)
        at = block.rfind(needle)
        while at >= 0:
            yield start + at
            at = block.rfind(needle, 0, at + len(needle) - 1)
        end = start


def _object_at_start(text: bytes) -> bytes | None:
    """Return the JSON object at the start of `text`, byte for byte, None if there is no whole one."""
    try:
        decoded = text.decode("latin-1")
        value, length = json.JSONDecoder().raw_decode(decoded)
    except (ValueError, RecursionError):
        return None
    return text[:length] if isinstance(value, dict) else None
