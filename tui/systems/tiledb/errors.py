"""What TileDB's services refuse, in the words of the program's one family of errors (contract §3, §6)."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager

from tui.services.errors import (
    AlreadyExists,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotSupported,
    PermissionDenied,
    ProtocolError,
    ServiceError,
    Unavailable,
)
from tui.services.http.refusals import Refusal

SYSTEM = "tiledb"
LOG_IN = "edit the profile's token, or its user name and password"


class ClientError(ServiceError):
    """The user or the workspace cannot be had from the server."""


class ClientNotFound(ClientError, NotFound):
    """The server does not know the user or the workspace (404)."""


class ClientNotSupported(ClientError, NotSupported):
    """The server has no such call (405)."""


class ClientProtocolError(ClientError, ProtocolError):
    """The server's answer lacks what it must hold."""


class ClientUnavailable(ClientError, Unavailable):
    """The server could not be reached, after all attempts."""


class ConfigurationError(InvalidInput):
    """The profile, the environment or what was given says too little or too much to log in."""


class LoginError(ServiceError):
    """The log-in failed. Its three kinds tell apart what is wrong: the host, the credential or the workspace."""


class LoginRefused(LoginError, NotAuthenticated):
    """The server is there and does not take the token, or the user name and password."""


class WorkspaceRefused(LoginError, NotFound):
    """The credential is good, and the workspace is not there or not for this user."""


class HostUnreachable(LoginError, Unavailable):
    """There is no server at the address, or none that speaks as TileDB does."""


class ProfileUnusable(LoginError, InvalidInput):
    """The profile or the environment does not say how to log in; the cause says why."""


class BadValue(InvalidInput, ValueError):
    """A parameter cannot be meant; a ValueError too, as the published client raises."""


def invalid(operation: str, message: str, hint: str = "") -> InvalidInput:
    """Return the error for what cannot be meant."""
    return InvalidInput(SYSTEM, operation, message, hint)


def one_of(allowed: Sequence[str], word: str, name: str, operation: str = "") -> str:
    """Return a word that is one of those that are allowed.

    Raises:
        InvalidInput: it is none; says so of the parameter `name`, in the operation that is called like it by default.
    """
    if word not in allowed:
        raise invalid(operation or name, f"{name}: one of {', '.join(allowed)}")
    return word


def refine(refusal: Refusal) -> ServiceError | None:
    """Return the error for a refusal of which the words, or this system's habits, tell more than the status."""
    operation, text, said = refusal.operation, refusal.text, refusal.said.lower()
    match refusal.status:
        case 401:
            return NotAuthenticated(SYSTEM, operation, text, LOG_IN)
        case 402:
            return PermissionDenied(SYSTEM, operation, text, "the account's plan does not allow it")
        case 400 | 409 | 422 if "already exists" in said or "already registered" in said:
            return AlreadyExists(SYSTEM, operation, text)
        case _:
            return None


@contextmanager
def client_errors() -> Generator[None]:
    """Raise what fails within as `get_self_user` and `get_workspace` are documented to (contract §6)."""
    try:
        yield
    except ServiceError as error:
        wrapped = _as_client_error(error)
        raise wrapped from (None if wrapped is error else error)


def _as_client_error(error: ServiceError) -> ServiceError:
    if isinstance(error, ClientError | LoginError):
        return error
    for kind, wrapped in (
        (NotFound, ClientNotFound),
        (NotSupported, ClientNotSupported),
        (ProtocolError, ClientProtocolError),
        (Unavailable, ClientUnavailable),
    ):
        if isinstance(error, kind):
            return wrapped(error.system, error.operation, error.message, error.hint)
    return error
