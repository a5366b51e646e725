"""Workspaces of the embedded server and their members (contract §8).

Nothing is known of a real server's rules. Here: an owner or admin may do all; a workspace keeps at least one owner;
each member has a space of his own in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tui.services.serving.clock import Clock, rfc3339
from tui.services.serving.state_database import StateDatabase
from tui.systems.tiledb.service_side.memberships import Memberships
from tui.systems.tiledb.service_side.people import People, Person
from tui.systems.tiledb.service_side.refusal import Refusal, forbidden, missing, taken
from tui.systems.tiledb.service_side.teamspaces import Teamspaces

ROLES = ("owner", "admin", "member")


@dataclass(frozen=True)
class Workspace:
    """A workspace; times are epoch seconds."""

    id: str
    name: str
    description: str | None
    created: float
    updated: float | None
    created_by: str

    def light(self) -> dict[str, Any]:
        """Return what the documents of things in it repeat of it."""
        return {"workspace_id": self.id, "name": self.name}


class Workspaces:
    """All workspaces of the state."""

    def __init__(self, database: StateDatabase, clock: Clock, people: People) -> None:
        self._database = database
        self._clock = clock
        self._people = people
        self.members = Memberships(database, clock, "workspace", ROLES)
        self.teamspaces = Teamspaces(database, clock, people, self.members)

    def add(self, name: str, description: str | None, owner: Person) -> Workspace:
        """Make a workspace with its general space; who makes it owns it.

        Raises:
            Refusal: 409, there is one of this name.
        """
        self._check_free(name)
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
            workspace = self.get(identity)
            self.teamspaces.add(identity, "general", owner, visibility="public", kind="generalspace")
            self.add_member(workspace, owner, "owner", owner)
        return workspace

    def _check_free(self, name: str) -> None:
        if self._database.row("SELECT id FROM workspace WHERE name = ?", (name,)):
            raise taken(f"workspace {name}")

    def get(self, name: str) -> Workspace:
        """Return a workspace by id or name.

        Raises:
            Refusal: 404.
        """
        row = self._database.row("SELECT * FROM workspace WHERE id = ? OR name = ?", (name, name))
        if row is None:
            raise missing(f"workspace {name}")
        return Workspace(**row)

    def of(self, person: Person) -> list[Workspace]:
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
        workspace = self.get(name)
        member = self.members.role(workspace.id, person)
        if member is None:
            raise forbidden(f"no member of workspace {workspace.name}")
        if role != "member" and member not in ("owner", "admin"):
            raise forbidden("only an owner or admin of the workspace may")
        return workspace

    def change(self, workspace: Workspace, name: str | None, description: str | None) -> None:
        """Give a workspace another name or description.

        Raises:
            Refusal: 409, the name is another's.
        """
        if name and name != workspace.name:
            self._check_free(name)
        self._database.run(
            "UPDATE workspace SET name = coalesce(?, name), description = coalesce(?, description), updated = ?"
            " WHERE id = ?",
            (name, description, self._clock.now(), workspace.id),
        )

    def delete(self, workspace: Workspace) -> None:
        """Let go of a workspace and all in it."""
        with self._database.together():
            for teamspace in self.teamspaces.all(workspace.id):
                self.teamspaces.delete(teamspace)
            self.members.remove_all(workspace.id)
            for table in ("token", "activity"):
                self._database.run(f"DELETE FROM {table} WHERE workspace = ?", (workspace.id,))
            self._database.run("DELETE FROM record WHERE scope LIKE ?", (workspace.id + "%",))
            self._database.run("DELETE FROM workspace WHERE id = ?", (workspace.id,))

    def document(self, workspace: Workspace, person: Person) -> dict[str, Any]:
        """Return a workspace as v4 has it, with who asks as `self`."""
        return {
            **workspace.light(),
            "description": workspace.description or "",
            "created_by": self.member(workspace, workspace.created_by, person),
            "self": self.member(workspace, person.id, person),
            "created_at": rfc3339(workspace.created),
            "updated_at": rfc3339(workspace.updated or workspace.created),
        }

    def member(self, workspace: Workspace, identity: str, asking: Person) -> dict[str, Any]:
        """Return a member as v4 has it; in place of one who has left, who asks, as a plain member."""
        try:
            return self.members.get(workspace.id, identity)
        except Refusal:
            added = {"role": "member", "added_by": workspace.created_by, "created_at": rfc3339(workspace.created)}
            return {**asking.brief(), **added}

    def add_member(self, workspace: Workspace, person: Person, role: str, by: Person) -> None:
        """Make a user a member, with a space of his own.

        Raises:
            Refusal: 409, he is one; 400, the role is none.
        """
        with self._database.together():
            self.members.add(workspace.id, person, role, by)
            if not self.teamspaces.named(workspace.id, person.username):
                self.teamspaces.add(workspace.id, person.username, person, kind="userspace")

    def change_member(self, workspace: Workspace, identity: str, role: str) -> None:
        """Give a member another role.

        Raises:
            Refusal: 404; 400, the role is none; 409, the workspace would have no owner.
        """
        self.members.check(role)
        self._keep_an_owner(workspace, identity, role)
        self.members.change(workspace.id, identity, role)

    def remove_member(self, workspace: Workspace, identity: str) -> None:
        """Let a member go, out of its teamspaces too.

        Raises:
            Refusal: 404; 409, the workspace would have no owner.
        """
        self._keep_an_owner(workspace, identity, "")
        with self._database.together():
            self.members.remove(workspace.id, identity)
            self.teamspaces.leave_all(workspace.id, identity)

    def _keep_an_owner(self, workspace: Workspace, identity: str, role: str) -> None:
        was = self.members.get(workspace.id, identity)["role"]
        if was == "owner" and role != "owner" and self.members.owners(workspace.id) == 1:
            raise Refusal(409, "a workspace keeps at least one owner")
