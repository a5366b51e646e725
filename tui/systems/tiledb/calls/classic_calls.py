"""People, organisations, keys and invitations of the classic cloud (contract §10)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from datetime import UTC, datetime

from tui.services.http.session import route
from tui.systems.tiledb.calls.account_calls import checked_user
from tui.systems.tiledb.calls.pages import PAGE, ListPage, Named, named_pages
from tui.systems.tiledb.connection import CallGroup, without_nothing
from tui.systems.tiledb.errors import invalid, one_of
from tui.systems.tiledb.models.classic_models import (
    ClassicInvitation,
    ClassicToken,
    ClassicUser,
    Organization,
    OrganizationUser,
)
from tui.systems.tiledb.values import Many

ORGANIZATION_ROLES = ("owner", "admin", "read_write_delete", "read_write", "read_only")


class _InvitationPage(Named):
    invitations: Many[ClassicInvitation]


class ClassicAccountCalls(CallGroup):
    """Methods on who is logged in, organisations and their members, and keys."""

    async def get_user(self) -> ClassicUser:
        """Return who is logged in, with their organisations. From then on their namespace is the usual one."""
        found = await self.link.get("/v1/user", "who am I", ClassicUser)
        self.link.namespace = found.username
        return found

    async def check_login(self) -> None:
        """See that the host and the credential are good. Raises HostUnreachable or LoginRefused."""
        await checked_user(self.get_user)

    async def namespace(self, named: str | None = None) -> str:
        """Return the namespace for a call: what is named, what is configured, or that of whoever is logged in."""
        configured = (await self.link.options()).workspace
        if not (named or configured or self.link.namespace):
            await self.get_user()
        return named or configured or self.link.namespace

    async def organizations(self) -> Sequence[Organization]:
        """Return the organisations of whoever is logged in."""
        return await self.link.many("/v1/organizations", "list organisations", Organization)

    async def organization(self, name: str) -> Organization:
        """Return an organisation with its members. Raises NotFound if there is none of that name."""
        return await self.link.get(route("/v1/organizations/{}", name), "get organisation", Organization)

    async def update_organization(
        self, name: str, *, description: str | None = None, default_s3_path: str | None = None
    ) -> None:
        """Change what is not None of an organisation."""
        body = without_nothing(name=name, description=description, default_s3_path=default_s3_path)
        await self.link.do("PATCH", route("/v1/organizations/{}", name), "update organisation", body)

    async def member(self, organization: str, username: str) -> OrganizationUser:
        """Return a member of an organisation. Raises NotFound if the person is none."""
        path = route("/v1/organizations/{}/{}", organization, username)
        return await self.link.get(path, "get member", OrganizationUser)

    async def add_member(self, organization: str, username: str, role: str) -> None:
        """Let a person into an organisation."""
        body = {"username": username, "role": one_of(ORGANIZATION_ROLES, role, "role")}
        await self.link.do("POST", route("/v1/organizations/{}/user", organization), "add member", body)

    async def set_role(self, organization: str, username: str, role: str) -> None:
        """Change what a member of an organisation is."""
        body = {"username": username, "role": one_of(ORGANIZATION_ROLES, role, "role")}
        await self.link.do("PATCH", route("/v1/organizations/{}/{}", organization, username), "set role", body)

    async def remove_member(self, organization: str, username: str) -> None:
        """Put a member out of an organisation."""
        await self.link.do("DELETE", route("/v1/organizations/{}/{}", organization, username), "remove member")

    async def tokens(self, *, sessions: bool = False) -> Sequence[ClassicToken]:
        """Return the user's keys, or those of sessions. What they are is taken out."""
        path = "/v1/tokens/session" if sessions else "/v1/tokens"
        found = await self.link.many(path, "list tokens", ClassicToken)
        empty = ClassicToken.model_fields["token"].default
        return [token.model_copy(update={"token": empty}) for token in found]

    async def token_scopes(self) -> Sequence[str]:
        """Return what keys can be made for."""
        return await self.link.many("/v1/tokens/scopes", "token scopes", str)

    async def create_token(
        self, name: str, *, scopes: Sequence[str] = ("*",), expires: datetime | None = None
    ) -> ClassicToken:
        """Make a key. Its `token` is in the answer and nowhere else; a name that is taken gets a number."""
        body = without_nothing(
            name=name, scope=list(scopes), expires=None if expires is None else expires.astimezone(UTC).isoformat()
        )
        return await self.link.send("POST", "/v1/token", "create token", ClassicToken, body, private=True)

    async def revoke_token(self, name: str) -> None:
        """End a key, named by its name: what it is would be written into the logs on the way."""
        await self.link.do("DELETE", route("/v1/tokens/{}", name), "revoke token")

    async def invitation_pages(
        self, *, status: str | None = None, page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[ClassicInvitation]]:
        """Yield the invitations from and to the user page by page. `status` is PENDING or ACCEPTED."""
        query = without_nothing(status=status)
        async for page in named_pages(
            self.link,
            "/v1/invitations",
            "list invitations",
            _InvitationPage,
            lambda found: found.invitations,
            query,
            page_size,
        ):
            yield page

    async def accept_invitation(self, invitation: str) -> None:
        """Accept an invitation, named by its id."""
        await self.link.do("POST", route("/v1/invitations/{}", invitation), "accept invitation")

    async def invite_to_organization(self, organization: str, emails: Sequence[str], role: str) -> None:
        """Invite people to an organisation by their addresses."""
        body = {"organization_role": one_of(ORGANIZATION_ROLES, role, "role"), "invitee_email": list(emails)}
        await self.link.do("POST", route("/v1/invitations/{}/join", organization), "invite", body)

    async def invite_to_array(self, namespace: str, array: str, emails: Sequence[str], actions: Sequence[str]) -> None:
        """Invite people to share an array by their addresses."""
        body = {"actions": list(actions), "invitee_email": list(emails)}
        await self.link.do("POST", route("/v1/invitations/{}/{}/share", namespace, array), "invite", body)

    async def withdraw_invitation(self, invitation: ClassicInvitation, namespace: str = "") -> None:
        """Take an invitation back. `namespace` is that of the array or group it is for."""
        if invitation.invitation_type == "JOIN_ORGANIZATION" and invitation.organization_name:
            path = route("/v1/invitations/{}/{}/join", invitation.id, invitation.organization_name)
        elif invitation.invitation_type == "GROUP_SHARE" and invitation.array_name and namespace:
            path = route("/v1/invitations/group/{}/{}/{}/share", invitation.id, namespace, invitation.array_name)
        elif invitation.invitation_type == "ARRAY_SHARE" and invitation.array_name and namespace:
            path = route("/v1/invitations/{}/{}/{}/share", invitation.id, namespace, invitation.array_name)
        else:
            raise invalid("withdraw invitation", "the server does not tell what the invitation is for")
        await self.link.do("DELETE", path, "withdraw invitation")
