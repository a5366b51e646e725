"""Pool: the connections to one node, those for reads apart from those for writes."""

from __future__ import annotations

import asyncio
import ssl
from dataclasses import dataclass, field

from tui.services.errors import NotAuthenticated, ServiceError
from tui.services.printable import printable
from tui.systems.arakoon.connecting import connect
from tui.systems.arakoon.connection import Connection
from tui.systems.arakoon.errors import GoingDown, Interrupted, NotConnectedError, WrongCluster, timed_out
from tui.systems.arakoon.settings import ClusterSettings, NodeAddress
from tui.systems.arakoon.wire.commands import WHO_MASTER, prologue
from tui.systems.arakoon.wire.reader import SYSTEM

CROWDED = 16
"""Requests in flight on each connection from which on another one is opened. While one side has the answers of one
connection in hand the other works at those of the next, and a server gathers the writes of several connections in one
round of consensus (contract §13)."""


@dataclass(slots=True)
class Lane:
    """Connections that serve the same kind of command."""

    connections: list[Connection] = field(default_factory=list)
    opening: asyncio.Task[Connection] | None = None


class NodePool:
    """Connections to a node.

    A write that has to wait for the other nodes holds up all that follows it on its connection (contract §1), which
    is why reads have connections of their own.
    """

    def __init__(self, address: NodeAddress, settings: ClusterSettings, context: ssl.SSLContext | None) -> None:
        self.address = address
        self.name = address.name
        self.failures = 0
        """How often in a row it could not be reached or did not answer."""
        self._settings = settings
        self._context = context
        self._prologue = prologue(settings.cluster_id.encode("utf-8", "surrogateescape"))
        self._reads, self._writes = Lane(), Lane()
        self._open: set[Connection] = set()
        self._is_closed = False

    @property
    def label(self) -> str:
        """The node's name, or its address as long as the name is not known."""
        return self.name or self.address.label

    def idle(self, writes: bool) -> Connection | None:
        """Return the connection with the least to do, None if there is none. Opens another one if all are crowded."""
        lane = self._writes if writes else self._reads
        best: Connection | None = None
        least = 0
        for connection in lane.connections:
            if connection.usable:
                waiting = len(connection.waiting)
                if best is None or waiting < least:
                    best, least = connection, waiting
        if least >= CROWDED and lane.opening is None:
            lane.connections = [connection for connection in lane.connections if connection.usable]
            if len(lane.connections) < self._settings.connections:
                self._start_opening(lane)
        return best

    async def connection(self, writes: bool, deadline: float) -> Connection:
        """Return a connection, a new one if there is none. Several that ask at once wait for the same one.

        Raises:
            Unavailable: the node cannot be reached.
            TimedOut: it was not in time.
            NotAuthenticated: one side does not trust the other's certificate.
            WrongCluster: the node hung up on the first words, most likely because of the cluster's id.
            NotConnectedError: the pool was closed.
        """
        found = self.idle(writes)
        if found is not None:
            return found
        lane = self._writes if writes else self._reads
        if lane.opening is None:
            self._start_opening(lane)
        opening = lane.opening
        assert opening is not None
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await asyncio.wait({opening}, timeout=max(deadline - begun, 0))
        if not opening.done():
            raise timed_out("connect", loop.time() - begun, f"no connection to the node {self.label}")
        if opening.cancelled():
            raise NotConnectedError(SYSTEM, "connect", "Not connected")
        return opening.result()

    def _start_opening(self, lane: Lane) -> None:
        lane.opening = asyncio.create_task(self._open_into(lane), name=f"arakoon connects to {self.label}")
        # Its error is told to those who wait for it; if nobody does, the connections that there are go on.
        lane.opening.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _open_into(self, lane: Lane) -> Connection:
        try:
            if self._is_closed:
                raise NotConnectedError(SYSTEM, "connect", "Not connected")
            made = await self.open()
            lane.connections = [connection for connection in lane.connections if connection.usable]
            lane.connections.append(made)
            return made
        finally:
            lane.opening = None

    async def open(self) -> Connection:
        """Return a new connection on which the node has answered: only then the cluster's id is known to be right.

        It belongs to the caller but is closed with the pool. Raises as `connection` does.
        """
        patience = self._settings.patience
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience.connect
        made = await connect(self.address, self._prologue, self._context, self._settings.limits, patience.connect)
        self._open.add(made)
        made.when_lost(self._open.discard)
        try:
            await made.call(WHO_MASTER, WHO_MASTER.request(), deadline)
        except GoingDown:
            raise
        except Interrupted as error:
            raise self._unwelcome() from error
        except (ServiceError, asyncio.CancelledError):
            made.retire()
            raise
        return made

    def _unwelcome(self) -> ServiceError:
        """Return the error for a node that hung up on the greeting, which is all that it says to strangers."""
        message = f"the node {self.label} hung up on the greeting"
        tls, cluster_id = self._settings.tls, printable(self._settings.cluster_id, 80)
        if tls is not None and tls.cert is None:
            hint = f"does it want a client's certificate, tls_cert and tls_key? Is {cluster_id} the id of its cluster?"
            return NotAuthenticated(SYSTEM, "connect", message, hint)
        other = "does it trust the client's certificate?" if tls is not None else "does it want TLS?"
        return WrongCluster(SYSTEM, "connect", message, f"is {cluster_id} the id of its cluster, and {other}")

    async def close(self) -> None:
        """Close all connections. Returns when their sockets are closed."""
        self._is_closed = True
        tasks = [lane.opening for lane in (self._reads, self._writes) if lane.opening is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        await asyncio.gather(*(connection.close() for connection in tuple(self._open)))
