"""Users of the embedded server, their tokens, and who it is that asks (contract §2)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.services.http.jwt import pack
from tui.services.serving.clock import Clock, rfc3339
from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.identities import Identities
from tui.systems.tiledb.service_side.refusal import Refusal, invalid, missing, taken

ROLES = ("owner", "admin", "member")
_GRANTS = [
    f"{what}:{how}" for what in ("user", "array", "organization", "group") for how in ("read", "read-write", "admin")
]
SCOPES = ("*", "password_reset", "confirm_email", *_GRANTS)
SESSION_SECONDS = 1800.0
API_SECONDS = 365 * 86400.0
KEY_HEADER = "x-tiledb-rest-api-key"


@dataclass(frozen=True)
class Person:
    """A user; times are epoch seconds. `scope` and `workspace` are of the token that was shown, if it was one."""

    id: str
    username: str
    email: str
    display_name: str
    role: str
    timezone: str
    created: float
    updated: float | None
    scope: str = "*"
    workspace: str | None = None

    @property
    def may_change(self) -> bool:
        """Whether the token is not one for reading only."""
        return any(not part.endswith(":read") for part in self.scope.split())

    def document(self) -> dict[str, Any]:
        """Return it as v4 has a User."""
        return {
            "id": self.id,
            "username": self.username,
            "display_name": self.display_name,
            "email": self.email,
            "is_valid_email": True,
            "role": self.role,
            "timezone": self.timezone,
            "created_at": rfc3339(self.created),
            "updated_at": rfc3339(self.updated or self.created),
        }

    def brief(self) -> dict[str, Any]:
        """Return what members' documents repeat of a user."""
        return {
            "user_id": self.id,
            "username": self.username,
            "display_name": self.display_name,
            "email": self.email,
        }


NOBODY = Person("", "", "", "", "", "", 0.0, None)


