"""ArakoonService: a cluster as the dashboard uses it: its client, what is staged, what is watched."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tui.services.errors import ServiceError
from tui.systems.arakoon.changes import KeyChanges, PrefixLook
from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.keys_text import read_key
from tui.systems.arakoon.models import Node, Operation, Role
from tui.systems.arakoon.options import profile_settings
from tui.systems.arakoon.profile_options import options_of
from tui.systems.arakoon.settings import ClusterSettings, NodeAddress, place
from tui.systems.arakoon.statistics_history import UPDATES, NodeHistory, number, operations_of
from tui.systems.arakoon.transaction import Transaction
from tui.systems.arakoon.wire.consistency import CONSISTENT, NO_GUARANTEES, Consistency

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from tui.config.profiles import Profile

BEHIND = 1000
"""Updates that a slave may be behind before it counts as degraded; it applies one when it hears of the next."""


class ArakoonService:
    """A connected cluster. `separator` parts keys into a tree of prefixes; `dirty` makes reads take any node's word.

    `staged` is the transaction that is being put together; it is of this process alone.
    """

    def __init__(self, client: AsyncClient, separator: bytes = b"/", dirty: bool = False) -> None:
        self.client = client
        self.separator = separator
        self.dirty = dirty
        self.staged = Transaction()
        self.changes = KeyChanges(client)
        self.edited: dict[bytes, bytes] = {}
        """The values that are being edited, as they were when that began."""
        self.agreed: dict[bytes, PrefixLook] = {}
        """What deleting a prefix would delete, as it was last shown."""
        self.histories: dict[str, NodeHistory] = {}

    @property
    def settings(self) -> ClusterSettings:
        """The cluster's settings."""
        return self.client.settings

    @property
    def consistency(self) -> Consistency:
        """How fresh what is read must be."""
        return NO_GUARANTEES if self.dirty else CONSISTENT

    @asynccontextmanager
    async def another(self, uri: str) -> AsyncGenerator[AsyncClient]:
        """Connect to another cluster for a while, by an address as a profile has it.

        Raises:
            ServiceError: as `open_service`.
        """
        plain, options = options_of(uri, {})
        async with AsyncClient(await asyncio.to_thread(profile_settings, plain, options.of_settings())) as client:
            yield client

    async def close(self) -> None:
        """End the connections."""
        await self.client.close()

    async def nodes(self) -> list[Node]:
        """Return every node as it answers now; one that does not is `down` with the reason."""
        looks = await asyncio.gather(*(self._node(address) for address in self.settings.nodes))
        newest = max((node.update for node in looks if node.update is not None), default=None)
        return [self._judged(node, newest) for node in looks]

    async def _node(self, address: NodeAddress) -> Node:
        label = address.label
        where = place(address.hosts[0], address.port)
        started = time.monotonic()
        client = self.client
        try:
            state, master, progress, update, version, statistics = await asyncio.gather(
                client.get_current_state(label),
                client.who_master(label),
                client.expect_progress_possible(label),
                client.get_tx_id(label),
                client.version(label),
                client.statistics(label),
            )
        except ServiceError as error:
            return Node(name=label, address=where, problem=str(error), lease=self.settings.lease)
        latency = time.monotonic() - started
        sample = self._history(label).add(statistics, time.monotonic())
        role: Role = "master" if master == label or state == "Stable_master" else "slave"
        return Node(
            name=label,
            address=where,
            role=role,
            state=state,
            master=master,
            progress=progress,
            update=update.i,
            version=".".join(map(str, version[:3])),
            build=version[3].strip(),
            lease=self.settings.lease,
            memory=None if sample.memory is None else int(sample.memory),
            operations=sample.rates.get("all"),
            counting_since=number(statistics.get("start")),
            latency=latency,
        )

    def update_rate(self, node: str) -> float | None:
        """Return how many updates a second a node was asked for between the last two looks at it, None before that."""
        history = self.histories.get(node)
        if history is None or not history.samples or not history.samples[-1].rates:
            return None
        rates = history.samples[-1].rates
        return sum(rates.get(name, 0.0) for name in UPDATES)

    @staticmethod
    def _judged(node: Node, newest: int | None) -> Node:
        if node.update is None or newest is None:
            return node
        lag = newest - node.update
        problem = None
        if not node.progress:
            problem = "no quorum: updates wait until enough nodes are back"
        elif node.master is None:
            problem = "it knows of no master"
        elif lag > BEHIND:
            problem = f"{lag:,} updates behind"
        health = "degraded" if problem else "ok"
        return node.model_copy(update={"lag": lag, "health": health, "problem": problem})

    async def operations(self, node: str | None = None) -> list[Operation]:
        """Return what a node, by default the master, counted of each kind of operation.

        Raises:
            ServiceError: the node does not answer, or there is no master.
        """
        name = node or await self._master_name()
        statistics = await self.client.statistics(name)
        sample = self._history(name).add(statistics, time.monotonic())
        return operations_of(name, statistics, sample)

    async def statistics(self, node: str) -> Mapping[str, Any]:
        """Return a node's counters as it sends them, and take them into its history."""
        found = await self.client.statistics(node)
        self._history(node).add(found, time.monotonic())
        return found

    def history(self, node: str) -> NodeHistory:
        """Return the looks at a node so far."""
        return self._history(node)

    async def _master_name(self) -> str:
        if self.client.master is None:
            await self.client.who_master()
        return self.client.master or self.client.nodes[0]

    def _history(self, node: str) -> NodeHistory:
        return self.histories.setdefault(node, NodeHistory())


async def open_service(profile: Profile) -> ArakoonService:
    """Return the connected cluster of a profile.

    Raises:
        InvalidInput: the address or an option cannot be used; the message names it.
        ServiceError: no node answers.
    """
    uri, options = options_of(profile.uri, profile.options)
    client = AsyncClient(await asyncio.to_thread(profile_settings, uri, options.of_settings()))
    await client.connect()
    return ArakoonService(client, read_key(options.separator), options.dirty)
