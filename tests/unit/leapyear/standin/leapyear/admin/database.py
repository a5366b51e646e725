"""Databases of the stand-in: the documented names, over the shared file."""

import os
from enum import Enum

from leapyear import _store
from leapyear.admin.privacy import PrivacyLimit, PrivacyProfileParams, View

# Any names will do: what the real ones are was never published.
DatabaseAccessType = Enum("DatabaseAccessType", ["NOTHING_AT_ALL", "A_GLANCE", "THE_KEYS"])


class Database:
    def __init__(self, name, *, description=None, privacy_profile=None, privacy_limit=None, db_id=None):
        self._key = name
        self._given = {"description": description, "profile": getattr(privacy_profile, "_key", "Standard")}

    @classmethod
    def all(cls):
        return iter(_store.current.databases.values())

    def _rows(self, state):
        return state["databases"]

    def _row(self, state):
        state["count"] += 1
        return {**self._given, "id": state["count"], "tables": {}, "views": ["a view"], "window": None}

    def _read(self, field):
        with _store.state() as state:
            return state["databases"][self._key][field]

    def __eq__(self, other):
        return isinstance(other, Database) and other._key == self._key

    def __hash__(self):
        return hash(self._key)

    @property
    def id(self):
        return self._read("id")

    @property
    def name(self):
        return self._key

    @property
    def description(self):
        return self._read("description")

    @property
    def tables(self):
        from leapyear.admin.table import Table

        return {name: Table(name, database=self) for name in self._read("tables")}

    @property
    def views(self):
        return {name: View() for name in self._read("views")}

    @property
    def privacy_params(self):
        return PrivacyProfileParams()

    @property
    def privacy_profile(self):
        return self._read("profile")

    def set_privacy_profile(self, privacy_profile):
        with _store.state() as state:
            state["databases"][self._key]["profile"] = privacy_profile._key

    def get_privacy_limit(self):
        return PrivacyLimit()

    def load(self):
        self._read("id")

    def create(self, *, ignore_if_exists=False):
        _store.current.create(self, ignore_if_exists)
        return self

    def drop(self, *, ignore_missing=False):
        _store.current.drop(self, ignore_missing)

    def get_access(self, subject=None):
        if subject is None:
            return DatabaseAccessType.THE_KEYS
        with _store.state() as state:
            found = [row[3] for row in state["grants"] if row[:3] == [type(subject).__name__, subject._key, self._key]]
        return DatabaseAccessType[found[-1]] if found else DatabaseAccessType.NOTHING_AT_ALL

    def set_access(self, subject, access):
        assert isinstance(access, DatabaseAccessType)
        with _store.state() as state:
            state["grants"].append([type(subject).__name__, subject._key, self._key, access.name])


if os.environ.get("LY_STANDIN_LIMIT") == "latest":

    def _set_window(self, days):
        with _store.state() as state:
            state["databases"][self._key]["window"] = days

    Database.set_privacy_limit_window = _set_window
else:
    Database.set_privacy_limit = lambda self, privacy_limit: None
