"""The command log as a resource type: what was lately asked of the stores, and what was sent for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section, Table
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotFound

if TYPE_CHECKING:
    from tui.resources.deck import Deck

PARTS = 50
"""Parts of an operation that its details name."""


class Call(BaseModel):
    """One call to a store. `kind` is `operation`, or the way by which a part of one went out; `parent` is the number of
    the operation that it is a part of."""

    number: int
    at: datetime
    profile: str
    kind: str
    operation: str
    seconds: float
    outcome: str
    command: str
    parent: int | None = None


def _milliseconds(call: Call) -> float:
    # Most calls are so quick that in whole seconds they would all look alike.
    return round(call.seconds * 1000)


class Calls(ResourceType["Deck", Call]):
    """The last calls of this run, the newest first. They are kept in memory alone, and gone when arraydeck ends."""

    name = "log"
    title = "Command log"
    aliases = ("calls",)
    nothing = "nothing was asked of a store yet"
    model = Call
    refresh = 1.0
    searched = False
    columns = (
        Column("number", kind="number", width=6, priority=7),
        Column("parent", "part of", kind="number", width=7, priority=6),
        Column("at", "when", kind="time", priority=8),
        Column("profile", priority=7),
        Column("operation", priority=9, stretch=True),
        Column("ms", kind="number", priority=5, value=_milliseconds),
        Column("outcome", kind="status", priority=8),
        Column("kind", priority=3),
        Column("command", priority=2, stretch=True),
    )

    def key(self, item: Call) -> str:
        return str(item.number)

    def command_of(self, item: Call) -> str:
        return item.command

    async def pages(self, service: Deck, scope: Scope, query: Query) -> AsyncIterator[Page[Call]]:
        calls = _calls(service)
        yield Page(tuple(calls), len(calls))

    async def get(self, service: Deck, scope: Scope, key: str) -> Call:
        found = next((call for call in _calls(service) if str(call.number) == key), None)
        if found is None:
            message = f"the command log has no call {key!r} any more"
            raise NotFound("arraydeck", "get", message, "it keeps the last ones")
        return found

    async def describe(self, service: Deck, scope: Scope, item: Call) -> Detail:
        parts = [call for call in reversed(_calls(service)) if call.parent == item.number]
        fields = (
            Field("when", item.at, "time"),
            Field("profile", item.profile),
            Field("took", f"{item.seconds:,.3f} s"),
            Field("outcome", item.outcome, "status"),
            Field("kind", item.kind),
            *([Field("part of", item.parent, "number")] if item.parent is not None else []),
        )
        sections = [Section(item.operation, fields)]
        if item.command:
            sections.append(Section("command (c copies it)", (Field("", item.command),)))
        if parts:
            rows = tuple((call.operation, call.outcome, f"{call.seconds:.3f} s") for call in parts[:PARTS])
            more = f", the first {PARTS}" if len(parts) > PARTS else ""
            sections.append(Section(f"what it sent{more}", table=Table(("what", "outcome", "took"), rows)))
        links = [Link(f"call {part.number}: {part.operation}", self.name, scope, str(part.number)) for part in parts]
        if item.parent is not None:
            links.append(Link(f"the operation {item.parent}", self.name, scope, str(item.parent)))
        note = Section("the command log", (Field("kept", "the last calls of this run, in memory alone"),))
        return Detail(f"call {item.number}", (*sections, note), body=item, links=tuple(links[:PARTS]))


def _calls(service: Deck) -> list[Call]:
    return [Call.model_validate(asdict(call)) for call in reversed([*service.log])]
