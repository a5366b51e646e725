"""The embedded service as one object: three ports of this machine, and the state behind them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from tui.services.serving.compact import compact
from tui.services.serving.control import Control
from tui.services.serving.faults import Fault
from tui.services.serving.gate import App, Gate
from tui.services.serving.listener import LOOPBACK
from tui.services.serving.server import EmbeddedServer
from tui.systems.arraylake.service_side.catalogue import catalogue_app
from tui.systems.arraylake.service_side.certificate import make_certificate
from tui.systems.arraylake.service_side.control import operations
from tui.systems.arraylake.service_side.identity import Identity
from tui.systems.arraylake.service_side.object_store import ObjectStore
from tui.systems.arraylake.service_side.state import SIDES, State


class EmbeddedService(EmbeddedServer):
    """The catalogue on plain HTTP, the identity provider on TLS, the object store on plain HTTP.

    Args:
        state: the database's file, or `:memory:`.
        port: of the catalogue; the other two take any free ones. 0: any free one.
        control: whether `/_control` answers (`control.operations`).
        folder: where the authority's certificate is put; a temporary folder without, removed at the end.

    Raises:
        OSError: the port is taken, or the folder cannot be used.
        sqlite3.Error: the file is no database of this service.
    """

    def __init__(
        self, state: Path | str = ":memory:", *, port: int = 0, control: bool = False, folder: Path | None = None
    ) -> None:
        self.state = State(state)
        self._control = control
        self._own_folder = folder is None
        self._folder = folder if folder is not None else Path(tempfile.mkdtemp(prefix="arraylake-"))
        try:
            self.authority, context = make_certificate(self._folder)
        except BaseException:
            self.release()
            raise
        super().__init__(dict.fromkeys(SIDES, 0) | {"catalogue": port}, {"identity": context})
        self.state.domain = f"{LOOPBACK}:{self.ports['identity']}"
        self.state.object_uri = f"http://{LOOPBACK}:{self.ports['objects']}"
        self.state.buckets.move_objects(self.state.object_uri)

    @property
    def uri(self) -> str:
        """The base URL of the catalogue."""
        return f"http://{LOOPBACK}:{self.ports['catalogue']}"

    def app(self, side: str) -> App:
        """Return what answers on a side's port."""
        log, faults = self.state.log, self.state.faults
        if side == "catalogue":
            gate = Gate(catalogue_app(self.state), side, log, faults, _fault_body)
            return Control(gate, log, faults, operations(self)) if self._control else gate
        inner = Identity(self.state).app() if side == "identity" else ObjectStore(self.state).app()
        return Gate(inner, side, log, faults, _fault_body)

    def release(self) -> None:
        """Let go of state and folder."""
        self.state.database.close()
        if self._own_folder:
            shutil.rmtree(self._folder, ignore_errors=True)


def _fault_body(fault: Fault, request_id: str) -> bytes:
    return compact({"detail": fault.message}).encode()
