"""Tables and columns of the stand-in, over the shared file."""

from enum import Enum

from leapyear import _store

ColumnAccessType = Enum("ColumnAccessType", ["SHUT", "THROUGH_A_VEIL", "OPEN"])


class ColumnDefinition:
    def __init__(self, name, type="BOOL", bounds=None):
        self._row = {"name": name, "type": type, "bounds": bounds}


class TableColumn:
    """What a stored column has was never published."""


class Table:
    def __init__(
        self,
        name,
        *,
        database,
        columns=None,
        credentials=None,
        description=None,
        public=None,
        table_id=None,
        watch_folder=None,
        **kwargs,
    ):
        self._key = name
        self._database = database
        self._columns = [column._row for column in columns or ()]
        self._credentials = credentials

    def _rows(self, state):
        return state["databases"][self._database._key]["tables"]

    def _row(self, state):
        return {"columns": self._columns, "credentials": self._credentials}

    @property
    def columns(self):
        with _store.state() as state:
            return {row["name"]: TableColumn() for row in self._rows(state)[self._key]["columns"]}

    def create(self):
        _store.current.create(self)
