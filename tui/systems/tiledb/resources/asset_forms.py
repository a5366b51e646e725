"""The forms of assets: a folder, a name, a description, a place to move to, an entry of metadata, a share."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field, field_validator

from tui.services.printable import printable
from tui.systems.tiledb.resources.space_forms import name_checked


class NewFolder(BaseModel):
    """A folder that is to be."""

    path: str = Field(min_length=1, description="its name, or a path below this place: a/b")
    description: str = Field("", description="what is in it")

    @field_validator("path")
    @classmethod
    def _check_path(cls, path: str) -> str:
        return "/".join(name_checked(part) for part in path.strip("/").split("/"))


class RegisterForm(BaseModel):
    """Something that is stored already, to be listed here."""

    path: str = Field(min_length=1, description="where it is listed: its name, or a path below this place")
    uri: str = Field(description="where it is stored, such as s3://bucket/array")
    credential: str = Field("", description="the credential that opens it; empty: the usual one of this place")

    @field_validator("path")
    @classmethod
    def _check_path(cls, path: str) -> str:
        return "/".join(name_checked(part) for part in path.strip("/").split("/"))

    @field_validator("uri")
    @classmethod
    def _check_uri(cls, uri: str) -> str:
        if "://" not in uri.strip():
            raise ValueError("an address says how: s3://, gs://, azure://, file://")
        return uri.strip()


class RenameForm(BaseModel):
    """Another name."""

    name: str = Field(description="its new name; no slash, it stays where it is")

    _check_name = field_validator("name")(name_checked)


class MoveForm(BaseModel):
    """Where assets go."""

    target: str = Field("", description="the path of the folder that they go into; empty: the top of the teamspace")


class DescribeForm(BaseModel):
    """What an asset is about."""

    description: str = Field("", description="what it is about", json_schema_extra={"multiline": True})


MetadataType = Literal[
    "guessed", "STRING_UTF8", "STRING_ASCII", "INT64", "INT32", "UINT64", "UINT8", "FLOAT64", "FLOAT32", "BOOL"
]


class MetadataForm(BaseModel):
    """An entry of the metadata."""

    key: str = Field(min_length=1, description="what the entry is called")
    value: str = Field("", description="what it says")
    type: MetadataType = Field("guessed", description="as what it is stored; guessed: a number where it is one")


class ValueForm(BaseModel):
    """What an entry of the metadata says."""

    value: str = Field("", description="what it says")


ARRAY_ACTIONS = ("read", "write", "edit", "read_array_logs", "read_array_info", "read_array_schema")


def _known_actions(actions: list[str]) -> list[str]:
    wrong = next((action for action in actions if action not in ARRAY_ACTIONS), None)
    if wrong is not None:
        raise ValueError(f"{printable(wrong, 40)} is none of {', '.join(ARRAY_ACTIONS)}")
    return list(dict.fromkeys(actions))


Actions = Annotated[list[str], AfterValidator(_known_actions)]
OF_IT = f"{', '.join(ARRAY_ACTIONS)}; with a group: the first three"
OF_ITS_ARRAYS = "with a group alone: what they may do with the arrays in it"


class ShareForm(BaseModel):
    """Who else may do what with an asset of the classic cloud."""

    to: str = Field(min_length=1, description="a user's or an organisation's name; public: everyone")
    actions: Actions = Field(default_factory=lambda: ["read"], min_length=1, description=OF_IT)
    array_actions: Actions = Field(default_factory=list, description=OF_ITS_ARRAYS)


class EditedShare(BaseModel):
    """What somebody whom an asset is shared with may do from now on."""

    actions: Actions = Field(default_factory=lambda: ["read"], min_length=1, description=OF_IT)
    array_actions: Actions = Field(default_factory=list, description=OF_ITS_ARRAYS)
