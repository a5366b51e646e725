"""Lists that come in pages: one at a time, when it is due, and never without end (contract §3)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, TypeVar

from tui.services.errors import NotFound, NotSupported, ProtocolError
from tui.services.http.values import Value
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.values import Many, Whole

if TYPE_CHECKING:
    from tui.systems.tiledb.connection import Connection

T = TypeVar("T")
M = TypeVar("M")
N = TypeVar("N", bound="Named")
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


class Named(Value):
    """The older calls' answer to a list: each kind has its own name for the items."""

    pagination_metadata: PageInfo | None = None


@dataclass(frozen=True)
class ListPage(Generic[T]):
    """Some items of a list in the server's order. `total` is how many there are in all, None if it is not told."""

    items: tuple[T, ...]
    total: int | None = None

    def mapped(self, make: Callable[[T], M]) -> ListPage[M]:
        """Return the page with something made of each item in its place."""
        return ListPage(tuple(make(item) for item in self.items), self.total)


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


async def numbered_pages(
    link: Connection,
    path: str,
    operation: str,
    kind: type[Listed[T]],
    query: Mapping[str, str | int | Sequence[str]],
    page_size: int,
    *,
    whole_feature: bool = False,
) -> AsyncGenerator[ListPage[T]]:
    """Yield the pages of one of the current platform's lists, which count from 1 (contract §3).

    Args:
        link: the server.
        path: of the list.
        operation: what errors call it.
        kind: the answer's model.
        query: further parameters.
        page_size: how many items are asked for at a time.
        whole_feature: whether a server that does not know the list lacks the feature, since nothing else is named.

    Raises:
        NotSupported: this server has no such list.
    """

    async def ask(number: int | None) -> tuple[Sequence[T], PageInfo | None]:
        asked = {**query, "page": 1 if number is None else number, "per_page": page_size}
        try:
            found = await link.get(path, operation, kind, asked)
        except NotFound as error:
            if whole_feature and number == 1:
                raise NotSupported(SYSTEM, operation, f"this server cannot {operation}: {error.message}") from error
            raise
        return found.data, found.pagination_metadata

    async for page in each_page(ask, 1, operation):
        yield page


async def named_pages(
    link: Connection,
    path: str,
    operation: str,
    kind: type[N],
    items: Callable[[N], Sequence[T]],
    query: Mapping[str, str | int | Sequence[str]],
    page_size: int,
    first: int | None = None,
) -> AsyncGenerator[ListPage[T]]:
    """Yield the pages of a list whose answers name what is in it: the older calls of both platforms.

    Args:
        link: the server.
        path: of the list.
        operation: what errors call it.
        kind: the answer's model.
        items: finds the items in an answer.
        query: further parameters.
        page_size: how many items are asked for at a time.
        first: the number of the first page; None where only the server knows whether it counts from 0 or 1.
    """

    async def ask(number: int | None) -> tuple[Sequence[T], PageInfo | None]:
        asked = {**query, "per_page": page_size, **({} if number is None else {"page": number})}
        found = await link.get(path, operation, kind, asked)
        return items(found), found.pagination_metadata

    async for page in each_page(ask, first, operation):
        yield page


async def all_items(pages: AsyncGenerator[ListPage[T]], most: int = 10_000) -> list[T]:
    """Return the items of a short list, up to `most`; what comes after is left out."""
    found: list[T] = []
    async for page in pages:
        found += page.items
        if len(found) >= most:
            break
    await pages.aclose()
    return found[:most]
