"""What can go wrong with LeapYear, under the published names and within the program's one family (contract §5.1).

The vendor names the exceptions and not their family tree; which of ours each of them is, is our choice.
"""

from __future__ import annotations

from tui.services.errors import (
    AlreadyExists,
    Cancelled,
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
from tui.services.http.refusals import Refusal
from tui.services.http.transport import TlsFailed, Unanswered

SYSTEM = "leapyear"
LOG_IN = "log in again: give the user's password, or a token in LY_JWT"
OUTDATED = "use the arraydeck that came with this server, or the server that came with this arraydeck"


class ClientError(ServiceError):
    """The general error of this client."""


class APIError(ClientError):
    """The server answered, and not with what was asked for."""


class InvalidURL(InvalidInput, ClientError):
    """The server's address cannot be one. Raised before anything is sent."""


class AuthenticationError(NotAuthenticated, ClientError):
    """The log-in failed, or the token is not good (any more)."""


class TokenExpiredError(AuthenticationError):
    """The token is past its life."""


class PublicKeyCredentialsError(AuthenticationError):
    """The key cannot be used, or the server does not take it."""


class ServerVersionMismatch(ProtocolError, ClientError):
    """The server speaks another version of the contract."""


class ConnectionError(Unavailable, ClientError):
    """The server cannot be reached, or the connection broke."""


class ConnectionLost(Unanswered, ConnectionError):
    """The connection broke while a change was under way: it may have been done, and may not."""


class TLSError(ConnectionError):
    """The server's certificate is not trusted, or there is no TLS with it."""


class InvalidJson(ProtocolError, ClientError):
    """The answer, or what was sent, is not JSON of the expected shape."""


class ForbiddenError(PermissionDenied, APIError):
    """The user is known and may not do this."""


class NotFoundError(NotFound, APIError):
    """It is not there, or not for this user."""


class AlreadyExistsError(AlreadyExists, APIError):
    """There is one of that name already."""


class ConflictError(Conflict, APIError):
    """Its state does not allow this: it changed, is used, is not empty, or is over."""


class NotEmptyError(ConflictError):
    """There is something in it."""


class ValidationError(InvalidInput, APIError):
    """A field holds what it may not; the message names it."""


class RateLimitedError(RateLimited, APIError):
    """The server asks to wait: too many failed log-ins, or too many jobs."""


class NotSupportedError(NotSupported, APIError):
    """This server cannot do that; its capabilities say so beforehand."""


class UnsupportedBackendError(NotSupportedError):
    """The server's compute back end cannot do that."""


class UpstreamError(Unavailable, APIError):
    """What stands behind the server failed, or did not answer in time."""


class AsyncTimeoutError(TimedOut, ClientError):
    """A job did not end in time: it ended `timed_out`, or whoever waited for it stopped waiting."""


class AsyncCancelledError(Cancelled, ClientError):
    """A job was cancelled."""


_BY_CODE: dict[str, tuple[type[ServiceError], str]] = {
    "invalid_json": (InvalidJson, ""),
    "authentication_failed": (AuthenticationError, "look at the user's name and password"),
    "not_authenticated": (AuthenticationError, LOG_IN),
    "token_invalid": (AuthenticationError, LOG_IN),
    "token_revoked": (AuthenticationError, "the session was ended; log in again"),
    "token_expired": (TokenExpiredError, LOG_IN),
    "public_key_rejected": (PublicKeyCredentialsError, "is the key in LY_PRIVATE_KEY_FILE enrolled?"),
    "forbidden": (ForbiddenError, "it takes an administrator"),
    "not_found": (NotFoundError, ""),
    "already_exists": (AlreadyExistsError, ""),
    "not_empty": (NotEmptyError, "drop what is in it first"),
    "job_finished": (ConflictError, ""),
    "last_admin": (ConflictError, "make somebody else an administrator first"),
    "in_use": (ConflictError, ""),
    "revision_mismatch": (ConflictError, "somebody changed it meanwhile: look again"),
    "unsupported_backend": (UnsupportedBackendError, ""),
    "body_too_large": (ValidationError, ""),
    "unsupported_media_type": (ValidationError, ""),
    "validation_failed": (ValidationError, ""),
    "server_version_mismatch": (ServerVersionMismatch, OUTDATED),
    "not_supported_by_backend": (NotSupportedError, ""),
    "upstream_error": (UpstreamError, ""),
    "unavailable": (UpstreamError, ""),
    "upstream_timeout": (UpstreamError, ""),
}


def refine(refusal: Refusal) -> ServiceError | None:
    """Return the error for a refusal, by the code in it rather than by its status."""
    text, operation, wait = refusal.text, refusal.operation, refusal.retry_after
    if refusal.status == 429:
        hint = "" if wait is None else f"try again in {wait:.0f} s"
        return RateLimitedError(SYSTEM, operation, text, hint, wait)
    if refusal.code not in _BY_CODE:
        return UpstreamError(SYSTEM, operation, text) if refusal.status >= 500 else None
    kind, hint = _BY_CODE[refusal.code]
    return kind(SYSTEM, operation, text, hint)


def published(error: ServiceError) -> ServiceError:
    """Return an error of the HTTP session as the one of the published name, with its own cause; any other as it is."""
    made: ServiceError = error
    match error:
        case ClientError():
            return error
        case TlsFailed():
            made = TLSError(error.system, error.operation, error.message, error.hint)
        case RateLimited():
            made = RateLimitedError(error.system, error.operation, error.message, error.hint, error.retry_after)
        case Unanswered():
            made = ConnectionLost(error.system, error.operation, error.message, error.hint)
        case TimedOut():
            return error
        case Unavailable():
            made = ConnectionError(error.system, error.operation, error.message, error.hint)
        case ProtocolError():
            made = InvalidJson(error.system, error.operation, error.message, error.hint)
        case _:
            return error
    made.__cause__ = error.__cause__
    return made
