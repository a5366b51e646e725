"""Versions of a repository: its branches and tags, each with its newest commit."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.arraylake.listed import ListedVersion
from tui.systems.arraylake.reading.contents import Version
from tui.systems.arraylake.reading.extra import INSTALL, has_icechunk
from tui.systems.arraylake.resources.log_in_action import LOG_IN
from tui.systems.arraylake.resources.repo_resource import Repos
from tui.systems.arraylake.version_text import commit_key, short_id, version_key

if TYPE_CHECKING:
    from tui.systems.arraylake.service import ArraylakeService


class Versions(ResourceType["ArraylakeService", ListedVersion]):
    """The branches, `main` first, then the tags. Without the extra `icechunk` there is `main` alone."""

    name = "versions"
    title = "Versions"
    aliases = ("version", "branches", "tags", "refs")
    # A search looks into the branch main of some repositories (`Repos.inside`), and not into all versions of all.
    searched = False
    parent = Repos
    model = ListedVersion
    fills = True
    refresh = 30.0
    columns = (
        Column("name", priority=9),
        Column("kind", priority=8),
        Column("written_at", "written", kind="time", priority=7),
        Column("message", priority=7, stretch=True, value=lambda version: version.note or version.message),
        Column("author", priority=4),
        Column("snapshot_id", "snapshot", priority=3, value=lambda version: short_id(version.snapshot_id or "")),
    )
    log_in = LOG_IN

    def key(self, item: ListedVersion) -> str:
        return version_key(item)

    async def pages(self, service: ArraylakeService, scope: Scope, query: Query) -> AsyncIterator[Page[ListedVersion]]:
        name = repository(scope)
        if not has_icechunk():
            await service.client.get_dataset_node(name)
            note = f"other branches, tags and commits: {INSTALL}"
            yield Page((ListedVersion(name="main", kind="branch", note=note),), 1)
            return
        refs = await (await service.client.contents(name)).refs()
        versions = [ListedVersion(name=ref.name, kind=ref.kind, snapshot_id=ref.snapshot_id) for ref in refs]
        yield Page(tuple(versions), len(versions))

    async def fill(
        self, service: ArraylakeService, scope: Scope, items: Sequence[ListedVersion]
    ) -> Sequence[ListedVersion | None]:
        if not has_icechunk():
            return items
        contents = await service.client.contents(repository(scope))
        filled: list[ListedVersion] = []
        for item in items:
            version = Version(snapshot_id=item.snapshot_id)
            commits = await anext(contents.history(version, page=1), [])
            told = (
                {"written_at": newest.written_at, "message": newest.message, "author": newest.author_name}
                for newest in commits[:1]
            )
            filled.append(item.model_copy(update=next(told, {})))
        return filled

    async def describe(self, service: ArraylakeService, scope: Scope, item: ListedVersion) -> Detail:
        (filled,) = await self.fill(service, scope, (item,))
        shown = filled or item
        below = self.below(scope, item)
        fields = [
            Field(shown.kind, shown.name),
            Field("snapshot", shown.snapshot_id),
            Field("written", shown.written_at, "time"),
            Field("message", shown.message),
            Field("author", shown.author),
        ]
        if shown.note:
            fields.append(Field("more", shown.note, tone="muted"))
        links = [Link("groups and arrays", "nodes", below)]
        if shown.snapshot_id is not None:
            links.append(Link("commits", "commits", below, commit_key(shown.snapshot_id).partition(":")[2]))
        return Detail(item.name, (Section(item.kind, tuple(fields)),), shown, tuple(links))

    def identity(self, item: ListedVersion) -> Hashable:
        return (item.kind, item.name, item.snapshot_id)


def repository(scope: Scope) -> str:
    """Return the name of the repository that a list hangs below, as the client takes it."""
    return "/".join(scope.parents[:2])
