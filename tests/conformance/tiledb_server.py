"""TileDB's embedded server as the conformance tests use it: with the sample, and a real client that is logged in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.conformance.environments import Child
from tui.services.serving.clock import Clock
from tui.systems.tiledb.sample import SEED
from tui.systems.tiledb.server import prepare
from tui.systems.tiledb.service_side.routing import Routing
from tui.systems.tiledb.service_side.service import EmbeddedTileDB
from tui.systems.tiledb.service_side.state import State

NOW = 1_790_000_000.0
"""What time it is at the server, for the fixtures: 2026-09-21."""


@dataclass
class RealTileDB:
    """A real client on a server. `credentials` are what `server.prepare` returned."""

    child: Child
    server: EmbeddedTileDB
    credentials: dict[str, str]

    @property
    def state(self) -> State:
        return self.server.state

    @property
    def workspace(self) -> str:
        """The workspace's id."""
        return self.credentials["workspace_id"]

    def call(self, function: str, /, *given: Any, **keywords: Any) -> Any:
        """Return what a function of the real package returns."""
        return self.child.ask("call", function=function, given=list(given), **keywords)

    def api(self, group: str, method: str, *given: Any, **keywords: Any) -> Any:
        """Return what a method of the real package's generated client returns."""
        return self.child.ask("api", group=group, method=method, given=list(given), **keywords)

    def refused(self, operation: str, /, *given: Any, **keywords: Any) -> dict[str, Any]:
        """Return what a call raises that is to fail: of a function, or a generated method if named `Group.method`."""
        group, _, method = operation.partition(".")
        asked: dict[str, Any] = {"what": "call", "function": operation}
        if group.endswith(("Api", "ApiV2")):
            asked = {"what": "api", "group": group, "method": method}
        return self.child.ask("failure", **asked, given=list(given), **keywords)

    def log_in(self, retry_mode: str = "disabled", **other: str) -> None:
        """Log the real client in with the server's token, or with something else."""
        if self.server.classic:
            self.child.ask("login", **({"token": self.credentials["token"]} | other), host=self.server.url)
            self.call("client.client.retry_mode", retry_mode)
            return
        settings = other or {"token": self.credentials["token"]}
        self.child.ask("configure", host=self.server.url, **settings)
        self.child.ask("login", retry_mode=retry_mode)

    def answered(self) -> set[str]:
        """Return method and template of the requests that were answered with success since the last time."""
        routing = Routing(self.server.routes)
        found: set[str] = set()
        for entry in self.state.log.entries():
            if 200 <= entry.status < 300:
                route, _ = routing.find(entry.method, "/" + entry.path.lstrip("/"))
                found.add(f"{route.method} {route.template}")
        self.state.log.clear()
        return found


@contextmanager
def real_on_a_server(child: Child, classic: bool) -> Iterator[RealTileDB]:
    """Yield a real client that is logged in on a server of its generation, whose clock stands still."""
    server = EmbeddedTileDB(classic=classic, clock=Clock(NOW), seed=SEED)
    credentials = prepare(server, empty=False, assets=3, tasks=12)
    with server:
        real = RealTileDB(child, server, credentials)
        real.log_in()
        server.state.log.clear()
        yield real
