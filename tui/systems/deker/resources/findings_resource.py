"""Findings as a list: what the last integrity check of the storage found, and the repairs that would help."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Detail, Field, Link, Section
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotFound, NotSupported
from tui.systems.deker.integrity.findings import Finding
from tui.systems.deker.integrity.report import as_text
from tui.systems.deker.resources.changed import repair_preview, repaired, restored
from tui.systems.deker.resources.kept_reports import last_report

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.deker.client import AsyncClient
    from tui.systems.deker.models import Collection


class Findings(ResourceType["AsyncClient", Finding]):
    """What the last integrity check found."""

    name = "findings"
    title = "Findings"
    aliases = ("finding", "integrity")
    nothing = "the last check found nothing, or none was made: :collections, then I checks the storage"
    model = Finding
    refresh = 5.0
    columns = (
        Column("severity", kind="status", priority=9),
        Column("code", priority=8),
        Column("collection", priority=7),
        Column("array", priority=5),
        Column("message", priority=6),
        Column("repair", priority=4),
        Column("path", kind="path", priority=2),
    )

    def key(self, item: Finding) -> str:
        return "|".join((item.code, item.path, item.array or "", item.message))

    def label(self, item: Finding) -> str:
        return f"{item.code} {item.array or item.path}"

    def identity(self, item: Finding) -> Hashable:
        return self.key(item)

    async def pages(self, service: AsyncClient, scope: Scope, query: Query) -> AsyncIterator[Page[Finding]]:
        report = await asyncio.to_thread(last_report, service.root)
        found = () if report is None else report.findings
        yield Page(found, len(found))

    async def describe(self, service: AsyncClient, scope: Scope, item: Finding) -> Detail:
        report = await asyncio.to_thread(last_report, service.root)
        fields = [
            Field("severity", item.severity, "status"),
            Field("code", item.code),
            Field("what", item.message),
            Field("meaning", item.meaning),
            Field("repair", item.repair or "none is safe by itself"),
            Field("collection", item.collection),
            Field("array", item.array),
            Field("path", item.path, "path"),
            Field("found at level", item.level, "number"),
            Field("checked", report.started if report is not None else None, "time"),
        ]
        return Detail(self.label(item), (Section("finding", tuple(fields)),), body=item, links=_links(item))

    @action("R", "repair", asks=True)
    async def repair(self, context: Context[AsyncClient], item: Finding) -> Outcome:
        collection = await _collection(context.service, item)
        planned, record = await context.service.repair(item.repair or "", collection, _chosen(item))
        return repaired(item.collection or "the storage", planned, record)

    @repair.preview
    async def preview_repair(self, context: Context[AsyncClient], items: Sequence[Finding]) -> ChangePreview:
        item = items[0]
        collection = await _collection(context.service, item)
        planned = await context.service.repair_plan(item.repair or "", collection, _chosen(item))
        return repair_preview(planned, context.service.root)

    @repair.why_off
    def why_not_repair(self, profile: Profile, item: Finding | None) -> str | None:
        if item is not None and item.repair is None:
            return "there is no safe repair for it"
        if item is not None and item.repair == "collection-template":
            return "its metadata have to be written by a person: M on the collection shows a template"
        return None

    @action("t", "the report as text", danger=Danger.READS, on="scope")
    async def report(self, context: Context[AsyncClient]) -> Outcome:
        report = await asyncio.to_thread(last_report, context.service.root)
        if report is None:
            raise NotFound(
                "deker", "report", "the storage was not checked yet", "I on the list of collections checks it"
            )
        return Outcome(f"integrity report of {report.started:%Y-%m-%d %H:%M} UTC", result=as_text(report))

    @action("b", "group by what is wrong", danger=Danger.READS, on="scope")
    async def group(self, context: Context[AsyncClient]) -> Outcome:
        report = await asyncio.to_thread(last_report, context.service.root)
        groups: dict[tuple[str, str], list[Finding]] = {}
        for finding in () if report is None else report.findings:
            groups.setdefault((finding.code, finding.collection), []).append(finding)
        rows = [_group_row(each) for each in sorted(groups.values(), key=lambda each: (-len(each), each[0].code))]
        text = "\n\n".join(
            f"{row['count']:,} {row['severity']} {row['code']} in {row['collection'] or 'the storage'}\n"
            f"  {row['meaning']}\n  repair: {row['repair'] or 'none is safe by itself'}"
            for row in rows
        )
        return Outcome(f"{len(rows)} kinds of findings", result=rows, text=text or "there are none")

    async def undo(self, context: Context[AsyncClient], data: Mapping[str, Any]) -> str:
        return await restored(context, data)


def _group_row(found: Sequence[Finding]) -> dict[str, Any]:
    first = found[0]
    kept = first.model_dump(include={"severity", "code", "collection", "meaning", "repair"})
    return {"count": len(found), **kept}


def _links(item: Finding) -> tuple[Link, ...]:
    if not item.collection:
        return ()
    collection = Link("the collection", "collections", Scope(), item.collection)
    if item.array is None:
        return (collection,)
    listed = "varrays" if item.kind == "varray" else "arrays"
    return Link(f"the {item.kind or 'array'}", listed, Scope((item.collection,)), item.array), collection


def _chosen(item: Finding) -> tuple[str, ...]:
    return tuple(name for name in (item.array, item.path) if name)


async def _collection(service: AsyncClient, item: Finding) -> Collection | None:
    if not item.collection:
        return None
    found = await service.get_collection(item.collection)
    if found is None:
        raise NotSupported("deker", "repair", f"collection {item.collection} is not there any more")
    return found
