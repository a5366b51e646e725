"""AsyncClient: the catalogue from asyncio, under the names of its own Python client (contract §10)."""

from __future__ import annotations

from collections import OrderedDict
from types import TracebackType
from typing import Any, Self

from pydantic import SecretStr

from tui.services.errors import Conflict, NotFound, NotSupported, ServiceError
from tui.services.http.session import route
from tui.services.printable import printable
from tui.systems.arraylake.errors import SYSTEM
from tui.systems.arraylake.login_calls import LoginCalls
from tui.systems.arraylake.models import Metadata
from tui.systems.arraylake.names import split_name
from tui.systems.arraylake.options import ServiceOptions
from tui.systems.arraylake.reading.contents import RepoContents
from tui.systems.arraylake.reading.extra import INSTALL, has_icechunk
from tui.systems.arraylake.reading.worker_thread import WorkerThreads
from tui.systems.arraylake.repo_calls import RepoCalls
from tui.systems.arraylake.repo_models import OpenRepo, StorageCredentials

KEPT = 4
"""Repositories whose storage is kept open."""
_DELEGATED = {"aws_customer_managed_role", "customer_managed_role", "gcp_customer_managed_role"} | {
    "r2_customer_managed_role"
}


class OpenedRepo:
    """A repository that was opened. `opened` is what the service told; `contents` is what is in it.

    `session` is icechunk's own session on the branch main, None if none was asked for or the extra is missing; `note`
    says what is missing then, and is "" otherwise.
    """

    def __init__(self, name: str, opened: OpenRepo, contents: RepoContents) -> None:
        self.name = name
        self.opened = opened
        self.contents = contents
        self.session: Any = None
        self.note = "" if has_icechunk() else f"to look into it: {INSTALL}"


