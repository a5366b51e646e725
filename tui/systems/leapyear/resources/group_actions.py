"""What can be done with groups and their members: create, edit, add, remove, drop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.detail import Link
from tui.resources.types import Scope
from tui.systems.leapyear.features import why_not
from tui.systems.leapyear.models import Subject
from tui.systems.leapyear.objects import Group
from tui.systems.leapyear.resources.shared_list import ServerList
from tui.systems.leapyear.resources.taking_back import take_back, undo_of
from tui.systems.leapyear.resources.user_actions import lost
from tui.systems.leapyear.resources.user_forms import EditedGroup, NewGroup, NewMember
from tui.systems.leapyear.service import LeapYearService

if TYPE_CHECKING:
    from tui.config.profiles import Profile


class Member(BaseModel):
    """A user as a member of a group."""

    name: str


class GroupActions(ServerList[Group]):
    """The actions of the list of groups."""

    @action("n", "new", on="scope", form=NewGroup, rehearsal="start")
    async def create(self, context: Context[LeapYearService], form: NewGroup) -> Outcome:
        await context.service.client.create(
            Group(name=form.name, description=form.description or None, members=form.members)
        )
        return Outcome(f"created the group {form.name}", link=Link(form.name, "groups", Scope(), form.name))

    @create.why_off
    def why_not_create(self, profile: Profile, item: Group | None) -> str | None:
        return why_not(profile, "create_group")

    @action("e", "edit", form=EditedGroup, asks=True, rehearsal="start")
    async def edit(self, context: Context[LeapYearService], item: Group, form: EditedGroup) -> Outcome:
        changes: dict[str, tuple[Any, Any]] = {}
        if (item.description or "") != form.description:
            changes["description"] = (item.description, form.description or None)
        if set(item.members) != set(form.members):
            changes["members"] = (item.members, form.members)
        if not changes:
            return Outcome(f"{item.name} is as it was")
        undo = undo_of(item, changes)
        after = {name: after for name, (_, after) in changes.items()}
        await context.service.client.update(item, revision=item.revision, **after)
        return Outcome(f"changed {item.name}; u takes it back", undo=undo)

    @edit.defaults
    async def edit_defaults(self, context: Context[LeapYearService], item: Group) -> Mapping[str, Any]:
        return {"description": item.description or "", "members": item.members}

    @edit.preview
    async def preview_edit(
        self, context: Context[LeapYearService], items: Sequence[Group], form: EditedGroup
    ) -> ChangePreview:
        item = items[0]
        lines = [f"{name} comes in" for name in form.members if name not in item.members]
        lines += [f"{name} goes out" for name in item.members if name not in form.members]
        if (item.description or "") != form.description:
            lines.append(f"description: {item.description or 'none'} → {form.description or 'none'}")
        return ChangePreview(f"changes {item.name}" if lines else "changes nothing", tuple(lines))

    @edit.why_off
    def why_not_edit(self, profile: Profile, item: Group | None) -> str | None:
        return why_not(profile, "group_members", "edit_description")

    @action("ctrl+d", "drop", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def drop(self, context: Context[LeapYearService], item: Group) -> Outcome:
        await context.service.client.drop(item, revision=item.revision)
        return Outcome(f"dropped the group {item.name}")

    @drop.preview
    async def preview_drop(self, context: Context[LeapYearService], items: Sequence[Group]) -> ChangePreview:
        lines: list[str] = []
        for item in items:
            access = await context.service.client.subject_access(Subject(kind="group", name=item.name))
            who = f"each of {', '.join(item.members)}" if item.members else "it has no members, and"
            lines.append(f"{item.name}: {who} {lost(access)}")
        what = f"the group {items[0].name}" if len(items) == 1 else f"{len(items)} groups"
        return ChangePreview(f"drops {what}; the users stay", tuple(lines))

    async def undo(self, context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
        return await take_back(context.service.client, data)


class MemberActions(ServerList[Member]):
    """The actions of the list of a group's members."""

    @action("n", "add", on="scope", form=NewMember, rehearsal="whole")
    async def add(self, context: Context[LeapYearService], form: NewMember) -> Outcome:
        await context.service.client.add_member(context.scope.parent, form.user)
        undo = {"group": context.scope.parent, "user": form.user, "was": False}
        return Outcome(f"{form.user} is in {context.scope.parent}; u takes it back", undo=undo)

    async def choices(self, context: Context[LeapYearService], field: str) -> Sequence[str]:
        if field != "user":
            return ()
        there = (await context.service.client.group(context.scope.parent)).members
        return [name for name in await context.service.client.users() if name not in there]

    @action("ctrl+d", "remove", bulk=True, asks=True, rehearsal="whole")
    async def remove(self, context: Context[LeapYearService], item: Member) -> Outcome:
        await context.service.client.remove_member(context.scope.parent, item.name)
        undo = {"group": context.scope.parent, "user": item.name, "was": True}
        return Outcome(f"{item.name} is out of {context.scope.parent}; u takes it back", undo=undo)

    @remove.preview
    async def preview_remove(self, context: Context[LeapYearService], items: Sequence[Member]) -> ChangePreview:
        group = context.scope.parent
        access = await context.service.client.subject_access(Subject(kind="group", name=group))
        names = ", ".join(item.name for item in items)
        return ChangePreview(f"takes {names} out of {group}", (f"each {lost(access)}",))

    @add.why_off
    def why_not_add(self, profile: Profile, item: Member | None) -> str | None:
        return why_not(profile, "group_members")

    remove.why_off(why_not_add)

    async def undo(self, context: Context[LeapYearService], data: Mapping[str, Any]) -> str:
        client, group, user = context.service.client, data["group"], data["user"]
        if data["was"]:
            await client.add_member(group, user)
            return f"{user} is in {group} again"
        await client.remove_member(group, user)
        return f"{user} is out of {group} again"
