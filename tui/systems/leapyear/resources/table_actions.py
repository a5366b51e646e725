"""What can be done with tables: create now or as a job of the server, add data, edit, replace, drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import Scope
from tui.systems.leapyear.features import why_not
from tui.systems.leapyear.objects import Table
from tui.systems.leapyear.resources.column_text import write_column, write_columns
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.resources.table_forms import EditedTable, NewSlice, NewTable, TableFormFields
from tui.systems.leapyear.resources.taking_back import take_back, undo_of
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.leapyear.models import AsyncJobInformation

SHOWN = 40
"""Columns that a preview shows."""


class TableActions(ServerList[Table]):
    """The actions of the list of tables."""

    @action("n", "new", on="scope", form=NewTable, rehearsal="whole")
    async def create(self, context: Context[LeapYearService], form: NewTable) -> Outcome:
        database = context.scope.parent
        await context.service.client.create(Table(name=form.name, database=database, **form.fields()))
        link = Link(f"table {form.name}", "tables", context.scope, form.name)
        return Outcome(f"created the table {form.name} in {database}", link=link)

    @create.preview
    async def preview_create(
        self, context: Context[LeapYearService], items: Sequence[Table], form: NewTable
    ) -> ChangePreview:
        return ChangePreview(f"creates the table {form.name} in {context.scope.parent}", _column_lines(form))

    @action("N", "new in the background", on="scope", form=NewTable, rehearsal="whole")
    async def create_async(self, context: Context[LeapYearService], form: NewTable) -> Outcome:
        table = Table(name=form.name, database=context.scope.parent, **form.fields())
        job = await context.service.client.create_async(table)
        return _begun(f"the table {form.name} is being created", job.last)

    create_async.preview(preview_create)

    @action("M", "add more data", form=NewSlice, rehearsal="whole")
    async def add_slice(self, context: Context[LeapYearService], item: Table, form: NewSlice) -> Outcome:
        job = await context.service.client.add_slice(item.database, item.name, form.credentials.get_secret_value())
        return _begun(f"data is being added to {item.name}", job)

    @add_slice.why_off
    def why_not_add(self, profile: Profile, item: Table | None) -> str | None:
        return why_not(profile, "data_slices")

    @action("e", "edit", form=EditedTable, rehearsal="whole")
    async def edit(self, context: Context[LeapYearService], item: Table, form: EditedTable) -> Outcome:
        if (item.description or "") == form.description:
            return Outcome(f"{item.name} is as it was")
        undo = undo_of(item, {"description": (item.description, form.description or None)})
        await context.service.client.update(item, revision=item.revision, description=form.description or None)
        return Outcome(f"changed {item.name}; u takes it back", undo=undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[LeapYearService], item: Table) -> Mapping[str, Any]:
        return {"description": item.description or ""}

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: Table | None) -> str | None:
        return why_not(profile, "edit_description")

    @action("ctrl+r", "replace", danger=Danger.DESTROYS, form=TableFormFields, rehearsal="whole")
    async def replace(self, context: Context[LeapYearService], item: Table, form: TableFormFields) -> Outcome:
        table = Table(name=item.name, database=item.database, **form.fields())
        await context.service.client.create(table, drop_if_exists=True)
        return Outcome(f"put a new {item.name} in the place of the old one")

    @replace.defaults
    async def replace_defaults(self, context: Context[LeapYearService], item: Table) -> Mapping[str, Any]:
        found = await context.service.client.table(item.database, item.name)
        return {
            "columns": write_columns(found.columns),
            "description": item.description or "",
            "public": bool(item.public),
        }

    @replace.preview
    async def preview_replace(
        self, context: Context[LeapYearService], items: Sequence[Table], form: TableFormFields
    ) -> ChangePreview:
        lines = (*await _goes_with(context, items[0]), "the new one:", *_column_lines(form))
        return ChangePreview(f"drops {items[0].name} with its data slices and creates a new one", lines)

    @action("ctrl+d", "drop", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def drop(self, context: Context[LeapYearService], item: Table) -> Outcome:
        await context.service.client.drop(item, revision=item.revision)
        return Outcome(f"dropped the table {item.name} of {item.database}")

    @drop.preview
    async def preview_drop(self, context: Context[LeapYearService], items: Sequence[Table]) -> ChangePreview:
        lines = [line for item in items for line in await _goes_with(context, item)]
        what = f"the table {items[0].name}" if len(items) == 1 else f"{len(items)} tables"
        return ChangePreview(
            f"drops {what} of {context.scope.parent}; the files that it was read from stay", tuple(lines)
        )

    async def undo(self, context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
        return await take_back(context.service.client, data)


async def _goes_with(context: Context[LeapYearService], item: Table) -> tuple[str, ...]:
    """Return what goes with a table, and which views keep it from being dropped."""
    client = context.service.client
    found = await client.table(item.database, item.name)
    views = [view.name for view in await client.views(item.database) if item.name in view.source_tables]
    counts = f"{len(found.columns):,} columns and {found.slice_count or 0:,} data slices"
    lines = [f"{item.name}: {counts}, with all grants on them"]
    if views:
        lines.append(f"{item.name}: the server refuses as long as a view uses it: {', '.join(views)}")
    return tuple(lines)


def _column_lines(form: TableFormFields) -> tuple[str, ...]:
    columns = form.definitions()
    if not columns:
        return ("its columns are found out from the data",)
    more = (f"and {len(columns) - SHOWN:,} more",) if len(columns) > SHOWN else ()
    bounds = "the bounds and options decide how much noise a computation gets: the wider, the more"
    return (*(write_column(column) for column in columns[:SHOWN]), *more, bounds)


def _begun(words: str, job: AsyncJobInformation) -> Outcome:
    link = Link(f"the job {job.id}", "remote-jobs", Scope(), job.id)
    return Outcome(f"{words}: job {job.id}, seen with J", link=link)
