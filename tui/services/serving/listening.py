"""Ports of this machine that ASGI applications answer on, by uvicorn, in a thread of their own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from tui.services.serving.gate import App

LOOPBACK = "127.0.0.1"
START_SECONDS = 30.0
STOP_SECONDS = 0.3
"""What a request under way has when the ports close."""


class Line(H11Protocol):
    """A connection whose requests carry its transport in `scope["state"]`, so that it can be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the transport."""
        self.app_state = {**self.app_state, "transport": transport}
        super().connection_made(transport)


class Listening:
    """Named ports, bound at once, answering between `start` and `stop`; used in a `with`, from any thread.

    Args:
        ports: the number wished for each name; 0: any free one.
        host: the address that they are bound to.
        context: what they speak TLS with; plain HTTP without.

    Raises:
        OSError: a port is taken.
    """

    def __init__(self, ports: Mapping[str, int], host: str = LOOPBACK, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._sockets: dict[str, socket.socket] = {}
        try:
            for name, port in ports.items():
                self._sockets[name] = _bound(host, port)
        except BaseException:
            self._close()
            raise
        self.ports: dict[str, int] = {name: bound.getsockname()[1] for name, bound in self._sockets.items()}
        self._apps: dict[str, App] = {}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None

    def start(self, apps: Mapping[str, App]) -> Self:
        """Answer with an application on each port; return when all do.

        Raises:
            RuntimeError: they do not; the cause says why.
        """
        self._apps = dict(apps)
        ready = threading.Event()
        failures: list[BaseException] = []

        def run() -> None:
            try:
                asyncio.run(self._serve(ready))
            except BaseException as error:
                failures.append(error)
            finally:
                ready.set()

        self._thread = threading.Thread(target=run, name="embedded-server", daemon=True)
        self._thread.start()
        if not ready.wait(START_SECONDS) or failures:
            raise RuntimeError("the embedded server does not start") from (failures[0] if failures else None)
        return self

    async def _serve(self, ready: threading.Event) -> None:
        self._loop, self._end = asyncio.get_running_loop(), asyncio.Event()
        servers: list[uvicorn.Server] = []
        tasks: list[asyncio.Task[None]] = []
        for name, app in self._apps.items():
            server = uvicorn.Server(_config(app, self._context))
            servers.append(server)
            tasks.append(asyncio.create_task(server.serve([self._sockets[name]])))
        while not all(server.started for server in servers):
            for task in tasks:
                if task.done():
                    task.result()
            await asyncio.sleep(0.005)
        ready.set()
        await self._end.wait()
        for server in servers:
            server.should_exit = True
        _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
        if late:
            for server in servers:
                server.force_exit = True
                for connection in list(server.server_state.connections):
                    transport: Any = connection.transport
                    if transport is not None:
                        transport.abort()
            await asyncio.wait(late)

    def stop(self) -> None:
        """Close the ports. A second time does no harm."""
        thread, self._thread = self._thread, None
        if thread is not None and self._loop is not None and self._end is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            thread.join()
        self._close()

    def _close(self) -> None:
        for bound in self._sockets.values():
            bound.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _bound(host: str, port: int) -> socket.socket:
    # The protocol is named, for asyncio switches Nagle's delay off only where it sees TCP.
    bound = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind((host, port))
    except BaseException:
        bound.close()
        raise
    return bound


def _config(app: App, context: ssl.SSLContext | None) -> uvicorn.Config:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type] - uvicorn's own names for the same three
        http=Line,
        ws="none",
        lifespan="off",
        log_config=None,
        log_level="critical",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
    )
    config.load()
    config.ssl = context
    return config
