"""Virtual chunks at the embedded service: which places a repository points into, who may read them (contract §5.3)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.state_database import Row, StateDatabase
from tui.systems.arraylake.service_side import rules
from tui.systems.arraylake.service_side.buckets import Buckets, is_hmac
from tui.systems.arraylake.service_side.refusal import Refusal, invalid
from tui.systems.arraylake.service_side.times import now

_FORBIDDEN = ("file://", "memory://", "http://")
_SCHEMES = {"gs": "gs", "azure": "az"}


class VirtualChunks:
    """The containers of repositories and the access policies of organisations."""

    def __init__(self, database: StateDatabase, buckets: Buckets) -> None:
        self._database = database
        self._buckets = buckets

    def containers(self, repository: Row) -> dict[str, str | None]:
        """Return the URL prefixes that a repository may point into, with the bucket config that opens each."""
        statement = "SELECT * FROM chunk_container WHERE repository = ? ORDER BY url_prefix"
        return {row["url_prefix"]: row["nickname"] for row in self._database.rows(statement, (repository["id"],))}

    def modify_containers(self, repository: Row, body: Any) -> dict[str, str | None]:
        """Add and remove containers; return those that there are then.

        Raises:
            Refusal: 422, a prefix is of a forbidden kind, or a bucket config is unknown.
        """
        fields = rules.document(body)
        added, removed = rules.document(fields.get("add") or {}), fields.get("remove") or []
        if not isinstance(removed, list) or not all(isinstance(prefix, str) for prefix in removed):
            raise invalid("remove must be a list of URL prefixes")
        with self._database.together():
            for prefix in removed:
                self._database.run(
                    "DELETE FROM chunk_container WHERE repository = ? AND url_prefix = ?", (repository["id"], prefix)
                )
            for prefix, nickname in added.items():
                if "://" not in prefix or prefix.startswith(_FORBIDDEN):
                    raise invalid(f"{prefix} cannot be a virtual chunk container")
                if nickname is not None:
                    self._buckets.by_nickname(repository["org"], str(nickname))
                values = (repository["id"], prefix, nickname)
                self._database.run("INSERT OR REPLACE INTO chunk_container VALUES (?, ?, ?)", values)
        return self.containers(repository)

    def put_policy(self, org: str, body: Any, email: str) -> dict[str, Any]:
        """Let the virtual chunks below a place be read; return the policy, which may have been there already.

        Raises:
            Refusal: 404, no such bucket config; 400, it is entered with HMAC keys; 422, a field is wrong.
        """
        bucket, subprefix, public = self._policy_fields(org, body)
        if is_hmac(bucket):
            raise Refusal(400, "Buckets with HMAC authentication cannot have a Virtual Chunk Access Policy")
        values = (org, bucket["id"], subprefix, public, now(), email)
        self._database.run("INSERT OR IGNORE INTO chunk_policy VALUES (?, ?, ?, ?, ?, ?)", values)
        row = self._database.row(
            "SELECT * FROM chunk_policy WHERE org = ? AND bucket = ? AND subprefix = ? AND public = ?", values[:4]
        )
        assert row is not None
        return self._document(row)

    def delete_policy(self, org: str, body: Any) -> None:
        """Remove a policy, if there is one.

        Raises:
            Refusal: as `put_policy`, but for HMAC keys.
        """
        bucket, subprefix, public = self._policy_fields(org, body)
        statement = "DELETE FROM chunk_policy WHERE org = ? AND bucket = ? AND subprefix = ? AND public = ?"
        self._database.run(statement, (org, bucket["id"], subprefix, public))

    def _policy_fields(self, org: str, body: Any) -> tuple[Row, str, int]:
        fields = rules.document(body)
        if fields.get("use_case", "explicit") != "explicit":
            raise invalid("use_case must be explicit")
        bucket = self._buckets.get(org, rules.text(fields, "bucket_id"))
        return bucket, (rules.optional_text(fields, "subprefix") or "").strip("/"), int(bool(fields.get("public")))

    def policies(self, org: str) -> list[dict[str, Any]]:
        """Return the policies of an organisation, the oldest first."""
        rows = self._database.rows("SELECT * FROM chunk_policy WHERE org = ? ORDER BY created, rowid", (org,))
        return [self._document(row) for row in rows]

    def _document(self, row: Row) -> dict[str, Any]:
        bucket = self._buckets.get(row["org"], row["bucket"])
        scheme = _SCHEMES.get(bucket["platform"], "s3")
        parts = [part for part in (bucket["name"], bucket["prefix"], row["subprefix"]) if part]
        return {
            "use_case": "explicit",
            "bucket_id": row["bucket"],
            "subprefix": row["subprefix"] or None,
            "public": bool(row["public"]),
            "url_prefix": f"{scheme}://{'/'.join(parts)}/",
            "created": row["created"],
            "created_by": row["created_by"],
        }

    def credentials(self, repository: Row) -> dict[str, Any]:
        """Return what opens each container of a repository.

        Raises:
            Refusal: 422, no policy of the organisation covers one of them.
        """
        allowed = [policy["url_prefix"] for policy in self.policies(repository["org"])]
        opened: dict[str, Any] = {}
        for prefix, nickname in self.containers(repository).items():
            if nickname is None:
                continue
            if not any(f"{prefix.rstrip('/')}/".startswith(place) for place in allowed):
                raise invalid(f"{prefix} is not covered by any Virtual Chunk Access Policy")
            bucket = self._buckets.by_nickname(repository["org"], nickname)
            opened[prefix] = {
                "credentials": self._buckets.credentials(bucket),
                "org": repository["org"],
                "bucket_nickname": nickname,
                "platform": bucket["platform"],
                "runtime_vcc_name": None,
            }
        return opened
