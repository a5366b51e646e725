"""Counting: numbers of things in words, so that one key is never `1 keys`."""

from __future__ import annotations


def counted(count: int, one: str = "key", many: str = "") -> str:
    """Return `1 key`, `2 keys`, `12,000 keys`; `many` where the plural is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
