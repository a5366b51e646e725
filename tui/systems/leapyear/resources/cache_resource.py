"""The caches of a server: how much is in them, and clearing them, which can cost exposure."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.types import Page, Query, Scope
from tui.systems.leapyear.features import why_not
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.config.profiles import Profile

COSTS = "clearing the analysis cache makes repeated analyses spend exposure again"


class Cache(BaseModel):
    """A cache. `count` is None where the back end cannot tell; `care` is what clearing it means."""

    name: str
    count: int | None
    care: str


_CARE = {
    "analysis": COSTS,
    "relations": "data sets are read anew when they are next used",
    "metadata": "is cleared with all others only",
}


class Caches(ServerList[Cache]):
    """The caches of the server."""

    name = "caches"
    title = "Caches"
    aliases = ("cache",)
    model = Cache
    refresh = 15.0
    columns = (
        Column("name", priority=9),
        Column("count", "entries", kind="count", priority=8),
        Column("care", "when cleared", priority=7, stretch=True),
    )

    async def pages(self, service: LeapYearService, scope: Scope, query: Query) -> AsyncIterator[Page[Cache]]:
        await service.capabilities()
        found = await service.client.caches()
        counts = {"analysis": found.analysis, "relations": found.relations, "metadata": found.metadata}
        rows = tuple(Cache(name=name, count=each.count, care=_CARE[name]) for name, each in counts.items())
        yield Page(rows, len(rows))

    @action("i", "count analyses", danger=Danger.READS, on="scope")
    async def count(self, context: Context[LeapYearService]) -> Outcome:
        count = await context.service.client.count_analysis_cache()
        return Outcome(f"{count:,} analyses are in the cache", result={"analysis": count}, text=f"{count}")

    @action("D", "clear the analysis cache", danger=Danger.DESTROYS, on="scope", rehearsal="whole")
    async def clear_analysis(self, context: Context[LeapYearService]) -> Outcome:
        await context.service.client.clear_analysis_cache()
        return Outcome("cleared the analysis cache")

    @clear_analysis.preview
    async def preview_clear(self, context: Context[LeapYearService], items: Sequence[Cache]) -> ChangePreview:
        count = await context.service.client.count_analysis_cache()
        return ChangePreview(f"clears {count:,} analyses from the cache: {COSTS}")

    @action("ctrl+d", "clear all caches", danger=Danger.DESTROYS, on="scope", rehearsal="whole")
    async def clear_all(self, context: Context[LeapYearService]) -> Outcome:
        await context.service.client.clear_all_caches()
        return Outcome("cleared all caches")

    @clear_all.preview
    async def preview_clear_all(self, context: Context[LeapYearService], items: Sequence[Cache]) -> ChangePreview:
        found = await context.service.client.caches()
        lines = (
            f"analysis: {found.analysis.count or 0:,}; {COSTS}",
            f"relations: {'cannot be cleared here' if found.relations.count is None else f'{found.relations.count:,}'}",
            f"metadata: {found.metadata.count or 0:,}",
        )
        return ChangePreview("clears all caches of the server, for everybody", lines)

    @action("U", "unpersist all relations", on="scope", asks=True, rehearsal="whole")
    async def unpersist(self, context: Context[LeapYearService]) -> Outcome:
        await context.service.client.unpersist_all_relations()
        return Outcome("cleared the cached relations")

    @unpersist.preview
    async def preview_unpersist(self, context: Context[LeapYearService], items: Sequence[Cache]) -> ChangePreview:
        found = (await context.service.client.caches()).relations.count
        return ChangePreview(f"clears {found or 0:,} cached data sets; they are read anew when they are next used")

    @unpersist.why_off
    def why_not_unpersist(self, profile: Profile, item: Cache | None) -> str | None:
        return why_not(profile, "unpersist")
