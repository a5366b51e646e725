"""What the service refuses, in the words of the program's one family of errors (contract §2, §5)."""

from __future__ import annotations

from tui.services.errors import (
    AlreadyExists,
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    PermissionDenied,
    ServiceError,
)
from tui.services.http.refusals import Refusal

SYSTEM = "arraylake"
LOG_IN = "`L` logs in, as does `arraydeck run orgs login`; or set ARRAYLAKE_TOKEN"


class RepoNotOnline(Conflict):
    """The repository is in maintenance or offline, so that the service does not hand out its storage."""


class BucketInUse(Conflict):
    """Repositories are in the bucket, so that it can neither be changed nor deleted."""


def invalid(operation: str, message: str, hint: str = "") -> InvalidInput:
    """Return the error for what cannot be meant."""
    return InvalidInput(SYSTEM, operation, message, hint)


def not_logged_in(operation: str, message: str = "not logged in") -> NotAuthenticated:
    """Return the error for a call without a log-in."""
    return NotAuthenticated(SYSTEM, operation, message, LOG_IN)


def refine(refusal: Refusal) -> ServiceError | None:
    """Return the error for a refusal of which the service's words tell more than its status."""
    operation, text, said = refusal.operation, refusal.text, refusal.said.lower()
    status = refusal.status
    if status == 401:
        return NotAuthenticated(SYSTEM, operation, text, LOG_IN)
    if status == 409 and ("hmac" in said or "online" in said or "mode" in said):
        return RepoNotOnline(SYSTEM, operation, text, "its status says why, and may be changed")
    if not 400 <= status < 500 or status in (403, 429):
        return None
    if "in use by a repo" in said:
        return BucketInUse(SYSTEM, operation, text, "delete or move its repositories first")
    if "not covered by any virtual chunk access policy" in said:
        return PermissionDenied(SYSTEM, operation, text, "add a policy for the bucket of the virtual chunks")
    if "already exists" in said:
        return AlreadyExists(SYSTEM, operation, text)
    if "not modifiable" in said:
        return Conflict(SYSTEM, operation, text)
    if "does not exist" in said or "doesn't exist" in said or "not found" in said:
        return NotFound(SYSTEM, operation, text)
    return None
