"""Log-ins: by password, by key, and what a token stands for (contract §7.1, §8)."""

from __future__ import annotations

import asyncio
import secrets
from typing import Any

from tui.services.http.jwt import Token, unpack
from tui.services.serving.clock import Clock
from tui.services.serving.state_database import Row
from tui.systems.leapyear.service_side.bodies import KeyLogIn, LogIn, read
from tui.systems.leapyear.service_side.call import NOTHING, Answer, Call, Principal
from tui.systems.leapyear.service_side.database import Database, written
from tui.systems.leapyear.service_side.passwords import Lockout, is_right
from tui.systems.leapyear.service_side.refusal import Refusal
from tui.systems.leapyear.service_side.tokens import ISSUER, Signer, is_signed_by
from tui.systems.leapyear.service_side.users import user_document

LIFETIME = 3600.0
LONGEST_ASSERTION = 60.0
_FAILED = "The log-in failed."


class Sessions:
    """The log-ins of the server. `lifetime` is how long a token is good, in seconds."""

    def __init__(self, database: Database, clock: Clock, signer: Signer, server_id: str, cost: int) -> None:
        self._cost = cost
        self.lifetime = LIFETIME
        self._database = database
        self._clock = clock
        self._signer = signer
        self._server_id = server_id
        self._lockout = Lockout(clock)

    def principal(self, token: str) -> Principal:
        """Return whose token it is. Raises Refusal 401: nobody's (any more)."""
        claims = self._signer.claims(token)
        row = self._database.row(
            "SELECT session.id, session.revoked, session.expires, user.id AS user, user.name, user.is_admin,"
            " user.enabled FROM session JOIN user ON user.id = session.user WHERE session.id = ?",
            (str(claims.get("jti")),),
        )
        if row is None or row["revoked"] or not row["enabled"]:
            raise Refusal(401, "token_revoked", "The session was ended.")
        if row["expires"] <= self._clock.now():
            raise Refusal(401, "token_expired", "The token has expired.")
        return Principal(row["user"], row["name"], bool(row["is_admin"]), row["id"], str(claims.get("am")))

    async def log_in(self, call: Call) -> Answer:
        body = read(LogIn, call.body)
        self._lockout.check(body.username, call.source)
        row = self._database.row("SELECT * FROM user WHERE name = ?", (body.username,))
        kept = (row["salt"], row["hash"]) if row is not None else None
        is_good = await asyncio.to_thread(is_right, body.password, kept, self._cost)
        if row is None or not is_good or not row["enabled"]:
            self._lockout.failed(body.username, call.source)
            raise Refusal(401, "authentication_failed", _FAILED)
        self._lockout.succeeded(body.username, call.source)
        return self._begin(row, "password")

    async def log_in_by_key(self, call: Call) -> Answer:
        rejected = Refusal(401, "public_key_rejected", "The key is not accepted.")
        try:
            token = unpack(read(KeyLogIn, call.body).assertion)
        except ValueError:
            raise rejected from None
        row = self._database.row("SELECT * FROM user WHERE name = ?", (str(token.claims.get("sub")),))
        if row is None or not row["enabled"] or not self._is_fresh(token):
            raise rejected
        keys = self._database.rows("SELECT pem FROM user_key WHERE user = ?", (row["id"],))
        algorithm = str(token.header.get("alg"))
        if not any(is_signed_by(key["pem"], algorithm, token.signed, token.signature) for key in keys):
            raise rejected
        now = self._clock.now()
        self._database.run("DELETE FROM used_assertion WHERE expires < ?", (now,))
        identity = f"{row['id']}:{token.claims['jti']}"
        values = (identity, now + 2 * LONGEST_ASSERTION)
        if not self._database.run("INSERT OR IGNORE INTO used_assertion VALUES (?, ?)", values):
            raise rejected
        return self._begin(row, "public_key")

    def _is_fresh(self, token: Token) -> bool:
        """Whether an assertion is meant for this server, for now and for no long time."""
        claims, now = token.claims, self._clock.now()
        issued, expires, identity = claims.get("iat"), claims.get("exp"), claims.get("jti")
        if not isinstance(issued, int | float) or not isinstance(expires, int | float) or not isinstance(identity, str):
            return False
        if not 8 <= len(identity) <= 128 or claims.get("aud") != self._server_id:
            return False
        # Clocks differ by a little; a long-lived assertion is as bad as a password on the way.
        return issued <= now + 5 and now < expires <= issued + LONGEST_ASSERTION

    def _begin(self, row: Row, method: str) -> Answer:
        now = self._clock.now()
        identity = secrets.token_urlsafe(18)
        with self._database.together():
            self._database.run("DELETE FROM session WHERE expires < ?", (now - 86_400,))
            self._database.run("UPDATE user SET last_login = ? WHERE id = ?", (now, row["id"]))
            self._database.run(
                "INSERT INTO session (id, user, expires) VALUES (?, ?, ?)",
                (identity, row["id"], now + self.lifetime),
            )
        claims: dict[str, Any] = {"iss": ISSUER, "sub": row["name"], "jti": identity, "am": method}
        claims |= {"iat": int(now), "exp": int(now + self.lifetime)}
        document = self._document(row["id"], identity, method)
        return Answer({"token": self._signer.sign(claims), **document}, 201)

    def get_session(self, call: Call) -> Answer:
        return Answer(self._document(call.principal.id, call.principal.session, call.principal.method))

    def log_out(self, call: Call) -> Answer:
        self._database.run("UPDATE session SET revoked = 1 WHERE id = ?", (call.principal.session,))
        return NOTHING

    def _document(self, user: int, session: str, method: str) -> dict[str, Any]:
        row = self._database.row("SELECT * FROM user WHERE id = ?", (user,))
        kept = self._database.row("SELECT expires FROM session WHERE id = ?", (session,))
        assert row is not None and kept is not None
        return {
            "token_type": "Bearer",
            "issued_at": written(kept["expires"] - self.lifetime),
            "expires_at": written(kept["expires"]),
            "auth_method": method,
            "user": user_document(self._database, row),
        }

    def revoke_all(self, user: int | None = None) -> None:
        """End every session, or those of one user."""
        if user is None:
            self._database.run("UPDATE session SET revoked = 1")
        else:
            self._database.run("UPDATE session SET revoked = 1 WHERE user = ?", (user,))
