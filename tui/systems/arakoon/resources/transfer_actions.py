"""What moves many keys: export and import of JSON Lines, and the comparison of two prefixes or clusters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, Field

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.systems.arakoon.compare import Counts, Side, compare
from tui.systems.arakoon.counting import counted
from tui.systems.arakoon.keys_text import key_text, read_key
from tui.systems.arakoon.models import KeyItem
from tui.systems.arakoon.paging import Stretch
from tui.systems.arakoon.resources.key_details import recognised
from tui.systems.arakoon.resources.key_list import KeyList, shown_key
from tui.systems.arakoon.transfer import export_entries, import_entries, look_at_import

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


class TransferActions(KeyList):
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
        return Outcome(f"exported {counted(done.count)} with {counted(done.size, 'byte')} to {path}")

    @export.defaults
    async def export_defaults(self, context: Context[ArakoonService], item: KeyItem | None) -> Mapping[str, Any]:
        return {"prefix": self.prefix_of(context.scope)}

    @action("M", "import keys", on="scope", form=ImportForm, job=True, asks=True, rehearsal="start")
    async def import_file(self, context: Context[ArakoonService], form: ImportForm) -> Outcome:
        path = form.path.expanduser()
        done = await import_entries(context.service.client, path, replace=form.replace, progress=context.progress)
        left = f", left {done.kept:,} as they were" if done.kept else ""
        new = counted(done.new, "new key")
        message = f"imported {new}, replaced {done.replaced:,}, {done.same:,} were the same{left}"
        return Outcome(message, undo=done.undo)

    @import_file.preview
    async def preview_import(
        self, context: Context[ArakoonService], items: Sequence[KeyItem], form: ImportForm
    ) -> ChangePreview:
        look = await look_at_import(context.service.client, form.path.expanduser(), progress=context.progress)
        fate = "replaced" if form.replace else "left as they are"
        lines = [f"new: {counted(look.new)}", *_sample(look.new_sample, look.new)]
        lines += [f"of another value, {fate}: {counted(look.different)}"]
        lines += _sample(look.different_sample, look.different)
        lines.append(f"the same already: {counted(look.same)}")
        summary = f"imports {counted(look.count)} with {counted(look.size, 'byte')}; u takes it back"
        return ChangePreview(summary, tuple(lines))

    @action("D", "compare keys", danger=Danger.READS, on="scope", form=CompareForm, job=True)
    async def compare(self, context: Context[ArakoonService], form: CompareForm) -> Outcome:
        service = context.service
        left = Side.of_prefix(service.client, read_key(form.left), service.consistency)
        if not form.other:
            right = Side.of_prefix(service.client, read_key(form.right), service.consistency)
            return await _compared(left, right, context)
        async with service.another(form.other) as client:
            return await _compared(left, Side.of_prefix(client, read_key(form.right)), context)

    @compare.defaults
    async def compare_defaults(self, context: Context[ArakoonService], item: KeyItem | None) -> Mapping[str, Any]:
        return {"left": self.prefix_of(context.scope), "right": self.prefix_of(context.scope)}


async def _compared(left: Side, right: Side, context: Context[ArakoonService]) -> Outcome:
    counts = Counts()
    rows: list[dict[str, str | None]] = []
    async with aclosing(compare(left, right, counts, context.progress)) as found:
        async for difference in found:
            if len(rows) < DIFFERENCES_KEPT:
                rows.append(await _row(difference))
                context.progress.log(_line(rows[-1]))
    summary = (
        f"{counts.different:,} differ, {counts.only_left:,} only left, {counts.only_right:,} only right, "
        f"{counts.same:,} the same"
    )
    return Outcome(summary, result=rows, text="\n".join(map(_line, rows)) or "there is no difference")


def _sample(keys: Sequence[bytes], count: int) -> list[str]:
    more = [f"  … and {count - len(keys):,} more"] if count > len(keys) else []
    return [*(f"  {shown_key(key)}" for key in keys), *more]


async def _row(difference: Difference) -> dict[str, str | None]:
    return {
        "key": key_text(difference.key),
        "verdict": str(difference.verdict),
        "left": None if difference.left is None else (await recognised(difference.left)).summary,
        "right": None if difference.right is None else (await recognised(difference.right)).summary,
    }


def _line(row: Mapping[str, str | None]) -> str:
    sides = "  ".join(f"{side}: {row[side]}" for side in ("left", "right") if row[side] is not None)
    return f"{row['verdict']:10}  {row['key']}  {sides}"
