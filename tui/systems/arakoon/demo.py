"""The demo's cluster: three nodes in a thread of the demo's process, with sample data, and a writer that moves some."""

from __future__ import annotations

import asyncio
import random
import threading
from concurrent.futures import Future

from tui.config.profiles import Profile
from tui.services.serving.trouble import FLAKY_EVERY, FLAKY_FOR, NO_TROUBLE, SLOW_SECONDS, Trouble
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.functions import SAMPLE_FUNCTIONS
from tui.systems.arakoon.sample import sample_entries
from tui.systems.arakoon.server import address_of, fill, keep_moving
from tui.systems.arakoon.wire.reader import SYSTEM

NAME = "cluster"


def start_cluster(trouble: Trouble = NO_TROUBLE) -> Profile:
    """Start the cluster and return the profile that shows it; it ends with this process.

    Raises:
        Unavailable: no port can be listened on.
    """
    started: Future[str] = Future()
    threading.Thread(target=lambda: asyncio.run(_run(started, trouble)), name="arakoon-demo", daemon=True).start()
    return Profile(name=NAME, system=SYSTEM, uri=started.result(), tag="demo")


async def _run(started: Future[str], trouble: Trouble) -> None:
    try:
        cluster = EmbeddedCluster("demo", 3, functions=SAMPLE_FUNCTIONS)
        fill(cluster, dict(sample_entries()))
        await cluster.start()
        address = address_of(cluster)
        if trouble.is_down(SYSTEM, NAME):
            await cluster.stop()
    except BaseException as error:
        started.set_exception(error)
        return
    started.set_result(address)
    if trouble.is_down(SYSTEM, NAME):
        return
    if trouble.slow:
        for server in cluster.nodes.values():
            server.member.delay = SLOW_SECONDS
    failing = asyncio.create_task(_lose_nodes(cluster)) if trouble.flaky else None
    try:
        await keep_moving(cluster)
    finally:
        if failing is not None:
            failing.cancel()


async def _lose_nodes(cluster: EmbeddedCluster) -> None:
    """Kill a node now and then, at times two so that nothing can be agreed on, and bring them back a little later."""
    chance = random.Random(cluster.cluster_id)
    while True:
        await asyncio.sleep(chance.uniform(*FLAKY_EVERY))
        lost = chance.sample(sorted(cluster.nodes), chance.choice((1, 1, 2)))
        for name in lost:
            await cluster.kill(name)
        await asyncio.sleep(chance.uniform(*FLAKY_FOR))
        for name in lost:
            await cluster.restart(name)
