"""Lists that come in pages: one at a time, when it is due, and never without end (contract §3)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from tui.services.errors import ProtocolError
from tui.services.http.values import Value
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.values import Many, Whole

T = TypeVar("T")
PAGE = 100
"""How many items are asked for at a time."""
MOST_PAGES = 20_000
"""Pages of one list; a server that sends more is stopped there."""


class PageInfo(Value):
    """Which page of a list an answer is. Pages are counted from where the server counts."""

    page: Whole = 0
    per_page: Whole = 0
    total_pages: Whole = 0
    total_items: Whole = 0


class Listed(Value, Generic[T]):
    """The current platform's answer to a list."""

    data: Many[T]
    pagination_metadata: PageInfo | None = None


class One(Value, Generic[T]):
    """The current platform's answer that holds one thing."""

    data: T


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """Some items of a list in the server's order. `total` is how many there are in all, None if it is not told."""

    items: tuple[T, ...]
    total: int | None = None


async def each_page(
    ask: Callable[[int | None], Awaitable[tuple[Sequence[T], PageInfo | None]]], first: int | None, operation: str
) -> AsyncGenerator[ListPage[T]]:
    """Yield the pages of a list; the next is asked for only when it is wanted.

    Args:
        ask: returns a page by its number.
        first: the number of the first page; None leaves it to the server, which says how it counts.
        operation: what errors call it.

    Raises:
        ProtocolError: the list does not end.
    """
    number, seen = first, 0
    for count in range(1, MOST_PAGES + 1):
        items, info = await ask(number)
        seen += len(items)
        total = None if info is None else max(info.total_items, seen)
        yield ListPage(tuple(items), total)
        if info is None or not items or count >= info.total_pages:
            return
        # Where the server was left to choose, its own number is the one to count on from.
        number = (info.page if number is None else number) + 1
    raise ProtocolError(SYSTEM, operation, f"the list does not end after {seen:,} items")


async def all_items(pages: AsyncGenerator[ListPage[T]], most: int = 10_000) -> list[T]:
    """Return the items of a short list, up to `most`; what comes after is left out."""
    found: list[T] = []
    async for page in pages:
        found += page.items
        if len(found) >= most:
            break
    await pages.aclose()
    return found[:most]
