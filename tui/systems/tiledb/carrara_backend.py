"""The current platform in the words that both share."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any, cast

from tui.services.errors import NotFound
from tui.systems.tiledb.backend import Ability, unsupported
from tui.systems.tiledb.backend_rows import array_event, credential_row
from tui.systems.tiledb.calls import member_calls, teamspace_calls
from tui.systems.tiledb.calls.pages import PAGE, ListPage
from tui.systems.tiledb.calls.token_calls import is_forgotten
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.metadata_values import decoded
from tui.systems.tiledb.models.account_models import Invitation, TeamspaceUser, WorkspaceUser
from tui.systems.tiledb.models.array_models import ArraySchema
from tui.systems.tiledb.models.common_models import (
    CredentialRow,
    Event,
    Identity,
    InvitationRow,
    Item,
    Member,
    Share,
    Space,
    Tenancy,
    TokenRow,
)
from tui.systems.tiledb.models.space_models import Activity, Asset, Teamspace


class CarraraBackend:
    """Backend on a client of the current platform."""

    generation = Generation.CARRARA
    abilities = frozenset(
        {
            Ability.TEAMSPACES,
            Ability.FOLDERS,
            Ability.MOVE,
            Ability.SEARCH,
            Ability.METADATA_EDIT,
            Ability.STORAGE_SETTINGS,
            Ability.NEW_CREDENTIALS,
            Ability.WORKSPACE_ACTIVITY,
        }
    )

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def identity(self) -> Identity:
        """Return who is logged in, and where."""
        user, workspaces = await self.client.get_self_user()
        options = await self.client.link.options()
        named = options.workspace_in_use
        here = next((known for known in workspaces if named in (known.workspace_id, known.name)), None)
        return Identity(
            username=user.username,
            name=user.display_name,
            email=user.email,
            role=user.role,
            user_id=user.id,
            timezone=user.timezone,
            server=options.server_address,
            platform=(await self.client.detect()).words,
            workspace=here.name if here is not None else named,
            workspace_role=here.self_.role if here is not None else "",
            created=user.created_at,
        )

    async def tenancies(self) -> Sequence[Tenancy]:
        """Return the workspaces of whoever is logged in."""
        self.client.accounts.forget()
        return [
            Tenancy(
                name=workspace.name,
                id=workspace.workspace_id,
                role=workspace.workspace_role,
                description=workspace.description or "",
                created=workspace.created_at,
                updated=workspace.updated_at,
                created_by=workspace.created_by,
            )
            for workspace in await self.client.get_user_workspaces()
        ]

    async def spaces(self) -> Sequence[Space]:
        """Return the teamspaces that the user can get at."""
        return [_space(teamspace) for teamspace in await self.client.teamspaces.list(order_by="name", order="asc")]

    async def space(self, name: str) -> Space:
        """Return a teamspace as it is now."""
        return _space(await self.client.teamspaces.get(name))

    def roles(self, space: str | None) -> tuple[str, ...]:
        """Return what a member of the workspace, or of a teamspace, can be."""
        return member_calls.ROLES if space is None else teamspace_calls.ROLES

    async def member_pages(self, space: str | None, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[Member]]:
        """Yield the members of the workspace or of a teamspace page by page."""
        if space is None:
            async for page in self.client.members.pages(page_size=page_size):
                yield page.mapped(_member)
        else:
            async for page in self.client.teamspaces.member_pages(space, page_size=page_size):
                yield page.mapped(_member)

    async def member(self, space: str | None, key: str) -> Member:
        """Return a member as they are now."""
        if space is None:
            return _member(await self.client.members.get(key))
        return _member(await self.client.teamspaces.get_member(space, key))

    async def add_member(self, space: str | None, key: str, role: str) -> None:
        """Let a user in by the id."""
        if space is None:
            await self.client.members.add(key, cast("member_calls.WorkspaceRole", role))
        else:
            await self.client.teamspaces.add_members(space, {key: cast("teamspace_calls.TeamspaceRole", role)})

    async def set_role(self, space: str | None, key: str, role: str) -> None:
        """Change what a member is."""
        if space is None:
            await self.client.members.set_role(key, cast("member_calls.WorkspaceRole", role))
        else:
            await self.client.teamspaces.set_role(space, key, cast("teamspace_calls.TeamspaceRole", role))

    async def remove_member(self, space: str | None, key: str) -> None:
        """Put a member out."""
        if space is None:
            await self.client.members.remove(key)
        else:
            await self.client.teamspaces.remove_member(space, key)

    async def item_pages(
        self, space: str, path: str = "", *, type: str | None = None, search: str = "", page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[Item]]:
        """Yield the assets in a teamspace or a folder page by page, or what a search below it finds."""
        if search:
            filters = [f"type={type}"] if type else []
            pages = self.client.assets.search_pages(
                search, path=path or None, teamspaces=[space], filters=filters, page_size=page_size
            )
        else:
            pages = self.client.assets.pages(space, path, asset_type=type, page_size=page_size)
        async for page in pages:
            yield page.mapped(partial(_item, space))

    async def item(self, space: str, path: str) -> Item:
        """Return an asset as it is now."""
        return _item(space, await self.client.assets.get(space, path))

    async def rename(self, space: str, path: str, name: str) -> Item:
        """Give an asset another name, and return it as it is then."""
        return _item(space, await self.client.assets.rename(space, path, name))

    async def set_description(self, space: str, path: str, description: str) -> None:
        """Change an asset's description."""
        await self.client.assets.update(space, path, description=description)

    async def deregister(self, space: str, path: str) -> None:
        """List an asset no more. What is stored stays where it is."""
        await self.client.assets.deregister(space, path)

    async def delete_storage(self, space: str, path: str) -> None:
        """Delete an asset with all that is stored of it."""
        await self.client.assets.delete_storage(space, path)

    async def metadata(self, space: str, path: str) -> Mapping[str, Any]:
        """Return the metadata of an array or a group."""
        return {entry.key: decoded(entry) for entry in await self.client.assets.metadata(space, path)}

    async def schema(self, space: str, path: str) -> ArraySchema:
        """Return an array's schema."""
        return await self.client.assets.schema(space, path)

    async def non_empty_domain(self, space: str, path: str) -> Any:
        """Return which part of an array's domain holds cells. Raises NotSupported where the server does not tell."""
        try:
            return await self.client.assets.non_empty_domain(space, path)
        except NotFound as error:
            raise unsupported("get domain", f"this server does not tell it: {error.message}") from error

    async def item_events(self, space: str, path: str) -> Sequence[Event]:
        """Return what was lately done to an array."""
        return [array_event(entry, path) for entry in await self.client.assets.array_activity(space, path)]

    async def event_pages(self, space: str | None = None, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[Event]]:
        """Yield what was done in the workspace or a teamspace page by page."""
        async for page in self.client.activity.pages(space, page_size=page_size):
            yield page.mapped(_event)

    async def shares(self, space: str, path: str) -> Sequence[Share]:
        """Refuse: here assets are shared by being in a teamspace."""
        raise self._no_sharing()

    async def share(
        self, space: str, path: str, to: str, actions: Sequence[str], array_actions: Sequence[str] = ()
    ) -> None:
        """Refuse, as `shares`."""
        raise self._no_sharing()

    def _no_sharing(self) -> Exception:
        return unsupported("share", "assets are not shared one by one here", "let people into their teamspace")

    async def token_pages(self, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[TokenRow]]:
        """Yield the user's keys page by page, those of sessions after the others."""
        now, before = datetime.now(UTC), 0
        for kind in ("api", "session"):
            total: int | None = None
            async for page in self.client.tokens.pages(kind, page_size=page_size):
                total = page.total
                rows = tuple(
                    TokenRow(
                        key=token.token_id,
                        name=token.name,
                        kind=kind,
                        scope=token.scope,
                        workspace=token.workspace_id or "",
                        created=token.created_at,
                        expires=token.expires_at,
                        forgotten=is_forgotten(token, now),
                    )
                    for token in page.items
                )
                # How many there are in all is known when the second kind has been asked for.
                yield ListPage(rows, None if kind == "api" or total is None else before + total)
            before += total or 0

    async def revoke_token(self, key: str) -> None:
        """End a key, by its id."""
        await self.client.tokens.revoke(key)

    async def credential_pages(
        self, space: str | None = None, *, page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[CredentialRow]]:
        """Yield the credentials of the workspace or of a teamspace page by page."""
        teamspace_id = None if space is None else (await self.client.teamspaces.get(space)).teamspace_id
        async for page in self.client.storage.credential_pages(teamspace_id, page_size=page_size):
            yield page.mapped(lambda found: credential_row(found, found.credential_type))

    async def delete_credential(self, name: str, space: str | None = None) -> None:
        """Remove a credential of the workspace or of a teamspace."""
        teamspace_id = None if space is None else (await self.client.teamspaces.get(space)).teamspace_id
        await self.client.storage.delete_credential(name, teamspace_id)

    async def invitation_pages(self, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[InvitationRow]]:
        """Yield the invitations into the workspace page by page."""
        async for page in self.client.members.invitation_pages(page_size=page_size):
            yield page.mapped(_invitation)


