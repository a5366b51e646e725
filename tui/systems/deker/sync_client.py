"""Client: the asyncio client for programs without an event loop, under the same names."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Collection as Names
from collections.abc import Coroutine, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from tui.services.errors import Unavailable
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.names import SYSTEM

if TYPE_CHECKING:
    from tui.systems.deker.clearing import Clearing
    from tui.systems.deker.integrity.report import IntegrityReport
    from tui.systems.deker.models import Collection
    from tui.systems.deker.new_collection import Schema, StorageOptions
    from tui.systems.deker.sizes import StorageSize

T = TypeVar("T")


class Client:
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
        self.client = AsyncClient(
            uri,
            executor=executor,
            workers=workers,
            write_lock_timeout=write_lock_timeout,
            write_lock_check_interval=write_lock_check_interval,
            loglevel=loglevel,
            memory_limit=memory_limit,
        )
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._open()

    @property
    def is_open(self) -> bool:
        """Whether calls are answered."""
        return self.client.is_open

    @property
    def is_closed(self) -> bool:
        """Whether the client was closed."""
        return self.client.is_closed

    @property
    def meta_version(self) -> str:
        """The newest version of metadata that is understood."""
        return self.client.meta_version

    @property
    def root_path(self) -> str:
        """The directory that holds the collections."""
        return self.client.root_path

    def close(self) -> None:
        """End the client. Safe to call twice."""
        if self._loop is None:
            return
        try:
            self._run(self.client.close())
        finally:
            loop, self._loop = self._loop, None
            loop.call_soon_threadsafe(loop.stop)
            if self._thread is not None:
                self._thread.join()
            loop.close()

    def __enter__(self) -> Self:
        if self._loop is None:
            self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Collection]:
        return iter(self._run(self.client.list_collections()))

    def get_collection(self, name: str) -> Collection | None:
        """Return the collection of that name, None if there is none."""
        return self._run(self.client.get_collection(name))

    def create_collection(
        self,
        name: str,
        schema: Schema,
        collection_options: StorageOptions | None = None,
        storage_adapter_type: str | None = None,
    ) -> Collection:
        """Make a collection and return it."""
        return self._run(self.client.create_collection(name, schema, collection_options, storage_adapter_type))

    def collection_from_dict(self, collection_data: Mapping[str, Any]) -> Collection:
        """Make a collection from its metadata and return it."""
        return self._run(self.client.collection_from_dict(collection_data))

    def check_integrity(
        self,
        level: int = 1,
        stop_on_error: bool = False,
        to_file: bool | str | Path = False,
        collection: str | None = None,
    ) -> IntegrityReport:
        """Check the storage, or one collection, and return what was found."""
        return self._run(self.client.check_integrity(level, stop_on_error, to_file, collection))

    def calculate_storage_size(self, collection_name: str = "") -> StorageSize:
        """Return Deker's size of the storage, or of one collection, and what the disk holds for it."""
        return self._run(self.client.calculate_storage_size(collection_name))

    def clear_locks(self, collection: Collection | str | None = None, named: Names[str] | None = None) -> Clearing:
        """Take lock files of dead processes away, or those whose paths are `named`."""
        return self._run(self.client.clear_locks(collection, named))

    def _open(self) -> None:
        loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=loop.run_forever, name="deker-client", daemon=True)
        self._thread.start()
        self._loop = loop
        try:
            self._run(self.client.open())
        except BaseException:
            self.close()
            raise

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise Unavailable(SYSTEM, "call", "the client is closed", "make another one")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
