"""PlaneLoader: keeps up with a held key. Only the latest wanted plane counts, and neighbours are read ahead."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Sequence

from tui.resources.arrays.plane_reader import Plane, PlaneReader, PlaneRequest

GRACE = 0.25
"""Seconds that a read may go on once another plane is wanted: short ones are worth showing on the way."""
CACHE_BYTES = 32 * 2**20


class PlaneLoader:
    """Reads one plane at a time. `shown` is called with each plane that arrives for a person to see, at once if it is
    known already; `failed` with what went wrong while the wanted one was read."""

    def __init__(
        self,
        reader: PlaneReader,
        shown: Callable[[Plane], None],
        failed: Callable[[PlaneRequest, Exception], None],
        cache_bytes: int = CACHE_BYTES,
    ) -> None:
        self._reader, self._shown, self._failed, self._room = reader, shown, failed, cache_bytes
        self._known: OrderedDict[PlaneRequest, Plane] = OrderedDict()
        self._bytes = 0
        self._wanted: PlaneRequest | None = None
        self._ahead: list[PlaneRequest] = []
        self._reading: tuple[PlaneRequest, asyncio.Task[Plane], bool] | None = None
        self._task: asyncio.Task[None] | None = None
        self._generation = 0
        self._asked = 0
        self._seen = 0
        """How often a plane was wanted, and the last of those times whose plane, or a later one, was shown."""

    @property
    def wanted(self) -> PlaneRequest | None:
        """The plane that is still to come, None if the last one wanted was shown or failed."""
        return self._wanted

    def want(self, request: PlaneRequest, ahead: Sequence[PlaneRequest] = ()) -> None:
        """Have this plane shown as soon as it can be, then read those of `ahead` in their order."""
        self._ahead = [*ahead]
        self._asked += 1
        known = self._known.get(request)
        self._wanted = None if known is not None else request
        if known is not None:
            self._known.move_to_end(request)
            self._seen = self._asked
            self._shown(known)
        self._let_go(request)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="planes")

    def forget(self) -> None:
        """Drop every plane that is known; what is being read now does not count either."""
        self._generation += 1
        self._known.clear()
        self._bytes = 0
        self._ahead = []
        if self._reading is not None:
            self._reading[1].cancel()

    async def close(self) -> None:
        """Stop reading."""
        self._wanted, self._ahead = None, []
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _let_go(self, request: PlaneRequest) -> None:
        """Stop a read that nobody waits for any more: what was read ahead at once, what was wanted after a while."""
        if self._reading is None:
            return
        read, task, asked = self._reading
        if read == request or read in self._ahead:
            return
        if asked:
            asyncio.get_running_loop().call_later(GRACE, self._cancel_stale, read, task)
        else:
            task.cancel()

    def _cancel_stale(self, read: PlaneRequest, task: asyncio.Task[Plane]) -> None:
        if read != self._wanted and read not in self._ahead:
            task.cancel()

    async def _work(self) -> None:
        while self._wanted is not None or self._ahead:
            asked = self._wanted is not None
            request = self._wanted if self._wanted is not None else self._ahead.pop(0)
            if request not in self._known or asked:
                await self._read(request, asked)

    async def _read(self, request: PlaneRequest, asked: bool) -> None:
        generation, turn = self._generation, self._asked
        task = asyncio.create_task(self._reader.read(request))
        self._reading = (request, task, asked)
        try:
            await asyncio.wait([task])
        finally:
            self._reading = None
            task.cancel()
        if task.cancelled() or generation != self._generation:
            return
        error = task.exception()
        is_wanted = self._wanted == request
        if is_wanted:
            self._wanted = None
        if error is None:
            self._keep(task.result())
            # On the way to a later one it is worth seeing, but not once that one, or another after it, was shown.
            if is_wanted or (asked and turn > self._seen):
                self._seen = self._asked if is_wanted else turn
                self._shown(task.result())
        elif is_wanted and isinstance(error, Exception):
            self._failed(request, error)

    def _keep(self, plane: Plane) -> None:
        before = self._known.pop(plane.request, None)
        self._bytes += plane.values.nbytes - (0 if before is None else before.values.nbytes)
        self._known[plane.request] = plane
        while self._bytes > self._room and len(self._known) > 1:
            _, dropped = self._known.popitem(last=False)
            self._bytes -= dropped.values.nbytes
