"""What reading a repository's bytes can fail with, in the one family of errors."""

from __future__ import annotations

import re

from tui.services.errors import (
    DataCorrupt,
    InvalidInput,
    NotFound,
    NotSupported,
    PermissionDenied,
    ServiceError,
    Unavailable,
)
from tui.services.http.secrets import scrubbed
from tui.services.printable import printable
from tui.systems.arraylake.errors import SYSTEM

SHOWN = 240
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
"""What icechunk colours its words with where it believes that a terminal reads them."""
_KINDS: tuple[tuple[type[ServiceError], tuple[str, ...]], ...] = (
    (NotFound, ("ref not found", "doesn't exist", "does not exist", "snapshot not found", "invalid snapshot id")),
    (NotFound, ("node not found", "keynotfound", "key not found", "no such")),
    (
        PermissionDenied,
        ("access denied", "accessdenied", "forbidden", "invalidaccesskey", "signature", "unauthorized", "expiredtoken"),
    ),
    (
        Unavailable,
        ("dispatch failure", "connect", "timeout", "timed out", "connection", "service error", "object store"),
    ),
    (NotSupported, ("spec version", "not supported", "unsupported", "codec", "unknown")),
)


def storage_error(error: BaseException, operation: str, secrets: list[str]) -> ServiceError:
    """Return the error for what icechunk or zarr raised; the secrets are taken out of its text."""
    if isinstance(error, ServiceError):
        return error
    said = printable(scrubbed(_told(str(error)), secrets), SHOWN)
    if isinstance(error, KeyError | FileNotFoundError) or type(error).__name__.endswith("NotFoundError"):
        return NotFound(SYSTEM, operation, "there is nothing of that name in it")
    if type(error).__name__ == "ContainsArrayError":
        return InvalidInput(SYSTEM, operation, "it is an array, and no group")
    lowered = str(error).lower()
    if type(error).__name__ == "IcechunkError":
        if "unhandled error" in lowered and "service error" in lowered:
            # It asks with HEAD at first, and an answer to that has no body that could say why.
            message = "the object store refuses, and does not say why"
            return Unavailable(SYSTEM, operation, message, "is the bucket's access still good?")
        for kind, words in _KINDS:
            if any(word in lowered for word in words):
                return kind(SYSTEM, operation, f"the storage: {said}")
        return Unavailable(SYSTEM, operation, f"the storage: {said}")
    if isinstance(error, MemoryError):
        return Unavailable(SYSTEM, operation, "there is not enough memory for it")
    return DataCorrupt(SYSTEM, operation, f"it cannot be read: {type(error).__name__}: {said}")


def _told(text: str) -> str:
    """Return the first and the last thing that icechunk says, which tell what failed and why, without its stack."""
    lines = [line.strip() for line in _COLOURS.sub("", text).splitlines() if line.strip()]
    if not lines:
        return "no reason was given"
    first = lines[0].removeprefix("x ").removeprefix("× ").strip()
    causes = [line.removeprefix("`->").removeprefix("|->").strip() for line in lines if line.startswith(("`->", "|->"))]
    last = causes[-1] if causes else ""
    return first if not last or last in first else f"{first}: {last}"
