"""The embedded server as one object: two ports of this machine, and the state behind them."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from tui.services.serving.clock import Clock
from tui.services.serving.gate import App, Gate, Receive, Scope, Send, raw_path
from tui.services.serving.listening import LOOPBACK, Listening
from tui.systems.tiledb.service_side import (
    capabilities,
    classic,
    v1_current,
    v4_activities,
    v4_assets,
    v4_files,
    v4_search,
    v4_storage,
    v4_teamspaces,
    v4_users,
    v4_workspaces,
)
from tui.systems.tiledb.service_side.application import Application
from tui.systems.tiledb.service_side.control import Control
from tui.systems.tiledb.service_side.routing import Route
from tui.systems.tiledb.service_side.state import State

CURRENT: tuple[Route, ...] = (
    *capabilities.ROUTES,
    *v4_users.ROUTES,
    *v4_workspaces.ROUTES,
    *v4_teamspaces.ROUTES,
    *v4_assets.ROUTES,
    *v4_search.ROUTES,
    *v4_files.ROUTES,
    *v4_storage.ROUTES,
    *v4_activities.ROUTES,
    *v1_current.ROUTES,
)


class EmbeddedTileDB:
    """A TileDB server of one generation on plain HTTP, in a thread of its own; used in a `with`, or `start` and `stop`.

    There are two ports. The second, `elsewhere`, is a foreign host to a client that a `redirect` fault sends there: it
    answers the same, so that who follows gets on, and the log's `side` tells them apart.

    Args:
        state: the database's file, or `:memory:`.
        classic: be the classic cloud instead of the current platform.
        port: of the server; 0: any free one.
        clock: what time it is there.
        seed: makes ids and secrets repeatable.
        control: whether tests may steer it at `/_control` (`control.Control`).

    Raises:
        OSError: the port is taken.
        sqlite3.Error: the file is no state of this server.
    """

    def __init__(
        self,
        state: Path | str = ":memory:",
        *,
        classic: bool = False,
        port: int = 0,
        clock: Clock | None = None,
        seed: int | None = None,
        control: bool = False,
    ) -> None:
        self.classic = classic
        self._control = Control(self) if control else None
        self._listening = Listening({"server": port, "elsewhere": 0})
        try:
            self.state = State(state, clock, seed)
        except BaseException:
            self._listening.stop()
            raise

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://{LOOPBACK}:{self._listening.ports['server']}"

    @property
    def elsewhere(self) -> str:
        """The address of the other port, by another host's name."""
        return f"http://localhost:{self._listening.ports['elsewhere']}"

    @property
    def ports(self) -> dict[str, int]:
        """The number of each port."""
        return self._listening.ports

    @property
    def routes(self) -> tuple[Route, ...]:
        """What it answers."""
        return classic.ROUTES if self.classic else CURRENT

    def start(self) -> Self:
        """Answer requests; return when both ports do.

        Raises:
            RuntimeError: they do not.
        """
        app: App = Application(self.state, self.routes)
        if self._control is not None:
            app = _steered(app, self._control)
        log, faults = self.state.log, self.state.faults
        apps: dict[str, App] = {side: Gate(app, side, log, faults, self.elsewhere) for side in self.ports}
        self._listening.start(apps)
        return self

    def stop(self) -> None:
        """Close ports and state. Twice does no harm."""
        self._listening.stop()
        self.state.database.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _steered(app: App, control: Control) -> App:
    """Return an application that answers the tests' own routes before another's."""

    async def either(scope: Scope, receive: Receive, send: Send) -> None:
        if raw_path(scope).startswith("/_control/"):
            await control(scope, receive, send)
        else:
            await app(scope, receive, send)

    return either
