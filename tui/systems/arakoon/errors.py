"""What an Arakoon cluster can refuse, in the words of the program's one family of errors (contract §6)."""

from __future__ import annotations

from collections.abc import Sequence

from tui.services.errors import (
    Conflict,
    InvalidInput,
    NotAuthenticated,
    NotFound,
    NotSupported,
    ProtocolError,
    RateLimited,
    ReadOnly,
    ServiceError,
    TimedOut,
    Unavailable,
)
from tui.services.printable import printable
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.reader import SYSTEM

SHOWN = 200
"""Characters of a key or of a server's message that an error shows."""


class NotConnectedError(Unavailable, RuntimeError):
    """The client is not connected: it never was, or it was closed."""


class NotMaster(Unavailable):
    """The node is not the master; what was asked was not done."""


class NoMaster(Unavailable):
    """No node is the master, or none that is can be reached."""


class AssertionFailed(Conflict):
    """The key does not hold what was asserted; nothing was changed."""


class InconsistentRead(Conflict):
    """The node has not applied the update that the read asked for."""


class OutcomeUnknown(Conflict):
    """A write was sent and its answer never came: it may have been done, and may not."""


class TooManyConnections(RateLimited):
    """The node takes no more connections."""


class WrongCluster(InvalidInput):
    """The nodes are of another cluster."""


class OutsideInterval(InvalidInput):
    """The key belongs to another cluster of the nursery."""


class UserFunctionFailed(ServiceError):
    """The server's function failed; what it did was undone."""


class UnknownFailure(ServiceError):
    """The server failed and does not say why."""


class Interrupted(Unavailable):
    """The connection ended before the answer. `unread`: the server cannot have read the request, so it was not done.

    It stays inside the client: whoever calls it sees the request done again, or what became of it.
    """

    unread = False


class GoingDown(Interrupted):
    """The node is about to stop."""


def shown(key: bytes) -> str:
    """Return a key or message as text that is harmless and not too long."""
    return printable(key.decode("utf-8", "backslashreplace"), SHOWN)


def refusal(failure: Failure, operation: str, number: int, key: bytes | None, node: str) -> ServiceError:
    """Return the error for an answer that is a failure.

    Args:
        failure: the answer.
        operation: the name of the command.
        number: the number of the command.
        key: the key that was asked for, None if there was not just one.
        node: who answered.
    """
    said = shown(failure.message)
    match failure.code:
        case Code.NOT_FOUND if failure.message == b"%x: command not found" % number:
            message = f"the node {node} is too old for it"
            return NotSupported(SYSTEM, operation, message, "it came with a later version of Arakoon")
        case Code.NOT_FOUND:
            name = shown(key) if key is not None else said
            return NotFound(SYSTEM, operation, f"there is no key {name}")
        case Code.ASSERTION_FAILED:
            return AssertionFailed(SYSTEM, operation, f"assertion failed: {said}", "someone changed it; look again")
        case Code.NOT_MASTER:
            return NotMaster(SYSTEM, operation, f"the node {node} is not the master; it names {said}")
        case Code.NO_LONGER_MASTER:
            return Interrupted(SYSTEM, operation, f"the node {node} is the master no longer: {said}")
        case Code.GOING_DOWN:
            return GoingDown(SYSTEM, operation, f"the node {node} is going down: {said}")
        case Code.READ_ONLY:
            return ReadOnly(SYSTEM, operation, f"the node {said} is read-only")
        case Code.OUTSIDE_INTERVAL:
            return OutsideInterval(SYSTEM, operation, f"the key {said} is outside the cluster's interval")
        case Code.WRONG_CLUSTER:
            return WrongCluster(SYSTEM, operation, f"the node {node} is of another cluster: {said}")
        case Code.NOT_SUPPORTED:
            return NotSupported(SYSTEM, operation, f"the node {node} refuses: {said}")
        case Code.BAD_INPUT:
            return InvalidInput(SYSTEM, operation, said)
        case Code.INCONSISTENT_READ:
            hint = "read from the master, or wait"
            return InconsistentRead(SYSTEM, operation, f"the node {node} is behind: {said}", hint)
        case Code.USER_FUNCTION_FAILURE:
            return UserFunctionFailed(SYSTEM, operation, said)
        case Code.USER_HOOK_NOT_FOUND:
            return NotFound(SYSTEM, operation, f"there is no hook {said}")
        case Code.MAX_CONNECTIONS:
            return TooManyConnections(SYSTEM, operation, f"the node {node} refuses the connection: {said}")
        case Code.UNKNOWN_FAILURE:
            return UnknownFailure(SYSTEM, operation, f"the node {node} failed: {said}")
        case Code.NO_MAGIC | Code.NO_HELLO | Code.TOO_MANY_DEAD_NODES:
            return ProtocolError(SYSTEM, operation, f"the node {node} answers with code {failure.code:#04x}: {said}")
        case code:
            return UserFunctionFailed(SYSTEM, operation, f"it failed with code {code:#x}: {said}")


def told_together(operation: str, problems: Sequence[ServiceError]) -> ServiceError:
    """Return one error for those of all nodes, of the kind that a person can do most about."""
    first = min(
        problems, key=lambda problem: 2 * isinstance(problem, Unavailable) - isinstance(problem, NotAuthenticated)
    )
    if len(problems) == 1:
        return first
    reasons = "; ".join(problem.message for problem in problems)
    made = type(first)(SYSTEM, operation, f"no node of the cluster answers: {reasons}", first.hint)
    made.__cause__ = first
    return made


def timed_out(operation: str, seconds: float, what: str) -> TimedOut:
    """Return the error for something that did not come about in `seconds`."""
    return TimedOut(SYSTEM, operation, f"{what} within {seconds:.3g} s")
