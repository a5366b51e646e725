"""The routes by which a test in another process steers the embedded service. Absent unless they are asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tui.systems.arraylake.service_side.call import Answer, json_response
from tui.systems.arraylake.service_side.faults import SIDES, Fault
from tui.systems.arraylake.service_side.gate import CONTROL

if TYPE_CHECKING:
    from tui.systems.arraylake.service_side.service import EmbeddedService


class Control:
    """What can be asked for at `POST /_control/NAME` with a JSON object; the answer is JSON.

    `log` and `clear_log` {}; `fault` {a fault's fields}; `clear_faults` {}; `waiting` {}: user codes of log-ins under
    way; `approve` {user_code, email}; `deny` {user_code}; `expire_tokens`, `revoke_logins`, `revoke_keys` {};
    `down` and `up` {side}.
    """

    def __init__(self, service: EmbeddedService) -> None:
        self._service = service
        self.operations: dict[str, Callable[..., Any]] = {
            "log": self.log,
            "clear_log": service.state.log.clear,
            "fault": self.fault,
            "clear_faults": service.state.faults.clear,
            "waiting": self.waiting,
            "approve": service.state.logins.decide,
            "deny": self.deny,
            "expire_tokens": service.state.logins.expire_tokens,
            "revoke_logins": service.state.logins.revoke,
            "revoke_keys": service.state.accounts.revoke_keys,
        }

    def log(self) -> list[dict[str, Any]]:
        return [entry.document() for entry in self._service.state.log.entries()]

    def fault(self, **fields: Any) -> None:
        self._service.state.faults.plan(Fault.parsed(fields))

    def waiting(self) -> list[str]:
        return [code.user_code for code in self._service.state.logins.waiting()]

    def deny(self, user_code: str) -> bool:
        return self._service.state.logins.decide(user_code, None)

    async def answer(self, request: Request) -> Response:
        """Do what is asked for; 404 if there is no such operation, 422 if its fields are wrong."""
        name, content = request.path_params["name"], await request.body()
        try:
            fields = json.loads(content or b"{}")
            if name in ("down", "up"):
                if fields.get("side") not in SIDES[1:]:
                    raise ValueError(f"side is one of {', '.join(SIDES[1:])}: this route is on the catalogue's")
                # In a thread, for it waits for the loop that this runs on.
                await asyncio.to_thread(getattr(self._service, name), fields["side"])
                return json_response(Answer(None))
            if name not in self.operations:
                return json_response(Answer({"detail": f"there is no {name}"}, 404))
            return json_response(Answer(self.operations[name](**fields)))
        except (TypeError, ValueError, AttributeError) as error:
            return json_response(Answer({"detail": str(error)}, 422))


def control_routes(service: EmbeddedService) -> list[Route]:
    """Return the routes that steer a service."""
    return [Route(f"{CONTROL}/{{name}}", Control(service).answer, methods=["POST"])]
