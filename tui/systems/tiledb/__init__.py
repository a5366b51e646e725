"""TileDB: a platform that keeps arrays and what belongs to them, in its current form and in its classic one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.resources.system import Fact, System

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.config.profiles import Profile
    from tui.resources.types import ResourceType
    from tui.services.command_log import CommandLog
    from tui.systems.tiledb.service import TileDBService


class TileDB(System["TileDBService"]):
    """Workspaces, teamspaces, assets and tasks, by HTTP."""

    name = "tiledb"
    title = "TileDB"
    schemes = ("tiledb",)
    uri_example = "tiledb://workspace@api.tiledb.com"

    async def open(self, profile: Profile) -> TileDBService:
        import asyncio

        return await asyncio.to_thread(_open, profile)

    def watch(self, service: TileDBService, log: CommandLog, profile: str) -> None:
        service.client.watch(log, profile)

    async def close(self, service: TileDBService) -> None:
        await service.close()

    async def probe(self, service: TileDBService) -> None:
        await service.probe()

    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        from tui.systems.tiledb.activity_resource import ActivityLog
        from tui.systems.tiledb.asset_resource import Assets, Found
        from tui.systems.tiledb.graph_resource import Graphs, Steps
        from tui.systems.tiledb.identity_resource import Identities
        from tui.systems.tiledb.invitation_resource import Invitations
        from tui.systems.tiledb.member_resource import Members, Team
        from tui.systems.tiledb.metadata_resource import Metadata
        from tui.systems.tiledb.share_resource import Shares
        from tui.systems.tiledb.space_resource import Spaces
        from tui.systems.tiledb.storage_resource import Credentials, Storage, TeamCredentials, TeamStorage
        from tui.systems.tiledb.stored_profile_resource import StoredProfiles
        from tui.systems.tiledb.task_resource import Tasks
        from tui.systems.tiledb.token_resource import Tokens
        from tui.systems.tiledb.workspace_resource import Workspaces

        top = (Spaces, Tasks, Graphs, Tokens, ActivityLog, Workspaces, Storage, Identities, StoredProfiles)
        below = (Assets, Team, Found, TeamStorage, TeamCredentials, Metadata, Shares, Steps, Members)
        return *top, Credentials, Invitations, *below

    def options_model(self) -> type[BaseModel]:
        from tui.systems.tiledb.profile_options import ProfileOptions

        return ProfileOptions

    def discover(self) -> Sequence[Profile]:
        from tui.systems.tiledb.discovery import found_profiles

        return found_profiles()

    async def facts(self, service: TileDBService) -> Sequence[Fact]:
        backend = await service.backend()
        who = await backend.identity()
        spaces = await backend.spaces()
        return [Fact("workspace", who.workspace or "none"), Fact("spaces", len(spaces), "count")]

    def notice(self, service: TileDBService) -> str:
        return service.notice

    def demo(self, folder: Path) -> Sequence[Profile]:
        from tui.systems.tiledb.demo import start_platforms

        return start_platforms(folder)


def _open(profile: Profile) -> TileDBService:
    from tui.systems.tiledb.opening import open_profile

    return open_profile(profile)


system = TileDB()
