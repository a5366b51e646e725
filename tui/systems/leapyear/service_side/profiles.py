"""Privacy profiles: how much one computation may expose, and how small a data set may be (contract §7.5)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tui.services.serving.compact import compact
from tui.services.serving.state_database import Row
from tui.systems.leapyear.service_side.bodies import NewProfile, ProfileChange, read
from tui.systems.leapyear.service_side.call import NOTHING, Answer, Call, page
from tui.systems.leapyear.service_side.creation import Creation, check_revision, confirm_replacement
from tui.systems.leapyear.service_side.database import Database
from tui.systems.leapyear.service_side.refusal import conflict, invalid, missing

BUILT_IN = {
    "Standard": ("For most data", {"max_exposure_per_computation": 0.5, "minimum_dataset_size": 100, "extra": {}}),
    "Strict": ("For what is most sensitive", {"max_exposure_per_computation": 0.05, "minimum_dataset_size": 1000}),
}


class Profiles:
    """The operations on privacy profiles. Everybody may read them, an administrator change those that are no part
    of the server."""

    def __init__(self, database: Database) -> None:
        self._database = database
        for name, (description, params) in BUILT_IN.items():
            database.run(
                "INSERT OR IGNORE INTO profile (name, description, builtin, params) VALUES (?, ?, 1, ?)",
                (name, description, compact({"extra": {}, **params})),
            )

    def add(self, name: str, description: str | None, params: Mapping[str, Any]) -> int:
        """Put a profile in and return its id."""
        return self._database.insert(
            "INSERT INTO profile (name, description, builtin, params) VALUES (?, ?, 0, ?)",
            (name, description, compact(params)),
        )

    def row(self, name: str, field: str | None = None) -> Row:
        """Return a profile. Raises Refusal: 404, there is none; 422 where it was named in a `field` of a body."""
        row = self._database.row("SELECT * FROM profile WHERE name = ?", (name,))
        if row is None:
            raise invalid(field, f"there is no privacy profile {name!r}") if field else missing("privacy profile", name)
        return row

    def list_privacy_profiles(self, call: Call) -> Answer:
        rows = self._database.rows(
            "SELECT * FROM profile WHERE name > ? ORDER BY name LIMIT ?", (call.after_name, call.limit + 1)
        )
        return page([self._document(row) for row in rows], call, "name")

    def get_privacy_profile(self, call: Call) -> Answer:
        row = self.row(call.names["profile"])
        names = [found["name"] for found in self._users(row)] if call.principal.is_admin else []
        return Answer({**self._document(row), "databases": names})

    def create_privacy_profile(self, call: Call) -> Creation:
        call.need_admin()
        body = read(NewProfile, call.body)
        row = self._database.row("SELECT * FROM profile WHERE name = ?", (body.name,))

        def remove() -> None:
            confirm_replacement(call, body.name)
            assert row is not None
            self._drop(row)

        def make() -> Any:
            self.add(body.name, body.description, body.params.model_dump())
            return self._document(self.row(body.name))

        existing = self._document(row) if row is not None else None
        target = {"type": "privacy profile", "name": body.name}
        return Creation("privacy_profile", target, existing, make, remove)

    def update_privacy_profile(self, call: Call) -> Answer:
        call.need_admin()
        row, body = self.row(call.names["profile"]), read(ProfileChange, call.body)
        check_revision(call, row)
        self._check_own(row)
        description = body.description if "description" in body.model_fields_set else row["description"]
        params = row["params"] if body.params is None else compact(body.params.model_dump())
        self._database.run(
            "UPDATE profile SET description = ?, params = ?, revision = revision + 1 WHERE id = ?",
            (description, params, row["id"]),
        )
        return Answer(self._document(self.row(row["name"])))

    def drop_privacy_profile(self, call: Call) -> Answer:
        call.need_admin()
        row = self._database.row("SELECT * FROM profile WHERE name = ?", (call.names["profile"],))
        if row is None:
            if call.choice("if_missing", "error", "ignore") == "ignore":
                return NOTHING
            raise missing("privacy profile", call.names["profile"])
        check_revision(call, row)
        self._drop(row)
        return NOTHING

    def _drop(self, row: Row) -> None:
        self._check_own(row)
        using = [found["name"] for found in self._users(row)]
        if using:
            message = f"Privacy profile {row['name']!r} is used by {len(using)} databases."
            raise conflict("in_use", message, databases=using[:100])
        self._database.run("DELETE FROM profile WHERE id = ?", (row["id"],))

    def _check_own(self, row: Row) -> None:
        if row["builtin"]:
            raise conflict("in_use", f"Privacy profile {row['name']!r} is a part of the server.")

    def _users(self, row: Row) -> list[Row]:
        statement = "SELECT name FROM db WHERE profile = ? OR pending = ? ORDER BY name"
        return self._database.rows(statement, (row["id"], row["name"]))

    def _document(self, row: Row) -> dict[str, Any]:
        return {
            "name": row["name"],
            "description": row["description"],
            "builtin": bool(row["builtin"]),
            "params": json.loads(row["params"]),
            "used_by": len(self._users(row)),
            "revision": row["revision"],
        }
