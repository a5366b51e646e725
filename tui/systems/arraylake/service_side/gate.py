"""What every request to the embedded service passes first: its id, its place in the log, and the fault it meets."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from tui.systems.arraylake.service_side.database import compact
from tui.systems.arraylake.service_side.faults import Fault
from tui.systems.arraylake.service_side.request_log import NEVER_KEPT, SECRET_PARAMETERS, LoggedRequest
from tui.systems.arraylake.service_side.state import State

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Any, Any, Any], Awaitable[None]]

CONTROL = "/_control"
"""Where the tests' own routes begin: no fault meets them, and the log does not have them."""


class _Passage:
    """A request on its way through: its id, its fault if it meets one, and what the log will say of it."""

    def __init__(self, side: str, scope: Message, fault: Fault | None) -> None:
        self.request_id = str(uuid.uuid4())
        self.fault = fault
        self._side = side
        self._scope = scope

    def entry(self, status: int) -> LoggedRequest:
        """Return the request with its answer's status, 0 where there was none."""
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in self._scope["headers"]}
        return LoggedRequest(
            self._side,
            self._scope["method"],
            self._scope["path"],
            _without_secrets(self._scope["query_string"].decode("latin-1")),
            status,
            self._scope["embedded"]["principal"],
            self.request_id,
            {name: value for name, value in headers.items() if name not in NEVER_KEPT},
            self.fault.kind if self.fault is not None else "",
        )


class Gate:
    """An ASGI application around one side of the service. `cut` aborts the connection of a request's scope."""

    def __init__(self, app: App, side: str, state: State, cut: Callable[[Message], None]) -> None:
        self._app = app
        self._side = side
        self._state = state
        self._cut = cut

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        scope["embedded"] = {"principal": ""}
        if scope["path"].startswith(CONTROL):
            await self._app(scope, receive, send)
            return
        passage = _Passage(self._side, scope, self._state.faults.take(self._side, scope["method"], scope["path"]))

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start":
                # Before the answer is out, so that whoever has the answer finds it in the log.
                self._state.log.add(passage.entry(message["status"]))
                request_id = (b"x-request-id", passage.request_id.encode())
                message = {**message, "headers": [*message["headers"], request_id]}
            await send(message)

        if passage.fault is None:
            await self._app(scope, receive, answered)
        else:
            await self._fail(passage, scope, receive, answered)

    async def _fail(self, passage: _Passage, scope: Message, receive: Receive, send: Send) -> None:
        fault = passage.fault
        assert fault is not None
        if fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
            await self._app(scope, receive, send)
        elif fault.kind == "cut":
            await self._app(scope, receive, _halved(send))
            await self._end(scope)
        elif fault.kind == "lost":
            await self._app(scope, receive, _unheard)
            self._state.log.add(passage.entry(0))
            await self._end(scope)
        else:
            # The body is taken whole before the answer, as a service behind a proxy would.
            while (await receive()).get("more_body"):
                pass
            if fault.kind == "drop":
                self._state.log.add(passage.entry(0))
                await self._end(scope)
            else:
                await _send_whole(send, *_answer(fault))

    async def _end(self, scope: Message) -> None:
        self._cut(scope)
        # The server learns in the loop's next turns that nobody listens any more.
        for _ in range(3):
            await asyncio.sleep(0)


def _answer(fault: Fault) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    """Return status, headers and body of a fault that answers."""
    if fault.kind == "garbage":
        return 200, [(b"content-type", b"application/json")], b"\x00\xff<html>\x1b[31m} not JSON \xe2\x82"
    if fault.kind == "schema":
        return 200, [(b"content-type", b"application/json")], b'{"unexpected":[1,2,{"three":null}]}'
    if fault.kind == "empty":
        return 200, [], b""
    headers = [(b"content-type", b"application/json")]
    if fault.retry_after is not None:
        headers.append((b"retry-after", str(fault.retry_after).encode("latin-1", "replace")))
    return fault.status, headers, compact({"detail": fault.detail}).encode()


async def _send_whole(send: Send, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})


async def _unheard(message: Message) -> None:
    """Send nothing."""


def _halved(send: Send) -> Send:
    """Return a `send` that lets half of a body through and never says that it ends."""

    async def half(message: Message) -> None:
        if message["type"] == "http.response.body":
            body = message.get("body", b"")
            message = {**message, "body": body[: len(body) // 2], "more_body": True}
        await send(message)

    return half


def _without_secrets(query: str) -> str:
    """Return a query string without the values that log somebody in."""
    parts = [part.partition("=") for part in query.split("&")] if query else []
    return "&".join(f"{name}=…" if name in SECRET_PARAMETERS else f"{name}{sign}{value}" for name, sign, value in parts)
