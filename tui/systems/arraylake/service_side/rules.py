"""What the embedded service accepts in a body: names, lengths, metadata, platforms, authentication methods."""

from __future__ import annotations

import json
import re
from typing import Any

from tui.systems.arraylake.service_side.refusal import invalid

NAME = re.compile(r"\w[\w.\-_]+")
NAME_LIMIT = 128
PREFIX_LIMIT = 256
DESCRIPTION_LIMIT = 255
METADATA_BYTES = 4_096
PLATFORMS = ("s3", "s3-compatible", "minio", "gs", "azure")
MODES = ("online", "maintenance", "offline")
KINDS = ("icechunk", "v1")
CREATE_MODES = ("create", "register", "import", "subscribe", "claim")
HIDDEN = "**********"
"""What the service sends in place of a secret that it does not tell again."""

_METHODS: dict[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    "anonymous": (PLATFORMS, (), ("storage_account",)),
    "hmac": (PLATFORMS, ("access_key_id", "secret_access_key"), ()),
    "aws_customer_managed_role": (("s3",), ("external_customer_id", "external_role_name"), ("shared_secret",)),
    "customer_managed_role": (("s3",), ("external_customer_id", "external_role_name"), ("shared_secret",)),
    "gcp_customer_managed_role": (("gs",), ("target_service_account",), ()),
    "r2_customer_managed_role": (
        ("s3-compatible",),
        ("external_account_id", "account_api_token", "parent_access_key_id"),
        ("duration_seconds",),
    ),
    "azure_credential_delegation": (("azure",), ("tenant_id", "storage_account"), ()),
}
"""For each method: its platforms, the fields that it needs, those that it may have (contract §6.4)."""
DELEGATED = frozenset(_METHODS) - {"anonymous", "hmac"}
HIDDEN_FIELDS = frozenset({"shared_secret", "account_api_token", "parent_access_key_id"})


def document(body: Any) -> dict[str, Any]:
    """Return a body that is a JSON object.

    Raises:
        Refusal: 422, it is something else.
    """
    if not isinstance(body, dict):
        raise invalid([{"type": "model_attributes_type", "loc": ["body"], "msg": "Input should be a valid dictionary"}])
    return body


def text(body: dict[str, Any], field: str, least: int = 0, most: int = 10_000) -> str:
    """Return a text of the body that has from `least` to `most` characters.

    Raises:
        Refusal: 422, it is missing, no text, too short or too long.
    """
    value = body.get(field)
    if field not in body:
        raise invalid([{"type": "missing", "loc": ["body", field], "msg": "Field required"}])
    if not isinstance(value, str):
        raise invalid([{"type": "string_type", "loc": ["body", field], "msg": "Input should be a valid string"}])
    if not least <= len(value) <= most:
        raise invalid(f"{field} must have between {least} and {most} characters")
    return value


def optional_text(body: dict[str, Any], field: str) -> str | None:
    """Return a text of the body, or None where it is null or not there.

    Raises:
        Refusal: 422, it is something else.
    """
    return None if body.get(field) is None else text(body, field)


def choice(body: dict[str, Any], field: str, choices: tuple[str, ...], default: str) -> str:
    """Return one of some words.

    Raises:
        Refusal: 422, it is none of them.
    """
    value = body.get(field)
    if value is None:
        return default
    if value not in choices:
        raise invalid(f"{field} must be one of {', '.join(choices)}")
    return value


def repository_name(body: dict[str, Any]) -> str:
    """Return the name of a repository to be (contract §5, §5.1).

    Raises:
        Refusal: 422, it is none.
    """
    name = text(body, "name", 2, NAME_LIMIT)
    if NAME.fullmatch(name) is None:
        raise invalid("name must be made of letters, digits, '.', '-' and '_' and begin with a letter, digit or '_'")
    return name


def prefix(body: dict[str, Any]) -> str | None:
    """Return the place of a repository in its bucket, or None where the service shall choose.

    Raises:
        Refusal: 422, it is too long, has spaces, or a slash at an end.
    """
    value = optional_text(body, "prefix")
    if value is not None:
        if len(value) > PREFIX_LIMIT:
            raise invalid(f"prefix can be at most {PREFIX_LIMIT} characters long")
        if re.search(r"\s", value) is not None:
            raise invalid("prefix must not contain spaces")
        if value.startswith("/") or value.endswith("/"):
            raise invalid("prefix must not begin or end with a slash")
    return value or None


