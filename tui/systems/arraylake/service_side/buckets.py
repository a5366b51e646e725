"""Bucket configs of the embedded service: where an organisation's repositories are kept (contract §5.2)."""

from __future__ import annotations

import hashlib
import json
import secrets
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from tui.services.serving.compact import compact
from tui.services.serving.state_database import Row, StateDatabase
from tui.systems.arraylake.service_side import rules
from tui.systems.arraylake.service_side.refusal import Refusal, invalid, missing
from tui.systems.arraylake.service_side.times import now

CREDENTIALS_SECONDS = 3600
"""How long vended credentials are good."""
_IN_USE = "bucket is in use by a repo and cannot be modified"


def bucket_document(row: Row) -> dict[str, Any]:
    """Return a bucket config as the wire has it, HMAC keys in clear text like the real service (contract §1.4)."""
    auth = json.loads(row["auth_config"]) if row["auth_config"] else None
    if auth is not None:
        auth = {key: rules.HIDDEN if key in rules.HIDDEN_FIELDS else value for key, value in auth.items()}
    return {
        "id": row["id"],
        "nickname": row["nickname"],
        "platform": row["platform"],
        "name": row["name"],
        "prefix": row["prefix"],
        "extra_config": json.loads(row["extra_config"]),
        "auth_config": auth,
        "is_default": bool(row["is_default"]),
        "created": row["created"],
        "updated": row["updated"],
        "created_by": row["created_by"],
    }


