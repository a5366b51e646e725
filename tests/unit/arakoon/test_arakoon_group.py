"""The embedded group: leases, staleness, elections and rejoining, as a real cluster shows them (contract §3, §11)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from tests.unit.arakoon.raw import Raw
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.wire import commands
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.commands import prologue
from tui.systems.arakoon.wire.consistency import CONSISTENT, NO_GUARANTEES, AtLeast

NAMES = ["arakoon_0", "arakoon_1", "arakoon_2"]


async def to(cluster: EmbeddedCluster, name: str) -> Raw:
    return await Raw.open(cluster.nodes[name].address, prologue(b"trio"))


async def close(*connections: Raw) -> None:
    for raw in connections:
        await raw.close()


async def until_master(cluster: EmbeddedCluster, *but: str) -> str:
    async with asyncio.timeout(15):
        while (master := cluster.master) is None or master.member.name in but:
            await asyncio.sleep(0.01)
    return master.member.name


async def test_a_slave_names_the_master_and_hangs_up(trio: EmbeddedCluster) -> None:
    for command, arguments in (
        (commands.GET, (CONSISTENT, b"k")),
        (commands.SET, (b"k", b"v")),
        (commands.GET_KEY_COUNT, ()),
        (commands.NOP, ()),
        (commands.USER_FUNCTION, (b"echo", None)),
    ):
        slave = await to(trio, "arakoon_1")
        assert await slave.ask(command, *arguments) == Failure(Code.NOT_MASTER, b"arakoon_0")
        assert await slave.rest() == b""
        await slave.close()
    slave = await to(trio, "arakoon_1")
    # Looked up first, on whatever node (contract §4).
    unknown = Failure(Code.BAD_INPUT, b'User function "nope" could not be found')
    assert await slave.ask(commands.USER_FUNCTION, b"nope", None) == unknown
    assert await slave.ask(commands.WHO_MASTER) == b"arakoon_0"
    assert await slave.ask(commands.GET_CURRENT_STATE) == b"Slave_steady_state"
    assert await slave.ask(commands.EXPECT_PROGRESS_POSSIBLE) is True
    assert await slave.ask(commands.OPTIMIZE_DB) is None
    assert await slave.ask(commands.DEFRAG_DB) is None
    assert await slave.ask(commands.COPY_DB_TO_HEAD, 1) is None
    assert await slave.ask(commands.DROP_MASTER) is None
    await slave.close()


async def test_a_slave_is_one_update_behind_until_it_hears_of_the_next(trio: EmbeddedCluster) -> None:
    master, slave = await to(trio, "arakoon_0"), await to(trio, "arakoon_1")
    # No lease is renewed between one command and the next, since nothing here waits.
    await master.ask(commands.NOP)
    await master.ask(commands.SET, b"k", b"v")
    i = trio.nodes["arakoon_0"].member.store.i
    assert trio.nodes["arakoon_1"].member.store.i == i - 1
    assert trio.nodes["arakoon_1"].member.store.get(b"k") is None
    assert await master.ask(commands.GET_TX_ID) == AtLeast(i)
    await master.ask(commands.NOP)
    assert await slave.ask(commands.GET, NO_GUARANTEES, b"k") == b"v"
    assert await slave.ask(commands.GET, AtLeast(i), b"k") == b"v"
    behind = await slave.ask(commands.GET, AtLeast(i + 100), b"k")
    assert behind == Failure(Code.INCONSISTENT_READ, b"store not fresh enough")
    await close(master, slave)


async def test_statistics_tell_how_far_the_nodes_are(trio: EmbeddedCluster) -> None:
    from tui.systems.arakoon.wire.fields import decode_statistics

    master = await to(trio, "arakoon_0")
    await master.ask(commands.SET, b"k", b"v")
    found = decode_statistics(await master.ask(commands.STATISTICS))["node_is"]
    assert sorted(found) == NAMES
    assert min(found.values()) >= 2
    await master.close()


async def test_a_dead_master_is_named_until_its_lease_has_run_out(trio: EmbeddedCluster) -> None:
    slave = await to(trio, "arakoon_1")
    await trio.kill("arakoon_0")
    assert await slave.ask(commands.WHO_MASTER) == b"arakoon_0"
    named = {b"arakoon_0"}
    async with asyncio.timeout(15):
        while (name := await slave.ask(commands.WHO_MASTER)) in (b"arakoon_0", None):
            named.add(name)
    assert None in named
    assert name == b"arakoon_1"
    await slave.close()


async def test_a_master_that_is_cut_off_is_none_when_its_lease_has_run_out(trio: EmbeddedCluster) -> None:
    assert trio.group is not None
    old, writer = await to(trio, "arakoon_0"), await to(trio, "arakoon_0")
    await old.ask(commands.SET, b"k", b"v")
    trio.group.cut_off("arakoon_0")
    writer.send(commands.SET.request(b"k", b"w"))
    assert await old.ask(commands.GET_CURRENT_STATE) == b"Wait_for_accepteds"
    async with asyncio.timeout(15):
        while (answer := await old.ask(commands.GET, CONSISTENT, b"k")) == b"v":
            continue
    assert answer == Failure(Code.NOT_MASTER, b"None")
    assert await old.rest() == b""
    # The write hangs until there is another master, and is not among what that one has.
    said = b"lost master role during wait_for_accepteds while handling client request"
    assert await writer.receive(8 + len(said)) == Failure(Code.NO_LONGER_MASTER, said).encode()
    assert await writer.is_open()
    new = await to(trio, await until_master(trio))
    assert await new.ask(commands.GET, CONSISTENT, b"k") == b"v"
    await new.ask(commands.SET, b"k", b"x")
    trio.group.reconnect("arakoon_0")
    assert await writer.ask(commands.WHO_MASTER) != b"arakoon_0"
    await new.ask(commands.NOP)
    assert await writer.ask(commands.GET, NO_GUARANTEES, b"k") == b"x"
    await close(old, writer, new)


async def test_a_write_without_quorum_goes_through_when_it_is_back(trio: EmbeddedCluster) -> None:
    master, other = await to(trio, "arakoon_0"), await to(trio, "arakoon_0")
    await trio.kill("arakoon_1")
    assert await master.ask(commands.SET, b"k", b"v") is None
    await trio.kill("arakoon_2")
    master.send(commands.SET.request(b"k", b"w") + commands.WHO_MASTER.request())
    assert await other.ask(commands.EXPECT_PROGRESS_POSSIBLE) is False
    assert await other.ask(commands.GET, NO_GUARANTEES, b"k") == b"v"
    await trio.restart("arakoon_2")
    # What was sent behind it has waited too.
    assert await master.receive(4) == bytes(4)
    assert await master.receive(5 + 13) == b"\0\0\0\0\1\x09\0\0\0arakoon_0"
    assert trio.nodes["arakoon_2"].member.store.i >= 2
    await close(master, other)


async def test_a_node_that_comes_back_has_what_it_missed(trio: EmbeddedCluster) -> None:
    await trio.kill("arakoon_2")
    master = await to(trio, "arakoon_0")
    for number in range(50):
        await master.ask(commands.SET, b"%02d" % number, b"v")
    await trio.restart("arakoon_2")
    back = await to(trio, "arakoon_2")
    assert len(await back.ask(commands.PREFIX, NO_GUARANTEES, b"", -1)) == 50
    await trio.kill("arakoon_0")
    await trio.kill("arakoon_1")
    await trio.restart("arakoon_0")
    await until_master(trio)
    await close(master, back)


async def test_the_master_hands_over(trio: EmbeddedCluster) -> None:
    master = await to(trio, "arakoon_0")
    async with asyncio.timeout(15):
        assert await master.ask(commands.DROP_MASTER) is None
    assert await master.ask(commands.WHO_MASTER) == b"arakoon_1"
    assert await master.ask(commands.SET, b"k", b"v") == Failure(Code.NOT_MASTER, b"arakoon_1")
    await master.close()


@pytest.mark.parametrize("size", [1, 3])
async def test_what_was_acknowledged_outlives_the_process(tmp_path: Path, size: int) -> None:
    for round_ in range(3):
        async with EmbeddedCluster("trio", size=size, lease=0.6, folder=tmp_path) as cluster:
            assert cluster.master is not None
            master = await to(cluster, cluster.master.member.name)
            assert await master.ask(commands.GET_KEY_COUNT) == 10 * round_
            before = (await master.ask(commands.GET_TX_ID)).i
            for number in range(10):
                await master.ask(commands.SET, b"%d-%d" % (round_, number), b"v")
            assert (await master.ask(commands.GET_TX_ID)).i >= before + 10
            if size > 1 and round_ == 1:
                await cluster.kill("arakoon_0")
                await until_master(cluster, "arakoon_0")
            await master.close()
