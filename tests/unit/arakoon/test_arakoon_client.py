"""The client against the embedded node: every command on every path that the contract tells of (§4, §5, §8, §10)."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.unit.arakoon.contract_examples import EXAMPLES, PROLOGUE, Example
from tests.unit.arakoon.raw import greeting, request_number, scripted, skip_prologue, until
from tui.services.errors import InvalidInput, NotFound, NotSupported, ReadOnly, ServiceError, Unavailable
from tui.systems.arakoon import errors
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.settings import ClusterSettings, NodeAddress
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codes import Failure
from tui.systems.arakoon.wire.consistency import CONSISTENT, NO_GUARANTEES, AtLeast
from tui.systems.arakoon.wire.reader import MIB
from tui.systems.arakoon.wire.steps import (
    Assert,
    AssertExists,
    AssertRange,
    Delete,
    DeletePrefix,
    Replace,
    Sequence,
    Set,
    UserFunction,
)

CALLS: dict[int, Callable[[AsyncClient], Awaitable[Any]]] = {
    1: lambda client: client.set(b"a", b"1"),
    2: lambda client: client.get(b"a"),
    3: lambda client: client.get(b"nope"),
    4: lambda client: client.who_master(),
    5: lambda client: client.test_and_set(b"a", b"1", b"11"),
    6: lambda client: client.range_entries(b"k1", True, b"k4", True),
    7: lambda client: client.rev_range_entries(b"k4", True, b"k1", True, 2),
    8: lambda client: client.multi_get([b"k0", b"k2", b"k1"]),
    9: lambda client: client.multi_get_option([b"k0", b"miss1", b"k1"]),
    10: lambda client: client.sequence([Set(b"s1", b"x"), Set(b"s2", b"y"), Delete(b"s1")]),
    12: lambda client: client.get(b"a", consistency=AtLeast(10**15)),
    13: lambda client: client.assert_(b"a", b"2"),
    14: lambda client: client.get_key_count(),
    15: lambda client: client.delete_prefix(b"k"),
    16: lambda client: client.replace(b"newr", None),
    17: lambda client: client.hello("me", "testsolo"),
    18: lambda client: client.get_tx_id(),
}


def test_every_read_takes_how_fresh_it_must_be() -> None:
    reads = "exists get prefix range range_entries rev_range_entries multi_get multi_get_option assert_ assert_exists"
    for name in reads.split():
        parameters = inspect.signature(getattr(AsyncClient, name)).parameters
        assert parameters["allow_dirty"].default is False, name
        assert parameters["consistency"].default is None, name


@pytest.mark.parametrize("it", [it for it in EXAMPLES if it.number in CALLS], ids=lambda it: f"{it.number}")
async def test_the_client_s_bytes_are_the_contract_s(it: Example) -> None:
    received: list[bytes] = []

    async def script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        assert await reader.readexactly(len(PROLOGUE)) == PROLOGUE
        who_master = commands.WHO_MASTER.request()
        asked = 0
        while True:
            data = await reader.readexactly(4)
            asked += 1
            # The connection's own question, and that of the search for the master, come first.
            if data == who_master and (it.command is not commands.WHO_MASTER or asked == 1):
                writer.write(greeting("solo"))
                continue
            data += await reader.readexactly(len(it.request) - 4)
            received.append(data)
            writer.write(it.reply)

    async with scripted(script, "solo") as address, AsyncClient(ClusterSettings("testsolo", (address,))) as client:
        if isinstance(it.answer, Failure):
            with pytest.raises(ServiceError):
                await CALLS[it.number](client)
        elif it.command is commands.HELLO:
            assert await client.hello("me", "testsolo") == "Arakoon 1.9.25"
        elif it.command is commands.WHO_MASTER:
            assert await client.who_master() == "solo"
        else:
            assert await CALLS[it.number](client) == it.answer
    assert received == [it.request]


async def test_before_connect_and_after_close(solo: EmbeddedCluster) -> None:
    client = AsyncClient(solo.settings())
    for _ in range(2):
        assert not client.connected
        with pytest.raises(errors.NotConnectedError, match="Not connected") as caught:
            await client.get(b"k")
        assert isinstance(caught.value, RuntimeError) and isinstance(caught.value, Unavailable)
        with pytest.raises(errors.NotConnectedError):
            await client.collapse_tlogs(1, "solo")
        await client.connect()
        assert client.connected
        await client.connect()
        await client.nop()
        await client.close()
        await client.close()


async def test_keys_and_values(client: AsyncClient) -> None:
    await client.set(b"", b"empty")
    await client.set(b"\xff\x00\x1b[31m", b"")
    assert await client.get(b"") == b"empty"
    assert await client.get(b"\xff\x00\x1b[31m") == b""
    assert await client.exists(b"") and not await client.exists(b"no")
    assert await client.get_key_count() == 2
    await client.delete(b"")
    assert not await client.exists(b"")
    await client.confirm(b"c", b"1")
    await client.confirm(b"c", b"1")
    assert await client.get(b"c") == b"1"


async def test_what_is_not_found_is_named_and_harmless(client: AsyncClient) -> None:
    for call in (client.get(b"no\x1b[2J"), client.delete(b"no\x1b[2J"), client.multi_get([b"no\x1b[2J"])):
        with pytest.raises(NotFound) as caught:
            await call
        assert caught.value.message == "there is no key no\\e[2J"
        assert caught.value.system == "arakoon"


async def test_failed_assertions(client: AsyncClient) -> None:
    await client.set(b"k", b"v")
    await client.assert_(b"k", b"v")
    await client.assert_(b"none", None)
    await client.assert_exists(b"k")
    for call in (
        client.assert_(b"k", b"w"),
        client.assert_(b"k", None),
        client.sequence([Assert(b"k", b"w")]),
    ):
        with pytest.raises(errors.AssertionFailed, match="assertion failed: k"):
            await call
    with pytest.raises(errors.AssertionFailed, match="none"):
        await client.assert_exists(b"none")
    with pytest.raises(errors.AssertionFailed, match="none"):
        await client.sequence([Set(b"x", b""), AssertExists(b"none")], sync=True)
    assert not await client.exists(b"x")


async def test_ranges_and_prefixes(client: AsyncClient) -> None:
    await client.sequence([Set(b"k%d" % number, b"v%d" % number) for number in range(10)])
    assert await client.range(b"k2", False, b"k5", True) == [b"k3", b"k4", b"k5"]
    assert await client.range(max_elements=2) == [b"k0", b"k1"]
    assert await client.range_entries(b"k8") == [(b"k8", b"v8"), (b"k9", b"v9")]
    assert await client.rev_range_entries(max_elements=2) == [(b"k9", b"v9"), (b"k8", b"v8")]
    assert await client.prefix(b"k", 3) == [b"k0", b"k1", b"k2"]
    await client.sequence([Set(b"p\xff", b""), Set(b"q", b"")])
    assert await client.prefix(b"p\xff") == [b"p\xff"]
    assert await client.delete_prefix(b"k") == 10
    assert await client.multi_get([b"q", b"p\xff"]) == [b"", b""]
    assert await client.multi_get_option([b"q", b"k1"]) == [b"", None]
    assert await client.multi_get([]) == await client.multi_get_option([]) == []


async def test_test_and_set_replace_and_sequences(client: AsyncClient) -> None:
    assert await client.test_and_set(b"k", None, b"1") is None
    assert await client.test_and_set(b"k", b"2", b"3") == b"1"
    assert await client.replace(b"k", b"4") == b"1"
    await client.sequence([Sequence((Assert(b"k", b"4"), Replace(b"k", None), Set(b"l", b"5"))), AssertRange(b"m", ())])
    assert await client.range_entries() == [(b"l", b"5")]
    await client.sequence([])
    await client.sequence([DeletePrefix(b"l")], sync=True)
    with pytest.raises(NotFound, match="no key gone"):
        await client.sequence([Delete(b"gone")])
    with pytest.raises(InvalidInput, match="cannot be a step"):
        await client.sequence([UserFunction(b"boom", None)])
    await client.sequence([Set(b"r%d" % number, b"") for number in range(3)])
    await client.sequence([AssertRange(b"r", (b"r0", b"r1", b"r2"))])
    with pytest.raises(errors.AssertionFailed, match="actual: r0,r1,r2"):
        await client.sequence([AssertRange(b"r", (b"r0", b"r2"))])


async def test_consistency(client: AsyncClient) -> None:
    await client.set(b"k", b"v")
    seen = await client.get_tx_id()
    assert isinstance(seen, AtLeast)
    assert await client.get(b"k", True) == await client.get(b"k", consistency=seen) == b"v"
    assert await client.get(b"k", consistency=CONSISTENT) == await client.get(b"k", consistency=NO_GUARANTEES)
    with pytest.raises(errors.InconsistentRead, match="not fresh enough"):
        await client.get(b"k", consistency=AtLeast(seen.i + 1))
    with pytest.raises(InvalidInput, match="contradicts"):
        await client.get(b"k", True, seen)
    with pytest.raises(InvalidInput, match="allow_dirty"):
        await client.get(b"k", 1)  # pyright: ignore[reportArgumentType]


async def test_user_functions(client: AsyncClient) -> None:
    assert await client.user_function("echo", b"x") == b"x"
    assert await client.user_function("echo") is None
    with pytest.raises(InvalidInput, match='"nope" could not be found'):
        await client.user_function("nope")
    with pytest.raises(NotFound):
        await client.user_function("missing")
    with pytest.raises(errors.UserFunctionFailed, match="boom"):
        await client.user_function("boom")
    with pytest.raises(errors.UserFunctionFailed, match="0x1234: mine"):
        await client.user_function("own_code")
    assert await client.user_function("echo", b"still there") == b"still there"


async def test_the_node_itself(client: AsyncClient, solo: EmbeddedCluster) -> None:
    assert client.nodes == ["solo"]
    assert await client.who_master() == await client.who_master("solo") == "solo"
    assert await client.hello("me", "testsolo") == "Arakoon 1.9.25"
    with pytest.raises(errors.UnknownFailure):
        await client.hello("me", "other")
    assert (await client.version())[:3] == (1, 9, 25)
    assert await client.get_current_state() == "Stable_master"
    assert await client.expect_progress_possible() is True
    assert (await client.statistics())["op_info"]["n"] == 0
    with pytest.raises(NotFound, match="no node other"):
        await client.version("other")
    assert client.settings.cluster_id == "testsolo"


async def test_administration(client: AsyncClient, node: NodeServer) -> None:
    node.member.tlogs, node.member.collapse_seconds = 4, 0.001
    told: list[tuple[int, int]] = []
    measures = await client.collapse_tlogs(1, "solo", lambda done, total: told.append((done, total)))
    await asyncio.sleep(0)
    assert len(measures) == 3
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]
    await client.flush_store("solo")
    with pytest.raises(errors.UnknownFailure, match="0 is not acceptable"):
        await client.collapse_tlogs(0, "solo")
    for call in (client.optimize_db("solo"), client.defrag_db("solo"), client.copy_db_to_head("solo", 1)):
        with pytest.raises(NotSupported, match="master node"):
            await call
    with pytest.raises(NotSupported, match="singletons"):
        await client.drop_master()
    await client.set(b"k", b"still there")


async def test_what_is_too_large(solo: EmbeddedCluster, client: AsyncClient) -> None:
    largest = bytes(8 * MIB - 1)
    await client.set(b"k", largest)
    assert await client.get(b"k") == largest
    for call in (
        client.set(b"k", largest + b"!"),
        client.confirm(b"k", largest + b"!"),
        client.replace(b"k", largest + b"!"),
        client.test_and_set(b"k", None, largest + b"!"),
    ):
        with pytest.raises(InvalidInput, match="8,388,608 bytes"):
            await call
    await client.sequence([Set(b"k", largest + bytes(MIB))])
    assert len(await client.get(b"k")) == 9 * MIB - 1
    with pytest.raises(InvalidInput, match="has size"):
        await client.sequence([Set(b"%d" % number, largest) for number in range(5)])
    assert await client.get_key_count() == 1


async def test_a_read_only_node(client: AsyncClient, node: NodeServer) -> None:
    await client.set(b"k", b"v")
    node.member.is_read_only = True
    assert await client.get(b"k") == b"v"
    with pytest.raises(ReadOnly, match="solo is read-only"):
        await client.set(b"k", b"w")


async def test_a_command_that_the_node_does_not_know(client: AsyncClient, node: NodeServer) -> None:
    del node.answers._handlers[commands.GET_TX_ID.number]  # pyright: ignore[reportPrivateUsage]
    with pytest.raises(NotSupported, match="too old"):
        await client.get_tx_id()
    assert await client.get_key_count() == 0


@pytest.mark.parametrize(
    ("call", "name"),
    [
        (lambda client: client.get("text"), "key"),
        (lambda client: client.set(b"k", None), "value"),
        (lambda client: client.range(max_elements=2**31), "max_elements"),
        (lambda client: client.range(begin_inclusive=None), "begin_inclusive"),
        (lambda client: client.multi_get(b"keys"), "keys"),
        (lambda client: client.sequence([Set("k", b"")]), "give bytes"),
        (lambda client: client.sequence([], sync=1), "sync"),
        (lambda client: client.user_function(b"echo"), "function"),
        (lambda client: client.get(b"k", consistency=3), "consistency"),
    ],
)
async def test_arguments_of_the_wrong_kind(client: AsyncClient, call: Any, name: str) -> None:
    with pytest.raises(InvalidInput, match=name):
        await call(client)
    await client.nop()


async def test_many_tasks_share_few_connections(client: AsyncClient, node: NodeServer) -> None:
    async def work(number: int) -> None:
        key = b"k%02d" % number
        for round_ in range(20):
            await client.set(key, b"%d" % round_)
            assert await client.get(key) == b"%d" % round_
            assert (key, b"%d" % round_) in await client.range_entries(key, max_elements=1)

    await asyncio.gather(*(work(number) for number in range(64)))
    assert await client.get_key_count() == 64
    assert len(node.sessions) <= 2 * client.settings.connections


async def test_a_cancelled_call_takes_its_connection_with_it(
    client: AsyncClient, solo: EmbeddedCluster, node: NodeServer
) -> None:
    await client.set(b"k", b"v")
    await client.get(b"k")
    before = set(node.sessions)
    solo.freeze("solo")
    late = asyncio.create_task(client.get(b"k"))
    behind = asyncio.create_task(client.get(b"k"))
    for _ in range(10):
        await asyncio.sleep(0)
    late.cancel()
    with pytest.raises(asyncio.CancelledError):
        await late
    # What was behind it on the same connection has its answer all the same.
    solo.thaw("solo")
    assert await behind == b"v"
    assert await client.get(b"k") == b"v"
    await until(lambda: len(before & node.sessions) == len(before) - 1)


async def test_a_dead_connection_is_replaced_unseen(client: AsyncClient, solo: EmbeddedCluster) -> None:
    await client.set(b"k", b"v")
    await solo.kill("solo")
    await solo.restart("solo")
    assert await client.get(b"k") == b"v"
    await client.set(b"k", b"w")
    assert await client.get(b"k") == b"w"


async def test_a_cluster_that_is_not_there() -> None:
    async with scripted(skip_script, "gone") as address:
        pass
    with pytest.raises(Unavailable, match=r"the node gone cannot be reached at 127.0.0.1:\d+: .*refused"):
        await AsyncClient(ClusterSettings("c", (address,))).connect()
    with pytest.raises(Unavailable, match=r"no node of the cluster answers: .*one.*; .*two"):
        nodes = (NodeAddress("one", address.hosts, address.port), NodeAddress("two", address.hosts, address.port))
        await AsyncClient(ClusterSettings("c", nodes)).connect()


async def skip_script(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await skip_prologue(reader)
    await request_number(reader)


async def test_the_wrong_cluster(solo: EmbeddedCluster) -> None:
    with pytest.raises(errors.WrongCluster, match="hung up on the greeting") as caught:
        await AsyncClient(ClusterSettings("other", solo.settings().nodes)).connect()
    assert "is other the id" in caught.value.hint
