"""JSON Web Tokens: how claims are packed and taken apart. Who signs, and with what, is the caller's."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

LONGEST = 8192


@dataclass(frozen=True, slots=True)
class Token:
    """A token taken apart. `signed` is what `signature` is of; nothing is to be believed before that is checked."""

    header: dict[str, Any]
    claims: dict[str, Any]
    signed: bytes
    signature: bytes


def encoded(content: bytes) -> str:
    """Return bytes as base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def pack(header: Mapping[str, Any], claims: Mapping[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """Return claims as a signed token."""
    parts = (json.dumps(part, separators=(",", ":")).encode() for part in (header, claims))
    content = ".".join(encoded(part) for part in parts)
    return f"{content}.{encoded(sign(content.encode()))}"


def unpack(token: str) -> Token:
    """Take a token apart.

    Raises:
        ValueError: it is none.
    """
    if len(token) > LONGEST or token.count(".") != 2 or not token.isascii():
        raise ValueError("it is no token")
    content, _, signature = token.rpartition(".")
    header, _, claims = content.partition(".")
    try:
        parts: list[Any] = [json.loads(decoded(part)) for part in (header, claims)]
    except RecursionError as error:
        raise ValueError("it is no token") from error
    if not all(isinstance(part, dict) for part in parts):
        raise ValueError("it is no token")
    return Token(parts[0], parts[1], content.encode(), decoded(signature))


def decoded(text: str) -> bytes:
    """Return the bytes of base64url without padding.

    Raises:
        ValueError: it is none.
    """
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("it is no token") from error
