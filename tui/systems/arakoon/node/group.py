"""Group: several nodes in one process that keep each other's data, with a master that can be taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tui.systems.arakoon.node.consensus import Interval
from tui.systems.arakoon.node.member import Member
from tui.systems.arakoon.node.store import Changes, all_entries
from tui.systems.arakoon.node.update import effect_of
from tui.systems.arakoon.wire.codes import Code, Failure
from tui.systems.arakoon.wire.steps import Nop, Step

ELECTION = 0.14
"""Share of a lease that an election takes behind its end; measured 1.2 to 1.6 s of 10 s (contract §11)."""
_LOST_MASTER = b"lost master role during wait_for_accepteds while handling client request"


@dataclass(slots=True)
class _Standing:
    """What one node of the group is and knows. Times are those of the event loop."""

    member: Member
    is_up: bool = True
    is_cut_off: bool = False
    announced: str | None = None
    """The master that was announced to it last, and when."""
    announced_at: float = 0.0
    accepted: tuple[Changes, int] | None = None
    """An update that it knows of but applies only when it hears of the next one (contract §3)."""

    @property
    def i(self) -> int:
        """The last update that it knows of."""
        return self.accepted[1] if self.accepted is not None else self.member.store.i

    def learn(self, changes: Changes, i: int) -> None:
        """Take the next update as a slave does."""
        self.catch_up()
        self.accepted = changes, i

    def catch_up(self) -> None:
        """Apply what is known."""
        if self.accepted is not None:
            self.member.store.apply(*self.accepted)
            self.accepted = None


@dataclass(slots=True)
class _Hanging:
    """An update that waits until there are enough nodes."""

    step: Step
    answer: asyncio.Future[Any] = field(repr=False)


class Group:
    """The consensus of several nodes. It is simpler than a real one, and looks the same to clients.

    An update is acknowledged once more than half of the nodes have it, and hangs as long as they are fewer. A master
    whose lease runs out is one no more; then the node that knows most is the next. `lease` is in seconds.
    """

    def __init__(self, members: Sequence[Member], lease: float = 10.0) -> None:
        self.interval: Interval = (None, None, None, None)
        self.lease = lease
        self.master: str | None = None
        self._loop = asyncio.get_running_loop()
        self._standings = {member.name: _Standing(member) for member in members}
        self._hanging: list[_Hanging] = []
        self._handing_over: list[asyncio.Future[None]] = []
        self._passed_over = ""
        self._election_at: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        for member in members:
            member.consensus = self

    # What the nodes ask.

    def master_of(self, member: Member) -> str | None:
        """Return the master that was announced to it, as long as that is younger than the lease."""
        standing = self._standings[member.name]
        return standing.announced if self._loop.time() - standing.announced_at < self.lease else None

    def is_master(self, member: Member) -> bool:
        """Whether it is the master and believes it."""
        return self.master == member.name and self.master_of(member) == member.name

    def commit(self, member: Member, step: Step) -> Any:
        """Bring an update through; without enough nodes return a future of its answer."""
        if self._has_quorum(member.name):
            return self._apply(step)
        hanging = _Hanging(step, self._loop.create_future())
        self._hanging.append(hanging)
        return hanging.answer

    def _apply(self, step: Step) -> Any:
        assert self.master is not None
        leader = self._standings[self.master]
        effect = effect_of(step, leader.member.store, leader.member.functions)
        i = leader.member.store.i + 1
        for standing in self._together(self.master):
            if standing is leader:
                leader.member.store.apply(effect.changes, i)
            else:
                standing.learn(effect.changes, i)
        leader.member.measures.note_round(1)
        return effect.answer

    def settle(self, member: Member) -> None:
        """Settle the stores of all nodes that run: each acknowledged what it took part in."""
        for standing in self._standings.values():
            if standing.is_up:
                standing.member.store.settle()

    def is_progress_possible(self, member: Member) -> bool:
        """Whether enough nodes know the same or one update more."""
        own = self._standings[member.name].i
        return sum(0 <= other.i - own <= 1 for other in self._together(member.name)) >= self._quorum

    def state_of(self, member: Member) -> str:
        """Return what it is at."""
        if self.master == member.name:
            return "Stable_master" if self._has_quorum(member.name) else "Wait_for_accepteds"
        if self.master_of(member) is not None:
            return "Slave_steady_state"
        return "Election_suggest" if self._has_quorum(member.name) else "Wait_for_promises"

    def node_is(self, member: Member) -> Mapping[str, int]:
        """Return the last update number known of each node that it can talk to."""
        return {standing.member.name: standing.i for standing in self._together(member.name)}

    def drop_master(self, member: Member) -> Failure | asyncio.Future[None] | None:
        """Hand over to another node; a slave has nothing to do."""
        if not self.is_master(member):
            return None
        self._passed_over = member.name
        self.master = None
        self._look_again(0)
        handed_over: asyncio.Future[None] = self._loop.create_future()
        self._handing_over.append(handed_over)
        return handed_over

    # What happens to the nodes.

    def start(self) -> None:
        """Choose the first master at once, and keep its lease."""
        self._elect()
        self._look_again(self.lease / 2)

    def stop(self) -> None:
        """Let go of the lease; updates that hang are dropped."""
        if self._timer is not None:
            self._timer.cancel()
        for waiting in (*(hanging.answer for hanging in self._hanging), *self._handing_over):
            waiting.cancel()
        self._hanging.clear()
        self._handing_over.clear()

    def went_down(self, name: str) -> None:
        """Note that the node's process has ended. What it had not brought through is lost."""
        self._standings[name].is_up = False
        if self.master == name:
            for hanging in self._hanging:
                hanging.answer.cancel()
            self._hanging.clear()
        self._look_again(0)

    def came_up(self, name: str) -> None:
        """Note that the node's process runs again; it takes what it has missed from the others."""
        standing = self._standings[name]
        standing.is_up, standing.accepted = True, None
        standing.announced = None
        self._rejoined(standing)

    def cut_off(self, name: str) -> None:
        """Part the node from the others; clients still reach it."""
        self._standings[name].is_cut_off = True
        self._look_again(0)

    def reconnect(self, name: str) -> None:
        """Bring the node together with the others again."""
        standing = self._standings[name]
        standing.is_cut_off = False
        self._rejoined(standing)

    def switch_master(self, name: str) -> None:
        """Make another node the master at once. Updates that hang with the old one are lost, and told so."""
        self.master = None
        self._take_over(self._standings[name])

    def _rejoined(self, standing: _Standing) -> None:
        others = [other for other in self._together(standing.member.name) if other is not standing]
        leader = self._standings.get(self.master or "")
        source = leader if leader in others else max(others, key=lambda other: other.i, default=None)
        if standing is not leader and source is not None and source.i >= standing.i:
            source.catch_up()
            standing.accepted = None
            standing.member.store.refill(list(all_entries(source.member.store)), source.member.store.i)
        if leader is not None and self._has_quorum(leader.member.name):
            if leader is standing:
                for other in others:
                    self._rejoined(other)
            self._announce()
            self._bring_through()
        self._look_again(0)

    # Leases and elections.

    @property
    def _quorum(self) -> int:
        return len(self._standings) // 2 + 1

    def _together(self, name: str) -> list[_Standing]:
        """Return the nodes that the node can talk to, itself among them."""
        own = self._standings[name]
        return [
            other
            for other in self._standings.values()
            if other.is_up and not other.member.is_frozen and (other is own or not (other.is_cut_off or own.is_cut_off))
        ]

    def _has_quorum(self, name: str) -> bool:
        return len(self._together(name)) >= self._quorum

    def _bring_through(self) -> None:
        """Do what hung, now that there are enough nodes."""
        waiting, self._hanging = self._hanging, []
        for hanging in waiting:
            if not hanging.answer.done():
                hanging.answer.set_result(self._apply(hanging.step))

    def _announce(self) -> None:
        """Renew the master's lease, which is an update as any other."""
        assert self.master is not None
        self._apply(Nop())
        now = self._loop.time()
        for standing in self._together(self.master):
            standing.announced, standing.announced_at = self.master, now
        self.settle(self._standings[self.master].member)

    def _look_again(self, seconds: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_later(seconds, self._watch)

    def _watch(self) -> None:
        """Renew the lease, or see whether another master is due."""
        leader = self._standings.get(self.master or "")
        if leader is not None and leader.is_up and not leader.member.is_frozen and self._has_quorum(leader.member.name):
            self._election_at = None
            self._announce()
            self._look_again(self.lease / 2)
            return
        now = self._loop.time()
        electors = self._electors()
        if not electors:
            self._election_at = None
        else:
            # Nobody else may be the master as long as one of them might still be told otherwise.
            end = max(standing.announced_at for standing in electors) + self.lease
            self._election_at = end + ELECTION * self.lease
            if now >= self._election_at:
                self._elect()
                self._look_again(self.lease / 2)
                return
        self._look_again(self.lease / 50)

    def _electors(self) -> list[_Standing]:
        """Return nodes that can talk to each other and are enough, none if there are no such."""
        for name in self._standings:
            together = self._together(name)
            if len(together) >= self._quorum and self._standings[name] in together:
                return together
        return []

    def _elect(self) -> None:
        electors = self._electors()
        willing = [standing for standing in electors if standing.member.name != self._passed_over] or electors
        self._passed_over = ""
        if willing:
            most = max(standing.i for standing in electors)
            for standing in willing:
                if standing.i == most:
                    self._take_over(standing)
                    return

    def _take_over(self, standing: _Standing) -> None:
        """Make the node the master. It has all that was ever acknowledged; what hung elsewhere is not among it."""
        self.master = standing.member.name
        for hanging in self._hanging:
            if not hanging.answer.done():
                hanging.answer.set_result(Failure(Code.NO_LONGER_MASTER, _LOST_MASTER))
        self._hanging.clear()
        standing.catch_up()
        for other in self._together(self.master):
            if other is not standing:
                other.catch_up()
                if other.member.store.i != standing.member.store.i:
                    entries = list(all_entries(standing.member.store))
                    other.member.store.refill(entries, standing.member.store.i)
        self._announce()
        for handed_over in self._handing_over:
            if not handed_over.done():
                handed_over.set_result(None)
        self._handing_over.clear()
