"""Bounds: a stretch of the key space, as the server understands what a client asks for (contract §4)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """From `low` to `high`, None being the end of the key space. No low bound is one of no bytes."""

    low: bytes = b""
    low_inclusive: bool = True
    high: bytes | None = None
    high_inclusive: bool = False


EVERYTHING = Bounds()


def of_range(low: bytes | None, low_inclusive: bool, high: bytes | None, high_inclusive: bool) -> Bounds:
    """Return the bounds of a range; without a low bound its flag tells whether the empty key belongs to it."""
    return Bounds(low or b"", low_inclusive, high, high_inclusive)


def of_prefix(prefix: bytes) -> Bounds:
    """Return the bounds within which are all keys of a prefix, and no other."""
    head = prefix.rstrip(b"\xff")
    if not head:
        return Bounds(prefix)
    return Bounds(prefix, True, head[:-1] + bytes([head[-1] + 1]))


def of_prefix_command(prefix: bytes) -> Bounds:
    """Return the bounds that the server has for its command `prefix`.

    It counts the prefix up as a number and keeps the digits that the carry left at 0, so that behind a prefix that
    ends in ff there may be one key that does not belong to it (contract §4).
    """
    exact = of_prefix(prefix)
    if exact.high is None:
        return exact
    return Bounds(prefix, True, exact.high + bytes(len(prefix) - len(exact.high)))
