"""The form of a new bucket: it knows which platform an address means, and what each way of access needs."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field, SecretStr, ValidationInfo, field_validator

from tui.services.errors import InvalidInput
from tui.systems.arraylake.bucket_platforms import Platform, methods_of, read_bucket_uri

Method = Literal[
    "hmac",
    "aws_customer_managed_role",
    "gcp_customer_managed_role",
    "r2_customer_managed_role",
    "azure_credential_delegation",
    "anonymous",
]
_AWS, _GCP, _R2, _AZURE = (
    "aws_customer_managed_role",
    "gcp_customer_managed_role",
    "r2_customer_managed_role",
    "azure_credential_delegation",
)
_OWNER = {
    "access_key_id": "hmac",
    "secret_access_key": "hmac",
    "external_customer_id": _AWS,
    "external_role_name": _AWS,
    "shared_secret": _AWS,
    "target_service_account": _GCP,
    "external_account_id": _R2,
    "account_api_token": _R2,
    "parent_access_key_id": _R2,
    "duration_seconds": _R2,
    "tenant_id": _AZURE,
    "storage_account": _AZURE,
}
"""Which way of access a field belongs to."""
_MAY_BE_EMPTY = {"shared_secret", "duration_seconds"}


class NewBucket(BaseModel):
    """A bucket that is to be configured. What belongs to another way of access than the chosen one stays empty."""

    nickname: str = Field(min_length=3, max_length=64, description="what it is called here: 3 to 64 characters")
    uri: str = Field(description="s3://name/prefix, gs://name/prefix or az://container/prefix")
    endpoint_url: str = Field("", description="s3:// that is not Amazon's: its address, such as https://minio.example")
    region_name: str = Field("", description="s3:// of Amazon: its region, such as us-east-1")
    use_ssl: bool = Field(True, description="off: the endpoint is asked without encryption")
    force_path_style: bool = Field(False, description="the bucket's name is in the path, as MinIO has it")
    method: Method = Field(description="by what the service gets at it: hmac is a pair of access keys")
    access_key_id: SecretStr | None = Field(None, description="hmac: the key's id")
    secret_access_key: SecretStr | None = Field(
        None, description="hmac: the secret key. Whoever can list the organisation's buckets can read it"
    )
    external_customer_id: str = Field("", title="AWS account", description="AWS role: the account's number")
    external_role_name: str = Field("", title="AWS role", description="AWS role: its name")
    shared_secret: SecretStr | None = Field(None, description="AWS role: the external id that it asks for, if any")
    target_service_account: str = Field(
        "", title="GCP account", description="GCP role: the service account to act as, an e-mail address"
    )
    external_account_id: str = Field("", title="R2 account", description="R2: the account's id")
    account_api_token: SecretStr | None = Field(None, title="R2 API token", description="R2: the account's API token")
    parent_access_key_id: SecretStr | None = Field(None, title="R2 parent key", description="R2: the parent key's id")
    duration_seconds: int | None = Field(
        None, gt=0, title="R2 key seconds", description="R2: how long the keys last that it gives out; empty: 3600"
    )
    tenant_id: str = Field("", title="Azure tenant", description="Azure: the tenant's id")
    storage_account: str = Field("", title="Azure account", description="Azure: the storage account")

    @field_validator("uri")
    @classmethod
    def _check_uri(cls, uri: str) -> str:
        _platform(uri, "")
        return uri

    @field_validator("region_name")
    @classmethod
    def _check_region(cls, region: str, info: ValidationInfo) -> str:
        uri = info.data.get("uri")
        if not region and uri is not None and _platform(uri, info.data.get("endpoint_url", "")) == "s3":
            raise ValueError("Amazon's S3 needs it; for another S3 give the endpoint")
        return region

    @field_validator("method")
    @classmethod
    def _check_method(cls, method: Method, info: ValidationInfo) -> Method:
        uri, endpoint = info.data.get("uri"), info.data.get("endpoint_url", "")
        if uri is None:
            return method
        platform = _platform(uri, endpoint)
        if method not in methods_of(platform):
            raise ValueError(f"{platform} does not take it; it takes {', '.join(methods_of(platform))}")
        if method == _R2 and ".r2." not in endpoint:
            raise ValueError("this one is for endpoints of R2's")
        return method

    @field_validator(*_OWNER)
    @classmethod
    def _check_owned(cls, value: Any, info: ValidationInfo) -> Any:
        method, owner = info.data.get("method"), _OWNER[info.field_name or ""]
        empty = value is None or value == ""
        if method is None:
            return value
        if method == owner and empty and info.field_name not in _MAY_BE_EMPTY:
            raise ValueError(f"{method} needs it")
        if method != owner and not empty:
            raise ValueError(f"{method} takes none of it")
        return value

    model_config = {"validate_default": True}

    @property
    def platform(self) -> Platform:
        """What the address and the endpoint mean."""
        return _platform(self.uri, self.endpoint_url)

    @property
    def extra_config(self) -> dict[str, Any]:
        """What finds the bucket, as `create_bucket_config` takes it."""
        extra: dict[str, Any] = {}
        if self.region_name:
            extra["region_name"] = self.region_name
        if self.endpoint_url:
            extra |= {
                "endpoint_url": self.endpoint_url,
                "use_ssl": self.use_ssl,
                "force_path_style": self.force_path_style,
            }
        return extra

    @property
    def auth_config(self) -> dict[str, Any]:
        """By what the service gets at it, as `create_bucket_config` takes it; secrets do not show themselves."""
        owned = {name: getattr(self, name) for name, owner in _OWNER.items() if owner == self.method}
        return {"method": self.method, **{name: value for name, value in owned.items() if value not in (None, "")}}


def _platform(uri: str, endpoint: str) -> Platform:
    """Return what an address means. Raises `ValueError` if it is none."""
    try:
        return read_bucket_uri(uri, {"endpoint_url": endpoint})[0]
    except InvalidInput as error:
        raise ValueError(f"{error.message.removeprefix('uri: ')}; {error.hint}".removesuffix("; ")) from error
