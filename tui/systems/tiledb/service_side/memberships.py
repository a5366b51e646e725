"""Who is in the embedded server's workspaces, or in its teamspaces, and as what (contract §8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from tui.services.serving.clock import Clock, rfc3339
from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.people import Person
from tui.systems.tiledb.service_side.refusal import invalid, missing, taken


class Memberships:
    """The members of all spaces of one kind, workspaces or teamspaces; a space is named by its id.

    Args:
        kind: which of the two.
        roles: what a member of such a space can be.
    """

    def __init__(
        self, database: StateDatabase, clock: Clock, kind: Literal["workspace", "teamspace"], roles: tuple[str, ...]
    ) -> None:
        self._database = database
        self._clock = clock
        self._kind = kind
        self._table = f"{kind}_member"
        self._roles = roles

    def role(self, space: str, person: Person) -> str | None:
        """Return a user's role in a space, None if he is no member."""
        statement = f"SELECT role FROM {self._table} WHERE {self._kind} = ? AND person = ?"
        row = self._database.row(statement, (space, person.id))
        return row["role"] if row else None

    def all(self, space: str, search: str = "", role: str = "") -> list[dict[str, Any]]:
        """Return the members as v4 has them: those whose name or address contains a text, of one role if named."""
        statement = self._selection() + " ORDER BY person.username"
        rows = self._database.rows(statement, (space, f"%{search}%"))
        return [_document(row) for row in rows if role in ("", row["member_role"])]

    def get(self, space: str, identity: str) -> dict[str, Any]:
        """Return one member as v4 has it.

        Raises:
            Refusal: 404.
        """
        row = self._database.row(self._selection() + " AND person.id = ?", (space, "%", identity))
        if row is None:
            raise missing(f"user {identity}")
        return _document(row)

    def check(self, role: str) -> None:
        """Let a role pass that a member can have.

        Raises:
            Refusal: 400.
        """
        if role not in self._roles:
            raise invalid(role=f"is none of {', '.join(self._roles)}")

    def add(self, space: str, person: Person, role: str, by: Person) -> None:
        """Make a user a member.

        Raises:
            Refusal: 409, he is one; 400, the role is none.
        """
        self.check(role)
        if self.role(space, person):
            raise taken(f"member {person.username}")
        parts: dict[str, Any] = {self._kind: space, "person": person.id, "role": role, "added_by": by.id}
        self._database.add(self._table, **parts, created=self._clock.now())

    def change(self, space: str, identity: str, role: str) -> None:
        """Give a member another role.

        Raises:
            Refusal: 404; 400, the role is none.
        """
        self.check(role)
        self.get(space, identity)
        statement = f"UPDATE {self._table} SET role = ? WHERE {self._kind} = ? AND person = ?"
        self._database.run(statement, (role, space, identity))

    def remove(self, space: str, identity: str) -> None:
        """Let a member go.

        Raises:
            Refusal: 404.
        """
        self.get(space, identity)
        self._database.run(f"DELETE FROM {self._table} WHERE {self._kind} = ? AND person = ?", (space, identity))

    def remove_all(self, space: str) -> None:
        """Let all members of a space go."""
        self._database.run(f"DELETE FROM {self._table} WHERE {self._kind} = ?", (space,))

    def owners(self, space: str) -> int:
        """Return how many owners a space has."""
        statement = f"SELECT count(*) FROM {self._table} WHERE {self._kind} = ? AND role = 'owner'"
        return self._database.number(statement, (space,))

    def _selection(self) -> str:
        """Return the query of members; its values are the space's id and a pattern that name or address is like."""
        return (
            f"SELECT person.*, {self._table}.role AS member_role, added_by, {self._table}.created AS joined"
            f" FROM {self._table} JOIN person ON person.id = {self._table}.person WHERE {self._kind} = ?"
            " AND (username || ' ' || email || ' ' || display_name) LIKE ?"
        )


def _document(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "user_id": row["id"],
        "username": row["username"],
        "display_name": row["display_name"],
        "email": row["email"],
        "role": row["member_role"],
        "added_by": row["added_by"],
        "created_at": rfc3339(row["joined"]),
    }
