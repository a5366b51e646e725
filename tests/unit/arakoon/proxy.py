"""A node behind a proxy: to lose the answer of a sequence, or to be faster than whoever sends one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.unit.arakoon.contract_examples import CLUSTER
from tests.unit.arakoon.raw import scripted
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.settings import ClusterSettings, Patience

_SEQUENCE = b"\x10\x00\xff\xb1"


def fill(node: NodeServer, entries: dict[bytes, bytes | None]) -> None:
    """Write straight into a node's store, as if another client had done it; None deletes."""
    node.member.store.apply(entries, node.member.store.i)


def everything(node: NodeServer) -> dict[bytes, bytes]:
    """Return all that a node has."""
    from tui.systems.arakoon.node.store import all_entries

    return dict(all_entries(node.member.store))


@dataclass
class Proxy:
    """What happens to sequences. `sequences` counts those that came by, the first being 1.

    `before` is called before one is passed on. The answer to the one numbered `lose` is lost; the one numbered
    `swallow` never reaches the node.
    """

    sequences: int = 0
    lose: int = 0
    swallow: int = 0
    before: Callable[[int], None] = field(default=lambda number: None)


@asynccontextmanager
async def proxied(node: NodeServer, proxy: Proxy) -> AsyncIterator[AsyncClient]:
    """A client of a node that is reached through a proxy."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, downstream = await asyncio.open_connection(node.address.hosts[0], node.address.port)
        answers = asyncio.create_task(_pass_on(upstream, writer))
        try:
            while data := await reader.read(2**16):
                if _SEQUENCE not in data:
                    downstream.write(data)
                    continue
                proxy.sequences += 1
                proxy.before(proxy.sequences)
                if proxy.sequences == proxy.swallow:
                    return
                if proxy.sequences == proxy.lose:
                    answers.cancel()
                    await asyncio.wait({answers})
                    downstream.write(data)
                    await upstream.read(1)
                    return
                downstream.write(data)
        finally:
            answers.cancel()
            await asyncio.wait({answers})
            downstream.close()

    async with scripted(script, "solo") as address:
        settings = ClusterSettings(CLUSTER.decode(), (address,), patience=Patience(total=10, silence=5))
        async with AsyncClient(settings) as client:
            yield client


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(2**16):
        writer.write(data)
    writer.close()
