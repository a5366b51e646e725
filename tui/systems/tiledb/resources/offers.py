"""Which platform a profile's server is, and what to say of an action that only the other one has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.systems.tiledb.backend import Ability, Backend, unsupported
from tui.systems.tiledb.generations import Generation

if TYPE_CHECKING:
    from tui.systems.tiledb.service import TileDBService

NAMES = {Generation.CARRARA: "the current platform", Generation.CLASSIC: "the classic cloud"}
HAS = {
    Ability.TEAMSPACES: "teamspaces",
    Ability.FOLDERS: "folders",
    Ability.MOVE: "moving assets",
    Ability.SEARCH: "a search",
    Ability.METADATA_EDIT: "editing metadata from here",
    Ability.STORAGE_SETTINGS: "storage settings",
    Ability.WORKSPACE_ACTIVITY: "activity of the whole workspace",
    Ability.SHARING: "sharing single assets",
    Ability.ACCEPT_INVITATION: "accepting invitations from here",
}


def lacks(generation: Generation, ability: Ability) -> str:
    """Return why an action is off on a platform that lacks an ability."""
    return f"{NAMES[generation]} has no {HAS[ability].removeprefix('a ')}"


async def backend_with(service: TileDBService, ability: Ability, operation: str) -> Backend:
    """Return the backend of the server's platform.

    Raises:
        NotSupported: it lacks the ability; nothing was sent for it.
        LoginRefused: the server does not take the credential.
    """
    backend = await service.backend()
    if ability not in backend.abilities:
        raise unsupported(operation, lacks(backend.generation, ability))
    return backend


async def is_classic(service: TileDBService) -> bool:
    """Whether the server is the classic cloud. Raises LoginRefused as `backend_with`."""
    return (await service.backend()).generation is Generation.CLASSIC
