"""Backend: what both platforms can do, in the same words, so that one set of lists and actions serves either."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Protocol

from tui.services.errors import NotSupported
from tui.systems.tiledb.calls.pages import PAGE, ListPage
from tui.systems.tiledb.errors import SYSTEM
from tui.systems.tiledb.generations import Generation
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


class Ability(StrEnum):
    """What only one of the platforms can do; an action is offered where the backend has it."""

    TEAMSPACES = "teamspaces"
    FOLDERS = "folders"
    MOVE = "move"
    SEARCH = "search"
    METADATA_EDIT = "metadata edit"
    STORAGE_SETTINGS = "storage settings"
    NEW_CREDENTIALS = "new credentials"
    WORKSPACE_ACTIVITY = "workspace activity"
    SHARING = "sharing"
    ACCEPT_INVITATION = "accept invitation"


class Backend(Protocol):
    """A platform. Every method raises as AsyncClient's, and NotSupported where `abilities` lack what it needs.

    A space is named by its name, an asset by the space and its path in it, as the rows tell them. `None` for a space
    is the whole workspace; on the classic cloud the namespace that is configured, or the user's own.
    """

    @property
    def generation(self) -> Generation:
        """Which platform it is."""
        ...

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do that the other cannot."""
        ...

    async def identity(self) -> Identity:
        """Return who is logged in, and where."""
        ...

    async def tenancies(self) -> Sequence[Tenancy]:
        """Return the workspaces or organisations of whoever is logged in."""
        ...

    async def spaces(self) -> Sequence[Space]:
        """Return what assets can be looked for in."""
        ...

    async def space(self, name: str) -> Space:
        """Return a space as it is now. Raises NotFound if there is none."""
        ...

    def roles(self, space: str | None) -> tuple[str, ...]:
        """Return what a member can be, the mightiest first."""
        ...

    def member_pages(self, space: str | None, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[Member]]:
        """Yield the members page by page."""
        ...

    async def member(self, space: str | None, key: str) -> Member:
        """Return a member as they are now. Raises NotFound if there is none."""
        ...

    async def add_member(self, space: str | None, key: str, role: str) -> None:
        """Let a person in: by the user's id, on the classic cloud by the name."""
        ...

    async def set_role(self, space: str | None, key: str, role: str) -> None:
        """Change what a member is."""
        ...

    async def remove_member(self, space: str | None, key: str) -> None:
        """Put a member out."""
        ...

    def item_pages(
        self, space: str, path: str = "", *, type: str | None = None, search: str = "", page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[Item]]:
        """Yield the assets in a space, a folder or a group page by page; `search` is words to look for below it."""
        ...

    async def item(self, space: str, path: str) -> Item:
        """Return an asset as it is now. Raises NotFound if there is none."""
        ...

    async def rename(self, space: str, path: str, name: str) -> Item:
        """Give an asset another name, and return it as it is then."""
        ...

    async def set_description(self, space: str, path: str, description: str) -> None:
        """Change an asset's description."""
        ...

    async def deregister(self, space: str, path: str) -> None:
        """List an asset no more. What is stored stays where it is."""
        ...

    async def delete_storage(self, space: str, path: str) -> None:
        """Delete an asset with all that is stored of it. Nothing brings it back."""
        ...

    async def metadata(self, space: str, path: str) -> Mapping[str, Any]:
        """Return the metadata of an array or a group, decoded as far as its type is known."""
        ...

    async def schema(self, space: str, path: str) -> ArraySchema:
        """Return an array's schema."""
        ...

    async def non_empty_domain(self, space: str, path: str) -> Any:
        """Return which part of an array's domain holds cells, as the server tells it."""
        ...

    async def item_events(self, space: str, path: str) -> Sequence[Event]:
        """Return what was lately done to an asset."""
        ...

    def event_pages(self, space: str | None = None, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[Event]]:
        """Yield what was done in a workspace or a teamspace page by page."""
        ...

    async def shares(self, space: str, path: str) -> Sequence[Share]:
        """Return who else may do what with an asset."""
        ...

    async def share(
        self, space: str, path: str, to: str, actions: Sequence[str], array_actions: Sequence[str] = ()
    ) -> None:
        """Let a namespace do these actions with an asset and nothing else; none of them takes all back."""
        ...

    def token_pages(self, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[TokenRow]]:
        """Yield the user's keys of both kinds page by page."""
        ...

    async def revoke_token(self, key: str) -> None:
        """End a key."""
        ...

    def credential_pages(
        self, space: str | None = None, *, page_size: int = PAGE
    ) -> AsyncGenerator[ListPage[CredentialRow]]:
        """Yield how clouds are logged in to, page by page."""
        ...

    async def delete_credential(self, name: str, space: str | None = None) -> None:
        """Remove a credential."""
        ...

    def invitation_pages(self, *, page_size: int = PAGE) -> AsyncGenerator[ListPage[InvitationRow]]:
        """Yield the invitations that were sent page by page."""
        ...


def unsupported(operation: str, message: str, hint: str = "") -> NotSupported:
    """Return the error for what a platform cannot do."""
    return NotSupported(SYSTEM, operation, message, hint)
