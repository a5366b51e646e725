"""What can be done with databases: create, edit, replace, drop; and with the log-in that looks at them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import Scope
from tui.systems.leapyear.features import why_not
from tui.systems.leapyear.models import PrivacyLimit
from tui.systems.leapyear.objects import Database
from tui.systems.leapyear.resources.database_forms import DatabaseFormFields, EditedDatabase, NewDatabase
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.resources.taking_back import take_back, undo_of
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.leapyear.models import PrivacyParams

NAMED = 12
"""Tables and views that a preview names."""
Changes = Mapping[str, tuple[Any, Any]]


class DatabaseActions(ServerList[Database]):
    """The actions of the list of databases. What concerns the log-in changes no data, and is never refused."""

    @action("i", "who am I", danger=Danger.READS, on="scope")
    async def account(self, context: Context[LeapYearService]) -> Outcome:
        told = await context.service.account_facts()
        text = "\n".join(f"{name:<22} {value}" for name, value in told.items())
        return Outcome(f"you are {told['user'] or 'nobody'} at {told['url']}", result=told, text=text)

    @action("ctrl+o", "log out", danger=Danger.READS, on="scope", asks=True)
    async def log_out(self, context: Context[LeapYearService]) -> Outcome:
        who = await context.service.log_out()
        return Outcome(f"{who or 'the session'} is logged out; L logs in again")

    @log_out.preview
    async def preview_log_out(self, context: Context[LeapYearService], items: Sequence[Database]) -> ChangePreview:
        return ChangePreview("ends the session: its token is of no use any more, to other programs neither")

    @action("R", "reconnect", danger=Danger.READS, on="scope")
    async def close(self, context: Context[LeapYearService]) -> Outcome:
        await context.service.reconnect()
        return Outcome("the connections are closed and the session stays good; the next list opens new ones")

    @action("n", "new", on="scope", form=NewDatabase, rehearsal="whole")
    async def create(self, context: Context[LeapYearService], form: NewDatabase) -> Outcome:
        await context.service.client.create(_declared(form.name, form))
        return Outcome(f"created the database {form.name}", link=Link(form.name, "databases", Scope(), form.name))

    async def choices(self, context: Context[LeapYearService], field: str) -> Sequence[str]:
        return list(await context.service.client.privacy_profiles()) if field == "privacy_profile" else ()

    @action("e", "edit", form=EditedDatabase, asks=True, rehearsal="whole")
    async def edit(self, context: Context[LeapYearService], item: Database, form: EditedDatabase) -> Outcome:
        changes = _changes(item, form)
        if not changes:
            return Outcome(f"{item.name} is as it was")
        undo = undo_of(item, changes)
        after = {name: after for name, (_, after) in changes.items()}
        job = await context.service.client.update(item, revision=item.revision, **after)
        link = None if job is None else Link(f"the job {job.id}", "remote-jobs", Scope(), job.id)
        begun = "" if job is None else "; its profile is being set, which is a job of the server"
        return Outcome(f"changed {item.name}{begun}; u takes it back", undo=undo, link=link)

    @edit.defaults
    async def edit_defaults(self, context: Context[LeapYearService], item: Database) -> Mapping[str, Any]:
        limit = item.privacy_limit or PrivacyLimit()
        return {
            "description": item.description or "",
            "privacy_profile": item.privacy_profile or "",
            "max_exposure": limit.max_exposure,
            "window_days": limit.window_days,
        }

    @edit.preview
    async def preview_edit(
        self, context: Context[LeapYearService], items: Sequence[Database], form: EditedDatabase
    ) -> ChangePreview:
        item = items[0]
        changes = _changes(item, form)
        lines = [
            f"{name.replace('_', ' ')}: {_told(before)} → {_told(after)}" for name, (before, after) in changes.items()
        ]
        if "privacy_profile" in changes:
            known = await context.service.client.privacy_profiles()
            wanted = known.get(form.privacy_profile)
            if wanted is not None:
                lines += _lowered_params(item.privacy_params, wanted.params)
        if "privacy_limit" in changes:
            lines += _lowered_limit(item.privacy_limit or PrivacyLimit(), form.limit())
        return ChangePreview(f"changes {item.name}" if changes else f"changes nothing of {item.name}", tuple(lines))

    @action("ctrl+r", "replace", danger=Danger.DESTROYS, form=EditedDatabase, rehearsal="whole")
    async def replace(self, context: Context[LeapYearService], item: Database, form: EditedDatabase) -> Outcome:
        await context.service.client.create(_declared(item.name, form), drop_if_exists=True)
        return Outcome(f"put a new, empty {item.name} in the place of the old one")

    replace.defaults(edit_defaults)

    @replace.preview
    async def preview_replace(
        self, context: Context[LeapYearService], items: Sequence[Database], form: EditedDatabase
    ) -> ChangePreview:
        return ChangePreview(f"drops {items[0].name} and creates an empty one", await _contents(context, items[0]))

    @action("ctrl+d", "drop", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def drop(self, context: Context[LeapYearService], item: Database) -> Outcome:
        client = context.service.client
        if item.table_count or item.view_count:
            # What goes with it was shown, and is part of what is checked again just before this.
            await client.drop_database(item.name, cascade=context.confirmed, revision=item.revision)
        else:
            await client.drop(item, revision=item.revision)
        return Outcome(f"dropped the database {item.name}")

    @drop.preview
    async def preview_drop(self, context: Context[LeapYearService], items: Sequence[Database]) -> ChangePreview:
        lines = [line for item in items for line in await _contents(context, item, several=len(items) > 1)]
        what = f"the database {items[0].name}" if len(items) == 1 else f"{len(items)} databases"
        return ChangePreview(f"drops {what}" + ("" if lines else ", which is empty"), tuple(lines))

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: Database | None) -> str | None:
        return why_not(profile, "edit_description", "privacy_limit")

    async def undo(self, context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
        return await take_back(context.service.client, data)


def _declared(name: str, form: DatabaseFormFields) -> Database:
    has_limit = form.max_exposure is not None
    return Database(
        name=name,
        description=form.description or None,
        privacy_profile=form.privacy_profile or None,
        privacy_limit=form.limit() if has_limit else None,
    )


def _changes(item: Database, form: DatabaseFormFields) -> Changes:
    """Return what differs, by the keyword of `update`: before and after."""
    found: dict[str, tuple[Any, Any]] = {}
    if (item.description or "") != form.description:
        found["description"] = (item.description, form.description or None)
    if form.privacy_profile and item.privacy_profile != form.privacy_profile:
        found["privacy_profile"] = (item.privacy_profile, form.privacy_profile)
    limit = item.privacy_limit or PrivacyLimit()
    if (limit.max_exposure, limit.window_days) != (form.max_exposure, form.window_days):
        found["privacy_limit"] = (limit, form.limit(extra=limit.extra))
    return found


def _told(value: Any) -> str:
    if isinstance(value, PrivacyLimit):
        return limit_text(value)
    return str(value) if value else "none"


def limit_text(limit: PrivacyLimit | None) -> str:
    """Return a limit in words."""
    if limit is None or limit.max_exposure is None:
        return "no limit"
    return f"{limit.max_exposure:g}" + (f" in {limit.window_days} days" if limit.window_days else "")


def _lowered_limit(before: PrivacyLimit, after: PrivacyLimit) -> list[str]:
    most = float("inf")
    rises = (after.max_exposure or most) > (before.max_exposure or most)
    shortens = (after.window_days or most) < (before.window_days or most)
    return ["THIS LOWERS THE PROTECTION: more exposure is allowed than before"] if rises or shortens else []


def _lowered_params(before: PrivacyParams, after: PrivacyParams) -> list[str]:
    most = float("inf")
    rises = (after.max_exposure_per_computation or most) > (before.max_exposure_per_computation or most)
    smaller = (after.minimum_dataset_size or 0) < (before.minimum_dataset_size or 0)
    return ["THIS LOWERS THE PROTECTION: the new profile asks less of a computation"] if rises or smaller else []


async def _contents(context: Context[LeapYearService], item: Database, several: bool = False) -> tuple[str, ...]:
    """Return what goes with a database, a line for its tables and one for its views."""
    client, lines = context.service.client, list[str]()
    if not item.table_count and not item.view_count and item.table_count is not None:
        return ()
    tables = [table.name async for page in client.table_pages(item.name) for table in page]
    views = [view.name for view in await client.views(item.name)]
    for names, what in ((tables, "table"), (views, "view")):
        if names:
            more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
            plural, them = (what, "it") if len(names) == 1 else (f"{what}s", "them")
            whose = f"{item.name}: " if several else ""
            lines.append(
                f"{whose}{len(names):,} {plural} and all grants on {them} go with it: {', '.join(names[:NAMED])}{more}"
            )
    return tuple(lines)
