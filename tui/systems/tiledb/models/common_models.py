"""What the two platforms have in common, in one set of words: the rows of the lists that a user of either sees."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Row(BaseModel):
    """A value that one of the platforms sent, in the common words."""

    model_config = ConfigDict(frozen=True, ser_json_inf_nan="strings")


class Identity(Row):
    """Who is logged in, and where. `platform` is in words; `role` is what they are on the whole server."""

    username: str
    name: str = ""
    email: str = ""
    role: str = ""
    user_id: str = ""
    timezone: str = ""
    server: str = ""
    platform: str = ""
    workspace: str = ""
    workspace_role: str = ""
    created: datetime | None = None


class Tenancy(Row):
    """A workspace, or an organisation of the classic cloud. `role` is what the logged-in user is in it."""

    name: str
    id: str = ""
    role: str = ""
    description: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    created_by: str = ""


class Space(Row):
    """What assets are looked for in. `kind` says what it is: a teamspace, a user's or everyone's space; on the classic
    cloud a namespace of a user or an organisation, or what is shared with the user, or what is public."""

    name: str
    id: str = ""
    kind: str = "teamspace"
    role: str = ""
    visibility: str = ""
    description: str = ""
    created: datetime | None = None
    updated: datetime | None = None


class Member(Row):
    """A person in a workspace, a teamspace or an organisation. `key` is what the calls name them by."""

    key: str
    username: str
    name: str = ""
    email: str = ""
    role: str = ""
    added_by: str = ""
    since: datetime | None = None


class Item(Row):
    """An asset. `path` names it within its `space`; `backing` is what it is made of: array, group, file or folder.

    `size` is in bytes, `members` how many things are in it; None where the server does not tell. `tiledb_uri` opens it.
    """

    space: str
    path: str
    name: str
    type: str
    backing: str
    id: str = ""
    size: int | None = None
    members: int | None = None
    description: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    created_by: str = ""
    uri: str = ""
    tiledb_uri: str = ""
    tags: tuple[str, ...] = ()
    is_public: bool | None = None

    @property
    def holds_others(self) -> bool:
        """Whether there is something in it to go to."""
        return self.backing in ("folder", "group")


class TokenRow(Row):
    """A key, without what it is. `key` is what it is revoked by; `forgotten` ones were made by a client's log-in."""

    key: str
    name: str
    kind: str
    scope: str = ""
    workspace: str = ""
    created: datetime | None = None
    expires: datetime | None = None
    forgotten: bool = False


class CredentialRow(Row):
    """How a cloud is logged in to, without what proves it. `level` is where it is kept: with whom it works."""

    name: str
    provider: str = ""
    kind: str = ""
    level: str = ""
    status: str = ""
    is_default: bool | None = None
    allowed_in_tasks: bool | None = None
    created: datetime | None = None
    updated: datetime | None = None


class Event(Row):
    """Something that somebody did. `kind` is what it was done to."""

    id: str
    when: datetime | None = None
    who: str = ""
    action: str = ""
    what: str = ""
    kind: str = ""
    space: str = ""
    task: str = ""


class InvitationRow(Row):
    """An invitation that was sent."""

    id: str
    email: str = ""
    kind: str = ""
    to: str = ""
    role: str = ""
    status: str = ""
    created: datetime | None = None
    expires: datetime | None = None


class Share(Row):
    """What a namespace may do with something. `array_actions` are those of a group for the arrays in it."""

    namespace: str
    kind: str = ""
    actions: tuple[str, ...] = Field(default=())
    array_actions: tuple[str, ...] = Field(default=())
