"""Commits that led to a version, newest first, and what each of them changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.arraylake.content_models import Changes, Commit
from tui.systems.arraylake.resources.log_in_action import LOG_IN
from tui.systems.arraylake.resources.version_resource import Versions, repository
from tui.systems.arraylake.version_text import commit_key, short_id, version_of

if TYPE_CHECKING:
    from tui.systems.arraylake.service import ArraylakeService

SHOWN = 30
"""Paths of each kind of change that the details name."""


class Commits(ResourceType["ArraylakeService", Commit]):
    """The history of a version."""

    name = "commits"
    title = "Commits"
    aliases = ("commit", "log", "history")
    parent = Versions
    model = Commit
    refresh = 30.0
    prefetch = 200
    columns = (
        Column("id", "snapshot", priority=6, width=9, value=lambda commit: short_id(commit.id)),
        Column("written_at", "written", kind="time", priority=8),
        Column("message", priority=9, stretch=True),
        Column("author_name", "author", priority=6),
        Column("author_email", "e-mail", priority=2),
    )
    log_in = LOG_IN

    def key(self, item: Commit) -> str:
        return item.id

    def child_of(self, item: Commit) -> str | None:
        return "nodes"

    def below(self, scope: Scope, item: Commit) -> Scope:
        return Scope((*scope.parents[:2], commit_key(item.id)))

    async def pages(self, service: ArraylakeService, scope: Scope, query: Query) -> AsyncIterator[Page[Commit]]:
        contents = await service.client.contents(repository(scope))
        async with aclosing(contents.history(version_of(scope.parent))) as history:
            async for commits in history:
                yield Page(tuple(commits))

    async def describe(self, service: ArraylakeService, scope: Scope, item: Commit) -> Detail:
        fields = (
            Field("snapshot", item.id),
            Field("written", item.written_at, "time"),
            Field("message", item.message),
            Field("author", " ".join(filter(None, (item.author_name, item.author_email)))),
            Field("parent", item.parent_id or "none: it is the first"),
        )
        metadata = tuple(Field(key, value) for key, value in item.metadata.items())
        sections = [Section("commit", fields), *([Section("metadata", metadata)] if metadata else [])]
        if item.parent_id is not None:
            contents = await service.client.contents(repository(scope))
            sections.append(_changed(await contents.diff(item.parent_id, item.id)))
        link = Link("groups and arrays as they were", "nodes", self.below(scope, item))
        return Detail(short_id(item.id), tuple(sections), item, (link,))


def _changed(changes: Changes) -> Section:
    fields: list[Field] = []
    for name in ("new_groups", "new_arrays", "deleted_groups", "deleted_arrays", "updated_groups", "updated_arrays"):
        paths: tuple[str, ...] = getattr(changes, name)
        fields += [Field(name.replace("_", " "), path or "/") for path in paths[:SHOWN]]
        if len(paths) > SHOWN:
            fields.append(Field(name.replace("_", " "), f"and {len(paths) - SHOWN:,} more", tone="muted"))
    for path, count in list(changes.updated_chunks.items())[:SHOWN]:
        fields.append(Field("chunks written", f"{count:,} of {path}"))
    return Section("changed", tuple(fields) or (Field("", "nothing", tone="muted"),))
