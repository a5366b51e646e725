"""The objects of the embedded object store: buckets of keys with content, kept in the service's database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from tui.services.serving.state_database import StateDatabase
from tui.systems.arraylake.service_side.times import now


@dataclass(frozen=True)
class ObjectEntry:
    """An object without its content; `size` in bytes, `modified` in ISO-8601 UTC, `etag` unquoted."""

    key: str
    etag: str
    modified: str
    size: int


class PreconditionFailed(Exception):
    """The object is not in the state that a conditional write asks for."""


class Objects:
    """The objects of all buckets. A bucket is there as soon as something is put into it."""

    def __init__(self, database: StateDatabase) -> None:
        self._database = database

    def get(self, bucket: str, key: str) -> tuple[ObjectEntry, bytes] | None:
        """Return an object with its content, or None."""
        row = self._database.row("SELECT * FROM object WHERE bucket = ? AND key = ?", (bucket, key))
        if row is None:
            return None
        content = bytes(row["content"])
        return ObjectEntry(key, row["etag"], row["modified"], len(content)), content

    def put(
        self, bucket: str, key: str, content: bytes, *, absent: bool = False, matches: str | None = None
    ) -> ObjectEntry:
        """Write an object.

        Args:
            absent: only if there is none of the key (`If-None-Match: *`).
            matches: only if the one there has this etag (`If-Match`).

        Raises:
            PreconditionFailed: it is not so.
        """
        with self._database.together():
            row = self._database.row("SELECT etag FROM object WHERE bucket = ? AND key = ?", (bucket, key))
            if absent and row is not None:
                raise PreconditionFailed
            if matches is not None and (row is None or row["etag"] != matches):
                raise PreconditionFailed
            entry = ObjectEntry(key, hashlib.md5(content, usedforsecurity=False).hexdigest(), now(), len(content))
            values = (bucket, key, entry.etag, entry.modified, content)
            self._database.run("INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?)", values)
        return entry

    def delete(self, bucket: str, key: str) -> None:
        """Remove an object, if there is one."""
        self._database.run("DELETE FROM object WHERE bucket = ? AND key = ?", (bucket, key))

    def listed(self, bucket: str, prefix: str, after: str, limit: int) -> list[ObjectEntry]:
        """Return up to `limit` objects whose key begins with `prefix` and comes after `after`, by key."""
        rows = self._database.rows(
            "SELECT key, etag, modified, length(content) AS size FROM object"
            " WHERE bucket = ? AND key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?",
            (bucket, prefix, prefix + "\U0010ffff", after, limit),
        )
        return [ObjectEntry(row["key"], row["etag"], row["modified"], row["size"]) for row in rows]
