"""Buckets: where repositories keep their bytes, and how the service gets at them (contract §6.3, §6.4)."""

from __future__ import annotations

from typing import Any, cast
from uuid import UUID

from pydantic import Field, SecretStr, field_validator

from tui.services.http.moment import Moment
from tui.services.http.values import Value
from tui.services.secrecy import redacted

_METHODS = {
    "anonymous": "anonymous",
    "hmac": "access keys",
    "aws_customer_managed_role": "AWS role",
    "customer_managed_role": "AWS role",
    "gcp_customer_managed_role": "GCP role",
    "r2_customer_managed_role": "R2 account",
    "azure_credential_delegation": "Azure delegation",
    "bucket_policy": "bucket policy",
}
_SCHEMES = {"s3": "s3", "s3-compatible": "s3", "minio": "s3", "gs": "gs", "azure": "az"}


class BucketAuth(Value):
    """How the service gets at a bucket. `method` says which of the other fields mean something.

    The service sends access keys in clear text; here every secret is one that does not show itself.
    """

    method: str
    access_key_id: SecretStr | None = None
    secret_access_key: SecretStr | None = None
    shared_secret: SecretStr | None = None
    account_api_token: SecretStr | None = None
    parent_access_key_id: SecretStr | None = None
    external_customer_id: str | None = None
    external_role_name: str | None = None
    target_service_account: str | None = None
    external_account_id: str | None = None
    duration_seconds: int | None = None
    tenant_id: str | None = None
    storage_account: str | None = None

    @property
    def words(self) -> str:
        """The method as a person says it."""
        return _METHODS.get(self.method, self.method)


class Bucket(Value):
    """A bucket as an organisation configured it. `prefix` is where in it its repositories are."""

    id: UUID
    nickname: str
    platform: str
    name: str
    prefix: str = ""
    is_default: bool = False
    extra_config: dict[str, str | bool] = Field(default_factory=dict)
    auth_config: BucketAuth | None = None
    created: Moment | None = None
    updated: Moment | None = None
    created_by: str | None = None

    @field_validator("extra_config", mode="before")
    @classmethod
    def _hide_secrets(cls, values: Any) -> Any:
        return redacted(cast("dict[str, Any]", values)) if isinstance(values, dict) else values

    @property
    def uri(self) -> str:
        """The bucket's address, such as `s3://name/prefix`."""
        address = f"{_SCHEMES.get(self.platform, self.platform)}://{self.name}"
        return f"{address}/{self.prefix}" if self.prefix else address

    @property
    def endpoint(self) -> str | None:
        """Where an S3 that is not Amazon's is, None for the platform's own."""
        return self.text("endpoint_url")

    @property
    def authentication(self) -> str:
        """How the service gets at it, as a person says it."""
        return "unknown" if self.auth_config is None else self.auth_config.words

    def text(self, name: str) -> str | None:
        """Return a text of the extra configuration, None if it is not there."""
        value = self.extra_config.get(name)
        return value if isinstance(value, str) and value else None

    def flag(self, name: str, default: bool) -> bool:
        """Return a yes or no of the extra configuration."""
        value = self.extra_config.get(name, default)
        return value if isinstance(value, bool) else value.strip().lower() in ("1", "true", "yes")
