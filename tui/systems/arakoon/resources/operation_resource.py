"""Operations as a list: what a node counted of each kind, how often and how long, live."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.arakoon.models import Operation
from tui.systems.arakoon.resources.node_resource import Nodes

if TYPE_CHECKING:
    from tui.systems.arakoon.service import ArakoonService


def _milliseconds(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1000, 4)


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 1)


class Operations(ResourceType["ArakoonService", Operation]):
    """What a node counted, by kind of operation, since its counters began; a server sets them back now and then."""

    name = "operations"
    title = "Operations"
    aliases = ("ops", "statistics")
    searched = False
    model = Operation
    parent = Nodes
    refresh = 2.0
    columns = (
        Column("name", priority=9),
        Column("count", kind="count", priority=8),
        Column("rate", "per s", kind="number", priority=8, value=lambda item: _short(item.rate)),
        Column("mean", "mean ms", kind="number", priority=7, value=lambda item: _milliseconds(item.mean)),
        Column("most", "most ms", kind="number", priority=6, value=lambda item: _milliseconds(item.most)),
        Column("size", kind="number", priority=6, value=lambda item: _short(item.size)),
        Column("size_unit", "of", priority=6, width=8),
        Column("least", "least ms", kind="number", priority=5, value=lambda item: _milliseconds(item.least)),
        Column("deviation", "spread ms", kind="number", priority=4, value=lambda item: _milliseconds(item.deviation)),
    )

    async def pages(self, service: ArakoonService, scope: Scope, query: Query) -> AsyncIterator[Page[Operation]]:
        found = await service.operations(scope.parent or None)
        yield Page(tuple(found), len(found))
