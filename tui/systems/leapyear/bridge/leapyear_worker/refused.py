"""How the bridge's process says no, and what the exceptions of the vendor's package mean."""

from __future__ import annotations

from typing import Any

LONGEST_TEXT = 500


class Refused(Exception):
    """An answer other than success, as the HTTP side's `Refusal` is."""

    def __init__(self, status: int, code: str, message: str, **details: Any) -> None:
        super().__init__(message)
        self.document = {"status": status, "code": code, "message": message, "details": details or None}


def unsupported(capability: str) -> Refused:
    message = "The vendor's package has no documented call for this."
    return Refused(501, "not_supported_by_backend", message, capability=capability)


def missing(kind: str, name: str) -> Refused:
    return Refused(404, "not_found", f"There is no {kind} {name!r}.", type=kind, name=name)


_PRIVATE = "The privacy rules do not allow this."
FAILED = "The log-in failed."
_MEANINGS = (
    ("TokenExpiredError", 401, "token_expired", "The token has expired."),
    # What a failed log-in says may quote what was given.
    ("PublicKeyCredentialsError", 401, "public_key_rejected", FAILED),
    ("AuthenticationError", 401, "authentication_failed", FAILED),
    ("InvalidURL", 422, "validation_failed", "The address of the LeapYear server cannot be one."),
    ("ServerVersionMismatch", 426, "server_version_mismatch", ""),
    ("TLSError", 502, "upstream_error", ""),
    ("ConnectionError", 502, "upstream_error", ""),
    ("AsyncTimeoutError", 504, "upstream_timeout", ""),
    ("AsyncCancelledError", 409, "job_finished", ""),
    ("DataSetTooSmallException", 422, "validation_failed", _PRIVATE),
    ("DataSetSizeBlockedByPrivacyProfileException", 422, "validation_failed", _PRIVATE),
    ("HighPrivacyExposureException", 422, "validation_failed", _PRIVATE),
    ("SensitivityMultiplierTooLargeException", 422, "validation_failed", _PRIVATE),
    ("TypeError", 501, "not_supported_by_backend", "The vendor's package does not take this."),
    ("NotImplementedError", 501, "not_supported_by_backend", "The vendor's package cannot do this."),
)


def refusal_of(error: Exception) -> Refused:
    """Return what an exception of the vendor's means, by the names of its class and of that one's bases.

    How its exceptions are related was never published: their names are all there is to go by.
    """
    names = [base.__name__ for base in type(error).__mro__]
    text = f"{type(error).__name__}: {str(error)[:LONGEST_TEXT]}"
    for wanted, status, code, shown in _MEANINGS:
        if wanted in names:
            return Refused(status, code, shown or text)
    return Refused(502, "upstream_error", text)
