"""Repositories of the embedded service: the catalogue's entries, never what is in them (contract §5.1, §6.1)."""

from __future__ import annotations

import json
import secrets
import string
from typing import Any

from tui.services.serving.compact import compact
from tui.services.serving.state_database import Row, StateDatabase
from tui.systems.arraylake.service_side import rules
from tui.systems.arraylake.service_side.accounts import Principal
from tui.systems.arraylake.service_side.buckets import Buckets, bucket_document, refuse_unless_online
from tui.systems.arraylake.service_side.refusal import invalid, missing
from tui.systems.arraylake.service_side.times import now

NO_OPTIMIZATION = {"window": None, "gc_config": None, "expiration_config": None}
_ORDER = "ORDER BY updated DESC, id"


class Repositories:
    """The repositories of the state."""

    def __init__(self, database: StateDatabase, buckets: Buckets) -> None:
        self._database = database
        self._buckets = buckets

    def document(self, row: Row, buckets: dict[str, Row] | None = None) -> dict[str, Any]:
        """Return a repository as the wire has it, with every field: one shape serves every client (contract §11)."""
        bucket = self.bucket(row) if buckets is None else buckets.get(row["bucket"])
        return {
            "_id": row["id"],
            "org": row["org"],
            "name": row["name"],
            "prefix": row["prefix"],
            "created": row["created"],
            "updated": row["updated"],
            "description": row["description"],
            "metadata": json.loads(row["metadata"]) if row["metadata"] else None,
            "created_by": row["created_by"],
            "visibility": row["visibility"],
            "kind": row["kind"],
            "bucket": bucket_document(bucket) if bucket is not None else None,
            "status": json.loads(row["status"]),
            "subscription": None,
            "optimization_config": json.loads(row["optimization"]),
            "permissions": [],
        }

    def documents(self, org: str, rows: list[Row]) -> list[dict[str, Any]]:
        """Return repositories of one organisation as the wire has them."""
        buckets = {row["id"]: row for row in self._buckets.listed(org)}
        return [self.document(row, buckets) for row in rows]

    def bucket(self, row: Row) -> Row | None:
        """Return the bucket config that a repository is kept in."""
        return self._database.row("SELECT * FROM bucket WHERE id = ?", (row["bucket"],))

    def listed(self, org: str, wanted: dict[str, Any] | None = None) -> list[Row]:
        """Return an organisation's repositories that have this metadata, the last updated first."""
        rows = self._database.rows(f"SELECT * FROM repository WHERE org = ? {_ORDER}", (org,))
        return (
            [row for row in rows if rules.has_metadata(json.loads(row["metadata"] or "{}"), wanted)] if wanted else rows
        )

    def page(self, org: str, page: int, size: int, wanted: dict[str, Any]) -> tuple[list[Row], int]:
        """Return a page of the listing, counted from 1, and how many repositories there are on all pages."""
        start = (page - 1) * size
        if wanted:
            found = self.listed(org, wanted)
            return found[start : start + size], len(found)
        total = self._database.number("SELECT count(*) FROM repository WHERE org = ?", (org,))
        statement = f"SELECT * FROM repository WHERE org = ? {_ORDER} LIMIT ? OFFSET ?"
        return self._database.rows(statement, (org, size, start)), total

    def in_bucket(self, bucket_id: str) -> list[Row]:
        """Return the repositories that are kept in a bucket config."""
        return self._database.rows(f"SELECT * FROM repository WHERE bucket = ? {_ORDER}", (bucket_id,))

    def get(self, org: str, name: str) -> Row:
        """Return a repository.

        Raises:
            Refusal: 404, there is none of the name.
        """
        row = self._database.row("SELECT * FROM repository WHERE org = ? AND name = ?", (org, name))
        if row is None:
            raise missing(f"{org}/{name}")
        return row

    def handed_out(self, org: str, name: str) -> Row:
        """Return a repository to somebody who is about to use it.

        Raises:
            Refusal: 404, there is none; 409, it may not be used now.
        """
        row = self.get(org, name)
        refuse_unless_online(self.bucket(row), json.loads(row["status"])["mode"])
        return row

    def create(self, org: str, body: Any, principal: Principal, importing: bool = False) -> Row:
        """Make a repository, or return the one that has the name already: the real service does so too (contract §1.3).

        Raises:
            Refusal: 422, a field breaks a rule, or there is no such bucket.
        """
        fields = rules.document(body)
        name = rules.repository_name(fields)
        # Releases before 0.13 knew one kind and did not name it.
        kind = rules.choice(fields, "kind", rules.KINDS, "v1")
        importing = importing or rules.choice(fields, "create_mode", rules.CREATE_MODES, "register") == "import"
        description, metadata = rules.description(fields), rules.metadata(fields.get("metadata"))
        prefix, nickname = rules.prefix(fields), rules.optional_text(fields, "bucket_nickname")
        with self._database.together():
            found = self._database.row("SELECT * FROM repository WHERE org = ? AND name = ?", (org, name))
            if found is not None:
                return found
            bucket = self._buckets.by_nickname(org, nickname) if nickname else self._buckets.default(org)
            moment = now()
            given = prefix or self._chosen_prefix(name)
            status = {
                "mode": "online",
                "message": "new repo creation",
                "initiated_by": {"principal_id": principal.id},
                "is_user_modifiable": True,
                "estimated_end_time": None,
            }
            self._database.run(
                "INSERT INTO repository VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    secrets.token_hex(12),
                    org,
                    name,
                    bucket["id"],
                    given if importing or not bucket["prefix"] else f"{bucket['prefix']}/{given}",
                    kind,
                    description,
                    compact(metadata) if metadata else None,
                    "PRIVATE",
                    moment,
                    moment,
                    principal.id,
                    compact(status),
                    compact(NO_OPTIMIZATION),
                ),
            )
            return self.get(org, name)

    def _chosen_prefix(self, name: str) -> str:
        letters = string.ascii_lowercase + string.digits
        return "".join(secrets.choice(letters) for _ in range(8)) + name

    def modify(self, org: str, name: str, body: Any) -> Row:
        """Change description, metadata and optimization; null leaves a thing alone (contract §5.1).

        Raises:
            Refusal: 404, there is none; 422, a field breaks a rule.
        """
        fields = rules.document(body)
        with self._database.together():
            row = self.get(org, name)
            metadata = json.loads(row["metadata"] or "{}")
            changed = self._modified_metadata(metadata, fields)
            description = rules.description(fields)
            optimization = fields.get("optimization_config")
            if changed is None and description is None and optimization is None:
                return row
            metadata = metadata if changed is None else changed
            optimization = {**NO_OPTIMIZATION, **rules.document(optimization)} if optimization is not None else None
            self._database.run(
                "UPDATE repository SET description = ?, metadata = ?, optimization = ?, updated = ? WHERE id = ?",
                (
                    row["description"] if description is None else description,
                    compact(metadata) if metadata else None,
                    row["optimization"] if optimization is None else compact(optimization),
                    now(),
                    row["id"],
                ),
            )
            return self.get(org, name)

    def _modified_metadata(self, held: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any] | None:
        """Return the metadata after a change, None where nothing of it is asked for."""
        added, updated = (rules.metadata(fields.get(f"{verb}_metadata")) for verb in ("add", "update"))
        removed = fields.get("remove_metadata") or []
        if not isinstance(removed, list) or not all(isinstance(key, str) for key in removed):
            raise invalid("remove_metadata must be a list of keys")
        if not added and not updated and not removed:
            return None
        if set(added) & set(updated) or set(added) & set(removed) or set(updated) & set(removed):
            raise invalid("Common metadata keys found in request")
        for key in added:
            if key in held:
                raise invalid(f"Key {key} already exists in metadata")
        for key in (*updated, *removed):
            if key not in held:
                raise invalid(f"Key {key} not found in metadata")
        kept = {key: value for key, value in held.items() if key not in removed}
        return rules.metadata({**kept, **updated, **added})

    def delete(self, org: str, name: str) -> None:
        """Remove a repository from the catalogue, if there is one. Its objects stay (contract §5.1)."""
        with self._database.together():
            row = self._database.row("SELECT id FROM repository WHERE org = ? AND name = ?", (org, name))
            if row is not None:
                for table in ("chunk_container", "node"):
                    self._database.run(f"DELETE FROM {table} WHERE repository = ?", (row["id"],))
                self._database.run("DELETE FROM repository WHERE id = ?", (row["id"],))

    def set_status(self, org: str, name: str, body: Any, principal: Principal) -> dict[str, Any]:
        """Put a repository online, into maintenance or offline; return its status.

        Raises:
            Refusal: 404, there is none; 422, no such mode, or the status may not be changed by users.
        """
        fields = rules.document(body)
        with self._database.together():
            row = self.get(org, name)
            held = json.loads(row["status"])
            if not held["is_user_modifiable"]:
                raise invalid("Repo status is not modifiable")
            mode = rules.choice(fields, "mode", rules.MODES, "")
            if not mode:
                raise invalid([{"type": "missing", "loc": ["body", "mode"], "msg": "Field required"}])
            message = rules.optional_text(fields, "message")
            by = {"principal_id": principal.id}
            return self.put_status(row, {**held, "mode": mode, "message": message, "initiated_by": by})

    def put_status(self, row: Row, status: dict[str, Any]) -> dict[str, Any]:
        """Keep this status of a repository, whoever may change it."""
        self._database.run(
            "UPDATE repository SET status = ?, updated = ? WHERE id = ?", (compact(status), now(), row["id"])
        )
        return status
