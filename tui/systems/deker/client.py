"""AsyncClient: a Deker storage read, checked, measured, repaired and changed from asyncio."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Collection as Names
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from tui.services.errors import InvalidInput, NotFound
from tui.systems.deker import tree
from tui.systems.deker.format.names import SYSTEM, shown
from tui.systems.deker.reading_client import PAGE_SIZE, ReadingClient
from tui.systems.deker.storage import Stop

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from tui.jobs.progress import Progress
    from tui.systems.deker.changes.clearing import Clearing
    from tui.systems.deker.changes.holding import Patience
    from tui.systems.deker.changes.new_collection import Schema, StorageOptions
    from tui.systems.deker.changes.path_log import PathLog
    from tui.systems.deker.changes.plan import Plan
    from tui.systems.deker.changes.record import Record
    from tui.systems.deker.integrity.report import IntegrityReport
    from tui.systems.deker.models import Collection, Entry
    from tui.systems.deker.reading.source import DekerArray
    from tui.systems.deker.repairs.repair_plan import RepairPlan
    from tui.systems.deker.sizes import StorageSize

T = TypeVar("T")

__all__ = ["PAGE_SIZE", "AsyncClient", "Made"]


class Made(NamedTuple):
    """A collection that was made, and the record that takes it back."""

    collection: Collection
    record: Record


class AsyncClient(ReadingClient):
    """A client of the Deker storage at `uri`, under the names of Deker's own client (contract §2, §3).

    It is open once it is made; `close` ends it, and as a context manager it opens again. Unlike Deker's it never
    creates a storage, and a damaged collection is an item with a `problem` instead of the end of a listing. Whatever
    it changes can be taken back by a record, see `tui.systems.deker.changes`.
    """

    path_log: PathLog | None = None
    """Notes every path that is changed, if anybody looks on."""

    async def create_collection(
        self,
        name: str,
        schema: Schema,
        collection_options: StorageOptions | None = None,
        storage_adapter_type: str | None = None,
    ) -> Collection:
        """Make a collection and return it (contract §3.1).

        Names that leave the storage, reserved attribute names, and chunks or filters that would fail at the first
        write, all of which Deker accepts, are refused before anything is made.

        Raises:
            InvalidInput: the name, the schema or the options cannot be used; the message names the field.
            AlreadyExists: there is a collection of that name.
            Conflict: another process is making it.
        """
        from tui.systems.deker.changes.new_collection import metadata_of, new_collection
        from tui.systems.deker.format.metadata import ADAPTER

        if storage_adapter_type not in (None, ADAPTER):
            message = f"storage_adapter_type: {str(storage_adapter_type)[:60]!r} is not {ADAPTER}"
            raise InvalidInput(SYSTEM, "create_collection", message)
        return (await self.make_collection(metadata_of(new_collection(name, schema, collection_options)))).collection

    async def collection_from_dict(self, collection_data: Mapping[str, Any]) -> Collection:
        """Make a collection from its metadata and return it (contract §4.4). The dictionary is left as it is.

        Raises as `create_collection`.
        """
        from tui.systems.deker.changes.creation import metadata_from_dict

        return (await self.make_collection(metadata_from_dict(collection_data))).collection

    async def make_collection(self, metadata: dict[str, Any]) -> Made:
        """Make a collection from metadata in Deker's own form, and return it with the record that takes it back.

        Raises as `create_collection`.
        """
        from tui.systems.deker.changes.creation import create

        limit = self.options.memory_limit
        return Made(
            *await self._change("create_collection", lambda stop: create(self._root, metadata, stop.check, limit))
        )

    async def creation_plan(self, metadata: dict[str, Any]) -> Plan:
        """Return what making a collection would do. Raises as `create_collection`; makes nothing."""
        from tui.systems.deker.changes.creation import creation_plan

        limit = self.options.memory_limit
        return await self._run("create_collection", lambda _: creation_plan(self._root, metadata, limit))

    async def delete_collection(self, collection: Collection) -> Record:
        """Delete a collection with all its arrays into the trash; return the record that brings it back.

        Raises:
            NotFound: it is not there.
            Conflict: a live process reads or writes in it.
        """
        from tui.systems.deker.changes.deletion import delete_collection

        return await self._change("delete", lambda stop: delete_collection(self._root, collection, stop.check))

    async def clear_collection(self, collection: Collection) -> Record | None:
        """Delete all arrays of a collection into the trash and keep the collection; None if there was nothing.

        Raises as `delete_collection`.
        """
        from tui.systems.deker.changes.deletion import clear_collection

        return await self._change("clear", lambda stop: clear_collection(self._root, collection, stop.check))

    async def delete_entry(self, collection: Collection, entry: Entry) -> Record:
        """Delete an array, a tile, or a VArray with its tiles into the trash, and the links (contract §5.5).

        An array without a link, on which Deker's own deletion does nothing, goes too. No link is followed.

        Raises:
            NotFound: nothing is left of it.
            Conflict: a live process reads or writes it.
            InvalidInput: it has no id.
        """
        from tui.systems.deker.changes.deletion import delete_entry

        return await self._change(
            "delete", lambda stop: delete_entry(self._root, collection, entry, self._patience(stop))
        )

    async def deletion_plan(self, collection: Collection, entry: Entry | None = None) -> Plan:
        """Return what deleting a collection, or an entry of it, would do."""
        from tui.systems.deker.changes.deletion import collection_plan, entry_plan

        if entry is None:
            return await self._run("delete", lambda _: collection_plan(collection))
        return await self._run("delete", lambda stop: entry_plan(collection, entry, stop.check))

    async def clear_plan(self, collection: Collection) -> Plan:
        """Return what clearing a collection would do."""
        from tui.systems.deker.changes.deletion import clear_plan

        return await self._run("clear", lambda _: clear_plan(collection))

    async def clear_locks(
        self, collection: Collection | str | None = None, named: Names[str] | None = None
    ) -> Clearing:
        """Take lock files into the trash: those of dead processes, or those whose paths are `named` (contract §6).

        Deker's own takes every lock away, under live writers and readers too; here a live one must be named.

        Raises:
            NotFound: there is no such collection, or no such lock.
            Conflict: a named one is a hold without a file.
        """
        from tui.systems.deker.changes.clearing import clear_locks

        directories = await self._directories("clear_locks", collection)
        return await self._change("clear_locks", lambda stop: clear_locks(self._root, directories, named, stop.check))

    async def calculate_storage_size(
        self, collection_name: str = "", progress: Progress | None = None, *, on_disk: bool = True
    ) -> StorageSize:
        """Return Deker's size of the storage, or of one collection, and what the disk holds for it (contract §9.1).

        Broken links and damaged collections, which end Deker's own calculation, are counted instead. With `on_disk`
        False only Deker's number is worked out, which takes half the time.

        Raises:
            NotFound: there is no such collection.
            Cancelled: `progress` was.
        """
        from tui.systems.deker.sizes import disk_size, linked_size, storage_size

        directories = await self._directories("calculate_storage_size", collection_name or None)

        def work(stop: Stop) -> StorageSize:
            def told(count: int) -> None:
                stop.check()
                if progress is not None:
                    progress.advance(count)

            sizes = [linked_size(shown(os.path.basename(path)), path, stop.check, told) for path in directories]
            if on_disk:
                sizes = [disk_size(size, path, stop.check) for size, path in zip(sizes, directories, strict=True)]
            return storage_size(sizes)

        if progress is not None:
            progress.expect(None, "arrays")
        return await self._run("calculate_storage_size", work)

    async def check_integrity(
        self,
        level: int = 1,
        stop_on_error: bool = False,
        to_file: bool | str | Path = False,
        collection: str | None = None,
        *,
        progress: Progress | None = None,
        executor: Executor | None = None,
    ) -> IntegrityReport:
        """Check the storage, or one collection, and return what was found (contract §9.2).

        Levels 1 to 4 are Deker's, with all that it misses; 5 reads every chunk. Unlike Deker's, which returns nothing,
        stops at the first unreadable array, checks everything in spite of `collection`, and fails after it has
        written the file if `to_file` is True or a text.

        Args:
            level: 1 to 5.
            stop_on_error: end at the first error. Deker's default is True.
            to_file: a path for the report as text, or True for one in the working directory.
            collection: the name of the only collection that is checked.
            progress: told how many arrays are done; cancels the check.
            executor: where the checking runs, see `tui.jobs.executors`; None is a thread.

        Raises:
            InvalidInput: the level or the file cannot be used.
            NotFound: there is no such collection.
            Cancelled: the check was cancelled.
        """
        from tui.jobs.progress import Progress
        from tui.systems.deker.integrity.check import check_integrity
        from tui.systems.deker.integrity.report import write_report

        await self._run("check_integrity", lambda _: None)
        report = await check_integrity(
            self._root,
            level,
            stop_on_error=stop_on_error,
            collection=collection,
            progress=progress or Progress(),
            executor=executor,
            memory_limit=self.options.memory_limit,
        )
        if to_file:
            await self._run("check_integrity", lambda _: write_report(report, to_file))
        return report

    async def repair_plan(
        self, name: str, collection: Collection | None = None, chosen: Sequence[str] | None = None
    ) -> RepairPlan:
        """Return what a repair would do, see `tui.systems.deker.repairs`; changes nothing.

        Raises:
            NotFound: there is no such repair.
            InvalidInput: it needs a collection.
        """
        from tui.systems.deker.repairs.repairing import plan_repair

        return await self._run("repair", lambda stop: plan_repair(name, self._root, collection, stop.check, chosen))

    async def repair(
        self, name: str, collection: Collection | None = None, chosen: Sequence[str] | None = None
    ) -> tuple[RepairPlan, Record | None]:
        """Repair, and return what was planned and the record that takes it back; None if there was nothing to do.

        Raises:
            NotFound: there is no such repair.
            InvalidInput: it needs a collection.
            Conflict: a live process writes what would be repaired.
        """
        from tui.systems.deker.repairs.repairing import apply_repair

        return await self._change(
            "repair", lambda stop: apply_repair(name, self._root, collection, self._patience(stop), chosen)
        )

    async def collection_template(self, collection: Collection) -> str:
        """Return what the files tell of a collection's metadata, as JSON with marks to fill in (contract §11)."""
        from tui.systems.deker.repairs.template import template

        return await self._run("collection_template", lambda stop: template(self._root, collection, stop.check))

    async def metadata_plan(self, collection: Collection, text: str) -> RepairPlan:
        """Return what writing an edited template as the collection's metadata would do.

        Raises:
            InvalidInput: a mark is left in it, or it is not valid, or contradicts the data.
        """
        from tui.systems.deker.repairs.from_template import plan

        return await self._run("write_metadata", lambda stop: plan(self._root, collection, text, stop.check))

    async def write_metadata(self, collection: Collection, text: str) -> tuple[RepairPlan, Record]:
        """Write an edited template as the collection's metadata; return the record that takes it back.

        Raises:
            InvalidInput: as `metadata_plan`.
            Conflict: another process works on the collection.
        """
        from tui.systems.deker.repairs.from_template import plan
        from tui.systems.deker.repairs.repairing import apply_plan

        def work(stop: Stop) -> tuple[RepairPlan, Record]:
            planned = plan(self._root, collection, text, stop.check)
            return planned, apply_plan(self._root, collection, planned, self._patience(stop))

        return await self._change("write_metadata", work)

    def array_source(self, collection: Collection, entry: Entry) -> DekerArray:
        """Return an array or a VArray as something to be viewed and read piece by piece (contract §5, §8)."""
        from tui.systems.deker.reading.source import DekerArray

        limit = self.options.memory_limit
        return DekerArray(collection, entry, lambda work: self._run("read", work), limit)

    async def trash(self) -> list[Record]:
        """Return the changes that can be taken back, the newest first."""
        from tui.systems.deker.changes.engine import records

        return await self._run("trash", lambda _: records(self._root))

    async def restore(self, record_id: str) -> Record:
        """Take a change back: what it deleted returns, what it made goes.

        Raises:
            NotFound: there is no such record.
            Conflict: things were changed since; nothing is touched then.
        """
        from tui.systems.deker.changes.engine import restore

        return await self._change("restore", lambda stop: restore(self._root, record_id, stop.check))

    async def purge(self, record_id: str) -> None:
        """Delete for good what a change keeps in the trash. Raises `NotFound` if there is no such record."""
        from tui.systems.deker.changes.engine import purge

        await self._change("purge", lambda stop: purge(self._root, record_id, stop.check))

    async def finish_interrupted(self) -> list[Record]:
        """Roll back what processes that were killed left half changed; return what was rolled back."""
        from tui.systems.deker.changes.engine import finish_interrupted

        return await self._change("finish", lambda _: finish_interrupted(self._root))

    def _patience(self, stop: Stop) -> Patience:
        from tui.systems.deker.changes.holding import Patience

        options = self.options
        return Patience(stop.check, options.write_lock_timeout, options.write_lock_check_interval)

    async def _directories(self, operation: str, collection: Collection | str | None) -> list[str]:
        """Return the directories of the storage's collections, or of the one that is named."""

        def work(_: Stop) -> list[str]:
            found = [path for path, problem in tree.collection_directories(self._root) if problem is None]
            if collection is None:
                return found
            wanted = collection if isinstance(collection, str) else collection.name
            chosen = [path for path in found if shown(os.path.basename(path)) == wanted]
            if not chosen:
                message = f"there is no collection {shown(str(wanted))[:200]!r}"
                raise NotFound(SYSTEM, operation, message, "list the collections to see their names")
            return chosen

        return await self._run(operation, work)

    async def _change(self, operation: str, work: Callable[[Stop], T]) -> T:
        """Run a change in a thread. Whoever cancels it waits until it is rolled back, or learns that it was done."""
        stop = Stop()
        followed = work if self.path_log is None else self.path_log.following(work)
        task = asyncio.ensure_future(self._run(operation, followed, stop))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            stop.set()
            await asyncio.wait([task])
            if task.cancelled() or task.exception() is not None:
                raise
            # It was complete before it could be stopped: say so, or nobody could take it back.
            current = asyncio.current_task()
            if current is not None:
                current.uncancel()
            return task.result()
