"""Who has which access, by the vendor's package."""

from __future__ import annotations

import time
from typing import Any

from .catalogue import Catalogue
from .plain import has
from .refused import LONGEST_TEXT, Refused, unsupported

WALK_SECONDS = 60.0


class Access(Catalogue):
    """The operations on access."""

    def __init__(self) -> None:
        super().__init__()
        self._walked: tuple[float, list[Any]] = (0.0, [])

    def list_database_access(self, names: Any, query: Any, body: Any) -> Any:
        found = self._package.grants.all_access_on_database(self._database(names))
        return [self._access(grant, names["db"]) for grant in found]

    def get_own_access(self, names: Any, query: Any, body: Any) -> Any:
        return {"access": self._database(names).get_access().name, "via": []}

    def get_database_access(self, names: Any, query: Any, body: Any) -> Any:
        level = self._database(names).get_access(self._subject(names)).name
        return self._access_document(names["kind"], names["subject"], names["db"], level)

    def set_database_access(self, names: Any, query: Any, body: Any) -> Any:
        level = self._level(self._package.database_access, self._package.database_levels, body["access"])
        self._database(names).set_access(self._subject(names), level)
        return self._access_document(names["kind"], names["subject"], names["db"], body["access"])

    def list_table_access(self, names: Any, query: Any, body: Any) -> Any:
        found = self._package.grants.all_access_on_table(self._table(names))
        return [self._table_access(grant, names) for grant in found]

    def get_table_access(self, names: Any, query: Any, body: Any) -> Any:
        self._subject(names)
        subject = {"kind": names["kind"], "name": names["subject"]}
        for grant in self.list_table_access(names, query, None):
            if grant["subject"] == subject:
                return grant
        return {"subject": subject, "database": names["db"], "table": names["table"], "columns": {}}

    def set_table_access(self, names: Any, query: Any, body: Any) -> Any:
        if not self._package.sets_columns:
            raise unsupported("set_column_access")
        table, subject = self._table(names), self._subject(names)
        known = list(self._columns(table))
        wanted = body.get("columns") or {name: body.get("all") for name in known}
        kind = self._package.column_access
        chosen = {name: self._level(kind, self._package.column_levels, level) for name, level in wanted.items()}
        table.set_access(subject, chosen)
        return self.get_table_access(names, query, None)

    def list_user_access(self, names: Any, query: Any, body: Any) -> Any:
        return self._subject_access("user", names["user"])

    def list_group_access(self, names: Any, query: Any, body: Any) -> Any:
        return self._subject_access("group", names["group"])

    def _level(self, kind: Any, known: list[str], level: Any) -> Any:
        if not known:
            raise unsupported("set_database_access")
        if level not in known:
            raise Refused(422, "validation_failed", f"access: it must be one of {', '.join(known)}", field="access")
        return kind[level]

    def _access(self, grant: Any, database: str) -> Any:
        subject, _, level = grant
        kind, name = self._who(subject)
        return self._access_document(kind, name, database, getattr(level, "name", str(level)))

    def _table_access(self, grant: Any, names: Any) -> Any:
        subject, _, columns = grant
        kind, name = self._who(subject)
        shown = {column: getattr(level, "name", str(level)) for column, level in columns.items()}
        document = {"subject": {"kind": kind, "name": name}, "database": names["db"], "table": names["table"]}
        return {**document, "columns": shown}

    def _access_document(self, kind: str, name: str, database: str, level: str) -> Any:
        return {"subject": {"kind": kind, "name": name}, "database": database, "access": level}

    def _who(self, subject: Any) -> tuple[str, str]:
        """Return the kind and the name of a user or a group: the mappings of the client know it, attributes may not."""
        for kind, found in (("user", self._client.users), ("group", self._client.groups)):
            for name, one in found.items():
                if one is subject or one == subject:
                    return kind, name
        kind = "group" if type(subject).__name__ == "Group" else "user"
        return kind, str(getattr(subject, "name", getattr(subject, "username", subject)))[:LONGEST_TEXT]

    def _subject_access(self, kind: str, name: str) -> Any:
        if not has(self._package.grants, "all_database_accesses_for_subject"):
            raise unsupported("subject_access")
        subject = self._user_named(name) if kind == "user" else self._group_named(name)
        names_by_id = [(database, key) for key, database in self._client.databases.items()]
        databases: list[Any] = []
        for _, database, level in self._package.grants.all_database_accesses_for_subject(subject):
            known = (key for found, key in names_by_id if found is database or found == database)
            shown = next(known, None) or str(getattr(database, "name", database))
            databases.append(self._access_document(kind, name, shown, getattr(level, "name", str(level))))
        wanted = {"kind": kind, "name": name}
        tables = [grant for grant in self._all_table_grants() if grant["subject"] == wanted]
        return {"databases": databases, "tables": tables, "via_groups": []}

    def _all_table_grants(self) -> list[Any]:
        """Return the grants on all tables: there is no call for those of one subject. Kept for a minute."""
        at, found = self._walked
        if time.monotonic() - at > WALK_SECONDS or not found:
            found = [
                grant
                for name, database in self._client.databases.items()
                for table in database.tables
                for grant in self.list_table_access({"db": name, "table": table}, {}, None)
            ]
            self._walked = (time.monotonic(), found)
        return found
