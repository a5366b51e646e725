"""Nodes that are slow, silent, garbled, full or gone: clear errors, in time, and nothing is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.arakoon.raw import greeting, request_number, scripted, skip_prologue, until
from tui.services.errors import Conflict, ProtocolError, RateLimited, ServiceError, TimedOut, Unavailable
from tui.systems.arakoon import errors
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.settings import ClusterSettings, NodeAddress, Patience
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.reader import Limits
from tui.systems.arakoon.wire.steps import Delete

HASTY = Patience(total=0.5, silence=0.15, connect=0.3, probe=0.15)
"""Seconds: as much of a deadline as a test can wait for."""
Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
ENOUGH = 15
"""Seconds after which a call hangs, on however slow a machine."""


def hasty(*addresses: NodeAddress, **changes: Any) -> AsyncClient:
    return AsyncClient(ClusterSettings("c", addresses, patience=replace(HASTY, **changes)))


def well_until_asked(behaviour: Behaviour) -> Behaviour:
    """A node that introduces itself as the master, and behaves so when it is asked for anything else."""

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await skip_prologue(reader)
        while await request_number(reader) == commands.WHO_MASTER.number:
            writer.write(greeting())
        await behaviour(reader, writer)

    return script


async def silence(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


def says(data: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await reader.read()

    return behave


def says_and_goes(data: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    return behave


def says_and_resets(data: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        import socket
        import struct

        writer.write(data)
        await writer.drain()
        raw: socket.socket = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()

    return behave


HALF = b"\0\0"
NOT_MASTER = Failure(Code.NOT_MASTER, b"x\x1b[2J").encode()
BROKEN: list[tuple[str, Behaviour, type[ServiceError], str]] = [
    ("silent", silence, TimedOut, "no answer within 0.5 s: the node odd did not answer"),
    ("half an answer", says(HALF), TimedOut, "did not answer"),
    ("half an answer and gone", says_and_goes(HALF), Unavailable, "the node odd hung up"),
    ("half an answer and reset", says_and_resets(HALF), Unavailable, "the node odd reset the connection"),
    ("gone", says_and_goes(b""), Unavailable, "hung up"),
    ("going down", says_and_goes(Failure(Code.GOING_DOWN, b"closing socket").encode()), Unavailable, "going down"),
    ("garbage", says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), ProtocolError, "does not speak as it should: .* 0x50545448"),
    ("a length that cannot be", says(b"\5\0\0\0\xff\xff\xff\xff"), ProtocolError, "a string of -1 bytes"),
    ("a length beyond belief", says(b"\4\0\0\0\xff\xff\xff\x7f"), ProtocolError, "a string of 2,147,483,647 bytes"),
    (
        "not the master",
        says_and_goes(Failure(Code.NOT_MASTER, b"x\x1b[2J").encode()),
        errors.NotMaster,
        r"names x\\e\[2J",
    ),
    (
        "no longer the master",
        says(Failure(Code.NO_LONGER_MASTER, b"lost").encode()),
        Unavailable,
        "the node|the nodes|no node",
    ),
    ("full", says_and_goes(Failure(Code.MAX_CONNECTIONS, b"too many clients").encode()), RateLimited, "too many"),
]
each_fault = pytest.mark.parametrize(
    ("behaviour", "kind", "said"), [it[1:] for it in BROKEN], ids=[it[0] for it in BROKEN]
)


@each_fault
async def test_a_read_from_a_node_that_is_not_well(behaviour: Behaviour, kind: type[ServiceError], said: str) -> None:
    async with scripted(well_until_asked(behaviour)) as address, hasty(address) as client:
        async with asyncio.timeout(ENOUGH):
            with pytest.raises(kind, match=said):
                await client.get(b"k")


NOT_DONE = {"not the master", "full"}
"""After these a write was certainly not done."""


@pytest.mark.parametrize(("name", "behaviour"), [it[:2] for it in BROKEN], ids=[it[0] for it in BROKEN])
@pytest.mark.parametrize(
    "write",
    [
        lambda client: client.set(b"k", b"v"),
        lambda client: client.delete(b"k"),
        lambda client: client.test_and_set(b"k", None, b"v"),
        lambda client: client.replace(b"k", b"v"),
        lambda client: client.sequence([Delete(b"k")]),
        lambda client: client.delete_prefix(b"k"),
        lambda client: client.user_function("f"),
    ],
    ids=["set", "delete", "test_and_set", "replace", "sequence", "delete_prefix", "user_function"],
)
async def test_a_write_whose_answer_is_lost(
    name: str, behaviour: Behaviour, write: Callable[[AsyncClient], Awaitable[Any]]
) -> None:
    async with scripted(well_until_asked(behaviour)) as address, hasty(address) as client:
        async with asyncio.timeout(ENOUGH):
            if name in NOT_DONE:
                with pytest.raises(Unavailable):
                    await write(client)
            else:
                with pytest.raises(Conflict, match="outcome unknown") as caught:
                    await write(client)
                assert isinstance(caught.value, errors.OutcomeUnknown)


async def test_a_write_whose_outcome_is_unknown_is_sent_once_unless_twice_is_once() -> None:
    numbers: list[int] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await skip_prologue(reader)
        while (number := await request_number(reader)) == commands.WHO_MASTER.number:
            writer.write(greeting())
        numbers.append(number)
        if len(numbers) > 2:
            await reader.readexactly(10)
            writer.write(bytes(4))
            await reader.read()

    async with scripted(script) as address, hasty(address, total=ENOUGH) as client:
        with pytest.raises(errors.OutcomeUnknown):
            await client.delete(b"k")
        assert numbers == [commands.DELETE.number]
        # The node hangs up once more, and then does it.
        await client.set(b"k", b"v")
        assert numbers == [commands.DELETE.number, commands.SET.number, commands.SET.number]


async def test_what_follows_an_answer_that_ends_the_connection_is_asked_again() -> None:
    """A node hangs up behind its answer, so that what was sent behind that request cannot have been done."""
    first_connection = True
    deleted: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal first_connection
        await skip_prologue(reader)
        while True:
            number = await request_number(reader)
            if number == commands.WHO_MASTER.number:
                writer.write(greeting())
                continue
            key = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "little"))
            if first_connection:
                await reader.readexactly(13)
                first_connection = False
                writer.write(Failure(Code.UNKNOWN_FAILURE, b"unknown failure").encode())
                return
            deleted.append(key)
            writer.write(bytes(4))

    async with scripted(script) as address, hasty(address, total=ENOUGH) as client:
        await client.who_master()
        first, second = await asyncio.gather(client.delete(b"first"), client.delete(b"other"), return_exceptions=True)
        assert isinstance(first, errors.UnknownFailure)
        assert second is None
        assert deleted == [b"other"]


@pytest.mark.parametrize(
    ("script", "kind", "said"),
    [
        (silence, TimedOut, "did not answer"),
        (says(b"HTTP/1.1 400 Bad Request\r\n\r\n"), ProtocolError, "does not speak as it should"),
        (says_and_goes(b""), errors.WrongCluster, "hung up on the greeting"),
        (says_and_goes(Failure(Code.MAX_CONNECTIONS, b"too many clients").encode()), RateLimited, "too many clients"),
        (says_and_resets(Failure(Code.MAX_CONNECTIONS, b"too many clients").encode()), RateLimited, "too many clients"),
        (says_and_goes(Failure(Code.GOING_DOWN, b"closing socket").encode()), Unavailable, "going down"),
    ],
    ids=["silent", "garbage", "hangs up", "full", "full and resets", "going down"],
)
async def test_connecting_to_what_is_not_well(script: Behaviour, kind: type[ServiceError], said: str) -> None:
    async with scripted(script) as address, asyncio.timeout(ENOUGH):
        with pytest.raises(kind, match=said):
            await hasty(address).connect()


async def test_a_node_that_has_no_room_is_asked_again_later(node: NodeServer) -> None:
    async with hasty_on(node, total=ENOUGH) as client:
        await client.set(b"k", b"v")
        node.max_connections = 0
        for session in tuple(node.sessions):
            session.abort()
        waiting = asyncio.create_task(client.get(b"k"))
        await until(lambda: node.turned_away >= 3)
        assert not waiting.done()
        node.max_connections = 10
        assert await waiting == b"v"


def hasty_on(node: NodeServer, **changes: Any) -> AsyncClient:
    settings = ClusterSettings(node.member.cluster_id, (node.address,), patience=replace(HASTY, **changes))
    return AsyncClient(settings)


async def test_a_slow_node_is_waited_for(node: NodeServer) -> None:
    async with hasty_on(node, total=ENOUGH, silence=5.0) as client:
        await client.set(b"k", b"v")
        node.member.delay = 0.02
        assert await asyncio.gather(*(client.get(b"k") for _ in range(10))) == [b"v"] * 10


async def test_a_long_answer_is_waited_for_as_long_as_something_comes() -> None:
    """Silence counts from the last byte: an answer may take longer than that as long as it goes on."""
    value = bytes(20)

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for byte in b"\0\0\0\0\x14\0\0\0" + value:
            writer.write(bytes([byte]))
            await writer.drain()
            await asyncio.sleep(0.05)
        await reader.read()

    async with scripted(well_until_asked(drip)) as address, hasty(address, total=ENOUGH, silence=0.9) as client:
        assert await client.get(b"k") == value


async def test_a_frozen_node_is_left_for_those_that_answer(trio: EmbeddedCluster) -> None:
    settings = replace(trio.settings(), patience=replace(HASTY, total=ENOUGH))
    async with AsyncClient(settings) as client:
        await client.set(b"k", b"v")
        frozen = client.master
        assert frozen is not None
        trio.freeze(frozen)
        assert await client.get(b"k") == b"v"
        assert client.master not in (None, frozen)
        with pytest.raises(TimedOut):
            await client.version(frozen)
        trio.thaw(frozen)
        assert (await client.version(frozen))[:2] == (1, 9)


async def test_an_answer_beyond_the_limit_is_refused(node: NodeServer) -> None:
    settings = ClusterSettings("testsolo", (node.address,), limits=Limits(string=1000, message=10_000))
    async with AsyncClient(settings) as client:
        for number in range(200):
            await client.set(b"%03d" % number, bytes(100))
        with pytest.raises(ProtocolError, match="more than 10,000 bytes"):
            await client.range_entries()
        assert len(await client.range_entries(max_elements=50)) == 50
        await client.sequence([])
        node.member.store.apply({b"large": bytes(1001)}, node.member.store.i)
        with pytest.raises(ProtocolError, match="a string of 1,001 bytes"):
            await client.get(b"large")


async def test_closing_ends_whatever_waits(node: NodeServer) -> None:
    client = hasty_on(node, total=ENOUGH, silence=ENOUGH)
    await client.connect()
    await client.set(b"k", b"v")
    node.member.is_frozen = True
    waiting = [
        asyncio.create_task(call)
        for call in (client.get(b"k"), client.set(b"k", b"w"), client.delete(b"k"), client.version("solo"))
    ]
    for _ in range(10):
        await asyncio.sleep(0)
    await client.close()
    done = await asyncio.gather(*waiting, return_exceptions=True)
    assert isinstance(done[0], Unavailable)
    assert isinstance(done[1], errors.OutcomeUnknown)
    assert isinstance(done[2], errors.OutcomeUnknown)
    assert isinstance(done[3], Unavailable)


async def test_a_collapse_that_breaks_off(node: NodeServer) -> None:
    async with hasty_on(node) as client:
        node.member.tlogs, node.member.collapse_seconds = 50, 0.05
        told: list[int] = []
        collapse = asyncio.create_task(client.collapse_tlogs(1, "solo", lambda done, total: told.append(done)))
        await until(lambda: len(told) >= 3)
        for session in tuple(node.sessions):
            session.abort()
        with pytest.raises(errors.OutcomeUnknown, match="outcome unknown"):
            await collapse
        assert told == list(range(len(told)))


async def test_an_operator_s_command_that_takes_too_long(node: NodeServer) -> None:
    async with hasty_on(node) as client:
        node.member.tlogs, node.member.collapse_seconds = 50, 5
        with pytest.raises(errors.OutcomeUnknown, match="did not answer"):
            await client.collapse_tlogs(1, "solo", timeout=0.1)
