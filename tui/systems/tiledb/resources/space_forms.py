"""The forms of teamspaces, and of what is looked for in one."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, field_validator

from tui.services.printable import printable


def name_checked(name: str) -> str:
    """Return a name that can be one part of a path. Raises `ValueError` for any other."""
    if not name.strip() or "/" in name or name in (".", "..") or printable(name) != name:
        raise ValueError("a name has no slash and no control characters, and is not empty")
    return name


class NewSpace(BaseModel):
    """A teamspace that is to be."""

    name: str = Field(description="what it is called; no slash")
    visibility: Literal["private", "public"] = Field(
        "private", description="public: everyone in the workspace sees it, and can join"
    )
    description: str = Field("", description="what it is for")

    _check_name = field_validator("name")(name_checked)


class EditedSpace(BaseModel):
    """What a teamspace is called and says of itself."""

    name: str = Field(description="its name; another one renames it")
    visibility: Literal["private", "public"] = Field("private", description="who sees it")
    description: str = Field("", description="what it is for")

    _check_name = field_validator("name")(name_checked)


class DeleteSpace(BaseModel):
    """What becomes of what is stored when a teamspace is deleted."""

    storage: Literal["keep", "delete"] = Field(
        "keep", description="keep: what is stored stays where it is; delete: it is deleted too, for good"
    )


class SearchForm(BaseModel):
    """What is looked for."""

    text: str = Field(min_length=1, description="words of a name, a path or a description")
