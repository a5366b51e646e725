"""What a session needs of a log-in: the headers that prove it, and new ones when a server refuses them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from typing import Any, Generic, Protocol, TypeVar

T = TypeVar("T")


class Auth(Protocol):
    """A log-in. Both methods may ask the network, and count towards the deadline of the call that needs them."""

    async def headers(self) -> Mapping[str, str]:
        """Return the headers that prove who asks.

        Raises:
            ServiceError: there is no log-in, or it has ended.
        """
        ...

    async def renew(self, refused: Mapping[str, str]) -> bool:
        """Get new headers in place of those that a server answered with 401; return whether it is worth asking again.

        Many calls may find out at the same time; only one must renew.

        Raises:
            ServiceError: it can be renewed, and that failed.
        """
        ...


class SingleFlight(Generic[T]):
    """Work that is done once for all who ask for it at the same time.

    It goes on when those who wait are cancelled: a token that was exchanged and not kept would end the log-in.
    """

    def __init__(self) -> None:
        self._task: asyncio.Task[T] | None = None

    async def run(self, work: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """Return what `work` returns, or what that of somebody else does which is under way. Raises what it raises."""
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(work())
            self._task.add_done_callback(_heard)
        return await asyncio.shield(self._task)

    async def settle(self, seconds: float) -> None:
        """Wait for what is under way, but no longer than `seconds`, and end it then."""
        task = self._task
        if task is None or task.done():
            return
        await asyncio.wait({task}, timeout=seconds)
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task


def _heard(task: asyncio.Task[Any]) -> None:
    """Take note of the outcome, which nobody may be left to hear."""
    if not task.cancelled():
        task.exception()
