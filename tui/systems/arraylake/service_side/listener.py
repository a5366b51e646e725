"""One port that the embedded service listens on: uvicorn's HTTP without its server, which ticks and stops slowly."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import MutableMapping
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tui.systems.arraylake.service_side.certificate import LOOPBACK

GRACE = 0.2
"""Seconds that requests under way have when the listener stops."""


class Listener:
    """A port that only this machine reaches. It keeps its number when it stops and starts again."""

    def __init__(self, port: int = 0, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._socket: socket.socket | None = self._bound(port)
        self.port: int = self._socket.getsockname()[1]
        self._connections: dict[Any, asyncio.Transport] = {}
        self._state = ServerState()
        self._server: asyncio.Server | None = None

    def _bound(self, port: int) -> socket.socket:
        """Return a socket on a port, not yet listening."""
        # With its protocol named, for asyncio sends small answers at once (TCP_NODELAY) only where it knows it.
        bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind((LOOPBACK, port))
        except OSError:
            bound.close()
            raise
        return bound

    def cut(self, scope: MutableMapping[str, Any]) -> None:
        """Abort the connection that a request came on: no answer, no goodbye."""
        connection = self._connections.get(tuple(scope["client"] or ()))
        if connection is not None:
            connection.abort()

    async def start(self, app: Any) -> None:
        """Answer requests with an ASGI application, in a task of the running loop.

        Raises:
            OSError: somebody else has taken the port meanwhile.
        """
        connections = self._connections

        class Line(H11Protocol):
            """A connection that is known by its peer's address."""

            def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
                self.peer = tuple(transport.get_extra_info("peername") or ())[:2]
                connections[self.peer] = transport
                super().connection_made(transport)

            def connection_lost(self, exc: Exception | None) -> None:
                connections.pop(self.peer, None)
                super().connection_lost(exc)

        listening, self._socket = self._socket or self._bound(self.port), None
        config = uvicorn.Config(app, lifespan="off", log_config=None, log_level="critical", access_log=False)
        config.load()
        state = self._state = ServerState()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: Line(config=config, server_state=state, app_state={}), sock=listening, ssl=self._context
        )

    async def stop(self) -> None:
        """Let go of the port; connections are closed, those in the middle of a request cut after `GRACE`."""
        if self._server is None:
            return
        self._server.close()
        for connection in list(self._state.connections):
            connection.shutdown()
        if self._state.tasks:
            await asyncio.wait(self._state.tasks, timeout=GRACE)
        for connection in list(self._connections.values()):
            connection.abort()
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
