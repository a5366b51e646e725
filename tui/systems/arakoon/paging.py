"""Paging: entries in pieces that fit in memory, however many there are and however large their values."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace

from tui.services.errors import ProtocolError
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.keys_text import behind_prefix
from tui.systems.arakoon.wire.consistency import CONSISTENT, Consistency
from tui.systems.arakoon.wire.reader import MIB

Entry = tuple[bytes, bytes]
"""A key and its value."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the key space: from `begin` to `end`, in the order of the bytes. None is no bound.

    Without a `begin`, `begin_inclusive=False` leaves out the empty key (contract §4).
    """

    begin: bytes | None = None
    begin_inclusive: bool = True
    end: bytes | None = None
    end_inclusive: bool = True

    @classmethod
    def of_prefix(cls, prefix: bytes) -> Stretch:
        """Return the part that holds exactly the keys which begin with `prefix`."""
        return cls(prefix, True, behind_prefix(prefix), False)

    def after(self, key: bytes) -> Stretch:
        """Return what lies behind `key`."""
        return replace(self, begin=key, begin_inclusive=False)

    def before(self, key: bytes) -> Stretch:
        """Return what lies before `key`."""
        return replace(self, end=key, end_inclusive=False)


EVERYTHING = Stretch()


class Pace:
    """How many entries to ask for at once, so that a reply has about `goal` bytes.

    Nobody tells how large values are before they are here, and the server sends as many as it is asked for (contract
    §10). So it begins with few, grows with what is seen, and falls back to one when a reply was larger than the
    client believes.
    """

    def __init__(self, goal: int = 2 * MIB, first: int = 8, most: int = 1000) -> None:
        self.goal = goal
        self.most = most
        self.count = min(first, most)

    def learn(self, count: int, size: int) -> None:
        """Take in that `count` entries had `size` bytes together."""
        if count:
            fitting = self.goal * count // max(size, 1)
            self.count = max(1, min(fitting, self.count * 4, self.most))

    def shrink(self, error: ProtocolError) -> None:
        """Ask for less, after a reply that could not be read. Raises the error if one entry was too much."""
        if self.count == 1:
            raise error
        self.count = max(1, self.count // 32)


async def read_entries(
    client: AsyncClient,
    stretch: Stretch,
    most: int,
    pace: Pace,
    *,
    descending: bool = False,
    consistency: Consistency = CONSISTENT,
) -> list[Entry]:
    """Return the first entries of the stretch in that direction: at most `most`, in one reply of the pace's size.

    None are returned only where there are none. Raises as the client's `range_entries` does.
    """
    while True:
        count = min(pace.count, most)
        try:
            if descending:
                entries = await client.rev_range_entries(
                    stretch.end,
                    stretch.end_inclusive,
                    stretch.begin,
                    stretch.begin_inclusive,
                    count,
                    consistency=consistency,
                )
            else:
                entries = await client.range_entries(
                    stretch.begin,
                    stretch.begin_inclusive,
                    stretch.end,
                    stretch.end_inclusive,
                    count,
                    consistency=consistency,
                )
        except ProtocolError as error:
            pace.count = count
            pace.shrink(error)
            continue
        pace.learn(len(entries), sum(len(key) + len(value) for key, value in entries))
        return entries


async def entry_pages(
    client: AsyncClient, stretch: Stretch, *, consistency: Consistency = CONSISTENT, pace: Pace | None = None
) -> AsyncIterator[list[Entry]]:
    """Yield the entries of the stretch, ascending, page by page.

    What others change meanwhile is seen or not, as it lies before or behind the place that was reached.
    Raises as the client's `range_entries` does.
    """
    pace = pace or Pace()
    while True:
        page = await read_entries(client, stretch, pace.most, pace, consistency=consistency)
        if not page:
            return
        yield page
        stretch = stretch.after(page[-1][0])


async def key_pages(
    client: AsyncClient, stretch: Stretch, size: int = 5000, *, consistency: Consistency = CONSISTENT
) -> AsyncIterator[list[bytes]]:
    """Yield the keys of the stretch, ascending, `size` at once. Raises as the client's `range` does."""
    while True:
        bounds = (stretch.begin, stretch.begin_inclusive, stretch.end, stretch.end_inclusive)
        page = await client.range(*bounds, size, consistency=consistency)
        if page:
            yield page
        if len(page) < size:
            return
        stretch = stretch.after(page[-1])


async def values_of(
    client: AsyncClient,
    keys: Sequence[bytes],
    pace: Pace,
    budget: int = 16 * MIB,
    consistency: Consistency = CONSISTENT,
) -> list[bytes | None]:
    """Return the values of the first keys, in their order, None where a key is not there.

    It stops once they have `budget` bytes together, with one value at least: ask again for the keys that are left.
    Raises as the client's `multi_get_option` does.
    """
    values: list[bytes | None] = []
    held = 0
    while len(values) < len(keys) and held < budget:
        asked = keys[len(values) : len(values) + pace.count]
        try:
            found = await client.multi_get_option(asked, consistency=consistency)
        except ProtocolError as error:
            pace.count = len(asked)
            pace.shrink(error)
            continue
        size = sum(len(value or b"") for value in found)
        pace.learn(len(asked), size)
        held += size
        values += found
    return values
