"""Embedded cluster: nodes that listen, alone or as a group, and what can be done to them."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from pathlib import Path

from tui.systems.arakoon.node.functions import Function
from tui.systems.arakoon.node.group import Group
from tui.systems.arakoon.node.member import Member
from tui.systems.arakoon.node.server import NodeServer
from tui.systems.arakoon.node.sqlite_store import SqliteStore
from tui.systems.arakoon.node.store import MemoryStore, Store
from tui.systems.arakoon.settings import ClusterSettings, Tls


class EmbeddedCluster:
    """One node or several, in this process, on ports of this machine.

    The nodes of a group are called `NAME_0`, `NAME_1` and so on. With a `folder` each keeps its data in a file there.
    """

    def __init__(
        self,
        cluster_id: str = "demo",
        size: int = 1,
        *,
        name: str = "arakoon",
        folder: Path | None = None,
        lease: float = 10.0,
        functions: Mapping[str, Function] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.cluster_id = cluster_id
        self.lease = lease
        self.group: Group | None = None
        names = [name] if size == 1 else [f"{name}_{number}" for number in range(size)]
        self.nodes: dict[str, NodeServer] = {}
        for number, each in enumerate(names):
            member = Member(each, cluster_id, _store(folder, each), functions=functions or {})
            self.nodes[each] = NodeServer(member, host, port + number if port else 0, context)

    async def start(self) -> None:
        """Listen on all ports. In a group the first node that knows most becomes the master at once.

        Raises:
            Unavailable: a port is taken; none is listened on then.
        """
        if len(self.nodes) > 1:
            self.group = Group([server.member for server in self.nodes.values()], self.lease)
            self.group.start()
        try:
            for server in self.nodes.values():
                await server.start()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """End all nodes in good order."""
        if self.group is not None:
            self.group.stop()
        for server in self.nodes.values():
            await server.stop()

    async def __aenter__(self) -> EmbeddedCluster:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def master(self) -> NodeServer | None:
        """The node that is the master, None while there is none."""
        return next((server for server in self.nodes.values() if server.is_running and server.member.is_master), None)

    def settings(self, tls: Tls | None = None) -> ClusterSettings:
        """Return what a client needs to know of it."""
        addresses = tuple(server.address for server in self.nodes.values())
        return ClusterSettings(self.cluster_id, addresses, tls, lease=self.lease)

    async def kill(self, name: str) -> None:
        """End a node as if its process were killed."""
        # Its connections end before anything else can happen.
        if self.group is not None:
            self.group.went_down(name)
        await self.nodes[name].kill()

    async def restart(self, name: str) -> None:
        """Bring a killed node back on its port."""
        if self.group is not None:
            self.group.came_up(name)
        await self.nodes[name].start()

    def freeze(self, name: str) -> None:
        """Make a node accept connections and requests, and answer none."""
        self.nodes[name].member.is_frozen = True

    def thaw(self, name: str) -> None:
        """Make a frozen node go on."""
        self.nodes[name].member.is_frozen = False
        if self.group is not None:
            self.group.reconnect(name)
        self.nodes[name].wake()


def _store(folder: Path | None, name: str) -> Store:
    return MemoryStore() if folder is None else SqliteStore(folder / f"{name}.db")
