"""Teamspaces and what lies in them: folders, arrays, groups, files, their metadata and properties (contract §8)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from tui.services.http.moment import Moment
from tui.services.http.values import Value
from tui.systems.tiledb.models.account_models import TeamspaceUser, WorkspaceUser
from tui.systems.tiledb.models.storage_models import StorageSetting
from tui.systems.tiledb.values import Foreign, Many, Whole


class Teamspace(Value):
    """A part of a workspace that people share. `visibility` is private or public; `self` is None for who is no member.

    `space_type` is teamspace, userspace (of one person) or generalspace (of everyone).
    """

    teamspace_id: str
    name: str
    space_type: str = "teamspace"
    visibility: str = "private"
    icon: str | None = None
    description: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    created_by: TeamspaceUser | None = None
    self_: TeamspaceUser | None = Field(None, alias="self")
    default_storage_setting: StorageSetting | None = None

    @property
    def role(self) -> str:
        """What the logged-in user is in it, "" for no member."""
        return self.self_.role if self.self_ is not None else ""


class Light(Value):
    """The name and id of what something lies in."""

    workspace_id: str = ""
    teamspace_id: str = ""
    name: str = ""


class Measured(Value):
    """How large something is: bytes of a file or an array, members of a group or a folder."""

    size: Whole | None = None
    length: Whole | None = None


class AssetMetadata(Value):
    """An entry of an array's or a group's metadata. The value is text, `type` is the type that it is stored as."""

    key: str
    value: str
    type: str = "STRING_UTF8"


class Asset(Value):
    """Something in a teamspace. `path` is where, from the teamspace's root; `tiledb_uri` opens it.

    `type` is what it is for, such as `soma`; `backing_type` what it is made of: array, group, file or folder.
    """

    id: str
    name: str
    path: str
    type: str
    backing_type: str = ""
    workspace_id: str = ""
    teamspace_id: str = ""
    workspace: Light | None = None
    teamspace: Light | None = None
    description: str | None = None
    member_type: str | None = None
    mime: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    created_by: WorkspaceUser | None = None
    metadata: Many[AssetMetadata] = Field(default_factory=list)
    uri: str | None = None
    tiledb_uri: str = ""
    file: Measured | None = Field(None, alias="fileInfo")
    array: Measured | None = Field(None, alias="arrayInfo")
    group: Measured | None = Field(None, alias="groupInfo")
    folder: Measured | None = Field(None, alias="folderInfo")

    @property
    def size(self) -> int | None:
        """Its size in bytes, None where the server does not tell, as of a folder."""
        return next((part.size for part in (self.array, self.file) if part is not None), None)

    @property
    def members(self) -> int | None:
        """How many members it has, None for what has none."""
        return next((part.length for part in (self.folder, self.group) if part is not None), None)

    @property
    def holds_others(self) -> bool:
        """Whether there may be something in it to go to."""
        return self.backing_type in ("folder", "group") or self.type == "folder"


class AssetProperty(Value):
    """A setting of an asset, such as `default_region`. `size` is one too, which the server keeps."""

    key: str
    value: str
    id: str | None = None


class Folder(Value):
    """A folder. `asset_id` is what it is moved, renamed and deleted by."""

    id: str
    asset_id: str = ""
    name: str = ""
    description: str | None = None
    parent_folder_id: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    created_by: WorkspaceUser | None = None


class Activity(Value):
    """Something that somebody did to an asset or a token (contract §8)."""

    activity_id: str
    action: str
    recorded_at: Moment
    api_version: str = ""
    subject: Foreign = Field(default_factory=dict)
    object: Foreign = Field(default_factory=dict)
    array_task: Foreign = Field(default_factory=dict)
    extra_data: Foreign = Field(default_factory=dict)
    workspace: Light | None = None
    teamspace: Light | None = None

    @property
    def who(self) -> str:
        """The name of who did it, "" if it is not told."""
        return _first_text(self.subject, "username", "display_name", "user_id", "id")

    @property
    def what(self) -> str:
        """The path or the name of what it was done to."""
        return _first_text(self.object, "path", "name", "asset_id", "token_id")

    @property
    def kind(self) -> str:
        """What that is: `token`, or the type of an asset."""
        return "token" if "token_id" in self.object else _first_text(self.object, "type")


def _first_text(values: dict[str, Any], *names: str) -> str:
    return next((values[name] for name in names if isinstance(values.get(name), str) and values[name]), "")
