"""The forms of grants: all levels of a row at once, or one level for many."""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator

from tui.systems.leapyear.resources.level_text import read_levels


class DatabaseLevels(BaseModel):
    """All levels of a subject on databases."""

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


class ColumnLevels(BaseModel):
    """All levels of a subject on the columns of a table."""

    levels: str = Field(
        "",
        description="column level, parted by ; or lines; one that is left out is taken away",
        json_schema_extra={"multiline": True},
    )

    @field_validator("levels")
    @classmethod
    def _check(cls, text: str) -> str:
        read_levels(text)
        return text


class OneLevel(BaseModel):
    """One level, for everything that is meant."""

    level: str = Field(description="the level", json_schema_extra={"asks": True})
