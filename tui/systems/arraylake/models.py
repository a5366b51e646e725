"""What the service speaks: organisations, repositories, their status, who may use them (contract §6)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Generic, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from tui.services.http.moment import Moment
from tui.services.http.values import Foreign, Value

T = TypeVar("T")


Scalar = str | int | float | bool | None
Metadata = dict[str, Scalar | list[Scalar]]
"""What a person noted about a repository: scalars, or lists of them, by name."""


Mode = Literal["online", "maintenance", "offline"]


class RepoStatus(Value):
    """How a repository may be used; `is_user_modifiable` is whether that can be changed here."""

    mode: str
    message: str | None = None
    initiated_by: Foreign = Field(default_factory=dict)
    is_user_modifiable: bool = True
    estimated_end_time: Moment | None = None


class RepoPermission(Value):
    """What one principal may do with a repository."""

    principal_id: UUID
    actions: list[str] = Field(default_factory=list)


class Org(Value):
    """An organisation that the user belongs to."""

    name: str
    id: str | None = None
    created: Moment | None = None


class Principal(Value):
    """Who is logged in: a user, or an API key, which has a `client_id` and an `expiration` in seconds since 1970."""

    id: UUID
    email: str | None = None
    first_name: str | None = None
    family_name: str | None = None
    client_id: str | None = None
    expiration: int | None = None

    @property
    def is_api_key(self) -> bool:
        """Whether it is a key and not a person (contract §4.3)."""
        return "first_name" not in self.model_fields_set

    @property
    def title(self) -> str:
        """The person's name, or else the address or the key's id."""
        name = " ".join(filter(None, (self.first_name, self.family_name)))
        return name or self.email or self.client_id or str(self.id)

    @property
    def expires(self) -> datetime | None:
        """When an API key ends, None for a person."""
        if self.expiration is None:
            return None
        try:
            return datetime.fromtimestamp(self.expiration, UTC)
        except (ValueError, OverflowError, OSError):
            return None


class Permitted(Value):
    """Whether a principal may do something."""

    has_permission: bool


class RepoPage(Value, Generic[T]):
    """One page of a list. Pages are counted from 1; an empty list has none."""

    items: list[T]
    total: int
    page: int
    size: int
    pages: int


class AccessPolicy(Value):
    """Which chunks outside of the repositories may be read through a bucket's access (contract §5.3)."""

    use_case: str
    bucket_id: UUID
    subprefix: str | None = None
    public: bool = False
    url_prefix: str | None = None
    created: Moment | None = None
    created_by: str | None = None


class ServiceInfo(Value):
    """What the service tells about itself."""

    arraylake_api_version: str