def _space(teamspace: Teamspace) -> Space:
    return Space(
        name=teamspace.name,
        id=teamspace.teamspace_id,
        kind=teamspace.space_type,
        role=teamspace.role,
        visibility=teamspace.visibility,
        description=teamspace.description or "",
        created=teamspace.created_at,
        updated=teamspace.updated_at,
    )


def _member(user: WorkspaceUser | TeamspaceUser) -> Member:
    return Member(
        key=user.user_id,
        username=user.username,
        name=user.display_name,
        email=user.email,
        role=user.role,
        added_by=user.added_by or "",
        since=user.created_at,
    )


def _item(space: str, asset: Asset) -> Item:
    return Item(
        space=space,
        path=asset.path.strip("/") or asset.id,
        name=asset.name,
        type=asset.type,
        backing=asset.backing_type or asset.type,
        id=asset.id,
        size=asset.size,
        members=asset.members,
        description=asset.description or "",
        created=asset.created_at,
        updated=asset.updated_at,
        created_by=asset.created_by.username if asset.created_by is not None else "",
        uri=asset.uri or "",
        tiledb_uri=asset.tiledb_uri,
    )


def _event(entry: Activity) -> Event:
    task = entry.array_task.get("id")
    return Event(
        id=entry.activity_id,
        when=entry.recorded_at,
        who=entry.who,
        action=entry.action,
        what=entry.what,
        kind=entry.kind,
        space=entry.teamspace.name if entry.teamspace is not None else "",
        task=task if isinstance(task, str) else "",
    )


def _invitation(found: Invitation) -> InvitationRow:
    return InvitationRow(
        id=found.invitation_id,
        email=found.invitee_email,
        kind="workspace",
        to=str(found.workspace_invitation.get("name", "")),
        role=found.role,
        status="PENDING",
        created=found.created_at,
    )
