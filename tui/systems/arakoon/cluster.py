"""Cluster: a command brought to the node that answers it, again if need be, and never twice if that could matter."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tui.services import dry_run
from tui.services.errors import NotFound, ServiceError
from tui.systems.arakoon.call_log import CallLog
from tui.systems.arakoon.call_words import changes, held
from tui.systems.arakoon.errand import Again, Errand
from tui.systems.arakoon.errors import InconsistentRead, NotConnectedError, shown, told_together
from tui.systems.arakoon.pool import NodePool
from tui.systems.arakoon.search import FIRST_PAUSE, LONGEST_PAUSE, MasterSearch
from tui.systems.arakoon.settings import ClusterSettings
from tui.systems.arakoon.wire.commands import Command, Role
from tui.systems.arakoon.wire.consistency import Consistency, Consistent
from tui.systems.arakoon.wire.reader import SYSTEM, Reader

T = TypeVar("T")


class Cluster:
    """The nodes of a cluster, and which of them is the master as far as is known.

    A read is asked again until it is answered or its time is up. A write is asked again if it cannot have been done
    (it was not sent, the node was not the master, or hung up before it) or if doing it twice is doing it once;
    otherwise a lost answer is an `OutcomeUnknown`.
    """

    def __init__(self, settings: ClusterSettings) -> None:
        self.settings = settings
        self.pools: tuple[NodePool, ...] = ()
        self.master: NodePool | None = None
        self._search: MasterSearch | None = None
        self.log: CallLog | None = None
        """Hears of every call, if anybody looks on."""

    @property
    def is_open(self) -> bool:
        """Whether it was opened and not closed since."""
        return self._search is not None

    async def open(self) -> None:
        """Connect to all nodes at once, until one answers; it need not be the master.

        Raises:
            InvalidInput: a certificate cannot be read, or the cluster's id is another.
            NotAuthenticated: one side does not trust the other's certificate.
            Unavailable, TimedOut, ProtocolError: no node answers; with several the message has all reasons.
        """
        context = None
        if self.settings.tls is not None:
            from tui.systems.arakoon.tls import client_context

            context = await asyncio.to_thread(client_context, self.settings.tls)
        self.pools = tuple(NodePool(address, self.settings, context) for address in self.settings.nodes)
        self._search = MasterSearch(self.pools, self.settings.patience)
        try:
            await self._first_answer()
        except BaseException:
            await self.close()
            raise

    async def _first_answer(self) -> None:
        # Each connection ends its attempt by itself, and then tells why.
        deadline = asyncio.get_running_loop().time() + 2 * self.settings.patience.connect
        asked = [asyncio.create_task(pool.connection(writes=False, deadline=deadline)) for pool in self.pools]
        problems: list[ServiceError] = []
        try:
            for answer in asyncio.as_completed(asked):
                try:
                    await answer
                except ServiceError as error:
                    problems.append(error)
                else:
                    return
        finally:
            for task in asked:
                task.cancel()
            await asyncio.gather(*asked, return_exceptions=True)
        raise told_together("connect", problems)

    async def close(self) -> None:
        """End all connections and whatever waits on them. Safe to call twice."""
        pools, self.pools = self.pools, ()
        search, self._search, self.master = self._search, None, None
        if search is not None:
            await search.close()
        await asyncio.gather(*(pool.close() for pool in pools))

    def call(
        self,
        command: Command[T],
        *values: Any,
        key: bytes | None = None,
        consistency: Consistency | None = None,
        node: str | None = None,
        decode: Callable[[Reader], T] | None = None,
    ) -> Coroutine[Any, Any, T]:
        """Ask for a command and return what its result is awaited with. An argument that cannot be sent is told here.

        Args:
            command: what is asked.
            values: its arguments behind the consistency.
            key: the key that it is about, for the error.
            consistency: how fresh a read must be; None for a command that has no such argument.
            node: the name or address of the one node that is to answer, which is asked once. None is the one that
                should: the master, or for what any node answers, the one that is most likely to.
            decode: reads the result, if it is not the command's own.

        Raises:
            InvalidInput: an argument cannot be sent.
            NotConnectedError: the cluster is not open.
            OutcomeUnknown: a write was sent and its answer is lost.
            NoMaster: there was no master in time.
            Unavailable, TimedOut: the node could not be reached, or did not answer in time.
            ServiceError: the node refused.
        """
        dry = dry_run.current()
        if dry is not None and changes(command):
            dry.hold(held(command, values, node or ""))
        request = command.request(*values) if consistency is None else command.request(consistency, *values)
        if not self.is_open:
            raise not_connected(command.name)
        errand = Errand(command, request, self.settings.patience, key, decode)
        if node is not None:
            asking = self._ask_only(errand, self.pool(node))
        elif command.role is Role.MASTER or isinstance(consistency, Consistent):
            asking = self._ask_master(errand)
        else:
            asking = self._ask_any(errand)
        return asking if self.log is None else self.log.noted(asking, command, values, node or "")

    def pool(self, node: str) -> NodePool:
        """Return the connections to the node of that name or address.

        Raises:
            NotFound: the cluster has no such node.
            NotConnectedError: it is not open.
        """
        if not self.is_open:
            raise not_connected("nodes")
        for pool in self.pools:
            if node in (pool.label, pool.address.label):
                return pool
        known = ", ".join(pool.label for pool in self.pools)
        raise NotFound(SYSTEM, "nodes", f"the cluster has no node {shown(node.encode())}", f"it has {known}")

    async def find_master(self, operation: str, deadline: float) -> NodePool:
        """Return the master, looked for if it is not known. Raises as `MasterSearch.find` does."""
        if self.master is not None:
            return self.master
        if self._search is None:
            raise not_connected(operation)
        found = await self._search.find(operation, deadline)
        if self.is_open:
            self.master = found
        return found

    async def _ask_only(self, errand: Errand[T], pool: NodePool) -> T:
        try:
            return await errand.ask(pool)
        except Again as failed:
            self._forget(pool)
            raise errand.final(failed.error) from failed.error

    async def _ask_master(self, errand: Errand[T]) -> T:
        pause = FIRST_PAUSE
        while True:
            pool = self.master
            if pool is None:
                try:
                    pool = await self.find_master(errand.command.name, errand.deadline)
                except ServiceError as error:
                    raise errand.final(error) from error
            try:
                return await errand.ask(pool)
            except Again as failed:
                self._forget(pool)
                await errand.pause(pause, failed.error)
                pause = min(pause * 2, LONGEST_PAUSE)
            except ServiceError:
                if pool.failures:
                    self._forget(pool)
                raise

    async def _ask_any(self, errand: Errand[T]) -> T:
        """Ask the master if it is known, else whoever answers; when none does, all again after a pause."""
        pause = FIRST_PAUSE
        while True:
            behind: InconsistentRead | None = None
            problem: ServiceError = not_connected(errand.command.name)
            for pool in sorted(self.pools, key=lambda pool: (pool.failures, pool is not self.master)):
                try:
                    return await errand.ask(pool)
                except InconsistentRead as error:
                    behind = error
                except Again as failed:
                    self._forget(pool)
                    problem = failed.error
            if behind is not None:
                raise behind
            if isinstance(problem, NotConnectedError):
                raise problem
            await errand.pause(pause, problem)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _forget(self, pool: NodePool) -> None:
        """Note that the node may be the master no longer."""
        if self.master is pool:
            self.master = None


def not_connected(operation: str) -> NotConnectedError:
    """Return the error for a call on a client that is not connected."""
    return NotConnectedError(SYSTEM, operation, "Not connected", "connect first")
