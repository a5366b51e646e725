"""Connections: a profile joined to its open service and to the service's health."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tui.services.command_log import CommandLog
from tui.services.dry_run import NotSent
from tui.services.errors import NotAuthenticated, ProtocolError, ServiceError, Unavailable
from tui.services.health import Health
from tui.services.printable import printable

if TYPE_CHECKING:
    from tui.config.profiles import Profile
    from tui.jobs.job import Job
    from tui.jobs.remote import JobSource
    from tui.resources.registry import Registry
    from tui.resources.system import System

_log = logging.getLogger("arraydeck.connections")


class Connection:
    """One profile's way to its store. The service is opened by whoever needs it first, and once.

    `jobs` knows the jobs of the store itself, while it is open and has any; `job_ended` hears of each that ends.
    """

    def __init__(
        self,
        profile: Profile,
        system: System[Any],
        log: CommandLog | None = None,
        job_ended: Callable[[Job], None] | None = None,
    ) -> None:
        self.profile = profile
        self.system = system
        self.health = Health()
        self.log = log if log is not None else CommandLog()
        self.jobs: JobSource | None = None
        self._job_ended = job_ended
        self._service: Any = None
        self._opening = asyncio.Lock()

    async def service(self) -> Any:
        """Return the open service.

        Raises:
            ServiceError: it cannot be opened.
        """
        async with self._opening:
            if self._service is None:
                # How long it took to get ready says nothing of how fast the store answers.
                async with self.watched("open", vital=True, timed=False):
                    self._service = await self.system.open(self.profile)
                self.system.watch(self._service, self.log, self.profile.name)
                self.jobs = self.system.job_source(self._service)
                if self.jobs is not None and self._job_ended is not None:
                    self.jobs.ended.append(self._job_ended)
            return self._service

    @property
    def opened(self) -> Any:
        """The service while it is open, else None; nobody is asked for it."""
        return self._service

    @property
    def where(self) -> str:
        """What follows `-p` on a command line that another shell takes too: the profile's name, or the address of one
        that only this run knows."""
        return self.log.place_of(self.profile.name)

    @property
    def notice(self) -> str:
        """What the header must always say of how the store is read or written now."""
        return "" if self._service is None else self.system.notice(self._service)

    @asynccontextmanager
    async def watched(
        self, operation: str, command: str = "", *, vital: bool = False, timed: bool = True
    ) -> AsyncGenerator[None]:
        """Time what is done inside, log it, feed the health with it, and let nothing but a ServiceError out.

        `command` is the same thing as a command line, for the command log. A refusal is a sign of life, unless
        what is done inside is `vital`: a store that cannot be opened is not online. What is not `timed` tells of ill
        health alone.
        """
        with self.log.operation(self.profile.name, operation, command) as noted:
            try:
                async with self._judged(operation, time.monotonic(), vital, timed):
                    yield
                noted.outcome = "ok"
            except ServiceError as error:
                noted.outcome = printable(f"{error.kind}: {error.message}", 200)
                raise
            except NotSent:
                noted.outcome = "not sent: a dry run"
                raise

    @asynccontextmanager
    async def _judged(self, operation: str, began: float, vital: bool, timed: bool) -> AsyncGenerator[None]:
        try:
            yield
        except (Unavailable, NotAuthenticated) as error:
            self.health.fail(error)
            raise
        except ServiceError as error:
            if vital:
                self.health.fail(Unavailable(error.system, operation, error.message, error.hint))
            else:
                self.health.record(time.monotonic() - began)
            raise
        except Exception as error:
            _log.exception("%s: unexpected error in %s", self.profile.name, operation)
            reason = printable(f"{type(error).__name__}: {error}", 300)
            hint = "this is a defect; `arraydeck --debug` writes the whole story to a file"
            wrapped = ProtocolError(self.system.name, operation, f"unexpected {reason}", hint)
            self.health.fail(wrapped)
            raise wrapped from error
        else:
            if timed:
                self.health.record(time.monotonic() - began)

    async def probe(self) -> None:
        """Ask for a sign of life and note the answer in `health`.

        Raises:
            ServiceError: there was none.
        """
        service = await self.service()
        async with self.watched("probe", vital=True):
            await self.system.probe(service)

    async def close(self) -> None:
        """Close the service if it is open. The connection can be used again afterwards."""
        async with self._opening:
            service, self._service, self.jobs = self._service, None, None
            if service is not None:
                async with self.watched("close"):
                    await self.system.close(service)


class Connections:
    """The connections of this process by profile name.

    `job_ended` hear of each job of a store that ends, `made` of each new connection.
    """

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.job_ended: list[Callable[[Job], None]] = []
        self.made: list[Callable[[Connection], None]] = []
        self.log = CommandLog()
        self._open: dict[str, Connection] = {}
        self._superseded: list[Connection] = []

    def __iter__(self) -> Iterator[Connection]:
        return iter(self._open.values())

    def to(self, profile: Profile) -> Connection:
        """Return the connection of a profile; a profile that was edited gets a new one.

        Raises:
            NotFound: the profile names a system that this installation does not have.
        """
        known = self._open.get(profile.name)
        if known is None or known.profile != profile:
            if known is not None:
                self._superseded.append(known)
            system = self.registry.system(profile.system)
            known = self._open[profile.name] = Connection(profile, system, self.log, self._tell_ended)
            for listener in tuple(self.made):
                listener(known)
        return known

    def _tell_ended(self, job: Job) -> None:
        for listener in tuple(self.job_ended):
            listener(job)

    async def forget(self, name: str) -> None:
        """Close and drop the connection of a profile, if there is one."""
        connection = self._open.pop(name, None)
        if connection is not None:
            await connection.close()

    async def close(self) -> None:
        """Close all; one that fails does not keep the others open."""
        closing = [connection.close() for connection in (*self._open.values(), *self._superseded)]
        self._open.clear()
        self._superseded.clear()
        for outcome in await asyncio.gather(*closing, return_exceptions=True):
            if isinstance(outcome, Exception):
                _log.warning("closing: %s", outcome)
