"""How the server says no: a status, a code for programs and a text for people (contract §5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """An answer other than success. `wait` is how many seconds the client should wait before it tries again.

    No text here holds a password, a token, a key or a table's credentials.
    """

    def __init__(
        self, status: int, code: str, message: str, details: Mapping[str, Any] | None = None, wait: float | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.details = details
        self.wait = wait


def invalid(field: str, message: str) -> Refusal:
    """A field holds what it may not: 422."""
    return Refusal(422, "validation_failed", f"{field}: {message}", {"field": field})


def missing(kind: str, name: str) -> Refusal:
    """The named thing is not there, or not for this user: 404."""
    return Refusal(404, "not_found", f"There is no {kind} {name!r}.", {"type": kind, "name": name})


def forbidden(message: str = "Only an administrator may do this.") -> Refusal:
    """The user is known and may not: 403."""
    return Refusal(403, "forbidden", message)


def conflict(code: str, message: str, **details: Any) -> Refusal:
    """The state does not allow it: 409."""
    return Refusal(409, code, message, details or None)


def unsupported(capability: str, message: str) -> Refusal:
    """This back end cannot do it: 501."""
    return Refusal(501, "not_supported_by_backend", message, {"capability": capability})