class People:
    """The users and tokens of the state."""

    def __init__(self, database: StateDatabase, clock: Clock, identities: Identities) -> None:
        self._database = database
        self._clock = clock
        self.identities = identities

    def add(self, username: str, email: str, password: str, display_name: str = "", role: str = "member") -> Person:
        """Make a user.

        Raises:
            Refusal: 409, the name or address is taken; 400, the role is none.
        """
        if role not in ROLES:
            raise invalid(role=f"is none of {', '.join(ROLES)}")
        if self._database.row("SELECT id FROM person WHERE username = ? OR email = ?", (username, email)):
            raise taken(f"user {username}")
        identity = self.identities.id("usr")
        self._database.add(
            "person",
            id=identity,
            username=username,
            email=email,
            display_name=display_name or username,
            role=role,
            timezone="UTC",
            password=_hashed(password, username),
            created=self._clock.now(),
        )
        return self.get(identity)

    def everybody(self) -> list[Person]:
        """Return all users in the order of their making."""
        return [_person(row) for row in self._database.rows("SELECT * FROM person ORDER BY created, rowid")]

    def get(self, name: str) -> Person:
        """Return a user by id, name or address.

        Raises:
            Refusal: 404.
        """
        row = self._database.row("SELECT * FROM person WHERE id = ? OR username = ? OR email = ?", (name, name, name))
        if row is None:
            raise missing(f"user {name}")
        return _person(row)

    def change(self, person: Person, **columns: str) -> None:
        """Change a user's `display_name`, `email`, `timezone` or `role`."""
        for name in ("display_name", "email", "timezone", "role"):
            if columns.get(name):
                self._database.run(f"UPDATE person SET {name} = ? WHERE id = ?", (columns[name], person.id))
        self._database.run("UPDATE person SET updated = ? WHERE id = ?", (self._clock.now(), person.id))

    def delete(self, person: Person) -> None:
        """Let go of a user, with tokens and memberships."""
        with self._database.together():
            for table in ("token", "workspace_member", "teamspace_member"):
                self._database.run(f"DELETE FROM {table} WHERE person = ?", (person.id,))
            self._database.run("DELETE FROM person WHERE id = ?", (person.id,))

    def set_password(self, person: Person, password: str) -> None:
        """Give a user another password."""
        hashed = _hashed(password, person.username)
        self._database.run("UPDATE person SET password = ? WHERE id = ?", (hashed, person.id))

    def has_password(self, person: Person, password: str) -> bool:
        """Return whether this is the user's password."""
        row = self._database.row("SELECT password FROM person WHERE id = ?", (person.id,))
        return row is not None and hmac.compare_digest(row["password"], _hashed(password, person.username))

    def add_token(
        self,
        person: Person,
        name: str,
        scope: str = "*",
        workspace: str | None = None,
        expires: float | None = None,
        created: float | None = None,
        secret: str = "",
        kind: str = "",
    ) -> tuple[dict[str, Any], str]:
        """Make a token; return its row and its secret, which nobody is told again.

        With a workspace it is an API token `tiledb-<workspace>-<random>`, without one a session token, a JWT, unless
        `kind` says that it is an API token of the classic cloud: plain letters.
        """
        begun = self._clock.now() if created is None else created
        kind = kind or ("api" if workspace else "session")
        row = {
            "id": self.identities.id("tok"),
            "person": person.id,
            "name": name,
            "kind": kind,
            "workspace": workspace,
            "scope": scope,
            "created": begun,
            "expires": expires or begun + (API_SECONDS if kind == "api" else SESSION_SECONDS),
        }
        if not secret and kind == "session":
            secret = self._jwt(person, row["expires"])
        elif not secret:
            random = self.identities.text(40)
            secret = f"tiledb-{workspace}-{random}" if workspace else random
        self._database.add("token", **row, hash=_hashed(secret, "token"))
        return row, secret

    def _jwt(self, person: Person, expires: float) -> str:
        """Return a token of a JWT's shape. Its last part is random: the server knows it by its hash, not by it."""
        head = pack({"alg": "HS256", "typ": "JWT"}, {"sub": person.id, "exp": int(expires)}, lambda content: b"")
        return head + self.identities.text(43)

    def tokens(self, person: Person, kind: str) -> list[dict[str, Any]]:
        """Return the tokens of a user that are `api` or `session`, the newest first, expired ones too."""
        statement = "SELECT * FROM token WHERE person = ? AND kind = ? ORDER BY created DESC, rowid DESC"
        return self._database.rows(statement, (person.id, kind))

    def revoke(self, person: Person, name: str) -> dict[str, Any]:
        """Let go of a user's token, by its id, its name or itself; return its row.

        Raises:
            Refusal: 404.
        """
        statement = "SELECT * FROM token WHERE person = ? AND (id = ? OR name = ? OR hash = ?)"
        row = self._database.row(statement, (person.id, name, name, _hashed(name, "token")))
        if row is None:
            # Not named: it may be the secret of a token that is gone.
            raise missing("token")
        self._database.run("DELETE FROM token WHERE id = ?", (row["id"],))
        return row

    def by_token(self, secret: str) -> Person:
        """Return whose token this is.

        Raises:
            Refusal: 401, there is none, or it has expired.
        """
        row = self._database.row("SELECT * FROM token WHERE hash = ?", (_hashed(secret, "token"),))
        if row is None:
            raise Refusal(401, "invalid token")
        if row["expires"] <= self._clock.now():
            raise Refusal(401, "the token has expired")
        found = self._database.row("SELECT * FROM person WHERE id = ?", (row["person"],))
        if found is None:
            raise Refusal(401, "invalid token")
        return _person(found, row["scope"], row["workspace"])

    def asking(self, headers: Mapping[str, str]) -> Person:
        """Return who asks. The key decides where several credentials came (contract §2).

        Raises:
            Refusal: 401, nobody that is known.
        """
        if KEY_HEADER in headers:
            return self.by_token(headers[KEY_HEADER])
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.by_token(given.strip())
        if scheme.lower() == "basic":
            return self._by_password(given)
        raise Refusal(401, "authentication required")

    def _by_password(self, given: str) -> Person:
        try:
            username, _, password = base64.b64decode(given.strip(), validate=True).decode().partition(":")
        except (binascii.Error, ValueError) as error:
            raise Refusal(401, "malformed credentials") from error
        try:
            person = self.get(username)
        except Refusal as error:
            raise Refusal(401, "wrong user name or password") from error
        if not self.has_password(person, password):
            raise Refusal(401, "wrong user name or password")
        return person


def _person(row: Mapping[str, Any], scope: str = "*", workspace: str | None = None) -> Person:
    columns = {name: row[name] for name in Person.__dataclass_fields__ if name in row}
    return Person(**columns, scope=scope, workspace=workspace)


def _hashed(secret: str, salt: str) -> str:
    """Return what is kept in place of a secret."""
    return hashlib.sha256(f"{salt}\0{secret}".encode()).hexdigest()
