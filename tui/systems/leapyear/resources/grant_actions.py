"""What can be done with grants: edit the levels of a subject, with all changes shown before any is sent."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from copy import copy
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Outcome, action
from tui.services.errors import Conflict, InvalidInput, ServiceError
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.features import capabilities_of, why_not
from tui.systems.leapyear.resources.grant_forms import ColumnLevels, DatabaseLevels, OneLevel
from tui.systems.leapyear.resources.grant_models import (
    ColumnGrant,
    SubjectGrants,
    TableGrants,
    lowest,
    subject_of,
    table_of,
)
from tui.systems.leapyear.resources.level_text import changed_levels, check_levels, read_levels, write_levels
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.config.profiles import Profile

Changes = Mapping[str, tuple[str, str]]


class SubjectActions(ServerList[SubjectGrants]):
    """The actions of the matrix of subjects and databases."""

    @action("e", "edit", form=DatabaseLevels, asks=True, rehearsal="start")
    async def edit(self, context: Context[LeapYearService], item: SubjectGrants, form: DatabaseLevels) -> Outcome:
        client, subject = context.service.client, item.subject
        changes = await _database_changes(context, item, form)

        async def send(database: str, level: str) -> None:
            await client.set_database_access(database, subject, level)

        await _send_all({name: after for name, (_, after) in changes.items()}, send)
        if not changes:
            return Outcome(f"the grants of {item.name} are as they were")
        undo = {"kind": item.kind, "name": item.name, "changes": {name: list(pair) for name, pair in changes.items()}}
        return Outcome(f"{_counted(changes)} for {item.kind} {item.name}; u takes it back", undo=undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[LeapYearService], item: SubjectGrants) -> Mapping[str, Any]:
        return {"levels": write_levels(item.levels or {})}

    @edit.preview
    async def preview_edit(
        self, context: Context[LeapYearService], items: Sequence[SubjectGrants], form: DatabaseLevels
    ) -> ChangePreview:
        changes = await _database_changes(context, items[0], form)
        who = f"{items[0].kind} {items[0].name}"
        return ChangePreview(f"{_counted(changes)} for {who}, nothing else", _lines(changes))

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: SubjectGrants | None) -> str | None:
        found = capabilities_of(profile)
        if found is not None and not found.database_access_levels:
            return "this server does not say which levels there are"
        return None

    async def undo(self, context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
        client, subject = context.service.client, subject_of(f"{data['kind']}:{data['name']}")
        changes: dict[str, tuple[str, str]] = {name: (pair[0], pair[1]) for name, pair in data["changes"].items()}
        for database, (_, after) in changes.items():
            now = (await client.subject_database_access(database, subject)).access
            if now != after:
                message = f"{subject.name} has {now} on {database} by now, not {after}"
                raise Conflict(SYSTEM, "undo", message, "edit the grants as they are now")
        for database, (before, _) in changes.items():
            await client.set_database_access(database, subject, before)
        return f"the grants of {subject.name} are as they were: {_counted(changes)}"


class TableActions(ServerList[TableGrants]):
    """The actions of the list of a subject's tables."""

    @action("e", "edit", form=ColumnLevels, asks=True, rehearsal="whole")
    async def edit(self, context: Context[LeapYearService], item: TableGrants, form: ColumnLevels) -> Outcome:
        subject = subject_of(context.scope.parent)
        changes = await _column_changes(context, item, form)
        if not changes:
            return Outcome(f"the grants on {item.table} are as they were")
        await _set_columns(context, item, {name: after for name, (_, after) in changes.items()})
        undo = _columns_undo(context.scope.parent, f"{item.database}/{item.table}", changes)
        said = f"{_counted(changes)} for {subject.name} on {item.database}/{item.table}; u takes it back"
        return Outcome(said, undo=undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[LeapYearService], item: TableGrants) -> Mapping[str, Any]:
        return {"levels": write_levels(item.levels)}

    @edit.preview
    async def preview_edit(
        self, context: Context[LeapYearService], items: Sequence[TableGrants], form: ColumnLevels
    ) -> ChangePreview:
        changes = await _column_changes(context, items[0], form)
        who = subject_of(context.scope.parent).name
        summary = f"{_counted(changes)} for {who} on {items[0].database}/{items[0].table}, nothing else"
        return ChangePreview(summary, _lines(changes))

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: TableGrants | None) -> str | None:
        return why_not(profile, "set_column_access")

    @action("E", "one level for all columns", form=OneLevel, bulk=True, asks=True, rehearsal="whole")
    async def level(self, context: Context[LeapYearService], item: TableGrants, form: OneLevel) -> Outcome:
        found = await context.service.capabilities()
        none = lowest(found.column_access_levels)
        columns = [column.name for column in await context.service.client.columns(item.database, item.table)]
        levels = {name: (item.levels.get(name, none), form.level) for name in columns}
        await _set_columns(context, item, form.level)
        undo = _columns_undo(context.scope.parent, f"{item.database}/{item.table}", levels)
        return Outcome(f"{form.level} on all columns of {item.database}/{item.table}; u takes it back", undo=undo)

    @level.preview
    async def preview_level(
        self, context: Context[LeapYearService], items: Sequence[TableGrants], form: OneLevel
    ) -> ChangePreview:
        lines = [f"{item.database}/{item.table}: all columns → {form.level}" for item in items]
        return ChangePreview(f"sets all columns of {len(items)} tables to {form.level}", tuple(lines))

    level.why_off(why_not_edit)

    async def undo(self, context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
        return await _columns_back(context, data)

    async def choices(self, context: Context[LeapYearService], field: str) -> Sequence[str]:
        found = await context.service.capabilities()
        return [level.id for level in found.column_access_levels] if field == "level" else ()


class ColumnActions(ServerList[ColumnGrant]):
    """The actions of the list of a subject's columns."""

    @action("e", "set level", form=OneLevel, bulk=True, asks=True, rehearsal="whole")
    async def set_level(self, context: Context[LeapYearService], item: ColumnGrant, form: OneLevel) -> Outcome:
        subject, (database, table) = subject_of(context.scope.parents[0]), table_of(context.scope.parents[1])
        found = await context.service.capabilities()
        before = item.own or lowest(found.column_access_levels)
        await context.service.client.set_table_access(database, table, subject, {item.name: form.level})
        undo = _columns_undo(context.scope.parents[0], context.scope.parents[1], {item.name: (before, form.level)})
        return Outcome(f"{subject.name} has {form.level} on {item.name}; u takes it back", undo=undo)

    @set_level.preview
    async def preview_set(
        self, context: Context[LeapYearService], items: Sequence[ColumnGrant], form: OneLevel
    ) -> ChangePreview:
        found = await context.service.capabilities()
        none = lowest(found.column_access_levels)
        changes = {item.name: (item.own or none, form.level) for item in items if (item.own or none) != form.level}
        subject, place = context.scope.parents[:2]
        return ChangePreview(f"{_counted(changes)} for {subject} on {place}, nothing else", _lines(changes))

    @set_level.why_off
    def why_not_set(self, profile: Profile, item: ColumnGrant | None) -> str | None:
        return why_not(profile, "set_column_access")

    async def undo(self, context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
        return await _columns_back(context, data)

    async def choices(self, context: Context[LeapYearService], field: str) -> Sequence[str]:
        found = await context.service.capabilities()
        return [level.id for level in found.column_access_levels] if field == "level" else ()


async def _database_changes(
    context: Context[LeapYearService], item: SubjectGrants, form: DatabaseLevels
) -> dict[str, tuple[str, str]]:
    """Return what the form would change.

    Raises:
        InvalidInput: it names a database or a level that is not there.
    """
    found = await context.service.capabilities()
    wanted = read_levels(form.levels)
    if wanted:
        known = await context.service.client.databases()
        _check(wanted, [level.id for level in found.database_access_levels], known, "database")
    return changed_levels(item.levels or {}, wanted, lowest(found.database_access_levels))


async def _column_changes(
    context: Context[LeapYearService], item: TableGrants, form: ColumnLevels
) -> dict[str, tuple[str, str]]:
    """Return what the form would change. Raises as above."""
    found = await context.service.capabilities()
    wanted = read_levels(form.levels)
    if wanted:
        known = {column.name: "" for column in await context.service.client.columns(item.database, item.table)}
        _check(wanted, [level.id for level in found.column_access_levels], known, "column")
    return changed_levels(item.levels, wanted, lowest(found.column_access_levels))


def _check(wanted: Mapping[str, str], levels: list[str], names: Mapping[str, object], what: str) -> None:
    try:
        check_levels(wanted, levels, names.keys(), what)
    except ValueError as error:
        raise InvalidInput(SYSTEM, "edit grants", str(error)) from None


async def _set_columns(context: Context[LeapYearService], item: TableGrants, levels: Mapping[str, str] | str) -> None:
    subject = subject_of(context.scope.parent)
    await context.service.client.set_table_access(item.database, item.table, subject, levels)


def _columns_undo(subject: str, table: str, changes: Changes) -> dict[str, Any]:
    """Return what the journal keeps of levels on columns, to take them back."""
    return {"subject": subject, "table": table, "changes": {name: list(pair) for name, pair in changes.items()}}


async def _columns_back(context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
    """Set levels on columns as they were. Raises Conflict: one was changed again since; nothing was sent."""
    client, subject, (database, table) = context.service.client, subject_of(data["subject"]), table_of(data["table"])
    changes: dict[str, tuple[str, str]] = {name: (pair[0], pair[1]) for name, pair in data["changes"].items()}
    none = lowest((await context.service.capabilities()).column_access_levels)
    now = (await client.subject_table_access(database, table, subject)).columns
    for column, (_, after) in changes.items():
        if now.get(column, none) != after:
            message = f"{subject.name} has {now.get(column, none)} on {column} by now, not {after}"
            raise Conflict(SYSTEM, "undo", message, "edit the grants as they are now")
    await client.set_table_access(database, table, subject, {name: before for name, (before, _) in changes.items()})
    return f"the grants of {subject.name} on {data['table']} are as they were"


async def _send_all(levels: Mapping[str, str], send: Callable[[str, str], Awaitable[None]]) -> None:
    """Send changes one after another. Raises ServiceError: one failed; the text says how many were made before it."""
    for number, (name, level) in enumerate(levels.items()):
        try:
            await send(name, level)
        except ServiceError as error:
            if not number:
                raise
            told = copy(error)
            told.message = f"{number} of {len(levels)} changes were made, {name} was not: {error.message}"
            raise told from error


def _counted(changes: Changes) -> str:
    return (
        "no grant changes"
        if not changes
        else "1 grant changes"
        if len(changes) == 1
        else f"{len(changes)} grants change"
    )


def _lines(changes: Changes) -> tuple[str, ...]:
    return tuple(f"{name}: {before} → {after}" for name, (before, after) in changes.items())
