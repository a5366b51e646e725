"""Failover under load: what was acknowledged is there, what was not is not claimed, and the client comes back."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

import pytest

from tests.unit.arakoon.raw import SECONDS, until
from tui.services.errors import NotFound, Unavailable
from tui.systems.arakoon import errors
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.settings import Patience
from tui.systems.arakoon.wire.consistency import NO_GUARANTEES
from tui.systems.arakoon.wire.steps import Assert, Set

TASKS = 32
BACK_WITHIN = 2.0
"""Seconds beyond the lease in which every call must have found the new master: as long as it may take at all."""


def patience(cluster: EmbeddedCluster) -> Patience:
    return Patience(total=cluster.lease + BACK_WITHIN, silence=0.3, connect=0.3, probe=0.2)


@dataclass
class Ledger:
    """What a task knows of its own writes: key by key, what was acknowledged, refused, or neither."""

    acknowledged: dict[bytes, bytes] = field(default_factory=dict)
    unknown: dict[bytes, set[bytes | None]] = field(default_factory=dict)
    reads: int = 0

    def done(self, key: bytes, value: bytes) -> None:
        self.acknowledged[key] = value
        self.unknown.pop(key, None)

    def doubt(self, key: bytes, value: bytes | None) -> None:
        self.unknown.setdefault(key, set()).add(value)

    def check(self, stored: dict[bytes, bytes]) -> None:
        for key in self.acknowledged.keys() | self.unknown.keys():
            assert stored.get(key) in {self.acknowledged.get(key), *self.unknown.get(key, ())}, key


async def write_and_read(client: AsyncClient, number: int, ledger: Ledger, stop: asyncio.Event) -> None:
    """Read, set, and run sequences that happen at most once, until told to stop."""
    counter, name = b"counter/%02d" % number, b"sequence/%02d" % number
    round_ = 0
    while not stop.is_set():
        round_ += 1
        value = b"%d" % round_
        try:
            await client.set(counter, value)
            ledger.done(counter, value)
        except errors.OutcomeUnknown:
            ledger.doubt(counter, value)
        key = name + b"/%06d" % round_
        try:
            # Done twice, it would fail, and be taken for refused.
            await client.sequence([Assert(key, None), Set(key, value)])
            ledger.done(key, value)
        except errors.OutcomeUnknown:
            ledger.doubt(key, value)
        seen = await client.multi_get_option([counter, key])
        ledger.reads += 1
        for asked, found in zip((counter, key), seen, strict=True):
            assert found in {ledger.acknowledged.get(asked), *ledger.unknown.get(asked, ())}


Misfortune = Callable[[EmbeddedCluster, AsyncClient, str], Awaitable[None]]


async def kill(cluster: EmbeddedCluster, client: AsyncClient, master: str) -> None:
    await cluster.kill(master)


async def kill_and_restart(cluster: EmbeddedCluster, client: AsyncClient, master: str) -> None:
    await cluster.kill(master)
    await until(lambda: cluster.master is not None)
    await cluster.restart(master)


async def switch(cluster: EmbeddedCluster, client: AsyncClient, master: str) -> None:
    assert cluster.group is not None
    cluster.group.switch_master(next(name for name in cluster.nodes if name != master))


async def freeze(cluster: EmbeddedCluster, client: AsyncClient, master: str) -> None:
    cluster.freeze(master)


async def cut_off(cluster: EmbeddedCluster, client: AsyncClient, master: str) -> None:
    assert cluster.group is not None
    cluster.group.cut_off(master)


async def hand_over(cluster: EmbeddedCluster, client: AsyncClient, master: str) -> None:
    await client.drop_master()


@pytest.mark.parametrize("happens", [kill, kill_and_restart, switch, freeze, cut_off, hand_over])
async def test_the_master_goes_under_load(trio: EmbeddedCluster, happens: Misfortune) -> None:
    settings = replace(trio.settings(), patience=patience(trio))
    ledgers = [Ledger() for _ in range(TASKS)]
    stop = asyncio.Event()
    async with AsyncClient(settings) as client:
        load = asyncio.gather(*(write_and_read(client, number, ledger, stop) for number, ledger in enumerate(ledgers)))
        try:
            await progress(ledgers, load)
            before = client.master
            assert before is not None
            await happens(trio, client, before)
            await until(lambda: client.master not in (before, None) or load.done())
            await progress(ledgers, load)
        finally:
            stop.set()
        await load
        assert client.master not in (before, None)
        stored = dict(await client.range_entries())
    for ledger in ledgers:
        ledger.check(stored)
    # Nothing is there that nobody wrote.
    known = {key for ledger in ledgers for key in (*ledger.acknowledged, *ledger.unknown)}
    assert stored.keys() <= known


async def progress(ledgers: list[Ledger], load: asyncio.Future[list[None]]) -> None:
    """Wait until every task has got on; a task that has failed ends the wait."""
    before = [ledger.reads for ledger in ledgers]
    await until(
        lambda: load.done() or all(ledger.reads >= was + 3 for ledger, was in zip(ledgers, before, strict=True))
    )


async def test_the_nodes_may_go_one_after_the_other(trio: EmbeddedCluster) -> None:
    async with AsyncClient(trio.settings()) as client:
        await client.set(b"k", b"v")
        for name in [*trio.nodes]:
            await trio.kill(name)
            await trio.restart(name)
        assert await client.get(b"k") == b"v"


async def test_without_more_than_half_of_the_nodes(trio: EmbeddedCluster) -> None:
    settings = replace(trio.settings(), patience=replace(patience(trio), total=15.0))
    async with AsyncClient(settings) as client:
        await client.set(b"k", b"v")
        master = client.master
        assert master is not None
        others = [name for name in trio.nodes if name != master]
        for name in others:
            await trio.kill(name)
        assert await client.expect_progress_possible(master) is False
        assert await client.get_current_state(master) == "Wait_for_accepteds"
        hanging = asyncio.create_task(client.set(b"k", b"w"))
        # Reads go past the write that hangs, consistent ones as long as the lease lasts, dirty ones always.
        assert await client.get(b"k", consistency=NO_GUARANTEES) == b"v"
        async with asyncio.timeout(SECONDS):
            while await client.who_master(master) is not None:
                await asyncio.sleep(0.02)
        assert await client.get(b"k", True) == b"v"
        quick = AsyncClient(replace(settings, patience=replace(settings.patience, total=0.3)))
        async with quick:
            with pytest.raises((errors.NoMaster, errors.NotMaster, Unavailable)):
                await quick.get(b"k")
            assert await quick.get(b"k", True) == b"v"
        assert not hanging.done()
        await trio.restart(others[0])
        await hanging
        assert await client.get(b"k") == b"w"


async def test_a_write_that_hangs_is_unknown_at_the_deadline(trio: EmbeddedCluster) -> None:
    settings = replace(trio.settings(), patience=replace(patience(trio), total=0.3))
    async with AsyncClient(settings) as client:
        await client.set(b"k", b"v")
        for name in [name for name in trio.nodes if name != client.master]:
            await trio.kill(name)
        for call in (client.delete(b"k"), client.set(b"k", b"w")):
            with pytest.raises((errors.OutcomeUnknown, errors.NoMaster)):
                await call


async def test_all_nodes_gone_and_back(trio: EmbeddedCluster) -> None:
    settings = replace(trio.settings(), patience=replace(patience(trio), total=15.0))
    async with AsyncClient(settings) as client:
        await client.set(b"k", b"v")
        for name in [*trio.nodes]:
            await trio.kill(name)
        waiting = [
            asyncio.create_task(call) for call in (client.get(b"k"), client.get(b"k", True), client.set(b"l", b""))
        ]
        with pytest.raises(Unavailable):
            await client.version("arakoon_0")
        assert not any(task.done() for task in waiting)
        for name in trio.nodes:
            await trio.restart(name)
        assert await asyncio.gather(*waiting) == [b"v", b"v", None]


async def test_a_client_that_knows_no_names_learns_the_master_s(trio: EmbeddedCluster) -> None:
    nodes = tuple(replace(address, name="") for address in trio.settings().nodes)
    async with AsyncClient(replace(trio.settings(), nodes=nodes, patience=patience(trio))) as client:
        assert client.nodes == [address.label for address in nodes]
        await client.set(b"k", b"v")
        first = client.master
        assert first == "arakoon_0"
        assert client.nodes[0] == "arakoon_0"
        assert await client.version(nodes[0].label) == await client.version("arakoon_0")
        await trio.kill(first)
        assert await client.get(b"k") == b"v"
        assert client.master in ("arakoon_1", "arakoon_2")
        with pytest.raises(NotFound, match="no key none"):
            await client.get(b"none")
