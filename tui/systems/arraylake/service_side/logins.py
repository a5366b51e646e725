"""Log-ins of people at the embedded identity provider: device codes, tokens and their refresh (contract §4.1)."""

from __future__ import annotations

import secrets
import threading
import time
import uuid
from dataclasses import dataclass
from typing import Any

from tui.services.serving.state_database import StateDatabase
from tui.systems.arraylake.service_side.accounts import Accounts, Principal, hashed
from tui.systems.arraylake.service_side.refusal import Refusal
from tui.systems.arraylake.service_side.signing import Signer

CLIENT_ID = "arraydeck-embedded"
SCOPE = "email openid profile offline_access"
_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"
"""Of which user codes are made: no vowel, so that no code is a word."""
_DEVICE_CODES = 1_000
"""Log-ins that may be under way at once; the oldest is forgotten."""


class ProviderError(Exception):
    """The provider's answer other than tokens: the OAuth `error`, and what it says of it."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description


@dataclass
class DeviceCode:
    """A log-in under way: waits until a person approves or denies it, or until it expires."""

    device_code: str
    user_code: str
    expires: float
    person: str | None = None
    denied: bool = False
    last_poll: float = 0.0


class Logins:
    """Log-ins under way and the tokens of those that came to an end well.

    `token_seconds`, `code_seconds` and `interval` are how long an identity token and a user code are good, and how long
    a client waits between two polls. `rotating`: a refresh also gives a new refresh token, and the old one is dead.
    `approving`: who is logged in after `approve_after` seconds without a browser, for the demo; None: nobody.
    """

    def __init__(self, database: StateDatabase, accounts: Accounts) -> None:
        self.token_seconds = 86_400.0
        self.code_seconds = 600.0
        self.interval = 1
        self.rotating = False
        self.approve_after: float | None = None
        self._database = database
        self._accounts = accounts
        self._signer = Signer(database)
        self._codes: dict[str, DeviceCode] = {}
        self._lock = threading.RLock()

    @property
    def key_set(self) -> dict[str, Any]:
        """The public keys of the tokens."""
        return self._signer.key_set()

    def begin(self) -> DeviceCode:
        """Return the codes of a new log-in."""
        letters = "".join(secrets.choice(_LETTERS) for _ in range(8))
        code = DeviceCode(secrets.token_urlsafe(32), f"{letters[:4]}-{letters[4:]}", time.time() + self.code_seconds)
        with self._lock:
            while len(self._codes) >= _DEVICE_CODES:
                del self._codes[next(iter(self._codes))]
            self._codes[code.device_code] = code
        return code

    def waiting(self) -> list[DeviceCode]:
        """Return the log-ins that nobody has decided yet, the oldest first."""
        with self._lock:
            codes = self._codes.values()
            return [code for code in codes if code.person is None and not code.denied and code.expires > time.time()]

    def decide(self, user_code: str, email: str | None) -> bool:
        """Approve a log-in as a person, or deny it (None); return False if there is none of the code to decide."""
        person = self._accounts.person(email) if email is not None else None
        if email is not None and person is None:
            return False
        with self._lock:
            for code in self.waiting():
                if code.user_code == user_code.strip().upper():
                    code.person, code.denied = (person.id, False) if person is not None else (None, True)
                    return True
        return False

    def poll(self, device_code: str) -> dict[str, Any]:
        """Return the tokens of a log-in that was approved.

        Raises:
            ProviderError: not yet, too soon after the last poll, too late, denied, or no such log-in.
        """
        with self._lock:
            code = self._codes.get(device_code)
            if code is None:
                raise ProviderError("invalid_grant", "Invalid or expired device code.")
            if code.denied:
                del self._codes[device_code]
                raise ProviderError("access_denied", "User cancelled the confirmation prompt.")
            moment = time.time()
            if code.expires <= moment:
                del self._codes[device_code]
                raise ProviderError("expired_token", "The device code has expired.")
            self._approve_by_itself(code, moment)
            if code.person is None:
                soon = moment - code.last_poll < self.interval * 0.5
                code.last_poll = moment
                if soon:
                    raise ProviderError("slow_down", "You are polling faster than the specified interval.")
                raise ProviderError("authorization_pending", "User has yet to authorize device code.")
            del self._codes[device_code]
        return self.start(code.person)

    def _approve_by_itself(self, code: DeviceCode, moment: float) -> None:
        if self.approve_after is None or code.person is not None:
            return
        if moment >= code.expires - self.code_seconds + self.approve_after:
            people = self._accounts.people()
            code.person = people[0].id if people else None

    def start(self, person: str) -> dict[str, Any]:
        """Log a person in and return the tokens."""
        login, refresh = str(uuid.uuid4()), secrets.token_urlsafe(32)
        self._database.run(
            "INSERT INTO login (id, person, refresh_hash) VALUES (?, ?, ?)", (login, person, hashed(refresh))
        )
        return {**self._tokens(login), "refresh_token": refresh}

    def refresh(self, refresh_token: str) -> dict[str, Any]:
        """Return new tokens for a refresh token; a new refresh token is among them only where the provider rotates.

        Raises:
            ProviderError: it is unknown, dead or revoked.
        """
        row = self._database.row("SELECT * FROM login WHERE refresh_hash = ?", (hashed(refresh_token),))
        if row is None or row["revoked"]:
            raise ProviderError("invalid_grant", "Unknown or invalid refresh token.")
        tokens = self._tokens(row["id"])
        if self.rotating:
            tokens["refresh_token"] = secrets.token_urlsafe(32)
            self._database.run(
                "UPDATE login SET refresh_hash = ? WHERE id = ?", (hashed(tokens["refresh_token"]), row["id"])
            )
        return tokens

    def _tokens(self, login: str) -> dict[str, Any]:
        row = self._database.row("SELECT * FROM login WHERE id = ?", (login,))
        assert row is not None
        person = self._accounts.person(row["person"])
        assert person is not None
        moment = time.time()
        claims = {
            "iss": "https://embedded.example.com/",
            "aud": CLIENT_ID,
            "sub": person.id,
            "sid": login,
            "generation": row["generation"],
            "email": person.email,
            "email_verified": True,
            "given_name": person.first_name,
            "family_name": person.family_name,
            "iat": int(moment),
            "exp": int(moment + self.token_seconds),
        }
        return {
            "access_token": secrets.token_urlsafe(32),
            "id_token": self._signer.sign(claims),
            "expires_in": int(self.token_seconds),
            "token_type": "Bearer",
            "scope": SCOPE,
        }

    def person_of(self, id_token: str) -> Principal:
        """Return who an identity token stands for.

        Raises:
            Refusal: 401, it is not ours, has expired or was revoked.
        """
        try:
            claims = self._signer.claims(id_token)
        except ValueError as error:
            raise Refusal(401, "Invalid token") from error
        row = self._database.row("SELECT * FROM login WHERE id = ?", (claims["sid"],))
        person = self._accounts.person(claims["sub"])
        if row is None or person is None or row["revoked"]:
            raise Refusal(401, "Token has been revoked")
        if claims["exp"] <= time.time() or claims["generation"] < row["generation"]:
            raise Refusal(401, "Token has expired")
        return person

    def expire_tokens(self) -> None:
        """Let every identity token be expired now; a refresh gives a good one."""
        self._database.run("UPDATE login SET generation = generation + 1")

    def revoke(self) -> None:
        """End every log-in: neither its identity token nor its refresh token is good any more."""
        self._database.run("UPDATE login SET revoked = 1")
