"""Members: of a workspace or an organisation, and of a teamspace, as two lists with the same actions."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from tui.resources.actions import ChangePreview, Context, Danger, Outcome, action
from tui.resources.columns import Column
from tui.resources.detail import Link
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import Conflict, InvalidInput, NotFound
from tui.services.printable import printable
from tui.systems.tiledb.backend import unsupported
from tui.systems.tiledb.calls.pages import all_items
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.models.common_models import Member
from tui.systems.tiledb.resources.member_forms import InvitationForm, NewMember, RoleForm
from tui.systems.tiledb.resources.offers import is_classic
from tui.systems.tiledb.resources.space_resource import Spaces
from tui.systems.tiledb.resources.workspace_resource import Workspaces

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService

OFFERED = 200
"""People of the workspace that a form offers for a teamspace."""


class People(ResourceType["TileDBService", Member]):
    """What both lists of members have in common. `_space` says whose they are."""

    model = Member
    refresh = 30.0
    columns = (
        Column("username", "user", priority=9),
        Column("name", priority=6),
        Column("role", priority=8),
        Column("email", "e-mail", priority=5, stretch=True),
        Column("since", kind="time", priority=4),
        Column("added_by", "let in by", priority=2),
        Column("key", "id", priority=1, wide=True),
    )

    _unknown: ClassVar[str]
    """What to do about somebody whom nobody here knows."""

    async def _space(self, service: TileDBService, scope: Scope) -> str | None:
        """Return whose members they are: None for those of the workspace."""
        raise NotImplementedError

    def key(self, item: Member) -> str:
        return item.username or item.key

    def identity(self, item: Member) -> Hashable:
        return item.key

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[Member]]:
        backend = await service.backend()
        async for page in backend.member_pages(await self._space(service, scope)):
            yield Page(page.items, page.total)

    @action("n", "let in", on="scope", form=NewMember, rehearsal="whole")
    async def add(self, context: Context[TileDBService], form: NewMember) -> Outcome:
        space = await self._space(context.service, context.scope)
        backend = await context.service.backend()
        _check_role(form.role, backend.roles(space))
        key = await self._key_of(context, form.user)
        try:
            await backend.add_member(space, key, form.role)
        except NotFound as error:
            raise NotFound(SYSTEM, "let in", error.message, error.hint or self._unknown) from error
        undo = {"what": "let in", "key": key, "name": form.user, "after": form.role}
        link = Link(form.user, self.name, context.scope, form.user)
        return Outcome(f"{form.user} is {form.role} of {context.scope.parent}; u takes it back", undo=undo, link=link)

    @action("e", "role", form=RoleForm, rehearsal="whole")
    async def role(self, context: Context[TileDBService], item: Member, form: RoleForm) -> Outcome:
        space = await self._space(context.service, context.scope)
        backend = await context.service.backend()
        _check_role(form.role, backend.roles(space))
        await backend.set_role(space, item.key, form.role)
        undo = {"what": "role", "key": item.key, "name": self.key(item), "before": item.role, "after": form.role}
        return Outcome(f"{self.key(item)}, who was {item.role}, is {form.role}; u takes it back", undo=undo)

    @role.defaults
    async def role_defaults(self, context: Context[TileDBService], item: Member) -> Mapping[str, Any]:
        return {"role": item.role}

    @role.preview
    async def preview_role(
        self, context: Context[TileDBService], items: Sequence[Member], form: RoleForm
    ) -> ChangePreview:
        return ChangePreview(f"{self.key(items[0])}, who is {items[0].role}, becomes {form.role}")

    @action("ctrl+d", "put out", danger=Danger.DESTROYS, bulk=True, rehearsal="whole")
    async def remove(self, context: Context[TileDBService], item: Member) -> Outcome:
        space = await self._space(context.service, context.scope)
        backend = await context.service.backend()
        await backend.remove_member(space, item.key)
        message = f"{self.key(item)} is no member of {context.scope.parent} any more"
        if space is None:
            # Whoever is let into a workspace again has none of the teamspaces back.
            return Outcome(message)
        undo = {"what": "put out", "key": item.key, "name": self.key(item), "before": item.role}
        return Outcome(f"{message}; u takes it back", undo=undo)

    @remove.preview
    async def preview_remove(self, context: Context[TileDBService], items: Sequence[Member]) -> ChangePreview:
        whom = self.key(items[0]) if len(items) == 1 else f"{len(items)} people"
        lines = tuple(f"{self.key(item)}: {item.role}, {item.email}" for item in items)
        return ChangePreview(f"puts {whom} out of {context.scope.parent}; what is theirs stays", lines)

    async def choices(self, context: Context[TileDBService], field: str) -> Sequence[str]:
        space = await self._space(context.service, context.scope)
        backend = await context.service.backend()
        if field == "role":
            return backend.roles(space)
        if space is None or backend.generation is Generation.CLASSIC:
            return ()
        known = await all_items(backend.member_pages(None, page_size=OFFERED), OFFERED)
        here = {member.key for member in await all_items(backend.member_pages(space, page_size=OFFERED), OFFERED)}
        return [member.username for member in known if member.key not in here]

    async def undo(self, context: Context[TileDBService], data: Mapping[str, Any]) -> str:
        space = await self._space(context.service, context.scope)
        backend, key, name = await context.service.backend(), str(data["key"]), str(data["name"])
        what = data.get("what", "role")
        if what == "put out":
            await backend.add_member(space, key, str(data["before"]))
            return f"{name} is {data['before']} of {context.scope.parent} again"
        now = await backend.member(space, key)
        if now.role != data["after"]:
            message = f"{name} is {now.role} by now, and undoing would lose that"
            raise Conflict(SYSTEM, "undo", message, "change the role by hand")
        if what == "let in":
            await backend.remove_member(space, key)
            return f"{name} is no member of {context.scope.parent} any more"
        await backend.set_role(space, key, str(data["before"]))
        return f"{name} is {data['before']} again"

    async def _key_of(self, context: Context[TileDBService], user: str) -> str:
        """Return what a user is let in by: of one who is named and known in the workspace, the id."""
        if await is_classic(context.service) or user.startswith("usr_"):
            return user
        async for page in context.service.client.members.pages(search=user):
            for member in page.items:
                if user in (member.username, member.email, member.user_id):
                    return member.user_id
        return user


class Members(People):
    """The members of a workspace or of an organisation."""

    name = "members"
    title = "Members"
    aliases = ("member", "people")
    parent = Workspaces
    nothing = "there are no members here"
    _unknown = "`I` invites by the e-mail address who has no account yet"

    async def _space(self, service: TileDBService, scope: Scope) -> str | None:
        if await is_classic(service):
            return scope.parent
        configured = await service.client.get_workspace()
        if scope.parent not in (configured.name, configured.workspace_id):
            message = f"this log-in is for the workspace {printable(configured.name, 80)}"
            raise unsupported("list members", message, "open a profile of the other one")
        return None

    @action("I", "invite", on="scope", form=InvitationForm, rehearsal="whole")
    async def invite(self, context: Context[TileDBService], form: InvitationForm) -> Outcome:
        space = await self._space(context.service, context.scope)
        client, roles = context.service.client, (await context.service.backend()).roles(space)
        _check_role(form.role, roles)
        if space is not None:
            await client.classic.invite_to_organization(space, [form.email], form.role)
        else:
            await client.members.invite(form.email, await client.get_workspace_id(), form.role)  # type: ignore[arg-type]
        words = f"invited {form.email} as {form.role}; :invitations lists who was asked and has not come yet"
        return Outcome(words, link=Link("invitations", "invitations", Scope()))


class Team(People):
    """The members of a teamspace; on the classic cloud, of the organisation that a namespace is."""

    name = "team"
    title = "Members of a teamspace"
    aliases = ("team-members",)
    parent = Spaces
    nothing = "nobody else is in this space"
    _unknown = "only members of the workspace are let in: see :members"

    async def _space(self, service: TileDBService, scope: Scope) -> str | None:
        return scope.parent


def _check_role(role: str, roles: Sequence[str]) -> None:
    if role not in roles:
        raise InvalidInput(SYSTEM, "role", f"role: {printable(role, 40)!r} is none", f"there are {', '.join(roles)}")
