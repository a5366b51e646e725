"""Client, and the published functions: the same services without asyncio, for scripts and the prompt (contract §6)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tui.services.blocking import Blocking, BlockingClient
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.connection import CallGroup
from tui.systems.tiledb.models.account_models import User, UserSelfWorkspace, Workspace
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.profiles.configuring import configure

__all__ = [
    "Client",
    "Config",
    "Ctx",
    "configure",
    "default_user",
    "get_self_user",
    "get_user",
    "get_user_workspaces",
    "get_workspace",
    "get_workspace_id",
    "login",
]
G = TypeVar("G", bound=CallGroup)


class Client(BlockingClient[AsyncClient]):
    """AsyncClient's methods as plain ones, which wait for their results. Safe to use from several threads.

    Not for use inside an event loop, which it would block. `run` does with the asynchronous client what has no plain
    method: `client.run(lambda inner: inner.teamspaces.list())`.
    """

    def __init__(
        self,
        pool_threads: int | None = None,
        retry_mode: str = "default",
        *,
        options: ServiceOptions | Callable[[], ServiceOptions] | None = None,
    ) -> None:
        """Take the number of calls at a time and the retry mode, as AsyncClient does."""
        super().__init__(AsyncClient(pool_threads, retry_mode, options=options), "tiledb client")

    def build(self, group: type[G]) -> G:
        """Return a group of methods on this client's connection. They are asynchronous: use them within `run`."""
        return self.run(lambda inner: inner.build(group))

    configure = Blocking(AsyncClient.configure)
    login = Blocking(AsyncClient.login)
    check_login = Blocking(AsyncClient.check_login)
    detect = Blocking(AsyncClient.detect)
    retry_mode = Blocking(AsyncClient.retry_mode)
    set_threads = Blocking(AsyncClient.set_threads)
    default_user = Blocking(AsyncClient.default_user)
    get_user = Blocking(AsyncClient.get_user)
    get_self_user = Blocking(AsyncClient.get_self_user)
    get_user_workspaces = Blocking(AsyncClient.get_user_workspaces)
    get_workspace = Blocking(AsyncClient.get_workspace)
    get_workspace_id = Blocking(AsyncClient.get_workspace_id)
    Config = Blocking(AsyncClient.Config)
    Ctx = Blocking(AsyncClient.Ctx)


class _Usual:
    """The client of the functions below: one a process, made when it is first used."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._client: Client | None = None

    def client(self) -> Client:
        with self._lock:
            if self._client is None:
                self._client = Client()
            return self._client


_usual = _Usual()


def login(profile_name: str | None = None, profile_dir: str | Path | None = None, threads: int | None = None) -> None:
    """Use the log-in of a stored profile for the functions of this module, and see that it is good.

    Without it they use that of the environment. Arguments and errors as of `AsyncClient.login`.
    """
    _usual.client().login(profile_name, profile_dir, threads)


def default_user() -> User:
    """Return who is logged in. Raises as `AsyncClient.get_self_user`."""
    return _usual.client().default_user()


def get_user() -> User:
    """Return who is logged in. Raises as `AsyncClient.get_self_user`."""
    return _usual.client().get_user()


def get_self_user() -> tuple[User, list[UserSelfWorkspace]]:
    """Return who is logged in, and their workspaces. Raises as `AsyncClient.get_self_user`."""
    return _usual.client().get_self_user()


def get_user_workspaces() -> list[Workspace]:
    """Return the workspaces of whoever is logged in. Raises as `AsyncClient.get_self_user`."""
    return _usual.client().get_user_workspaces()


def get_workspace(workspace: str | None = None) -> Workspace:
    """Return a workspace by its id or name, by default the configured one. Raises as `AsyncClient.get_workspace`."""
    return _usual.client().get_workspace(workspace)


def get_workspace_id() -> str:
    """Return the id of the configured workspace. Raises as `AsyncClient.get_workspace`."""
    return _usual.client().get_workspace_id()


def Config(config: Mapping[str, Any] | None = None) -> Any:
    """Return a `tiledb.Config` for the log-in in use, good until the program ends. Raises as `AsyncClient.Config`."""
    return _usual.client().Config(config)


def Ctx(config: Mapping[str, Any] | None = None) -> Any:
    """Return a `tiledb.Ctx` for the log-in in use, good until the program ends. Raises as `AsyncClient.Ctx`."""
    return _usual.client().Ctx(config)
