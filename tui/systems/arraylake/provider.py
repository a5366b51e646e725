"""The identity provider that a service names: device codes, tokens, log-out (contract §4.1)."""

from __future__ import annotations

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from tui.services.command_log import CommandLog
from tui.services.errors import NotAuthenticated, ProtocolError, ServiceError
from tui.services.http.refusals import Refusal
from tui.services.http.session import HttpSession
from tui.services.printable import printable
from tui.systems.arraylake.errors import LOG_IN, SYSTEM
from tui.systems.arraylake.options import ServiceOptions
from tui.systems.arraylake.tokens import Renewed, Tokens

SCOPE = "email openid profile offline_access"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
DEADLINE = 8.0
"""Seconds of a call; less than another arraydeck waits for the token file while this one refreshes."""
LONGEST_CODE = 86_400
_DOMAIN = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?\Z")


class AuthorizationPending(ServiceError):
    """The person has not entered the code yet."""


class SlowDown(ServiceError):
    """The provider wants to be asked less often."""


class AccessDenied(NotAuthenticated):
    """The person, or the provider, said no."""


class CodeExpired(NotAuthenticated):
    """The code was not entered in time."""


class LoginEnded(NotAuthenticated):
    """The provider does not renew the log-in any more."""


def _check_address(address: str) -> str:
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname or printable(address) != address:
        raise ValueError("it is no address of a web page")
    return address


class ProviderConfig(BaseModel):
    """Who keeps the log-ins of a service."""

    model_config = ConfigDict(frozen=True)

    domain: str
    client_id: str


class DeviceCode(BaseModel):
    """A log-in that waits for its person. Times are in seconds."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    verification_uri_complete: Annotated[str, Field(max_length=2000), AfterValidator(_check_address)]
    user_code: str = Field(min_length=1, max_length=64)
    device_code: SecretStr
    interval: float = Field(gt=0, le=300)
    expires_in: float = Field(gt=0, le=LONGEST_CODE)


class Provider:
    """Calls to the identity provider of a service, always by https. It is asked for by name at the first call."""

    def __init__(self, options: ServiceOptions, service: HttpSession) -> None:
        self._options = options
        self._service = service
        self._config: ProviderConfig | None = None
        self._session: HttpSession | None = None
        self.log: CommandLog | None = None
        self.profile = ""

    async def close(self) -> None:
        """End the connections. Safe to call twice."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def device_code(self) -> DeviceCode:
        """Begin a log-in by device code. Raises ServiceError: the service or its provider cannot be asked."""
        session, config = await self._opened()
        form = {"client_id": config.client_id, "scope": SCOPE}
        reply = await session.ask("POST", "/oauth/device/code", "log in", DeviceCode, form=form, private=True)
        return reply.value

    async def poll(self, code: SecretStr) -> Tokens:
        """Return the tokens of a device code once the person has entered it.

        Raises:
            AuthorizationPending, SlowDown: not yet.
            AccessDenied, CodeExpired: never.
            ServiceError: the provider cannot be asked.
        """
        session, config = await self._opened()
        form = {"grant_type": DEVICE_GRANT, "device_code": code, "client_id": config.client_id}
        reply = await session.ask("POST", "/oauth/token", "log in", Tokens, form=form, private=True)
        return reply.value

    async def refresh(self, old: Tokens) -> Tokens:
        """Return a newer log-in in place of `old`.

        Raises:
            LoginEnded: it cannot be renewed any more.
            ServiceError: the provider cannot be asked.
        """
        session, config = await self._opened()
        form = {"grant_type": "refresh_token", "client_id": config.client_id, "refresh_token": old.refresh_token}
        reply = await session.ask("POST", "/oauth/token", "renew log-in", Renewed, form=form, private=True)
        return reply.value.over(old)

    async def log_out(self) -> None:
        """Tell the provider that the person is leaving. Raises ServiceError: it cannot be told."""
        session, _ = await self._opened()
        await session.ask("GET", "/v2/logout", "log out")

    async def log_out_address(self) -> str:
        """Return the page on which a browser's own log-in ends. Raises ServiceError as `device_code`."""
        _, config = await self._opened()
        return f"https://{config.domain}/v2/logout"

    async def _opened(self) -> tuple[HttpSession, ProviderConfig]:
        if self._session is None or self._config is None:
            reply = await self._service.ask(
                "GET", "/auth/config", "log in", ProviderConfig, query={"target": "client"}, identified=False
            )
            if not _DOMAIN.match(reply.value.domain):
                message = "the service names no host as the provider of its log-ins"
                raise ProtocolError(SYSTEM, "log in", message)
            self._config = reply.value
            settings = self._options.http(f"https://{reply.value.domain}", DEADLINE)
            self._session = HttpSession(settings, refine=_refine)
            self._session.log, self._session.profile = self.log, self.profile
        return self._session, self._config


def _refine(refusal: Refusal) -> ServiceError | None:
    """Return what a refusal of the provider means: its word says it, whatever the status (contract §4.1)."""
    operation, text = refusal.operation, refusal.text
    match refusal.code:
        case "authorization_pending":
            return AuthorizationPending(SYSTEM, operation, "the code has not been entered yet")
        case "slow_down":
            return SlowDown(SYSTEM, operation, "the provider wants to be asked less often")
        case "expired_token":
            return CodeExpired(SYSTEM, operation, "the code has expired", "begin again")
        case "access_denied":
            return AccessDenied(SYSTEM, operation, f"the log-in was refused: {text}", "begin again")
        case "invalid_grant" | "invalid_request" | "unauthorized_client" | "invalid_client":
            return LoginEnded(SYSTEM, operation, f"the log-in has ended: {text}", LOG_IN)
        case _:
            return None
