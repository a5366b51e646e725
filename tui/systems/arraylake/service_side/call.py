"""One call of the catalogue: a request taken apart for its handler, and the handler's answer put together."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from tui.services.serving.compact import compact
from tui.systems.arraylake.service_side.accounts import Principal
from tui.systems.arraylake.service_side.refusal import Refusal, invalid
from tui.systems.arraylake.service_side.state import State

log = logging.getLogger(__name__)
NOBODY = Principal("", "")


@dataclass(frozen=True)
class Call:
    """What a handler gets: the state, who asks (`NOBODY` on open routes), and the parts of the request."""

    state: State
    principal: Principal
    path: Mapping[str, Any]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Any

    @property
    def org(self) -> str:
        return self.path["org"]

    @property
    def repo(self) -> str:
        return self.path["repo"]

    def require(self, role: str) -> str:
        """Return the organisation's name, if who asks may act in it as this role may.

        Raises:
            Refusal: 404 or 403.
        """
        self.state.accounts.require(self.principal, self.org, role)
        return self.org

    def whole(self, name: str, default: int, most: int) -> int:
        """Return a number of the query from 1 to `most`.

        Raises:
            Refusal: 422, it is none.
        """
        given = self.query.get(name) or str(default)
        if not given.isascii() or not given.isdigit() or not 1 <= int(given[:10]) <= most:
            raise invalid(f"{name} must be a number from 1 to {most}")
        return int(given)


@dataclass(frozen=True)
class Answer:
    """A status and a body that becomes JSON; no body at all for 204."""

    body: Any
    status: int = 200


Handler = Callable[[Call], Any]
"""Returns an `Answer`, or a body that goes with 200. Short and synchronous.

Raises:
    Refusal: the answer is this status and `{"detail": …}`.
"""


def json_response(answer: Answer) -> Response:
    """Return an answer as compact JSON."""
    if answer.status == 204:
        return Response(status_code=204)
    return Response(compact(answer.body), answer.status, media_type="application/json")


def answering(state: State, handlers: Mapping[str, Handler], is_open: bool) -> Callable[[Request], Any]:
    """Return the Starlette endpoint of a path: one handler for each method; `is_open`: anybody may ask."""

    async def endpoint(request: Request) -> Response:
        content = await request.body()
        try:
            principal = NOBODY
            if not is_open:
                principal = state.principal(request.headers.get("authorization", ""))
                request.scope["user"] = principal.email
            call = Call(state, principal, request.path_params, request.query_params, request.headers, _parsed(content))
            method = "GET" if request.method == "HEAD" else request.method
            said = handlers[method](call)
            return json_response(said if isinstance(said, Answer) else Answer(said))
        except Refusal as refusal:
            return json_response(Answer({"detail": refusal.detail}, refusal.status))
        except Exception:
            log.exception("the embedded service failed on %s %s", request.method, request.url.path)
            return json_response(Answer({"detail": "Internal Server Error"}, 500))

    return endpoint


def _parsed(content: bytes) -> Any:
    """Return a body as JSON, whatever its content type says: the vendor's client says none (contract §2)."""
    if not content:
        return None
    try:
        value = json.loads(content)
        # Half a surrogate pair is JSON and no text; an infinite number is neither.
        compact(value).encode()
        return value
    except (ValueError, RecursionError) as error:
        raise invalid([{"type": "json_invalid", "loc": ["body"], "msg": "JSON decode error"}]) from error
