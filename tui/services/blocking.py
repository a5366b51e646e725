"""An asynchronous client used without asyncio: its methods run on a thread of their own, and are waited for."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, Self, TypeVar, overload


class Closable(Protocol):
    """What every asynchronous client can do."""

    async def close(self) -> None:
        """Let go of all that it holds."""
        ...


P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A", bound=Closable)


class BlockingClient(Generic[A]):
    """The base of a plain client over an asynchronous one. Safe to use from several threads.

    Not for use inside an event loop, which it would block.
    """

    def __init__(self, inner: A, name: str) -> None:
        """Take the asynchronous client, and what its thread is called."""
        self._inner = inner
        self._name = name
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def run(self, call: Callable[[A], Awaitable[T]]) -> T:
        """Return what `call` makes of the asynchronous client, on its thread."""

        async def work() -> T:
            return await call(self._inner)

        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name=self._name, daemon=True)
                self._thread.start()
            loop = self._loop
        waiting = asyncio.run_coroutine_threadsafe(work(), loop)
        try:
            return waiting.result()
        except BaseException:
            # An interrupt from the keyboard ends the call, not only the wait for it.
            waiting.cancel()
            raise

    def close(self) -> None:
        """End all connections and the thread. Safe to call twice."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        try:
            asyncio.run_coroutine_threadsafe(self._inner.close(), loop).result()
        finally:
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            loop.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class Blocking(Generic[A, P, T]):
    """A method of a BlockingClient that runs one of the asynchronous client's, and waits for it."""

    def __init__(self, method: Callable[Concatenate[A, P], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, client: None, owner: type[BlockingClient[A]]) -> Self: ...
    @overload
    def __get__(self, client: BlockingClient[A], owner: type[BlockingClient[A]]) -> Callable[P, T]: ...
    def __get__(self, client: BlockingClient[A] | None, owner: type[BlockingClient[A]]) -> Self | Callable[P, T]:
        if client is None:
            return self

        @wraps(self._method)
        def call(*arguments: P.args, **named: P.kwargs) -> T:
            return client.run(lambda inner: self._method(inner, *arguments, **named))

        return call
