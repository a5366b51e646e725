"""Client: the asyncio client for programs without an event loop, under the same names."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Self

from tui.services.blocking import Blocking, BlockingClient
from tui.systems.deker.client import AsyncClient

if TYPE_CHECKING:
    from tui.systems.deker.models import Collection


class Client(BlockingClient[AsyncClient]):
    """`AsyncClient` with plain methods: an event loop in a thread of its own does the work.

    It may be used from any thread, and inside a running event loop, which it then blocks. The methods are documented
    at `AsyncClient`; they take the same arguments and raise the same errors.
    """

    def __init__(
        self,
        uri: str = "",
        *,
        executor: ThreadPoolExecutor | None = None,
        workers: int | None = None,
        write_lock_timeout: int = 60,
        write_lock_check_interval: int = 1,
        loglevel: str = "ERROR",
        memory_limit: int | str = 0,
    ) -> None:
        """Open the storage at `uri`. The parameters are those of `AsyncClient`; raises as its `open` does."""
        inner = AsyncClient(
            uri,
            executor=executor,
            workers=workers,
            write_lock_timeout=write_lock_timeout,
            write_lock_check_interval=write_lock_check_interval,
            loglevel=loglevel,
            memory_limit=memory_limit,
        )
        super().__init__(inner, "deker-client")
        self._open()

    def _open(self) -> None:
        try:
            self.run(AsyncClient.open)
        except BaseException:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether calls are answered."""
        return self._inner.is_open

    @property
    def is_closed(self) -> bool:
        """Whether the client was closed."""
        return self._inner.is_closed

    @property
    def meta_version(self) -> str:
        """The newest version of metadata that is understood."""
        return self._inner.meta_version

    @property
    def root_path(self) -> str:
        """The directory that holds the collections."""
        return self._inner.root_path

    def __enter__(self) -> Self:
        if self.is_closed:
            self._open()
        return self

    def __iter__(self) -> Iterator[Collection]:
        return iter(self.run(AsyncClient.list_collections))

    get_collection = Blocking(AsyncClient.get_collection)
    create_collection = Blocking(AsyncClient.create_collection)
    collection_from_dict = Blocking(AsyncClient.collection_from_dict)
    check_integrity = Blocking(AsyncClient.check_integrity)
    calculate_storage_size = Blocking(AsyncClient.calculate_storage_size)
    clear_locks = Blocking(AsyncClient.clear_locks)
