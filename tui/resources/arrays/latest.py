"""Latest: of many things wanted one after another, reads the one that is wanted now."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

K = TypeVar("K")
R = TypeVar("R")


class Latest(Generic[K, R]):
    """Reads one thing at a time. `shown` is called with an answer only while its question is still the last one."""

    def __init__(
        self,
        read: Callable[[K], Awaitable[R]],
        shown: Callable[[K, R], None],
        failed: Callable[[K, Exception], None],
    ) -> None:
        self._read, self._shown, self._failed = read, shown, failed
        self._wanted: K | None = None
        self._task: asyncio.Task[None] | None = None

    def want(self, key: K) -> None:
        """Have this read, as soon as what is being read now is done."""
        self._wanted = key
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._work(), name="latest")

    def forget(self) -> None:
        """Want nothing any more."""
        self._wanted = None

    async def close(self) -> None:
        """Stop reading."""
        self._wanted = None
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _work(self) -> None:
        done: K | None = None
        while self._wanted is not None and self._wanted != done:
            key = self._wanted
            try:
                answer = await self._read(key)
            except Exception as error:
                if key == self._wanted:
                    self._failed(key, error)
            else:
                if key == self._wanted:
                    self._shown(key, answer)
            done = key
