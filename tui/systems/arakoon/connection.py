"""Connection: one stream to one node, on which requests are sent without waiting for the answers (contract §1)."""

from __future__ import annotations

import asyncio
import os
import socket
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from tui.services.errors import ProtocolError, ServiceError, TimedOut
from tui.systems.arakoon.errors import Interrupted, refusal
from tui.systems.arakoon.tls import tls_failure
from tui.systems.arakoon.wire.codes import Failure, read_reply
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.reader import SYSTEM, Incomplete, Limits, Reader

FOREVER = float("inf")
_KEEPALIVE = (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3))
"""Seconds of silence, seconds between probes, and how many: as the servers do (contract §1)."""


class Request:
    """A command that waits for its answer. Times are those of the event loop."""

    __slots__ = ("asked", "command", "deadline", "decode", "future", "key", "silence")

    def __init__(
        self,
        command: Command[Any],
        decode: Callable[[Reader], Any],
        future: asyncio.Future[Any],
        asked: float,
        deadline: float,
        silence: float,
        key: bytes | None,
    ) -> None:
        self.command = command
        self.decode = decode
        self.future = future
        self.asked = asked
        self.deadline = deadline
        self.silence = silence
        self.key = key

    def read(self, reader: Reader) -> Any:
        """Return the answer. Raises as `Reader` does."""
        return read_reply(reader, self.decode, self.command.any_code)


