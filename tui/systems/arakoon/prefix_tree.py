"""Prefix tree: one level of the key space at a time, by a separator, and flat pages of keys with their values.

Neither reads more than it shows: a level skips what lies inside a sub-prefix with one `range` behind it, so that it
costs one short call for each child at most, whatever lies below.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.services.errors import InvalidInput
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.keys_text import behind_prefix
from tui.systems.arakoon.paging import EVERYTHING, Entry, Pace, Stretch, key_pages, read_entries
from tui.systems.arakoon.wire.consistency import CONSISTENT, Consistency
from tui.systems.arakoon.wire.reader import MIB, SYSTEM

LARGEST_PAGE = 1000
"""Children or entries of a page at most."""
PAGE_BYTES = 16 * MIB
"""Once a page of entries has so many bytes it ends, whatever was asked for."""
_FIRST_READ, _SHORTEST_READ, _LONGEST_READ = 64, 32, 1024
_DENSE = 16
"""Keys of a sub-prefix up to which it is read through rather than skipped."""


@dataclass(frozen=True, slots=True)
class Child:
    """What is below a prefix: a key, or all keys of a longer prefix.

    `key` is all of it, with the prefix above it; a sub-prefix ends in the separator. `count` is how many keys a
    sub-prefix has, where the page has seen that by the way; 1 for a key.
    """

    key: bytes
    is_prefix: bool
    count: int | None = None

    def name(self, prefix: bytes) -> bytes:
        """Return what it adds to the prefix above it; no bytes for the key that is equal to it."""
        return self.key[len(prefix) :]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended, and the next one begins."""

    key: bytes
    inclusive: bool


@dataclass(frozen=True, slots=True)
class Level:
    """Children of a prefix in the order of their keys. `next` is where the next page begins, None at the end."""

    children: tuple[Child, ...]
    next: Place | None


@dataclass(frozen=True, slots=True)
class EntryPage:
    """Entries in the order that was asked for. `next` is the stretch that is left, None if it is known to be empty."""

    entries: tuple[Entry, ...]
    next: Stretch | None


def place_behind(child: Child) -> Place | None:
    """Return where the children behind this one begin, None if there can be none."""
    if not child.is_prefix:
        return Place(child.key, inclusive=False)
    behind = behind_prefix(child.key)
    return None if behind is None else Place(behind, inclusive=True)


async def read_level(
    client: AsyncClient,
    prefix: bytes,
    separator: bytes,
    size: int = 200,
    place: Place | None = None,
    consistency: Consistency = CONSISTENT,
) -> Level:
    """Return children of a prefix: keys, and the sub-prefixes that end in the next separator behind it.

    Args:
        client: of the cluster.
        prefix: what all children begin with; b"" is the whole key space.
        separator: what ends a sub-prefix, of any length; with b"" all children are keys.
        size: children of the page, 1 to LARGEST_PAGE.
        place: where the page before ended, or wherever it is to begin; None is the first child.
        consistency: how fresh the keys must be.

    Raises:
        InvalidInput: the size is out of range.
        ServiceError: as the client's `range`.
    """
    _check_size(size)
    end = behind_prefix(prefix)
    walk = _Walk(prefix, separator, size)
    position: Place | None = place or Place(prefix, inclusive=True)
    count = _FIRST_READ
    while position is not None:
        keys = await client.range(position.key, position.inclusive, end, False, count, consistency=consistency)
        met = len(walk.children)
        stopped = walk.take(keys)
        if stopped is not None:
            return Level(tuple(walk.children), stopped)
        if len(keys) < count:
            walk.close()
            break
        count = _next_read(count, len(walk.children) - met) if len(walk.children) < size else 1
        position = walk.behind()
    return Level(tuple(walk.children), None)


def _next_read(count: int, met: int) -> int:
    """Return how many keys to ask for next, after `count` keys were of `met` new children.

    Reading through small sub-prefixes is cheaper than a call for each; of large ones no more than needed is read.
    """
    return min(count * 2, _LONGEST_READ) if met * _DENSE >= count else max(count // 2, _SHORTEST_READ)


class _Walk:
    """The children that ascending keys make, up to `size` of them."""

    def __init__(self, prefix: bytes, separator: bytes, size: int) -> None:
        self._prefix, self._separator, self._size = prefix, separator, size
        self.children: list[Child] = []
        # The sub-prefix that the last key was in, and how many of its keys were seen.
        self._open: bytes | None = None
        self._seen = 0

    def take(self, keys: list[bytes]) -> Place | None:
        """Add the children of keys. Returns where the next page begins if this one is full before them all."""
        for key in keys:
            if self._open is not None and key.startswith(self._open):
                self._seen += 1
                continue
            self.close()
            if len(self.children) == self._size:
                return place_behind(self.children[-1])
            found = key.find(self._separator, len(self._prefix)) if self._separator else -1
            if found < 0:
                self.children.append(Child(key, is_prefix=False, count=1))
            else:
                self._open, self._seen = key[: found + len(self._separator)], 1
                self.children.append(Child(self._open, is_prefix=True))
        return None

    def close(self) -> None:
        """Note that all keys of the sub-prefix under way were seen, if there is one."""
        if self._open is not None:
            self.children[-1] = Child(self._open, is_prefix=True, count=self._seen)
            self._open = None

    def behind(self) -> Place | None:
        """Return where the next children begin, not having seen all of the sub-prefix under way."""
        self._open = None
        return place_behind(self.children[-1])


async def read_page(
    client: AsyncClient,
    stretch: Stretch = EVERYTHING,
    size: int = 200,
    *,
    descending: bool = False,
    pace: Pace | None = None,
    consistency: Consistency = CONSISTENT,
) -> EntryPage:
    """Return the first entries of a stretch, from its end backwards if `descending`.

    The page ends before `size` entries where their values have PAGE_BYTES together. Give the same `pace` for the
    pages that follow each other: it knows how large the values are.

    Raises:
        InvalidInput: the size is out of range.
        ServiceError: as the client's `range_entries`.
    """
    _check_size(size)
    pace = pace or Pace()
    entries: list[Entry] = []
    held = 0
    while len(entries) < size and held < PAGE_BYTES:
        most = size - len(entries)
        page = await read_entries(client, stretch, most, pace, descending=descending, consistency=consistency)
        if not page:
            return EntryPage(tuple(entries), None)
        entries += page
        held += sum(len(key) + len(value) for key, value in page)
        last = page[-1][0]
        stretch = stretch.before(last) if descending else stretch.after(last)
    return EntryPage(tuple(entries), stretch)


async def count_keys(
    client: AsyncClient, stretch: Stretch, most: int = 10_000, consistency: Consistency = CONSISTENT
) -> tuple[int, bool]:
    """Return how many keys a stretch has, and whether that is all of them: it stops once it has counted `most`.

    Raises as the client's `range` does.
    """
    count = 0
    async for page in key_pages(client, stretch, min(most + 1, 5000), consistency=consistency):
        count += len(page)
        if count > most:
            return most, False
    return count, True


def _check_size(size: int) -> None:
    if not 1 <= size <= LARGEST_PAGE:
        raise InvalidInput(SYSTEM, "page", f"size: give a whole number from 1 to {LARGEST_PAGE:,}")
