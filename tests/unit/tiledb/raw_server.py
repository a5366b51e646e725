"""A server that answers every request with the same bytes, whatever it is asked."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from pydantic import SecretStr

from tui.systems.tiledb.options import ServiceOptions


@asynccontextmanager
async def answering(body: str) -> AsyncGenerator[ServiceOptions]:
    """Serve `body` with 200 and yield the options of a client of it."""
    content = body.encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n".encode()

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                writer.write(head + content)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield ServiceOptions(f"http://127.0.0.1:{port}", SecretStr("t"), workspace="lab", wanted="carrara", timeout=10)
    finally:
        server.close()
