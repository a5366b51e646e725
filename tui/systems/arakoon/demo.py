"""The demo's cluster: three nodes in a thread of the demo's process, with sample data, and a writer that moves some."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future

from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.functions import SAMPLE_FUNCTIONS
from tui.systems.arakoon.sample import sample_entries
from tui.systems.arakoon.server import address_of, fill, keep_moving


def start_cluster() -> str:
    """Start the cluster and return its URI; it ends with this process.

    Raises:
        Unavailable: no port can be listened on.
    """
    started: Future[str] = Future()
    threading.Thread(target=lambda: asyncio.run(_run(started)), name="arakoon-demo", daemon=True).start()
    return started.result()


async def _run(started: Future[str]) -> None:
    try:
        cluster = EmbeddedCluster("demo", 3, functions=SAMPLE_FUNCTIONS)
        fill(cluster, dict(sample_entries()))
        await cluster.start()
    except BaseException as error:
        started.set_exception(error)
        return
    started.set_result(address_of(cluster))
    await keep_moving(cluster)
