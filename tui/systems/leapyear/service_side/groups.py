"""Groups of users (contract §7.4)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tui.services.serving.clock import Clock
from tui.services.serving.state_database import Row
from tui.systems.leapyear.service_side.bodies import Description, NewGroup, read
from tui.systems.leapyear.service_side.call import NOTHING, Answer, Call, page
from tui.systems.leapyear.service_side.creation import Creation, check_revision, confirm_replacement
from tui.systems.leapyear.service_side.database import Database, written
from tui.systems.leapyear.service_side.refusal import invalid, missing

MOST_MEMBERSHIPS = 64


class Groups:
    """The operations on groups. An administrator may do all of them, a user look at the groups that it is in."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add(self, name: str, description: str | None, members: Iterable[int]) -> int:
        """Put a group in and return its id."""
        number = self._database.insert(
            "INSERT INTO grp (name, description, created) VALUES (?, ?, ?)", (name, description, self._clock.now())
        )
        for member in members:
            self._join(number, member)
        return number

    def row(self, call: Call) -> Row:
        """Return the group that a call names, if who asks may see it. Raises Refusal 404."""
        name, asking = call.names["group"], call.principal
        row = self._database.row("SELECT * FROM grp WHERE name = ?", (name,))
        if row is None or not (asking.is_admin or self._is_member(row["id"], asking.id)):
            raise missing("group", name)
        return row

    def list_groups(self, call: Call) -> Answer:
        own = "" if call.principal.is_admin else " AND id IN (SELECT grp FROM member WHERE user = ?)"
        values = () if call.principal.is_admin else (call.principal.id,)
        rows = self._database.rows(
            f"SELECT * FROM grp WHERE name > ?{own} ORDER BY name LIMIT ?", (call.after_name, *values, call.limit + 1)
        )
        return page([self._document(row) for row in rows], call, "name")

    def create_group(self, call: Call) -> Creation:
        call.need_admin()
        body = read(NewGroup, call.body)
        row = self._database.row("SELECT * FROM grp WHERE name = ?", (body.name,))
        members = [self._user(name) for name in dict.fromkeys(body.members)]

        def remove() -> None:
            confirm_replacement(call, body.name)
            assert row is not None
            self._drop(row)

        def make() -> Any:
            return self._document(self._by_id(self.add(body.name, body.description, members)))

        existing = self._document(row) if row is not None else None
        return Creation("group", {"type": "group", "name": body.name}, existing, make, remove)

    def get_group(self, call: Call) -> Answer:
        return Answer(self._document(self.row(call)))

    def update_group(self, call: Call) -> Answer:
        call.need_admin()
        row, body = self.row(call), read(Description, call.body)
        check_revision(call, row)
        values = (body.description, row["id"])
        if body.model_fields_set:
            self._database.run("UPDATE grp SET description = ?, revision = revision + 1 WHERE id = ?", values)
        return Answer(self._document(self._by_id(row["id"])))

    def drop_group(self, call: Call) -> Answer:
        call.need_admin()
        row = self._database.row("SELECT * FROM grp WHERE name = ?", (call.names["group"],))
        if row is None:
            if call.choice("if_missing", "error", "ignore") == "ignore":
                return NOTHING
            raise missing("group", call.names["group"])
        check_revision(call, row)
        with self._database.together():
            self._drop(row)
        return NOTHING

    def _drop(self, row: Row) -> None:
        for table in ("db_access", "column_access"):
            self._database.run(f"DELETE FROM {table} WHERE kind = 'group' AND subject = ?", (row["id"],))
        self._database.run("DELETE FROM grp WHERE id = ?", (row["id"],))

    def add_member(self, call: Call) -> Answer:
        call.need_admin()
        row = self.row(call)
        user = self._user(call.names["user"], is_path=True)
        if not self._is_member(row["id"], user):
            with self._database.together():
                self._join(row["id"], user)
                self._database.run("UPDATE grp SET revision = revision + 1 WHERE id = ?", (row["id"],))
        return NOTHING

    def remove_member(self, call: Call) -> Answer:
        call.need_admin()
        row = self.row(call)
        user = self._user(call.names["user"], is_path=True)
        if self._database.run("DELETE FROM member WHERE grp = ? AND user = ?", (row["id"], user)):
            self._database.run("UPDATE grp SET revision = revision + 1 WHERE id = ?", (row["id"],))
        return NOTHING

    def _join(self, group: int, user: int) -> None:
        if self._database.number("SELECT count(*) FROM member WHERE user = ?", (user,)) >= MOST_MEMBERSHIPS:
            raise invalid("members", f"a user is in at most {MOST_MEMBERSHIPS} groups")
        self._database.run("INSERT OR IGNORE INTO member VALUES (?, ?)", (group, user))

    def _is_member(self, group: int, user: int) -> bool:
        return self._database.row("SELECT 1 FROM member WHERE grp = ? AND user = ?", (group, user)) is not None

    def _user(self, name: str, is_path: bool = False) -> int:
        row = self._database.row("SELECT id FROM user WHERE name = ?", (name,))
        if row is None:
            raise missing("user", name) if is_path else invalid("members", f"there is no user {name!r}")
        return row["id"]

    def _by_id(self, number: int) -> Row:
        row = self._database.row("SELECT * FROM grp WHERE id = ?", (number,))
        assert row is not None
        return row

    def _document(self, row: Row) -> dict[str, Any]:
        members = self._database.rows(
            "SELECT user.name FROM user JOIN member ON member.user = user.id WHERE member.grp = ? ORDER BY user.name",
            (row["id"],),
        )
        document = {name: row[name] for name in ("id", "name", "description", "revision")}
        return {**document, "members": [member["name"] for member in members], "created_at": written(row["created"])}
