"""Request: a command that waits for its answer, and wakes the task that waits for it as soon as that is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Generator
from contextvars import Context
from typing import Any, Generic, TypeVar

from tui.services.errors import ServiceError
from tui.systems.arakoon.wire.codes import Failure, read_failure
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.reader import Reader

T = TypeVar("T")


class Request(Generic[T]):
    """A command on its way. Awaited by one task, it gives the result. Times are those of the event loop.

    A future would have its task go on in the next turn of the event loop, behind another look at all sockets. That
    is a large part of what a short command costs, so an answer lets the task go on at once. It must therefore be told
    by the event loop itself and never from inside a task; a failure may be told from anywhere.
    """

    __slots__ = (
        "_asyncio_future_blocking",
        "_context",
        "_error",
        "_given_up",
        "_loop",
        "_result",
        "_wake",
        "asked",
        "command",
        "deadline",
        "decode",
        "done",
        "key",
        "silence",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        command: Command[T],
        decode: Callable[[Reader], T],
        asked: float,
        deadline: float,
        silence: float,
        key: bytes | None,
        given_up: Callable[[], None],
    ) -> None:
        """Take what is asked, when it has to be answered, and what to call when its task is cancelled."""
        self._loop = loop
        self.command = command
        self.decode = decode
        self.asked = asked
        self.deadline = deadline
        self.silence = silence
        self.key = key
        self.done = False
        self._given_up = given_up
        self._asyncio_future_blocking = False
        self._wake: Callable[[Any], object] | None = None
        self._context: Context
        self._error: BaseException | None = None
        self._result: Any

    def read(self, reader: Reader) -> T | Failure:
        """Return the answer. Raises as `Reader` does."""
        code = reader.u32()
        return read_failure(reader, code, self.command.any_code) if code else self.decode(reader)

    def answer(self, result: T) -> None:
        """Give its result, and let the task go on until it waits again. Only for the event loop."""
        if self.done:
            return
        self.done = True
        self._result = result
        if self._wake is not None:
            self._context.run(self._wake, self)

    def fail(self, error: ServiceError) -> None:
        """Let the task go on with an error, in the next turn of the event loop."""
        if not self.done:
            self._end(error)

    def _end(self, error: BaseException) -> None:
        self.done = True
        self._error = error
        if self._wake is not None:
            self._loop.call_soon(self._wake, self, context=self._context)

    # What a task asks of the future that it waits for.

    def __await__(self) -> Generator[Any, None, T]:
        if not self.done:
            self._asyncio_future_blocking = True
            # An error would be raised here.
            yield self
            return self._result
        return self.result()

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the event loop."""
        return self._loop

    def add_done_callback(self, wake: Callable[[Any], object], *, context: Context) -> None:
        """Take what wakes the task."""
        self._wake, self._context = wake, context

    def result(self) -> T:
        """Return the result, or raise the error that it ended with; that once only."""
        error, self._error = self._error, None
        if error is None:
            return self._result
        try:
            raise error
        finally:
            # Its traceback leads here: it would keep itself in memory.
            del error

    def cancel(self, msg: object = None) -> bool:
        """End it because its task is cancelled."""
        if self.done:
            return False
        self._end(asyncio.CancelledError() if msg is None else asyncio.CancelledError(msg))
        self._given_up()
        return True
