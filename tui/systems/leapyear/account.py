"""Who asks: a log-in by password, by key, by a token that is at hand, or in the caller's own way (contract §8.1)."""

from __future__ import annotations

import asyncio
import inspect
import os
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from tui.services.errors import NotAuthenticated
from tui.services.http.auth import SingleFlight
from tui.services.http.session import HttpSession
from tui.services.printable import printable
from tui.systems.leapyear.errors import (
    LOG_IN,
    OUTDATED,
    SYSTEM,
    AuthenticationError,
    PublicKeyCredentialsError,
    ServerVersionMismatch,
)
from tui.systems.leapyear.models import Session, Version
from tui.systems.leapyear.options import CONTRACT_VERSION, KEY_VARIABLE, token_from_environment

OPERATION = "log in"


@dataclass(frozen=True, slots=True)
class AuthContext:
    """What a way to log in is given. `http` speaks with the server, without a token."""

    url: str
    username: str | None
    password: SecretStr | None = field(repr=False)
    http: HttpSession


Authenticate = Callable[[AuthContext], str | Awaitable[str]]


async def ly_login(context: AuthContext) -> str:
    """Log in with the user's name and password, and return the token.

    Raises:
        AuthenticationError: they are not right.
    """
    if context.username is None or context.password is None:
        raise AuthenticationError(SYSTEM, OPERATION, "a log-in needs a user's name and password", LOG_IN)
    body = {"username": context.username, "password": context.password}
    reply = await context.http.ask("POST", "/session", OPERATION, Session, body=body, private=True, identified=False)
    return _token_of(reply.value)


