"""What every model of this system is made of: frozen, unknown fields kept, secrets hidden, times in UTC (§8, §10)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, cast

from pydantic import BeforeValidator, SecretStr

from tui.services.secrecy import HIDDEN, is_secret_name, redacted

T = TypeVar("T")


def _or_empty(value: Any) -> Any:
    return [] if value is None else value


def _whole(value: Any) -> Any:
    """Return a number as a whole one: the older calls send every number with a fraction."""
    return round(value) if isinstance(value, float) and abs(value) < 2**63 else value


Many = Annotated[list[T], BeforeValidator(_or_empty)]
"""A list that a server may send as null when it is empty."""
Whole = Annotated[int, BeforeValidator(_whole)]
Secret = Annotated[SecretStr, BeforeValidator(lambda value: "" if value is None else value)]
"""What must be shown nowhere, and may be sent as null."""
Foreign = Annotated[dict[str, Any], BeforeValidator(lambda value: {} if value is None else redacted(value))]
"""A part whose fields are the server's own affair, with `[hidden]` for what looks like a secret in it."""


_PLAIN = frozenset(
    {
        *("access_key_id", "account", "account_id", "account_name", "allowed_in_tasks", "blob_endpoint", "client_id"),
        *("endpoint", "external_id", "host", "key_id", "role", "role_arn", "tenant_id", "use_path_style"),
        *("user", "warehouse"),
    }
)
"""Fields of a credential that may be shown. Whatever else it holds is taken for a secret, known or not."""


def concealed_credential(value: Any) -> Any:
    """Return a credential as a server sent it with `[hidden]` for all that is not known to be harmless."""
    if value is None:
        return None
    if isinstance(value, Mapping):
        return {key: _concealed_field(key, inner) for key, inner in cast("Mapping[str, Any]", value).items()}
    return HIDDEN


def _concealed_field(key: str, value: Any) -> Any:
    if value is None or isinstance(value, Mapping):
        return concealed_credential(value)
    return value if key in _PLAIN else HIDDEN


SecretPart = Annotated[dict[str, Any] | None, BeforeValidator(concealed_credential)]
"""How a cloud is logged in to: which fields there are, without what they hold."""

_ROUGHLY_A_KEY = re.compile(r"(?<![A-Za-z0-9_-])(?:tiledb-ws_[A-Za-z0-9]+-\S+|ey[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_.-]+)")
"""Found only where a word begins: what a server sends must not make it look for long."""


def without_keys(text: str) -> str:
    """Return text of a person's or a program's making, such as a log, with keys of this system in it hidden."""
    return _ROUGHLY_A_KEY.sub(HIDDEN, text)


def shown(name: str, value: str) -> str:
    """Return a setting as it may be shown: hidden if its name says that it is a secret."""
    return HIDDEN if value and is_secret_name(name) else value
