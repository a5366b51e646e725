"""The forms of tables: what a new one needs, what of one can be changed, and where more data is."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field, SecretStr, field_validator

from tui.systems.leapyear.columns import ColumnDefinition
from tui.systems.leapyear.resources import column_text
from tui.systems.leapyear.resources.form_fields import Described, Description, Named

_CREDENTIALS = "where its data is, such as hdfs://lake/data.parq; never shown again"


class TableFormFields(BaseModel):
    """What a new table and one that replaces another have in common."""

    columns: str = Field("", description=column_text.HELP, json_schema_extra={"multiline": True})
    credentials: SecretStr | None = Field(None, description=_CREDENTIALS)
    description: Description = Field("", description="for people")
    public: bool = Field(False, description="whether it is nothing to be protected")
    watch_folder: str = Field("", description="passed on as it is: what it does was never published")

    @field_validator("columns")
    @classmethod
    def _check_columns(cls, text: str) -> str:
        column_text.read_columns(text)
        return text

    def definitions(self) -> list[ColumnDefinition]:
        """Return the columns that are declared, none where they are to be found out."""
        return column_text.read_columns(self.columns)

    def fields(self) -> dict[str, Any]:
        """Return the keywords of a `Table`."""
        return {
            "columns": self.definitions() or None,
            "credentials": self.credentials,
            "description": self.description or None,
            "public": self.public,
            "watch_folder": self.watch_folder or None,
        }


class NewTable(TableFormFields, Named):
    """A table that is to be."""


class EditedTable(Described):
    """A table that is changed: all else is as its data is."""


class NewSlice(BaseModel):
    """More data for a table."""

    credentials: SecretStr = Field(description="where the data is, such as hdfs://lake/more.parq; never shown again")
