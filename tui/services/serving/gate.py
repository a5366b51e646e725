"""What every request to an embedded server passes first: its id, its place in the log, the fault that it meets."""

from __future__ import annotations

import asyncio
import json
import secrets
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

    The inner one finds the request's id in `scope["request_id"]`, which every answer has as `X-Request-Id`, and may put
    who asked into `scope["user"]`.

    Args:
        app: what answers.
        side: the name of the port, for the log and the faults.
        error_body: returns the body of a `status` fault at the request of an id; the services differ in their errors.
        elsewhere: scheme and host that a `redirect` fault without a `location` leads to.
    """

    def __init__(
        self,
        app: App,
        side: str,
        log: RequestLog,
        faults: Faults,
        error_body: Callable[[Fault, str], bytes],
        elsewhere: str = "",
    ) -> None:
        self._error_body = error_body
        self._app = app
        self._side = side
        self._log = log
        self._faults = faults
        self._elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        path = raw_path(scope)
        began, status, logged = time.monotonic(), 0, False
        request_id = scope["request_id"] = f"req_{secrets.token_hex(6)}"
        fault = self._faults.take(self._side, scope["method"], path)

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
                status = message["status"]
                head = {**message, "headers": [*message.get("headers", ()), (b"x-request-id", request_id.encode())]}
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
                await self._fail(fault, scope, receive, answered, log)
        finally:
            log()

    async def _fail(self, fault: Fault, scope: Scope, receive: Receive, send: Send, log: Callable[[], None]) -> None:
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind == "stall":
            await self._app(scope, receive, _halting(send, fault))
        elif fault.kind in ("cut", "lost", "drop"):
            if fault.kind == "drop":
                await _take_body(receive)
            else:
                await self._app(scope, receive, _halting(send, fault) if fault.kind == "cut" else _unsent)
            # First, so that who sees the connection end finds the request in the log.
            log()
            await _hang_up(scope)
        else:
            await _take_body(receive)
            await self._answer(fault, scope, send)

    async def _answer(self, fault: Fault, scope: Scope, send: Send) -> None:
        headers: list[tuple[bytes, bytes]] = [_JSON] if fault.kind != "empty" else []
        body = _WRONG.get(fault.kind, b"")
        if fault.kind == "redirect":
            headers.append((b"location", self._target(fault, scope).encode("latin-1", "replace")))
        if fault.kind == "status":
            body = self._error_body(fault, scope["request_id"])
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


async def send_json(send: Send, status: int, body: Any) -> None:
    """Answer with JSON."""
    content = json.dumps(body).encode()
    headers = [_JSON, (b"content-length", str(len(content)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


async def _take_body(receive: Receive) -> None:
    """Read a request to its end, as a proxy would, up to a limit."""
    taken = 0
    while taken <= MOST_READ:
        message = await receive()
        taken += len(message.get("body", b""))
        if message["type"] == "http.disconnect" or not message.get("more_body"):
            return


async def _hang_up(scope: Scope) -> None:
    """End the connection without a goodbye. The listener says which it is (`listener.Line`)."""
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
