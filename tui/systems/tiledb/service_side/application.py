"""The embedded server as an ASGI application: who asks, which handler, how the answer looks on the wire."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs

from tui.services.serving.gate import Message, Receive, Scope, Send, raw_path
from tui.systems.tiledb.service_side.call import Answer, Call
from tui.systems.tiledb.service_side.people import NOBODY
from tui.systems.tiledb.service_side.refusal import Refusal, error_body, forbidden
from tui.systems.tiledb.service_side.routing import Route, Routing
from tui.systems.tiledb.service_side.state import State

log = logging.getLogger(__name__)
LARGEST = 8 * 2**20
"""Bytes of a body."""


class Application:
    """Answers the routes of one generation on a state."""

    def __init__(self, state: State, routes: Iterable[Route]) -> None:
        self._state = state
        self._routing = Routing(routes)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request_id: str = scope["request_id"]
        content, heard = await _body(receive)
        if not heard:
            return
        try:
            answer = self._answer(scope, content)
        except Refusal as refusal:
            body = error_body(refusal.status, refusal.message, refusal.fields, request_id)
            answer = Answer(body, refusal.status)
        except Exception:
            log.exception("the embedded server failed on %s %s", scope["method"], raw_path(scope))
            answer = Answer(error_body(500, "internal error", None, request_id), 500)
        await _send(answer, scope, send)

    def _answer(self, scope: Scope, content: bytes) -> Answer:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        # The classic client asks for `//v1/user` where the host ends in a slash (contract §3).
        path = "/" + raw_path(scope).lstrip("/")
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        route, names = self._routing.find(method, path)
        person = NOBODY if route.anybody else self._state.people.asking(headers)
        scope["user"] = person.username
        if not person.may_change and method not in ("GET", "OPTIONS"):
            raise forbidden("this token is for reading only")
        if len(content) > LARGEST:
            raise Refusal(413, "the body is too large")
        query = parse_qs(scope["query_string"].decode("latin-1"), keep_blank_values=True)
        base = f"{scope['scheme']}://{headers.get('host', 'localhost')}"
        self._state.tasks.catch_up()
        call = Call(self._state, person, names, query, headers, _parsed(content, headers), base)
        answer = route.handler(call)
        if isinstance(answer, Answer):
            return answer
        return Answer(None, 204) if answer is None else Answer(answer)


def _parsed(content: bytes, headers: Mapping[str, str]) -> Any:
    """Return a JSON body; another kind, which libtiledb sends, as its bytes."""
    if not content:
        return None
    if "capnp" in headers.get("content-type", ""):
        return content
    try:
        value = json.loads(content)
        # Half a surrogate pair is JSON and no text.
        json.dumps(value, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise Refusal(400, "the body is no JSON") from error
    return value


async def _body(receive: Receive) -> tuple[bytes, bool]:
    """Return a request's body, and whether the client still listens. More than `LARGEST` is read, not kept."""
    content = bytearray()
    while True:
        message: Message = await receive()
        if message["type"] == "http.disconnect":
            return b"", False
        if len(content) <= LARGEST:
            content += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(content), True


async def _send(answer: Answer, scope: Scope, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1", "replace")) for name, value in answer.headers.items()]
    body = b""
    if answer.body is not None:
        body = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body, ensure_ascii=False).encode()
        headers.append((b"content-type", answer.media.encode()))
    if answer.status != 204:
        headers.append((b"content-length", str(len(body)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})
