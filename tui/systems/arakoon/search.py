"""Search: which node is the master, asked of all of them at once until one says that it is (contract §11)."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

from tui.services.errors import InvalidInput, NotAuthenticated, ProtocolError, ServiceError
from tui.systems.arakoon.errors import NoMaster, NotMaster, told_together
from tui.systems.arakoon.pool import NodePool
from tui.systems.arakoon.settings import Patience
from tui.systems.arakoon.wire.commands import EXISTS, WHO_MASTER
from tui.systems.arakoon.wire.consistency import CONSISTENT
from tui.systems.arakoon.wire.reader import SYSTEM

FIRST_PAUSE, LONGEST_PAUSE = 0.02, 0.4
"""Seconds between rounds. A new master comes within the lease and about 1.6 s, so that longer pauses gain nothing."""
_HOPELESS = (NotAuthenticated, InvalidInput, ProtocolError)
"""What another round is not likely to change."""


class MasterSearch:
    """Looks for the master while somebody waits for it. All that wait share one search."""

    def __init__(self, pools: Sequence[NodePool], patience: Patience) -> None:
        self._pools = pools
        self._patience = patience
        self._task: asyncio.Task[NodePool] | None = None
        self._waiting = 0
        self._asking: set[asyncio.Task[bool]] = set()
        self.problems: dict[str, ServiceError] = {}
        """Why a node did not answer when it was last asked, by the label of its address."""
        self.named = ""
        """Whom the nodes last named as the master, whether or not it could be found."""

    async def find(self, operation: str, deadline: float) -> NodePool:
        """Return the master.

        Raises:
            NoMaster: there is none, or it cannot be reached, and `deadline`, a time of the event loop, has come.
            NotAuthenticated, InvalidInput, ProtocolError: no node takes this client, and waiting does not help.
        """
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._search(), name="arakoon looks for the master")
        task = self._task
        self._waiting += 1
        try:
            await asyncio.wait({task}, timeout=max(deadline - asyncio.get_running_loop().time(), 0))
            if not task.done() or task.cancelled():
                raise self._no_master(operation)
            return task.result()
        finally:
            self._waiting -= 1
            if not self._waiting and not task.done():
                task.cancel()

    def _no_master(self, operation: str) -> NoMaster:
        if len(self.problems) == len(self._pools):
            problem = told_together(operation, [*self.problems.values()])
            return NoMaster(SYSTEM, operation, problem.message, problem.hint)
        if self.named:
            message = f"the nodes name {self.named} as the master, which does not answer as one"
            return NoMaster(SYSTEM, operation, message, "a new one is chosen when its lease has run out")
        return NoMaster(SYSTEM, operation, "the cluster has no master", "more than half of its nodes must run")

    async def _search(self) -> NodePool:
        pause = FIRST_PAUSE
        hopeless_rounds = 0
        while True:
            found = await self._round()
            if found is not None:
                return found
            # One node that hangs up may just be stopping; all of them, twice, are not.
            problems = [*self.problems.values()]
            if len(problems) == len(self._pools) and all(isinstance(problem, _HOPELESS) for problem in problems):
                hopeless_rounds += 1
                if hopeless_rounds > 1:
                    raise told_together("connect", problems)
            else:
                hopeless_rounds = 0
            await asyncio.sleep(pause * random.uniform(0.75, 1.25))
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _round(self) -> NodePool | None:
        """Ask every node; the first that says it is the master is. The others' answers are not waited for then."""
        asked = {asyncio.create_task(self._is_master(pool)): pool for pool in self._pools}
        self._asking |= asked.keys()
        for task in asked:
            task.add_done_callback(self._asking.discard)
        open_questions = set(asked)
        while open_questions:
            done, open_questions = await asyncio.wait(open_questions, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                if task.result():
                    return asked[task]
        return None

    async def _is_master(self, pool: NodePool) -> bool:
        try:
            is_master = await self._ask(pool)
        except ServiceError as error:
            pool.failures += 1
            self.problems[pool.address.label] = error
            return False
        pool.failures = 0
        self.problems.pop(pool.address.label, None)
        return is_master

    async def _ask(self, pool: NodePool) -> bool:
        deadline = asyncio.get_running_loop().time() + self._patience.connect
        connection = await pool.connection(writes=False, deadline=deadline)
        answer: bytes | None = await connection.call(
            WHO_MASTER, WHO_MASTER.request(), deadline, silence=self._patience.probe
        )
        if answer is None:
            self.named = ""
            return False
        self.named = name = answer.decode("utf-8", "backslashreplace")
        if pool.name or any(name == other.name for other in self._pools):
            return pool.name == name
        return await self._learn(pool, name, deadline)

    async def _learn(self, pool: NodePool, name: str, deadline: float) -> bool:
        """Find out whether a node whose name is not known is the one that is named: only the master answers this."""
        connection = await pool.connection(writes=False, deadline=deadline)
        request = EXISTS.request(CONSISTENT, b"")
        try:
            await connection.call(EXISTS, request, deadline, silence=self._patience.probe)
        except NotMaster:
            return False
        pool.name = name
        return True

    async def close(self) -> None:
        """End the search and whatever is still asked."""
        tasks: list[asyncio.Task[object]] = [*self._asking]
        if self._task is not None:
            tasks.append(self._task)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)
        if self._task is not None and not self._task.cancelled():
            self._task.exception()
