"""Who may see and administer which database: by its own grant, by a group's, or as an administrator (contract §5.2)."""

from __future__ import annotations

from collections.abc import Iterator

from tui.services.serving.state_database import Row
from tui.systems.leapyear.service_side.call import Principal
from tui.systems.leapyear.service_side.database import Database
from tui.systems.leapyear.service_side.levels import COLUMN_LEVELS, DATABASE_LEVELS, highest
from tui.systems.leapyear.service_side.refusal import forbidden, missing

ADMINISTER = "administer"
_OWN = "(kind = 'user' AND subject = ?) OR (kind = 'group' AND subject IN (SELECT grp FROM member WHERE user = ?))"
VISIBLE = f"id IN (SELECT db FROM db_access WHERE {_OWN})"
"""The test of a statement on `db` that leaves what a user may see; it takes the user's id twice."""


class Sight:
    """What a user may see. What it may not see is not there for it: 404, not 403."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def levels(self, who: Principal, database: int) -> Iterator[tuple[str, str]]:
        """Yield each level that somebody has on a database, and where it comes from."""
        if who.is_admin:
            yield ADMINISTER, "administrator"
        for row in self._database.rows(
            "SELECT db_access.kind, level, grp.name FROM db_access LEFT JOIN grp ON kind = 'group' AND subject = grp.id"
            f" WHERE db = ? AND ({_OWN})",
            (database, who.id, who.id),
        ):
            yield row["level"], "direct" if row["kind"] == "user" else f"group {row['name']}"

    def level(self, who: Principal, database: int) -> str:
        """Return the highest level that somebody has on a database."""
        return highest((level for level, _ in self.levels(who, database)), DATABASE_LEVELS)

    def database(self, who: Principal, name: str) -> Row:
        """Return a database that somebody may see. Raises Refusal 404."""
        row = self._database.row("SELECT * FROM db WHERE name = ?", (name,))
        if row is None or self.level(who, row["id"]) == "none":
            raise missing("database", name)
        return row

    def administered(self, who: Principal, name: str) -> Row:
        """Return a database that somebody may administer. Raises Refusal: 404, not even see it; 403."""
        row = self.database(who, name)
        if not self.administers(who, row["id"]):
            raise forbidden("Only an administrator of the database may do this.")
        return row

    def administers(self, who: Principal, database: int) -> bool:
        """Whether somebody may administer a database."""
        return self.level(who, database) == ADMINISTER

    def table(self, database: Row, name: str) -> Row:
        """Return a table of a database. Raises Refusal 404."""
        row = self._database.row("SELECT * FROM tbl WHERE db = ? AND name = ?", (database["id"], name))
        if row is None:
            raise missing("table", name)
        return row

    def column_levels(self, who: Principal, table: int) -> dict[str, str]:
        """Return the highest level that somebody has on each column, by name; none for those that are not in it."""
        found: dict[str, list[str]] = {}
        for row in self._database.rows(
            f"SELECT column_name, level FROM column_access WHERE tbl = ? AND ({_OWN})", (table, who.id, who.id)
        ):
            found.setdefault(row["column_name"], []).append(row["level"])
        return {name: highest(levels, COLUMN_LEVELS) for name, levels in found.items()}
