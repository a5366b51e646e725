"""Invitations: into the workspace, and on the classic cloud to organisations and to share single arrays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Hashable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from tui.resources.actions import ChangePreview, Context, Outcome, action
from tui.resources.columns import Column
from tui.resources.types import Page, Query, ResourceType, Scope
from tui.services.errors import NotFound
from tui.systems.tiledb.backend import Ability
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.models.common_models import InvitationRow
from tui.systems.tiledb.resources.offers import backend_with, is_classic, missing

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.systems.tiledb.models.classic_models import ClassicInvitation
    from tui.systems.tiledb.service import TileDBService


class Invitations(ResourceType["TileDBService", InvitationRow]):
    """Invitations that were sent, and on the classic cloud those to whoever is logged in."""

    name = "invitations"
    title = "Invitations"
    aliases = ("invitation", "invites")
    model = InvitationRow
    refresh = 60.0
    nothing = "nobody is invited; I on a list of members invites"
    columns = (
        Column("email", "e-mail", priority=9),
        Column("status", kind="status", priority=8, value=lambda invitation: invitation.status.lower()),
        Column("kind", priority=5, value=lambda invitation: invitation.kind.replace("_", " ")),
        Column("to", priority=7),
        Column("role", "as", priority=7),
        Column("created", kind="time", priority=6),
        Column("expires", "ends", kind="time", priority=4),
        Column("id", priority=1, wide=True),
    )

    def key(self, item: InvitationRow) -> str:
        return item.id

    def label(self, item: InvitationRow) -> str:
        return item.email or item.id

    def identity(self, item: InvitationRow) -> Hashable:
        return item.id

    async def pages(self, service: TileDBService, scope: Scope, query: Query) -> AsyncIterator[Page[InvitationRow]]:
        async with aclosing((await service.backend()).invitation_pages()) as pages:
            async for page in pages:
                yield Page(page.items, page.total)

    @action("e", "accept", rehearsal="whole")
    async def accept(self, context: Context[TileDBService], item: InvitationRow) -> Outcome:
        await backend_with(context.service, Ability.ACCEPT_INVITATION, "accept invitation")
        await context.service.client.classic.accept_invitation(item.id)
        return Outcome(f"accepted the invitation to {item.to}")

    def unavailable(self, service: TileDBService, action: str) -> str | None:
        return missing(service, Ability.ACCEPT_INVITATION if action == "accept" else None)

    @accept.why_off
    def why_not_accept(self, profile: Profile, item: InvitationRow | None) -> str | None:
        return _why_settled(item)

    @action("ctrl+d", "take back", asks=True, bulk=True, rehearsal="whole")
    async def withdraw(self, context: Context[TileDBService], item: InvitationRow) -> Outcome:
        client = context.service.client
        if await is_classic(context.service):
            found = await _classic(context, item.id)
            await client.classic.withdraw_invitation(found, await client.classic.namespace())
        else:
            await client.members.withdraw(item.id)
        return Outcome(f"took the invitation of {self.label(item)} back")

    @withdraw.preview
    async def preview_withdraw(self, context: Context[TileDBService], items: Sequence[InvitationRow]) -> ChangePreview:
        whom = self.label(items[0]) if len(items) == 1 else f"{len(items)} people"
        lines = tuple(f"{self.label(item)}: to {item.to} as {item.role}" for item in items)
        return ChangePreview(f"takes the invitation of {whom} back", lines)

    @withdraw.why_off
    def why_not_withdraw(self, profile: Profile, item: InvitationRow | None) -> str | None:
        return _why_settled(item)


def _why_settled(item: InvitationRow | None) -> str | None:
    status = "" if item is None else item.status.lower()
    return f"it is {status} already" if status not in ("", "pending") else None


async def _classic(context: Context[TileDBService], key: str) -> ClassicInvitation:
    """Return an invitation as the classic cloud has it. Raises NotFound if it is gone."""
    async with aclosing(context.service.client.classic.invitation_pages()) as pages:
        async for page in pages:
            for found in page.items:
                if found.id == key:
                    return found
    raise NotFound(SYSTEM, "withdraw invitation", "the invitation is gone")
