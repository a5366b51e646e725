"""Settings: which nodes a cluster has, how they are reached, and how long they are waited for."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tui.services.errors import InvalidInput
from tui.services.printable import printable
from tui.systems.arakoon.wire.reader import DEFAULT_LIMITS, MIB, SYSTEM, Limits


@dataclass(frozen=True, slots=True)
class NodeAddress:
    """Where a node listens for clients. `name` is what the cluster calls it, "" where that is not known yet.

    `hosts` are addresses of the same node, tried in order.
    """

    name: str
    hosts: tuple[str, ...]
    port: int

    @property
    def label(self) -> str:
        """The node's name for a person."""
        return self.name or place(self.hosts[0], self.port)


@dataclass(frozen=True, slots=True)
class Tls:
    """TLS to the clients' port. Certificates are PEM files; a host's name is never checked (contract §12).

    `version` is the oldest that is spoken: 1.0 to 1.3.
    """

    ca_cert: Path
    cert: Path | None = None
    key: Path | None = None
    version: str = "1.2"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long something is waited for, in seconds.

    A call ends after `total` whatever happens. `silence` is how long a read waits for a node that sends nothing
    before it looks for another; a write is never asked twice for that reason. `connect` is for one connection.
    """

    total: float = 20.0
    silence: float = 5.0
    connect: float = 5.0
    probe: float = 1.0


@dataclass(frozen=True, slots=True)
class ClusterSettings:
    """A cluster as a client needs to know it. `lease` is how long a master stays one without a word, in seconds.

    Values of `max_value` bytes or more are refused by the server without a reason (contract §10), and so by the
    client with one. `connections` is how many of each kind, for reads and for writes, a node gets at most.
    """

    cluster_id: str
    nodes: tuple[NodeAddress, ...]
    tls: Tls | None = None
    lease: float = 10.0
    patience: Patience = field(default_factory=Patience)
    connections: int = 4
    max_value: int = 8 * MIB
    limits: Limits = DEFAULT_LIMITS

    def __post_init__(self) -> None:
        if not self.cluster_id:
            raise invalid("the cluster's id is missing", "it is [global] cluster_id in the cluster's file")
        if not self.nodes:
            raise invalid("the cluster has no nodes")
        labels = [node.label for node in self.nodes]
        for label in labels:
            if labels.count(label) > 1:
                raise invalid(f"the node {printable(label, 80)} is there twice")
        for node in self.nodes:
            if not node.hosts or not all(node.hosts):
                raise invalid(f"the node {printable(node.name, 80)} has no address")
            if not 0 < node.port < 65536:
                raise invalid(f"{node.port} is not a port from 1 to 65535")
        for name in ("total", "silence", "connect", "probe"):
            if not 0 < getattr(self.patience, name) < 1e9:
                raise invalid(f"{name}: give seconds above 0")
        if self.connections < 1:
            raise invalid("connections: give a whole number from 1")


def place(host: str, port: int) -> str:
    """Return a host and a port as they stand in an address."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def invalid(message: str, hint: str = "") -> InvalidInput:
    """Return the error for settings that cannot be used."""
    return InvalidInput(SYSTEM, "open", message, hint)
