"""Repositories as a list, and all that the catalogue and the storage tell of one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail
from tui.resources.types import Page, Query, Scope
from tui.systems.arraylake.reading.extra import INSTALL, has_icechunk
from tui.systems.arraylake.repo_models import Repo
from tui.systems.arraylake.resources.log_in_action import LOG_IN
from tui.systems.arraylake.resources.org_resource import Orgs
from tui.systems.arraylake.resources.repo_actions import RepoActions
from tui.systems.arraylake.resources.repo_details import describe_repo, metadata_text

if TYPE_CHECKING:
    from tui.systems.arraylake.service import ArraylakeService

COLUMNS = (
    Column("name", priority=9),
    Column("status", kind="status", priority=8, width=13, value=lambda repo: repo.status.mode),
    Column("kind", priority=3),
    Column("bucket", priority=5, value=lambda repo: None if repo.bucket is None else repo.bucket.nickname),
    Column("updated", kind="time", priority=7),
    Column("created", kind="time", priority=3),
    Column("description", priority=6, stretch=True),
    Column("metadata", priority=4, stretch=True, nested=True, value=lambda repo: metadata_text(repo.metadata)),
    Column("visibility", priority=1, wide=True, value=lambda repo: repo.visibility.lower().replace("_", " ")),
    Column("prefix", kind="path", priority=1, wide=True),
)


class Repos(RepoActions):
    """The repositories of an organisation, the one that changed last first."""

    name = "repos"
    title = "Repositories"
    aliases = ("repo", "repositories")
    parent = Orgs
    model = Repo
    refresh = 10.0
    prefetch = 200
    columns = COLUMNS
    nothing = "there are no repositories in this organisation"
    log_in = LOG_IN

    async def pages(self, service: ArraylakeService, scope: Scope, query: Query) -> AsyncIterator[Page[Repo]]:
        async for repos, total in service.repositories.pages(scope.parent):
            yield Page(repos, total)

    async def get(self, service: ArraylakeService, scope: Scope, key: str) -> Repo:
        return await service.repo(scope.parent, key)

    async def describe(self, service: ArraylakeService, scope: Scope, item: Repo) -> Detail:
        return await describe_repo(service, item)

    def identity(self, item: Repo) -> Hashable:
        return item.id

    def inside(self, scope: Scope, item: Repo) -> tuple[str, Scope] | str:
        # The head of the branch main alone: each repository costs several requests to its object store.
        return ("nodes", Scope((*scope.parents, item.name, "main"))) if has_icechunk() else INSTALL
