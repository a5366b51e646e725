"""One connection to the real server, and how its objects are looked up and written down."""

from __future__ import annotations

from typing import Any

from .package import Package
from .plain import described
from .refused import FAILED, LONGEST_TEXT, Refused, missing


class Connection:
    """One connection, by one user. Each method without an underscore is an operation of the contract, here and in what
    is built on it: they take the names of the path, the query and the body, and return the answer's body.
    """

    def __init__(self) -> None:
        self._package = Package()
        self._client: Any = None
        self._user = ""
        self._snowflake = False

    def capabilities(self, names: Any, query: Any, body: Any) -> Any:
        return self._package.capabilities()

    def connect(self, names: Any, query: Any, body: Any) -> Any:
        """Log in. `body` has `url`, and `username` and `password` unless the package shall use its own LY_JWT."""
        self._snowflake = body.get("compute_backend") == "snowflake"
        given = [body["url"]]
        if body.get("username") is not None:
            given += [body["username"], body["password"]]
        self._client = self._package.top.Client(*given, **body.get("flags", {}))
        if not self._client.connected:
            raise Refused(401, "authentication_failed", FAILED)
        self._user = str(self._client.username or body.get("username") or "")
        return self.get_session(names, query, None)

    def get_session(self, names: Any, query: Any, body: Any) -> Any:
        if not self._client.connected:
            raise Refused(401, "token_invalid", "The connection to the LeapYear server has ended.")
        status = getattr(self._client, "status", None)
        shown = getattr(status, "name", None) or str(status)
        return {
            "user": self._user_document(self._user, self._client.current_user),
            "vendor_status": shown[:LONGEST_TEXT],
        }

    def log_out(self, names: Any, query: Any, body: Any) -> Any:
        self._client.logout()
        self._client.close()

    def _created(self, kind: str, name: str, there: Any, made: Any, query: Any, read: Any) -> Any:
        way = query.get("if_exists", "error")
        if name in there and way == "error":
            raise Refused(409, "already_exists", f"{kind.capitalize()} {name!r} already exists.", type=kind, name=name)
        self._client.create(made, ignore_if_exists=way == "ignore", drop_if_exists=way == "replace")
        return read()

    def _database(self, names: Any) -> Any:
        found = self._client.databases.get(names["db"])
        if found is None:
            raise missing("database", names["db"])
        return found

    def _table(self, names: Any) -> Any:
        found = self._database(names).tables.get(names["table"])
        if found is None:
            raise missing("table", names["table"])
        return found

    def _view(self, names: Any) -> Any:
        found = self._database(names).views.get(names["view"])
        if found is None:
            raise missing("view", names["view"])
        return found

    def _profile(self, name: str) -> Any:
        found = self._client.privacy_profiles.get(name)
        if found is None:
            raise Refused(422, "validation_failed", f"There is no privacy profile {name!r}.", field="privacy_profile")
        return found

    def _user_named(self, name: str) -> Any:
        found = self._client.users.get(name)
        if found is None:
            raise missing("user", name)
        return found

    def _group_named(self, name: str) -> Any:
        found = self._client.groups.get(name)
        if found is None:
            raise missing("group", name)
        return found

    def _subject(self, names: Any) -> Any:
        return self._user_named(names["subject"]) if names["kind"] == "user" else self._group_named(names["subject"])

    def _limit(self, database: Any) -> Any:
        extra = described(database.get_privacy_limit())
        window = extra.get("privacy_limit_window_days", extra.get("window_days"))
        return {"max_exposure": None, "window_days": window if isinstance(window, int) else None, "extra": extra}

    def _columns(self, table: Any) -> dict[str, Any]:
        """Return a table's columns by name: by the keys of a mapping, or else by what each calls itself."""
        found: Any = getattr(table, "columns", None) or ()
        if hasattr(found, "items"):
            return {str(name)[:LONGEST_TEXT]: column for name, column in found.items()}
        return {str(getattr(column, "name", column))[:LONGEST_TEXT]: column for column in found}

    def _declared(self, entry: Any) -> dict[str, Any]:
        kind = ("NULL_" if entry.get("nullable") else "") + entry["type"]
        fields = {"type": kind, "bounds": entry.get("bounds"), "options": entry.get("options")}
        fields["description"] = entry.get("description")
        if fields["bounds"] is not None:
            fields["bounds"] = tuple(fields["bounds"])
        return {key: value for key, value in fields.items() if value is not None}

    def _only(self, body: Any, *allowed: str) -> dict[str, Any]:
        return {key: body[key] for key in allowed if key in body and body[key] is not None}

    def _database_document(self, name: str, database: Any) -> Any:
        fields = {"id": database.id, "name": name, "description": database.description}
        return {**fields, "privacy_profile": database.privacy_profile, "table_count": None, "view_count": None}

    def _table_document(self, database: str, name: str, table: Any, is_whole: bool) -> Any:
        found = described(table)
        document: dict[str, Any] = {
            "database": database,
            "name": name,
            "state": "ready",
            "source": "",
            "slice_count": None,
        }
        for field, kind in (("description", str), ("public", bool)):
            document[field] = found[field] if isinstance(found.get(field), kind) else None
        if is_whole:
            document["columns"] = [self._column_document(*pair) for pair in self._columns(table).items()]
        return {**document, "extra": {key: value for key, value in found.items() if key not in document}}

    def _column_document(self, name: str, column: Any) -> Any:
        kind = getattr(column, "type", "")
        shown = str(getattr(kind, "name", kind)).upper()
        document: dict[str, Any] = {"name": name, "type": shown.replace("NULL_", "") or "UNKNOWN"}
        document["nullable"] = shown.startswith("NULL_")
        bounds = getattr(column, "bounds", None)
        if isinstance(bounds, (tuple, list)) and len(bounds) == 2:
            document["bounds"] = [edge.isoformat() if hasattr(edge, "isoformat") else edge for edge in bounds]
        options = getattr(column, "options", None)
        if isinstance(options, (tuple, list, set, frozenset)):
            document["options"] = sorted(str(option) for option in options)
        return document

    def _view_document(self, database: str, name: str, view: Any) -> Any:
        return {"database": database, "name": name, "description": None, "extra": described(view)}

    def _user_document(self, name: str, user: Any) -> Any:
        return {"username": name, "extra": described(user)}

    def _group_document(self, name: str, group: Any) -> Any:
        return {"name": name, "extra": described(group)}

    def _profile_document(self, name: str, profile: Any) -> Any:
        return {"name": name, "params": {"extra": described(profile)}}
