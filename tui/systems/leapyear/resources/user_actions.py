"""What can be done with users and their keys: create, edit, set passwords, enable, disable, drop."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import Scope
from tui.services.errors import Conflict
from tui.systems.leapyear.errors import SYSTEM
from tui.systems.leapyear.features import why_not
from tui.systems.leapyear.models import Subject, SubjectAccess, UserKey
from tui.systems.leapyear.objects import User
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.resources.taking_back import take_back, undo_of
from tui.systems.leapyear.resources.user_forms import EditedUser, NewKey, NewPassword, NewUser
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.config.profiles import Profile


class UserActions(ServerList[User]):
    """The actions of the list of users."""

    @action("n", "new", on="scope", form=NewUser, rehearsal="whole")
    async def create(self, context: Context[LeapYearService], form: NewUser) -> Outcome:
        fields = {"is_admin": form.is_admin, "enabled": form.enabled, "description": form.description or None}
        await context.service.client.create(User(username=form.username, password=form.password, **fields))
        return Outcome(f"created the user {form.username}", link=Link(form.username, "users", Scope(), form.username))

    @action("e", "edit", form=EditedUser, asks=True, rehearsal="whole")
    async def edit(self, context: Context[LeapYearService], item: User, form: EditedUser) -> Outcome:
        changes = _changes(item, form)
        if not changes:
            return Outcome(f"{item.username} is as it was")
        undo = undo_of(item, changes)
        after = {name: after for name, (_, after) in changes.items()}
        await context.service.client.update(item, revision=item.revision, **after)
        return Outcome(f"changed {item.username}; u takes it back", undo=undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[LeapYearService], item: User) -> Mapping[str, Any]:
        return {"is_admin": item.is_admin, "enabled": item.enabled, "description": item.description or ""}

    @edit.preview
    async def preview_edit(
        self, context: Context[LeapYearService], items: Sequence[User], form: EditedUser
    ) -> ChangePreview:
        found = _changes(items[0], form)
        lines = tuple(f"{name}: {_told(before)} → {_told(after)}" for name, (before, after) in found.items())
        return ChangePreview(f"changes {items[0].username}" if found else "changes nothing", lines)

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: User | None) -> str | None:
        return why_not(profile, "edit_user")

    @action("P", "password", form=NewPassword, rehearsal="whole")
    async def password(self, context: Context[LeapYearService], item: User, form: NewPassword) -> Outcome:
        given = {"password": form.password}
        if form.current_password is not None:
            given["current_password"] = form.current_password
        await context.service.client.update(item, revision=item.revision, **given)
        own = " your own: L logs in with it" if item.username == context.service.client.username else ""
        return Outcome(f"{item.username} has another password, and its sessions have ended;{own}".rstrip(";"))

    @password.why_off
    def why_not_password(self, profile: Profile, item: User | None) -> str | None:
        return why_not(profile, "edit_user")

    @action("E", "enable", bulk=True, rehearsal="whole")
    async def enable(self, context: Context[LeapYearService], item: User) -> Outcome:
        await context.service.client.update(item, revision=item.revision, enabled=True)
        return Outcome(f"{item.username} may log in; u takes it back", undo=undo_of(item, {"enabled": (False, True)}))

    @enable.why_off
    def why_not_enable(self, profile: Profile, item: User | None) -> str | None:
        off = why_not(profile, "user_enable")
        return off or ("it is enabled already" if item is not None and item.enabled else None)

    @action("D", "disable", bulk=True, asks=True, rehearsal="whole")
    async def disable(self, context: Context[LeapYearService], item: User) -> Outcome:
        await context.service.client.update(item, revision=item.revision, enabled=False)
        undo = undo_of(item, {"enabled": (True, False)})
        return Outcome(f"{item.username} may not log in any more; u takes it back", undo=undo)

    @disable.preview
    async def preview_disable(self, context: Context[LeapYearService], items: Sequence[User]) -> ChangePreview:
        _check_not_oneself(context, items, "disable")
        return ChangePreview("logs out and keeps out: " + ", ".join(item.username for item in items))

    @disable.why_off
    def why_not_disable(self, profile: Profile, item: User | None) -> str | None:
        off = why_not(profile, "user_enable")
        return off or ("it is disabled already" if item is not None and not item.enabled else None)

    @action("ctrl+d", "drop", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def drop(self, context: Context[LeapYearService], item: User) -> Outcome:
        await context.service.client.drop(item, revision=item.revision)
        return Outcome(f"dropped the user {item.username}")

    @drop.preview
    async def preview_drop(self, context: Context[LeapYearService], items: Sequence[User]) -> ChangePreview:
        _check_not_oneself(context, items, "drop")
        lines: list[str] = []
        for item in items:
            access = await context.service.client.subject_access(Subject(kind="user", name=item.username))
            lines.append(f"{item.username}: {lost(access)}; member of {', '.join(item.groups) or 'no group'}")
        what = f"the user {items[0].username}" if len(items) == 1 else f"{len(items)} users"
        return ChangePreview(f"drops {what}, with sessions, keys and grants", tuple(lines))

    async def undo(self, context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
        return await take_back(context.service.client, data)


class KeyActions(ServerList[UserKey]):
    """The actions of the list of a user's keys."""

    @action("n", "add", on="scope", form=NewKey, rehearsal="whole")
    async def create(self, context: Context[LeapYearService], form: NewKey) -> Outcome:
        user, text = context.scope.parent, await asyncio.to_thread(form.read)
        key = await context.service.client.add_key(user, form.name, text)
        return Outcome(f"{user} may log in with {key.name}, {key.algorithm} {key.fingerprint}")

    @create.why_off
    def why_not_create(self, profile: Profile, item: UserKey | None) -> str | None:
        return why_not(profile, "public_key_auth")

    @action("ctrl+d", "drop", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def drop(self, context: Context[LeapYearService], item: UserKey) -> Outcome:
        await context.service.client.drop_key(context.scope.parent, item.id)
        return Outcome(f"{context.scope.parent} may not log in with {item.name} any more")

    @drop.why_off
    def why_not_drop(self, profile: Profile, item: UserKey | None) -> str | None:
        return why_not(profile, "public_key_auth")


def lost(access: SubjectAccess) -> str:
    """Return what somebody loses who loses all of its own grants, in words."""
    databases = [f"{grant.access} on {grant.database}" for grant in access.databases]
    columns = sum(len(grant.columns) for grant in access.tables)
    parts = [", ".join(databases[:12])] if databases else []
    parts += [f"{columns:,} grants on columns of {len(access.tables):,} tables"] if columns else []
    return "loses " + " and ".join(parts) if parts else "has no grants of its own"


def _check_not_oneself(context: Context[LeapYearService], items: Sequence[User], operation: str) -> None:
    own = context.service.client.username
    if any(item.username == own for item in items):
        raise Conflict(SYSTEM, operation, f"you are logged in as {own}", f"another administrator can {operation} it")


def _changes(item: User, form: EditedUser) -> dict[str, tuple[Any, Any]]:
    found: dict[str, tuple[Any, Any]] = {}
    for name in ("is_admin", "enabled"):
        if getattr(item, name) != getattr(form, name):
            found[name] = (getattr(item, name), getattr(form, name))
    if (item.description or "") != form.description:
        found["description"] = (item.description, form.description or None)
    return found


def _told(value: Any) -> str:
    return {True: "yes", False: "no", None: "none"}.get(value, str(value)) if not isinstance(value, str) else value
