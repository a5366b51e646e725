"""What the classic cloud speaks: people, organisations, arrays, groups, sharing, invitations (contract §10)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, SecretStr

from tui.services.http.moment import Moment
from tui.services.http.values import Value
from tui.systems.tiledb.models.space_models import AssetMetadata
from tui.systems.tiledb.values import Foreign, Many, Secret, Whole


class OrganizationUser(Value):
    """A member of an organisation, and what they may do in it."""

    user_id: str | None = None
    organization_id: str | None = None
    username: str | None = None
    user_full_name: str | None = None
    user_email: str | None = None
    organization_name: str | None = None
    role: str | None = None
    allowed_actions: Many[str] = Field(default_factory=list)


class ClassicUser(Value):
    """A person. Their own namespace is called like them."""

    username: str
    id: str | None = None
    name: str | None = None
    email: str | None = None
    is_valid_email: bool | None = None
    company: str | None = None
    timezone: str | None = None
    organizations: Many[OrganizationUser] = Field(default_factory=list)
    allowed_actions: Many[str] = Field(default_factory=list)
    enabled_features: Many[str] = Field(default_factory=list)
    unpaid_subscription: bool | None = None
    default_s3_path: str | None = None
    default_namespace_charged: str | None = None
    default_region: str | None = None
    password: Annotated[None, BeforeValidator(lambda _: None)] = Field(None, exclude=True)


class Organization(Value):
    """An organisation: a namespace of several people."""

    name: str
    id: str | None = None
    role: str | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    description: str | None = None
    users: Many[OrganizationUser] = Field(default_factory=list)
    allowed_actions: Many[str] = Field(default_factory=list)
    num_of_arrays: Whole | None = None
    enabled_features: Many[str] = Field(default_factory=list)
    unpaid_subscription: bool | None = None
    default_s3_path: str | None = None
    assume_role_arn: str | None = None


class ClassicToken(Value):
    """A key. `token` is only there when it was just made; it is never shown or stored. `name` revokes it."""

    name: str | None = None
    issued_at: Moment | None = None
    expires_at: Moment | None = None
    scope: Many[str] = Field(default_factory=list)
    token: Secret = SecretStr("")


class DataInfo(Value):
    """What is told of an array and of a group alike. `size` is in bytes; `share_count` is how many may use it."""

    id: str | None = None
    name: str
    namespace: str | None = None
    uri: str | None = None
    tiledb_uri: str | None = None
    size: Whole | None = None
    description: str | None = None
    last_accessed: Moment | None = None
    created_at: Moment | None = None
    created_by: str | None = None
    allowed_actions: Many[str] = Field(default_factory=list)
    access_credentials_name: str | None = None
    share_count: Whole | None = None
    public_share: bool | None = None
    tags: Many[str] = Field(default_factory=list)
    license_id: str | None = None
    metadata: Many[AssetMetadata] = Field(default_factory=list)


class ArrayInfo(DataInfo):
    """An array, or what is stored as one: `file_type` says if it is a notebook, a file, a function or a model."""

    type: str | None = None
    file_type: str | None = None
    file_properties: Foreign = Field(default_factory=dict)
    read_only: bool | None = None
    is_favorite: bool | None = None


class GroupInfo(DataInfo):
    """A group of arrays and groups."""

    group_type: str | None = None
    asset_count: Whole | None = None
    group_count: Whole | None = None


class GroupEntry(Value):
    """A member of a group: one of the two."""

    member_id: str | None = None
    group: GroupInfo | None = None
    array: ArrayInfo | None = None


class Sharing(Value):
    """What a namespace may do with something that is shared with it. `public` is everyone.

    Of a group, `actions` are for itself and `array_actions` for the arrays in it.
    """

    namespace: str
    namespace_type: str | None = None
    actions: Many[str] = Field(default_factory=list)
    group_actions: Many[str] = Field(default_factory=list)
    array_actions: Many[str] = Field(default_factory=list)


class ClassicInvitation(Value):
    """An invitation to share something or to join an organisation."""

    id: str
    invitation_type: str | None = None
    organization_name: str | None = None
    organization_role: str | None = None
    array_name: str | None = None
    email: str | None = None
    actions: Any = None
    group_actions: Any = None
    status: str | None = None
    namespace_invited: str | None = None
    created_at: Moment | None = None
    expires_at: Moment | None = None
    accepted_at: Moment | None = None


class LastAccessed(Value):
    """An array that was lately used. `accessed_time` is as the service sends it."""

    array_id: str | None = None
    array_name: str | None = None
    namespace: str | None = None
    accessed_time: float | None = None
    access_type: str | None = None


class CloudAccess(Value):
    """How Amazon's cloud is logged in to by the older calls, without what proves it."""

    name: str = ""
    access_key_id: str | None = None
    service_role_arn: str | None = None
    default: bool | None = None
    buckets: Many[str] = Field(default_factory=list)
    created_at: Moment | None = None
    updated_at: Moment | None = None
