"""What every request to an embedded server passes first: its place in the log and the fault that it meets."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from tui.services.serving.faults import Fault, Faults
from tui.services.serving.request_log import LoggedRequest, RequestLog

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

CONTROL = "/_control"
"""Where the tests' own routes begin: no fault meets them and the log does not have them."""
MOST_READ = 64 * 2**20
"""Bytes of a request's body that are read before a fault's answer."""
_WRONG = {
    "garbage": b"\x00\xff<html>\x1b[31m} not JSON \xe2\x82",
    "schema": b'{"unexpected":[1,{"two":null}]}',
    "empty": b"",
}
_JSON = (b"content-type", b"application/json")


class Gate:
    """An ASGI application around another.

    The inner one may put who asked into `scope["user"]`.

    Args:
        app: what answers.
        side: the name in the log.
        error_body: returns the body of a `status` fault; the services differ in what an error looks like.
        elsewhere: scheme and host that a `redirect` fault without a `location` leads to.
    """

    def __init__(
        self,
        app: App,
        side: str,
        log: RequestLog,
        faults: Faults,
        elsewhere: str = "",
        error_body: Callable[[Fault], bytes] | None = None,
    ) -> None:
        self._error_body = error_body or _planned_body
        self._app = app
        self._side = side
        self._log = log
        self._faults = faults
        self._elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = raw_path(scope)
        if path.startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        began, status, logged = time.monotonic(), 0, False
        fault = self._faults.take(scope["method"], path)

        def log() -> None:
            nonlocal logged
            if not logged:
                logged = True
                self._log.add(
                    LoggedRequest(
                        self._side,
                        scope["method"],
                        path,
                        scope["query_string"].decode("latin-1"),
                        tuple(name.decode("latin-1").lower() for name, _ in scope["headers"]),
                        status,
                        scope.get("user", ""),
                        fault.kind if fault is not None else "",
                        began,
                    )
                )

        head: Message | None = None

        async def answered(message: Message) -> None:
            nonlocal status, head
            if message["type"] == "http.response.start":
                # Kept until the body comes, for without one the head is the whole answer.
                status, head = message["status"], message
                return
            if not message.get("more_body"):
                # Before it is sent: who has the whole answer finds the request in the log.
                log()
            if head is not None:
                await send(head)
                head = None
            await send(message)

        try:
            if fault is None:
                await self._app(scope, receive, answered)
            else:
                await self._fail(fault, scope, receive, answered)
        finally:
            log()

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind in ("cut", "stall"):
            await self._app(scope, receive, _halting(send, fault))
            if fault.kind == "cut":
                await _hang_up(scope)
        elif fault.kind == "lost":
            await self._app(scope, receive, _unsent)
            await _hang_up(scope)
        else:
            await _take_body(receive)
            if fault.kind == "drop":
                await _hang_up(scope)
            else:
                await self._answer(fault, scope, send)

    async def _answer(self, fault: Fault, scope: Scope, send: Send) -> None:
        headers: list[tuple[bytes, bytes]] = [_JSON] if fault.kind != "empty" else []
        body = _WRONG.get(fault.kind, b"")
        if fault.kind == "redirect":
            headers.append((b"location", self._target(fault, scope).encode("latin-1", "replace")))
        if fault.kind == "status":
            body = self._error_body(fault)
        if fault.retry_after is not None:
            headers.append((b"retry-after", str(fault.retry_after).encode("latin-1", "replace")))
        headers.append((b"content-length", str(len(body)).encode()))
        await send({"type": "http.response.start", "status": fault.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _target(self, fault: Fault, scope: Scope) -> str:
        """Return where a redirection leads: to the same path of another host, unless a whole URL was planned."""
        location = fault.location or self._elsewhere
        if urlsplit(location).path not in ("", "/"):
            return location
        query = scope["query_string"].decode("latin-1")
        return location.rstrip("/") + raw_path(scope) + ("?" + query if query else "")


def raw_path(scope: Scope) -> str:
    """Return the path as the client sent it, still percent-encoded."""
    return (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")


def error_body(status: int, message: str, validation: Any = None, request_id: str = "req_injected") -> bytes:
    """Return the JSON body of a refusal: code, message, request id, and what is wrong by field."""
    document: dict[str, Any] = {"code": status, "message": message, "request_id": request_id}
    if validation:
        document["validation_error"] = {
            "fields": [{"field": field, "message": text} for field, text in validation.items()]
        }
    return json.dumps(document).encode()


def _planned_body(fault: Fault) -> bytes:
    return error_body(fault.status, fault.message, fault.validation)


async def _take_body(receive: Receive) -> None:
    """Read a request to its end, as a proxy would, up to a limit."""
    taken = 0
    while taken <= MOST_READ:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


async def _hang_up(scope: Scope) -> None:
    """End the connection without a goodbye. The listener says which it is (`listening.Line`)."""
    transport: asyncio.Transport | None = scope.get("state", {}).get("transport")
    if transport is not None:
        transport.abort()
    # uvicorn learns of it in the loop's next turns, and only then takes an unanswered request for nothing odd.
    for _ in range(3):
        await asyncio.sleep(0)


async def _unsent(message: Message) -> None:
    """Say nothing."""


def _halting(send: Send, fault: Fault) -> Send:
    """Return a `send` that halts in the middle of a body: for good (`cut`) or for some seconds (`stall`)."""

    async def half(message: Message) -> None:
        body: bytes = message.get("body", b"")
        if message["type"] != "http.response.body":
            await send(message)
            return
        await send({"type": "http.response.body", "body": body[: len(body) // 2], "more_body": True})
        if fault.kind == "stall":
            await asyncio.sleep(fault.seconds)
            await send({"type": "http.response.body", "body": body[len(body) // 2 :]})

    return half
