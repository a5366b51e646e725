"""A cluster for the screen's tests: embedded nodes with given keys, in the test's own event loop."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from tests.ui.driver import Driver
from tui.systems.arakoon.node.bounds import of_prefix
from tui.systems.arakoon.node.cluster import EmbeddedCluster
from tui.systems.arakoon.node.functions import SAMPLE_FUNCTIONS
from tui.systems.arakoon.server import address_of, fill

SIZES = [(80, 24), (140, 40)]
LEASE = 0.6
"""Seconds: how long a master stays one unheard."""
ENTRIES = {
    b"": b"of the empty key",
    b"config/": b"of the prefix itself",
    b"config/limits": b'{"most": 10, "least": 1}',
    b"config/retention": b"days = 90\nkeep = true\n",
    b"empty": b"",
    b"esc\x1b[31m\x07": b"\x1b]0;a title\x07\x1b[2Jgone",
    b"raw/\xff\x00\xfe": bytes(range(256)),
    b"raw/seven": (7).to_bytes(4, "little"),
}
_CONTROL = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")


@asynccontextmanager
async def cluster_of(
    entries: Mapping[bytes, bytes] = ENTRIES, size: int = 1, lease: float = 10.0
) -> AsyncIterator[EmbeddedCluster]:
    """Run a cluster that holds these entries."""
    cluster = EmbeddedCluster("lab", size, name="node", lease=lease, functions=SAMPLE_FUNCTIONS)
    fill(cluster, dict(entries))
    async with cluster:
        yield cluster


def stored(cluster: EmbeddedCluster) -> dict[bytes, bytes]:
    """Return all entries of the cluster's first node, whatever way the screen believes them to be."""
    return dict(next(iter(cluster.nodes.values())).member.store.entries(of_prefix(b"")))


def where(cluster: EmbeddedCluster) -> str:
    """Return the cluster's address."""
    return address_of(cluster)


def is_clean(driver: Driver) -> bool:
    """Whether no control character is on screen: they would steer the terminal."""
    return not _CONTROL.search(driver.text)
