"""LeapYearService: a server as the dashboard uses it: its client, what it can do, and its jobs, which are followed."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from tui.config.credentials import Credentials
from tui.config.profiles import ProfileStore
from tui.systems.leapyear.exposure_watch import ExposureWatch
from tui.systems.leapyear.features import learn
from tui.systems.leapyear.follower import JobFollower
from tui.systems.leapyear.job_source import FollowedJobs
from tui.systems.leapyear.models import ClientStatus
from tui.systems.leapyear.opening import PASSWORD, open_profile

if TYPE_CHECKING:
    from pydantic import SecretStr

    from tui.config.profiles import Profile
    from tui.services.command_log import CommandLog
    from tui.systems.leapyear.client import AsyncClient
    from tui.systems.leapyear.models import Capabilities
    from tui.systems.leapyear.objects import User

A = TypeVar("A")
B = TypeVar("B")
AT_ONCE = 8
"""Requests that filling a list sends at the same time."""


class LeapYearService:
    """The server of a profile."""

    def __init__(self, client: AsyncClient, profile: Profile) -> None:
        self.client = client
        self.profile = profile
        self.follower = JobFollower(client)
        self.job_source = FollowedJobs(self.follower, profile.name)
        self.exposure_watch = ExposureWatch()
        self._capabilities: Capabilities | None = None
        self._log: CommandLog | None = None

    async def close(self) -> None:
        """Stop following jobs and end the connections. The session stays good."""
        await self.follower.close()
        await self.client.close()

    @property
    def notice(self) -> str:
        """What stands behind the profile where it is no server of ours: a bridge to a real one."""
        found = self._capabilities
        return "vendor bridge" if found is not None and found.backend == "vendor" else ""

    async def capabilities(self) -> Capabilities:
        """Return what the server can do; it is asked once, and the actions of the profile know it from then on.

        Raises:
            ServiceError: it cannot be asked.
        """
        if self._capabilities is None:
            self._capabilities = await self.client.capabilities()
            learn(self.profile, self._capabilities)
        return self._capabilities

    def answered(self) -> None:
        """Know that the server answers: jobs whose pause grew long while it was away are looked at again at once."""
        if self.follower.problem is not None:
            self.follower.look()

    async def account_facts(self) -> dict[str, str]:
        """Return who asks, whom, and how that stands, in words by what each is. Never raises a ServiceError."""
        client = self.client
        status = await client.status()
        version = client.account.version
        who, role = client.username, "not known"
        if status is ClientStatus.CONNECTED:
            user = await client.current_user()
            who, role = user.username, "an administrator" if user.is_admin else "no administrator"
        caching, budget = client.default_analysis_caching, client.default_allow_max_budget_allocation
        return {
            "user": who,
            "role": role,
            "url": client.url,
            "connected": "yes" if status is ClientStatus.CONNECTED else "no",
            "status": status.value,
            "server": "not known" if version is None else f"{version.server_version}, {version.backend}",
            "analysis caching": "identical analyses are answered from the cache" if caching else "off",
            "max budget allocation": "allowed" if budget else "not allowed",
            "logger": client.logger.name,
        }

    async def log_out(self) -> str:
        """End the session for everybody who holds its token; return whose it was."""
        who = self.client.username
        await self.client.logout()
        await self._begin_anew(logged_out=True)
        return who

    async def reconnect(self) -> None:
        """Close the connections. The session stays good, and what asks next opens new ones."""
        await self.client.close()
        await self._begin_anew()

    async def _begin_anew(self, *, logged_out: bool = False) -> None:
        fresh = await asyncio.to_thread(open_profile, self.profile)
        if logged_out:
            # Else a kept password would log in again with the next refresh, which nobody asked for.
            fresh.account.forget()
        await self.follower.close()
        self.client, self._capabilities = fresh, None
        self.follower = JobFollower(fresh)
        self.job_source.follow(self.follower)
        if self._log is not None:
            fresh.watch(self._log, self.profile.name)

    def watch(self, log: CommandLog) -> None:
        """Write every request from now on into `log`."""
        self._log = log
        self.client.watch(log, self.profile.name)

    async def log_in(self, username: str, password: SecretStr, *, keep: bool) -> tuple[User, bool]:
        """Log in as somebody with a password; return who it is, and whether the password is kept for the profile.

        It is kept only for a profile that is kept itself and names that user: for another it would be of no use.

        Raises:
            AuthenticationError: the server does not take them; RateLimitedError: after too many tries.
            ServiceError: it cannot be asked, or the password cannot be kept.
        """
        await self.client.log_in(username, password)
        self._capabilities = None
        is_kept = keep and await asyncio.to_thread(_may_keep, self.profile, username)
        if is_kept:
            await asyncio.to_thread(Credentials().set, self.profile.name, PASSWORD, password)
        self.follower.look()
        return await self.client.current_user(), is_kept


async def each(items: Sequence[A], work: Callable[[A], Awaitable[B]]) -> list[B]:
    """Do `work` with each item, a few at the same time, and return the results in the same order."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(item: A) -> B:
        async with room:
            return await work(item)

    return list(await asyncio.gather(*(one(item) for item in items)))


def _may_keep(profile: Profile, username: str) -> bool:
    kept = [each for each in ProfileStore().list() if each.name == profile.name]
    return any((each.uri, each.options.get("username")) == (profile.uri, username) for each in kept)


def open_service(profile: Profile) -> LeapYearService:
    """Return the service of a profile; nobody is asked yet. Reads files and the keyring: call it in a thread.

    Raises:
        InvalidInput: the address or an option cannot be used.
        PermissionDenied, Unavailable: the secrets are kept where they cannot be read, or where others could.
    """
    return LeapYearService(open_profile(profile), profile)
