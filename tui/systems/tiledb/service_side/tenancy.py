"""Workspaces and teamspaces of the embedded server, their members, and what each of them may (contract §8).

Nothing is known of a real server's rules. Here: an owner or admin of a workspace may do all in it; a member sees public
teamspaces and those he is a member of; an editor changes assets of a teamspace, an owner also its members.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tui.services.serving.clock import Clock, rfc3339
from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.people import People, Person
from tui.systems.tiledb.service_side.refusal import Refusal, forbidden, invalid, missing, taken

WORKSPACE_ROLES = ("owner", "admin", "member")
TEAMSPACE_ROLES = ("owner", "editor", "viewer")
VISIBILITIES = ("private", "public")
_RANK = {"viewer": 1, "editor": 2, "owner": 3}


@dataclass(frozen=True)
class Workspace:
    """A workspace; times are epoch seconds."""

    id: str
    name: str
    description: str | None
    created: float
    updated: float | None
    created_by: str


@dataclass(frozen=True)
class Teamspace:
    """A teamspace, the general space or a user's own space (`kind`)."""

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


class Tenancy:
    """All workspaces and teamspaces of the state."""

    def __init__(self, database: StateDatabase, clock: Clock, people: People) -> None:
        self._database = database
        self._clock = clock
        self._people = people

    # Workspaces

    def add_workspace(self, name: str, description: str | None, owner: Person) -> Workspace:
        """Make a workspace with its general space; who makes it owns it.

        Raises:
            Refusal: 409, there is one of this name.
        """
        if self._database.row("SELECT id FROM workspace WHERE name = ?", (name,)):
            raise taken(f"workspace {name}")
        identity = self._people.identities.id("ws")
        with self._database.together():
            self._database.add(
                "workspace",
                id=identity,
                name=name,
                description=description,
                created=self._clock.now(),
                created_by=owner.id,
            )
            workspace = self.workspace(identity)
            self.add_teamspace(workspace, "general", owner, visibility="public", kind="generalspace")
            self.add_member(workspace, owner, "owner", owner)
        return workspace

    def workspace(self, name: str) -> Workspace:
        """Return a workspace by id or name.

        Raises:
            Refusal: 404.
        """
        row = self._database.row("SELECT * FROM workspace WHERE id = ? OR name = ?", (name, name))
        if row is None:
            raise missing(f"workspace {name}")
        return Workspace(**row)

    def workspaces_of(self, person: Person) -> list[Workspace]:
        """Return the workspaces that a user is a member of."""
        statement = (
            "SELECT workspace.* FROM workspace JOIN workspace_member ON workspace.id = workspace"
            " WHERE person = ? ORDER BY workspace.created, workspace.rowid"
        )
        return [Workspace(**row) for row in self._database.rows(statement, (person.id,))]

    def enter(self, person: Person, name: str, role: str = "member") -> Workspace:
        """Return a workspace in which a user has at least this role.

        Raises:
            Refusal: 404, there is none; 403, he is no member or his role is too low.
        """
        workspace = self.workspace(name)
        member = self.member_role(workspace, person)
        if member is None:
            raise forbidden(f"no member of workspace {workspace.name}")
        if role != "member" and member not in ("owner", "admin"):
            raise forbidden("only an owner or admin of the workspace may")
        return workspace

    def change_workspace(self, workspace: Workspace, name: str | None, description: str | None) -> None:
        """Give a workspace another name or description.

        Raises:
            Refusal: 409, the name is another's.
        """
        if name and name != workspace.name and self._database.row("SELECT id FROM workspace WHERE name = ?", (name,)):
            raise taken(f"workspace {name}")
        self._database.run(
            "UPDATE workspace SET name = coalesce(?, name), description = coalesce(?, description), updated = ?"
            " WHERE id = ?",
            (name, description, self._clock.now(), workspace.id),
        )

    def delete_workspace(self, workspace: Workspace) -> None:
        """Let go of a workspace and all in it."""
        with self._database.together():
            for teamspace in self.teamspaces(workspace):
                self.delete_teamspace(teamspace)
            for table in ("workspace_member", "token", "activity"):
                self._database.run(f"DELETE FROM {table} WHERE workspace = ?", (workspace.id,))
            self._database.run("DELETE FROM record WHERE scope LIKE ?", (workspace.id + "%",))
            self._database.run("DELETE FROM workspace WHERE id = ?", (workspace.id,))

    def workspace_document(self, workspace: Workspace, person: Person) -> dict[str, Any]:
        """Return a workspace as v4 has it, with who asks as `self`."""
        return {
            "workspace_id": workspace.id,
            "name": workspace.name,
            "description": workspace.description or "",
            "created_by": self.member(workspace, workspace.created_by, person),
            "self": self.member(workspace, person.id, person),
            "created_at": rfc3339(workspace.created),
            "updated_at": rfc3339(workspace.updated or workspace.created),
        }

    # Members of a workspace

    def member_role(self, workspace: Workspace, person: Person) -> str | None:
        """Return a user's role in a workspace, None if he is no member."""
        statement = "SELECT role FROM workspace_member WHERE workspace = ? AND person = ?"
        row = self._database.row(statement, (workspace.id, person.id))
        return row["role"] if row else None

    def members(self, workspace: Workspace, search: str = "") -> list[dict[str, Any]]:
        """Return the members as v4 has them, those whose name or address contains a text."""
        statement = _members_of("workspace") + " ORDER BY person.username"
        return [_member(row) for row in self._database.rows(statement, (workspace.id, f"%{search}%"))]

    def member(self, workspace: Workspace, identity: str, fallback: Person | None = None) -> dict[str, Any]:
        """Return one member; one who has left is told as `fallback`, a plain member.

        Raises:
            Refusal: 404.
        """
        for row in self._database.rows(_members_of("workspace") + " AND person.id = ?", (workspace.id, "%", identity)):
            return _member(row)
        if fallback is None:
            raise missing(f"user {identity}")
        added = {"role": "member", "added_by": workspace.created_by, "created_at": rfc3339(workspace.created)}
        return {**fallback.brief(), **added}

    def add_member(self, workspace: Workspace, person: Person, role: str, by: Person) -> None:
        """Make a user a member, with a space of his own.

        Raises:
            Refusal: 409, he is one; 400, the role is none.
        """
        _check(role, WORKSPACE_ROLES)
        if self.member_role(workspace, person):
            raise taken(f"member {person.username}")
        with self._database.together():
            self._add_member("workspace", workspace.id, person, role, by)
            named = "SELECT id FROM teamspace WHERE workspace = ? AND name = ?"
            if self._database.row(named, (workspace.id, person.username)) is None:
                self.add_teamspace(workspace, person.username, person, kind="userspace")

    def change_member(self, workspace: Workspace, identity: str, role: str) -> None:
        """Give a member another role.

        Raises:
            Refusal: 404; 400, the role is none; 409, the workspace would have no owner.
        """
        _check(role, WORKSPACE_ROLES)
        self._keep_an_owner(workspace, identity, role)
        self._database.run(
            "UPDATE workspace_member SET role = ? WHERE workspace = ? AND person = ?", (role, workspace.id, identity)
        )

    def remove_member(self, workspace: Workspace, identity: str) -> None:
        """Let a member go, out of its teamspaces too.

        Raises:
            Refusal: 404; 409, the workspace would have no owner.
        """
        self._keep_an_owner(workspace, identity, "")
        with self._database.together():
            self._database.run(
                "DELETE FROM workspace_member WHERE workspace = ? AND person = ?", (workspace.id, identity)
            )
            self._database.run(
                "DELETE FROM teamspace_member WHERE person = ?"
                " AND teamspace IN (SELECT id FROM teamspace WHERE workspace = ?)",
                (identity, workspace.id),
            )

    def _keep_an_owner(self, workspace: Workspace, identity: str, role: str) -> None:
        was = self.member(workspace, identity)["role"]
        owners = "SELECT count(*) FROM workspace_member WHERE workspace = ? AND role = 'owner'"
        if was == "owner" and role != "owner" and self._database.number(owners, (workspace.id,)) == 1:
            raise Refusal(409, "a workspace keeps at least one owner")

    # Teamspaces

    def add_teamspace(
        self,
        workspace: Workspace,
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
        _check(visibility, VISIBILITIES, "visibility")
        if "/" in name or not name.strip():
            raise invalid(name="must not be empty nor hold a slash")
        if self._database.row("SELECT id FROM teamspace WHERE workspace = ? AND name = ?", (workspace.id, name)):
            raise taken(f"teamspace {name}")
        identity = self._people.identities.id("ts")
        with self._database.together():
            self._database.add(
                "teamspace",
                id=identity,
                workspace=workspace.id,
                name=name,
                kind=kind,
                icon=icon,
                visibility=visibility,
                description=description,
                created=self._clock.now(),
                created_by=owner.id,
            )
            self._add_member("teamspace", identity, owner, "owner", owner)
        return self.teamspace(workspace, identity)

    def teamspaces(self, workspace: Workspace) -> list[Teamspace]:
        """Return all teamspaces of a workspace, the oldest first."""
        statement = "SELECT * FROM teamspace WHERE workspace = ? ORDER BY created, rowid"
        return [Teamspace(**row) for row in self._database.rows(statement, (workspace.id,))]

    def teamspace(self, workspace: Workspace, name: str) -> Teamspace:
        """Return a teamspace by id or name.

        Raises:
            Refusal: 404.
        """
        statement = "SELECT * FROM teamspace WHERE workspace = ? AND (id = ? OR name = ?)"
        row = self._database.row(statement, (workspace.id, name, name))
        if row is None:
            raise missing(f"teamspace {name}")
        return Teamspace(**row)

    def sees(self, person: Person, teamspace: Teamspace) -> bool:
        """Return whether a user may look into a teamspace."""
        return self.rank(person, teamspace) > 0

    def role(self, person: Person, teamspace: Teamspace) -> str | None:
        """Return a user's role in a teamspace, None if he is no member."""
        statement = "SELECT role FROM teamspace_member WHERE teamspace = ? AND person = ?"
        row = self._database.row(statement, (teamspace.id, person.id))
        return row["role"] if row else None

    def rank(self, person: Person, teamspace: Teamspace) -> int:
        """Return what a user may: 0 nothing, 1 look, 2 change assets, 3 change members too."""
        if self.member_role(self.workspace(teamspace.workspace), person) in ("owner", "admin"):
            return 3 if teamspace.kind != "userspace" or self.role(person, teamspace) else 0
        own = _RANK.get(self.role(person, teamspace) or "", 0)
        if teamspace.kind == "generalspace":
            return max(own, 2)
        return max(own, 1 if teamspace.visibility == "public" else 0)

    def open(self, person: Person, workspace: str, name: str, rank: str = "viewer") -> Teamspace:
        """Return a teamspace in which a user may do what this role may.

        Raises:
            Refusal: 404, there is none that he sees; 403, his role is too low.
        """
        teamspace = self.teamspace(self.enter(person, workspace), name)
        has = self.rank(person, teamspace)
        if not has:
            raise missing(f"teamspace {name}")
        if has < _RANK[rank]:
            raise forbidden(f"only an {rank} of teamspace {teamspace.name} may")
        return teamspace

    def change_teamspace(self, teamspace: Teamspace, columns: Mapping[str, str | None]) -> None:
        """Change a teamspace's `name`, `description`, `icon` or `visibility`; None: it stays.

        Raises:
            Refusal: 409, the name is another's; 400, the visibility is none.
        """
        name = columns.get("name")
        if columns.get("visibility") is not None:
            _check(str(columns["visibility"]), VISIBILITIES, "visibility_level")
        other = "SELECT id FROM teamspace WHERE workspace = ? AND name = ? AND id <> ?"
        if name and self._database.row(other, (teamspace.workspace, name, teamspace.id)):
            raise taken(f"teamspace {name}")
        for column in ("name", "description", "icon", "visibility"):
            if columns.get(column) is not None:
                statement = f"UPDATE teamspace SET {column} = ? WHERE id = ?"
                self._database.run(statement, (columns[column], teamspace.id))
        self._database.run("UPDATE teamspace SET updated = ? WHERE id = ?", (self._clock.now(), teamspace.id))

    def delete_teamspace(self, teamspace: Teamspace) -> None:
        """Let go of a teamspace and what is in it."""
        with self._database.together():
            of_it = "asset IN (SELECT id FROM asset WHERE teamspace = ?)"
            for statement in (
                f"DELETE FROM asset_metadata WHERE {of_it}",
                f"DELETE FROM asset_property WHERE {of_it}",
                "DELETE FROM asset WHERE teamspace = ?",
                "DELETE FROM teamspace_member WHERE teamspace = ?",
                "DELETE FROM teamspace WHERE id = ?",
            ):
                self._database.run(statement, (teamspace.id,))
            self._database.run("DELETE FROM record WHERE scope = ?", (f"{teamspace.workspace}/{teamspace.id}",))

    # Members of a teamspace

    def team(self, teamspace: Teamspace, search: str = "", role: str = "") -> list[dict[str, Any]]:
        """Return a teamspace's members, those whose name or address contains a text, of one role if one is named."""
        statement = _members_of("teamspace") + " ORDER BY person.username"
        rows = self._database.rows(statement, (teamspace.id, f"%{search}%"))
        return [_member(row) for row in rows if role in ("", row["member_role"])]

    def team_member(self, teamspace: Teamspace, identity: str) -> dict[str, Any]:
        """Return one of a teamspace's members.

        Raises:
            Refusal: 404.
        """
        for row in self._database.rows(_members_of("teamspace") + " AND person.id = ?", (teamspace.id, "%", identity)):
            return _member(row)
        raise missing(f"user {identity}")

    def add_to_team(self, teamspace: Teamspace, identity: str, role: str, by: Person) -> dict[str, Any]:
        """Make a member of the workspace one of the teamspace.

        Raises:
            Refusal: 404, he is not of the workspace; 409, he is in already; 400, the role is none.
        """
        _check(role, TEAMSPACE_ROLES)
        self.member(self.workspace(teamspace.workspace), identity)
        person = self._people.get(identity)
        if self.role(person, teamspace):
            raise taken(f"member {person.username}")
        self._add_member("teamspace", teamspace.id, person, role, by)
        return self.team_member(teamspace, identity)

    def change_in_team(self, teamspace: Teamspace, identity: str, role: str) -> None:
        """Give a teamspace's member another role.

        Raises:
            Refusal: 404; 400, the role is none.
        """
        _check(role, TEAMSPACE_ROLES)
        self.team_member(teamspace, identity)
        statement = "UPDATE teamspace_member SET role = ? WHERE teamspace = ? AND person = ?"
        self._database.run(statement, (role, teamspace.id, identity))

    def remove_from_team(self, teamspace: Teamspace, identity: str) -> None:
        """Let a teamspace's member go.

        Raises:
            Refusal: 404.
        """
        self.team_member(teamspace, identity)
        statement = "DELETE FROM teamspace_member WHERE teamspace = ? AND person = ?"
        self._database.run(statement, (teamspace.id, identity))

    def _add_member(self, what: str, identity: str, person: Person, role: str, by: Person) -> None:
        parts: dict[str, Any] = {what: identity, "person": person.id, "role": role, "added_by": by.id}
        self._database.add(f"{what}_member", **parts, created=self._clock.now())


def _members_of(what: str) -> str:
    """Return the query of members; its values are the space's id and a pattern that name or address is like."""
    return (
        f"SELECT person.*, {what}_member.role AS member_role, added_by, {what}_member.created AS joined"
        f" FROM {what}_member JOIN person ON person.id = {what}_member.person WHERE {what} = ?"
        " AND (username || ' ' || email || ' ' || display_name) LIKE ?"
    )


def _member(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "user_id": row["id"],
        "username": row["username"],
        "display_name": row["display_name"],
        "email": row["email"],
        "role": row["member_role"],
        "added_by": row["added_by"],
        "created_at": rfc3339(row["joined"]),
    }


def _check(word: str, allowed: tuple[str, ...], field: str = "role") -> None:
    if word not in allowed:
        raise invalid(**{field: f"is none of {', '.join(allowed)}"})
