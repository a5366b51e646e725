"""Users of the server and their keys (contract §7.4)."""

from __future__ import annotations

from typing import Any

from tui.services.serving.clock import Clock
from tui.services.serving.state_database import Row
from tui.systems.leapyear.service_side.bodies import NewKey, NewUser, UserChange, read
from tui.systems.leapyear.service_side.call import NOTHING, Answer, Call, page
from tui.systems.leapyear.service_side.creation import Creation, check_revision, confirm_replacement
from tui.systems.leapyear.service_side.database import Database, written
from tui.systems.leapyear.service_side.passwords import hashed, is_right
from tui.systems.leapyear.service_side.refusal import conflict, forbidden, invalid, missing
from tui.systems.leapyear.service_side.tokens import read_public_key

MOST_KEYS = 32


def user_document(database: Database, row: Row) -> dict[str, Any]:
    """Return a user as the wire has it: no hash, no salt."""
    groups = database.rows(
        "SELECT grp.name FROM grp JOIN member ON member.grp = grp.id WHERE member.user = ? ORDER BY grp.name",
        (row["id"],),
    )
    return {
        "id": row["id"],
        "username": row["name"],
        "is_admin": bool(row["is_admin"]),
        "enabled": bool(row["enabled"]),
        "description": row["description"],
        "groups": [group["name"] for group in groups],
        "created_at": written(row["created"]),
        "last_login_at": written(row["last_login"]),
        "revision": row["revision"],
    }


