"""Databases: what is known of them, their privacy profile and limit (contract §7.2)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tui.services.serving.clock import Clock
from tui.services.serving.compact import compact
from tui.services.serving.state_database import Row
from tui.systems.leapyear.service_side.bodies import Description, NewDatabase, PrivacyLimitBody, ProfileChoice, read
from tui.systems.leapyear.service_side.call import NOTHING, Answer, Call, Principal, page
from tui.systems.leapyear.service_side.creation import Creation, accepted, check_revision, confirm_replacement
from tui.systems.leapyear.service_side.database import Database, written
from tui.systems.leapyear.service_side.jobs import Jobs
from tui.systems.leapyear.service_side.profiles import Profiles
from tui.systems.leapyear.service_side.refusal import conflict, missing
from tui.systems.leapyear.service_side.sight import VISIBLE, Sight

NO_LIMIT: dict[str, Any] = {"max_exposure": None, "window_days": None, "extra": {}}


class Databases:
    """The operations on databases."""

    def __init__(self, database: Database, clock: Clock, sight: Sight, profiles: Profiles, jobs: Jobs) -> None:
        self._database = database
        self._clock = clock
        self._sight = sight
        self._profiles = profiles
        self._jobs = jobs
        jobs.finishers["database.set_privacy_profile"] = self._profile_set

    def add(
        self, name: str, profile: str, description: str | None = None, limit: Mapping[str, Any] | None = None
    ) -> int:
        """Put a database in and return its id."""
        row = self._profiles.row(profile, "privacy_profile")
        written_limit = None if limit is None else compact(limit)
        return self._database.insert(
            "INSERT INTO db (name, description, profile, privacy_limit, created) VALUES (?, ?, ?, ?, ?)",
            (name, description, row["id"], written_limit, self._clock.now()),
        )

    def list_databases(self, call: Call) -> Answer:
        who = call.principal
        seen, values = ("1", ()) if who.is_admin else (VISIBLE, (who.id, who.id))
        rows = self._database.rows(
            f"SELECT * FROM db WHERE name > ? AND {seen} ORDER BY name LIMIT ?",
            (call.after_name, *values, call.limit + 1),
        )
        visible = [row for row in rows if self._sight.level(who, row["id"]) != "none"]
        return page([self._document(row, who) for row in visible], call, "name")

    def create_database(self, call: Call) -> Creation:
        call.need_admin()
        body = read(NewDatabase, call.body)
        self._profiles.row(body.privacy_profile, "privacy_profile")
        row = self._database.row("SELECT * FROM db WHERE name = ?", (body.name,))

        def remove() -> None:
            confirm_replacement(call, body.name)
            self._database.run("DELETE FROM db WHERE name = ?", (body.name,))

        def make() -> Any:
            limit = None if body.privacy_limit is None else body.privacy_limit.model_dump()
            self.add(body.name, body.privacy_profile, body.description, limit)
            return self._document(self._sight.database(call.principal, body.name), call.principal)

        existing = self._document(row, call.principal) if row is not None else None
        return Creation("database", {"type": "database", "name": body.name}, existing, make, remove)

    def get_database(self, call: Call) -> Answer:
        return self._answer(call)

    def update_database(self, call: Call) -> Answer:
        row = self._sight.administered(call.principal, call.names["db"])
        body = read(Description, call.body)
        check_revision(call, row)
        if body.model_fields_set:
            self._change(row, "description = ?", body.description)
        return self._answer(call)

    def drop_database(self, call: Call) -> Answer:
        who, name = call.principal, call.names["db"]
        ignored = call.choice("if_missing", "error", "ignore") == "ignore"
        cascade = call.choice("cascade", "false", "true") == "true"
        row = self._database.row("SELECT * FROM db WHERE name = ?", (name,))
        if row is None or self._sight.level(who, row["id"]) == "none":
            if ignored:
                call.need_admin()
                return NOTHING
            raise missing("database", name)
        call.need_admin()
        check_revision(call, row)
        tables, views = self._counts(row)
        if (tables or views) and not cascade:
            message = f"Database {name!r} is not empty: {tables} tables, {views} views."
            raise conflict("not_empty", message, tables=tables, views=views)
        self._database.run("DELETE FROM db WHERE id = ?", (row["id"],))
        return NOTHING

    def set_privacy_profile(self, call: Call) -> Answer:
        call.need_admin()
        row, body = self._sight.database(call.principal, call.names["db"]), read(ProfileChoice, call.body)
        self._profiles.row(body.name, "name")
        check_revision(call, row)
        with self._database.together():
            self._change(row, "pending = ?", body.name)
            target = {"type": "database", "name": row["name"]}
            work = {"database": row["id"], "profile": body.name}
            return accepted(self._jobs.start(call.principal.name, "database.set_privacy_profile", target, work))

    def _profile_set(self, work: Mapping[str, Any], state: str) -> Any:
        values: tuple[Any, ...] = (work["database"], work["profile"])
        if state == "succeeded":
            self._database.run(
                "UPDATE db SET profile = (SELECT id FROM profile WHERE name = ?), revision = revision + 1"
                " WHERE id = ? AND EXISTS (SELECT 1 FROM profile WHERE name = ?)",
                (work["profile"], work["database"], work["profile"]),
            )
        # A later change of the same database is still under way where another is pending.
        self._database.run("UPDATE db SET pending = NULL WHERE id = ? AND pending = ?", values)
        return {"privacy_profile": work["profile"]}

    def get_privacy_limit(self, call: Call) -> Answer:
        row = self._sight.database(call.principal, call.names["db"])
        return Answer(_limit(row) or NO_LIMIT)

    def set_privacy_limit(self, call: Call) -> Answer:
        call.need_admin()
        row, body = self._sight.database(call.principal, call.names["db"]), read(PrivacyLimitBody, call.body)
        check_revision(call, row)
        self._change(row, "privacy_limit = ?", compact(body.model_dump()))
        return Answer(body.model_dump())

    def get_exposure(self, call: Call) -> Answer:
        row = self._sight.administered(call.principal, call.names["db"])
        limit = _limit(row) or NO_LIMIT
        found = self._database.rows(
            "SELECT user.name, spent FROM exposure JOIN user ON user.id = user WHERE db = ? ORDER BY user.name",
            (row["id"],),
        )
        most: float | None = limit["max_exposure"]
        items: list[dict[str, Any]] = [
            {
                "user": entry["name"],
                "spent": entry["spent"],
                "remaining": None if most is None else max(0.0, round(most - entry["spent"], 6)),
            }
            for entry in found
        ]
        return Answer({"limit": most, "window_days": limit["window_days"], "synthetic": True, "items": items})

    def _answer(self, call: Call) -> Answer:
        return Answer(self._document(self._sight.database(call.principal, call.names["db"]), call.principal))

    def _change(self, row: Row, assignment: str, value: Any) -> None:
        self._database.run(f"UPDATE db SET {assignment}, revision = revision + 1 WHERE id = ?", (value, row["id"]))

    def _counts(self, row: Row) -> tuple[int, int]:
        counts = (
            self._database.number(f"SELECT count(*) FROM {table} WHERE db = ?", (row["id"],))
            for table in ("tbl", "view")
        )
        return next(counts), next(counts)

    def _document(self, row: Row, who: Principal) -> dict[str, Any]:
        profile = self._database.row("SELECT name, params FROM profile WHERE id = ?", (row["profile"],))
        assert profile is not None
        tables, views = self._counts(row)
        level = self._sight.level(who, row["id"])
        return {
            "id": row["id"],
            "name": row["name"],
            "description": row["description"],
            "privacy_profile": profile["name"],
            "privacy_params": json.loads(profile["params"]),
            "privacy_limit": _limit(row),
            "table_count": tables,
            "view_count": views if level == "administer" else 0,
            "my_access": level,
            "privacy_profile_pending": row["pending"],
            "created_at": written(row["created"]),
            "revision": row["revision"],
        }


def _limit(row: Row) -> dict[str, Any] | None:
    return None if row["privacy_limit"] is None else json.loads(row["privacy_limit"])
