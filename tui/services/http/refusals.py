"""What a server's status means in the one family of errors, and what it said about it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from tui.services.errors import (
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotSupported,
    PermissionDenied,
    ProtocolError,
    RateLimited,
    ServiceError,
    TimedOut,
    Unavailable,
)
from tui.services.http.secrets import scrubbed
from tui.services.printable import printable

SAID = 300
"""Characters of a server's text that an error shows."""
_TELLING = ("detail", "message", "error_description", "error", "errors", "title", "reason")
_KINDS: dict[int, type[ServiceError]] = {
    400: InvalidInput,
    401: NotAuthenticated,
    403: PermissionDenied,
    404: NotFound,
    405: NotSupported,
    406: NotSupported,
    408: TimedOut,
    409: Conflict,
    410: NotFound,
    412: Conflict,
    413: InvalidInput,
    414: InvalidInput,
    422: InvalidInput,
    423: Conflict,
    501: NotSupported,
    504: TimedOut,
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is no success. `said` is the server's own text, harmless and without secrets; it may be "".

    `code` is its word for a program to read, such as `authorization_pending`, "" if there is none. `retry_after` is in
    seconds, None if the server did not say. `request_id` is what its operators can look it up by.
    """

    system: str
    operation: str
    status: int
    said: str
    code: str = ""
    request_id: str = ""
    retry_after: float | None = None

    @property
    def text(self) -> str:
        """What was said, or else the status, and the request's id."""
        named = f" [request {self.request_id}]" if self.request_id else ""
        return (self.said or f"the service answered {self.status}") + named


Refiner = Callable[[Refusal], ServiceError | None]
"""Returns the error for a refusal that a system knows better than its status tells, None for any other."""


def error_for(refusal: Refusal) -> ServiceError:
    """Return the error that a status means by itself."""
    system, operation, text = refusal.system, refusal.operation, refusal.text
    status = refusal.status
    if status == 429:
        return RateLimited(system, operation, text, _wait_hint(refusal.retry_after), refusal.retry_after)
    if status == 401:
        return NotAuthenticated(system, operation, text, "log in again")
    if status in _KINDS:
        return _KINDS[status](system, operation, text)
    if status == 503 and refusal.retry_after is not None:
        return RateLimited(system, operation, text, _wait_hint(refusal.retry_after), refusal.retry_after)
    if status >= 500:
        return Unavailable(system, operation, f"the service failed with {status}: {text}" if refusal.said else text)
    if 300 <= status < 400:
        return ProtocolError(system, operation, f"the service answered {status} and points elsewhere")
    if 400 <= status < 500:
        return InvalidInput(system, operation, text)
    return ProtocolError(system, operation, f"the service answered {status}, which was not expected")


def said_in(body: bytes, content_type: str, secrets: list[str]) -> str:
    """Return what a server says in the body of a refusal: a JSON text under a usual name, or plain text."""
    text = body[:16_384].decode("utf-8", "replace")
    try:
        found = _telling(json.loads(body)) if len(body) <= 2**20 else ""
    except (ValueError, RecursionError):
        found = text.strip() if "html" not in content_type.lower() and not text.lstrip().startswith("<") else ""
    return printable(scrubbed(found, secrets), SAID)


def code_in(body: bytes) -> str:
    """Return the word for programs in the body of a refusal, "" if there is none."""
    try:
        content: Any = json.loads(body) if len(body) <= 2**16 else None
    except (ValueError, RecursionError):
        return ""
    known = cast("dict[str, Any]", content) if isinstance(content, dict) else {}
    found: Any = known.get("error")
    match known.get("errors"):
        case [{"code": str(code)}, *_]:
            found = code
        case _:
            pass
    return found if isinstance(found, str) and re.fullmatch(r"[A-Za-z0-9_.-]{1,64}", found) else ""


def _telling(content: Any, depth: int = 0) -> str:
    """Return the text in JSON of unknown shape, "" if there is none. Never what a server repeats of the input."""
    if isinstance(content, str):
        return content
    if depth > 3:
        return ""
    if isinstance(content, dict):
        known = cast("dict[str, Any]", content)
        if isinstance(known.get("msg"), str):
            place: Any = known.get("loc")
            parts = cast("list[object]", place) if isinstance(place, list) else []
            name = ".".join(str(part) for part in parts if part not in ("body", "query", "path"))
            return f"{name}: {known['msg']}" if name else known["msg"]
        for key in _TELLING:
            found = _telling(known[key], depth + 1) if key in known else ""
            if found:
                return found
        return ""
    if isinstance(content, list):
        return "; ".join(filter(None, (_telling(part, depth + 1) for part in cast("list[Any]", content)[:5])))
    return ""


def _wait_hint(seconds: float | None) -> str:
    return "" if seconds is None else f"it asks to wait {seconds:.0f} s"
