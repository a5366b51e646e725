"""ReadingClient: a Deker storage browsed from asyncio. It creates, locks and changes nothing."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeVar

from tui.services.errors import InvalidInput, NotFound, Unavailable
from tui.systems.deker import storage, tree
from tui.systems.deker.entries import SETTLED, ItemKind, Look, Shelf
from tui.systems.deker.format.metadata import META_VERSION
from tui.systems.deker.format.names import ID, SYSTEM, on_disk, shown
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.options import checked
from tui.systems.deker.storage import Stop
from tui.systems.deker.tree import Found
from tui.systems.deker.uri import check_root, root_of

if TYPE_CHECKING:
    from tui.systems.deker.models import Collection, CollectionSummary, Entry, LockHolder

T = TypeVar("T")
PAGE_SIZE = 200


class ReadingClient:
    """The part of the client that reads the Deker storage at `uri`, under the names of Deker's own (contract §2, §3).

    It is open once it is made; `close` ends it, and as a context manager it opens again. Unlike Deker's it never
    creates a storage, and a damaged collection is an item with a `problem` instead of the end of a listing.
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
        """Take the parameters; the storage is first looked at by the first call.

        Args:
            uri: `file:///path` or a path, see `tui.systems.deker.uri`.
            executor: threads that do the reading; they are not shut down. None makes some when they are needed.
            workers: how many threads are made at most; None is the number of processors and 4.
            write_lock_timeout: seconds that a write waits for readers.
            write_lock_check_interval: seconds between its looks at them.
            loglevel: name of a level of `logging`.
            memory_limit: bytes that an array in memory may take, or a text such as `512M`; 0 is all there is.

        Raises:
            InvalidInput: the URI or a parameter cannot be used; the message names it.
        """
        self._root = root_of(uri)
        self.options = checked(executor, workers, write_lock_timeout, write_lock_check_interval, loglevel, memory_limit)
        logging.getLogger("arraydeck.deker").setLevel(self.options.loglevel)
        self._own_pool: ThreadPoolExecutor | None = None
        self._is_open = True
        self._is_checked = False
        self._running: set[Stop] = set()

    @property
    def is_open(self) -> bool:
        """Whether calls are answered."""
        return self._is_open

    @property
    def is_closed(self) -> bool:
        """Whether the client was closed."""
        return not self._is_open

    @property
    def meta_version(self) -> str:
        """The newest version of metadata that is understood (contract §2)."""
        self._require_open("meta_version")
        return META_VERSION

    @property
    def root_path(self) -> str:
        """The directory that holds the collections (contract §2)."""
        self._require_open("root_path")
        return os.path.join(self._root, "collections")

    @property
    def root(self) -> str:
        """The directory of the storage, in which `collections` lies."""
        return self._root

    async def close(self) -> None:
        """End the client. Reads that are under way stop at their next entry. Safe to call twice."""
        self._is_open = False
        for stop in self._running:
            stop.set()
        pool, self._own_pool = self._own_pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    async def open(self) -> None:
        """Open the client, again if it was closed, and see that the storage is there. Raises as `check` does."""
        self._is_open = True
        await self.check()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def check(self) -> None:
        """See that the storage is there and may be read.

        Raises:
            NotFound: it is not there, or is something else.
            InvalidInput: it is not a directory.
            PermissionDenied: it may not be read.
            Unavailable: the client is closed.
        """
        self._is_checked = True
        await self._run("check", lambda stop: check_root(self._root))

    def __aiter__(self) -> AsyncIterator[Collection]:
        return self._collections()

    async def _collections(self) -> AsyncIterator[Collection]:
        for collection in await self.list_collections():
            yield collection

    async def list_collections(self) -> list[Collection]:
        """Return every collection by name; a damaged one says so in `problem` (contract §3.1, §9.3 rows 01 to 17)."""

        def work(stop: Stop) -> list[Collection]:
            found: list[Collection] = []
            for directory, problem in tree.collection_directories(self._root):
                stop.check()
                found.append(storage.read_collection(directory, problem))
            return found

        return await self._run("list_collections", work)

    async def get_collection(self, name: str) -> Collection | None:
        """Return the collection of that name, None if there is none (contract §3.1).

        A damaged one comes back with its `problem`, where Deker raises.

        Raises:
            InvalidInput: `name` is not text.
        """
        if not isinstance(name, str):
            raise InvalidInput(SYSTEM, "get_collection", f"name: give text, not {type(name).__name__}")

        def work(stop: Stop) -> Collection | None:
            if "/" in name or "\0" in name or name in ("", ".", ".."):
                return None
            directory = on_disk(os.path.join(self._root, "collections", name))
            try:
                is_there = os.path.isdir(directory)
            except (OSError, ValueError):
                return None
            return storage.read_collection(directory) if is_there else None

        return await self._run("get_collection", work)

    async def collection_summary(self, collection: Collection, counted: int = storage.COUNTED) -> CollectionSummary:
        """Return the collection's numbers of arrays, bytes and locks, found by its links.

        Counting ends at `counted` arrays; `complete` says whether it did not have to.
        """
        return await self._run("collection_summary", lambda stop: storage.summary(collection, stop, counted))

    async def array_pages(
        self, collection: Collection, kind: ItemKind = "array", page_size: int = PAGE_SIZE
    ) -> AsyncIterator[list[Entry]]:
        """Yield the light entries of a collection's arrays (tiles, if it holds VArrays) or VArrays.

        No file is opened: id, link and primary attributes come from the names (contract §1). Those that only the data
        tree knows come last.

        Raises:
            InvalidInput: VArrays are asked of a collection that has none (contract §8).
        """
        if kind == "varray" and not collection.is_virtual:
            raise InvalidInput(SYSTEM, "array_pages", f"kind: {collection.name} holds arrays and no VArrays")
        shelf = await self._run("array_pages", lambda stop: Shelf.of(collection, kind))
        stop = Stop()
        entries = shelf.light(stop.check)
        try:
            while page := await self._run("array_pages", lambda _: list(islice(entries, page_size)), stop):
                yield page
        finally:
            stop.set()

    async def fill(self, collection: Collection, entries: Sequence[Entry]) -> list[Entry | None]:
        """Return the entries with what their headers say, in the same order; None stands for one that is gone.

        A file that looks damaged and was changed within the last second is looked at once more (contract §11).
        """
        looks = await self._run("fill", lambda stop: self._look(collection, entries, stop))
        suspects = [index for index, look in enumerate(looks) if look.is_suspect]
        if suspects:
            await asyncio.sleep(SETTLED)
            again = [entries[index] for index in suspects]
            second = await self._run("fill", lambda stop: self._look(collection, again, stop))
            for index, look in zip(suspects, second, strict=True):
                looks[index] = look
        return [look.entry for look in looks]

    @staticmethod
    def _look(collection: Collection, entries: Sequence[Entry], stop: Stop) -> list[Look]:
        shelves: dict[str, Shelf] = {}
        writers = writers_now()
        looks: list[Look] = []
        for entry in entries:
            stop.check()
            kind: ItemKind = "varray" if entry.kind == "varray" else "array"
            shelf = shelves.get(kind)
            if shelf is None:
                shelf = shelves[kind] = Shelf.of(collection, kind)
            looks.append(shelf.look(entry, writers))
        return looks

    async def get_entry(self, collection: Collection, kind: ItemKind, key: str) -> Entry:
        """Return the filled entry of a key, which is an id unless two links claim one.

        Raises:
            NotFound: there is none.
        """
        light = await self._run("get_entry", lambda stop: _light_entry(collection, kind, key, stop))
        filled = (await self.fill(collection, [light]))[0] if light is not None else None
        if filled is None:
            what = "VArray" if kind == "varray" else "array"
            raise NotFound(SYSTEM, "get_entry", f"{collection.name} has no {what} {key}", "list them to see the ids")
        return filled

    async def get_array(self, collection: Collection, key: str) -> Entry:
        """Return the filled array (the tile, if the collection holds VArrays) of that key. Raises as `get_entry`."""
        return await self.get_entry(collection, "array", key)

    async def locks(self, collection: Collection | str | None = None) -> list[LockHolder]:
        """Return who holds locks, or left them, in a collection or in all (contract §6).

        Every directory is looked at, which takes a while in a large storage; at most 1,000 locks come back.
        """

        def work(stop: Stop) -> list[LockHolder]:
            wanted = collection if collection is None or isinstance(collection, str) else collection.name
            found = tree.collection_directories(self._root)
            directories = [path for path, problem in found if problem is None]
            if wanted is not None:
                directories = [path for path in directories if shown(os.path.basename(path)) == wanted]
            return list(storage.list_locks(directories, stop))

        return await self._run("locks", work)

    async def entry_locks(self, collection: Collection, entry: Entry) -> list[LockHolder]:
        """Return the locks on one array, or on a VArray's first few hundred tiles; looks at nothing else."""
        return await self._run("entry_locks", lambda stop: storage.entry_locks(collection, entry, stop))

    def _require_open(self, operation: str) -> None:
        if not self._is_open:
            raise Unavailable(SYSTEM, operation, "the client is closed", "make another one")

    async def _run(self, operation: str, work: Callable[[Stop], T], stop: Stop | None = None) -> T:
        """Run blocking `work` in a thread; it is told to stop when nobody waits for it any more."""
        self._require_open(operation)
        if not self._is_checked:
            await self.check()
        stop = stop or Stop()
        pool = self.options.executor or self._own_pool
        if pool is None:
            pool = self._own_pool = ThreadPoolExecutor(self.options.workers, thread_name_prefix="deker")
        self._running.add(stop)
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, work, stop)
        except asyncio.CancelledError:
            stop.set()
            raise
        except OSError as error:
            raise storage.service_error(error, operation) from error
        finally:
            self._running.discard(stop)


def _light_entry(collection: Collection, kind: ItemKind, key: str, stop: Stop) -> Entry | None:
    """Return the light entry of `key`. An id's data file is looked for at its place, the link only in the tree."""
    shelf = Shelf.of(collection, kind)
    if ID.match(key) and not shelf.schema.primary:
        link = f"{shelf.links}/{key}{shelf.suffix}"
        if os.path.islink(link):
            return shelf.light_entry(Found(key, key, [], link))
    return next((entry for entry in shelf.light(stop.check) if entry.key == key), None)