class Account:
    """The log-in that a session sends. Implements `tui.services.http.auth.Auth`.

    It logs in when it is first asked for headers. What the server refused is not tried again by itself: a dashboard
    that keeps asking must not lock its user out.
    """

    def __init__(
        self,
        url: str,
        username: str | None,
        password: SecretStr | None,
        authenticate: Authenticate | None,
        public_key_auth: bool,
        token: SecretStr | None = None,
    ) -> None:
        if public_key_auth and password is not None:
            raise ValueError("give a password or public_key_auth, not both")
        self.username = username
        """Who is logged in, as far as it is known."""
        self.version: Version | None = None
        self._url = url
        self._given_name = username
        self._password = password
        self._authenticate = authenticate
        self._by_key = public_key_auth
        self._given_token = token
        self._token: SecretStr | None = None
        self._refused: NotAuthenticated | None = None
        self._has_expired = False
        self._flight: SingleFlight[str] = SingleFlight()
        self.session: HttpSession | None = None

    @property
    def can_renew(self) -> bool:
        """Whether it can log in again by itself."""
        return self._by_key or self._authenticate is not None or self._password is not None

    def heard_expired(self) -> None:
        """Note that the server said of the token that it is past its life."""
        self._has_expired = True

    def forget(self) -> None:
        """Forget the token: the session was ended."""
        self._token = None
        self._refused = NotAuthenticated(SYSTEM, OPERATION, "logged out", LOG_IN)

    def begin_anew(self, username: str | None = None, password: SecretStr | None = None) -> None:
        """Log in anew with the next call, as somebody else if a name and a password are given."""
        if username is not None:
            self._given_name, self._password = username, password
            self._authenticate, self._by_key, self._given_token = None, False, None
        self._token = self._refused = None

    async def headers(self) -> Mapping[str, str]:
        """Return the proof, after a log-in if there was none yet.

        Raises:
            AuthenticationError: there is nothing to log in with, or the server does not take it.
            ServerVersionMismatch: the server speaks another version of the contract.
            ServiceError: the server cannot be asked.
        """
        if self._refused is not None:
            # A new one each time: an exception collects the traces of everybody who raises it.
            old = self._refused
            raise type(old)(old.system, old.operation, old.message, old.hint)
        if self._token is None:
            await self._flight.run(self._begin)
        assert self._token is not None
        return {"authorization": f"Bearer {self._token.get_secret_value()}"}

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Log in again in place of a token that is past its life; one that was revoked is not replaced."""
        current = None if self._token is None else f"Bearer {self._token.get_secret_value()}"
        if current is not None and current != refused.get("authorization"):
            return True
        if not self._has_expired or not self.can_renew:
            return False
        await self._flight.run(self._begin)
        return True

    async def close(self) -> None:
        """Wait for a log-in that is under way."""
        await self._flight.settle(5.0)

    async def check_version(self) -> Version:
        """Ask the server which it is.

        Raises:
            ServerVersionMismatch: it speaks another version of the contract.
            ServiceError: it cannot be asked.
        """
        assert self.session is not None
        reply = await self.session.ask("GET", "/version", "look at server", Version, identified=False)
        self.version = reply.value
        if self.version.contract_version != CONTRACT_VERSION:
            theirs = self.version.contract_version
            message = f"the server speaks version {theirs} of the contract, this client version {CONTRACT_VERSION}"
            raise ServerVersionMismatch(SYSTEM, "look at server", message, OUTDATED)
        return self.version

    async def _begin(self) -> str:
        await self.check_version()
        try:
            token = await self._new_token()
        except NotAuthenticated as error:
            self._token = None
            self._refused = error
            raise
        self._token, self._has_expired = SecretStr(token), False
        return token

    async def _new_token(self) -> str:
        """Return a token, in the order of the contract's §8.1."""
        assert self.session is not None
        if self._authenticate is not None:
            return await self._own_way(self._authenticate)
        if self._by_key:
            return await self._key_login(self.session)
        if self._given_name is not None and self._password is not None:
            token = await ly_login(AuthContext(self._url, self._given_name, self._password, self.session))
            self.username = self._given_name
            return token
        found = self._given_token or token_from_environment()
        if found is None:
            raise AuthenticationError(SYSTEM, OPERATION, "there is nothing to log in with", LOG_IN)
        return await self._checked(found.get_secret_value())

    async def _own_way(self, authenticate: Authenticate) -> str:
        assert self.session is not None
        context = AuthContext(self._url, self._given_name, self._password, self.session)
        if inspect.iscoroutinefunction(authenticate):
            found: Any = await authenticate(context)
        else:
            found = await asyncio.to_thread(authenticate, context)
            if inspect.isawaitable(found):
                found = await found
        if not isinstance(found, str) or not found:
            raise AuthenticationError(SYSTEM, OPERATION, "the given way to log in returned no token")
        return found if authenticate is ly_login else await self._checked(found)

    async def _checked(self, token: str) -> str:
        """Return a token that the server takes, and is of the user that was named."""
        assert self.session is not None
        headers = {"authorization": f"Bearer {token}"}
        reply = await self.session.ask("GET", "/session", OPERATION, Session, headers=headers, identified=False)
        user = reply.value.username
        if self._given_name is not None and user != self._given_name:
            shown = printable(user, 80)
            raise AuthenticationError(SYSTEM, OPERATION, f"the token is {shown}'s, not {self._given_name}'s")
        self.username = user
        return token

    async def _key_login(self, session: HttpSession) -> str:
        assert self.version is not None
        path = os.environ.get(KEY_VARIABLE)
        if not path or self._given_name is None:
            message = f"a log-in by key needs a user's name, and {KEY_VARIABLE} to name the private key's file"
            raise PublicKeyCredentialsError(SYSTEM, OPERATION, message)
        assertion = await asyncio.to_thread(_assertion, Path(path), self._given_name, self.version.server_id)
        body = {"assertion": SecretStr(assertion)}
        reply = await session.ask("POST", "/session/key", OPERATION, Session, body=body, private=True, identified=False)
        self.username = reply.value.username
        return _token_of(reply.value)


def _token_of(session: Session) -> str:
    if session.token is None or not session.token.get_secret_value():
        raise AuthenticationError(SYSTEM, OPERATION, "the server took the log-in and gave no token")
    return session.token.get_secret_value()


def _assertion(path: Path, username: str, audience: str) -> str:
    """Return claims signed with the private key of a file, good for one log-in within half a minute."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa

    from tui.services.http.jwt import pack

    try:
        key = serialization.load_pem_private_key(path.expanduser().read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        # Only its kind: the text may quote the file.
        message = f"the private key of {KEY_VARIABLE} cannot be read ({type(error).__name__})"
        raise PublicKeyCredentialsError(SYSTEM, OPERATION, message, "a PEM file without a passphrase") from None
    now = int(time.time())
    claims = {"sub": username, "aud": audience, "iat": now, "exp": now + 30, "jti": secrets.token_urlsafe(18)}
    if isinstance(key, ed25519.Ed25519PrivateKey):
        return pack({"alg": "EdDSA", "typ": "JWT"}, claims, key.sign)
    if isinstance(key, rsa.RSAPrivateKey):
        rsa_key = key
        return pack(
            {"alg": "RS256", "typ": "JWT"},
            claims,
            lambda content: rsa_key.sign(content, padding.PKCS1v15(), hashes.SHA256()),
        )
    raise PublicKeyCredentialsError(SYSTEM, OPERATION, "the private key is neither Ed25519 nor RSA")
