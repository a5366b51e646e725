"""How the embedded server says no: a status, a text, and what is wrong by field (contract §3)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any


class Refusal(Exception):
    """An answer other than success."""

    def __init__(self, status: int, message: str, fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.fields = fields


def missing(what: str) -> Refusal:
    """The named thing is not there, or not for who asks."""
    return Refusal(404, f"{what} not found")


def forbidden(what: str) -> Refusal:
    """Who asks may not."""
    return Refusal(403, f"not allowed: {what}")


def taken(what: str) -> Refusal:
    """There is one of this name already."""
    return Refusal(409, f"{what} already exists")


def invalid(**fields: str) -> Refusal:
    """Fields of the request are wrong, each with the reason."""
    return Refusal(400, "validation failed: " + ", ".join(f"{name} {text}" for name, text in fields.items()), fields)


def error_body(status: int, message: str, fields: Mapping[str, str] | None, request_id: str) -> bytes:
    """Return the JSON of a refusal: code, message, request id, and what is wrong by field (contract §3)."""
    document: dict[str, Any] = {"code": status, "message": message, "request_id": request_id}
    if fields:
        document["validation_error"] = {"fields": [{"field": name, "message": text} for name, text in fields.items()]}
    return json.dumps(document).encode()
