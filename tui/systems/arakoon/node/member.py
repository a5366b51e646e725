"""Member: one node of a cluster, its data and what it is; no connections yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tui.systems.arakoon.node.consensus import Alone, Consensus
from tui.systems.arakoon.node.functions import Function
from tui.systems.arakoon.node.measures import Measures
from tui.systems.arakoon.node.store import MemoryStore, Store
from tui.systems.arakoon.wire.reader import MIB

VERSION = (1, 9, 25)
BUILD = b'revision: "embedded"\ncompiled: "arraydeck"\nmachine: "python"\n'
FIRST_UPDATE = 1
"""The number that a fresh node shows: that of the announcement of its master."""


@dataclass(slots=True)
class Member:
    """A node. Sizes are in bytes, `delay` is in seconds.

    `delay` is how long it takes over every command, and `is_frozen` makes it accept and never answer: so that
    clients can be tried against a node that is not well. `tlogs` is the number of logs, which take `collapse_seconds`
    each to be collapsed.
    """

    name: str
    cluster_id: str
    store: Store = field(default_factory=MemoryStore)
    consensus: Consensus = field(default_factory=Alone)
    functions: Mapping[str, Function] = field(default_factory=dict)
    measures: Measures = field(default_factory=Measures)
    is_read_only: bool = False
    delay: float = 0.0
    is_frozen: bool = False
    tlogs: int = 5
    collapse_seconds: float = 0.02
    max_value: int = 8 * MIB
    max_update: int = 32 * MIB

    def __post_init__(self) -> None:
        if self.store.i == 0:
            self.store.apply({}, FIRST_UPDATE)
            self.store.settle()

    @property
    def is_master(self) -> bool:
        """Whether it is the master within its lease."""
        return not self.is_read_only and self.consensus.is_master(self)

    @property
    def master(self) -> str | None:
        """Whom it takes for the master; a read-only node names itself."""
        return self.name if self.is_read_only else self.consensus.master_of(self)
