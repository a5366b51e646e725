"""The one family of errors that a service may raise. A screen and the command line see no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class ServiceError(Exception):
    """Something a system refused or could not do.

    `system` and `operation` say where it happened, `message` what is wrong, `hint` what to do about it.
    The system's own exception, if there was one, is chained as `__cause__`. No text here holds a secret. `undo` is what
    takes back the part of a change that was made before it failed, or may have been; None if there is none.
    """

    undo: Mapping[str, Any] | None = None

    def __init__(self, system: str, operation: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.system = system
        self.operation = operation
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message

    def __reduce__(self) -> tuple[type[ServiceError], tuple[str, str, str, str]]:
        return type(self), (self.system, self.operation, self.message, self.hint)

    @property
    def kind(self) -> str:
        """The error's name in the words of the program, such as `not found`."""
        name = type(self).__name__
        return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()


class InvalidInput(ServiceError):
    """What was asked for cannot be meant: the message names the field and what it may hold."""


class NotFound(ServiceError):
    """The named thing is not there."""


class AlreadyExists(ServiceError):
    """A thing of that name is there already."""


class Conflict(ServiceError):
    """It changed, is locked, or its state is unknown; look again before going on."""


class PermissionDenied(ServiceError):
    """The user is known and may not do this."""


class NotAuthenticated(ServiceError):
    """No log-in, or one that has expired."""


class Unavailable(ServiceError):
    """The system cannot be reached."""


class TimedOut(Unavailable):
    """The system was reached and did not answer in time."""


class RateLimited(Unavailable):
    """The system asks to be called less often. `retry_after` is in seconds, if it said so."""

    def __init__(
        self, system: str, operation: str, message: str, hint: str = "", retry_after: float | None = None
    ) -> None:
        super().__init__(system, operation, message, hint)
        self.retry_after = retry_after


class ProtocolError(ServiceError):
    """The other side does not speak as its contract says."""


class DataCorrupt(ServiceError):
    """What is stored is damaged."""


class NotSupported(ServiceError):
    """This system, version or installation cannot do that."""


class ReadOnly(ServiceError):
    """The profile is read-only and the action changes data."""


class Cancelled(ServiceError):
    """The user stopped it."""