class Connection(asyncio.Protocol):
    """A connection to a node. Answers come in the order of the requests; there is nothing else to tell them apart.

    A request that is cancelled or not answered in time takes the connection out of use: it gets no more requests,
    and it is closed as soon as the others that wait on it have their answers.
    """

    def __init__(self, node: str, limits: Limits) -> None:
        self.node = node
        self.usable = False
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._reader = Reader(limits=limits)
        self._waiting: deque[Request] = deque()
        self._outgoing: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._heard = 0.0
        self._room: asyncio.Event | None = None
        self._lost = self._loop.create_future()
        self._last_word: Failure | None = None
        self._is_overhearing = False
        self._is_bursting = False
        self._cause: Exception | None = None

    @property
    def in_flight(self) -> int:
        """How many requests wait for their answers."""
        return len(self._waiting)

    async def call(
        self,
        command: Command[Any],
        request: bytes,
        deadline: float,
        silence: float = FOREVER,
        key: bytes | None = None,
        decode: Callable[[Reader], Any] | None = None,
    ) -> Any:
        """Send a request and return its result.

        Args:
            command: what is asked.
            request: its bytes.
            deadline: time of the event loop at which it ends without an answer.
            silence: seconds that the node may send nothing at all while this waits.
            key: the key that it is about, for the error.
            decode: reads the result, if it is not the command's own.

        Raises:
            TimedOut: there was no answer in time.
            Interrupted: the connection ended before the answer; its `unread` tells whether the node can have read it.
            ProtocolError: the answer is malformed.
            ServiceError: the answer is a failure.
        """
        while self._room is not None and self.usable:
            await self._wait_for_room(command, deadline)
        if not self.usable:
            raise self._closed(command)
        now = self._loop.time()
        future: asyncio.Future[Any] = self._loop.create_future()
        asked = Request(command, decode or command.result.decode, future, now, deadline, silence, key)
        self._waiting.append(asked)
        self._send(request)
        self._watch(min(deadline, now + silence))
        try:
            return await future
        except asyncio.CancelledError:
            if asked in self._waiting:
                self.retire()
            raise

    def _closed(self, command: Command[Any]) -> ServiceError:
        """Return the error for a request that is not sent, since the node has hung up already."""
        if self._last_word is None:
            return self._interrupted(command, "is closed" if self._cause is None else "hung up", True, self._cause)
        error = refusal(self._last_word, command.name, command.number, None, self.node)
        if isinstance(error, Interrupted):
            error.unread = True
        return error

    async def _wait_for_room(self, command: Command[Any], deadline: float) -> None:
        assert self._room is not None
        try:
            async with asyncio.timeout_at(None if deadline == FOREVER else deadline):
                await self._room.wait()
        except TimeoutError as error:
            self.retire()
            # Nothing of this request was sent, whatever became of those before it.
            raise self._interrupted(command, "takes no more", unread=True) from error

    def begin(self, prologue: bytes) -> None:
        """Send what a connection begins with; it is not answered."""
        assert self._transport is not None
        self._transport.write(prologue)

    def _send(self, request: bytes) -> None:
        assert self._transport is not None
        if len(self._waiting) == 1 and not self._is_bursting:
            self._transport.write(request)
            return
        # What tasks ask in one turn of the event loop goes out in one write. Where several answers came together,
        # those who asked are about to ask again.
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(request)

    def _flush(self) -> None:
        if self._outgoing and self._transport is not None:
            requests, self._outgoing = self._outgoing, []
            self._transport.write(requests[0] if len(requests) == 1 else b"".join(requests))

    def _watch(self, when: float) -> None:
        """See that the requests are looked at again not later than `when`."""
        if when == FOREVER or (self._timer is not None and self._timer.when() <= when):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(when, self._expire)

    def _expire(self) -> None:
        """Give up what has waited too long. The timer is not moved by an answer, so it may have come for nothing."""
        self._timer = None
        now = self._loop.time()
        soonest = FOREVER
        for asked in self._waiting:
            if asked.future.done():
                continue
            end = min(asked.deadline, max(asked.asked, self._heard) + asked.silence)
            if end > now:
                soonest = min(soonest, end)
                continue
            message = f"the node {self.node} did not answer within {now - asked.asked:.1f} s"
            asked.future.set_exception(TimedOut(SYSTEM, asked.command.name, message))
            self.usable = False
        self._watch(soonest)
        if not self.usable:
            self.retire()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self.usable = True
        raw: socket.socket | None = transport.get_extra_info("socket")
        if raw is not None and raw.family in (socket.AF_INET, socket.AF_INET6):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in _KEEPALIVE:
                if hasattr(socket, name):
                    raw.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)

    def data_received(self, data: bytes) -> None:
        self._heard = self._loop.time()
        reader, waiting = self._reader, self._waiting
        before = len(waiting)
        reader.feed(data)
        try:
            while waiting:
                answer = reader.take(waiting[0].read)
                asked = waiting.popleft()
                if isinstance(answer, Failure):
                    self._refuse(asked, answer)
                elif not asked.future.done():
                    asked.future.set_result(answer)
        except Incomplete:
            pass
        except ProtocolError as error:
            self._garbled(error)
        else:
            if reader.unread:
                self._overhear()
        self._is_bursting = before - len(waiting) > 1
        if not self.usable and not self._is_overhearing:
            self.retire()

    def _overhear(self) -> None:
        """Take what nobody asked for: the word of a node that is full or stops, before it hangs up (contract §1)."""
        self.usable = False
        self._is_overhearing = True
        try:
            said = self._reader.take(lambda reader: read_reply(reader, Reader.byte))
        except Incomplete:
            return
        except ProtocolError:
            said = None
        self._is_overhearing = False
        if isinstance(said, Failure):
            self._last_word = said

    def _refuse(self, asked: Request, failure: Failure) -> None:
        error = refusal(failure, asked.command.name, asked.command.number, asked.key, self.node)
        if not asked.future.done():
            asked.future.set_exception(error)
        if failure.closes:
            # The node handles one request after the other and hangs up here: it never reads those that follow.
            self._fail("hung up", None, unread=True)

    def _garbled(self, error: ProtocolError) -> None:
        first = self._waiting.popleft()
        message = f"the node {self.node} does not speak as it should: {error.message}"
        if not first.future.done():
            first.future.set_exception(ProtocolError(SYSTEM, first.command.name, message))
        self._fail("does not speak as it should", None, unread=False)

    def pause_writing(self) -> None:
        self._room = asyncio.Event()

    def resume_writing(self) -> None:
        room, self._room = self._room, None
        if room is not None:
            room.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cause = exc
        if isinstance(exc, ConnectionError):
            self._read_what_is_left()
        self._is_overhearing = False
        reason = "hung up"
        if isinstance(exc, ConnectionResetError):
            reason = "reset the connection"
        elif exc is not None:
            reason = f"is lost: {reason_of(exc)}"
        self._fail(reason, exc, unread=False)
        if not self._lost.done():
            self._lost.set_result(None)

    def _read_what_is_left(self) -> None:
        """Read what came before a reset that a write ran into: a node that is full resets right behind saying so."""
        assert self._transport is not None
        if self._transport.get_extra_info("sslcontext") is not None:
            return
        with suppress(OSError):
            data = os.read(self._transport.get_extra_info("socket").fileno(), 65536)
            if data:
                self.data_received(data)

    def _fail(self, reason: str, cause: Exception | None, unread: bool) -> None:
        """End the connection and all that waits on it. What was not sent yet is unread in any case."""
        self.usable = False
        sent = len(self._waiting) - len(self._outgoing)
        self._outgoing.clear()
        for position, asked in enumerate(self._waiting):
            if not asked.future.done():
                error = self._interrupted(asked.command, reason, unread or position >= sent, cause)
                error.__cause__ = cause
                asked.future.set_exception(error)
        self._waiting.clear()
        self.retire()

    def _interrupted(
        self, command: Command[Any], reason: str, unread: bool, cause: Exception | None = None
    ) -> ServiceError:
        if isinstance(cause, ssl.SSLError):
            return tls_failure(cause, self.node, command.name)
        error = Interrupted(SYSTEM, command.name, f"the node {self.node} {reason}")
        error.unread = unread
        return error

    def retire(self) -> None:
        """Take it out of use: close it once nobody waits on it any more."""
        self.usable = False
        if any(not asked.future.done() for asked in self._waiting):
            return
        self._waiting.clear()
        self._outgoing.clear()
        self.resume_writing()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._transport is not None:
            self._transport.abort()

    def when_lost(self, tell: Callable[[Connection], object]) -> None:
        """Call `tell` once the socket is closed."""
        self._lost.add_done_callback(lambda _: tell(self))

    async def close(self) -> None:
        """Close it now; whatever waits on it ends with an error. Returns when the socket is closed."""
        if self._transport is None:
            return
        self._fail("is closed", None, unread=False)
        await asyncio.wait({self._lost})


def reason_of(error: Exception) -> str:
    """Return why a connection failed, without the address."""
    if isinstance(error, OSError) and error.errno is not None:
        # What asyncio says itself repeats the address; name look-ups have numbers of their own.
        return os.strerror(error.errno).lower() if error.errno > 0 else str(error.strerror)
    return "connection reset" if isinstance(error, ConnectionResetError) else str(error) or type(error).__name__
