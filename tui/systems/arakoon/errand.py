"""Errand: one call on its way to a node, and what its failure means for asking again."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Generic, TypeVar

from tui.services.errors import ProtocolError, ServiceError, TimedOut, Unavailable
from tui.systems.arakoon.connection import FOREVER
from tui.systems.arakoon.errors import Interrupted, NotConnectedError, NotMaster, OutcomeUnknown, TooManyConnections
from tui.systems.arakoon.pool import NodePool
from tui.systems.arakoon.settings import Patience
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.reader import SYSTEM, Reader

T = TypeVar("T")


class Again(Exception):
    """The attempt failed in a way that allows another one. `error` is why."""

    def __init__(self, error: ServiceError) -> None:
        super().__init__(error)
        self.error = error


class Errand(Generic[T]):
    """A command that is to be brought to a node, in several attempts if need be."""

    __slots__ = ("_decode", "_doubt", "_key", "_loop", "_patience", "_request", "_silence", "command", "deadline")

    def __init__(
        self,
        command: Command[T],
        request: bytes,
        patience: Patience,
        key: bytes | None,
        decode: Callable[[Reader], T] | None,
    ) -> None:
        self.command = command
        self._loop = asyncio.get_running_loop()
        self._patience = patience
        self.deadline = self._loop.time() + patience.total
        self._request = request
        self._key = key
        self._decode = decode
        # A write waits for the other nodes for as long as it takes: to ask again would not be faster.
        self._silence = FOREVER if command.writes else patience.silence
        self._doubt: ServiceError | None = None

    async def ask(self, pool: NodePool) -> T:
        """Ask a node, once.

        Raises:
            Again: it was not answered, and asking again does no harm.
            OutcomeUnknown: it is a write that may have been done.
            ServiceError: the node refused.
        """
        command = self.command
        try:
            connection = pool.idle(command.writes) or await pool.connection(command.writes, self.deadline)
        except NotConnectedError:
            raise
        except ServiceError as error:
            pool.failures += 1
            raise Again(error) from error
        try:
            ask = connection.send if connection.has_room else connection.call
            result: T = await ask(command, self._request, self.deadline, self._silence, self._key, self._decode)
        except (NotMaster, TooManyConnections) as error:
            raise Again(error) from error
        except (Interrupted, TimedOut, ProtocolError) as error:
            pool.failures += 1
            raise self._after(error) from error
        pool.failures = 0
        return result

    def _after(self, error: Interrupted | TimedOut | ProtocolError) -> Exception:
        """Return what a lost answer means."""
        if isinstance(error, Interrupted) and error.unread:
            return Again(error)
        if self.command.writes:
            self._doubt = error
            if not self.command.repeatable or isinstance(error, ProtocolError):
                return self.final(error)
        elif isinstance(error, ProtocolError):
            return error
        return Again(error)

    def final(self, error: ServiceError) -> ServiceError:
        """Return the error to end with, now that there is no further attempt."""
        name = self.command.name
        if self._doubt is not None:
            message = f"outcome unknown: {self._doubt.message}"
            made = OutcomeUnknown(SYSTEM, name, message, "look whether it was done before you do it again")
        elif isinstance(error, TimedOut):
            made = TimedOut(SYSTEM, name, f"no answer within {self._patience.total:g} s: {error.message}", error.hint)
        elif isinstance(error, Interrupted):
            made = Unavailable(SYSTEM, name, error.message, error.hint)
        else:
            return error
        made.__cause__ = error
        return made

    async def pause(self, seconds: float, error: ServiceError) -> None:
        """Wait before the next attempt, a little more or less so that many do not come at once.

        Raises:
            ServiceError: there is no time left for one.
        """
        pause = seconds * random.uniform(0.75, 1.25)
        if self._loop.time() + pause >= self.deadline:
            raise self.final(error) from error
        await asyncio.sleep(pause)
