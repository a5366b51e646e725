"""Lists made in memory, that tell how much of them was asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from pydantic import BaseModel

from tui.config.profiles import Profile
from tui.resources.columns import Column
from tui.resources.connections import Connection
from tui.resources.system import System
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import ServiceError


class Leaf(BaseModel):
    """An item. `weight` is dear: a light leaf has none."""

    name: str
    size: int = 0
    weight: int | None = None


class Forest:
    """The service: leaves by name, and counts of what was asked of it."""

    def __init__(self, count: int = 0) -> None:
        self.count = count
        self.extra: dict[str, Leaf] = {}
        self.gone: set[str] = set()
        self.pages = self.filled = self.closed = 0
        self.error: ServiceError | None = None

    def leaf(self, number: int) -> Leaf:
        name = f"leaf{number:07}"
        return self.extra.get(name, Leaf(name=name, size=number % 97))


class Leaves(ResourceType[Forest, Leaf]):
    name = "leaves"
    aliases = ("leaf",)
    model = Leaf
    prefetch = 1000
    columns = (Column("name"), Column("size", kind="bytes"))

    async def pages(self, service: Forest, scope: Scope, query: Query) -> AsyncIterator[Page[Leaf]]:
        try:
            for start in range(0, service.count, query.page_size):
                if service.error is not None:
                    raise service.error
                service.pages += 1
                numbers = range(start, min(start + query.page_size, service.count))
                leaves = [service.leaf(number) for number in numbers]
                yield Page(tuple(leaf for leaf in leaves if leaf.name not in service.gone))
            if service.error is not None:
                raise service.error
        finally:
            service.closed += 1


class DearLeaves(Leaves):
    fills = True
    columns = (*Leaves.columns, Column("weight", kind="number"))

    async def fill(self, service: Forest, scope: Scope, items: Sequence[Leaf]) -> Sequence[Leaf | None]:
        service.filled += len(items)
        return [
            None if leaf.name in service.gone else leaf.model_copy(update={"weight": leaf.size * 2}) for leaf in items
        ]


class WholeLeaves(Leaves):
    """All in one page."""

    async def pages(self, service: Forest, scope: Scope, query: Query) -> AsyncIterator[Page[Leaf]]:
        yield Page(tuple(service.leaf(number) for number in range(service.count)), service.count)


class ForestSystem(System[Forest]):
    name = "forest"
    title = "Forest"
    schemes = ("forest",)

    def __init__(self, forest: Forest) -> None:
        self.forest = forest

    async def open(self, profile: Profile) -> Forest:
        return self.forest

    async def close(self, service: Forest) -> None:
        return None

    async def probe(self, service: Forest) -> None:
        return None

    def load_types(self) -> tuple[type[Leaves], ...]:
        return Leaves, DearLeaves


def connect(forest: Forest) -> Connection:
    return Connection(Profile(name="forest", system="forest", uri="forest:"), ForestSystem(forest))
