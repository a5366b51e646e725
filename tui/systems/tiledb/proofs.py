"""What proves who asks: a key, or a user name and a password that are exchanged for one (contract §2)."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from tui.services.errors import NotAuthenticated
from tui.services.http.auth import SingleFlight
from tui.systems.tiledb.errors import LOG_IN, SYSTEM
from tui.systems.tiledb.options import ServiceOptions
from tui.systems.tiledb.profiles.classic_file import KEY_HEADER


@dataclass(frozen=True)
class Key:
    """A key that a log-in was exchanged for. `name` is what the server revokes it by, "" if it cannot."""

    key: SecretStr = field(repr=False)
    name: str = ""


def first_headers(options: ServiceOptions) -> dict[str, str]:
    """Return the headers that prove who asks before anything was exchanged; none without a credential."""
    if options.token is not None:
        return {KEY_HEADER: options.token.get_secret_value()}
    if not options.has_credential or options.password is None:
        return {}
    pair = f"{options.username}:{options.password.get_secret_value()}"
    return {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}


def hidden_texts(options: ServiceOptions) -> tuple[str, ...]:
    """Return what must not be shown if a server repeats it."""
    secrets = (options.token, options.password)
    return tuple(secret.get_secret_value() for secret in secrets if secret is not None)


class FirstProof:
    """The log-in as it is stored."""

    def __init__(self, options: ServiceOptions) -> None:
        self._headers = first_headers(options)

    async def headers(self) -> Mapping[str, str]:
        """Return the headers, none if nothing is stored."""
        return self._headers

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Return that there is nothing to renew."""
        return False


class Proof:
    """The log-in of a client's calls. A user name and a password are exchanged for a key when the first call is made,
    and again when the key is refused; it never goes to the stored profile."""

    def __init__(self, options: ServiceOptions, exchange: Callable[[], Awaitable[Key]]) -> None:
        self._options = options
        self._exchange = exchange
        self._flight: SingleFlight[None] = SingleFlight()
        self.exchanged: Key | None = None

    async def headers(self) -> Mapping[str, str]:
        """Return the headers.

        Raises:
            NotAuthenticated: nothing is stored, or it is refused.
            ServiceError: the exchange failed.
        """
        if self._options.token is not None:
            return first_headers(self._options)
        if not self._options.has_credential:
            message = "there is neither a token nor a user name and a password"
            raise NotAuthenticated(SYSTEM, "log in", message, LOG_IN)
        if self.exchanged is None:
            await self._flight.run(self._take_key)
        assert self.exchanged is not None
        return {KEY_HEADER: self.exchanged.key.get_secret_value()}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Exchange the password for another key, unless somebody else just did; return whether there is one."""
        if self._options.token is not None or not self._options.has_credential:
            return False
        if self.exchanged is not None and refused.get(KEY_HEADER) == self.exchanged.key.get_secret_value():
            self.exchanged = None
        await self.headers()
        return True

    async def _take_key(self) -> None:
        self.exchanged = await self._exchange()

    async def settle(self, seconds: float) -> None:
        """Wait for an exchange that is under way, so that its key can be revoked."""
        await self._flight.settle(seconds)
