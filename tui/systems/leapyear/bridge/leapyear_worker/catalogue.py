"""Databases, tables, columns and views by the vendor's package."""

from __future__ import annotations

from typing import Any

from .jobs import Jobs
from .plain import described
from .refused import Refused, unsupported


class Catalogue(Jobs):
    """The operations on databases and what is in them."""

    def list_databases(self, names: Any, query: Any, body: Any) -> Any:
        return [self._database_document(name, found) for name, found in sorted(self._client.databases.items())]

    def get_database(self, names: Any, query: Any, body: Any) -> Any:
        database = self._database(names)
        database.load()
        document = self._database_document(names["db"], database)
        document["privacy_params"] = {"extra": described(database.privacy_params)}
        document["privacy_limit"] = self._limit(database)
        document["table_count"], document["view_count"] = len(database.tables), len(database.views)
        if self._package.database_levels:
            document["my_access"] = getattr(database.get_access(), "name", "")
        return document

    def create_database(self, names: Any, query: Any, body: Any) -> Any:
        if body.get("privacy_limit") is not None:
            raise unsupported("privacy_limit")
        fields = {"description": body.get("description"), "privacy_profile": None}
        if body.get("privacy_profile") is not None:
            fields["privacy_profile"] = self._profile(body["privacy_profile"])
        made = self._package.admin.Database(
            body["name"], **{key: value for key, value in fields.items() if value is not None}
        )
        return self._created(
            "database",
            body["name"],
            self._client.databases,
            made,
            query,
            lambda: self.get_database({"db": body["name"]}, {}, None),
        )

    def update_database(self, names: Any, query: Any, body: Any) -> Any:
        self._client.update(self._database(names), **self._only(body, "description"))
        return self.get_database(names, query, None)

    def drop_database(self, names: Any, query: Any, body: Any) -> Any:
        database = self._client.databases.get(names["db"])
        if database is None and query.get("if_missing") == "ignore":
            return
        database = self._database(names)
        tables = dict(database.tables)
        if tables and query.get("cascade") != "true":
            message = f"Database {names['db']!r} is not empty: {len(tables)} tables."
            raise Refused(409, "not_empty", message, tables=len(tables), views=len(database.views))
        for table in tables.values():
            self._client.drop(table)
        self._client.drop(database)

    def set_privacy_profile(self, names: Any, query: Any, body: Any) -> Any:
        database, profile = self._database(names), self._profile(body["name"])
        # It takes effect later, and the package gives nothing to follow it by.
        database.set_privacy_profile(profile)
        target = {"type": "database", "name": names["db"]}
        return self._begin("database.set_privacy_profile", target, None, {"profile": body["name"]})

    def get_privacy_limit(self, names: Any, query: Any, body: Any) -> Any:
        return self._limit(self._database(names))

    def set_privacy_limit(self, names: Any, query: Any, body: Any) -> Any:
        if not self._package.sets_window or body.get("window_days") is None or body.get("max_exposure") is not None:
            raise unsupported("privacy_limit")
        database = self._database(names)
        database.set_privacy_limit_window(body["window_days"])
        return {**self._limit(database), "window_days": body["window_days"]}

    def list_tables(self, names: Any, query: Any, body: Any) -> Any:
        tables = self._database(names).tables
        return [self._table_document(names["db"], name, table, False) for name, table in sorted(tables.items())]

    def get_table(self, names: Any, query: Any, body: Any) -> Any:
        return self._table_document(names["db"], names["table"], self._table(names), True)

    def list_columns(self, names: Any, query: Any, body: Any) -> Any:
        return [self._column_document(*pair) for pair in self._columns(self._table(names)).items()]

    def create_table(self, names: Any, query: Any, body: Any) -> Any:
        database, admin = self._database(names), self._package.admin
        # The documentation names these keywords of a column; others are tried only where they say something.
        columns = [
            admin.ColumnDefinition(entry["name"], **self._declared(entry)) for entry in body.get("columns") or ()
        ]
        fields = {
            "columns": columns or None,
            **self._only(body, "credentials", "description", "public", "watch_folder"),
        }
        fields = {key: value for key, value in fields.items() if value is not None}
        made = admin.Table(body["name"], database=database, **fields)
        place = {"db": names["db"], "table": body["name"]}
        if not query.get("async"):
            return self._created(
                "table", body["name"], database.tables, made, query, lambda: self.get_table(place, {}, None)
            )
        if body["name"] in database.tables:
            raise Refused(409, "already_exists", f"Table {body['name']!r} already exists.")
        target = {"type": "table", "database": names["db"], "name": body["name"]}
        return self._begin("table.create", target, self._client.create_async(made), {})

    def update_table(self, names: Any, query: Any, body: Any) -> Any:
        self._client.update(self._table(names), **self._only(body, "description"))
        return self.get_table(names, query, None)

    def drop_table(self, names: Any, query: Any, body: Any) -> Any:
        if names["table"] not in self._database(names).tables and query.get("if_missing") == "ignore":
            return
        self._client.drop(self._table(names))

    def list_views(self, names: Any, query: Any, body: Any) -> Any:
        views = self._database(names).views
        return [self._view_document(names["db"], name, view) for name, view in sorted(views.items())]

    def get_view(self, names: Any, query: Any, body: Any) -> Any:
        return self._view_document(names["db"], names["view"], self._view(names))

    def drop_view(self, names: Any, query: Any, body: Any) -> Any:
        self._client.drop(self._view(names))
