"""Connection: what every group of the client's methods stands on: it sends, so many calls at a time."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypedDict, TypeVar, Unpack

from tui.services.command_log import CommandLog
from tui.services.errors import ServiceError, Unavailable
from tui.services.http.request_options import Query
from tui.services.http.session import Reply
from tui.systems.tiledb.errors import SYSTEM, BadValue, invalid
from tui.systems.tiledb.opened import Detected, Opened, no_workspace
from tui.systems.tiledb.options import MOST_THREADS, ServiceOptions
from tui.systems.tiledb.retry_modes import RetryMode

T = TypeVar("T")
_ALL_TEAMSPACES = re.compile(r"/v4/teamspaces/[^/]*/*(?:%20|%09|%2F)*/*", re.IGNORECASE)


class ChangeOptions(TypedDict, total=False):
    """The options of `Connection.send` and `do`, for their signatures; each is described at `HttpSession.ask`."""

    query: Query | None
    repeatable: bool | None
    private: bool
    headers: Mapping[str, str] | None


class Connection:
    """A server as the client's groups of methods use it. Nothing is read and nobody asked before the first call.

    `options` may be a function that reads them, which runs in a thread. At most `pool_threads` calls are under way at
    a time, by default as many as the published client allows: four more than there are cores, and no more than 32.
    """

    def __init__(
        self,
        options: ServiceOptions | Callable[[], ServiceOptions],
        pool_threads: int | None = None,
        retry_mode: RetryMode = RetryMode.DEFAULT,
    ) -> None:
        self._source = options
        self._open: Opened | None = None
        self._opening = asyncio.Lock()
        self._slots = asyncio.Semaphore(thread_count(pool_threads))
        self._log: CommandLog | None = None
        self._profile = ""
        self.retry_mode = retry_mode
        self.namespace = ""
        """The classic cloud's namespace for calls that name none: that of whoever is logged in, once it is known."""

    async def opened(self) -> Opened:
        """Return the sessions; reads what is configured the first time.

        Raises:
            ServiceError: what is configured cannot be used.
        """
        async with self._opening:
            if self._open is None:
                source = self._source
                options = source if isinstance(source, ServiceOptions) else await asyncio.to_thread(source)
                self._open = Opened(options, self.retry_mode)
                self._tell_log()
            return self._open

    async def options(self) -> ServiceOptions:
        """Return how the server is reached. Raises as `opened`."""
        return (await self.opened()).options

    def set_threads(self, threads: int | None) -> None:
        """Set how many calls may be under way at a time; those that are keep their place."""
        self._slots = asyncio.Semaphore(thread_count(threads))

    def set_mode(self, mode: RetryMode) -> None:
        """Set which refusals are worth another attempt, for calls that begin from now on."""
        self.retry_mode = mode
        if self._open is not None:
            self._open.set_mode(mode)

    def watch(self, log: CommandLog, profile: str) -> None:
        """Write every request from now on into `log`, under the name of `profile`."""
        self._log, self._profile = log, profile
        self._tell_log()

    def _tell_log(self) -> None:
        if self._open is not None and self._log is not None:
            for session in (self._open.session, self._open.front):
                session.log, session.profile = self._log, self._profile

    async def detect(self) -> Detected:
        """Return which platform the server is; asks it until it has said so, unless a person chose.

        Raises:
            LoginRefused: it does not take the credential.
        """
        opened = await self.opened()
        async with self._slots:
            return await opened.detect()

    async def workspace(self, named: str | None = None) -> str:
        """Return the workspace for a call: the one that is named, else the one that is configured: a name or an id.

        Raises:
            ConfigurationError: there is neither.
        """
        found = named or (await self.options()).workspace_in_use or self.namespace
        if not found:
            raise no_workspace("workspace")
        return found

    @property
    def exchanged_workspace_id(self) -> str:
        """The id of the workspace that a password was exchanged for a key of, "" if there was no exchange."""
        return "" if self._open is None else self._open.workspace_id

    async def get(self, path: str, operation: str, model: type[T], query: Query | None = None) -> T:
        """Return what the server answers to a read. Raises as `HttpSession.ask`."""
        session = (await self.opened()).session
        async with self._slots:
            return (await session.ask("GET", path, operation, model, query=query)).value

    async def many(self, path: str, operation: str, item: type[T], query: Query | None = None) -> list[T]:
        """Return a list that the server sends whole, and as null when it is empty. Raises as `get`."""
        kind: Any = list[item] | None
        found: list[T] | None = await self.get(path, operation, kind, query)
        return found or []

    async def send(
        self,
        method: str,
        path: str,
        operation: str,
        model: type[T],
        body: object = None,
        **options: Unpack[ChangeOptions],
    ) -> T:
        """Change something and return what the server answers. Raises as `HttpSession.ask`.

        Arguments as there; POST and PATCH are sent once unless `repeatable` says that twice is the same.
        """
        return (await self._change(method, path, operation, model, body, options)).value

    async def do(
        self, method: str, path: str, operation: str, body: object = None, **options: Unpack[ChangeOptions]
    ) -> None:
        """Change something; the answer's body is of no interest. As `send`."""
        await self._change(method, path, operation, None, body, options)

    async def _change(
        self, method: str, path: str, operation: str, model: type[T] | None, body: object, options: ChangeOptions
    ) -> Reply[Any]:
        _check_not_all(method, path, operation)
        asked: ChangeOptions = {**options, "repeatable": _repeatable(method, options.get("repeatable"))}
        session = (await self.opened()).session
        async with self._slots:
            return await session.ask(
                method,
                path,
                operation,
                model,  # type: ignore[arg-type] - None is the other overload
                body=body,
                **asked,
            )

    async def reopen(self, options: ServiceOptions | Callable[[], ServiceOptions]) -> None:
        """Go on with other options; what was open is closed, and its key given back."""
        async with self._opening:
            old, self._open = self._open, None
            self._source = options
        if old is not None:
            await old.close()

    async def close(self) -> None:
        """Give back the key that a password was exchanged for, and end the connections. Safe to call twice."""
        async with self._opening:
            old, self._open = self._open, None
            self._source = _closed
        if old is not None:
            with suppress(ServiceError):
                await old.close()


class CallGroup:
    """The base of a group of methods. `build` makes one on a client's connection."""

    def __init__(self, link: Connection) -> None:
        self.link = link


def thread_count(threads: int | None) -> int:
    """Return how many calls may be under way at a time.

    Raises:
        BadValue: it is no number from 1 to `MOST_THREADS`.
    """
    if threads is None:
        return min(32, (os.cpu_count() or 1) + 4)
    if isinstance(threads, bool) or not 1 <= threads <= MOST_THREADS:
        raise BadValue(SYSTEM, "threads", f"threads: a number from 1 to {MOST_THREADS}")
    return threads


def _repeatable(method: str, said: bool | None) -> bool:
    return method in ("PUT", "DELETE") if said is None else said


def _check_not_all(method: str, path: str, operation: str) -> None:
    """Refuse the call that would delete every teamspace of a workspace: nothing here ever means it (contract §8)."""
    if method == "DELETE" and _ALL_TEAMSPACES.fullmatch(path):
        raise invalid(operation, "this would delete every teamspace of the workspace", "name one teamspace")


def _closed() -> ServiceOptions:
    raise Unavailable(SYSTEM, "open", "the client is closed")


def without_nothing(**values: Any) -> dict[str, Any]:
    """Return what is not None: the servers take a null for a wrong value."""
    return {key: value for key, value in values.items() if value is not None}
