"""What moves many keys: export and import of JSON Lines, and the comparison of two prefixes or clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.types import ResourceType
from tui.systems.arakoon.compare import Counts, Side, compare
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.paging import Stretch
from tui.systems.arakoon.transfer import export_entries, import_entries, look_at_import
from tui.systems.arakoon.value_kinds import recognise

if TYPE_CHECKING:
    from tui.systems.arakoon.compare import Difference
    from tui.systems.arakoon.service import ArakoonService

DIFFERENCES_KEPT = 10_000
"""Differences of a comparison that are listed; more are counted only."""


class ExportForm(BaseModel):
    """What is exported, and where to."""

    path: Path = Field(description="the file to write, JSON Lines: an entry a line")
    prefix: str = Field("", description="what the keys begin with; empty means all keys of the cluster")
    overwrite: bool = Field(False, description="replace a file that is there")


class ImportForm(BaseModel):
    """What is imported."""

    path: Path = Field(description="a file that an export wrote")
    replace: bool = Field(True, description="write keys that have another value too; otherwise they are left")


class CompareForm(BaseModel):
    """The two sides of a comparison."""

    left: str = Field("", description="a prefix of this cluster; what follows it is compared")
    right: str = Field("", description="a prefix of this or of the other cluster")
    other: str = Field("", description="the address of another cluster; empty compares within this one")


class TransferActions(ResourceType["ArakoonService", KeyItem]):
    """The actions of the lists of keys that go through many of them."""

    @action("E", "export keys", danger=Danger.READS, on="scope", form=ExportForm, job=True)
    async def export(self, context: Context[ArakoonService], form: ExportForm) -> Outcome:
        service, path = context.service, form.path.expanduser()
        stretch = Stretch.of_prefix(read_key(form.prefix))
        done = await export_entries(
            service.client,
            stretch,
            path,
            overwrite=form.overwrite,
            progress=context.progress,
            consistency=service.consistency,
        )
        context.progress.report = path
        return Outcome(f"exported {done.count:,} keys with {done.size:,} bytes to {path}")

    @action("M", "import keys", on="scope", form=ImportForm, job=True, asks=True)
    async def import_file(self, context: Context[ArakoonService], form: ImportForm) -> Outcome:
        path = form.path.expanduser()
        done = await import_entries(context.service.client, path, replace=form.replace, progress=context.progress)
        left = f", left {done.kept:,} as they were" if done.kept else ""
        message = f"imported {done.new:,} new keys, replaced {done.replaced:,}, {done.same:,} were the same{left}"
        return Outcome(message, undo=done.undo)

    @import_file.preview
    async def preview_import(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: ImportForm
    ) -> ChangePreview:
        look = await look_at_import(context.service.client, form.path.expanduser(), progress=context.progress)
        fate = "are replaced" if form.replace else "are left as they are"
        lines = [f"{look.new:,} keys are new", *(f"  {key_text(key, 100)}" for key in look.new_sample)]
        lines += [f"{look.different:,} keys have another value and {fate}"]
        lines += [f"  {key_text(key, 100)}" for key in look.different_sample]
        lines.append(f"{look.same:,} keys are the same")
        return ChangePreview(f"imports {look.count:,} keys with {look.size:,} bytes", tuple(lines))

    @action("equals_sign", "compare prefixes or clusters", danger=Danger.READS, on="scope", form=CompareForm, job=True)
    async def compare(self, context: Context[ArakoonService], form: CompareForm) -> Outcome:
        service = context.service
        left = Side.of_prefix(service.client, read_key(form.left), service.consistency)
        if not form.other:
            right = Side.of_prefix(service.client, read_key(form.right), service.consistency)
            return await _compared(left, right, context)
        async with service.another(form.other) as client:
            return await _compared(left, Side.of_prefix(client, read_key(form.right)), context)

    async def undo(self, context: Context[ArakoonService], data: Mapping[str, Any]) -> str:
        count = await context.service.changes.undo(data, context.progress)
        return f"put back {count:,} {'key' if count == 1 else 'keys'}"


async def _compared(left: Side, right: Side, context: Context[ArakoonService]) -> Outcome:
    counts = Counts()
    rows: list[dict[str, str | None]] = []
    async with aclosing(compare(left, right, counts, context.progress)) as found:
        async for difference in found:
            if len(rows) < DIFFERENCES_KEPT:
                rows.append(_row(difference))
                context.progress.log(_line(rows[-1]))
    summary = (
        f"{counts.same:,} keys are the same, {counts.different:,} differ, "
        f"{counts.only_left:,} are only left, {counts.only_right:,} only right"
    )
    return Outcome(summary, result=rows, text="\n".join(map(_line, rows)) or "there is no difference")


def _row(difference: Difference) -> dict[str, str | None]:
    return {
        "key": key_text(difference.key),
        "verdict": str(difference.verdict),
        "left": None if difference.left is None else recognise(difference.left).summary,
        "right": None if difference.right is None else recognise(difference.right).summary,
    }


def _line(row: Mapping[str, str | None]) -> str:
    sides = "  ".join(f"{side}: {row[side]}" for side in ("left", "right") if row[side] is not None)
    return f"{row['verdict']:10}  {row['key']}  {sides}"