class Users:
    """The operations on users. An administrator may do all of them, a user look at itself and change its password."""

    def __init__(self, database: Database, clock: Clock, cost: int) -> None:
        self._cost = cost
        self._database = database
        self._clock = clock

    def add(self, name: str, password: str, is_admin: bool = False, **fields: Any) -> int:
        """Put a user in and return its id."""
        salt, digest = hashed(password, cost=self._cost)
        return self._database.insert(
            "INSERT INTO user (name, salt, hash, is_admin, enabled, description, created) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (name, salt, digest, is_admin, fields.get("enabled", True), fields.get("description"), self._clock.now()),
        )

    def row(self, call: Call) -> Row:
        """Return the user that a call names, if who asks may see it. Raises Refusal 404."""
        name = call.names["user"]
        row = self._database.row("SELECT * FROM user WHERE name = ?", (name,))
        if row is None or not (call.principal.is_admin or row["id"] == call.principal.id):
            raise missing("user", name)
        return row

    def list_users(self, call: Call) -> Answer:
        own = "" if call.principal.is_admin else f" AND id = {call.principal.id:d}"
        rows = self._database.rows(
            f"SELECT * FROM user WHERE name > ? AND instr(name, ?) > 0{own} ORDER BY name LIMIT ?",
            (call.after_name, call.query.get("q", ""), call.limit + 1),
        )
        return page([user_document(self._database, row) for row in rows], call, "username")

    def create_user(self, call: Call) -> Creation:
        call.need_admin()
        body = read(NewUser, call.body)
        row = self._database.row("SELECT * FROM user WHERE name = ?", (body.username,))

        def remove() -> None:
            confirm_replacement(call, body.username)
            assert row is not None
            self._drop(row, call)

        def make() -> Any:
            fields = body.model_dump(exclude={"username", "password", "is_admin"})
            number = self.add(body.username, body.password, body.is_admin, **fields)
            return user_document(self._database, self._by_id(number))

        existing = user_document(self._database, row) if row is not None else None
        return Creation("user", {"type": "user", "name": body.username}, existing, make, remove)

    def get_user(self, call: Call) -> Answer:
        return Answer(user_document(self._database, self.row(call)))

    def update_user(self, call: Call) -> Answer:
        row, body = self.row(call), read(UserChange, call.body)
        given = body.model_fields_set
        check_revision(call, row)
        if not call.principal.is_admin and given - {"password", "current_password"}:
            raise forbidden("A user may change its own password only.")
        self._check_not_last(row, body.is_admin is False or body.enabled is False)
        with self._database.together():
            if body.password is not None:
                self._set_password(call, row, body)
            if body.enabled is not None:
                self._database.run("UPDATE user SET enabled = ? WHERE id = ?", (body.enabled, row["id"]))
            if body.is_admin is not None:
                self._database.run("UPDATE user SET is_admin = ? WHERE id = ?", (body.is_admin, row["id"]))
            if "description" in given:
                self._database.run("UPDATE user SET description = ? WHERE id = ?", (body.description, row["id"]))
            self._database.run("UPDATE user SET revision = revision + 1 WHERE id = ?", (row["id"],))
            if body.password is not None or (body.enabled is not None and body.enabled != bool(row["enabled"])):
                self._database.run("UPDATE session SET revoked = 1 WHERE user = ?", (row["id"],))
        return Answer(user_document(self._database, self._by_id(row["id"])))

    def _set_password(self, call: Call, row: Row, body: UserChange) -> None:
        assert body.password is not None
        is_own = row["id"] == call.principal.id
        if is_own and not is_right(body.current_password or "", (row["salt"], row["hash"]), self._cost):
            raise invalid("current_password", "it is not the current one")
        salt, digest = hashed(body.password, cost=self._cost)
        self._database.run("UPDATE user SET salt = ?, hash = ? WHERE id = ?", (salt, digest, row["id"]))

    def drop_user(self, call: Call) -> Answer:
        call.need_admin()
        row = self._database.row("SELECT * FROM user WHERE name = ?", (call.names["user"],))
        if row is None:
            if call.choice("if_missing", "error", "ignore") == "ignore":
                return NOTHING
            raise missing("user", call.names["user"])
        check_revision(call, row)
        with self._database.together():
            self._drop(row, call)
        return NOTHING

    def _drop(self, row: Row, call: Call) -> None:
        if row["id"] == call.principal.id:
            raise conflict("in_use", "Nobody can drop the user that is logged in.")
        self._check_not_last(row, True)
        for table in ("db_access", "column_access"):
            self._database.run(f"DELETE FROM {table} WHERE kind = 'user' AND subject = ?", (row["id"],))
        self._database.run("DELETE FROM user WHERE id = ?", (row["id"],))

    def _check_not_last(self, row: Row, loses: bool) -> None:
        """Raise Refusal 409 if the last administrator that can log in would be gone."""
        if not loses or not row["is_admin"] or not row["enabled"]:
            return
        if self._database.number("SELECT count(*) FROM user WHERE is_admin AND enabled") == 1:
            raise conflict("last_admin", f"{row['name']!r} is the last administrator.")

    def _by_id(self, number: int) -> Row:
        row = self._database.row("SELECT * FROM user WHERE id = ?", (number,))
        assert row is not None
        return row

    def list_keys(self, call: Call) -> Answer:
        rows = self._database.rows("SELECT * FROM user_key WHERE user = ? ORDER BY id", (self.row(call)["id"],))
        return Answer({"items": [_key_document(row) for row in rows], "next_cursor": None})

    def add_key(self, call: Call) -> Answer:
        user, body = self.row(call), read(NewKey, call.body)
        try:
            fingerprint, algorithm = read_public_key(body.public_key)
        except ValueError as error:
            raise invalid("public_key", str(error)) from None
        if self._database.number("SELECT count(*) FROM user_key WHERE user = ?", (user["id"],)) >= MOST_KEYS:
            raise invalid("public_key", f"a user has at most {MOST_KEYS} keys")
        number = self._database.insert(
            "INSERT INTO user_key (user, name, pem, fingerprint, algorithm, created) VALUES (?, ?, ?, ?, ?, ?)",
            (user["id"], body.name, body.public_key, fingerprint, algorithm, self._clock.now()),
        )
        row = self._database.row("SELECT * FROM user_key WHERE id = ?", (number,))
        assert row is not None
        return Answer(_key_document(row), 201)

    def drop_key(self, call: Call) -> Answer:
        key = call.names["key"]
        values = (self.row(call)["id"], key)
        if not self._database.run("DELETE FROM user_key WHERE user = ? AND CAST(id AS TEXT) = ?", values):
            raise missing("key", key)
        return NOTHING


def _key_document(row: Row) -> dict[str, Any]:
    document = {name: row[name] for name in ("id", "name", "fingerprint", "algorithm")}
    return {**document, "created_at": written(row["created"])}
