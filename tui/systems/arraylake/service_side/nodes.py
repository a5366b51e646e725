"""What is in a repository, as the catalogue tells it without icechunk on the client's side (contract §5.3, §6.7)."""

from __future__ import annotations

import json
from typing import Any

from tui.services.serving.compact import compact
from tui.services.serving.state_database import Row, StateDatabase
from tui.systems.arraylake.service_side.objects import Objects
from tui.systems.arraylake.service_side.refusal import Refusal, invalid, missing


class Nodes:
    """The groups of repositories, as they were described when the sample was made."""

    def __init__(self, database: StateDatabase, objects: Objects) -> None:
        self._database = database
        self._objects = objects

    def put(self, repository_id: str, path: str, node: dict[str, Any], branch: str = "main") -> None:
        """Describe a group of a repository; its path begins with a slash."""
        values = (repository_id, branch, path, compact(node))
        self._database.run("INSERT OR REPLACE INTO node VALUES (?, ?, ?, ?)", values)

    def get(self, repository: Row, bucket: Row | None, path: str, branch: str) -> dict[str, Any]:
        """Return a group of a repository.

        Raises:
            Refusal: 422, there is nothing in storage; 404, no such branch or group; 501, it was written by a client
                and is not described here: this service does not read what repositories hold.
        """
        path = "/" + path.strip("/")
        statement = "SELECT node FROM node WHERE repository = ? AND branch = ? AND path = ?"
        row = self._database.row(statement, (repository["id"], branch, path))
        if row is not None:
            return json.loads(row["node"])
        if self._database.number("SELECT count(*) FROM node WHERE repository = ?", (repository["id"],)):
            raise missing(f"{path} on branch {branch}")
        if bucket is None or not self._objects.listed(bucket["name"], repository["prefix"] + "/", "", 1):
            raise invalid("the repository doesn't exist")
        raise Refusal(501, "the embedded service does not describe repositories that others have written")
