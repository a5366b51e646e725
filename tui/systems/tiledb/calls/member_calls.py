"""The members of a workspace, and who is invited into it (contract §8)."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Literal, get_args

from tui.services.http.session import route
from tui.systems.tiledb.calls.pages import PAGE, Listed, ListPage, One, numbered_pages
from tui.systems.tiledb.connection import CallGroup
from tui.systems.tiledb.errors import invalid, one_of
from tui.systems.tiledb.models.account_models import Invitation, WorkspaceUser

WorkspaceRole = Literal["owner", "admin", "member"]
ROLES: tuple[str, ...] = get_args(WorkspaceRole)


class MemberCalls(CallGroup):
    """Methods on people in a workspace; None is the workspace that is configured."""

    async def pages(
        self, workspace: str | None = None, *, search: str = "", page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[WorkspaceUser]]:
        """Yield the members page by page. `search` is part of a name or an address."""
        path = route("/v4/workspaceusers/{}", await self.link.workspace(workspace))
        query = {"search": search} if search else {}
        async for page in numbered_pages(
            self.link, path, "list members", Listed[WorkspaceUser], query, page_size, whole_feature=True
        ):
            yield page

    async def get(self, user_id: str, workspace: str | None = None) -> WorkspaceUser:
        """Return a member.

        Raises:
            NotFound: the user is none.
        """
        return (await self.link.get(await self._path(user_id, workspace), "get member", One[WorkspaceUser])).data

    async def add(self, user_id: str, role: WorkspaceRole, workspace: str | None = None) -> None:
        """Let a user of the deployment into the workspace."""
        path = route("/v4/workspaceusers/{}", await self.link.workspace(workspace))
        await self.link.do("POST", path, "add member", {"user_id": user_id, "role": one_of(ROLES, role, "role")})

    async def set_role(self, user_id: str, role: WorkspaceRole, workspace: str | None = None) -> None:
        """Change what a member is."""
        await self.link.do(
            "PATCH", await self._path(user_id, workspace), "set role", {"role": one_of(ROLES, role, "role")}
        )

    async def remove(self, user_id: str, workspace: str | None = None) -> None:
        """Put a member out of the workspace."""
        await self.link.do("DELETE", await self._path(user_id, workspace), "remove member")

    async def _path(self, user_id: str, workspace: str | None) -> str:
        return route("/v4/workspaceusers/{}/{}", await self.link.workspace(workspace), user_id)

    async def invitation_pages(
        self, workspace: str | None = None, *, page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[Invitation]]:
        """Yield the invitations that wait for an answer, page by page."""
        path = route("/v4/invitations/admin/{}", await self.link.workspace(workspace))
        async for page in numbered_pages(
            self.link, path, "list invitations", Listed[Invitation], {}, page_size, whole_feature=True
        ):
            yield page

    async def invite(self, email: str, workspace_id: str, role: WorkspaceRole = "member") -> None:
        """Send somebody an invitation into a workspace, which is named by its id."""
        if "@" not in email:
            raise invalid("invite", "email: an address has an @ in it")
        invited = {"workspace_id": workspace_id, "prospective_role": one_of(ROLES, role, "role")}
        body = [{"invitee_email": email, "workspace_invitation": invited}]
        await self.link.do("POST", route("/v4/invitations/admin/{}", workspace_id), "invite", body)

    async def withdraw(self, invitation_id: str, workspace: str | None = None) -> None:
        """Take an invitation back."""
        path = route("/v4/invitations/admin/{}/{}", await self.link.workspace(workspace), invitation_id)
        await self.link.do("DELETE", path, "withdraw invitation")
