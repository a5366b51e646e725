"""Virtual chunks: where those of a repository lie, and which buckets may be read through (contract §5.3)."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING

from pydantic import BaseModel, Field

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.arraylake.listed import ListedContainer, ListedPolicy
from tui.systems.arraylake.resources.log_in_action import LOG_IN
from tui.systems.arraylake.resources.org_resource import Orgs
from tui.systems.arraylake.resources.repo_resource import Repos
from tui.systems.arraylake.resources.version_resource import repository

if TYPE_CHECKING:
    from tui.systems.arraylake.service import ArraylakeService

BUCKET = "the bucket through which they are read"


class ContainerForm(BaseModel):
    """A place of virtual chunks, and the bucket through which it is read."""

    prefix: str = Field(description="the address that the chunks' addresses begin with, such as s3://name/2025/")
    bucket: str = Field(description=BUCKET, json_schema_extra={"asks": True})


class PolicyForm(BaseModel):
    """What may be read through a bucket, and by whom."""

    bucket: str = Field(description=BUCKET, json_schema_extra={"asks": True})
    subprefix: str = Field("", description="below which place in it; empty: all of it")
    public: bool = Field(False, description="by everyone, and not by the organisation alone")


class Chunks(ResourceType["ArraylakeService", ListedContainer]):
    """Where a repository's virtual chunks lie."""

    name = "chunks"
    title = "Virtual chunks"
    aliases = ("chunk", "containers", "vcc")
    searched = False
    parent = Repos
    model = ListedContainer
    refresh = 60.0
    columns = (
        Column("prefix", "address", kind="path", priority=9),
        Column("bucket", "read through", priority=8),
    )
    nothing = "this repository has no virtual chunks"

    def key(self, item: ListedContainer) -> str:
        return item.prefix

    async def pages(
        self, service: ArraylakeService, scope: Scope, query: Query
    ) -> AsyncIterator[Page[ListedContainer]]:
        found = await service.client.get_virtual_chunk_containers(repository(scope))
        items = tuple(ListedContainer(prefix=prefix, bucket=bucket) for prefix, bucket in sorted(found.items()))
        yield Page(items, len(items))

    @action("n", "authorize", on="scope", form=ContainerForm, rehearsal="whole")
    async def authorize(self, context: Context[ArraylakeService], form: ContainerForm) -> Outcome:
        name = repository(context.scope)
        await context.service.client.authorize_virtual_chunk_access(name, {form.prefix: form.bucket})
        return Outcome(f"chunks at {form.prefix} are read through {form.bucket}")

    @action("ctrl+d", "read no more", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def revoke(self, context: Context[ArraylakeService], item: ListedContainer) -> Outcome:
        name = repository(context.scope)
        await context.service.client.authorize_virtual_chunk_access(name, {}, remove=[item.prefix])
        return Outcome(f"chunks at {item.prefix} are read no more")

    @revoke.preview
    async def preview_revoke(
        self, context: Context[ArraylakeService], items: Sequence[ListedContainer]
    ) -> ChangePreview:
        lines = tuple(f"{item.prefix} through {item.bucket or 'no bucket'}" for item in items)
        summary = f"{repository(context.scope)} reads these chunks no more; they stay where they are"
        return ChangePreview(summary, lines)

    async def choices(self, context: Context[ArraylakeService], field: str) -> Sequence[str]:
        return await _buckets(context, field)

    log_in = LOG_IN


class Policies(ResourceType["ArraylakeService", ListedPolicy]):
    """Which buckets of an organisation virtual chunks may be read through."""

    name = "policies"
    title = "Access policies"
    aliases = ("policy", "vcap")
    parent = Orgs
    model = ListedPolicy
    refresh = 60.0
    columns = (
        Column("bucket", priority=9),
        Column("subprefix", "below", kind="path", priority=8, value=lambda policy: policy.subprefix or "all of it"),
        Column("public", "by", priority=7, value=lambda policy: "everyone" if policy.public else "the organisation"),
        Column("url_prefix", "address", kind="path", priority=6),
        Column("created", kind="time", priority=4),
        Column("created_by", "by whom", priority=2),
    )
    nothing = "virtual chunks are read through no bucket of this organisation"

    def key(self, item: ListedPolicy) -> str:
        return item.key

    async def pages(self, service: ArraylakeService, scope: Scope, query: Query) -> AsyncIterator[Page[ListedPolicy]]:
        client = service.client
        buckets = {bucket.id: bucket.nickname for bucket in await client.list_bucket_configs(scope.parent)}
        found = await client.list_virtual_chunk_access_policies(scope.parent)
        items = tuple(
            ListedPolicy.model_validate(
                {**policy.model_dump(), "bucket": buckets.get(policy.bucket_id, str(policy.bucket_id))}
            )
            for policy in found
        )
        yield Page(items, len(items))

    @action("n", "allow", on="scope", form=PolicyForm, asks=True, rehearsal="whole")
    async def allow(self, context: Context[ArraylakeService], form: PolicyForm) -> Outcome:
        await context.service.client.set_virtual_chunk_access_policy(
            context.scope.parent, bucket_nickname=form.bucket, subprefix=form.subprefix, public=form.public
        )
        return Outcome(f"virtual chunks may be read through {form.bucket}")

    @allow.preview
    async def preview_allow(
        self, context: Context[ArraylakeService], items: Sequence[ListedPolicy], form: PolicyForm
    ) -> ChangePreview:
        whose = "EVERYONE" if form.public else f"the members of {context.scope.parent}"
        place = f"below {form.subprefix} " if form.subprefix else ""
        return ChangePreview(f"lets {whose} read virtual chunks {place}through {form.bucket}")

    @action("ctrl+d", "allow no more", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def forbid(self, context: Context[ArraylakeService], item: ListedPolicy) -> Outcome:
        await context.service.client.delete_virtual_chunk_access_policy(
            context.scope.parent, bucket_nickname=item.bucket, subprefix=item.subprefix or "", public=item.public
        )
        return Outcome(f"virtual chunks are read through {item.bucket} no more, as far as that policy allowed it")

    @forbid.preview
    async def preview_forbid(self, context: Context[ArraylakeService], items: Sequence[ListedPolicy]) -> ChangePreview:
        lines = tuple(f"{item.bucket} below {item.subprefix or 'its root'}" for item in items)
        return ChangePreview("repositories whose virtual chunks lie there can be opened no more", lines)

    async def choices(self, context: Context[ArraylakeService], field: str) -> Sequence[str]:
        return await _buckets(context, field)

    log_in = LOG_IN


async def _buckets(context: Context[ArraylakeService], field: str) -> Sequence[str]:
    if field != "bucket":
        return ()
    return [bucket.nickname for bucket in await context.service.client.list_bucket_configs(context.scope.parents[0])]
