"""The caches of the server: what is in them, and how they are cleared (contract §2.14, §7.7)."""

from __future__ import annotations

from typing import Any

from tui.systems.leapyear.service_side.call import Answer, Call
from tui.systems.leapyear.service_side.database import Database
from tui.systems.leapyear.service_side.refusal import conflict

NAMES = ("analysis", "relations", "metadata")


class Caches:
    """The operations on caches. Everybody may see how much is in them, an administrator clear them."""

    def __init__(self, database: Database, compute_backend: str) -> None:
        self._database = database
        self._compute_backend = compute_backend

    def fill(self, **counts: int) -> None:
        """Say how much is in some caches."""
        for name, count in counts.items():
            self._database.remember(f"cache {name}", str(count))

    def get_caches(self, call: Call) -> Answer:
        return Answer({name: {"count": self._count(name)} for name in NAMES})

    def clear_analysis_cache(self, call: Call) -> Answer:
        call.need_admin()
        return Answer({"cleared": self._cleared("analysis")})

    def unpersist_all_relations(self, call: Call) -> Answer:
        call.need_admin()
        if self._compute_backend == "snowflake":
            message = "The compute back end snowflake keeps no relations that could be cleared."
            raise conflict("unsupported_backend", message, compute_backend="snowflake")
        return Answer({"cleared": self._cleared("relations")})

    def clear_all_caches(self, call: Call) -> Answer:
        call.need_admin()
        cleared: dict[str, Any] = {name: self._cleared(name) for name in NAMES}
        return Answer({"cleared": cleared})

    def _count(self, name: str) -> int | None:
        if name == "relations" and self._compute_backend == "snowflake":
            return None
        return int(self._database.setting(f"cache {name}") or 0)

    def _cleared(self, name: str) -> int | None:
        count = self._count(name)
        if count is not None:
            self._database.remember(f"cache {name}", "0")
        return count
