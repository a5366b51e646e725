"""The journal as a resource type: what was changed, by whom, how it ended, and taking it back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from tui.jobs.journal import Entry
from tui.resources.actions import Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.confirmation import nobody
from tui.resources.types import Page, Query, ResourceType, Scope

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.resources.deck import Deck


class JournalEntries(ResourceType["Deck", Entry]):
    """Changes, the newest first."""

    name = "journal"
    title = "Journal"
    aliases = ("changes",)
    nothing = "nothing was changed yet: each change is written down here, with what takes it back"
    model = Entry
    refresh = 2.0
    columns = (
        Column("id", kind="number", width=6, priority=6),
        Column("at", "when", kind="time", priority=8),
        Column("action", priority=9),
        Column("type", priority=5),
        Column("target", priority=9),
        Column("ending", kind="status", priority=8),
        Column("profile", priority=6),
        Column("user", priority=3),
        Column("can_undo", "undo", kind="bool", priority=7),
        Column("message", priority=4),
    )

    def key(self, item: Entry) -> str:
        return str(item.id)

    async def pages(self, service: Deck, scope: Scope, query: Query) -> AsyncIterator[Page[Entry]]:
        before: int | None = None
        while True:
            entries = await asyncio.to_thread(service.state.journal.entries, before, query.page_size)
            yield Page(tuple(entries))
            if len(entries) < query.page_size:
                return
            before = entries[-1].id

    async def get(self, service: Deck, scope: Scope, key: str) -> Entry:
        return await asyncio.to_thread(service.state.journal.entry, int(key))

    @action("ctrl+u", "undo this", danger=Danger.READS)
    async def undo_entry(self, context: Context[Deck], entry: Entry) -> Outcome:
        return Outcome(await context.service.undo(entry.id, context.confirm or nobody))

    @undo_entry.why_off
    def why_not_undo(self, profile: Profile, item: Entry | None) -> str | None:
        if item is None or item.can_undo:
            return None
        return "it was undone already" if item.undone else "this change cannot be undone"
