"""Administration: what an operator asks of single nodes (contract §8)."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar

from tui.services import dry_run
from tui.services.errors import TimedOut
from tui.systems.arakoon.call_words import changes, held
from tui.systems.arakoon.cluster import Cluster
from tui.systems.arakoon.errors import Interrupted, OutcomeUnknown, shown
from tui.systems.arakoon.pool import NodePool
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codes import Code
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.reader import SYSTEM, Reader, malformed

T = TypeVar("T")
HOUR = 3600.0
"""Seconds that these commands may take, unless they are given fewer: some rewrite whole databases."""
Progress = Callable[[int, int], object]
"""Is told how many are done, and of how many."""
_LOG = 12
"""Bytes that the server sends for each log that it has collapsed."""


class Administration(ABC):
    """The commands of an operator. Each has a connection of its own, so that nothing waits behind it.

    All raise, besides what they say themselves: NotFound for an unknown node, NotSupported if the node's role does
    not allow it, Unavailable if it cannot be reached, OutcomeUnknown if the answer is lost or not in time.
    `timeout` is in seconds.
    """

    @abstractmethod
    def _open_cluster(self, operation: str) -> Cluster:
        """Return the cluster. Raises NotConnectedError if it is not open."""

    async def collapse_tlogs(
        self, keep: int, node: str, progress: Progress | None = None, timeout: float = HOUR
    ) -> list[int]:
        """Collapse a node's transaction logs into its head database, all but the newest `keep` (1 and up).

        The master and slaves can do it. `progress` is told at the beginning and after each log. Returns what the
        server sends for each: a measure of how long it took, in no unit (contract §8).

        Raises:
            UnknownFailure: `keep` is below 1, or the node could not do it.
        """
        loop = asyncio.get_running_loop()

        def tell(done: int, total: int) -> None:
            if progress is not None:
                # Not from within the connection, which would break if it failed.
                loop.call_soon(progress, done, total)

        collapse = _Collapse(tell)
        pool = self._open_cluster("collapse_tlogs").pool(node)
        return await self._alone(commands.COLLAPSE_TLOGS, keep, pool=pool, timeout=timeout, decode=collapse.read)

    async def optimize_db(self, node: str, timeout: float = HOUR) -> None:
        """Rewrite a slave's database so that it reads faster. The master refuses."""
        pool = self._open_cluster("optimize_db").pool(node)
        await self._alone(commands.OPTIMIZE_DB, pool=pool, timeout=timeout)

    async def defrag_db(self, node: str, timeout: float = HOUR) -> None:
        """Give back the room between the entries of a slave's database. The master refuses."""
        pool = self._open_cluster("defrag_db").pool(node)
        await self._alone(commands.DEFRAG_DB, pool=pool, timeout=timeout)

    async def copy_db_to_head(self, node: str, keep: int, timeout: float = HOUR) -> None:
        """Make a slave's database its head and drop older logs, all but `keep` (1 and up). The master refuses."""
        pool = self._open_cluster("copy_db_to_head").pool(node)
        await self._alone(commands.COPY_DB_TO_HEAD, keep, pool=pool, timeout=timeout)

    async def flush_store(self, node: str, timeout: float = HOUR) -> None:
        """Make a node write to disk what it holds back. Any node does."""
        pool = self._open_cluster("flush_store").pool(node)
        await self._alone(commands.FLUSH_STORE, pool=pool, timeout=timeout)

    async def drop_master(self, node: str | None = None, timeout: float = 120.0) -> None:
        """Make the master hand over to another node, which takes up to a lease and a half; None is the master.

        A slave says yes and does nothing. A cluster of one node refuses.
        """
        cluster = self._open_cluster("drop_master")
        deadline = asyncio.get_running_loop().time() + cluster.settings.patience.total
        pool = await cluster.find_master("drop_master", deadline) if node is None else cluster.pool(node)
        await self._alone(commands.DROP_MASTER, pool=pool, timeout=timeout)

    async def _alone(
        self, command: Command[Any], *values: Any, pool: NodePool, timeout: float, decode: Any = None
    ) -> Any:
        dry = dry_run.current()
        if dry is not None and changes(command):
            dry.hold(held(command, values, pool.label))
        log = self._open_cluster(command.name).log
        asking = self._ask_alone(command, *values, pool=pool, timeout=timeout, decode=decode)
        return await (asking if log is None else log.noted(asking, command, values, pool.label))

    async def _ask_alone(self, command: Command[Any], *values: Any, pool: NodePool, timeout: float, decode: Any) -> Any:
        request = command.request(*values)
        connection = await pool.open()
        deadline = asyncio.get_running_loop().time() + timeout
        try:
            return await connection.call(command, request, deadline, decode=decode)
        except (Interrupted, TimedOut) as error:
            message = f"outcome unknown: {error.message}"
            raise OutcomeUnknown(SYSTEM, command.name, message, "the node may still be at it") from error
        finally:
            await connection.close()


class _Collapse:
    """Reads the answer to a collapse, which arrives log by log while the server works."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell
        self._total = -1
        self._done = 0

    def read(self, reader: Reader) -> list[int]:
        """Return the answer; asked again with each piece that arrives, it tells of each log once."""
        total = reader.count(_LOG)
        if self._total < 0:
            self._total = total
            self._tell(0, total)
        return reader.elements(total, self._read_log)

    def _read_log(self, reader: Reader) -> int:
        code = reader.u32()
        if code != Code.OK:
            said = shown(reader.string())
            raise malformed(f"the collapse stopped after {self._done} of {self._total} logs: {said}")
        measure = reader.i64()
        self._done += 1
        self._tell(self._done, self._total)
        return measure
