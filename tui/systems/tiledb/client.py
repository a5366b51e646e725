"""AsyncClient: TileDB's services from asyncio, under the names of their own Python client (contract §6)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from tui.services.command_log import CommandLog
from tui.services.errors import ServiceError
from tui.systems.tiledb.calls.account_calls import AccountCalls
from tui.systems.tiledb.calls.asset_calls import AssetCalls
from tui.systems.tiledb.calls.classic_calls import ClassicAccountCalls
from tui.systems.tiledb.calls.classic_data_calls import ClassicDataCalls
from tui.systems.tiledb.calls.member_calls import MemberCalls
from tui.systems.tiledb.calls.storage_calls import StorageCalls
from tui.systems.tiledb.calls.task_calls import TaskCalls
from tui.systems.tiledb.calls.teamspace_calls import TeamspaceCalls
from tui.systems.tiledb.calls.token_calls import ActivityCalls, TokenCalls
from tui.systems.tiledb.connection import CallGroup, Connection
from tui.systems.tiledb.errors import SYSTEM, LoginError, ProfileUnusable
from tui.systems.tiledb.generations import Generation
from tui.systems.tiledb.models.account_models import User, UserSelfWorkspace, Workspace
from tui.systems.tiledb.opened import Detected
from tui.systems.tiledb.options import ServiceOptions, options_of
from tui.systems.tiledb.profiles.configuring import KnownToken, Secret, configure
from tui.systems.tiledb.profiles.vendor_settings import read_settings
from tui.systems.tiledb.reading.core import make_config, make_context
from tui.systems.tiledb.retry_modes import read_mode

if TYPE_CHECKING:
    from tui.systems.tiledb.reading.relay_process import RelayProcess

G = TypeVar("G", bound=CallGroup)


class AsyncClient:
    """A client of one server with one log-in. Nothing is read and nobody asked before the first call.

    Its groups of methods: `accounts`, `members`, `teamspaces`, `assets`, `storage`, `tokens` and `activity` speak to
    the current platform, `classic` and `classic_data` to the classic cloud, `tasks` to both. `detect` tells which one
    the server is.

    Every call raises, besides what it says itself: NotAuthenticated without a log-in that the server takes,
    PermissionDenied, RateLimited, Unavailable or TimedOut when the server cannot be reached or fails, ProtocolError
    when it does not speak as it should; a change raises Unanswered when it was sent and its answer never came.
    """

    def __init__(
        self,
        pool_threads: int | None = None,
        retry_mode: str = "default",
        *,
        options: ServiceOptions | Callable[[], ServiceOptions] | None = None,
    ) -> None:
        """Take how many calls may be under way at a time, and which refusals are worth another attempt.

        Without `options` the log-in is that of the environment, or of the stored profile that it names, or `default`.

        Raises:
            BadValue: there is no mode of that name, or the number is none from 1 to 64.
        """
        source = options if options is not None else lambda: options_of(read_settings())
        self.link = Connection(source, pool_threads, read_mode(retry_mode))
        self._relay: RelayProcess | None = None
        self.accounts = AccountCalls(self.link)
        self.members = MemberCalls(self.link)
        self.teamspaces = TeamspaceCalls(self.link)
        self.assets = AssetCalls(self.link)
        self.storage = StorageCalls(self.link)
        self.tokens = TokenCalls(self.link)
        self.activity = ActivityCalls(self.link)
        self.tasks = TaskCalls(self.link)
        self.classic = ClassicAccountCalls(self.link)
        self.classic_data = ClassicDataCalls(self.link)

    async def configure(
        self,
        token: Secret | KnownToken | None = None,
        username: str | None = None,
        password: Secret | None = None,
        workspace: str | None = None,
        host: str | None = None,
        verify_ssl: bool | None = None,
        ca_file: str | Path | None = None,
        profile_name: str | None = None,
        profile_dir: str | Path | None = None,
        overwrite: bool = False,
    ) -> None:
        """Store a profile that this and TileDB's own tools log in with. Asks nobody.

        Arguments and errors as of `configuring.configure`; the client itself goes on with its own log-in.
        """
        await asyncio.to_thread(
            configure,
            token,
            username,
            password,
            workspace,
            host,
            verify_ssl,
            ca_file,
            profile_name,
            profile_dir,
            overwrite,
        )

    async def login(
        self, profile_name: str | None = None, profile_dir: str | Path | None = None, threads: int | None = None
    ) -> None:
        """Go on with the log-in of a stored profile, and see that it is good.

        Args:
            profile_name: the profile, by default `default`; `TILEDB_PROFILE_NAME` is not asked.
            profile_dir: the folder of the profiles, by default `~/.tiledb`.
            threads: how many calls may be under way at a time; by default as it was.

        Raises:
            LoginError: ProfileUnusable, HostUnreachable, LoginRefused or WorkspaceRefused say what is wrong.
            BadValue: `threads` is no number from 1 to 64.
        """
        if threads is not None:
            await self.set_threads(threads)
        read = partial(read_settings, profile_name, profile_dir, named_by_environment=False)
        try:
            options = await asyncio.to_thread(lambda: options_of(read()))
            if not options.has_credential:
                message = "neither a token nor a user name and a password is stored"
                raise ProfileUnusable(SYSTEM, "log in", message, "`configure` stores one")
            options.http(self.link.retry_mode)
        except LoginError:
            raise
        except ServiceError as error:
            raise ProfileUnusable(SYSTEM, "log in", error.message, error.hint) from error
        await self.use(options)
        await self.check_login()

    async def use(self, options: ServiceOptions) -> None:
        """Go on with another log-in; nobody is asked."""
        self.accounts.forget()
        self.link.namespace = ""
        await self.link.reopen(options)

    async def check_login(self) -> None:
        """See that the host, the credential and the workspace are good, and tell apart which is not.

        Raises:
            HostUnreachable: there is no server at the address, or none of TileDB's.
            LoginRefused: it does not take the credential.
            WorkspaceRefused: the workspace is not there, or not for this log-in.
            ConfigurationError: a password needs a workspace to log in to, and none is configured.
        """
        if (await self.detect()).generation is Generation.CARRARA:
            await self.accounts.check_login()
        else:
            await self.classic.check_login()

    async def detect(self) -> Detected:
        """Return which platform the server is; asks until it has said so, unless a person chose (contract §1).

        Raises:
            LoginRefused: it does not take the credential.
        """
        return await self.link.detect()

    async def build(self, group: type[G]) -> G:
        """Return a group of methods on this client's connection, such as `AssetCalls`.

        It speaks to the platform that its module is for, as the published client chooses by an API class's module.
        """
        return group(self.link)

    async def retry_mode(self, mode: str = "default") -> None:
        """Choose which refusals are worth another attempt: `default`, `forceful` or `disabled` (contract §7).

        It is this client's own; the published one changes it for the whole process.

        Raises:
            BadValue: there is no mode of that name.
        """
        self.link.set_mode(read_mode(mode))

    async def set_threads(self, threads: int | None = None) -> None:
        """Set how many calls may be under way at a time; None is as many as the published client allows.

        Raises:
            BadValue: it is no number from 1 to 64.
        """
        self.link.set_threads(threads)

    async def default_user(self) -> User:
        """Return who is logged in. Raises as `get_self_user`."""
        return await self.accounts.get_user()

    async def get_user(self) -> User:
        """Return who is logged in. Raises as `get_self_user`."""
        return await self.accounts.get_user()

    async def get_self_user(self) -> tuple[User, list[UserSelfWorkspace]]:
        """Return who is logged in, and their workspaces; asked once.

        Raises:
            ClientError: the server has no such call, cannot be reached, or its answer lacks what it must hold.
            NotAuthenticated: it does not take the credential.
        """
        return await self.accounts.get_self_user()

    async def get_user_workspaces(self) -> list[Workspace]:
        """Return the workspaces of whoever is logged in, each with their role. Raises as `get_self_user`."""
        return await self.accounts.get_user_workspaces()

    async def get_workspace(self, workspace: str | None = None) -> Workspace:
        """Return a workspace by its id or name, by default the configured one; asked once.

        Raises:
            ClientError: it is not there, or the server cannot be asked.
            ConfigurationError: none is named and none is configured.
        """
        return await self.accounts.get_workspace(workspace)

    async def get_workspace_id(self) -> str:
        """Return the id of the configured workspace. Raises as `get_workspace`."""
        return await self.accounts.get_workspace_id()

    async def Config(self, config: Mapping[str, Any] | None = None) -> Any:
        """Return a `tiledb.Config` that opens this server's arrays, with further settings.

        It does not hold the log-in: TileDB's library gives that to any host which the server redirects it to, and has
        no setting against it. `rest.server_address` is a relay of this client on this machine and `rest.token` a key
        for that alone, whatever the log-in; the relay has the log-in, the client's TLS settings and its allowed hosts.
        So a plain `tiledb.Ctx` of it is as safe as `Ctx` here, and so is a file that it is written to.

        It is good on this machine, with the log-in of now, until the client is closed or the program ends. A
        `rest.token` in `config` is the relay's to use in place of the log-in, as are `ssl.verify` and `ssl.ca_file`.

        Raises:
            NotSupported: the extra `tiledb` is not installed.
            BadValue: `config` says another server, user name or password.
            ConfigurationError: there is nothing to log in with, or the environment has a proxy even for this machine.
            Unavailable: the relay cannot be started, or the client is closed.
        """
        return await asyncio.to_thread(make_config, self._relayed(), await self.link.options(), config)

    async def Ctx(self, config: Mapping[str, Any] | None = None) -> Any:
        """Return a `tiledb.Ctx` that opens this server's arrays; means and raises what `Config` does."""
        return await asyncio.to_thread(make_context, self._relayed(), await self.link.options(), config)

    def _relayed(self) -> RelayProcess:
        from tui.systems.tiledb.reading.relay_process import RelayProcess

        if self._relay is None:
            self._relay = RelayProcess()
        return self._relay

    def watch(self, log: CommandLog, profile: str) -> None:
        """Write every request from now on into `log`, under the name of `profile`."""
        self.link.watch(log, profile)

    async def close(self) -> None:
        """Give back the key that a password was exchanged for, and end the connections and what `Ctx` and `Config`
        lead to. Safe to call twice."""
        try:
            # First, so that no other relay is begun after this one has ended.
            await self.link.close()
        finally:
            relay, self._relay = self._relay, None
            if relay is not None:
                # In a thread of its own: all others may wait for answers that come through this relay.
                with ThreadPoolExecutor(1) as thread:
                    await asyncio.get_running_loop().run_in_executor(thread, relay.close)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()
