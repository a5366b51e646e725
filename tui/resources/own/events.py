"""Recent events as a resource type: jobs that ended, stores that came and went, changes that were made."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.events import Event
from tui.resources.types import Page, Query, ResourceType, Scope

if TYPE_CHECKING:
    from tui.resources.deck import Deck


class RecentEvents(ResourceType["Deck", Event]):
    """What happened lately, the newest first."""

    name = "events"
    title = "Events"
    aliases = ("event",)
    model = Event
    refresh = 2.0
    searched = False
    nothing = "nothing has happened yet: jobs that end, stores that come and go, and changes are told here"
    columns = (
        Column("at", "when", kind="time", priority=8),
        Column("kind", priority=6),
        Column("status", kind="status", priority=9),
        Column("profile", priority=7),
        Column("text", "what", priority=9, stretch=True),
    )

    def key(self, item: Event) -> str:
        return item.key

    async def pages(self, service: Deck, scope: Scope, query: Query) -> AsyncIterator[Page[Event]]:
        events = await service.events.recent()
        yield Page(tuple(events), len(events))

    async def describe(self, service: Deck, scope: Scope, item: Event) -> Detail:
        fields = (
            Field("what", item.text),
            Field("when", item.at, "time"),
            Field("status", item.status, "status"),
            Field("profile", item.profile),
        )
        own = service.own.profile.name
        links = (Link(f"the {item.kind} itself", item.list, Scope(), item.item, own),) if item.list else ()
        return Detail(item.text, (Section(item.kind, fields),), item, links)
