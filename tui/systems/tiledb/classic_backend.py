"""The classic cloud in the words that both platforms share."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from tui.services.errors import NotFound
from tui.services.printable import printable
from tui.systems.tiledb.backend import Ability, unsupported
from tui.systems.tiledb.backend_rows import array_event, credential_row
from tui.systems.tiledb.calls.classic_calls import ORGANIZATION_ROLES
from tui.systems.tiledb.calls.classic_data_calls import EVERYONE, Whose
from tui.systems.tiledb.calls.pages import PAGE, ListPage
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.errors import SYSTEM, invalid
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.models.array_models import ArraySchema
from tui.systems.tiledb.models.classic_models import ArrayInfo, ClassicInvitation, GroupInfo, OrganizationUser, Sharing
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

SHARED, PUBLIC = "@shared", "@public"
"""The spaces of what is shared with the user, and of what is public. What is in them is named `namespace/name`."""


class ClassicBackend:
    """Backend on a client of the classic cloud. Spaces are namespaces; an asset's path is its name, or in the spaces
    that hold several namespaces and in groups `namespace/name`."""

    generation = Generation.CLASSIC
    abilities = frozenset({Ability.SHARING, Ability.ACCEPT_INVITATION})

    def __init__(self, client: AsyncClient) -> None:
        self.client = client

    async def identity(self) -> Identity:
        """Return who is logged in, and where."""
        user = await self.client.classic.get_user()
        options = await self.client.link.options()
        return Identity(
            username=user.username,
            name=user.name or "",
            email=user.email or "",
            user_id=user.id or "",
            timezone=user.timezone or "",
            server=options.server_address,
            platform=(await self.client.detect()).words,
            workspace=options.workspace or user.username,
        )

    async def tenancies(self) -> Sequence[Tenancy]:
        """Return the organisations of whoever is logged in."""
        return [
            Tenancy(
                name=found.name,
                id=found.id or "",
                role=found.role or "",
                description=found.description or "",
                created=found.created_at,
                updated=found.updated_at,
            )
            for found in await self.client.classic.organizations()
        ]

    async def spaces(self) -> Sequence[Space]:
        """Return the user's own namespace, those of the organisations, and what is shared and public."""
        user = await self.client.classic.get_user()
        organizations = await self.client.classic.organizations()
        named = [Space(name=user.username, id=user.id or "", kind="user", role="owner", visibility="private")]
        named += [
            Space(
                name=found.name,
                id=found.id or "",
                kind="organisation",
                role=found.role or "",
                visibility="private",
                description=found.description or "",
                created=found.created_at,
                updated=found.updated_at,
            )
            for found in organizations
            # Everyone is in this one, and what it holds is the public space.
            if found.name != EVERYONE
        ]
        return [
            *named,
            Space(name=SHARED, kind="shared", role="", visibility="shared", description="shared with you by others"),
            Space(name=PUBLIC, kind="public", role="", visibility="public", description="open to everyone"),
        ]

    async def space(self, name: str) -> Space:
        """Return a space as it is now."""
        for space in await self.spaces():
            if space.name == name:
                return space
        raise NotFound(SYSTEM, "get namespace", f"there is no namespace {printable(name, 80)!r} of this user")

    def roles(self, space: str | None) -> tuple[str, ...]:
        """Return what a member of an organisation can be."""
        return ORGANIZATION_ROLES

    async def member_pages(self, space: str | None, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[Member]]:
        """Yield the members of an organisation, which the server sends all at once."""
        name = await self.client.classic.namespace(space)
        try:
            users = (await self.client.classic.organization(name)).users
        except NotFound:
            # A person's own namespace has no members but them.
            users = []
        yield ListPage(tuple(_member(user) for user in users), len(users))

    async def member(self, space: str | None, key: str) -> Member:
        """Return a member of an organisation as they are now."""
        return _member(await self.client.classic.member(await self.client.classic.namespace(space), key))

    async def add_member(self, space: str | None, key: str, role: str) -> None:
        """Let a person in by their name."""
        await self.client.classic.add_member(await self.client.classic.namespace(space), key, role)

    async def set_role(self, space: str | None, key: str, role: str) -> None:
        """Change what a member is."""
        await self.client.classic.set_role(await self.client.classic.namespace(space), key, role)

    async def remove_member(self, space: str | None, key: str) -> None:
        """Put a member out of an organisation."""
        await self.client.classic.remove_member(await self.client.classic.namespace(space), key)

    async def item_pages(
        self, space: str, path: str = "", *, type: str | None = None, search: str = "", page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[Item]]:
        """Yield the groups and then the arrays of a space page by page, or what is in a group."""
        data = self.client.classic_data
        if path:
            namespace, name = self._place(space, path)
            async for entries in data.group_content_pages(namespace, name, search=search or None, page_size=page_size):
                members = [entry.group or entry.array for entry in entries.items]
                yield ListPage(tuple(_item(space, found) for found in members if found is not None), entries.total)
            return
        whose, namespace = self._whose(space)
        before: int | None = 0
        if type in (None, "group"):
            async for groups in data.group_pages(
                whose, namespace=namespace, search=search or None, page_size=page_size
            ):
                before = groups.total
                yield ListPage(tuple(_item(space, found) for found in groups.items))
        if type == "group":
            return
        file_types = () if type in (None, "array") else (type,)
        async for arrays in data.array_pages(
            whose, namespace=namespace, search=search or None, file_types=file_types, page_size=page_size
        ):
            total = None if before is None or arrays.total is None else before + arrays.total
            yield ListPage(tuple(_item(space, found) for found in arrays.items), total)

    async def item(self, space: str, path: str) -> Item:
        """Return an array or a group as it is now."""
        return _item(space, await self._find(space, path))

    async def rename(self, space: str, path: str, name: str) -> Item:
        """Give an array or a group another name, and return it as it is then."""
        if not name.strip() or "/" in name:
            raise invalid("rename", "name: a name has no slash and is not empty")
        namespace, old = self._place(space, path)
        if isinstance(await self._find(space, path), GroupInfo):
            await self.client.classic_data.update_group(namespace, old, name=name)
        else:
            await self.client.classic_data.update_array(namespace, old, name=name)
        return await self.item(space, name if "/" not in path else f"{namespace}/{name}")

    async def set_description(self, space: str, path: str, description: str) -> None:
        """Change the description of an array or a group."""
        namespace, name = self._place(space, path)
        if isinstance(await self._find(space, path), GroupInfo):
            await self.client.classic_data.update_group(namespace, name, description=description)
        else:
            await self.client.classic_data.update_array(namespace, name, description=description)

    async def deregister(self, space: str, path: str) -> None:
        """List an array or a group no more, and of a group not what is in it. What is stored stays where it is."""
        namespace, name = self._place(space, path)
        if isinstance(await self._find(space, path), GroupInfo):
            await self.client.classic_data.deregister_group(namespace, name)
        else:
            await self.client.classic_data.deregister_array(namespace, name)

    async def delete_storage(self, space: str, path: str) -> None:
        """Delete an array or a group, but not what is in the group, with all that is stored of it."""
        namespace, name = self._place(space, path)
        if isinstance(await self._find(space, path), GroupInfo):
            await self.client.classic_data.delete_group(namespace, name)
        else:
            await self.client.classic_data.delete_array(namespace, name)

    async def metadata(self, space: str, path: str) -> Mapping[str, Any]:
        """Return an array's metadata, or that of a group as it is listed."""
        namespace, name = self._place(space, path)
        found = await self._find(space, path)
        if isinstance(found, GroupInfo):
            return {entry.key: entry.value for entry in found.metadata}
        return await self.client.classic_data.array_metadata(namespace, name)

    async def schema(self, space: str, path: str) -> ArraySchema:
        """Return an array's schema."""
        return await self.client.classic_data.schema(*self._place(space, path))

    async def non_empty_domain(self, space: str, path: str) -> Any:
        """Return which part of an array's domain holds cells."""
        return await self.client.classic_data.non_empty_domain(*self._place(space, path))

    async def item_events(self, space: str, path: str) -> Sequence[Event]:
        """Return what was lately done to an array."""
        found = await self.client.classic_data.array_activity(*self._place(space, path))
        return [array_event(entry, path) for entry in found]

    async def event_pages(self, space: str | None = None, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[Event]]:
        """Refuse: here only what was done to one array can be asked for."""
        raise unsupported("list activity", "this server tells of one array at a time", "look at an array's activity")
        yield ListPage(())

    async def shares(self, space: str, path: str) -> Sequence[Share]:
        """Return who else may do what with an array or a group."""
        namespace, name = self._place(space, path)
        if isinstance(await self._find(space, path), GroupInfo):
            found = await self.client.classic_data.group_shares(namespace, name)
        else:
            found = await self.client.classic_data.array_shares(namespace, name)
        return [_share(entry) for entry in found]

    async def share(
        self, space: str, path: str, to: str, actions: Sequence[str], array_actions: Sequence[str] = ()
    ) -> None:
        """Let a namespace do these actions with an array or a group and nothing else."""
        namespace, name = self._place(space, path)
        if isinstance(await self._find(space, path), GroupInfo):
            await self.client.classic_data.share_group(namespace, name, to, actions, array_actions)
        else:
            await self.client.classic_data.share_array(namespace, name, to, actions)

    async def token_pages(self, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[TokenRow]]:
        """Yield the user's keys, which the server sends all at once, those of sessions after the others."""
        rows = [
            TokenRow(
                key=token.name or "",
                name=token.name or "",
                kind=kind,
                scope=", ".join(token.scope),
                created=token.issued_at,
                expires=token.expires_at,
            )
            for kind, sessions in (("api", False), ("session", True))
            for token in await self.client.classic.tokens(sessions=sessions)
        ]
        yield ListPage(tuple(rows), len(rows))

    async def revoke_token(self, key: str) -> None:
        """End a key, by its name."""
        await self.client.classic.revoke_token(key)

    async def credential_pages(
        self, space: str | None = None, *, page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[CredentialRow]]:
        """Yield the credentials of a namespace page by page."""
        namespace = await self.client.classic.namespace(space)
        async for page in self.client.classic_data.credential_pages(namespace, page_size=page_size):
            yield page.mapped(lambda found: credential_row(found, namespace))

    async def delete_credential(self, name: str, space: str | None = None) -> None:
        """Remove a credential of a namespace."""
        await self.client.classic_data.delete_credential(await self.client.classic.namespace(space), name)

    async def invitation_pages(self, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[InvitationRow]]:
        """Yield the invitations from and to the user page by page."""
        async for page in self.client.classic.invitation_pages(page_size=page_size):
            yield page.mapped(_invitation)

    def _whose(self, space: str) -> tuple[Whose, str | None]:
        if space == SHARED:
            return "shared", None
        return ("public", None) if space == PUBLIC else ("owned", space)

    def _place(self, space: str, path: str) -> tuple[str, str]:
        """Return the namespace and the name that a path means in a space."""
        namespace, slash, name = path.partition("/")
        if slash:
            return namespace, name
        if space in (SHARED, PUBLIC):
            raise invalid("asset", "what is in this space is named namespace/name")
        return space, path

    async def _find(self, space: str, path: str) -> ArrayInfo | GroupInfo:
        """Return what a path means: an array, or else a group."""
        namespace, name = self._place(space, path)
        try:
            return await self.client.classic_data.array(namespace, name)
        except NotFound as missing:
            try:
                return await self.client.classic_data.group(namespace, name)
            except NotFound:
                raise missing from None


