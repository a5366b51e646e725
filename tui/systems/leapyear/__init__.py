"""LeapYear: a platform for differentially private computations on data that stays protected."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    from tui.systems.leapyear.service import LeapYearService


class LeapYear(System["LeapYearService"]):
    """Databases, users, grants and jobs of one server, by HTTP."""

    name = "leapyear"
    title = "LeapYear"
    schemes = ("leapyear+https", "leapyear+http")
    uri_example = "leapyear+https://ly-server:4401"

    async def open(self, profile: Profile) -> LeapYearService:
        import asyncio

        return await asyncio.to_thread(_open, profile)

    def watch(self, service: LeapYearService, log: CommandLog, profile: str) -> None:
        service.watch(log)

    async def close(self, service: LeapYearService) -> None:
        await service.close()

    async def probe(self, service: LeapYearService) -> None:
        await service.client.connect()
        await service.capabilities()
        service.answered()

    def load_types(self) -> tuple[type[ResourceType[Any, Any]], ...]:
        from tui.systems.leapyear.resources.cache_resource import Caches
        from tui.systems.leapyear.resources.database_resource import Databases
        from tui.systems.leapyear.resources.grant_resource import GrantedColumns, GrantedTables, Grants
        from tui.systems.leapyear.resources.group_resource import Groups, Members
        from tui.systems.leapyear.resources.job_resource import FinishedJobs, RemoteJobs, RunningJobs
        from tui.systems.leapyear.resources.profile_resource import PrivacyProfiles
        from tui.systems.leapyear.resources.table_resource import Columns, Tables
        from tui.systems.leapyear.resources.user_resource import Keys, Users
        from tui.systems.leapyear.resources.view_resource import Exposures, Views

        # The first nine have the digit keys.
        first = (Databases, Tables, Views, Users, Groups, Grants, PrivacyProfiles, RemoteJobs, Caches)
        return (*first, Columns, Exposures, Keys, Members, GrantedTables, GrantedColumns, RunningJobs, FinishedJobs)

    def options_model(self) -> type[BaseModel]:
        from tui.systems.leapyear.profile_options import ProfileOptions

        return ProfileOptions

    def discover(self) -> Sequence[Found]:
        from tui.systems.leapyear.discovery import found_profiles

        return found_profiles()

    async def facts(self, service: LeapYearService) -> Sequence[Fact]:
        databases = await service.client.databases()
        running = [job for job in await service.job_source.known() if not job.state.is_over]
        counts = [database.table_count for database in databases.values() if database.table_count is not None]
        facts = [Fact("jobs", len(running), "count")]
        exposure = await service.exposure_watch.most(service.client, tuple(databases))
        if exposure is not None:
            facts.append(Fact("exposure", exposure.words, "text", exposure.tone))
        facts.append(Fact("databases", len(databases), "count"))
        if counts:
            facts.append(Fact("tables", sum(counts), "count"))
        return facts

    def notice(self, service: LeapYearService) -> str:
        return service.notice

    def job_source(self, service: LeapYearService) -> JobSource:
        return service.job_source

    def demo(self, folder: Path, trouble: Trouble) -> Sequence[Profile]:
        from tui.systems.leapyear.demo import start_server

        return [start_server(folder, trouble)]

    def demo_secrets(self, profile: Profile) -> Mapping[str, str]:
        from tui.systems.leapyear.demo import SECRETS

        return SECRETS


def _open(profile: Profile) -> LeapYearService:
    from tui.systems.leapyear.service import open_service

    return open_service(profile)


system = LeapYear()
