"""The embedded service as one object: three listening ports in a thread of their own, and the state behind them."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tui.systems.arraylake.service_side.catalogue import catalogue_app
from tui.systems.arraylake.service_side.certificate import LOOPBACK, make_certificate
from tui.systems.arraylake.service_side.control import control_routes
from tui.systems.arraylake.service_side.gate import Gate
from tui.systems.arraylake.service_side.identity import Identity
from tui.systems.arraylake.service_side.listener import Listener
from tui.systems.arraylake.service_side.object_store import ObjectStore
from tui.systems.arraylake.service_side.state import State

START_SECONDS = 30.0


class EmbeddedService:
    """The catalogue on plain HTTP, the identity provider on TLS, the object store on plain HTTP.

    It runs in a thread, for the vendor's client blocks the loop it runs on (contract §4.1). Used in a `with`, or with
    `start` and `stop`. Everything public may be used from any thread while it runs.

    Args:
        state: the database's file, or `:memory:`.
        port: of the catalogue; the other two take any free ones. 0: any free one.
        control: whether `/_control` answers (`control.control_routes`).
        folder: where the authority's certificate is put; a temporary folder without, removed at the end.

    Raises:
        OSError: the port is taken, or the folder cannot be used.
        sqlite3.Error: the file is no database of this service.
    """

    def __init__(
        self, state: Path | str = ":memory:", *, port: int = 0, control: bool = False, folder: Path | None = None
    ) -> None:
        self.state = State(state)
        self._own_folder = folder is None
        self._folder = folder if folder is not None else Path(tempfile.mkdtemp(prefix="arraylake-"))
        self._listeners: list[Listener] = []
        try:
            self.authority, context = make_certificate(self._folder)
            for listener_port, tls in ((port, None), (0, context), (0, None)):
                self._listeners.append(Listener(listener_port, context=tls))
        except BaseException:
            self._release()
            raise
        self._catalogue, self._identity, self._objects = self._listeners
        self.state.domain = f"{LOOPBACK}:{self._identity.port}"
        self.state.object_uri = f"http://{LOOPBACK}:{self._objects.port}"
        self.state.buckets.move_objects(self.state.object_uri)
        self._routes = control_routes(self) if control else []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ending: asyncio.Event | None = None

    @property
    def uri(self) -> str:
        """The base URL of the catalogue."""
        return f"http://{LOOPBACK}:{self._catalogue.port}"

    @property
    def ports(self) -> dict[str, int]:
        """The port of each side."""
        sides = ("catalogue", "identity", "objects")
        return {side: listener.port for side, listener in zip(sides, self._listeners, strict=True)}

    def start(self) -> Self:
        """Listen, and return when all three ports do.

        Raises:
            RuntimeError: they do not; the cause says why.
        """
        begun = threading.Event()
        failure: list[BaseException] = []

        def run() -> None:
            try:
                asyncio.run(self._serve(begun))
            except BaseException as error:
                failure.append(error)
            finally:
                begun.set()

        self._thread = threading.Thread(target=run, name="embedded-arraylake", daemon=True)
        self._thread.start()
        if not begun.wait(START_SECONDS) or failure:
            raise RuntimeError("the embedded service does not start") from (failure[0] if failure else None)
        return self

    async def _serve(self, begun: threading.Event) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        for side in self.ports:
            await self._listen(side)
        begun.set()
        await self._ending.wait()
        await asyncio.gather(*(listener.stop() for listener in self._listeners))

    async def _listen(self, side: str) -> None:
        apps: dict[str, Any] = {
            "catalogue": lambda: catalogue_app(self.state, self._routes),
            "identity": lambda: Identity(self.state).app(),
            "objects": lambda: ObjectStore(self.state).app(),
        }
        listener = self._listeners[list(self.ports).index(side)]
        await listener.start(Gate(apps[side](), side, self.state, listener.cut))

    def stop(self) -> None:
        """Stop listening and let go of state, ports and folder. Once is enough, twice does no harm."""
        thread, self._thread = self._thread, None
        if thread is not None and self._loop is not None and self._ending is not None:
            self._loop.call_soon_threadsafe(self._ending.set)
            thread.join()
        self._release()

    def _release(self) -> None:
        for listener in self._listeners:
            listener.close()
        self.state.database.close()
        if self._own_folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def down(self, side: str) -> None:
        """Let one side be unreachable: its port refuses connections."""
        self._run(self._listeners[list(self.ports).index(side)].stop())

    def up(self, side: str) -> None:
        """Let a side that was down be reachable again, on the same port."""
        self._run(self._listen(side))

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the service's loop and wait for it."""
        assert self._loop is not None
        asyncio.run_coroutine_threadsafe(work, self._loop).result(START_SECONDS)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
