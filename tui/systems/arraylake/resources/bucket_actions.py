"""What can be done with buckets: configure one, make one the default, delete one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import ResourceType, Scope
from tui.services.printable import printable
from tui.systems.arraylake.errors import SYSTEM, BucketInUse
from tui.systems.arraylake.listed import ListedBucket
from tui.systems.arraylake.resources.bucket_forms import NewBucket

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.arraylake.service import ArraylakeService

NAMED = 8
"""Repositories that a refusal names."""


class BucketActions(ResourceType["ArraylakeService", ListedBucket]):
    """The actions of the list of buckets."""

    @action("n", "new", on="scope", form=NewBucket, rehearsal="whole")
    async def create(self, context: Context[ArraylakeService], form: NewBucket) -> Outcome:
        org = context.scope.parent
        made = await context.service.client.create_bucket_config(
            org=org,
            nickname=form.nickname,
            uri=form.uri,
            extra_config=form.extra_config,
            auth_config=form.auth_config,
        )
        context.service.changed(org)
        default = "; it is the default" if made.is_default else ""
        link = Link(f"bucket {made.nickname}", "buckets", Scope((org,)), made.nickname)
        return Outcome(f"configured {made.nickname} at {made.uri}{default}", link=link)

    @create.preview
    async def preview_create(
        self, context: Context[ArraylakeService], items: Sequence[ListedBucket], form: NewBucket
    ) -> ChangePreview:
        summary = f"configures {form.uri} of {form.platform} as {form.nickname}, by {form.method}"
        return ChangePreview(summary, ("whether the bucket can be reached is seen when a repository is created in it",))

    @action("D", "make the default", rehearsal="whole")
    async def set_default(self, context: Context[ArraylakeService], item: ListedBucket) -> Outcome:
        org = context.scope.parent
        await context.service.client.set_default_bucket_config(org=org, nickname=item.nickname)
        context.service.changed(org)
        return Outcome(f"new repositories of {org} go to {item.nickname}")

    @set_default.why_off
    def why_not_default(self, profile: Profile, item: ListedBucket | None) -> str | None:
        return "it is the default already" if item is not None and item.is_default else None

    @action("E", "fresh entry", danger=Danger.READS)
    async def entry(self, context: Context[ArraylakeService], item: ListedBucket) -> Outcome:
        found = await context.service.client.get_bucket_config(org=context.scope.parent, nickname=item.nickname)
        return Outcome(f"the configuration of {item.nickname}, without its secrets", result=found)

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def delete(self, context: Context[ArraylakeService], item: ListedBucket) -> Outcome:
        # Both of the service's confirmations are the gate's word and nobody else's.
        org, sure = context.scope.parent, context.confirmed
        await context.service.client.delete_bucket_config(
            org=org, nickname=item.nickname, imsure=sure, imreallysure=sure
        )
        context.service.changed(org)
        return Outcome(f"deleted the configuration of {item.nickname}; what is in the bucket is still there")

    @delete.preview
    async def preview_delete(self, context: Context[ArraylakeService], items: Sequence[ListedBucket]) -> ChangePreview:
        lines: list[str] = []
        for item in items:
            await self._unused(context, item)
            default = "; it is the default, another one becomes it" if item.is_default else ""
            lines.append(f"{item.nickname}: {item.uri}, in which no repository is{default}")
        what = f"the configuration of {items[0].nickname}" if len(items) == 1 else f"{len(items)} configurations"
        return ChangePreview(f"deletes {what}; what is in the bucket stays", tuple(lines))

    @staticmethod
    async def _unused(context: Context[ArraylakeService], item: ListedBucket) -> None:
        """Do nothing if no repository is in a bucket.

        Raises:
            BucketInUse: some are; the message names them.
        """
        org = context.scope.parent
        repos = await context.service.client.list_repos_for_bucket_config(org=org, nickname=item.nickname)
        if repos:
            names = ", ".join(sorted(printable(repo.name, 60) for repo in repos)[:NAMED])
            more = f" and {len(repos) - NAMED:,} more" if len(repos) > NAMED else ""
            count = "a repository" if len(repos) == 1 else f"{len(repos):,} repositories"
            message = f"{item.nickname} is used by {count}: {names}{more}"
            raise BucketInUse(
                SYSTEM, "delete bucket", message, "enter on the bucket leads to the list of them, bucket-repos"
            )
