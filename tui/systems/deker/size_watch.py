"""SizeWatch: how large a storage is, found out now and then beside all else, since it takes a look at every array."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from weakref import ref

from tui.jobs.progress import Progress
from tui.services.errors import ServiceError

if TYPE_CHECKING:
    from tui.systems.deker.client import AsyncClient

EVERY = 60.0
"""Seconds between two measurements at least; one that took long is repeated less often."""
SHARE = 0.01
"""Of the time at most is spent measuring."""
PATIENCE = 20.0
"""Seconds after which a measurement is given up: such a storage is measured by a job."""
GIVEN_UP = 3600.0


class SizeWatch:
    """The size of one client's storage: the bytes of its arrays, as Deker counts them (contract §9.1)."""

    def __init__(self, client: AsyncClient) -> None:
        self._client = ref(client)
        self._size: int | None = None
        self._next = 0.0
        self._task: asyncio.Task[None] | None = None

    def size(self) -> int | None:
        """Return the bytes as last measured, None if they never were; measures anew when that is long ago."""
        client = self._client()
        if client is not None and time.monotonic() >= self._next and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._measure(client), name="storage size")
        return self._size

    async def _measure(self, client: AsyncClient) -> None:
        began, progress = time.monotonic(), Progress()
        handle = asyncio.get_running_loop().call_later(PATIENCE, progress.cancel)
        self._next = began + GIVEN_UP
        with suppress(ServiceError):
            self._size = (await client.calculate_storage_size(progress=progress, on_disk=False)).bytes
            took = time.monotonic() - began
            self._next = time.monotonic() + max(EVERY, took / SHARE)
        handle.cancel()
