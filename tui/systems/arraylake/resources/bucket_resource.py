"""Buckets as a list, and the repositories in each of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from typing import TYPE_CHECKING

from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.arraylake.bucket_models import Bucket
from tui.systems.arraylake.listed import ListedBucket
from tui.systems.arraylake.repo_models import Repo
from tui.systems.arraylake.resources.bucket_actions import BucketActions
from tui.systems.arraylake.resources.log_in_action import LOG_IN
from tui.systems.arraylake.resources.org_resource import Orgs
from tui.systems.arraylake.resources.repo_details import describe_repo
from tui.systems.arraylake.resources.repo_resource import COLUMNS

if TYPE_CHECKING:
    from tui.systems.arraylake.service import ArraylakeService

_SHOWN = ("external_customer_id", "external_role_name", "target_service_account", "external_account_id")
_SHOWN += ("duration_seconds", "tenant_id", "storage_account")
"""What of a way of access is no secret."""


class Buckets(BucketActions):
    """The buckets that an organisation has configured."""

    name = "buckets"
    title = "Buckets"
    aliases = ("bucket",)
    parent = Orgs
    model = ListedBucket
    fills = True
    refresh = 30.0
    columns = (
        Column("nickname", priority=9),
        Column("platform", priority=6),
        Column("uri", "address", kind="path", priority=8, stretch=True),
        Column("authentication", priority=7),
        Column("is_default", "default", priority=7, value=lambda bucket: "yes" if bucket.is_default else None),
        Column("repositories", "repos", kind="count", priority=6),
        Column("endpoint", priority=2),
        Column("created", kind="time", priority=3),
    )
    nothing = "no bucket is configured in this organisation"
    log_in = LOG_IN

    def key(self, item: ListedBucket) -> str:
        return item.nickname

    async def pages(self, service: ArraylakeService, scope: Scope, query: Query) -> AsyncIterator[Page[ListedBucket]]:
        buckets = [listed(bucket) for bucket in await service.client.list_bucket_configs(scope.parent)]
        yield Page(tuple(buckets), len(buckets))

    async def fill(
        self, service: ArraylakeService, scope: Scope, items: Sequence[ListedBucket]
    ) -> Sequence[ListedBucket | None]:
        return await service.counted_buckets(scope.parent, items)

    async def get(self, service: ArraylakeService, scope: Scope, key: str) -> ListedBucket:
        return listed(await service.client.get_bucket_config(org=scope.parent, nickname=key))

    async def describe(self, service: ArraylakeService, scope: Scope, item: ListedBucket) -> Detail:
        (filled,) = await service.counted_buckets(scope.parent, (item,))
        fields = (
            Field("platform", item.platform),
            Field("address", item.uri, "path"),
            Field("endpoint", item.endpoint or "the platform's own", "path"),
            Field("region", item.text("region_name")),
            Field("default", "yes: new repositories go here" if item.is_default else "no"),
            Field("repositories", filled.repositories, "count"),
            Field("created", item.created, "time"),
            Field("created by", item.created_by),
            Field("id", str(item.id)),
        )
        access = [Field("method", item.authentication)]
        auth = item.auth_config
        for name in _SHOWN if auth is not None else ():
            value = getattr(auth, name)
            if value is not None:
                access.append(Field(name.replace("_", " "), value))
        access.append(Field("secrets", "are not shown", tone="muted"))
        sections = (Section("bucket", fields), Section("access", tuple(access)))
        links = (Link(f"the repositories in {item.nickname}", "bucket-repos", self.below(scope, item)),)
        return Detail(item.nickname, sections, item, links)

    def identity(self, item: ListedBucket) -> Hashable:
        return item.id


class BucketRepos(ResourceType["ArraylakeService", Repo]):
    """The repositories in a bucket: what keeps it from being deleted."""

    name = "bucket-repos"
    title = "Repositories of a bucket"
    aliases = ("bucketrepos", "used-by")
    searched = False
    parent = Buckets
    model = Repo
    refresh = 60.0
    columns = COLUMNS
    nothing = "no repository is in this bucket: it can be deleted"
    log_in = LOG_IN

    async def pages(self, service: ArraylakeService, scope: Scope, query: Query) -> AsyncIterator[Page[Repo]]:
        org, nickname = scope.parents[:2]
        repos = await service.client.list_repos_for_bucket_config(org=org, nickname=nickname)
        yield Page(tuple(repos), len(repos))

    def child_of(self, item: Repo) -> str | None:
        return "versions"

    def below(self, scope: Scope, item: Repo) -> Scope:
        return Scope((item.org, item.name))

    async def describe(self, service: ArraylakeService, scope: Scope, item: Repo) -> Detail:
        detail = await describe_repo(service, item)
        here = Link("where it can be changed: the list of repositories", "repos", Scope((item.org,)), item.name)
        return Detail(detail.title, detail.sections, detail.body, (here, *detail.links))

    def identity(self, item: Repo) -> Hashable:
        return item.id


def listed(bucket: Bucket) -> ListedBucket:
    """Return a bucket as the list shows it, not yet counted."""
    return ListedBucket.model_validate(bucket.model_dump())
