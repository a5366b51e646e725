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
from tui.systems.arakoon.request import Request
from tui.systems.arakoon.tls import tls_failure
from tui.systems.arakoon.wire.codes import Failure, read_reply
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.reader import SYSTEM, Incomplete, Limits, Reader

FOREVER = float("inf")
_BUFFER = 64 * 1024
"""Bytes that are read at once at most."""
_KEEPALIVE = (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 20), ("TCP_KEEPCNT", 3))
"""Seconds of silence, seconds between probes, and how many: as the servers do (contract §1)."""


class Connection(asyncio.BufferedProtocol):
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
        # Read into a buffer that is there: to make room for as much as could come is dearer than most answers.
        self._buffer = memoryview(bytearray(_BUFFER))
        self.waiting: deque[Request[Any]] = deque()
        """What was asked and is not answered yet, in the order of the answers."""
        self._outgoing: list[bytes] = []
        self._timer: asyncio.TimerHandle | None = None
        self._looks_at = FOREVER
        self._heard = 0.0
        self._room: asyncio.Event | None = None
        self._lost = self._loop.create_future()
        self._last_word: Failure | None = None
        self._is_overhearing = False
        self._is_reading = False
        self._cause: Exception | None = None

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

        Whoever waits goes on as soon as the answer is read, before other tasks that could.

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
        while not self.has_room and self.usable:
            await self._wait_for_room(command, deadline)
        return await self.send(command, request, deadline, silence, key, decode)

    @property
    def has_room(self) -> bool:
        """Whether the node takes what it is sent, so that a request need not wait here."""
        return self._room is None

    def send(
        self,
        command: Command[Any],
        request: bytes,
        deadline: float,
        silence: float = FOREVER,
        key: bytes | None = None,
        decode: Callable[[Reader], Any] | None = None,
    ) -> Request[Any]:
        """Send a request as `call` does, room or not, and return what its answer is awaited with."""
        if not self.usable:
            raise self._closed(command)
        now = self._loop.time()
        asked = Request(self._loop, command, decode or command.result.decode, now, deadline, silence, key, self.retire)
        self.waiting.append(asked)
        if self._is_reading:
            # Whoever has an answer goes on and asks again at once; what they all ask goes out behind the last of them.
            self._outgoing.append(request)
        elif len(self.waiting) == 1:
            assert self._transport is not None
            self._transport.write(request)
        else:
            # What tasks ask in one turn of the event loop goes out in one write.
            if not self._outgoing:
                self._loop.call_soon(self._flush)
            self._outgoing.append(request)
        end = min(deadline, now + silence)
        if end < self._looks_at:
            self._watch(end)
        return asked

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

    def _flush(self) -> None:
        if self._outgoing and self._transport is not None:
            requests, self._outgoing = self._outgoing, []
            self._transport.write(requests[0] if len(requests) == 1 else b"".join(requests))

    def _watch(self, when: float) -> None:
        """See that the requests are looked at again at `when`, which is before they would have been."""
        if self._timer is not None:
            self._timer.cancel()
        self._looks_at = when
        self._timer = self._loop.call_at(when, self._expire)

    def _expire(self) -> None:
        """Give up what has waited too long. The timer is not moved by an answer, so it may have come for nothing."""
        self._timer, self._looks_at = None, FOREVER
        now = self._loop.time()
        soonest = FOREVER
        for asked in self.waiting:
            if asked.done:
                continue
            end = min(asked.deadline, max(asked.asked, self._heard) + asked.silence)
            if end > now:
                soonest = min(soonest, end)
                continue
            message = f"the node {self.node} did not answer within {now - asked.asked:.1f} s"
            asked.fail(TimedOut(SYSTEM, asked.command.name, message))
            self.usable = False
        if soonest < FOREVER:
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

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._received(bytes(self._buffer[:nbytes]))

    def _received(self, data: bytes) -> None:
        """Give the answers in the data to those who wait for them."""
        self._heard = self._loop.time()
        reader, waiting = self._reader, self.waiting
        reader.feed(data)
        # This answers nothing of what is still to be sent, and nothing that is asked from here on.
        due = len(waiting) - len(self._outgoing)
        self._is_reading = True
        try:
            while due and waiting:
                answer = reader.take(waiting[0].read)
                asked = waiting.popleft()
                due -= 1
                if isinstance(answer, Failure):
                    self._refuse(asked, answer)
                else:
                    asked.answer(answer)
        except Incomplete:
            pass
        except ProtocolError as error:
            self._garbled(error)
        else:
            # What is left of a connection that was closed in here is nobody's word any more.
            if reader.unread and (self.usable or self._is_overhearing or waiting):
                self._overhear()
        finally:
            self._is_reading = False
        self._flush()
        if not self.usable and not self._is_overhearing:
            self.retire()

    def _overhear(self) -> None:
        """Take what nobody asked for: the word of a node that is full or stops, before it hangs up (contract §1)."""
        self.usable = False
        self._is_overhearing = True
        try:
            said = self._reader.take(lambda reader: read_reply(reader, Reader.byte))
        except Incomplete:
            pass
        except ProtocolError:
            self._is_overhearing = False
        else:
            self._is_overhearing = False
            if isinstance(said, Failure):
                self._last_word = said
        # What is asked already was not sent, and is not going to be.
        self._outgoing.clear()
        for asked in self.waiting:
            asked.fail(self._closed(asked.command))
        self.waiting.clear()

    def _refuse(self, asked: Request, failure: Failure) -> None:
        error = refusal(failure, asked.command.name, asked.command.number, asked.key, self.node)
        asked.fail(error)
        if failure.closes:
            # The node handles one request after the other and hangs up here: it never reads those that follow.
            self._fail("hung up", None, unread=True)

    def _garbled(self, error: ProtocolError) -> None:
        first = self.waiting.popleft()
        message = f"the node {self.node} does not speak as it should: {error.message}"
        first.fail(ProtocolError(SYSTEM, first.command.name, message))
        self._fail("does not speak as it should", None, unread=False)

    def pause_writing(self) -> None:
        self._room = asyncio.Event()

    def resume_writing(self) -> None:
        room, self._room = self._room, None
        if room is not None:
            room.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._cause = exc
        self.usable = False
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
                self._received(data)

    def _fail(self, reason: str, cause: Exception | None, unread: bool) -> None:
        """End the connection and all that waits on it. What was not sent yet is unread in any case."""
        self.usable = False
        sent = len(self.waiting) - len(self._outgoing)
        self._outgoing.clear()
        for position, asked in enumerate(self.waiting):
            if not asked.done:
                error = self._interrupted(asked.command, reason, unread or position >= sent, cause)
                error.__cause__ = cause
                asked.fail(error)
        self.waiting.clear()
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
        if any(not asked.done for asked in self.waiting):
            return
        self.waiting.clear()
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
