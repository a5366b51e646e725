"""User functions: what an operator can have a server run on its data (contract §4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from tui.systems.arakoon.node.bounds import Bounds


class Access(Protocol):
    """The data as a user function sees it: with its own changes, which happen all or not at all."""

    def get(self, key: bytes) -> bytes | None:
        """Return a value, None if the key is not there."""
        ...

    def set(self, key: bytes, value: bytes | None) -> None:
        """Write a value; None deletes."""
        ...

    def stored(self, bounds: Bounds) -> list[tuple[bytes, bytes]]:
        """Return the entries between the bounds, without its own changes."""
        ...


Function = Callable[[Access, bytes | None], bytes | None]
"""Takes the data and the argument, returns the result. A KeyError means that a key was not found."""


class FunctionError(Exception):
    """What a user function raises to choose its own return code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def counter(data: Access, argument: bytes | None) -> bytes | None:
    """Add one to the decimal number at the key `argument`, from 0 on, and return it."""
    if argument is None:
        raise ValueError("give the counter's key")
    value = b"%d" % (int(data.get(argument) or b"0") + 1)
    data.set(argument, value)
    return value


def size_of_prefix(data: Access, argument: bytes | None) -> bytes | None:
    """Return the number of keys of a prefix and the bytes in their values, as `keys bytes`."""
    from tui.systems.arakoon.node.bounds import of_prefix

    entries = data.stored(of_prefix(argument or b""))
    return b"%d %d" % (len(entries), sum(len(value) for _, value in entries))


SAMPLE_FUNCTIONS: dict[str, Function] = {"counter": counter, "size_of_prefix": size_of_prefix}
"""What the demo's node offers."""
