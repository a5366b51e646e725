"""The routes by which a test in another process steers an embedded server. Absent unless they are asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from tui.services.serving.faults import Fault, Faults
from tui.services.serving.gate import App, Receive, Scope, Send, raw_path, send_json
from tui.services.serving.request_log import RequestLog

CONTROL = "/_control/"


class Control:
    """An ASGI application around another, which answers `POST /_control/NAME` with a JSON object itself.

    `log` and `clear_log` {}; `fault` {a fault's fields}; `clear_faults` {}; and a server's own `operations`, which
    take the object's fields. It stands outside the gate: no fault meets it and the log does not have it.
    """

    def __init__(self, app: App, log: RequestLog, faults: Faults, operations: Mapping[str, Callable[..., Any]]) -> None:
        self._app = app

        def fault(**fields: Any) -> None:
            faults.plan(Fault.parsed(fields))

        self._operations: dict[str, Callable[..., Any]] = {
            "log": lambda: [entry.document() for entry in log.entries()],
            "clear_log": log.clear,
            "fault": fault,
            "clear_faults": faults.clear,
            **operations,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Do what is asked for: 404 if there is no such operation, 400 if its fields are wrong."""
        path = raw_path(scope)
        if not path.startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        content, more = bytearray(), True
        while more:
            message = await receive()
            content += message.get("body", b"")
            more = message.get("more_body", False)
        name = path.removeprefix(CONTROL)
        if name not in self._operations:
            await send_json(send, 404, {"message": f"there is no {name}"})
            return
        try:
            # In a thread, for it may wait for the loop that this runs on.
            found = await asyncio.to_thread(self._operations[name], **json.loads(bytes(content) or b"{}"))
        except (TypeError, ValueError) as error:
            await send_json(send, 400, {"message": str(error)})
            return
        await send_json(send, 200, found)
