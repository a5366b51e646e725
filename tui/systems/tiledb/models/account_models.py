"""Users, workspaces and who is in them and in their teamspaces, as the current platform knows them (contract §8)."""

from __future__ import annotations

from typing import Any

from pydantic import Field, SecretStr

from tui.services.http.moment import Moment
from tui.services.http.values import Value
from tui.systems.tiledb.values import Foreign, Many, Secret


class User(Value):
    """A person on the deployment. `role` is owner, admin or member of all of it."""

    id: str
    username: str
    display_name: str
    email: str
    role: str
    timezone: str
    created_at: Moment
    updated_at: Moment | None = None
    deleted_at: Moment | None = None
    image_id: str | None = None
    is_valid_email: bool | None = None


class SpaceUser(Value):
    """A member of a workspace or a teamspace. `added_by` is the user who let them in."""

    user_id: str
    username: str
    display_name: str = ""
    email: str = ""
    role: str
    added_by: str | None = None
    created_at: Moment | None = None
    deleted_at: Moment | None = None
    image_id: str | None = None


class WorkspaceUser(SpaceUser):
    """A member of a workspace. `role` is owner, admin or member."""


class TeamspaceUser(SpaceUser):
    """A member of a teamspace. `role` is owner, editor or viewer."""


class UserSelfWorkspace(Value):
    """A workspace of whoever is logged in; `self` says as what."""

    workspace_id: str
    name: str
    created_by: WorkspaceUser
    self_: WorkspaceUser = Field(alias="self")
    created_at: Moment
    updated_at: Moment | None = None
    description: str | None = None
    image_id: str | None = None


class SelfUser(Value):
    """Who is logged in, and their workspaces."""

    user: User
    workspaces: list[UserSelfWorkspace]


class Workspace(Value):
    """A workspace. `created_by` is the user's name; `workspace_role` what the logged-in user is in it."""

    workspace_id: str
    name: str
    description: str | None = None
    created_at: Moment
    updated_at: Moment | None = None
    created_by: str
    workspace_role: str
    image_id: str | None = None


def published(workspace: UserSelfWorkspace) -> Workspace:
    """Return a workspace with the attributes that are documented (contract §6)."""
    return Workspace(
        workspace_id=workspace.workspace_id,
        name=workspace.name,
        description=workspace.description,
        created_at=workspace.created_at,
        updated_at=workspace.updated_at,
        created_by=workspace.created_by.username,
        workspace_role=workspace.self_.role,
        image_id=workspace.image_id,
    )


class Invitation(Value):
    """An invitation into a workspace that waits for an answer."""

    invitation_id: str
    invitee_email: str
    created_by: Foreign = Field(default_factory=dict)
    created_at: Moment | None = None
    workspace_invitation: Foreign = Field(default_factory=dict)

    @property
    def role(self) -> str:
        """What the invited person will be."""
        found: Any = self.workspace_invitation.get("prospective_role")
        return found if isinstance(found, str) else ""


class APIToken(Value):
    """A key and what it is for. `api_key` is only there when it was just made; it is never shown or stored.

    One with a `workspace_id` is an API token, one without it that of a session.
    """

    token_id: str
    name: str = ""
    created_at: Moment | None = None
    expires_at: Moment | None = None
    api_key: Secret = SecretStr("")
    workspace_id: str | None = None
    scope: str = "*"

    @property
    def is_login_leftover(self) -> bool:
        """Whether a client made it to log in with a password, and may have forgotten it (contract §2)."""
        return self.name.startswith("login-session-")


class Versions(Value):
    """What the server runs on."""

    go_version: str = ""
    tiledb_version: str = ""
    udf_images_version: Many[str] = Field(default_factory=list)
    vcs_name: str | None = None
    vcs_revision: str | None = None
    build_id: str | None = None


class Version(Value):
    """A version of TileDB's core."""

    major: int
    minor: int
    patch: int

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"


class RestCapabilities(Value):
    """Which core a server has, and the oldest that it speaks with."""

    deployed: Version = Field(alias="deployedTileDBVersion")
    minimum_client: Version = Field(alias="minimumSupportedTileDBClientVersion")
