"""What was done to the embedded server's things, by whom and when (contract §8, activities)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.services.serving.clock import Clock, rfc3339
from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.identities import Identities
from tui.systems.tiledb.service_side.people import Person


@dataclass(frozen=True)
class Activity:
    """One thing that was done. `object_type` is `asset`, `token`, ...; `document` what is told of the object."""

    id: str
    workspace: str
    teamspace: str | None
    person: str
    action: str
    object_type: str
    object_id: str
    document: dict[str, Any]
    recorded: float


class Activities:
    """All activities of the state."""

    def __init__(self, database: StateDatabase, clock: Clock, identities: Identities) -> None:
        self._database = database
        self._clock = clock
        self._identities = identities

    def record(
        self,
        person: Person,
        action: str,
        workspace: str,
        teamspace: str | None,
        object_type: str,
        object_id: str,
        document: Mapping[str, Any],
        recorded: float | None = None,
    ) -> None:
        """Remember that somebody did something now, or at a time."""
        self._database.add(
            "activity",
            id=self._identities.id("act"),
            workspace=workspace,
            teamspace=teamspace,
            person=person.id,
            action=action,
            object_type=object_type,
            object_id=object_id,
            document=json.dumps(dict(document)),
            recorded=self._clock.now() if recorded is None else recorded,
        )

    def find(self, workspace: str, teamspace: str | None = None, object_id: str | None = None) -> list[Activity]:
        """Return the activities in a workspace, the newest first; in a teamspace or of one thing if named."""
        where, values = "workspace = ?", [workspace]
        for column, value in (("teamspace", teamspace), ("object_id", object_id)):
            if value:
                where += f" AND {column} = ?"
                values.append(value)
        rows = self._database.rows(f"SELECT * FROM activity WHERE {where} ORDER BY recorded DESC, rowid DESC", values)
        return [Activity(**{**row, "document": json.loads(row["document"])}) for row in rows]


def document(activity: Activity, subject: Mapping[str, Any]) -> dict[str, Any]:
    """Return an activity as v4 has it."""
    return {
        "activity_id": activity.id,
        "api_version": "v4",
        "subject": dict(subject),
        "action": activity.action,
        "object": activity.document,
        "recorded_at": rfc3339(activity.recorded),
    }
