"""The embedded server as a program, `python -m tui.systems.arakoon.server`: says where it is, runs until stopped."""

from __future__ import annotations

import argparse
import asyncio
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path

from tui.services.errors import ServiceError
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.functions import SAMPLE_FUNCTIONS
from tui.systems.arakoon.sample import movement, sample_entries
from tui.systems.arakoon.settings import place

TICK = 0.5
"""Seconds between the writer's changes."""


def address_of(cluster: EmbeddedCluster) -> str:
    """Return the URI that a client takes."""
    nodes = [server.address for server in cluster.nodes.values()]
    return (
        f"arakoon://{','.join(f'{node.name}={place(node.hosts[0], node.port)}' for node in nodes)}/{cluster.cluster_id}"
    )


def fill(cluster: EmbeddedCluster, entries: dict[bytes, bytes]) -> None:
    """Make these the entries of all nodes, before they are asked for anything."""
    for server in cluster.nodes.values():
        store = server.member.store
        store.refill(entries.items(), store.i)


async def serve(options: argparse.Namespace) -> None:
    """Run a cluster until a signal ends it.

    Raises:
        ServiceError: a port is taken, or a file cannot be used.
    """
    folder: Path | None = options.state
    if folder is not None:
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
    cluster = EmbeddedCluster(
        options.cluster_id,
        options.nodes,
        folder=folder,
        lease=options.lease,
        functions=SAMPLE_FUNCTIONS,
        port=options.port,
    )
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    if not options.empty and all(server.member.store.count() == 0 for server in cluster.nodes.values()):
        fill(cluster, dict(sample_entries(options.keys)))
    async with cluster:
        profile = {"name": "demo", "system": "arakoon", "uri": address_of(cluster), "tag": "demo"}
        ports = {name: server.port for name, server in cluster.nodes.items()}
        print(json.dumps({"profile": profile, "ports": ports, "credentials": {}}), flush=True)
        writer = None if options.empty else asyncio.create_task(keep_moving(cluster))
        await stop.wait()
        if writer is not None:
            writer.cancel()


async def keep_moving(cluster: EmbeddedCluster) -> None:
    """Keep some keys moving, as somebody would who uses the cluster; while it cannot be reached, wait for it."""
    tick = 0
    async with AsyncClient(cluster.settings()) as client:
        while True:
            await asyncio.sleep(TICK)
            tick += 1
            steps = movement(tick)
            with suppress(ServiceError):
                await client.sequence(steps)
                for step in steps[: 1 + tick % len(steps)]:
                    await client.get(step.key)
                await client.range_entries(b"live/", True, b"live0", False, 8 + tick % 24)


def main(arguments: list[str] | None = None) -> int:
    """Run the program and return its exit code."""
    parser = argparse.ArgumentParser(prog="python -m tui.systems.arakoon.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="of the first node, the others' follow; 0: any free ones")
    parser.add_argument("--nodes", type=int, default=3, help="how many nodes (3)")
    parser.add_argument(
        "--lease", type=float, default=10.0, help="how long a master stays one unheard, in seconds (10)"
    )
    parser.add_argument("--cluster-id", default="demo", help="the cluster's id (demo)")
    parser.add_argument("--state", type=Path, help="a folder to keep the data in; in memory without")
    parser.add_argument("--empty", action="store_true", help="no sample data and no writer")
    parser.add_argument("--keys", type=int, default=50_000, help="how many keys of sample data (50000)")
    options = parser.parse_args(arguments)
    if not 1 <= options.nodes <= 9:
        parser.error("--nodes: give 1 to 9")
    try:
        asyncio.run(serve(options))
    except ServiceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
