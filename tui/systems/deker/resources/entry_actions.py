"""What can be done with arrays, tiles and VArrays: delete, repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.types import ResourceType
from tui.services.errors import NotFound
from tui.systems.deker.changes.deletion import KIND_NAMES
from tui.systems.deker.models import Collection, Entry
from tui.systems.deker.resources.changed import repair_names, repair_preview, repaired, restored, undoable
from tui.systems.deker.resources.collection_forms import RepairForm
from tui.systems.deker.sizes import human

if TYPE_CHECKING:
    from tui.systems.deker.client import AsyncClient


class EntryActions(ResourceType["AsyncClient", Entry]):
    """The actions of the lists of arrays and VArrays."""

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, bulk=True)
    async def delete(self, context: Context[AsyncClient], item: Entry) -> Outcome:
        collection = await collection_of(context.service, context.scope.parent)
        record = await context.service.delete_entry(collection, item)
        return undoable(f"deleted {KIND_NAMES[item.kind]} {item.key}; it is in the trash", record)

    @delete.preview
    async def preview_delete(self, context: Context[AsyncClient], items: Sequence[Entry]) -> ChangePreview:
        lines = tuple(_line(item) for item in items)
        many = f"{len(items)} {KIND_NAMES[items[0].kind]}s" if len(items) > 1 else f"a {KIND_NAMES[items[0].kind]}"
        summary = f"moves {many} of {context.scope.parent} to the trash of the storage, from where it can be restored"
        if len(items) == 1:
            collection = await collection_of(context.service, context.scope.parent)
            plan = await context.service.deletion_plan(collection, items[0])
            lines += plan.lines(context.service.root)
        return ChangePreview(summary, lines)

    @action("R", "repair", form=RepairForm, asks=True)
    async def repair(self, context: Context[AsyncClient], item: Entry, form: RepairForm) -> Outcome:
        collection = await collection_of(context.service, context.scope.parent)
        return repaired(item.key, *await context.service.repair(form.repair, collection, (item.key, item.id)))

    @repair.preview
    async def preview_repair(
        self, context: Context[AsyncClient], items: Sequence[Entry], form: RepairForm
    ) -> ChangePreview:
        collection = await collection_of(context.service, context.scope.parent)
        planned = await context.service.repair_plan(form.repair, collection, (items[0].key, items[0].id))
        return repair_preview(planned, context.service.root)

    async def choices(self, context: Context[AsyncClient], field: str) -> Sequence[str]:
        return repair_names() if field == "repair" else ()

    async def undo(self, context: Context[AsyncClient], data: Mapping[str, Any]) -> str:
        return await restored(context, data)


async def collection_of(service: AsyncClient, name: str) -> Collection:
    """Return the collection of that name.

    Raises:
        NotFound: there is none.
    """
    found = await service.get_collection(name)
    if found is None:
        raise NotFound("deker", "get", f"there is no collection {name!r}", "list the collections to see their names")
    return found


def _line(item: Entry) -> str:
    words = [f"{KIND_NAMES[item.kind]} {item.key}"]
    if item.primary:
        words.append(", ".join(f"{name} {value}" for name, value in item.primary.items()))
    if item.tiles:
        words.append(f"{item.tiles:,} tiles")
    if item.size:
        words.append(human(item.size))
    return "; ".join(words)
