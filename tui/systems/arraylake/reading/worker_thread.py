"""Blocking work of packages that cannot be stopped: in threads that nothing waits for when the program ends."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from tui.services.errors import ProtocolError, TimedOut
from tui.systems.arraylake.errors import SYSTEM

T = TypeVar("T")


class WorkerThreads:
    """At most `most` pieces of work at a time. One that takes too long is left to itself and keeps its place."""

    def __init__(self, most: int = 4) -> None:
        self._room = asyncio.Semaphore(most)

    async def run(self, work: Callable[[], T], operation: str, seconds: float) -> T:
        """Return what `work` returns.

        Raises:
            TimedOut: it took longer than `seconds`, the wait for a free place included.
            ProtocolError: the package behind it failed in a way that is no exception to it.
            Exception: what `work` raises.
        """
        scope = asyncio.timeout(seconds)
        try:
            async with scope:
                await self._room.acquire()
                return await self._started(work)
        except TimeoutError as error:
            if not scope.expired():
                raise
            message = f"the storage brought no answer within {seconds:g} s"
            raise TimedOut(SYSTEM, operation, message) from error
        except Exception:
            raise
        except BaseException as error:
            if isinstance(error, asyncio.CancelledError | KeyboardInterrupt | SystemExit):
                raise
            # A panic of compiled code is no Exception, and would end the program.
            raise ProtocolError(SYSTEM, operation, f"reading the storage failed: {type(error).__name__}") from error

    async def _started(self, work: Callable[[], T]) -> T:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def tell(result: Any, error: BaseException | None) -> None:
            self._room.release()
            if done.done():
                return
            if error is None:
                done.set_result(result)
            else:
                done.set_exception(error)

        def run() -> None:
            result, failure = None, None
            try:
                result = work()
            except StopIteration as error:
                # A future takes no such exception.
                failure = RuntimeError(str(error))
            except BaseException as error:
                failure = error
            try:
                loop.call_soon_threadsafe(tell, result, failure)
            except RuntimeError:
                # The loop has ended, and nobody waits any more.
                return

        threading.Thread(target=run, name="arraylake storage", daemon=True).start()
        return await done
