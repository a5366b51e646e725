"""Arraylake: a service that keeps a catalogue of array repositories in object storage."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tui.resources.system import Fact, System

if TYPE_CHECKING:
    from pydantic import BaseModel

    from tui.config.profiles import Profile
    from tui.resources.discovery import Found
    from tui.resources.types import ResourceType
    from tui.services.command_log import CommandLog
    from tui.services.serving.trouble import Trouble
    from tui.systems.arraylake.service import ArraylakeService

MOST_COUNTED = 8
"""Organisations whose repositories a card counts: for each, the service is asked twice."""
SCREENS = {"login": "tui.systems.arraylake.screens.login:LoginScreen"}


class Arraylake(System["ArraylakeService"]):
    """Organisations, their repositories and their buckets, by HTTP."""

    name = "arraylake"
    title = "Arraylake"
    schemes = ("arraylake",)
    uri_example = "arraylake://org"
    facts_stay = 30.0

    async def open(self, profile: Profile) -> ArraylakeService:
        import asyncio

        return await (await asyncio.to_thread(_opener))(profile)

    def watch(self, service: ArraylakeService, log: CommandLog, profile: str) -> None:
        service.watch(log)

    async def close(self, service: ArraylakeService) -> None:
        await service.close()

    async def probe(self, service: ArraylakeService) -> None:
        await service.client.get_user()

    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        from tui.systems.arraylake.resources.bucket_resource import BucketRepos, Buckets
        from tui.systems.arraylake.resources.chunk_resource import Chunks, Policies
        from tui.systems.arraylake.resources.commit_resource import Commits
        from tui.systems.arraylake.resources.node_resource import Nodes
        from tui.systems.arraylake.resources.org_resource import Orgs
        from tui.systems.arraylake.resources.repo_resource import Repos
        from tui.systems.arraylake.resources.version_resource import Versions

        return Orgs, Repos, Versions, Nodes, Commits, Buckets, BucketRepos, Chunks, Policies

    def options_model(self) -> type[BaseModel]:
        from tui.systems.arraylake.profile_options import ProfileOptions

        return ProfileOptions

    def discover(self) -> Sequence[Found]:
        from tui.systems.arraylake.discovery import found_profiles

        return found_profiles()

    async def facts(self, service: ArraylakeService) -> Sequence[Fact]:
        from tui.systems.arraylake.listed import ListedOrg

        orgs = await service.orgs()
        counted = await service.counted_orgs([ListedOrg(name=org.name) for org in orgs[:MOST_COUNTED]])
        facts = [Fact("organisations", len(orgs), "count")] if len(orgs) != 1 else [Fact("organisation", orgs[0].name)]
        if len(orgs) <= MOST_COUNTED:
            facts.insert(0, Fact("repositories", sum(org.repositories or 0 for org in counted), "count"))
            facts.append(Fact("buckets", sum(org.buckets or 0 for org in counted), "count"))
        changes = [org.last_change for org in counted if org.last_change is not None]
        if changes:
            facts.insert(1, Fact("last change", max(changes), "time"))
        return facts

    def notice(self, service: ArraylakeService) -> str:
        return service.notice

    def screen(self, name: str) -> str:
        return SCREENS[name] if name in SCREENS else super().screen(name)

    def demo(self, folder: Path, trouble: Trouble) -> Sequence[Profile]:
        from tui.systems.arraylake.demo import start_catalogue

        return [start_catalogue(folder, trouble)]


def _opener() -> Any:
    from tui.systems.arraylake.service import open_service

    return open_service


system = Arraylake()