def _member(user: OrganizationUser) -> Member:
    return Member(
        key=user.username or "",
        username=user.username or "",
        name=user.user_full_name or "",
        email=user.user_email or "",
        role=user.role or "",
    )


def _group_type(group: GroupInfo) -> str:
    """Return what a group is for, such as `soma`; of most the cloud says that it is for nothing in particular."""
    return group.group_type if group.group_type not in (None, "", "generic") else "group"


def _item(space: str, found: ArrayInfo | GroupInfo) -> Item:
    elsewhere = found.namespace is not None and found.namespace != space
    group = isinstance(found, GroupInfo)
    return Item(
        space=space,
        path=f"{found.namespace}/{found.name}" if elsewhere else found.name,
        name=found.name,
        type=_group_type(found) if isinstance(found, GroupInfo) else found.file_type or "array",
        backing="group" if group else "array",
        id=found.id or "",
        # The cloud counts no bytes of a group, and says 0.
        size=None if group and not found.size else found.size,
        members=(found.asset_count or 0) + (found.group_count or 0) if group else None,
        description=found.description or "",
        created=found.created_at,
        updated=found.last_accessed,
        created_by=found.created_by or "",
        uri=found.uri or "",
        tiledb_uri=found.tiledb_uri or "",
        tags=tuple(found.tags),
        is_public=found.public_share,
    )


def _share(entry: Sharing) -> Share:
    return Share(
        namespace=entry.namespace,
        kind=entry.namespace_type or "",
        actions=tuple(entry.actions or entry.group_actions),
        array_actions=tuple(entry.array_actions),
    )


def _invitation(found: ClassicInvitation) -> InvitationRow:
    return InvitationRow(
        id=found.id,
        email=found.email or found.namespace_invited or "",
        kind=(found.invitation_type or "").lower(),
        to=found.organization_name or found.array_name or "",
        role=found.organization_role or "",
        status=found.status or "",
        created=found.created_at,
        expires=found.expires_at,
    )
