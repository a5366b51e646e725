"""Consensus: which node is the master, and how an update gets from it to the others. Here: of one node alone."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from tui.systems.arakoon.node.update import effect_of
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.steps import Step

if TYPE_CHECKING:
    from tui.systems.arakoon.node.member import Member

Interval = tuple[bytes | None, bytes | None, bytes | None, bytes | None]
"""Public begin and end, private begin and end; None is open."""


class Consensus(Protocol):
    """What a node knows of the others."""

    interval: Interval
    """The keys that the cluster takes, which is an update as any other."""

    def master_of(self, member: Member) -> str | None:
        """Return whom the node takes for the master, None if it knows of none."""
        ...

    def is_master(self, member: Member) -> bool:
        """Whether the node is the master, and its lease has not run out."""
        ...

    def commit(self, member: Member, step: Step) -> Any:
        """Bring an update through, and return its answer or a failure; or a future of it if it has to wait."""
        ...

    def settle(self, member: Member) -> None:
        """See that what the node acknowledges outlives it, where it is kept."""
        ...

    def is_progress_possible(self, member: Member) -> bool:
        """Whether enough nodes are in step with this one."""
        ...

    def state_of(self, member: Member) -> str:
        """Return what the node is at, in the server's words."""
        ...

    def node_is(self, member: Member) -> Mapping[str, int]:
        """Return the last update number that was seen of each node."""
        ...

    def drop_master(self, member: Member) -> Failure | asyncio.Future[None] | None:
        """Make the node hand over; None when there is nothing to do."""
        ...


class Alone:
    """A node by itself, which is always the master."""

    def __init__(self) -> None:
        self.interval: Interval = (None, None, None, None)

    def master_of(self, member: Member) -> str | None:
        """Return its own name."""
        return member.name

    def is_master(self, member: Member) -> bool:
        """Return True."""
        return True

    def commit(self, member: Member, step: Step) -> Any:
        """Apply the update at once."""
        effect = effect_of(step, member.store, member.functions)
        member.store.apply(effect.changes, member.store.i + 1)
        member.measures.note_round(1)
        return effect.answer

    def settle(self, member: Member) -> None:
        """Settle its store."""
        member.store.settle()

    def is_progress_possible(self, member: Member) -> bool:
        """Return True."""
        return True

    def state_of(self, member: Member) -> str:
        """Return the state of a master."""
        return "Stable_master"

    def node_is(self, member: Member) -> Mapping[str, int]:
        """Return nothing: there are no others."""
        return {}

    def drop_master(self, member: Member) -> Failure | asyncio.Future[None] | None:
        """Refuse."""
        return Failure(Code.NOT_SUPPORTED, b"drop master not supported for singletons")
