"""One port that an embedded server listens on: uvicorn's HTTP without its server, which ticks and stops slowly."""

from __future__ import annotations

import asyncio
import socket
import ssl
from email.utils import formatdate

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tui.services.serving.gate import App

LOOPBACK = "127.0.0.1"
GRACE = 0.2
"""Seconds that requests under way have when the listener stops."""


class Line(H11Protocol):
    """A connection whose requests carry its transport in `scope["state"]`, so that it can be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)

    def data_received(self, data: bytes) -> None:
        """Set the answers' `Date`, which uvicorn's server does as it ticks."""
        self.server_state.default_headers = [(b"date", formatdate(usegmt=True).encode())]
        super().data_received(data)


class Listener:
    """A port that only this machine reaches. It is bound at once and keeps its number when it stops and starts again.

    Args:
        port: 0: any free one.
        context: what it speaks TLS with; plain HTTP without.

    Raises:
        OSError: the port is taken.
    """

    def __init__(self, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._socket: socket.socket | None = _bound(port)
        self.port: int = self._socket.getsockname()[1]
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    async def start(self, app: App) -> None:
        """Answer requests with an ASGI application, in tasks of the running loop.

        Raises:
            OSError: somebody else has taken the port meanwhile.
        """
        listening, self._socket = self._socket or _bound(self.port), None
        config = uvicorn.Config(
            app,  # type: ignore[arg-type] - uvicorn's own names for the same three
            ws="none",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            timeout_keep_alive=75,
        )
        config.load()
        state = self._state = ServerState()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Line(config=config, server_state=state, app_state={}), sock=listening, ssl=self._context
        )

    async def stop(self) -> None:
        """Let go of the port; connections are closed, those in the middle of a request cut after `GRACE`."""
        if self._server is None:
            return
        self._server.close()
        lines = [line for line in self._state.connections if isinstance(line, Line)]
        for line in lines:
            line.shutdown()
        if self._state.tasks:
            await asyncio.wait(self._state.tasks, timeout=GRACE)
        for line in lines:
            line.transport.abort()
        for task in list(self._state.tasks):
            task.cancel()
        await asyncio.gather(*self._state.tasks, return_exceptions=True)
        await self._server.wait_closed()
        self._server = None

    def close(self) -> None:
        """Let go of a port that was bound and never listened on."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def _bound(port: int) -> socket.socket:
    """Return a socket on a port, not yet listening."""
    # With its protocol named, for asyncio sends small answers at once (TCP_NODELAY) only where it knows it.
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((LOOPBACK, port))
    except BaseException:
        bound.close()
        raise
    return bound
