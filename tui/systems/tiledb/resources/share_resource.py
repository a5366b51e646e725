"""Who an asset of the classic cloud is shared with."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Outcome, action
from tui.resources.columns import Column
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.systems.tiledb.backend import Ability
from tui.systems.tiledb.models.common_models import Share
from tui.systems.tiledb.resources.asset_forms import EditedShare, ShareForm
from tui.systems.tiledb.resources.asset_models import ListedAsset, listed
from tui.systems.tiledb.resources.asset_resource import Assets
from tui.systems.tiledb.resources.offers import backend_with, missing
from tui.systems.tiledb.resources.sharing import share_with, take_back_share

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService


class Shares(ResourceType["TileDBService", Share]):
    """Namespaces that an asset is shared with, and what each may do."""

    name = "shares"
    title = "Shared with"
    aliases = ("sharing",)
    parent = Assets
    model = Share
    refresh = 30.0
    nothing = "it is shared with nobody"
    columns = (
        Column("namespace", priority=9, value=lambda share: share.namespace),
        Column("kind", priority=4),
        Column("actions", "may", priority=8, stretch=True, value=lambda share: ", ".join(share.actions)),
        Column("array_actions", "and with its arrays", priority=5, value=lambda share: ", ".join(share.array_actions)),
    )

    def key(self, item: Share) -> str:
        return item.namespace

    def identity(self, item: Share) -> Hashable:
        return item.namespace, item.actions, item.array_actions

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[Share]]:
        space, path = scope.parents
        found = tuple(await (await service.backend()).shares(space, path))
        yield Page(found, len(found))

    @action("n", "share", on="scope", form=ShareForm, rehearsal="whole")
    async def share(self, context: Context[TileDBService], form: ShareForm) -> Outcome:
        return await share_with(context, await _asset(context), form.to, form.actions, form.array_actions)

    @action("e", "change what they may do", form=EditedShare, rehearsal="whole")
    async def edit(self, context: Context[TileDBService], item: Share, form: EditedShare) -> Outcome:
        return await share_with(context, await _asset(context), item.namespace, form.actions, form.array_actions)

    @edit.defaults
    async def edit_defaults(self, context: Context[TileDBService], item: Share) -> Mapping[str, Any]:
        return {"actions": list(item.actions), "array_actions": list(item.array_actions)}

    @action("ctrl+d", "share no more", bulk=True, asks=True, rehearsal="whole")
    async def unshare(self, context: Context[TileDBService], item: Share) -> Outcome:
        return await share_with(context, await _asset(context), item.namespace, ())

    @unshare.preview
    async def preview_unshare(self, context: Context[TileDBService], items: Sequence[Share]) -> ChangePreview:
        whom = items[0].namespace if len(items) == 1 else f"{len(items)} namespaces"
        lines = tuple(f"{item.namespace} may {', '.join(item.actions)}" for item in items)
        return ChangePreview(f"shares {context.scope.parent} with {whom} no more", lines)

    def unavailable(self, service: TileDBService, action: str) -> str | None:
        return missing(service, Ability.SHARING)

    async def undo(self, context: Context[TileDBService], data: Mapping[str, Any]) -> str:
        return await take_back_share(context, data)


async def _asset(context: Context[TileDBService]) -> ListedAsset:
    space, path = context.scope.parents
    backend = await backend_with(context.service, Ability.SHARING, "share")
    return listed(await backend.item(space, path), backend.generation)
