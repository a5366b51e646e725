"""Who asks: an API key, or the log-in of the token file, renewed in time and by one at a time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Literal

from pydantic import SecretStr

from tui.services.errors import NotAuthenticated, ServiceError
from tui.services.http.auth import SingleFlight
from tui.services.printable import printable
from tui.systems.arraylake.errors import not_logged_in
from tui.systems.arraylake.options import ServiceOptions
from tui.systems.arraylake.provider import Provider
from tui.systems.arraylake.tokens import KeptLogin, Tokens, alone, delete_login, read_login, token_expiry, write_login

_log = logging.getLogger("arraydeck.arraylake")
AHEAD = timedelta(minutes=5)
"""How long before its end a log-in is renewed in the background."""
LAST = timedelta(seconds=30)
"""How long before its end a call renews it first."""
LOOK = 60.0
"""Seconds between two looks at the clock; a laptop that slept must not sleep through the rest of the wait as well."""
SETTLE = 8.0

Kind = Literal["API key", "log-in"]


class Account:
    """The proof that a session sends. Implements `tui.services.http.auth.Auth`."""

    def __init__(self, options: ServiceOptions) -> None:
        self._options = options
        self._kept: KeptLogin | None = None
        self._renewal: SingleFlight[KeptLogin] = SingleFlight()
        self._background: asyncio.Task[None] | None = None
        self.provider: Provider | None = None
        self.problem = ""
        """Why the last renewal failed, "" if it did not."""

    @property
    def kind(self) -> Kind:
        """By what the client proves who asks."""
        return "API key" if self._options.api_key is not None else "log-in"

    @property
    def expires(self) -> datetime | None:
        """When the proof ends, as far as it is known without asking: a plain API key does not say."""
        if self._options.api_key is not None:
            return token_expiry(self._options.api_key)
        return None if self._kept is None else self._kept.expires

    @property
    def is_known(self) -> bool:
        """Whether there is a key, or a log-in that was read."""
        return self._options.api_key is not None or self._kept is not None

    async def headers(self) -> Mapping[str, str]:
        """Return the proof.

        Raises:
            NotAuthenticated: there is neither a key nor a log-in.
            ServiceError: the log-in has ended and cannot be renewed, or the token file cannot be read.
        """
        if self._options.api_key is not None:
            return _bearer(self._options.api_key)
        kept = await self._login()
        ends = kept.expires
        if ends is not None and ends - datetime.now(UTC) < LAST and self.provider is not None:
            try:
                kept = await self._renewed(kept.tokens.id_token)
            except NotAuthenticated:
                raise
            except ServiceError:
                # It may still be taken: clocks differ. The service has the last word.
                if ends < datetime.now(UTC):
                    raise
        return _bearer(kept.tokens.id_token)

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Get a newer log-in in place of one that the service refused; a key cannot be renewed.

        Raises:
            NotAuthenticated: the provider does not renew it any more.
            ServiceError: the provider cannot be asked, or the file cannot be written.
        """
        if self._options.api_key is not None or self.provider is None:
            return False
        await self._renewed(SecretStr(refused.get("authorization", "").removeprefix("Bearer ")))
        return True

    async def refresh(self) -> datetime | None:
        """Renew the log-in now, and return when it ends. Raises as `headers` and `renew`."""
        if self._options.api_key is not None:
            return self.expires
        kept = await self._login()
        return (await self._renewed(kept.tokens.id_token)).expires

    async def take(self, tokens: Tokens) -> None:
        """Keep a new log-in for this client and the vendor's tools.

        Raises:
            Unavailable: it cannot be written.
        """
        async with alone(self._options.token_file):
            self._kept = await asyncio.to_thread(write_login, self._options.token_file, tokens)
        self.problem = ""

    async def forget(self) -> bool:
        """Remove the log-in from this machine; return whether there was one.

        Raises:
            Unavailable: the file cannot be removed.
        """
        self._kept = None
        if not await asyncio.to_thread(self._options.token_file.exists):
            return False
        async with alone(self._options.token_file):
            return await asyncio.to_thread(delete_login, self._options.token_file)

    def keep_fresh(self) -> None:
        """Renew the log-in in the background some minutes before it ends, until `close`."""
        if self._options.api_key is None and self._background is None:
            self._background = asyncio.create_task(self._stay_fresh(), name="arraylake log-in")

    async def close(self) -> None:
        """End the background work. What is being renewed comes to its end first, so that it is not lost."""
        background, self._background = self._background, None
        if background is not None:
            background.cancel()
            with suppress(asyncio.CancelledError):
                await background
        await self._renewal.settle(SETTLE)

    async def _login(self) -> KeptLogin:
        """Return the log-in, read from the file if none is known: another program may have logged in meanwhile."""
        if self._kept is None:
            self._kept = await asyncio.to_thread(read_login, self._options.token_file)
        if self._kept is None:
            raise not_logged_in("log in")
        return self._kept

    async def _renewed(self, stale: SecretStr) -> KeptLogin:
        kept = self._kept
        if kept is not None and _differ(kept.tokens.id_token, stale):
            return kept
        try:
            renewed = await self._renewal.run(lambda: self._exchange(stale))
        except ServiceError as error:
            self.problem = str(error)
            raise
        self.problem = ""
        return renewed

    async def _exchange(self, stale: SecretStr) -> KeptLogin:
        """Take what another program has put into the file, or else ask the provider, alone with the file."""
        path = self._options.token_file
        async with alone(path):
            found = await asyncio.to_thread(read_login, path)
            if found is None:
                self._kept = None
                raise not_logged_in("renew log-in", "the log-in was ended by another program")
            if not _differ(found.tokens.id_token, stale) and self.provider is not None:
                tokens = await self.provider.refresh(found.tokens)
                found = await asyncio.to_thread(write_login, path, tokens)
            self._kept = found
        return found

    async def _stay_fresh(self) -> None:
        while True:
            await asyncio.sleep(LOOK)
            kept = self._kept
            ends = None if kept is None else kept.expires
            if kept is None or ends is None or ends - datetime.now(UTC) > AHEAD:
                continue
            try:
                await self._renewed(kept.tokens.id_token)
            except ServiceError as error:
                _log.info("the log-in could not be renewed yet: %s", printable(error.message, 200))


def _bearer(token: SecretStr) -> dict[str, str]:
    return {"authorization": f"Bearer {token.get_secret_value()}"}


def _differ(one: SecretStr, other: SecretStr) -> bool:
    return one.get_secret_value() != other.get_secret_value()
