"""Compare: what differs between two parts of the key space, of one cluster or of two, read side by side."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from enum import StrEnum

from tui.jobs.progress import Progress
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.paging import Entry, Stretch, entry_pages
from tui.systems.arakoon.wire.consistency import CONSISTENT, Consistency


@dataclass(frozen=True, slots=True)
class Side:
    """A stretch of a cluster. All its keys begin with `prefix`, which is left out of what is compared."""

    client: AsyncClient
    stretch: Stretch
    prefix: bytes = b""
    consistency: Consistency = CONSISTENT

    @classmethod
    def of_prefix(cls, client: AsyncClient, prefix: bytes, consistency: Consistency = CONSISTENT) -> Side:
        """Return the keys that begin with `prefix`, compared by what follows it."""
        return cls(client, Stretch.of_prefix(prefix), prefix, consistency)


class Verdict(StrEnum):
    """How a key differs."""

    ONLY_LEFT = "only left"
    ONLY_RIGHT = "only right"
    DIFFERENT = "different"


@dataclass(frozen=True, slots=True)
class Difference:
    """A key, without the prefixes of the sides, and its values; None where it is not there."""

    key: bytes
    left: bytes | None
    right: bytes | None

    @property
    def verdict(self) -> Verdict:
        """How it differs."""
        if self.left is None:
            return Verdict.ONLY_RIGHT
        return Verdict.ONLY_LEFT if self.right is None else Verdict.DIFFERENT


@dataclass(slots=True)
class Counts:
    """Keys that were compared so far."""

    same: int = 0
    only_left: int = 0
    only_right: int = 0
    different: int = 0

    @property
    def differences(self) -> int:
        """Keys that differ."""
        return self.only_left + self.only_right + self.different

    def add(self, left: bytes | None, right: bytes | None) -> None:
        """Count a key with these values."""
        if left is None:
            self.only_right += 1
        elif right is None:
            self.only_left += 1
        elif left == right:
            self.same += 1
        else:
            self.different += 1


async def compare(
    left: Side, right: Side, counts: Counts | None = None, progress: Progress | None = None
) -> AsyncGenerator[Difference]:
    """Yield the keys that differ, ascending. Close it (`contextlib.aclosing`) when not all of them are taken.

    One page of each side is in memory at a time. What others change meanwhile is seen or not, as it lies before or
    behind the place that was reached, so that keys which move may show as different.

    Args:
        left: one side.
        right: the other side.
        counts: is kept up to date.
        progress: hears of the keys of both sides, and may cancel.

    Raises:
        Cancelled: `progress` was cancelled.
        ServiceError: as the clients' `range_entries`.
    """
    counts = counts if counts is not None else Counts()
    progress = progress or Progress()
    progress.expect(None, "keys")
    async with aclosing(_entries(left, progress)) as lefts, aclosing(_entries(right, progress)) as rights:
        one, other = await _next(lefts), await _next(rights)
        while one is not None or other is not None:
            if other is None or (one is not None and one[0] < other[0]):
                assert one is not None
                found = Difference(one[0], one[1], None)
                one = await _next(lefts)
            elif one is None or other[0] < one[0]:
                found = Difference(other[0], None, other[1])
                other = await _next(rights)
            else:
                found = Difference(one[0], one[1], other[1])
                one, other = await _next(lefts), await _next(rights)
            counts.add(found.left, found.right)
            if found.left != found.right:
                yield found


async def _next(entries: AsyncIterator[Entry]) -> Entry | None:
    return await anext(entries, None)


async def _entries(side: Side, progress: Progress) -> AsyncGenerator[Entry]:
    skipped = len(side.prefix)
    async for page in entry_pages(side.client, side.stretch, consistency=side.consistency):
        progress.advance(len(page))
        for key, value in page:
            yield key[skipped:], value
