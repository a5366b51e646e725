"""Repositories: entries of the catalogue, and what opening one gives (contract §6.1, §6.5)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from pydantic import AliasChoices, Field, SecretStr

from tui.services.http.moment import Moment
from tui.services.http.values import Foreign, Value
from tui.systems.arraylake.bucket_models import Bucket
from tui.systems.arraylake.models import Metadata, RepoPermission, RepoStatus


class Subscription(Value):
    """Where a repository that was subscribed to comes from (contract §6.6). Prices are in hundredths of `currency`."""

    status: str | None = None
    subscription_type: str | None = None
    parent_repo: Repo | None = None
    marketplace_listing: Foreign | None = None
    pricing_type: str | None = None
    price_minor_units: int | None = None
    currency: str = "USD"


class Repo(Value):
    """A repository as the catalogue knows it. `prefix` is where in its bucket it is; `kind` is `icechunk` or `v1`."""

    id: str = Field(validation_alias=AliasChoices("_id", "id"), pattern=r"^([0-9a-fA-F]{2})+$", max_length=128)
    org: str
    name: str
    prefix: str
    status: RepoStatus
    kind: str = "icechunk"
    created: Moment | None = None
    updated: Moment | None = None
    description: str | None = None
    metadata: Metadata | None = None
    created_by: UUID | None = None
    visibility: str = "PRIVATE"
    bucket: Bucket | None = None
    subscription: Subscription | None = None
    optimization_config: Foreign | None = None
    permissions: list[RepoPermission] | None = None

    @property
    def full_name(self) -> str:
        """The name with the organisation's, as every method takes it."""
        return f"{self.org}/{self.name}"


class StorageCredentials(Value):
    """Access to a repository's bytes for a while: of S3 and what is like it, of Google, or of Azure."""

    aws_access_key_id: SecretStr | None = None
    aws_secret_access_key: SecretStr | None = None
    aws_session_token: SecretStr | None = None
    access_token: SecretStr | None = None
    principal: str | None = None
    sas_token: SecretStr | None = None
    storage_account: str | None = None
    expiration: Moment | None = None


class Author(Value):
    """Whose name stands on commits."""

    name: str | None = None
    email: str


class VirtualChunkCredentials(Value):
    """Access to chunks that lie outside of the repository."""

    credentials: StorageCredentials | None = None
    org: str | None = None
    bucket_nickname: str | None = None
    platform: str | None = None
    runtime_vcc_name: str | None = None


class OpenRepo(Value):
    """All that is needed to open a repository's storage."""

    repo_bucket: Bucket
    repo_prefix: str
    repo_credentials: StorageCredentials | None = None
    virtual_chunk_credentials: dict[str, VirtualChunkCredentials] = Field(default_factory=dict)
    author: Author
    principal_id: UUID
    status: RepoStatus


class DatasetArray(Value):
    """An array of a group, as the catalogue itself tells of it (contract §6.7)."""

    path: str
    name: str
    shape: list[int] = Field(default_factory=list)
    dtype: str | dict[str, Any] = ""
    dimension_names: list[str | None] | None = None
    attributes: dict[str, Any] = Field(default_factory=dict)
    chunk_shape: list[int] | None = None
    fill_value: Any = None
    codecs: list[Any] | None = None
    classification: str | None = None
    nbytes: int | None = None
    chunk_nbytes: int | None = None


class DatasetNode(Value):
    """A group of a repository, as the catalogue itself tells of it."""

    path: str
    name: str
    attributes: dict[str, Any] = Field(default_factory=dict)
    dimensions: dict[str, int] = Field(default_factory=dict)
    coordinates: list[DatasetArray] = Field(default_factory=list)
    data_variables: list[DatasetArray] = Field(default_factory=list)
    child_groups: list[str] = Field(default_factory=list)
    is_xarray_compatible: bool = False
    nbytes: int | None = None
    spec_version: int | None = None