class Buckets:
    """The bucket configs of the state."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database
        self.seconds = CREDENTIALS_SECONDS

    def move_objects(self, uri: str) -> None:
        """Let the bucket configs that point to the embedded object store point to where it is now."""
        before = self._database.setting("object-uri")
        if before is not None:
            statement = "UPDATE bucket SET extra_config = replace(extra_config, ?, ?)"
            self._database.run(statement, (compact(before), compact(uri)))
        self._database.remember("object-uri", uri)

    def listed(self, org: str) -> list[Row]:
        """Return an organisation's bucket configs, the oldest first."""
        return self._database.rows("SELECT * FROM bucket WHERE org = ? ORDER BY created, rowid", (org,))

    def get(self, org: str, bucket_id: str) -> Row:
        """Return a bucket config by id.

        Raises:
            Refusal: 404, there is none.
        """
        row = self._database.row("SELECT * FROM bucket WHERE org = ? AND id = ?", (org, bucket_id))
        if row is None:
            raise missing(f"bucket {bucket_id}")
        return row

    def by_nickname(self, org: str, nickname: str) -> Row:
        """Return a bucket config by nickname.

        Raises:
            Refusal: 422, there is none.
        """
        row = self._database.row("SELECT * FROM bucket WHERE org = ? AND nickname = ?", (org, nickname))
        if row is None:
            raise invalid(f"bucket {nickname} does not exist")
        return row

    def default(self, org: str) -> Row:
        """Return the bucket config that is used where none is named.

        Raises:
            Refusal: 422, the organisation has none.
        """
        row = self._database.row("SELECT * FROM bucket WHERE org = ? AND is_default = 1", (org,))
        if row is None:
            raise invalid(f"{org} has no default bucket")
        return row

    def create(self, org: str, body: Any, email: str | None) -> Row:
        """Make a bucket config; the first of an organisation is its default.

        Raises:
            Refusal: 422, a field breaks a rule, or the nickname or the place is taken.
        """
        fields = rules.bucket_fields(rules.document(body))
        with self._database.together():
            self._refuse_taken(org, fields, None)
            bucket_id, moment = str(uuid.uuid4()), now()
            self._database.run(
                "INSERT INTO bucket VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    bucket_id,
                    org,
                    fields["nickname"],
                    fields["platform"],
                    fields["name"],
                    fields["prefix"],
                    compact(fields["extra_config"]),
                    compact(fields["auth_config"]) if fields["auth_config"] is not None else None,
                    int(not self.listed(org)),
                    moment,
                    moment,
                    email,
                ),
            )
            return self.get(org, bucket_id)

    def modify(self, org: str, bucket_id: str, body: Any) -> Row:
        """Change what is not null; of a bucket config that repositories use only the nickname (contract §5.2).

        Raises:
            Refusal: 404, there is none; 422, a field breaks a rule, is taken, or may not change.
        """
        with self._database.together():
            row = self.get(org, bucket_id)
            held = {**bucket_document(row), "auth_config": json.loads(row["auth_config"] or "null")}
            given = {name: value for name, value in rules.document(body).items() if value is not None}
            fields = rules.bucket_fields({**held, **given})
            if any(fields[name] != held[name] for name in fields if name != "nickname") and self.used_by(bucket_id):
                raise invalid(_IN_USE)
            self._refuse_taken(org, fields, bucket_id)
            self._database.run(
                "UPDATE bucket SET nickname = ?, platform = ?, name = ?, prefix = ?, extra_config = ?, auth_config = ?,"
                " updated = ? WHERE id = ?",
                (
                    *(fields[name] for name in ("nickname", "platform", "name", "prefix")),
                    compact(fields["extra_config"]),
                    compact(fields["auth_config"]) if fields["auth_config"] is not None else None,
                    now(),
                    bucket_id,
                ),
            )
            return self.get(org, bucket_id)

    def _refuse_taken(self, org: str, fields: dict[str, Any], own_id: str | None) -> None:
        def place(values: dict[str, Any]) -> tuple[Any, ...]:
            return values["platform"], values["name"], values["prefix"], values["extra_config"].get("endpoint_url")

        for row in self.listed(org):
            other = bucket_document(row)
            if other["id"] == own_id:
                continue
            if other["nickname"] == fields["nickname"]:
                raise invalid(f"bucket with nickname {fields['nickname']} already exists")
            if place(other) == place(fields):
                raise invalid(f"bucket {fields['name']} with this platform, prefix and endpoint_url already exists")

    def used_by(self, bucket_id: str) -> int:
        """Return how many repositories are kept there."""
        return self._database.number("SELECT count(*) FROM repository WHERE bucket = ?", (bucket_id,))

    def delete(self, org: str, bucket_id: str) -> None:
        """Remove a bucket config; when it was the default, the oldest that remains is the default now.

        Raises:
            Refusal: 404, there is none; 422, repositories use it.
        """
        with self._database.together():
            row = self.get(org, bucket_id)
            if self.used_by(bucket_id):
                raise invalid(_IN_USE)
            self._database.run("DELETE FROM bucket WHERE id = ?", (bucket_id,))
            self._database.run("DELETE FROM chunk_policy WHERE bucket = ?", (bucket_id,))
            left = self.listed(org)
            if row["is_default"] and left:
                self._database.run("UPDATE bucket SET is_default = 1 WHERE id = ?", (left[0]["id"],))

    def make_default(self, org: str, bucket_id: str) -> None:
        """Let this be the bucket config that is used where none is named.

        Raises:
            Refusal: 404, there is none.
        """
        with self._database.together():
            self.get(org, bucket_id)
            self._database.run("UPDATE bucket SET is_default = (id = ?) WHERE org = ?", (bucket_id, org))

    def credentials(self, row: Row) -> dict[str, Any] | None:
        """Return what opens a bucket: its own HMAC keys, vended ones where it delegates, None where it is anonymous."""
        auth = json.loads(row["auth_config"] or '{"method":"anonymous"}')
        method = auth["method"]
        if method == "hmac":
            keys = {"aws_access_key_id": auth["access_key_id"], "aws_secret_access_key": auth["secret_access_key"]}
            return {**keys, "aws_session_token": None, "expiration": None}
        if method not in rules.DELEGATED:
            return None
        expiration = (datetime.now(UTC) + timedelta(seconds=self.seconds)).isoformat()
        if row["platform"] == "gs":
            account = auth["target_service_account"]
            return {"access_token": secrets.token_urlsafe(24), "principal": account, "expiration": expiration}
        if row["platform"] == "azure":
            account = auth["storage_account"]
            return {"sas_token": f"sig={secrets.token_hex(16)}", "storage_account": account, "expiration": expiration}
        return {
            "aws_access_key_id": vended_key_id(row["id"]),
            "aws_secret_access_key": secrets.token_hex(20),
            "aws_session_token": secrets.token_urlsafe(24),
            "expiration": expiration,
        }

    def key_ids(self, name: str) -> tuple[set[str], bool]:
        """Return the access key ids that open a bucket of the object store, and whether it needs none."""
        ids: set[str] = set()
        anonymous = False
        for row in self._database.rows("SELECT * FROM bucket WHERE name = ?", (name,)):
            auth = json.loads(row["auth_config"] or "null")
            if auth is None or auth["method"] == "anonymous":
                anonymous = True
            elif auth["method"] == "hmac":
                ids.add(auth["access_key_id"])
            else:
                ids.add(vended_key_id(row["id"]))
        return ids, anonymous


def vended_key_id(bucket_id: str) -> str:
    """Return the access key id of the credentials that the service vends for a bucket config."""
    return "ASIA" + hashlib.sha256(bucket_id.encode()).hexdigest()[:16].upper()


def is_hmac(row: Row | None) -> bool:
    """Return whether a bucket is entered with keys of its own."""
    return row is not None and row["auth_config"] is not None and json.loads(row["auth_config"])["method"] == "hmac"


def refuse_unless_online(bucket: Row | None, mode: str) -> None:
    """Return if a repository in this bucket can be handed out now.

    Raises:
        Refusal: 409, it is not online and its keys are HMAC ones, which nobody could take back (contract §5.1).
    """
    if is_hmac(bucket) and mode != "online":
        raise Refusal(409, f"Repo is in {mode} mode and its bucket uses HMAC authentication, so it cannot be accessed")
