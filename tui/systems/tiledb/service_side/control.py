"""The routes by which a test in another process steers the embedded server. Absent unless they are asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tui.services.serving.faults import Fault
from tui.services.serving.gate import Receive, Scope, Send, error_body, raw_path

if TYPE_CHECKING:
    from tui.systems.tiledb.service_side.service import EmbeddedTileDB


class Control:
    """What is answered at `POST /_control/NAME` with a JSON object.

    `log` and `clear_log` {}; `fault` {a fault's fields}; `clear_faults` {}; `advance` {seconds}: the clock;
    `elsewhere` {}: the other port's address.
    """

    def __init__(self, server: EmbeddedTileDB) -> None:
        self._server = server
        self._operations: dict[str, Callable[..., Any]] = {
            "log": self._log,
            "clear_log": lambda: self._server.state.log.clear(),
            "fault": self._fault,
            "clear_faults": lambda: self._server.state.faults.clear(),
            "advance": lambda seconds: self._server.state.clock.advance(float(seconds)),
            "elsewhere": lambda: self._server.elsewhere,
        }

    def _log(self) -> list[dict[str, Any]]:
        return [entry.document() for entry in self._server.state.log.entries()]

    def _fault(self, **fields: Any) -> None:
        self._server.state.faults.plan(Fault.parsed(fields))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do what is asked for: 404 if there is no such operation, 400 if its fields are wrong."""
        content = bytearray()
        while True:
            message = await receive()
            content += message.get("body", b"")
            if not message.get("more_body"):
                break
        name = raw_path(scope).rpartition("/")[2]
        status, body = 200, b""
        try:
            if name not in self._operations:
                status, body = 404, error_body(404, f"there is no {name}")
            else:
                body = json.dumps(self._operations[name](**json.loads(bytes(content) or b"{}"))).encode()
        except (TypeError, ValueError) as error:
            status, body = 400, error_body(400, str(error))
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
