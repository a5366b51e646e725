"""The embedded server as one object: two ports of this machine, and the state behind them."""

from __future__ import annotations

from pathlib import Path

from tui.services.serving.clock import Clock
from tui.services.serving.control import Control
from tui.services.serving.faults import Fault
from tui.services.serving.gate import App, Gate
from tui.services.serving.listener import LOOPBACK
from tui.services.serving.server import EmbeddedServer
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
from tui.systems.tiledb.service_side.refusal import error_body
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


class EmbeddedTileDB(EmbeddedServer):
    """A TileDB server of one generation on plain HTTP.

    There are two ports. The second, `elsewhere`, is a foreign host to a client that a `redirect` fault sends there: it
    answers the same, so that who follows gets on, and the log's `side` tells them apart.

    Args:
        state: the database's file, or `:memory:`.
        classic: be the classic cloud instead of the current platform.
        port: of the server; 0: any free one.
        clock: what time it is there.
        seed: makes ids and secrets repeatable.
        storage: a folder that stands for the storage of the arrays that have cells.
        control: whether tests may steer it at `/_control` (`serving.control.Control`): also `advance` {seconds}, the
            clock, and `elsewhere` {}, the other port's address.

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
        storage: Path | None = None,
        control: bool = False,
    ) -> None:
        self.classic = classic
        self.state = State(state, clock, seed, storage)
        self._control = control
        super().__init__({"server": port, "elsewhere": 0})

    @property
    def url(self) -> str:
        """The server's address."""
        return f"http://{LOOPBACK}:{self.ports['server']}"

    @property
    def elsewhere(self) -> str:
        """The address of the other port, by another host's name."""
        return f"http://localhost:{self.ports['elsewhere']}"

    @property
    def routes(self) -> tuple[Route, ...]:
        """What it answers."""
        return classic.ROUTES if self.classic else CURRENT

    def app(self, side: str) -> App:
        """Return what answers on a side's port."""
        state = self.state
        gate = Gate(
            Application(state, self.routes), side, state.log, state.faults, _fault_body, elsewhere=self.elsewhere
        )
        if not self._control:
            return gate
        operations = {"advance": state.clock.advance, "elsewhere": lambda: self.elsewhere}
        return Control(gate, state.log, state.faults, operations)

    def release(self) -> None:
        """Let go of the state."""
        self.state.database.close()


def _fault_body(fault: Fault, request_id: str) -> bytes:
    return error_body(fault.status, fault.message, fault.validation, request_id)
