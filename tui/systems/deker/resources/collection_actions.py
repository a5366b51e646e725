"""What can be done with collections: create, delete, clear, check, measure, repair."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import ResourceType, Scope
from tui.services.errors import NotFound
from tui.systems.deker.changes.creation import metadata_from_dict
from tui.systems.deker.models import Collection
from tui.systems.deker.resources.changed import (
    counted_locks,
    repair_names,
    repair_preview,
    repaired,
    restored,
    undoable,
)
from tui.systems.deker.resources.collection_forms import (
    CheckForm,
    CollectionFile,
    NewCollectionForm,
    RepairForm,
    StorageRepairForm,
    TemplateFile,
)
from tui.systems.deker.resources.kept_reports import keep_report, summary_of
from tui.systems.deker.sizes import human, size_table

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.deker.client import AsyncClient

PLANNED = 3
"""Collections of one deletion whose paths are named."""


class CollectionActions(ResourceType["AsyncClient", Collection]):
    """The actions of the list of collections."""

    @action("n", "create a collection", on="scope", form=NewCollectionForm)
    async def create(self, context: Context[AsyncClient], form: NewCollectionForm) -> Outcome:
        return await _create(context, form.metadata())

    @create.preview
    async def preview_create(
        self, context: Context[AsyncClient], items: Sequence[Collection], form: NewCollectionForm
    ) -> ChangePreview:
        return await _preview_create(context, form.metadata())

    @action("N", "create a collection from a JSON file", on="scope", form=CollectionFile, asks=True)
    async def create_from_file(self, context: Context[AsyncClient], form: CollectionFile) -> Outcome:
        return await _create(context, metadata_from_dict(await asyncio.to_thread(form.read)))

    @create_from_file.preview
    async def preview_create_from_file(
        self, context: Context[AsyncClient], items: Sequence[Collection], form: CollectionFile
    ) -> ChangePreview:
        return await _preview_create(context, metadata_from_dict(await asyncio.to_thread(form.read)))

    @action("ctrl+d", "delete", danger=Danger.DESTROYS, bulk=True)
    async def delete(self, context: Context[AsyncClient], item: Collection) -> Outcome:
        record = await context.service.delete_collection(item)
        return undoable(f"deleted collection {item.name}; it is in the trash", record)

    @delete.preview
    async def preview_delete(self, context: Context[AsyncClient], items: Sequence[Collection]) -> ChangePreview:
        lines: list[str] = []
        for item in items:
            summary = await context.service.collection_summary(item) if item.kind else None
            if summary is None:
                lines.append(f"{item.name}: damaged, with all that its directory holds")
                continue
            least = "" if summary.complete else "at least "
            what = f"{summary.varrays:,} VArrays of {summary.arrays:,} tiles" if item.is_virtual else ""
            what = what or f"{summary.arrays:,} arrays"
            lines.append(f"{item.name}: {least}{what}, {human(summary.size)}")
        for item in items[:PLANNED]:
            plan = await context.service.deletion_plan(item)
            lines += plan.lines(context.service.root)
        many = f"{len(items)} collections" if len(items) > 1 else f"collection {items[0].name}"
        return ChangePreview(f"moves {many} to the trash of the storage, from where it can be restored", tuple(lines))

    @action("ctrl+x", "clear: delete all arrays, keep the collection", danger=Danger.DESTROYS)
    async def clear(self, context: Context[AsyncClient], item: Collection) -> Outcome:
        record = await context.service.clear_collection(item)
        if record is None:
            return Outcome(f"collection {item.name} was empty already")
        return undoable(f"cleared collection {item.name}; its arrays are in the trash", record)

    @clear.preview
    async def preview_clear(self, context: Context[AsyncClient], items: Sequence[Collection]) -> ChangePreview:
        plan = await context.service.clear_plan(items[0])
        return ChangePreview(f"moves all arrays of {items[0].name} to the trash", plan.lines(context.service.root))

    @action("i", "check integrity", danger=Danger.READS, form=CheckForm, job=True)
    async def check(self, context: Context[AsyncClient], item: Collection, form: CheckForm) -> Outcome:
        return await _check(context, form, item.name)

    @action("I", "check integrity of the storage", danger=Danger.READS, on="scope", form=CheckForm, job=True)
    async def check_integrity(self, context: Context[AsyncClient], form: CheckForm) -> Outcome:
        return await _check(context, form, None)

    @action("z", "size", danger=Danger.READS, job=True)
    async def size(self, context: Context[AsyncClient], item: Collection) -> Outcome:
        return await _size(context, item.name)

    @action("Z", "size of the storage", danger=Danger.READS, on="scope", job=True)
    async def calculate_storage_size(self, context: Context[AsyncClient]) -> Outcome:
        return await _size(context, "")

    @action("R", "repair", form=RepairForm, asks=True)
    async def repair(self, context: Context[AsyncClient], item: Collection, form: RepairForm) -> Outcome:
        return repaired(item.name, *await context.service.repair(form.repair, item))

    @repair.preview
    async def preview_repair(
        self, context: Context[AsyncClient], items: Sequence[Collection], form: RepairForm
    ) -> ChangePreview:
        return repair_preview(await context.service.repair_plan(form.repair, items[0]), context.service.root)

    @action("L", "clear stale locks", asks=True)
    async def clear_locks(self, context: Context[AsyncClient], item: Collection) -> Outcome:
        clearing = await context.service.clear_locks(item.name)
        spared = f"; {len(clearing.spared)} are alive and stay" if clearing.spared else ""
        if clearing.record is None:
            return Outcome(f"{item.name} has no stale locks{spared}")
        return undoable(f"cleared {counted_locks(clearing.cleared)} of {item.name}{spared}", clearing.record)

    @clear_locks.preview
    async def preview_clear_locks(self, context: Context[AsyncClient], items: Sequence[Collection]) -> ChangePreview:
        found = await context.service.locks(items[0].name)
        stale = [lock.path for lock in found if lock.state == "stale" and lock.kind in ("read", "varray")]
        return ChangePreview(f"moves {counted_locks(stale)} of dead processes to the trash", tuple(stale))

    @action("M", "metadata template", danger=Danger.READS)
    async def template(self, context: Context[AsyncClient], item: Collection) -> Outcome:
        text = await context.service.collection_template(item)
        return Outcome(f"what the arrays of {item.name} tell of its metadata; fill in what is marked", result=text)

    @template.why_off
    def why_not_template(self, profile: Profile, item: Collection | None) -> str | None:
        return None if item is None or item.problem else "its metadata are in order"

    @action("W", "write metadata from an edited template", form=TemplateFile, asks=True)
    async def write_metadata(self, context: Context[AsyncClient], item: Collection, form: TemplateFile) -> Outcome:
        text = await asyncio.to_thread(form.read)
        planned, record = await context.service.write_metadata(item, text)
        return undoable(planned.plan.title, record)

    @write_metadata.preview
    async def preview_write_metadata(
        self, context: Context[AsyncClient], items: Sequence[Collection], form: TemplateFile
    ) -> ChangePreview:
        planned = await context.service.metadata_plan(items[0], await asyncio.to_thread(form.read))
        return ChangePreview(planned.plan.title, planned.plan.lines(context.service.root))

    @action("ctrl+r", "repair the storage", on="scope", form=StorageRepairForm, asks=True)
    async def repair_storage(self, context: Context[AsyncClient], form: StorageRepairForm) -> Outcome:
        return repaired("the storage", *await context.service.repair(form.repair))

    @repair_storage.preview
    async def preview_repair_storage(
        self, context: Context[AsyncClient], items: Sequence[Collection], form: StorageRepairForm
    ) -> ChangePreview:
        return repair_preview(await context.service.repair_plan(form.repair), context.service.root)

    async def choices(self, context: Context[AsyncClient], field: str) -> Sequence[str]:
        return repair_names() if field == "repair" else ()

    async def undo(self, context: Context[AsyncClient], data: Mapping[str, Any]) -> str:
        return await restored(context, data)


async def _create(context: Context[AsyncClient], metadata: dict[str, Any]) -> Outcome:
    made = await context.service.make_collection(metadata)
    name = made.collection.name
    link = Link(f"collection {name}", "collections", Scope(), name)
    return undoable(f"created collection {name}", made.record, link=link)


async def _preview_create(context: Context[AsyncClient], metadata: dict[str, Any]) -> ChangePreview:
    plan = await context.service.creation_plan(metadata)
    lines = (*plan.lines(context.service.root), *json.dumps(metadata, indent=2).splitlines())
    return ChangePreview(f"creates collection {metadata['name']}", lines)


async def _check(context: Context[AsyncClient], form: CheckForm, collection: str | None) -> Outcome:
    service = context.service
    from tui.systems.deker.integrity.report import as_text

    executor = await context.executor() if context.executor is not None else None
    report = await service.check_integrity(
        int(form.level),
        form.stop_on_error,
        form.to_file or False,
        collection,
        progress=context.progress,
        executor=executor,
    )
    for finding in report.findings[:200]:
        context.progress.log(f"{finding.severity} {finding.code} {finding.path}: {finding.message}")
    await asyncio.to_thread(keep_report, report)
    # What was found until it was cancelled is kept; the job itself ends as cancelled.
    context.progress.check()
    return Outcome(summary_of(report), result=report, text=as_text(report))


async def _size(context: Context[AsyncClient], collection: str) -> Outcome:
    size = await context.service.calculate_storage_size(collection, context.progress)
    if collection and not size.collections:
        raise NotFound("deker", "size", f"there is no collection {collection}")
    rest = f"; {size.missing} links lead nowhere" if size.missing else ""
    message = f"{size.human} in arrays, {size.allocated_human} on disk{rest}"
    return Outcome(message, result=size, text=size_table(size))
