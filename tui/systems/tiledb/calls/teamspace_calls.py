"""Teamspaces and their members (contract §8). There is no way here to delete all of a workspace's at once."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Literal, get_args

from tui.services.http.session import route
from tui.systems.tiledb.calls.pages import PAGE, Listed, ListPage, One, numbered_pages
from tui.systems.tiledb.connection import CallGroup, without_nothing
from tui.systems.tiledb.errors import invalid, one_of
from tui.systems.tiledb.models.account_models import TeamspaceUser
from tui.systems.tiledb.models.space_models import Light, Teamspace

TeamspaceRole = Literal["owner", "editor", "viewer"]
Visibility = Literal["private", "public"]
ROLES: tuple[str, ...] = get_args(TeamspaceRole)
VISIBILITIES: tuple[str, ...] = get_args(Visibility)


class TeamspaceCalls(CallGroup):
    """Methods on teamspaces, each named by its name or id; `workspace` None is the one that is configured."""

    async def list(
        self,
        workspace: str | None = None,
        *,
        memberships: bool | None = None,
        order_by: Literal["name", "created_at", "updated_at"] | None = None,
        order: Literal["asc", "desc"] | None = None,
    ) -> Sequence[Teamspace]:
        """Return the teamspaces that the user can get at. The server sends all at once.

        Args:
            workspace: its name or id.
            memberships: True for those the user is a member of, False for public ones that can be joined.
            order_by: what they are in the order of; by default when they were made.
            order: by default the newest first.
        """
        path = route("/v4/teamspaces/{}", await self.link.workspace(workspace))
        query = without_nothing(
            memberships=None if memberships is None else str(memberships), order_by=order_by, order=order
        )
        return (await self.link.get(path, "list teamspaces", Listed[Teamspace], query)).data

    async def get(self, teamspace: str, workspace: str | None = None) -> Teamspace:
        """Return a teamspace.

        Raises:
            NotFound: there is none.
        """
        path = await self._path("/v4/teamspaces/{}/{}", workspace, teamspace)
        return (await self.link.get(path, "get teamspace", One[Teamspace])).data

    async def create(
        self,
        name: str,
        *,
        visibility: Visibility = "private",
        description: str | None = None,
        icon: str | None = None,
        credential: str | None = None,
        storage_name: str | None = None,
        storage_path: str | None = None,
        workspace: str | None = None,
    ) -> Light:
        """Make a teamspace and return its name and id.

        Args:
            name: what it is called.
            visibility: public ones can be joined by all of the workspace.
            description: for people.
            icon: a picture for the web pages.
            credential: the name of a credential of the workspace for its storage.
            storage_name: what its first storage setting is called; with `storage_path`.
            storage_path: where that stores, such as `s3://bucket/folder`.
            workspace: its name or id.

        Raises:
            AlreadyExists: there is one of that name.
        """
        if (storage_name is None) != (storage_path is None):
            raise invalid("create teamspace", "storage_name and storage_path: give both or neither")
        body = without_nothing(
            name=name,
            visibility=one_of(VISIBILITIES, visibility, "visibility"),
            description=description,
            icon=icon,
            default_credential=None if credential is None else {"existing_credential_name": credential},
            default_storage_setting=None
            if storage_name is None
            else {"name": storage_name, "path": storage_path, "is_default": True},
        )
        path = route("/v4/teamspaces/{}", await self.link.workspace(workspace))
        return (await self.link.send("POST", path, "create teamspace", One[Light], body)).data

    async def update(
        self,
        teamspace: str,
        *,
        name: str | None = None,
        description: str | None = None,
        icon: str | None = None,
        visibility: Visibility | None = None,
        workspace: str | None = None,
    ) -> None:
        """Change what is not None of a teamspace."""
        if visibility is not None:
            one_of(VISIBILITIES, visibility, "visibility")
        body = without_nothing(name=name, description=description, icon=icon, visibility_level=visibility)
        path = await self._path("/v4/teamspaces/{}/{}", workspace, teamspace)
        await self.link.do("PATCH", path, "update teamspace", body)

    async def delete(self, teamspace: str, *, delete_storage: bool, workspace: str | None = None) -> None:
        """Delete one teamspace and all that is listed in it.

        Args:
            teamspace: its name or id; an empty one, which would mean all of them, is refused.
            delete_storage: delete what is stored as well; else it stays where it is and is only listed no more.
            workspace: its name or id.
        """
        path = await self._path("/v4/teamspaces/{}/{}", workspace, teamspace)
        query = {"delete-assets": "true" if delete_storage else "false"}
        await self.link.do("DELETE", path, "delete teamspace", query=query)

    async def member_pages(
        self,
        teamspace: str,
        *,
        search: str = "",
        role: TeamspaceRole | None = None,
        workspace: str | None = None,
        page_size: int = PAGE,
    ) -> AsyncGenerator[ListPage[TeamspaceUser]]:
        """Yield the members of a teamspace page by page, those of one role if it is given."""
        path = await self._path("/v4/teamspaces/{}/{}/users", workspace, teamspace)
        query = without_nothing(search=search or None, role=role)
        async for page in numbered_pages(self.link, path, "list members", Listed[TeamspaceUser], query, page_size):
            yield page

    async def get_member(self, teamspace: str, user_id: str, workspace: str | None = None) -> TeamspaceUser:
        """Return a member. Raises NotFound if the user is none."""
        path = await self._path("/v4/teamspaces/{}/{}/users/{}", workspace, teamspace, user_id)
        return (await self.link.get(path, "get member", One[TeamspaceUser])).data

    async def add_members(
        self, teamspace: str, roles: Mapping[str, TeamspaceRole], workspace: str | None = None
    ) -> None:
        """Let users in, each as what `roles` says by the user's id."""
        path = await self._path("/v4/teamspaces/{}/{}/users", workspace, teamspace)
        body = [{"user_id": user, "role": one_of(ROLES, role, "role")} for user, role in roles.items()]
        await self.link.do("POST", path, "add members", body)

    async def set_role(self, teamspace: str, user_id: str, role: TeamspaceRole, workspace: str | None = None) -> None:
        """Change what a member is."""
        path = await self._path("/v4/teamspaces/{}/{}/users/{}", workspace, teamspace, user_id)
        await self.link.do("PATCH", path, "set role", {"role": one_of(ROLES, role, "role")})

    async def remove_member(self, teamspace: str, user_id: str, workspace: str | None = None) -> None:
        """Put a member out of a teamspace."""
        path = await self._path("/v4/teamspaces/{}/{}/users/{}", workspace, teamspace, user_id)
        await self.link.do("DELETE", path, "remove member")

    async def join(self, teamspace: str, workspace: str | None = None) -> None:
        """Become a member of a public teamspace."""
        path = await self._path("/v4/actions/teamspaces/{}/{}/users/join", workspace, teamspace)
        await self.link.do("POST", path, "join teamspace")

    async def leave(self, teamspace: str, workspace: str | None = None) -> None:
        """Be a member no more."""
        path = await self._path("/v4/actions/teamspaces/{}/{}/users/leave", workspace, teamspace)
        await self.link.do("POST", path, "leave teamspace")

    async def _path(self, template: str, workspace: str | None, *names: str) -> str:
        return route(template, await self.link.workspace(workspace), *names)