class AsyncClient(RepoCalls, LoginCalls):
    """A client of the catalogue at one service. Repositories are named `organisation/repository`.

    Every call raises, besides what it says itself: NotAuthenticated without a log-in that the service takes,
    PermissionDenied, RateLimited, Unavailable or TimedOut when the service cannot be reached or fails, ProtocolError
    when it does not speak as it should; a change raises Unanswered when it was sent and its answer never came.
    """

    def __init__(
        self,
        service_uri: str | None = None,
        token: SecretStr | str | None = None,
        *,
        options: ServiceOptions | None = None,
    ) -> None:
        super().__init__(service_uri, token, options=options)
        self._threads = WorkerThreads()
        self._contents: OrderedDict[str, RepoContents] = OrderedDict()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def get_repo(self, name: str, *, checkout: bool = True, read_only: bool = False) -> OpenedRepo:
        """Return a repository, opened.

        Args:
            name: organisation/repository.
            checkout: start a session on the branch main.
            read_only: one for reading alone.

        Raises:
            NotFound: there is no such repository, or it has no storage yet.
            RepoNotOnline: it is in maintenance or offline.
        """
        opened = await self.open_repo(name)
        handle = OpenedRepo(name, opened, await self._read_by(name, opened))
        if checkout and not handle.note:
            handle.session = await handle.contents.session(read_only=read_only)
        return handle

    async def get_or_create_repo(
        self, name: str, *, checkout: bool = True, bucket_config_nickname: str | None = None
    ) -> OpenedRepo:
        """Return a repository, opened; it is created if there is none of that name.

        Raises:
            Conflict: it is there, and in another bucket than `bucket_config_nickname`.
            ServiceError: as `get_repo` and `create_repo`.
        """
        try:
            repo = await self.get_repo_object(name)
        except NotFound:
            return await self.create_repo(name, bucket_config_nickname=bucket_config_nickname)
        there = None if repo.bucket is None else repo.bucket.nickname
        if bucket_config_nickname is not None and there != bucket_config_nickname:
            message = f"{name} is in the bucket {printable(there or 'of its subscription', 80)}"
            raise Conflict(SYSTEM, "get or create repository", message, "leave the bucket out to open it")
        return await self.get_repo(name, checkout=checkout)

    async def create_repo(
        self,
        name: str,
        *,
        bucket_config_nickname: str | None = None,
        description: str | None = None,
        metadata: Metadata | None = None,
        prefix: str | None = None,
    ) -> OpenedRepo:
        """Create a repository: its entry, and an empty storage where the extra `icechunk` is installed.

        Nothing is ever taken back: if its storage cannot be made, the entry stays and the error says so.

        Args: as `register_repo`.

        Raises:
            AlreadyExists: there is one of that name; nothing was changed.
            ServiceError: as `register_repo`; or the storage could not be made, with the entry left in the catalogue.
        """
        await self.register_repo(
            name,
            bucket_config_nickname=bucket_config_nickname,
            description=description,
            metadata=metadata,
            prefix=prefix,
        )
        return await self._begun(name, "create repository", is_new=True)

    async def import_repo(
        self,
        name: str,
        bucket_config_nickname: str,
        prefix: str,
        *,
        description: str | None = None,
        metadata: Metadata | None = None,
    ) -> OpenedRepo:
        """Make an entry for a repository that is in a bucket already, and open it.

        Args: as `register_import`.

        Raises:
            AlreadyExists: there is one of that name; nothing was changed.
            ServiceError: as `register_import`; or there is no storage, with the entry left in the catalogue.
        """
        await self.register_import(name, bucket_config_nickname, prefix, description=description, metadata=metadata)
        return await self._begun(name, "import repository", is_new=False)

    async def _begun(self, name: str, operation: str, *, is_new: bool) -> OpenedRepo:
        """Open an entry that was just made, and make its storage if it is new."""
        try:
            handle = await self.get_repo(name, checkout=False)
            if handle.note:
                return handle
            if is_new:
                await handle.contents.initialise()
            else:
                await handle.contents.open()
        except ServiceError as error:
            message = f"{name} is in the catalogue, and its storage cannot be used: {error.message}"
            hint = error.hint or "mend the bucket's configuration, or delete the entry"
            raise type(error)(error.system, operation, message, hint) from error
        return handle

    async def contents(self, name: str) -> RepoContents:
        """Return what is in a repository. It is kept for the next call while the access to it is good.

        Raises:
            NotSupported: the extra `icechunk` is not installed; the hint says how to install it.
            ServiceError: as `open_repo`.
        """
        if not has_icechunk():
            message = "looking into repositories needs the packages icechunk and zarr"
            raise NotSupported(SYSTEM, "open storage", message, INSTALL)
        kept = self._contents.get(name)
        if kept is not None and kept.is_current:
            self._contents.move_to_end(name)
            return kept
        found = await self._read_by(name, await self.open_repo(name))
        self._contents[name] = found
        self._contents.move_to_end(name)
        if len(self._contents) > KEPT:
            self._contents.popitem(last=False)
        return found

    def forget_contents(self, name: str) -> None:
        """Open the storage of a repository anew when it is next looked at."""
        self._contents.pop(name, None)

    async def _read_by(self, name: str, opened: OpenRepo) -> RepoContents:
        credentials = opened.repo_credentials
        auth = opened.repo_bucket.auth_config
        if auth is not None and auth.method in _DELEGATED:
            credentials = await self._bucket_credentials(name)
        elif credentials is None and auth is not None and auth.method == "hmac":
            credentials = StorageCredentials(
                aws_access_key_id=auth.access_key_id, aws_secret_access_key=auth.secret_access_key
            )
        return RepoContents(name, opened, credentials, self._threads)

    async def _bucket_credentials(self, name: str) -> StorageCredentials:
        operation = "get storage credentials"
        path = route("/repos/{}/{}/bucket-credentials", *split_name(name, operation))
        return (await self.session.ask("GET", path, operation, StorageCredentials, private=True)).value
