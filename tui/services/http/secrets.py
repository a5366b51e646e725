"""Secrets on their way to a server: sent in clear, and kept out of whatever a server says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from pydantic import SecretStr

from tui.services.secrecy import HIDDEN

_SECRET_HEADERS = ("authorization", "cookie", "key", "password", "secret", "token")


def revealed(value: object) -> Any:
    """Return JSON-able data with every SecretStr in it replaced by its text. Only for what is sent."""
    if isinstance(value, SecretStr):
        return value.get_secret_value()
    if isinstance(value, Mapping):
        return {key: revealed(inner) for key, inner in cast("Mapping[str, object]", value).items()}
    if isinstance(value, list | tuple):
        return [revealed(inner) for inner in cast("Sequence[object]", value)]
    return value


def secrets_in(value: object) -> Iterator[str]:
    """Yield the text of every SecretStr in JSON-able data."""
    if isinstance(value, SecretStr):
        yield value.get_secret_value()
    elif isinstance(value, Mapping):
        for inner in cast("Mapping[str, object]", value).values():
            yield from secrets_in(inner)
    elif isinstance(value, list | tuple):
        for inner in cast("Sequence[object]", value):
            yield from secrets_in(inner)


def is_secret_header(name: str) -> bool:
    """Whether a header of that name may hold a secret."""
    return any(word in name.lower() for word in _SECRET_HEADERS)


def secret_parts(headers: Mapping[str, str]) -> Iterator[str]:
    """Yield what must not be shown of headers: a value, and what follows a word such as `Bearer` in it."""
    for name, value in headers.items():
        if is_secret_header(name):
            yield value
            yield value.rpartition(" ")[2]


def scrubbed(text: str, secrets: Sequence[str]) -> str:
    """Return `text` without the secrets, which a server may repeat in what it says."""
    for secret in sorted(secrets, key=len, reverse=True):
        # What is shorter is no secret worth the name, and would tear words apart.
        if len(secret) >= 4:
            text = text.replace(secret, HIDDEN)
    return text
