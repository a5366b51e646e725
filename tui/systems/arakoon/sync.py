"""Client: the same cluster without asyncio, for scripts and the prompt."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, Generic, ParamSpec, Self, TypeVar, overload

from tui.systems.arakoon.client import AsyncClient
from tui.systems.arakoon.settings import ClusterSettings

P = ParamSpec("P")
T = TypeVar("T")


class _Blocking(Generic[P, T]):
    """A method that runs one of AsyncClient's on the client's own thread, and waits for it."""

    def __init__(self, method: Callable[Concatenate[AsyncClient, P], Coroutine[Any, Any, T]]) -> None:
        self._method = method
        self.__doc__ = method.__doc__

    @overload
    def __get__(self, client: None, owner: type[Client]) -> Self: ...
    @overload
    def __get__(self, client: Client, owner: type[Client]) -> Callable[P, T]: ...
    def __get__(self, client: Client | None, owner: type[Client]) -> Self | Callable[P, T]:
        if client is None:
            return self

        @wraps(self._method)
        def call(*arguments: P.args, **named: P.kwargs) -> T:
            return client.run(lambda inner: self._method(inner, *arguments, **named))

        return call


class Client:
    """AsyncClient's methods as plain ones, which wait for their results. Safe to use from several threads.

    `client[key]`, `key in client` and `del client[key]` work as in the cluster's own client. Not for use inside an
    event loop, which it would block.
    """

    def __init__(self, cluster: ClusterSettings | str) -> None:
        """Take the cluster: settings, or the text of a URI, or a path to the cluster's file. Nothing is read yet."""
        self._inner = AsyncClient(cluster)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def run(self, call: Callable[[AsyncClient], Awaitable[T]]) -> T:
        """Return what `call` makes of the asynchronous client, on its thread."""

        async def work() -> T:
            return await call(self._inner)

        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                self._thread = threading.Thread(target=self._loop.run_forever, name="arakoon client", daemon=True)
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
        """End all connections and the thread. Safe to call twice; `connect` opens it again."""
        with self._lock:
            loop, thread = self._loop, self._thread
            self._loop = self._thread = None
        if loop is None or thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._inner.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()

    def __enter__(self) -> Self:
        self.connect()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def connected(self) -> bool:
        """Whether it was connected, and not closed since."""
        return self._inner.connected

    @property
    def nodes(self) -> list[str]:
        """The names of the nodes, or the addresses of those whose names are not known."""
        return self._inner.nodes

    @property
    def master(self) -> str | None:
        """The node that was found to be the master, None if it is not known now."""
        return self._inner.master

    def __getitem__(self, key: bytes) -> bytes:
        return self.get(key)

    def __setitem__(self, key: bytes, value: bytes) -> None:
        self.set(key, value)

    def __delitem__(self, key: bytes) -> None:
        self.delete(key)

    def __contains__(self, key: bytes) -> bool:
        return self.exists(key)

    connect = _Blocking(AsyncClient.connect)
    hello = _Blocking(AsyncClient.hello)
    exists = _Blocking(AsyncClient.exists)
    who_master = _Blocking(AsyncClient.who_master)
    get = _Blocking(AsyncClient.get)
    set = _Blocking(AsyncClient.set)
    delete = _Blocking(AsyncClient.delete)
    prefix = _Blocking(AsyncClient.prefix)
    test_and_set = _Blocking(AsyncClient.test_and_set)
    sequence = _Blocking(AsyncClient.sequence)
    range = _Blocking(AsyncClient.range)
    range_entries = _Blocking(AsyncClient.range_entries)
    multi_get = _Blocking(AsyncClient.multi_get)
    multi_get_option = _Blocking(AsyncClient.multi_get_option)
    expect_progress_possible = _Blocking(AsyncClient.expect_progress_possible)
    get_key_count = _Blocking(AsyncClient.get_key_count)
    user_function = _Blocking(AsyncClient.user_function)
    confirm = _Blocking(AsyncClient.confirm)
    assert_ = _Blocking(AsyncClient.assert_)
    rev_range_entries = _Blocking(AsyncClient.rev_range_entries)
    statistics = _Blocking(AsyncClient.statistics)
    version = _Blocking(AsyncClient.version)
    assert_exists = _Blocking(AsyncClient.assert_exists)
    delete_prefix = _Blocking(AsyncClient.delete_prefix)
    replace = _Blocking(AsyncClient.replace)
    nop = _Blocking(AsyncClient.nop)
    get_current_state = _Blocking(AsyncClient.get_current_state)
    get_tx_id = _Blocking(AsyncClient.get_tx_id)
    collapse_tlogs = _Blocking(AsyncClient.collapse_tlogs)
    optimize_db = _Blocking(AsyncClient.optimize_db)
    defrag_db = _Blocking(AsyncClient.defrag_db)
    copy_db_to_head = _Blocking(AsyncClient.copy_db_to_head)
    flush_store = _Blocking(AsyncClient.flush_store)
    drop_master = _Blocking(AsyncClient.drop_master)
