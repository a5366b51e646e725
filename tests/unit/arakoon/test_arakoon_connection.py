"""Tasks that share connections: each goes on as soon as its answer is there, as itself, and harms no other."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar

import pytest

from tests.unit.arakoon.raw import greeting, request_number, scripted, skip_prologue
from tests.unit.arakoon.test_arakoon_faults import ENOUGH, hasty, hasty_on
from tui.services.errors import NotFound, Unavailable
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.wire import commands

WHO: ContextVar[int] = ContextVar("who")


@pytest.mark.parametrize("unasked", [bytes(4), b"\0\0", bytes(8), b"\x10\0\0\0\x02\0\0\0by", b"\xfe"])
async def test_what_nobody_asked_for_answers_nothing_that_is_asked_next(unasked: bytes) -> None:
    """A node says more than it was asked for, and the task that has its answer asks for the next thing at once."""
    deleted: list[int] = []
    connections = 0

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        await skip_prologue(reader)
        while True:
            number = await request_number(reader)
            if number == commands.WHO_MASTER.number:
                writer.write(greeting())
                continue
            await reader.readexactly(int.from_bytes(await reader.readexactly(4), "little"))
            if number == commands.SET.number:
                await reader.readexactly(int.from_bytes(await reader.readexactly(4), "little"))
                writer.write(bytes(4) + unasked)
                continue
            deleted.append(connections)
            writer.write(bytes(4))

    async with scripted(script) as address, hasty(address, total=ENOUGH, silence=ENOUGH) as client:
        async with asyncio.timeout(ENOUGH):
            await client.set(b"k", b"v")
            await client.delete(b"k")
        # It went to the node once, on a connection of its own.
        assert deleted == [connections]
        assert connections > 1


async def test_each_task_goes_on_in_its_own_context(client: AsyncClient) -> None:
    async def work(number: int) -> None:
        WHO.set(number)
        key = b"%d" % number
        for turn in range(5):
            await client.set(key, b"%d" % turn)
            assert (WHO.get(), await client.get(key)) == (number, b"%d" % turn)
            with pytest.raises(NotFound, match=f"no key missing {number}"):
                await client.get(b"missing %d" % number)
            assert WHO.get() == number

    await asyncio.gather(*map(work, range(40)))


async def test_a_task_that_has_its_answer_may_close_the_client_that_others_wait_on(node: NodeServer) -> None:
    client = hasty_on(node, total=ENOUGH, silence=ENOUGH)
    await client.connect()
    await client.set(b"k", b"v")
    ended: list[object] = []

    async def first() -> None:
        await client.get(b"k")
        await client.close()

    async def other() -> None:
        try:
            ended.append(await client.get(b"k"))
        except Unavailable as error:
            ended.append(error)

    async with asyncio.timeout(ENOUGH):
        await asyncio.gather(first(), *(other() for _ in range(10)))
    assert len(ended) == 10
    assert not client.connected


async def test_a_task_that_is_cancelled_as_its_answer_comes(client: AsyncClient) -> None:
    """Whichever comes first, nobody gets the answer of another."""
    for number in range(30):
        await client.set(b"%d" % number, b"value %d" % number)
    for turns in range(30):
        tasks = [asyncio.create_task(client.get(b"%d" % number)) for number in range(30)]
        for _ in range(turns % 6):
            await asyncio.sleep(0)
        for task in tasks[turns::3]:
            task.cancel()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        for number, answer in enumerate(answers):
            assert isinstance(answer, asyncio.CancelledError) or answer == b"value %d" % number


async def test_a_call_inside_a_deadline_of_the_caller_s(node: NodeServer) -> None:
    async with hasty_on(node, total=ENOUGH, silence=ENOUGH) as client:
        await client.set(b"k", b"v")
        node.member.is_frozen = True
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.get(b"k")
        node.member.is_frozen = False
        node.wake()
        async with asyncio.timeout(ENOUGH):
            assert await client.get(b"k") == b"v"
