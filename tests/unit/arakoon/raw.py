"""A plain socket to a node, and a node of plain bytes: to see and to say what no client and no server of ours would."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from tui.systems.arakoon.settings import NodeAddress
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codes import Failure, read_reply
from tui.systems.arakoon.wire.commands import Command
from tui.systems.arakoon.wire.reader import whole

SECONDS = 20
"""How long anything here may take before the test fails."""


async def until(happens: Callable[[], object]) -> None:
    """Wait for something that other tasks bring about."""
    async with asyncio.timeout(SECONDS):
        while not happens():
            await asyncio.sleep(0.005)


class Raw:
    """A connection to a node that sends and receives bytes."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    @classmethod
    async def open(cls, address: NodeAddress, prologue: bytes) -> Raw:
        """Connect and send what a connection begins with."""
        made = cls(*await asyncio.open_connection(address.hosts[0], address.port, limit=2**26))
        made.send(prologue)
        return made

    def send(self, data: bytes) -> None:
        """Send bytes."""
        self.writer.write(data)

    async def receive(self, size: int) -> bytes:
        """Return exactly so many bytes."""
        async with asyncio.timeout(SECONDS):
            return await self.reader.readexactly(size)

    async def rest(self) -> bytes:
        """Return whatever comes until the other side hangs up."""
        async with asyncio.timeout(SECONDS):
            try:
                return await self.reader.read()
            except ConnectionResetError:
                return b""

    async def ask(self, command: Command[Any], *arguments: Any) -> Any:
        """Send a command and return its answer."""
        self.send(command.request(*arguments))
        async with asyncio.timeout(SECONDS):
            return await self._answer(command)

    async def _answer(self, command: Command[Any]) -> Any:
        data = await self.reader.readexactly(4)
        while True:
            try:
                return whole(lambda reader: read_reply(reader, command.result.decode, any_code=True), data)
            except Exception as error:
                if "cut short" not in str(error):
                    raise
            data += await self.reader.readexactly(1)

    async def is_open(self) -> bool:
        """Whether the node still answers on this connection."""
        try:
            return not isinstance(await self.ask(commands.WHO_MASTER), Failure)
        except (asyncio.IncompleteReadError, ConnectionResetError, BrokenPipeError):
            return False

    async def close(self) -> None:
        """Close the connection."""
        self.writer.close()
        try:
            await self.writer.wait_closed()
        except OSError:
            return


Script = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def scripted(script: Script, name: str = "odd", context: Any = None) -> AsyncIterator[NodeAddress]:
    """A server whose every connection follows the script, and where it listens; gone afterwards with all its tasks."""
    tasks: set[asyncio.Task[Any]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await script(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield NodeAddress(name, (host,), port)
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def skip_prologue(reader: asyncio.StreamReader) -> bytes:
    """Read what a client begins with and return the cluster's id."""
    head = await reader.readexactly(12)
    return await reader.readexactly(int.from_bytes(head[8:], "little"))


async def request_number(reader: asyncio.StreamReader) -> int:
    """Read the word of a command that has no arguments, or of one whose arguments are read next."""
    return int.from_bytes(await reader.readexactly(4), "little") & 0xFFFF


def greeting(name: str = "odd") -> bytes:
    """Return the answer of a node that says it is the master."""
    return b"\0\0\0\0" + commands.WHO_MASTER.result.encode(name.encode())
