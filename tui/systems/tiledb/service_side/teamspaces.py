"""Teamspaces of the embedded server, the general space and users' own spaces, and what each user may in them.

Nothing is known of a real server's rules. Here: an owner or admin of the workspace may do all; a member of it sees
public teamspaces and those he is a member of; an editor changes a teamspace's assets, an owner also its members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.services.serving.clock import Clock
from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.memberships import Memberships
from tui.systems.tiledb.service_side.people import People, Person
from tui.systems.tiledb.service_side.refusal import forbidden, invalid, missing, taken

ROLES = ("owner", "editor", "viewer")
VISIBILITIES = ("private", "public")
_RANK = {"viewer": 1, "editor": 2, "owner": 3}


@dataclass(frozen=True)
class Teamspace:
    """A teamspace, the general space or a user's own space (`kind`); times are epoch seconds."""

    id: str
    workspace: str
    name: str
    kind: str
    icon: str | None
    visibility: str
    description: str | None
    created: float
    updated: float | None
    created_by: str

    def light(self) -> dict[str, Any]:
        """Return what an asset's document repeats of it."""
        return {"teamspace_id": self.id, "name": self.name, "space_type": self.kind, "icon": self.icon}


class Teamspaces:
    """All teamspaces of the state; their workspaces are named by id.

    Args:
        workspace_members: who is in the workspaces.
    """

    def __init__(self, database: StateDatabase, clock: Clock, people: People, workspace_members: Memberships) -> None:
        self._database = database
        self._clock = clock
        self._people = people
        self._workspace_members = workspace_members
        self.members = Memberships(database, clock, "teamspace", ROLES)

    def add(
        self,
        workspace: str,
        name: str,
        owner: Person,
        *,
        description: str | None = None,
        visibility: str = "private",
        icon: str | None = None,
        kind: str = "teamspace",
    ) -> Teamspace:
        """Make a teamspace; who makes it owns it.

        Raises:
            Refusal: 409, there is one of this name; 400, name or visibility are none.
        """
        _check_visibility(visibility, "visibility")
        if "/" in name or not name.strip():
            raise invalid(name="must not be empty nor hold a slash")
        if self.named(workspace, name):
            raise taken(f"teamspace {name}")
        identity = self._people.identities.id("ts")
        with self._database.together():
            self._database.add(
                "teamspace",
                id=identity,
                workspace=workspace,
                name=name,
                kind=kind,
                icon=icon,
                visibility=visibility,
                description=description,
                created=self._clock.now(),
                created_by=owner.id,
            )
            self.members.add(identity, owner, "owner", owner)
        return self.get(workspace, identity)

    def all(self, workspace: str) -> list[Teamspace]:
        """Return all teamspaces of a workspace, the oldest first."""
        statement = "SELECT * FROM teamspace WHERE workspace = ? ORDER BY created, rowid"
        return [Teamspace(**row) for row in self._database.rows(statement, (workspace,))]

    def seen(self, person: Person, workspace: str) -> list[Teamspace]:
        """Return the teamspaces of a workspace that a user may look into, the oldest first."""
        return [teamspace for teamspace in self.all(workspace) if self.rank(person, teamspace)]

    def named(self, workspace: str, name: str) -> bool:
        """Return whether a workspace has a teamspace of this name."""
        statement = "SELECT id FROM teamspace WHERE workspace = ? AND name = ?"
        return self._database.row(statement, (workspace, name)) is not None

    def get(self, workspace: str, name: str) -> Teamspace:
        """Return a teamspace by id or name.

        Raises:
            Refusal: 404.
        """
        statement = "SELECT * FROM teamspace WHERE workspace = ? AND (id = ? OR name = ?)"
        row = self._database.row(statement, (workspace, name, name))
        if row is None:
            raise missing(f"teamspace {name}")
        return Teamspace(**row)

    def role(self, person: Person, teamspace: Teamspace) -> str | None:
        """Return a user's role in a teamspace, None if he is no member."""
        return self.members.role(teamspace.id, person)

    def rank(self, person: Person, teamspace: Teamspace) -> int:
        """Return what a user may: 0 nothing, 1 look, 2 change assets, 3 change members too."""
        role = self.role(person, teamspace)
        if self._workspace_members.role(teamspace.workspace, person) in ("owner", "admin"):
            return 3 if teamspace.kind != "userspace" or role else 0
        own = _RANK.get(role or "", 0)
        if teamspace.kind == "generalspace":
            return max(own, 2)
        return max(own, 1 if teamspace.visibility == "public" else 0)

    def enter(self, person: Person, workspace: str, name: str, rank: str = "viewer") -> Teamspace:
        """Return a teamspace in which a user may do what this role may.

        Raises:
            Refusal: 404, there is none that he sees; 403, his role is too low.
        """
        teamspace = self.get(workspace, name)
        has = self.rank(person, teamspace)
        if not has:
            raise missing(f"teamspace {name}")
        if has < _RANK[rank]:
            raise forbidden(f"only an {rank} of teamspace {teamspace.name} may")
        return teamspace

    def change(self, teamspace: Teamspace, columns: Mapping[str, str | None]) -> None:
        """Change a teamspace's `name`, `description`, `icon` or `visibility`; None: it stays.

        Raises:
            Refusal: 409, the name is another's; 400, the visibility is none.
        """
        name, visibility = columns.get("name"), columns.get("visibility")
        if visibility is not None:
            _check_visibility(visibility, "visibility_level")
        if name and name != teamspace.name and self.named(teamspace.workspace, name):
            raise taken(f"teamspace {name}")
        for column in ("name", "description", "icon", "visibility"):
            if columns.get(column) is not None:
                statement = f"UPDATE teamspace SET {column} = ? WHERE id = ?"
                self._database.run(statement, (columns[column], teamspace.id))
        self._database.run("UPDATE teamspace SET updated = ? WHERE id = ?", (self._clock.now(), teamspace.id))

    def delete(self, teamspace: Teamspace) -> None:
        """Let go of a teamspace and what is in it."""
        with self._database.together():
            of_it = "asset IN (SELECT id FROM asset WHERE teamspace = ?)"
            for statement in (
                f"DELETE FROM asset_metadata WHERE {of_it}",
                f"DELETE FROM asset_property WHERE {of_it}",
                "DELETE FROM asset WHERE teamspace = ?",
                "DELETE FROM teamspace WHERE id = ?",
            ):
                self._database.run(statement, (teamspace.id,))
            self.members.remove_all(teamspace.id)
            self._database.run("DELETE FROM record WHERE scope = ?", (f"{teamspace.workspace}/{teamspace.id}",))

    def add_member(self, teamspace: Teamspace, identity: str, role: str, by: Person) -> dict[str, Any]:
        """Make a member of the workspace one of the teamspace, and return it as v4 has it.

        Raises:
            Refusal: 404, he is not of the workspace; 409, he is in already; 400, the role is none.
        """
        self.members.check(role)
        self._workspace_members.get(teamspace.workspace, identity)
        self.members.add(teamspace.id, self._people.get(identity), role, by)
        return self.members.get(teamspace.id, identity)

    def leave_all(self, workspace: str, identity: str) -> None:
        """Put a user out of all teamspaces of a workspace."""
        self._database.run(
            "DELETE FROM teamspace_member WHERE person = ?"
            " AND teamspace IN (SELECT id FROM teamspace WHERE workspace = ?)",
            (identity, workspace),
        )


def _check_visibility(word: str, field: str) -> None:
    if word not in VISIBILITIES:
        raise invalid(**{field: f"is none of {', '.join(VISIBILITIES)}"})
