"""The forms of grants: all levels of a row at once, or one level for many."""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator

from tui.systems.leapyear.resources.level_text import read_levels


class _Levels(BaseModel):
    """All levels of a row, written together."""

    levels: str = Field(
        "",
        description="database level, parted by ; or lines; one that is left out is taken away",
        json_schema_extra={"multiline": True},
    )

    @field_validator("levels")
    @classmethod
    def _check(cls, text: str) -> str:
        read_levels(text)
        return text


class DatabaseLevels(_Levels):
    """All levels of a subject on databases."""


class ColumnLevels(_Levels):
    """All levels of a subject on the columns of a table."""


class OneLevel(BaseModel):
    """One level, for everything that is meant."""

    level: str = Field(description="the level", json_schema_extra={"asks": True})
