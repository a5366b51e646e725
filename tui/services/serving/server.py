"""An embedded server: named ports that ASGI applications answer on, in a thread of their own."""

from __future__ import annotations

import asyncio
import ssl
import threading
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping
from types import TracebackType
from typing import Any, Self

from tui.services.serving.gate import App
from tui.services.serving.listener import Listener

START_SECONDS = 30.0


class EmbeddedServer(ABC):
    """The ports are bound at once and answer between `start` and `stop`, or in a `with`. Used from any thread.

    It runs in a thread, for its client may block the loop that it runs on.

    Args:
        ports: the number wished for each side; 0: any free one.
        contexts: what a side speaks TLS with; one that is not here speaks plain HTTP.

    Raises:
        OSError: a port is taken; what the server holds is let go of.
    """

    def __init__(self, ports: Mapping[str, int], contexts: Mapping[str, ssl.SSLContext] | None = None) -> None:
        self._listeners: dict[str, Listener] = {}
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._end: asyncio.Event | None = None
        try:
            for side, port in ports.items():
                self._listeners[side] = Listener(port, (contexts or {}).get(side))
        except BaseException:
            self.stop()
            raise
        self.ports: dict[str, int] = {side: listener.port for side, listener in self._listeners.items()}

    @abstractmethod
    def app(self, side: str) -> App:
        """Return what answers on a side's port."""

    @abstractmethod
    def release(self) -> None:
        """Let go of what is behind the ports. A second time does no harm."""

    def start(self) -> Self:
        """Answer requests; return when all ports do.

        Raises:
            RuntimeError: they do not; the cause says why.
        """
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
        try:
            for side in self._listeners:
                await self._listen(side)
            ready.set()
            await self._end.wait()
        finally:
            await asyncio.gather(*(listener.stop() for listener in self._listeners.values()))

    async def _listen(self, side: str) -> None:
        await self._listeners[side].start(self.app(side))

    def down(self, *sides: str) -> None:
        """Let sides be unreachable, or all: their ports refuse connections. What is behind them stays as it is."""
        for side in sides or self.ports:
            self._run(self._listeners[side].stop())

    def up(self, *sides: str) -> None:
        """Let sides that were down, or all, be reachable again, on the same ports.

        Raises:
            OSError: somebody else has taken one meanwhile.
        """
        for side in sides or self.ports:
            self._run(self._listen(side))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the server's loop and wait for it."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    def stop(self) -> None:
        """Close the ports and let go of everything. A second time does no harm."""
        thread, self._thread = self._thread, None
        if thread is not None and self._loop is not None and self._end is not None:
            self._loop.call_soon_threadsafe(self._end.set)
            thread.join()
        for listener in self._listeners.values():
            listener.close()
        self.release()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
