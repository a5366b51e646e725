"""The metadata of an array or a group as a list of its entries."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Link
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import Conflict, NotFound
from tui.services.printable import printable
from tui.systems.tiledb.backend import Ability
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.metadata_values import entry_for
from tui.systems.tiledb.models.space_models import AssetMetadata
from tui.systems.tiledb.resources.asset_forms import MetadataForm, ValueForm
from tui.systems.tiledb.resources.asset_models import MetadataEntry
from tui.systems.tiledb.resources.asset_resource import Assets
from tui.systems.tiledb.resources.offers import backend_with, is_classic, missing

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService


class Metadata(ResourceType["TileDBService", MetadataEntry]):
    """The entries of an asset's metadata; the classic cloud lets them be read alone."""

    name = "metadata"
    title = "Metadata"
    parent = Assets
    model = MetadataEntry
    refresh = 15.0
    nothing = "there is no metadata"
    columns = (
        Column("key", priority=9),
        Column("value", priority=8, stretch=True),
        Column("type", priority=5),
    )

    def key(self, item: MetadataEntry) -> str:
        return item.key

    def identity(self, item: MetadataEntry) -> Hashable:
        return item.key, repr(item.value), item.type

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[MetadataEntry]]:
        space, path = scope.parents
        if await is_classic(service):
            found = await (await service.backend()).metadata(space, path)
            rows = tuple(MetadataEntry(key=key, value=value) for key, value in found.items())
            yield Page(rows, len(rows))
            return
        async with aclosing(service.client.assets.metadata_pages(space, path)) as pages:
            async for page in pages:
                entries = tuple(MetadataEntry(key=e.key, value=e.value, type=e.type) for e in page.items)
                yield Page(entries, page.total)

    @action("n", "set an entry", on="scope", form=MetadataForm, rehearsal="whole")
    async def set(self, context: Context[TileDBService], form: MetadataForm) -> Outcome:
        entry = entry_for(form.key, form.value, None if form.type == "guessed" else form.type)
        before = await self._now(context, entry.key)
        await _save(context, entry)
        undo = _undo(entry.key, before, (entry.value, entry.type))
        link = Link(entry.key, "metadata", context.scope, entry.key)
        return Outcome(f"{entry.key} says {entry.value}, as {entry.type}; u takes it back", undo=undo, link=link)

    @action("e", "edit", form=ValueForm, rehearsal="whole")
    async def edit(self, context: Context[TileDBService], item: MetadataEntry, form: ValueForm) -> Outcome:
        kind = item.type or "STRING_UTF8"
        await _save(context, AssetMetadata(key=item.key, value=form.value, type=kind))
        undo = _undo(item.key, (str(item.value), kind), (form.value, kind))
        return Outcome(f"{item.key} says {form.value}; u takes it back", undo=undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[TileDBService], item: MetadataEntry) -> Mapping[str, Any]:
        return {"value": str(item.value)}

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def delete(self, context: Context[TileDBService], item: MetadataEntry) -> Outcome:
        await backend_with(context.service, Ability.METADATA_EDIT, "delete metadata")
        space, path = context.scope.parents
        await context.service.client.assets.delete_metadata(space, path, [item.key])
        undo = _undo(item.key, (str(item.value), item.type or "STRING_UTF8"), None)
        return Outcome(f"deleted {item.key} of {path}, which said {item.value}; u takes it back", undo=undo)

    @delete.preview
    async def preview_delete(self, context: Context[TileDBService], items: Sequence[MetadataEntry]) -> ChangePreview:
        what = items[0].key if len(items) == 1 else f"{len(items)} entries"
        lines = tuple(f"{item.key} = {item.value} ({item.type})" for item in items)
        return ChangePreview(f"deletes {what} from the metadata of {context.scope.parent}", lines)

    def unavailable(self, service: TileDBService, action: str) -> str | None:
        return missing(service, Ability.METADATA_EDIT)

    async def undo(self, context: Context[TileDBService], data: Mapping[str, Any]) -> str:
        key, before, after = str(data["key"]), data["before"], data["after"]
        now = await self._now(context, key)
        if now != (None if after is None else tuple(after)):
            message = f"{printable(key, 80)} was changed since, and undoing would lose that"
            raise Conflict(SYSTEM, "undo", message, "edit it by hand")
        if before is None:
            space, path = context.scope.parents
            await context.service.client.assets.delete_metadata(space, path, [key])
            return f"{key} is not said any more"
        await _save(context, AssetMetadata(key=key, value=str(before[0]), type=str(before[1])))
        return f"{key} says again what it said"

    async def _now(self, context: Context[TileDBService], key: str) -> tuple[str, str] | None:
        """Return what an entry says and as what, None if there is none."""
        try:
            found = await self.get(context.service, context.scope, key)
        except NotFound:
            return None
        return str(found.value), found.type


def _undo(key: str, before: tuple[str, str] | None, after: tuple[str, str] | None) -> dict[str, Any]:
    return {"key": key, "before": before, "after": after}


async def _save(context: Context[TileDBService], entry: AssetMetadata) -> None:
    await backend_with(context.service, Ability.METADATA_EDIT, "save metadata")
    space, path = context.scope.parents
    await context.service.client.assets.save_metadata(space, path, [entry])