def description(body: dict[str, Any]) -> str | None:
    """Return what a repository is for, or None.

    Raises:
        Refusal: 422, it is too long.
    """
    value = optional_text(body, "description")
    if value is not None and len(value) > DESCRIPTION_LIMIT:
        raise invalid("Description can be at most 255 characters long")
    return value


def is_plain(value: Any) -> bool:
    """Return whether a value of metadata is one the service takes: a scalar or a list of scalars."""
    scalar = str | int | float | bool
    return isinstance(value, scalar) or (isinstance(value, list) and all(isinstance(part, scalar) for part in value))


def metadata(value: Any) -> dict[str, Any]:
    """Return metadata; null is none at all.

    Raises:
        Refusal: 422, it is no object, has a value that is neither scalar nor list of scalars, or is too large.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise invalid("metadata must be a JSON object")
    if not all(is_plain(part) for part in value.values()):
        raise invalid("metadata values must be scalars or lists of scalars")
    if len(json.dumps(value).encode()) > METADATA_BYTES:
        raise invalid("Metadata can be at most 4kB")
    return value


def metadata_filter(given: str | None) -> dict[str, Any]:
    """Return the filter of a listing; an empty text is none, for older clients send that (contract §5.1).

    Raises:
        Refusal: 422, it is none.
    """
    if not given:
        return {}
    try:
        wanted = json.loads(given)
    except ValueError:
        wanted = None
    if not isinstance(wanted, dict):
        raise invalid("filter_metadata must be a JSON object")
    if not all(is_plain(part) for part in wanted.values()):
        raise invalid("filter_metadata values must be scalars or lists of scalars")
    return wanted


def has_metadata(held: dict[str, Any], wanted: dict[str, Any]) -> bool:
    """Return whether metadata has every key of a filter with a value in common with it."""

    def values(value: Any) -> list[Any]:
        return value if isinstance(value, list) else [value]

    return all(key in held and any(part in values(held[key]) for part in values(wanted[key])) for key in wanted)


def bucket_fields(body: dict[str, Any]) -> dict[str, Any]:
    """Return the checked fields of a bucket config to be (contract §6.3).

    Raises:
        Refusal: 422, one of them breaks a rule.
    """
    fields: dict[str, Any] = {
        "nickname": text(body, "nickname", 3, 64),
        "platform": choice(body, "platform", PLATFORMS, ""),
        "name": text(body, "name", 3, 63),
        "prefix": bucket_prefix(body),
        "extra_config": extra_config(body),
    }
    if not fields["platform"]:
        raise invalid([{"type": "missing", "loc": ["body", "platform"], "msg": "Field required"}])
    fields["auth_config"] = auth_config(body, fields["platform"], fields["extra_config"])
    return fields


def bucket_prefix(body: dict[str, Any]) -> str:
    """Return the prefix that a bucket config puts before those of its repositories; it may be empty.

    Raises:
        Refusal: 422, it is too long or has a slash at an end.
    """
    value = optional_text(body, "prefix") or ""
    if len(value) > PREFIX_LIMIT or value.startswith("/") or value.endswith("/"):
        raise invalid(f"prefix can be at most {PREFIX_LIMIT} characters long, without a slash at either end")
    return value


def extra_config(body: dict[str, Any]) -> dict[str, Any]:
    """Return the platform's own settings, whose values are texts and booleans.

    Raises:
        Refusal: 422, one is something else.
    """
    config = body.get("extra_config") or {}
    if not isinstance(config, dict) or not all(isinstance(value, str | bool) for value in config.values()):
        raise invalid("extra_config must be an object of strings and booleans")
    return config


def auth_config(body: dict[str, Any], platform: str, extra: dict[str, Any]) -> dict[str, Any] | None:
    """Return how a bucket is entered; None where the request does not say.

    Raises:
        Refusal: 422, no such method, not for this platform, or a field is missing.
    """
    config = body.get("auth_config")
    if config is None:
        return None
    method = document(config).get("method")
    if method not in _METHODS:
        raise invalid(f"auth_config.method must be one of {', '.join(_METHODS)}")
    platforms, needed, possible = _METHODS[method]
    if platform not in platforms:
        raise invalid(f"Authentication method {method} is not supported on platform {platform}")
    if method.startswith("r2_") and ".r2." not in str(extra.get("endpoint_url", "")):
        raise invalid("r2_customer_managed_role needs an endpoint_url of R2")
    for field in needed:
        text(config, field, 1)
    kept = {name: config[name] for name in (*needed, *possible) if config.get(name) is not None}
    if method.startswith("r2_"):
        kept.setdefault("duration_seconds", 3600)
    return {"method": method, **kept}
