"""The emulator: the state of the bundled server, and the operations on it by name (contract §9)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tui.services.serving.clock import Clock
from tui.systems.leapyear.columns import ColumnType
from tui.systems.leapyear.service_side.caches import Caches
from tui.systems.leapyear.service_side.call import Answer, Call, Principal
from tui.systems.leapyear.service_side.creation import Creation, create
from tui.systems.leapyear.service_side.database import Database
from tui.systems.leapyear.service_side.databases import Databases
from tui.systems.leapyear.service_side.grants import Grants
from tui.systems.leapyear.service_side.groups import Groups
from tui.systems.leapyear.service_side.jobs import Jobs
from tui.systems.leapyear.service_side.levels import COLUMN_LEVELS, DATABASE_LEVELS
from tui.systems.leapyear.service_side.passwords import COST
from tui.systems.leapyear.service_side.profiles import Profiles
from tui.systems.leapyear.service_side.routes import ROUTES
from tui.systems.leapyear.service_side.sessions import Sessions
from tui.systems.leapyear.service_side.sight import Sight
from tui.systems.leapyear.service_side.tables import Tables
from tui.systems.leapyear.service_side.tokens import Signer
from tui.systems.leapyear.service_side.users import Users

SERVER_VERSION = "4.1.1"
FEATURES = (
    *("create_privacy_profile", "edit_privacy_profile", "set_column_access", "group_members", "create_group"),
    *("user_enable", "edit_user", "unpersist", "job_cancel", "public_key_auth", "privacy_limit", "exposure"),
    *("privacy_limit_window", "data_slices", "views", "edit_description"),
)
COMPUTE_BACKENDS = ("spark", "snowflake")


class Emulator:
    """A back end that keeps everything itself. Implements `Backend`.

    It runs no differentially private computation and reads no data: exposure is made up, and what a table's credentials
    point at is never opened.

    Args:
        state: the database's file, or `:memory:`.
        compute_backend: `spark`, or `snowflake`, which cannot clear cached relations.
        clock: the time, by which tokens expire and jobs move on.
        password_cost: how much work a password is; what was kept with another is not understood any more.
    """

    def __init__(
        self,
        state: Path | str = ":memory:",
        *,
        compute_backend: str = "spark",
        clock: Clock | None = None,
        password_cost: int = COST,
    ) -> None:
        if compute_backend not in COMPUTE_BACKENDS:
            raise ValueError(f"{compute_backend!r} is none of {', '.join(COMPUTE_BACKENDS)}")
        self.compute_backend = compute_backend
        self.contract_version = 1
        self.clock = clock if clock is not None else Clock()
        self.database = Database(state)
        self.server_id = self._kept_id()
        sight = Sight(self.database)
        self.jobs = Jobs(self.database, self.clock)
        self.sessions = Sessions(self.database, self.clock, Signer(state), self.server_id, password_cost)
        self.users = Users(self.database, self.clock, password_cost)
        self.groups = Groups(self.database, self.clock)
        self.profiles = Profiles(self.database)
        self.databases = Databases(self.database, self.clock, sight, self.profiles, self.jobs)
        self.tables = Tables(self.database, self.clock, sight, self.jobs)
        self.grants = Grants(self.database, sight, self.users, self.groups)
        self.caches = Caches(self.database, compute_backend)
        areas = (
            *(self, self.sessions, self.users, self.groups, self.profiles, self.databases),
            *(self.tables, self.grants, self.jobs, self.caches),
        )
        self._operations: dict[str, Callable[[Call], Any]] = {
            route.operation: next(getattr(area, route.operation) for area in areas if hasattr(area, route.operation))
            for route in ROUTES
        }

    def _kept_id(self) -> str:
        kept = self.database.setting("server id")
        if kept is None:
            kept = f"leapyear-{secrets.token_hex(8)}"
            self.database.remember("server id", kept)
        return kept

    async def principal(self, token: str) -> Principal:
        return self.sessions.principal(token)

    async def answer(self, call: Call) -> Answer:
        self.jobs.advance()
        found = self._operations[call.operation](call)
        if isinstance(found, Creation):
            return create(self.database, self.jobs, call, found)
        return found if isinstance(found, Answer) else await found

    async def job_ends(self, call: Call, seconds: float) -> Answer:
        return await self.jobs.job_ends(call, seconds)

    def audit(self, call: Call, method: str, path: str, status: int) -> None:
        values = (self.clock.now(), call.principal.name, method, path, status)
        self.database.run("INSERT INTO audit (at, user, method, path, status) VALUES (?, ?, ?, ?, ?)", values)

    def close(self) -> None:
        self.database.close()

    def health(self, call: Call) -> Answer:
        return Answer({"status": "ok"})

    def version(self, call: Call) -> Answer:
        return Answer(
            {
                "server_version": SERVER_VERSION,
                "contract_version": self.contract_version,
                "backend": "emulator",
                "server_id": self.server_id,
            }
        )

    def capabilities(self, call: Call) -> Answer:
        features = dict.fromkeys(FEATURES, True)
        features["unpersist"] = self.compute_backend != "snowflake"
        return Answer(
            {
                "contract_version": self.contract_version,
                "server_version": SERVER_VERSION,
                "backend": "emulator",
                "compute_backend": self.compute_backend,
                "database_access_levels": DATABASE_LEVELS,
                "column_access_levels": COLUMN_LEVELS,
                "column_types": [kind.value for kind in ColumnType],
                "features": features,
            }
        )
