"""The forms of repositories: a new one, one that is in a bucket already, an edited one, its status."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Any

from pydantic import BaseModel, Field, field_validator

from tui.services.errors import InvalidInput
from tui.systems.arraylake.models import Metadata, Mode
from tui.systems.arraylake.names import check_repo
from tui.systems.arraylake.repo_calls import LONGEST_DESCRIPTION, LONGEST_PREFIX

NAME_HELP = "2 to 128 letters, digits and . _ - that begin with a letter, a digit or _"
METADATA_HELP = 'JSON, such as {"project": "x", "tags": ["hourly"]}: scalars and lists of them, 4 kB at most'
BUCKET_HELP = "the bucket to keep it in; none: the organisation's default"


def _name_checked(name: str) -> str:
    try:
        return check_repo(name, "create repository")
    except InvalidInput as error:
        raise ValueError(f"{error.message}: {error.hint}" if error.hint else error.message) from error


def _described(description: str) -> str:
    if len(description) > LONGEST_DESCRIPTION:
        raise ValueError(f"it has {len(description)} characters, {LONGEST_DESCRIPTION} are taken")
    return description


def _placed(prefix: str) -> str:
    if len(prefix) > LONGEST_PREFIX or prefix != prefix.strip("/") or " " in prefix:
        raise ValueError("at most 256 characters, no blanks, no slash at its ends")
    return str(PurePosixPath(prefix)) if prefix else ""


class NewRepo(BaseModel):
    """A repository that is to be."""

    name: str = Field(description=NAME_HELP)
    bucket: str | None = Field(None, description=BUCKET_HELP, json_schema_extra={"asks": True})
    description: str = Field("", description="what it is about, 255 characters at most")
    metadata: Metadata = Field(default_factory=dict, description=METADATA_HELP)
    prefix: str = Field("", description="where in the bucket; empty: a place that the service makes up")

    _check_name = field_validator("name")(_name_checked)
    _check_description = field_validator("description")(_described)
    _check_prefix = field_validator("prefix")(_placed)


class GetOrCreate(BaseModel):
    """A repository to open, which is created if it is not there."""

    name: str = Field(description=NAME_HELP)
    bucket: str | None = Field(None, description=BUCKET_HELP, json_schema_extra={"asks": True})

    _check_name = field_validator("name")(_name_checked)


class ImportedRepo(BaseModel):
    """A repository that is in a bucket and not in the catalogue."""

    name: str = Field(description=NAME_HELP)
    bucket: str = Field(description="the bucket that it is in", json_schema_extra={"asks": True})
    prefix: str = Field(description="where in the bucket it is, the bucket's own prefix included")
    description: str = Field("", description="what it is about, 255 characters at most")
    metadata: Metadata = Field(default_factory=dict, description=METADATA_HELP)

    _check_name = field_validator("name")(_name_checked)
    _check_description = field_validator("description")(_described)
    _check_prefix = field_validator("prefix")(_placed)


class EditedRepo(BaseModel):
    """What the catalogue says of a repository, edited."""

    description: str = Field("", description="what it is about, 255 characters at most")
    metadata: Metadata = Field(default_factory=dict, description=METADATA_HELP)

    _check_description = field_validator("description")(_described)


class StatusForm(BaseModel):
    """How a repository may be used."""

    mode: Mode = Field("online", description="in maintenance and offline it cannot be opened")
    message: str = Field("", description="why, for whoever wonders")


class OpenForm(BaseModel):
    """How a repository is opened."""

    checkout: bool = Field(True, description="start a session on the branch main")
    read_only: bool = Field(True, description="one for reading alone")


def metadata_changes(before: Metadata, after: Metadata) -> dict[str, Any]:
    """Return what makes one metadata of another, as `modify_repo` takes it; what is not to change is left out."""
    added = {key: value for key, value in after.items() if key not in before}
    updated = {key: value for key, value in after.items() if key in before and not _same(before[key], value)}
    removed = [key for key in before if key not in after]
    changes = {"add_metadata": added, "update_metadata": updated, "remove_metadata": removed}
    return {name: value for name, value in changes.items() if value}


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same to JSON, to which `true` is not 1."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    return type(one) is type(other) and one == other
