"""The bundled server as one object: a port, the HTTP side, and a back end behind it."""

from __future__ import annotations

import ssl
from typing import Generic, TypeVar

from tui.services.serving.faults import Faults
from tui.services.serving.gate import App, Gate
from tui.services.serving.listener import LOOPBACK
from tui.services.serving.request_log import RequestLog
from tui.services.serving.server import EmbeddedServer
from tui.systems.leapyear.service_side.app import BackendApp, fault_body
from tui.systems.leapyear.service_side.call import Backend

B = TypeVar("B", bound=Backend)
SIDE = "http"


class Service(EmbeddedServer, Generic[B]):
    """A server on this machine.

    `requests` is what it was asked; `faults` is what shall go wrong.

    Args:
        backend: what answers; it is closed at the end.
        port: 0 is any free one.
        context: what it speaks TLS with; without, it speaks plain HTTP, which is why it listens on the loopback only.
        with_faults: whether a request may ask for a fault by its header.
        requests: where requests are written down, else in memory.

    Raises:
        OSError: the port is taken.
    """

    def __init__(
        self,
        backend: B,
        *,
        port: int = 0,
        context: ssl.SSLContext | None = None,
        with_faults: bool = False,
        requests: RequestLog | None = None,
    ) -> None:
        self.backend = backend
        self.requests = RequestLog() if requests is None else requests
        self.faults = Faults()
        self._with_faults = with_faults
        self._context = context
        super().__init__({SIDE: port}, {SIDE: context} if context is not None else None)
        self.port: int = self.ports[SIDE]

    @property
    def url(self) -> str:
        """The address that a client takes."""
        return f"{'http' if self._context is None else 'https'}://{LOOPBACK}:{self.port}"

    @property
    def uri(self) -> str:
        """The address of a profile."""
        return f"leapyear+{self.url}"

    def app(self, side: str) -> App:
        """Return what answers on the port."""
        return Gate(BackendApp(self.backend, self._with_faults), side, self.requests, self.faults, fault_body)

    def release(self) -> None:
        """Let go of the back end."""
        self.backend.close()
