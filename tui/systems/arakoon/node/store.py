"""Store: the keys and values that one node has applied, and the number of the last update."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Protocol

from tui.systems.arakoon.node.bounds import EVERYTHING, Bounds
from tui.systems.arakoon.node.sorted_keys import SortedKeys
from tui.systems.arakoon.wire.codecs import encode_entry

Changes = Mapping[bytes, bytes | None]
"""What an update makes of keys: their new values, None where they are deleted."""


class Store(Protocol):
    """Where a node keeps its entries."""

    @property
    def i(self) -> int:
        """The number of the last update."""
        ...

    def get(self, key: bytes) -> bytes | None:
        """Return a value, None if the key is not there."""
        ...

    def keys(self, bounds: Bounds, most: int = -1, descending: bool = False) -> list[bytes]:
        """Return the first `most` keys between the bounds in that direction; below 0 all of them."""
        ...

    def entries(self, bounds: Bounds, most: int = -1, descending: bool = False) -> list[tuple[bytes, bytes]]:
        """Return what `keys` does, with the values."""
        ...

    def encoded(self, bounds: Bounds, most: int = -1, descending: bool = False) -> list[bytes]:
        """Return what `entries` does, each as it stands in an answer."""
        ...

    def count(self) -> int:
        """Return how many keys there are."""
        ...

    def apply(self, changes: Changes, i: int) -> None:
        """Make the changes, which are those of update `i`."""
        ...

    def refill(self, entries: Iterable[tuple[bytes, bytes]], i: int) -> None:
        """Forget everything and take these entries, which are those after update `i`."""
        ...

    def settle(self) -> None:
        """See that what was applied outlives the process, where the store does; before it is acknowledged."""
        ...

    def close(self) -> None:
        """Let go of files."""
        ...


class MemoryStore:
    """A store that lives as long as the process.

    It keeps entries as they stand in an answer, since a range of them is then put together in no time.
    """

    def __init__(self) -> None:
        self._entries: dict[bytes, bytes] = {}
        self._sorted = SortedKeys()
        self._i = 0

    @property
    def i(self) -> int:
        """The number of the last update."""
        return self._i

    def get(self, key: bytes) -> bytes | None:
        """Return a value, None if the key is not there."""
        entry = self._entries.get(key)
        return None if entry is None else entry[8 + len(key) :]

    def keys(self, bounds: Bounds, most: int = -1, descending: bool = False) -> list[bytes]:
        """Return the first `most` keys between the bounds in that direction; below 0 all of them."""
        return list(self._walk(bounds, most, descending))

    def entries(self, bounds: Bounds, most: int = -1, descending: bool = False) -> list[tuple[bytes, bytes]]:
        """Return what `keys` does, with the values."""
        entries = self._entries
        return [(key, entries[key][8 + len(key) :]) for key in self._walk(bounds, most, descending)]

    def encoded(self, bounds: Bounds, most: int = -1, descending: bool = False) -> list[bytes]:
        """Return what `entries` does, each as it stands in an answer."""
        return list(map(self._entries.__getitem__, self._walk(bounds, most, descending)))

    def _walk(self, bounds: Bounds, most: int, descending: bool) -> Iterator[bytes]:
        keys = self._sorted.walk(bounds, descending)
        return keys if most < 0 else islice(keys, most)

    def count(self) -> int:
        """Return how many keys there are."""
        return len(self._entries)

    def apply(self, changes: Changes, i: int) -> None:
        """Make the changes, which are those of update `i`."""
        entries = self._entries
        for key, value in changes.items():
            if value is None:
                if entries.pop(key, None) is not None:
                    self._sorted.remove(key)
            else:
                if key not in entries:
                    self._sorted.add(key)
                entries[key] = encode_entry(key, value)
        self._i = i

    def refill(self, entries: Iterable[tuple[bytes, bytes]], i: int) -> None:
        """Forget everything and take these entries, which are those after update `i`."""
        self._entries = {key: encode_entry(key, value) for key, value in entries}
        self._sorted = SortedKeys(self._entries)
        self._i = i

    def settle(self) -> None:
        """Do nothing: nothing outlives the process."""

    def close(self) -> None:
        """Do nothing: there are no files."""


def all_entries(store: Store) -> Iterator[tuple[bytes, bytes]]:
    """Yield all entries of a store in pages, so that they are not all in memory twice."""
    page = store.entries(EVERYTHING, 1000)
    while page:
        yield from page
        page = store.entries(Bounds(page[-1][0], low_inclusive=False), 1000)
