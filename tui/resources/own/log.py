"""The command log as a resource type: what was lately sent, how long it took, and how it went."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel

from tui.resources.columns import Column
from tui.resources.types import Page, Query, ResourceType, Scope

if TYPE_CHECKING:
    from tui.resources.deck import Deck


class Call(BaseModel):
    """One call to a store."""

    number: int
    at: datetime
    profile: str
    operation: str
    seconds: float
    outcome: str
    command: str


class Calls(ResourceType["Deck", Call]):
    """The last calls of this run, the newest first."""

    name = "log"
    title = "Command log"
    aliases = ("calls",)
    model = Call
    refresh = 1.0
    columns = (
        Column("number", kind="number", width=6, priority=4),
        Column("at", "when", kind="time", priority=8),
        Column("profile", priority=7),
        Column("operation", priority=9),
        Column("seconds", "took", kind="duration", priority=6),
        Column("outcome", kind="status", priority=8),
        Column("command", priority=5),
    )

    def key(self, item: Call) -> str:
        return str(item.number)

    async def pages(self, service: Deck, scope: Scope, query: Query) -> AsyncIterator[Page[Call]]:
        calls = [
            Call(
                number=call.number,
                at=call.at,
                profile=call.profile,
                operation=call.operation,
                seconds=call.seconds,
                outcome=call.outcome,
                command=call.command,
            )
            for call in service.log
        ]
        yield Page(tuple(reversed(calls)), len(calls))
