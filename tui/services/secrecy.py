"""What a secret looks like, so that none is written where it does not belong."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import cast
from urllib.parse import parse_qsl, urlsplit

HIDDEN = "[hidden]"
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRETS = {"password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "apikey", "auth"}
_KEYS = {"access", "account", "api", "encryption", "master", "private", "secret", "shared", "signing"}
# The last word of what names a place, a person or a limit: `token_file` holds no token.
_HARMLESS = {
    *("command", "env", "expiry", "file", "id", "keyring", "lifetime", "method"),
    *("name", "path", "timeout", "ttl", "type", "uri", "url", "user"),
}
_BARE_LOGIN = re.compile(r"^[^/@\s:]+:[^/@\s]+@[^/@\s]+")


def is_secret_name(name: str) -> bool:
    """Whether a field of that name holds a secret: `password`, `api-key`, `awsSecretAccessKey`, not `token_file`."""
    words = [word.lower() for word in _WORDS.findall(name)]
    if not words or words[-1] in _HARMLESS:
        return False
    singular = {word.removesuffix("s") if word not in _SECRETS else word for word in words}
    if singular & _SECRETS:
        return True
    return any(first in _KEYS and second in ("key", "keys") for first, second in pairwise(words))


def secret_in_uri(uri: str) -> str | None:
    """Return what secret an address carries, in words, None if none.

    Raises:
        ValueError: it is no address.
    """
    parts = urlsplit(uri)
    if parts.password or (not parts.netloc and _BARE_LOGIN.match(uri)):
        return "a password"
    for key, value in (*parse_qsl(parts.query), *parse_qsl(parts.fragment)):
        if value and is_secret_name(key):
            return f"a secret ({key})"
    return None


def secret_places(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield where in nested options a secret sits: under a telling name, or in an address with a password."""
    if isinstance(value, Mapping):
        for key, inner in cast("Mapping[str, object]", value).items():
            named = is_secret_name(key) and inner is not None and not isinstance(inner, bool)
            yield from [(*path, key)] if named else secret_places(inner, (*path, key))
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(cast("list[object]", value)):
            yield from secret_places(inner, (*path, str(index)))
    elif isinstance(value, str) and "://" in value and _has_secret(value):
        yield path


def redacted(value: object) -> object:
    """Return a copy of JSON-able data with every secret replaced by `[hidden]`."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[str, object]", value).items()
        return {key: _redacted_field(key, inner) for key, inner in pairs}
    if isinstance(value, list | tuple):
        return [redacted(inner) for inner in cast("list[object]", value)]
    return HIDDEN if isinstance(value, str) and "://" in value and _has_secret(value) else value


def _redacted_field(key: str, value: object) -> object:
    hide = is_secret_name(key) and value is not None and not isinstance(value, bool)
    return HIDDEN if hide else redacted(value)


def _has_secret(text: str) -> bool:
    try:
        return secret_in_uri(text) is not None
    except ValueError:
        return False
