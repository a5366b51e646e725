"""Session: one client's connection to a node: one command after the other, and hung up on as a server does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from tui.services.errors import ProtocolError
from tui.systems.arakoon.node.answers import Answer, Encoded, LastWord, Parts
from tui.systems.arakoon.node.update import UNKNOWN_FAILURE
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codecs import U32
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.commands import COMMANDS, MAGIC, Command, read_prologue
from tui.systems.arakoon.wire.reader import MIB, Incomplete, Reader

if TYPE_CHECKING:
    from tui.systems.arakoon.node.server import NodeServer

_LOUD = {
    command.number
    for command in (
        commands.HELLO,
        commands.TEST_AND_SET,
        commands.REPLACE,
        commands.DELETE_PREFIX,
        commands.SEQUENCE,
        commands.SYNCED_SEQUENCE,
        commands.SET_INTERVAL,
        commands.COLLAPSE_TLOGS,
        commands.COPY_DB_TO_HEAD,
    )
}
"""Commands whose malformed arguments are answered with a failure; after others the server just hangs up."""
_BATCH = 64 * 1024
"""Bytes of answers that are gathered before they are written: the client reads them while the next ones are made."""
_PILE = 4 * MIB
"""Bytes of unread requests that are let in while an answer has to wait."""
OK = U32.encode(Code.OK)


class _HangUp(Exception):
    """The connection is to end, behind these last bytes if there are any."""

    def __init__(self, data: bytes = b"") -> None:
        super().__init__()
        self.data = data


class Session(asyncio.BufferedProtocol):
    """A connection. While an answer has to wait, whatever the client sent behind it waits too."""

    def __init__(self, server: NodeServer) -> None:
        self._server = server
        self._member = server.member
        self._answers = server.answers
        self._reader = Reader()
        self._transport: asyncio.Transport | None = None
        self._is_introduced = False
        self._number = 0
        self._is_full = False
        self._is_closing = False
        self._waiting: asyncio.Task[None] | None = None
        self.lost: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.sessions.add(self)
        if len(self._server.sessions) > self._server.max_connections:
            self._server.turned_away += 1
            self._hang_up(Failure(Code.MAX_CONNECTIONS, b"too many clients").encode())

    def connection_lost(self, exc: Exception | None) -> None:
        self._is_closing = True
        self._server.sessions.discard(self)
        if self._waiting is not None:
            self._waiting.cancel()
        if not self.lost.done():
            self.lost.set_result(None)

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        self.work()

    def get_buffer(self, sizehint: int) -> memoryview:
        return self._server.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self._reader.feed(bytes(self._server.buffer[:nbytes]))
        self.work()

    @property
    def _is_busy(self) -> bool:
        return self._waiting is not None or self._is_full or self._is_closing or self._member.is_frozen

    def work(self) -> None:
        """Answer whatever is whole, until one has to wait or the client does not take its answers."""
        answers: list[bytes] = []
        size = 0
        last_word: bytes | None = None
        try:
            while not self._is_busy:
                data = self._next()
                answers.append(data)
                size += len(data)
                if size > _BATCH:
                    self._write(b"".join(answers))
                    answers, size = [], 0
        except Incomplete:
            pass
        except _HangUp as end:
            last_word = end.data
        self._write(b"".join(answers))
        if last_word is not None:
            self._hang_up(last_word)
        elif self._transport is not None:
            if self._is_busy and self._reader.unread > _PILE:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _next(self) -> bytes:
        """Return the answer to what comes next, b"" if it has none or not yet."""
        if not self._is_introduced:
            self._introduce()
            return b""
        command, arguments = self._request()
        if self._member.delay:
            self._waiting = asyncio.create_task(self._answer_slowly(command, arguments))
            return b""
        return self._told(command, self._answers.answer(command, arguments))

    def _introduce(self) -> None:
        try:
            cluster_id = self._reader.take(read_prologue)
        except ProtocolError as error:
            raise _HangUp from error
        if cluster_id != self._member.cluster_id.encode("utf-8", "surrogateescape"):
            raise _HangUp
        self._is_introduced = True

    def _request(self) -> tuple[Command[Any], tuple[Any, ...]]:
        self._number = 0
        try:
            return self._reader.take(self._read)
        except ProtocolError as error:
            raise _HangUp(UNKNOWN_FAILURE.encode() if self._number in _LOUD else b"") from error

    def _read(self, reader: Reader) -> tuple[Command[Any], tuple[Any, ...]]:
        word = reader.u32()
        if word & MAGIC != MAGIC:
            raise _HangUp(Failure(Code.NO_MAGIC, b"").encode())
        self._number = number = word & 0xFFFF
        if not self._answers.knows(number):
            raise _HangUp(Failure(Code.NOT_FOUND, b"%x: command not found" % number).encode())
        command = COMMANDS[number]
        return command, command.read_arguments(reader)

    def _told(self, command: Command[Any], answer: Answer) -> bytes:
        """Return the bytes of an answer; one that has to wait holds up what follows."""
        if answer is None or isinstance(answer, bytes):
            # Most are that: it need not be asked whether they are all else first.
            return OK + command.result.encode(answer)
        match answer:
            case Encoded(data):
                return OK + data
            case Failure():
                if answer.closes:
                    raise _HangUp(answer.encode())
                return answer.encode()
            case asyncio.Future():
                self._waiting = asyncio.create_task(self._answer_later(command, answer))
                return b""
            case Parts():
                self._waiting = asyncio.create_task(self._answer_in_parts(answer))
                return b""
            case LastWord(data):
                raise _HangUp(data)
            case result:
                return OK + command.result.encode(result)

    async def _answer_slowly(self, command: Command[Any], arguments: tuple[Any, ...]) -> None:
        await asyncio.sleep(self._member.delay)
        self._go_on(command, self._answers.answer(command, arguments))

    async def _answer_later(self, command: Command[Any], answer: asyncio.Future[Any]) -> None:
        # Waited for, not awaited: an update goes on when the client that asked for it has gone.
        await asyncio.wait({answer})
        self._go_on(command, Failure(Code.GOING_DOWN, b"closing socket") if answer.cancelled() else answer.result())

    async def _answer_in_parts(self, answer: Parts) -> None:
        async for part in answer.parts:
            self._write(part)
        self._waiting = None
        self.work()

    def _go_on(self, command: Command[Any], answer: Answer) -> None:
        self._waiting = None
        try:
            self._write(self._told(command, answer))
        except _HangUp as end:
            self._hang_up(end.data)
        else:
            self.work()

    def _write(self, data: bytes) -> None:
        if data and self._transport is not None and not self._is_closing:
            self._server.settle()
            self._transport.write(data)

    def _hang_up(self, data: bytes) -> None:
        self._write(data)
        self._is_closing = True
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """End the connection at once, without what was not written yet."""
        self._is_closing = True
        if self._transport is not None:
            self._transport.abort()

    def say_good_bye(self) -> None:
        """End the connection as a server does that is told to stop."""
        self._hang_up(b"")
