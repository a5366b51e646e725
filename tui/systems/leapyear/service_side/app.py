"""The HTTP side: from a request to a call of the back end, and from its answer to a response (contract §5)."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from tui.services.serving.compact import compact
from tui.services.serving.faults import Fault
from tui.services.serving.gate import Receive, Scope, Send, raw_path
from tui.systems.leapyear.service_side.call import Answer, Backend, Call
from tui.systems.leapyear.service_side.refusal import Refusal, invalid
from tui.systems.leapyear.service_side.routes import BASE, Route, find

log = logging.getLogger(__name__)
LONGEST_BODY = 2**20
CONTRACT_VERSION = 1
READING = ("GET", "HEAD", "OPTIONS")
FAULT = "x-emulate-fault"
_CODES = {401: "token_invalid", 403: "forbidden", 404: "not_found", 409: "in_use", 412: "revision_mismatch"}
_CODES |= {429: "busy", 500: "internal", 502: "upstream_error", 503: "unavailable", 504: "upstream_timeout"}


class BackendApp:
    """An ASGI application over a back end. `with_faults`: a request may ask for a fault by its header (contract §9)."""

    def __init__(self, backend: Backend, with_faults: bool = False) -> None:
        self._backend = backend
        self._with_faults = with_faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        request_id: str = scope["request_id"]
        call: list[Call] = []
        try:
            response = _rendered(await self._answer(request, call))
        except ClientDisconnect:
            return
        except Refusal as refusal:
            response = _refused(refusal, request_id)
        except Exception:
            log.exception("the server failed on %s", request.method)
            response = _refused(Refusal(500, "internal", "The server failed."), request_id)
        if scope["path"] not in (f"{BASE}/health", f"{BASE}/version"):
            response.headers["cache-control"] = "no-store"
        if call:
            scope["user"] = call[-1].principal.name
            if request.method not in READING:
                self._backend.audit(call[-1], request.method, scope["path"], response.status_code)
        await response(scope, receive, send)

    async def _answer(self, request: Request, seen: list[Call]) -> Answer:
        """Return the answer; what is known of the call by and by is added to `seen`."""
        await self._fail(request)
        if request.headers.get("ly-contract-version", str(CONTRACT_VERSION)) != str(CONTRACT_VERSION):
            details = {"contract_version": CONTRACT_VERSION}
            message = f"This server speaks version {CONTRACT_VERSION} of the contract only."
            raise Refusal(426, "server_version_mismatch", message, details)
        content = await _whole_body(request)
        route, names = find(request.method, raw_path(request.scope).encode())
        token = request.headers.get("authorization", "")
        call = Call(
            route.operation,
            names,
            dict(request.query_params),
            dict(request.headers),
            None,
            token[7:].strip() if token[:7].lower() == "bearer " else "",
            request.client.host if request.client is not None else "",
        )
        seen.append(call)
        call = await self._identified(route, call)
        seen.append(call)
        call = replace(call, body=_parsed(request, content))
        if route.operation == "get_job" and (seconds := call.whole("wait", 0, 0, 30)):
            return await _unless_gone(request, self._backend.job_ends(call, seconds))
        return await self._backend.answer(call)

    async def _identified(self, route: Route, call: Call) -> Call:
        if route.is_open:
            return call
        if not call.token:
            raise Refusal(401, "not_authenticated", "This needs a log-in.")
        return replace(call, principal=await self._backend.principal(call.token))

    async def _fail(self, request: Request) -> None:
        """Do what a request asks to go wrong."""
        kind, _, value = request.headers.get(FAULT, "").partition("=")
        number = int(value) if value.isascii() and value.isdigit() and len(value) < 7 else 503
        if not self._with_faults or not kind:
            return
        if kind == "latency":
            await asyncio.sleep(number / 1000)
        elif kind == "token_expired":
            raise Refusal(401, "token_expired", "The token has expired.")
        elif kind == "status" and 400 <= number < 600:
            raise Refusal(number, _CODES.get(number, "injected"), "An injected fault.")
        elif kind == "drop":
            transport: asyncio.Transport | None = request.scope.get("state", {}).get("transport")
            if transport is not None:
                transport.abort()
            raise ClientDisconnect


def fault_body(fault: Fault, request_id: str) -> bytes:
    """Return what a planned fault answers: an error of the contract."""
    code = (
        fault.message if fault.message in ("token_expired", "token_revoked") else _CODES.get(fault.status, "injected")
    )
    error = {"code": code, "message": fault.message}
    return compact({"errors": [error], "request_id": request_id}).encode()


async def _unless_gone(request: Request, work: Awaitable[Answer]) -> Answer:
    """Return what the work returns, and end it when the client hangs up."""
    working, gone = asyncio.ensure_future(work), asyncio.ensure_future(_hung_up(request))
    try:
        await asyncio.wait((working, gone), return_when=asyncio.FIRST_COMPLETED)
        if working.done():
            return working.result()
        raise ClientDisconnect
    finally:
        gone.cancel()
        working.cancel()


async def _hung_up(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _whole_body(request: Request) -> bytes:
    """Return the body. Raises Refusal 413: it is too large."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > LONGEST_BODY:
            raise Refusal(413, "body_too_large", f"A body has at most {LONGEST_BODY} bytes.")
    return bytes(body)


def _parsed(request: Request, content: bytes) -> Any:
    if not content:
        return None
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Refusal(415, "unsupported_media_type", "A body must be application/json.")
    try:
        found = json.loads(content, parse_constant=_refuse_constant)
        # Half a surrogate pair is JSON and no text.
        compact(found).encode()
    except (ValueError, RecursionError):
        raise Refusal(400, "invalid_json", "The body is not JSON.") from None
    return found


def _refuse_constant(text: str) -> Any:
    raise invalid("body", f"{text} is no finite number")


def _rendered(answer: Answer) -> Response:
    if answer.status == 204:
        return Response(status_code=204, headers=dict(answer.headers))
    return Response(compact(answer.body), answer.status, dict(answer.headers), "application/json")


def _refused(refusal: Refusal, request_id: str) -> Response:
    error: dict[str, Any] = {"code": refusal.code, "message": refusal.message}
    if refusal.details is not None:
        error["details"] = dict(refusal.details)
    wait = refusal.wait if refusal.wait is not None else 1.0 if refusal.status in (429, 503) else None
    headers: Mapping[str, str] = {} if wait is None else {"retry-after": f"{max(1, round(wait))}"}
    body = {"errors": [error], "request_id": request_id}
    return Response(compact(body), refusal.status, headers, "application/json")
