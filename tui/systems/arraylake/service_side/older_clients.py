"""What release 0.12 of the vendor's client cannot read is kept away from it (contract §6.4, §11)."""

from __future__ import annotations

from typing import Any

from tui.systems.arraylake.service_side.call import Call

_LAST = 12
"""The minor version of the last release that breaks on what came later."""
_METHODS = frozenset({"customer_managed_role", "bucket_policy", "hmac", "anonymous"})
_PLATFORMS = frozenset({"s3", "s3-compatible", "minio", "gs"})


def _is_old(call: Call) -> bool:
    """Return whether the client that asks says that it is such a release."""
    major, _, rest = call.headers.get("client-version", "").partition(".")
    minor = rest.partition(".")[0]
    return major == "0" and minor.isdecimal() and int(minor) <= _LAST


def readable_repositories(call: Call, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return repositories as the client that asks can read them: a bucket that it does not know is none."""
    if not _is_old(call):
        return documents
    return [
        {**document, "bucket": _bucket(document["bucket"]) if document["bucket"] is not None else None}
        for document in documents
    ]


def readable_buckets(call: Call, documents: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those bucket configs that the client that asks knows the platform of."""
    if not _is_old(call):
        return documents
    return [kept for kept in map(_bucket, documents) if kept is not None]


def _bucket(document: dict[str, Any]) -> dict[str, Any] | None:
    if document["platform"] not in _PLATFORMS:
        return None
    auth = document["auth_config"]
    return {**document, "auth_config": auth if auth is not None and auth["method"] in _METHODS else None}
