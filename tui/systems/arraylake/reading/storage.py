"""From what opening a repository gave to where its bytes are: icechunk's storage (contract §9.2)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import SecretStr

from tui.services.errors import NotSupported, PermissionDenied
from tui.services.printable import printable
from tui.systems.arraylake.errors import SYSTEM
from tui.systems.arraylake.repo_models import OpenRepo, StorageCredentials

OPERATION = "open storage"
SILENCE = 15
"""Seconds that the object store may say nothing."""
TRIES = 3
_TIGRIS = ("fly.storage.tigris.dev", "t3.storage.dev")


def storage_of(icechunk: Any, opened: OpenRepo, credentials: StorageCredentials | None) -> Any:
    """Return the storage of a repository. Asks nobody.

    Nothing is taken from this machine's own environment: its keys are not for a store that a catalogue names.

    Raises:
        NotSupported: nothing is known of the platform.
        PermissionDenied: the service gave no access.
    """
    match opened.repo_bucket.platform:
        case "s3" | "s3-compatible" | "minio":
            return _s3(icechunk, opened, credentials)
        case "gs":
            return _google(icechunk, opened, credentials)
        case "azure":
            return _azure(icechunk, opened, credentials)
        case platform:
            message = f"the bucket is of the platform {printable(platform, 40)}, which is not known here"
            raise NotSupported(SYSTEM, OPERATION, message)


def _s3(icechunk: Any, opened: OpenRepo, credentials: StorageCredentials | None) -> Any:
    bucket = opened.repo_bucket
    endpoint = bucket.endpoint
    key = _text(credentials.aws_access_key_id) if credentials is not None else None
    use_ssl = bucket.flag("use_ssl", True)
    region = bucket.text("region_name")
    known: dict[str, Any] = {
        "bucket": bucket.name,
        "prefix": opened.repo_prefix,
        "region": region,
        "endpoint_url": endpoint,
        "allow_http": not use_ssl,
        "from_env": False,
        "network_stream_timeout_seconds": SILENCE,
    }
    if credentials is None or key is None:
        known["anonymous"] = True
    else:
        known |= {
            "access_key_id": key,
            "secret_access_key": _text(credentials.aws_secret_access_key),
            "session_token": _text(credentials.aws_session_token),
            "expires_after": credentials.expiration,
        }
    if endpoint is not None and any(host in endpoint for host in _TIGRIS):
        if region is None or region == "auto":
            raise NotSupported(SYSTEM, OPERATION, "a bucket of Tigris needs a region_name, and not auto")
        return icechunk.tigris_storage(**known)
    if endpoint is not None and ".r2." in endpoint:
        return icechunk.r2_storage(account_id=None, **known)
    return icechunk.s3_storage(force_path_style=bucket.flag("force_path_style", not use_ssl), **known)


def _google(icechunk: Any, opened: OpenRepo, credentials: StorageCredentials | None) -> Any:
    token = _text(credentials.access_token) if credentials is not None else None
    proof = {"anonymous": True} if token is None else {"bearer_token": token}
    bucket, prefix = opened.repo_bucket.name, opened.repo_prefix
    return icechunk.gcs_storage(bucket=bucket, prefix=prefix, from_env=False, **proof)


def _azure(icechunk: Any, opened: OpenRepo, credentials: StorageCredentials | None) -> Any:
    auth = opened.repo_bucket.auth_config
    token = _text(credentials.sas_token) if credentials is not None else None
    account = (credentials.storage_account if credentials is not None else None) or (
        auth.storage_account if auth is not None else None
    )
    if token is None or account is None:
        raise PermissionDenied(SYSTEM, OPERATION, "the service gave no access to the storage account")
    return icechunk.azure_storage(
        account=account,
        container=opened.repo_bucket.name,
        prefix=opened.repo_prefix,
        sas_token=token,
        from_env=False,
    )


def configuration(icechunk: Any) -> Any:
    """Return a configuration that gives a store up in seconds instead of half a minute."""
    retries = icechunk.StorageRetriesSettings(max_tries=TRIES, initial_backoff_ms=100, max_backoff_ms=1000)
    return icechunk.RepositoryConfig(storage=icechunk.StorageSettings(retries=retries))


def chunk_access(icechunk: Any, opened: OpenRepo) -> dict[str, Any]:
    """Return the access to chunks outside of the repository, by address prefix, as the service granted it."""
    access: dict[str, Any] = {}
    for prefix, granted in opened.virtual_chunk_credentials.items():
        held = granted.credentials
        key = None if held is None else _text(held.aws_access_key_id)
        if held is not None and key is not None:
            access[prefix] = icechunk.s3_credentials(
                access_key_id=key,
                secret_access_key=_text(held.aws_secret_access_key),
                session_token=_text(held.aws_session_token),
                expires_after=held.expiration,
            )
        elif held is not None and held.access_token is not None:
            access[prefix] = icechunk.gcs_credentials(bearer_token=_text(held.access_token))
        elif prefix.startswith("s3://"):
            access[prefix] = icechunk.s3_credentials(anonymous=True)
        else:
            access[prefix] = None
    # It takes the credentials of a platform wrapped, and refuses them as they come.
    return icechunk.containers_credentials(access) if access else {}


def ends(opened: OpenRepo, credentials: StorageCredentials | None) -> datetime | None:
    """Return when the access to a repository's bytes ends, None if it does not say."""
    moments = [credentials.expiration if credentials is not None else None]
    moments += [each.credentials.expiration for each in opened.virtual_chunk_credentials.values() if each.credentials]
    known = [moment for moment in moments if moment is not None]
    return min(known, default=None)


def secrets_of(opened: OpenRepo, credentials: StorageCredentials | None) -> list[str]:
    """Return what must not be shown of a failure, which may quote it."""
    held = [credentials, *(each.credentials for each in opened.virtual_chunk_credentials.values())]
    found: list[str] = []
    for each in held:
        for name in type(each).model_fields if each is not None else ():
            value = getattr(each, name)
            if isinstance(value, SecretStr):
                found.append(value.get_secret_value())
    return found


def _text(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
