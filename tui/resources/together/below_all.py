"""Below all: a type's items below every one of its parents as one list, where no single parent was named."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from tui.resources.columns import Column
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotFound


@dataclass(frozen=True, slots=True)
class Placed:
    """An item, and the scope of the list that it is in."""

    scope: Scope
    item: Any


def below_all(kind: ResourceType[Any, Any], parent: ResourceType[Any, Any]) -> ResourceType[Any, Any]:
    """Return a type that lists the items of `kind` below each item of its parent, at the parent's own scope.

    The parents are gone through one after another, as far as rows are wanted: a thousand of them cost no more than
    those that are looked at. One that is gone by the time it is its turn is passed over.
    """
    of_kind, of_parent = kind, parent

    class BelowAll(ResourceType[Any, Any]):
        name = of_kind.name
        model = of_kind.model
        columns: tuple[Column, ...] = ()  # pyright: ignore[reportIncompatibleVariableOverride]
        refresh = of_kind.refresh
        prefetch = of_kind.prefetch
        fills = of_kind.fills

        def key(self, item: Placed) -> str:
            return f"{item.scope.parent}/{of_kind.key(item.item)}"

        def label(self, item: Placed) -> str:
            return of_kind.label(item.item)

        def identity(self, item: Placed) -> Hashable:
            return item.scope, of_kind.identity(item.item)

        async def pages(self, service: Any, scope: Scope, query: Query) -> AsyncIterator[Page[Any]]:
            async for parents in _closing(of_parent.pages(service, scope, Query(query.page_size))):
                for one in parents.items:
                    below = of_parent.below(scope, one)
                    with suppress(NotFound):
                        async for page in _closing(of_kind.pages(service, below, query)):
                            yield Page(tuple(Placed(below, item) for item in page.items))

        async def fill(self, service: Any, scope: Scope, items: Sequence[Placed]) -> Sequence[Placed | None]:
            groups: dict[Scope, list[int]] = {}
            for index, placed in enumerate(items):
                groups.setdefault(placed.scope, []).append(index)
            filled: list[Placed | None] = [None] * len(items)
            for below, indices in groups.items():
                with suppress(NotFound):
                    found = await of_kind.fill(service, below, [items[index].item for index in indices])
                    for index, item in zip(indices, found, strict=True):
                        filled[index] = None if item is None else Placed(below, item)
            return filled

    return BelowAll()


async def _closing(pages: AsyncIterator[Page[Any]]) -> AsyncIterator[Page[Any]]:
    """Yield the pages, and let go of their source with whoever stops asking."""
    try:
        async for page in pages:
            yield page
    finally:
        close = getattr(pages, "aclose", None)
        if close is not None:
            await close()
