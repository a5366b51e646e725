"""ArraylakeService: a catalogue as the dashboard uses it: its client, its lists, and by what it proves who asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from tui.config.credentials import Credentials
from tui.config.profiles import ProfileStore
from tui.resources.cells import duration_text
from tui.services.errors import NotFound, NotSupported, PermissionDenied
from tui.systems.arraylake.client import AsyncClient
from tui.systems.arraylake.errors import RepoNotOnline
from tui.systems.arraylake.listed import ListedBucket, ListedOrg
from tui.systems.arraylake.login_calls import LoggedOut
from tui.systems.arraylake.models import Org, Principal
from tui.systems.arraylake.opening import SECRET, open_profile
from tui.systems.arraylake.repo_models import Repo
from tui.systems.arraylake.resources.repo_list import RepoLists

if TYPE_CHECKING:
    from pydantic import SecretStr

    from tui.config.profiles import Profile
    from tui.services.command_log import CommandLog

T = TypeVar("T")
COUNTED = 60.0
"""Seconds that the count of a bucket's repositories is good for: to count them, all are sent."""
SOON = timedelta(minutes=10)
"""How long before its end a log-in that is not renewed by itself is warned of."""
AT_ONCE = 4
"""Requests that filling a list sends at the same time."""


class ArraylakeService:
    """The catalogue of a profile. `client` is another one after a key was entered or taken back."""

    def __init__(self, client: AsyncClient, profile: Profile) -> None:
        self.client = client
        self.profile = profile
        self.repositories = RepoLists(lambda: self.client)
        self._counts: dict[str, tuple[float, int]] = {}
        self._log: CommandLog | None = None

    def watch(self, log: CommandLog) -> None:
        """Write every request from now on into `log`."""
        self._log = log
        self.client.watch(log, self.profile.name)

    async def close(self) -> None:
        """End the connections and the background work."""
        await self.client.close()

    @property
    def notice(self) -> str:
        """What must be known of the log-in: that it could not be renewed, or that it ends soon."""
        account = self.client.account
        ends = account.expires
        left = None if ends is None else ends - datetime.now(UTC)
        if left is None or left > SOON or not (account.problem or account.kind == "API key"):
            return ""
        if left <= timedelta():
            return f"the {account.kind} has ended"
        return f"the {account.kind} ends in {duration_text(left.total_seconds())}"

    def changed(self, org: str) -> None:
        """Look at an organisation's lists anew, since something in it was changed."""
        self.repositories.forget(org)
        self._counts.clear()

    async def orgs(self) -> list[Org]:
        """Return the organisations that the profile looks at: the one that it names, or all of the user's."""
        named = self.client.org
        if not named:
            return await self.client.list_orgs()
        # A service that lists none is asked nevertheless who asks: a list must not look well without a log-in.
        try:
            found = [org for org in await self.client.list_orgs() if org.name == named]
        except NotSupported:
            found = []
        return found or [Org(name=named)]

    async def counted_orgs(self, orgs: Sequence[ListedOrg]) -> list[ListedOrg]:
        """Return organisations with their counts; one that cannot be looked into says why."""
        return await _each(orgs, self._counted_org)

    async def _counted_org(self, org: ListedOrg) -> ListedOrg:
        try:
            async with aclosing(self.client.repo_pages(org.name, page_size=1)) as pages:
                # The one that changed last comes first.
                first = await anext(pages)
            buckets = await self.client.list_bucket_configs(org.name)
        except (NotFound, PermissionDenied) as error:
            return org.model_copy(update={"problem": str(error)})
        default = next((bucket.nickname for bucket in buckets if bucket.is_default), None)
        changed = first.items[0].updated if first.items else None
        counts = {
            "repositories": first.total,
            "buckets": len(buckets),
            "default_bucket": default,
            "last_change": changed,
        }
        return org.model_copy(update=counts)

    async def counted_buckets(self, org: str, buckets: Sequence[ListedBucket]) -> list[ListedBucket]:
        """Return buckets with how many repositories are in each."""

        async def counted(bucket: ListedBucket) -> ListedBucket:
            kept = self._counts.get(str(bucket.id))
            if kept is None or time.monotonic() - kept[0] > COUNTED:
                repos = await self.client.list_repos_for_bucket_config(org=org, nickname=bucket.nickname)
                kept = self._counts[str(bucket.id)] = (time.monotonic(), len(repos))
            return bucket.model_copy(update={"repositories": kept[1]})

        return await _each(buckets, counted)

    async def repo(self, org: str, name: str) -> Repo:
        """Return a repository as it is now; one that is not online is found in the list, which still shows it.

        Raises:
            NotFound: there is none.
        """
        try:
            return await self.client.get_repo_object(f"{org}/{name}")
        except RepoNotOnline:
            async with aclosing(self.client.repo_pages(org)) as pages:
                async for page in pages:
                    for repo in page.items:
                        if repo.name == name:
                            return repo
            raise

    async def take_key(self, key: SecretStr) -> tuple[Principal, bool]:
        """Use an API key from now on, once the service has taken it; return whose it is, and whether it is kept.

        It is kept where secrets are for a profile that is kept itself, else it is for this run alone.

        Raises:
            NotAuthenticated: the service does not take it; what was used before still is.
            ServiceError: it could not be asked, or the key cannot be kept.
        """
        candidate = AsyncClient(options=replace(self.client.options, api_key=key))
        try:
            who = await candidate.get_user()
            is_saved = await asyncio.to_thread(_is_saved, self.profile)
            if is_saved:
                await asyncio.to_thread(Credentials().set, self.profile.name, SECRET, key)
        except BaseException:
            await candidate.close()
            raise
        await self._become(candidate)
        return who, is_saved

    async def log_out(self, *, browser: bool = False) -> LoggedOut:
        """Remove the profile's own key and the log-in from this machine, and tell the provider.

        Raises:
            ServiceError: they cannot be removed.
        """
        had_key = await asyncio.to_thread(Credentials().delete, self.profile.name, SECRET)
        done = await self.client.logout(browser=browser)
        await self._become(await asyncio.to_thread(open_profile, self.profile))
        return replace(done, found=done.found or had_key)

    async def _become(self, client: AsyncClient) -> None:
        former, self.client = self.client, client
        client.account.keep_fresh()
        if self._log is not None:
            client.watch(self._log, self.profile.name)
        self.repositories.forget()
        self._counts.clear()
        await former.close()


async def _each(items: Sequence[T], work: Callable[[T], Awaitable[T]]) -> list[T]:
    """Do `work` with each item, a few at the same time, and return the results in the same order."""
    room = asyncio.Semaphore(AT_ONCE)

    async def one(item: T) -> T:
        async with room:
            return await work(item)

    return list(await asyncio.gather(*(one(item) for item in items)))


def _is_saved(profile: Profile) -> bool:
    """Whether a profile is among those that are kept, and not made for this run alone."""
    kept = [each for each in ProfileStore().list() if each.name == profile.name]
    return any((each.system, each.uri) == (profile.system, profile.uri) for each in kept)


async def open_service(profile: Profile) -> ArraylakeService:
    """Return the service of a profile; nobody is asked yet.

    Raises:
        InvalidInput: the address, an option, the key or the vendor's configuration cannot be used.
        PermissionDenied, Unavailable: the profile's key is kept where it cannot be read, or where others could.
    """
    client = await asyncio.to_thread(open_profile, profile)
    client.account.keep_fresh()
    return ArraylakeService(client, profile)
