"""TileDB: a platform that keeps arrays and what belongs to them, in its current form and in its classic one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.resources.system import Fact, System

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.config.profiles import Profile
    from tui.jobs.remote import JobSource
    from tui.resources.discovery import Found
    from tui.resources.types import ResourceType
    from tui.services.command_log import CommandLog
    from tui.services.serving.trouble import Trouble
    from tui.systems.tiledb.service import TileDBService

DAY = 86_400
"""Seconds of which a card counts the tasks."""


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
        from tui.systems.tiledb.resources.activity_resource import ActivityLog
        from tui.systems.tiledb.resources.address_resource import Addresses
        from tui.systems.tiledb.resources.asset_resource import Assets, Found
        from tui.systems.tiledb.resources.graph_resource import Graphs, Steps
        from tui.systems.tiledb.resources.identity_resource import Identities
        from tui.systems.tiledb.resources.invitation_resource import Invitations
        from tui.systems.tiledb.resources.member_resource import Members, Team
        from tui.systems.tiledb.resources.metadata_resource import Metadata
        from tui.systems.tiledb.resources.share_resource import Shares
        from tui.systems.tiledb.resources.space_resource import Spaces
        from tui.systems.tiledb.resources.storage_resource import Credentials, Storage, TeamCredentials, TeamStorage
        from tui.systems.tiledb.resources.stored_profile_resource import StoredProfiles
        from tui.systems.tiledb.resources.task_resource import Tasks
        from tui.systems.tiledb.resources.token_resource import Tokens
        from tui.systems.tiledb.resources.workspace_resource import Workspaces

        top = (Spaces, Tasks, Graphs, Tokens, ActivityLog, Workspaces, Storage, Identities, StoredProfiles)
        below = (Assets, Team, Found, TeamStorage, TeamCredentials, Metadata, Shares, Steps, Members)
        return *top, Credentials, Invitations, Addresses, *below

    def options_model(self) -> type[BaseModel]:
        from tui.systems.tiledb.profile_options import ProfileOptions

        return ProfileOptions

    def discover(self) -> Sequence[Found]:
        from tui.systems.tiledb.discovery import found_profiles

        return found_profiles()

    async def facts(self, service: TileDBService) -> Sequence[Fact]:
        backend = await service.backend()
        who = await backend.identity()
        spaces = await backend.spaces()
        standing = [Fact("spaces", len(spaces), "count"), Fact("workspace", who.workspace or "none")]
        return [*await _task_facts(service), *standing]

    def notice(self, service: TileDBService) -> str:
        return service.notice

    def job_source(self, service: TileDBService) -> JobSource:
        return service.jobs

    def demo(self, folder: Path, trouble: Trouble) -> Sequence[Profile]:
        from tui.systems.tiledb.demo import start_platforms

        return start_platforms(folder, trouble)


async def _task_facts(service: TileDBService) -> list[Fact]:
    """Return how many tasks run, and how many of the last day failed; nothing where they may not be listed."""
    import asyncio
    import time
    from contextlib import aclosing

    from tui.services.errors import NotFound, NotSupported, PermissionDenied

    async def count(status: str) -> int | None:
        since = round(time.time()) - DAY
        async with aclosing(service.client.tasks.pages(start=since, status=status, page_size=1)) as pages:
            async for page in pages:
                return page.total
        return 0

    try:
        running, failed = await asyncio.gather(count("RUNNING"), count("FAILED"))
    except (NotFound, NotSupported, PermissionDenied):
        return []
    facts = [] if running is None else [Fact("tasks running", running, "count")]
    return facts if failed is None else [*facts, Fact("failed today", failed, "count", "bad" if failed else None)]


def _open(profile: Profile) -> TileDBService:
    from tui.systems.tiledb.opening import open_profile

    return open_profile(profile)


system = TileDB()
