"""What a cluster's card tells."""

from __future__ import annotations

import asyncio

from tui.config.profiles import Profile
from tui.systems.arakoon import system
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.settings import place
from tui.systems.arakoon.statistics_history import CLOSE


async def test_a_card_tells_keys_updates_and_the_master(solo: EmbeddedCluster) -> None:
    (address,) = solo.settings().nodes
    where = place(address.hosts[0], address.port)
    service = await system.open(Profile(name="lab", system="arakoon", uri=f"arakoon://{where}/{solo.cluster_id}"))
    first = {fact.label: fact.value for fact in await system.facts(service)}
    # Of an address without names each node goes by its own.
    assert first["master"] == where and first["nodes"] == 1 and "updates/s" not in first
    for number in range(20):
        await service.client.set(f"k{number}".encode(), b"v")
    async with asyncio.timeout(10):
        # Two looks right after another say nothing of how often things happen.
        await asyncio.sleep(CLOSE)
        second = {fact.label: fact.value for fact in await system.facts(service)}
    assert second["keys"] == first["keys"] + 20
    assert second["updates/s"] > 0
    await system.close(service)
