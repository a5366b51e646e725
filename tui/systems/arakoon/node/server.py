"""Node server: a member of a cluster that listens for clients."""

from __future__ import annotations

import asyncio
import resource
import ssl
from collections.abc import Callable

from tui.services.errors import Unavailable
from tui.systems.arakoon.node.answers import Answers
from tui.systems.arakoon.node.member import Member
from tui.systems.arakoon.node.session import Session
from tui.systems.arakoon.settings import NodeAddress, place
from tui.systems.arakoon.wire.reader import SYSTEM

_BUFFER = 256 * 1024


def connections_allowed() -> int:
    """Return how many connections a server takes: 200 fewer than it may have files, and 200 at least (contract §1)."""
    return max(resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 200, 200)


class NodeServer:
    """Listens on a port for the clients of one node. Port 0 is any that is free, and is kept from then on."""

    def __init__(
        self,
        member: Member,
        host: str = "127.0.0.1",
        port: int = 0,
        context: ssl.SSLContext | None = None,
        max_connections: int | None = None,
    ) -> None:
        self.member = member
        self.answers = Answers(member)
        self.sessions: set[Session] = set()
        self.max_connections = connections_allowed() if max_connections is None else max_connections
        self.buffer = memoryview(bytearray(_BUFFER))
        """Where sessions read what has arrived, which they take out of it at once."""
        self.turned_away = 0
        """How many connections it had no room for."""
        self.host, self.port = host, port
        self._context = context
        self._listener: asyncio.Server | None = None

    @property
    def address(self) -> NodeAddress:
        """Where it listens."""
        return NodeAddress(self.member.name, (self.host,), self.port)

    @property
    def is_running(self) -> bool:
        """Whether it listens."""
        return self._listener is not None

    def settle(self) -> None:
        """See that what is about to be acknowledged outlives the process."""
        self.member.consensus.settle(self.member)

    async def start(self) -> None:
        """Listen.

        Raises:
            Unavailable: the port is taken.
        """
        loop = asyncio.get_running_loop()
        try:
            listener = await loop.create_server(lambda: Session(self), self.host, self.port, ssl=self._context)
        except OSError as error:
            reason = error.strerror or str(error)
            message = f"cannot listen on {place(self.host, self.port)}: {reason}"
            raise Unavailable(SYSTEM, "server", message) from error
        self._listener = listener
        self.port = listener.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Stop as a server does that is told to: the clients' connections end, then the files are closed."""
        await self._close(Session.say_good_bye)
        self.member.store.close()

    async def kill(self) -> None:
        """Stop as a process that is killed: connections end in the middle of a word. `start` brings it back."""
        await self._close(Session.abort)

    async def _close(self, end: Callable[[Session], None]) -> None:
        listener, self._listener = self._listener, None
        if listener is None:
            return
        listener.close()
        for session in tuple(self.sessions):
            end(session)
        await _lost(self.sessions)
        for session in tuple(self.sessions):
            # A client that does not read keeps its last words from being sent.
            session.abort()
        await _lost(self.sessions)

    def wake(self) -> None:
        """Answer what has piled up while it was frozen."""
        for session in tuple(self.sessions):
            session.work()


async def _lost(sessions: set[Session]) -> None:
    """Wait until the connections have ended, a second at most."""
    if sessions:
        await asyncio.wait({session.lost for session in sessions}, timeout=1)
