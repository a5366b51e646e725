"""Rules for a new bucket: which platform an address means, what each needs, which ways of access it takes (§6.4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from tui.services.printable import printable
from tui.systems.arraylake.errors import invalid

OPERATION = "create bucket"
Platform = Literal["s3", "s3-compatible", "gs", "azure"]
NEEDED: dict[Platform, str] = {"s3": "region_name", "s3-compatible": "endpoint_url"}
"""The extra setting without which a platform's bucket cannot be found."""


class _Access(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Anonymous(_Access):
    """Unsigned requests. The vendor's client refuses to create repositories in such a bucket."""

    method: Literal["anonymous"] = "anonymous"


class AccessKeys(_Access):
    """A pair of keys. Whoever can list the organisation's buckets can read them (contract §1)."""

    method: Literal["hmac"] = "hmac"
    access_key_id: SecretStr = Field(min_length=1)
    secret_access_key: SecretStr = Field(min_length=1)


class AwsRole(_Access):
    """A role of an AWS account that the service may take on."""

    method: Literal["aws_customer_managed_role", "customer_managed_role"] = "aws_customer_managed_role"
    external_customer_id: str = Field(min_length=1)
    external_role_name: str = Field(min_length=1)
    shared_secret: SecretStr | None = None


class GcpRole(_Access):
    """A service account of Google's that the service may act as."""

    method: Literal["gcp_customer_managed_role"] = "gcp_customer_managed_role"
    target_service_account: str = Field(min_length=1)


class R2Account(_Access):
    """An account of Cloudflare's; `duration_seconds` is how long the keys last that it gives out."""

    method: Literal["r2_customer_managed_role"] = "r2_customer_managed_role"
    external_account_id: str = Field(min_length=1)
    account_api_token: SecretStr = Field(min_length=1)
    parent_access_key_id: SecretStr = Field(min_length=1)
    duration_seconds: int = Field(default=3600, gt=0)


class AzureDelegation(_Access):
    """A storage account of Azure's to which a tenant delegates access."""

    method: Literal["azure_credential_delegation"] = "azure_credential_delegation"
    tenant_id: str = Field(min_length=1)
    storage_account: str = Field(min_length=1)


BucketAccess = Annotated[
    Anonymous | AccessKeys | AwsRole | GcpRole | R2Account | AzureDelegation, Field(discriminator="method")
]
_ACCESS: TypeAdapter[Any] = TypeAdapter(BucketAccess)


def methods_of(platform: Platform) -> tuple[str, ...]:
    """Return the methods of access that a platform's buckets take, the most usual first."""
    own: dict[Platform, tuple[str, ...]] = {
        "s3": ("aws_customer_managed_role",),
        "s3-compatible": ("hmac", "r2_customer_managed_role"),
        "gs": ("gcp_customer_managed_role",),
        "azure": ("azure_credential_delegation",),
    }
    return tuple(dict.fromkeys((*own[platform], "hmac", "anonymous")))


def new_bucket(
    nickname: str, uri: str, extra_config: Mapping[str, Any] | None, auth_config: Mapping[str, Any] | BaseModel | None
) -> dict[str, Any]:
    """Return what the service is sent for a new bucket; secrets in it are SecretStr.

    Raises:
        InvalidInput: the address or a setting cannot be used; the message names it and quotes no setting.
    """
    extra = dict(extra_config or {})
    platform, name, prefix = read_bucket_uri(uri, extra)
    if not 3 <= len(nickname) <= 64 or printable(nickname) != nickname:
        raise invalid(OPERATION, "nickname: give 3 to 64 characters")
    for key, value in extra.items():
        if not isinstance(value, str | bool):
            raise invalid(OPERATION, f"extra_config.{printable(str(key), 60)}: give a text, or true or false")
    needed = NEEDED.get(platform)
    if needed is not None and not extra.get(needed):
        raise invalid(OPERATION, f"extra_config.{needed}: a bucket of {platform} needs it")
    access = _read_access(auth_config)
    _check_method(platform, access.method, str(extra.get("endpoint_url", "")))
    return {
        "nickname": nickname,
        "platform": platform,
        "name": name,
        "prefix": prefix,
        "extra_config": extra,
        "auth_config": access.model_dump(exclude_none=True),
    }


def read_bucket_uri(uri: str, extra_config: Mapping[str, Any]) -> tuple[Platform, str, str]:
    """Return the platform, the name and the prefix that an address of a bucket means.

    Raises:
        InvalidInput: it is no address of a bucket.
    """
    example = "such as s3://bucket/prefix, gs://bucket or az://container"
    try:
        parts = urlsplit(uri)
        name = parts.netloc
    except ValueError:
        raise invalid(OPERATION, "uri: it is no address", example) from None
    schemes: dict[str, Platform] = {
        "s3": "s3-compatible" if extra_config.get("endpoint_url") else "s3",
        "gs": "gs",
        "az": "azure",
    }
    platform = schemes.get(parts.scheme)
    if platform is None:
        raise invalid(OPERATION, f"uri: {printable(parts.scheme, 20)!r} is no scheme of a bucket", example)
    prefix = parts.path.removeprefix("/")
    if not 3 <= len(name) <= 63 or "@" in name or ":" in name or parts.query or parts.fragment:
        raise invalid(
            OPERATION, "uri: the name of the bucket has 3 to 63 characters, and nothing else is in it", example
        )
    if prefix != prefix.strip("/") or len(prefix) > 256 or printable(prefix) != prefix or " " in prefix:
        raise invalid(
            OPERATION, "uri: the prefix has at most 256 characters, no blanks and no slash at its ends", example
        )
    return platform, name, prefix


def _read_access(given: Mapping[str, Any] | BaseModel | None) -> Any:
    if given is None:
        return Anonymous()
    try:
        return _ACCESS.validate_python(given if isinstance(given, BaseModel) else dict(given))
    except ValidationError as error:
        finding = error.errors(include_input=False, include_url=False, include_context=False)[0]
        place = ".".join(str(part) for part in finding["loc"][1:]) or "method"
        reason = finding["msg"]
    # Without the cause, which holds the secrets.
    raise invalid(OPERATION, f"auth_config.{printable(place, 60)}: {printable(reason, 200)}")


def _check_method(platform: Platform, method: str, endpoint: str) -> None:
    allowed = {*methods_of(platform)} | ({"customer_managed_role"} if platform == "s3" else set[str]())
    if method not in allowed:
        known = ", ".join(methods_of(platform))
        raise invalid(OPERATION, f"auth_config.method: {platform} does not take {method}", f"it takes {known}")
    if method == "r2_customer_managed_role" and ".r2." not in endpoint:
        raise invalid(OPERATION, "auth_config.method: this one is for buckets at an address of R2's")
