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
    Ability.MOVE: "moving of assets",
    Ability.SEARCH: "a search",
    Ability.METADATA_EDIT: "editing of metadata from here",
    Ability.STORAGE_SETTINGS: "storage settings",
    Ability.NEW_CREDENTIALS: "way to make credentials from here",
    Ability.WORKSPACE_ACTIVITY: "activity of the whole workspace",
    Ability.SHARING: "sharing of single assets",
    Ability.ACCEPT_INVITATION: "accepting of invitations from here",
}


def lacks(generation: Generation, ability: Ability) -> str:
    """Return why an action is off on a platform that lacks an ability."""
    return f"{NAMES[generation]} has no {HAS[ability].removeprefix('a ')}"


def missing(service: TileDBService, ability: Ability | None) -> str | None:
    """Return why the server's platform can never do what needs an ability, None if it can or is not known yet."""
    backend = service.known_backend
    if ability is None or backend is None or ability in backend.abilities:
        return None
    return lacks(backend.generation, ability)


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
