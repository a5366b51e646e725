"""Who may ask the embedded service for what: people, API keys, organisations and their members (contract §4.3)."""

from __future__ import annotations

import hashlib
import secrets
import time
import uuid
from dataclasses import dataclass
from typing import Any

from tui.services.serving.state_database import StateDatabase
from tui.systems.arraylake.service_side.refusal import Refusal, invalid, missing
from tui.systems.arraylake.service_side.times import now

ROLES = ("reader", "writer", "admin")
"""What a member of an organisation may: read it, also change its repositories, also change buckets and members."""
KEY_PREFIX = "ema_"
KEY_DAYS = 365

ORG_ACTIONS = {
    "CAN_MANAGE_USERS": "admin",
    "CAN_WRITE_REPOS": "writer",
    "CAN_READ_REPOS": "reader",
    "CAN_READ_REPOS_WITH_FLUX": "reader",
}
REPO_ACTIONS = {
    "CAN_READ_WITH_FLUX": "reader",
    "CAN_READ": "reader",
    "CAN_WRITE": "writer",
    "CAN_MANAGE_USERS": "admin",
    "CAN_SYNC": "writer",
}


@dataclass(frozen=True)
class Principal:
    """Who asks: a person, or an API key, which has no names but a `client_id` and an `expiration` in epoch seconds."""

    id: str
    email: str
    first_name: str | None = None
    family_name: str | None = None
    client_id: str | None = None
    expiration: int = 0

    def document(self) -> dict[str, Any]:
        """Return it as `/user` answers: clients tell a person from a key by whether `first_name` is there at all."""
        if self.client_id is None:
            names = {"first_name": self.first_name, "family_name": self.family_name}
            return {"id": self.id, "email": self.email, **names}
        return {"id": self.id, "client_id": self.client_id, "email": self.email, "expiration": self.expiration}


def hashed(secret: str) -> str:
    """Return what is kept of a secret in place of it."""
    return hashlib.sha256(secret.encode()).hexdigest()


class Accounts:
    """The people, keys and organisations of the state."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def add_person(self, email: str, first_name: str | None, family_name: str | None) -> Principal:
        """Make a person known. The vendor's client refuses e-mail addresses at `localhost`, `.local` and `.test`."""
        person = Principal(str(uuid.uuid4()), email, first_name, family_name)
        values = (person.id, email, first_name, family_name)
        self._database.run("INSERT INTO person VALUES (?, ?, ?, ?)", values)
        return person

    def people(self) -> list[Principal]:
        """Return everybody in the order of their making."""
        return [Principal(**row) for row in self._database.rows("SELECT * FROM person ORDER BY rowid")]

    def person(self, identity: str) -> Principal | None:
        """Return a person by id or e-mail address."""
        row = self._database.row("SELECT * FROM person WHERE id = ? OR email = ?", (identity, identity))
        return Principal(**row) if row is not None else None

    def add_key(self, name: str, seconds: float = KEY_DAYS * 86400.0, token: str = "") -> tuple[Principal, str]:
        """Make an API key that lasts so many seconds; return it and its secret, which is told this once."""
        token = token or KEY_PREFIX + secrets.token_hex(16)
        key_id, client_id = str(uuid.uuid4()), secrets.token_hex(12)
        key = Principal(key_id, f"{name}@keys.example.com", client_id=client_id, expiration=int(time.time() + seconds))
        self._database.run(
            "INSERT INTO api_key VALUES (?, ?, ?, ?, ?, ?, NULL, 0)",
            (key.id, client_id, key.email, hashed(token), now(), key.expiration),
        )
        return key, token

    def key_of(self, token: str) -> Principal:
        """Return the API key of a secret.

        Raises:
            Refusal: 401, there is none, or it has expired or was revoked.
        """
        row = self._database.row("SELECT * FROM api_key WHERE hash = ?", (hashed(token),))
        if row is None or row["revoked"]:
            raise Refusal(401, "Invalid API token")
        if row["expiration"] <= time.time():
            raise Refusal(401, "API token has expired")
        self._database.run("UPDATE api_key SET last_used = ? WHERE id = ?", (now(), row["id"]))
        return Principal(row["id"], row["email"], client_id=row["client_id"], expiration=row["expiration"])

    def key_document(self, token: str) -> dict[str, Any]:
        """Return what the service tells of a key to who holds it.

        Raises:
            Refusal: as `key_of`.
        """
        key = self.key_of(token)
        row = self._database.row("SELECT * FROM api_key WHERE id = ?", (key.id,))
        assert row is not None
        times = {"created": row["created"], "last_used": row["last_used"], "expiration": row["expiration"]}
        return {"_id": key.id, "id": key.id, "client_id": key.client_id, "email": key.email, **times}

    def revoke_keys(self) -> None:
        """Let no API key made so far be good any more."""
        self._database.run("UPDATE api_key SET revoked = 1")

    def add_organisation(self, name: str) -> None:
        """Make an organisation, unless there is one of the name."""
        values = (str(uuid.uuid4()), name, now())
        self._database.run("INSERT OR IGNORE INTO organisation VALUES (?, ?, ?)", values)

    def join(self, org: str, principal: Principal, role: str) -> None:
        """Make somebody a member of an organisation, or give a member another role."""
        if role not in ROLES:
            raise ValueError(f"role: {role!r} is none of {', '.join(ROLES)}")
        self._database.run("INSERT OR REPLACE INTO member VALUES (?, ?, ?)", (org, principal.id, role))

    def leave(self, org: str, principal: Principal) -> None:
        """Make somebody a member no more."""
        self._database.run("DELETE FROM member WHERE org = ? AND principal = ?", (org, principal.id))

    def organisations(self, principal: Principal) -> list[dict[str, Any]]:
        """Return the organisations that somebody is a member of, by name."""
        return self._database.rows(
            "SELECT organisation.*, member.role FROM organisation JOIN member ON member.org = organisation.name"
            " WHERE member.principal = ? ORDER BY organisation.name",
            (principal.id,),
        )

    def names(self) -> list[str]:
        """Return the names of all organisations."""
        return [row["name"] for row in self._database.rows("SELECT name FROM organisation ORDER BY name")]

    def role(self, principal: Principal, org: str) -> str | None:
        """Return what somebody is in an organisation, None if no member."""
        row = self._database.row("SELECT role FROM member WHERE org = ? AND principal = ?", (org, principal.id))
        return row["role"] if row is not None else None

    def require(self, principal: Principal, org: str, role: str) -> None:
        """Return if somebody may act in an organisation as this role may.

        Raises:
            Refusal: 404, there is no such organisation for them; 403, they are a member who may less.
        """
        held = self.role(principal, org)
        if held is None:
            raise missing(org)
        if ROLES.index(held) < ROLES.index(role):
            raise Refusal(403, f"{principal.email} is not authorized to perform this action on {org}")

    def may(self, asked_by: Principal, subject: str, resource: str, action: str) -> bool:
        """Return whether a principal (by id) may do an action on `org` or `org/repo`.

        Raises:
            Refusal: 404, who asks is no member of the organisation; 422, there is no such action.
        """
        org, _, repository = resource.partition("/")
        self.require(asked_by, org, "reader")
        actions = REPO_ACTIONS if repository else ORG_ACTIONS
        if action not in actions:
            raise invalid(f"action must be one of {', '.join(actions)}")
        row = self._database.row("SELECT role FROM member WHERE org = ? AND principal = ?", (org, subject))
        return row is not None and ROLES.index(row["role"]) >= ROLES.index(actions[action])
