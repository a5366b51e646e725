"""Arakoon: distributed key-value clusters."""

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
    from tui.systems.arakoon.service import ArakoonService

FILES = (".ini", ".cfg")
"""How the name of a cluster's own file ends."""
SCREENS = {
    "statistics": "tui.systems.arakoon.screens.statistics:StatisticsScreen",
    "value": "tui.systems.arakoon.screens.value:ValueScreen",
}


class Arakoon(System["ArakoonService"]):
    """Clusters of nodes that agree on keys and values, by TCP."""

    name = "arakoon"
    title = "Arakoon"
    schemes = ("arakoon",)
    uri_example = "arakoon://10.0.0.1:4000,10.0.0.2:4000/cluster or a cluster's .ini"

    async def open(self, profile: Profile) -> ArakoonService:
        import asyncio

        return await (await asyncio.to_thread(_opener))(profile)

    def watch(self, service: ArakoonService, log: CommandLog, profile: str) -> None:
        service.client.watch(log, profile)

    async def close(self, service: ArakoonService) -> None:
        await service.close()

    async def probe(self, service: ArakoonService) -> None:
        await service.client.who_master()

    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        from tui.systems.arakoon.resources.key_resource import Entries, EntriesFrom, Keys
        from tui.systems.arakoon.resources.node_resource import Nodes
        from tui.systems.arakoon.resources.operation_resource import Operations
        from tui.systems.arakoon.resources.transaction_resource import StagedSteps

        return Nodes, Keys, Entries, Operations, StagedSteps, EntriesFrom

    def options_model(self) -> type[BaseModel]:
        from tui.systems.arakoon.profile_options import ProfileOptions

        return ProfileOptions

    def accepts(self, uri: str) -> bool:
        return super().accepts(uri) or uri.endswith(FILES)

    def discover(self) -> Sequence[Found]:
        from tui.systems.arakoon.discovery import found_profiles

        return found_profiles()

    async def facts(self, service: ArakoonService) -> Sequence[Fact]:
        nodes = await service.nodes()
        down = sum(node.health == "down" for node in nodes)
        master = next((node.name for node in nodes if node.role == "master"), None)
        facts: list[Fact] = []
        if master is not None:
            facts.append(Fact("keys", await service.client.get_key_count(), "count"))
            rate = service.update_rate(master)
            if rate is not None:
                facts.append(Fact("updates/s", round(rate, 1), "number"))
        facts.append(Fact("master", master or "none", "text", None if master else "bad"))
        facts.append(Fact("nodes", len(nodes), "count"))
        if down:
            facts.append(Fact("down", down, "count", "bad"))
        return facts

    def notice(self, service: ArakoonService) -> str:
        parts = ["DIRTY READS"] if service.dirty else []
        if service.staged.steps:
            parts.append(f"{len(service.staged.steps)} staged")
        return ", ".join(parts)

    def screen(self, name: str) -> str:
        return SCREENS[name] if name in SCREENS else super().screen(name)

    def demo(self, folder: Path, trouble: Trouble) -> Sequence[Profile]:
        from tui.systems.arakoon.demo import start_cluster

        return [start_cluster(trouble)]


def _opener() -> Any:
    from tui.systems.arakoon.service import open_service

    return open_service


system = Arakoon()
