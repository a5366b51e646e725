"""What a test in another process can steer of the embedded service, beside faults and log (`serving.control`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from tui.systems.arraylake.service_side.state import SIDES

if TYPE_CHECKING:
    from tui.systems.arraylake.service_side.service import EmbeddedService


def operations(service: EmbeddedService) -> Mapping[str, Callable[..., Any]]:
    """Return what can be asked for.

    `waiting` {}: user codes of log-ins under way; `approve` {user_code, email}; `deny` {user_code}; `expire_tokens`,
    `revoke_logins`, `revoke_keys` {}; `down` and `up` {side}, not of the catalogue, whose port this comes by.
    """
    logins = service.state.logins

    def away(side: str) -> str:
        if side not in SIDES[1:]:
            raise ValueError(f"side is one of {', '.join(SIDES[1:])}")
        return side

    return {
        "waiting": lambda: [code.user_code for code in logins.waiting()],
        "approve": logins.decide,
        "deny": lambda user_code: logins.decide(user_code, None),
        "expire_tokens": logins.expire_tokens,
        "revoke_logins": logins.revoke,
        "revoke_keys": service.state.accounts.revoke_keys,
        "down": lambda side: service.down(away(side)),
        "up": lambda side: service.up(away(side)),
    }
