"""The integrity check of a storage (contract §9)."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import Executor
from datetime import UTC, datetime

from tui.jobs.progress import Progress
from tui.services.errors import Cancelled, InvalidInput
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.integrity.report import OPERATION, Ended, IntegrityReport, in_order
from tui.systems.deker.integrity.run import FirstError, Run
from tui.systems.deker.storage import service_error

LEVELS = (1, 2, 3, 4, 5)


async def check_integrity(
    root: str,
    level: int = 1,
    *,
    stop_on_error: bool = False,
    collection: str | None = None,
    progress: Progress,
    executor: Executor | None = None,
    memory_limit: int = 0,
) -> IntegrityReport:
    """Check the storage at `root`, or one collection of it, and return what was found (contract §9).

    Level 1 looks at the collections and their markers; 2 at locks, names, and every array's file by its header and
    attributes; 3 compares links and data files; 4 reads the last cell of every array, 5 every cell, of which at most
    `memory_limit` bytes at once (0 is no limit). Each level includes those below. Nothing is created or changed.

    With `stop_on_error` it ends at the first finding that is an error. When `progress` is cancelled, what was found so
    far comes back as an incomplete report; whoever runs it as a job should then end the job as cancelled.

    Bulk work runs in `executor`, if it is given and there is enough of it, else in a thread.

    Raises:
        InvalidInput: a parameter cannot be used.
        NotFound: there is no storage, or no collection of that name.
        PermissionDenied, Unavailable: the storage's directory cannot be read.
    """
    _check_parameters(level, stop_on_error, collection, memory_limit)
    started, began = datetime.now(UTC), time.monotonic()
    run = Run(root, level, stop_on_error, collection, progress, executor, memory_limit)
    ended: Ended = "done"
    try:
        await run.all()
    except FirstError:
        ended = "first error"
    except Cancelled:
        ended = "cancelled"
    except asyncio.CancelledError:
        # Whoever cancels a job cancels its progress first, and then gets what there is.
        if not progress.is_cancelled:
            raise
        ended = "cancelled"
    except OSError as error:
        raise service_error(error, OPERATION) from error
    findings = await asyncio.to_thread(in_order, run.findings)
    return IntegrityReport(
        root=root,
        level=level,
        collection=collection,
        started=started,
        seconds=time.monotonic() - began,
        collections=run.collections,
        arrays=run.arrays,
        ended=ended,
        findings=findings,
    )


def _check_parameters(level: object, stop_on_error: object, collection: object, memory_limit: object) -> None:
    def refuse(message: str) -> InvalidInput:
        return InvalidInput(SYSTEM, OPERATION, message)

    if isinstance(level, bool) or not isinstance(level, int) or level not in LEVELS:
        raise refuse(f"level: give a whole number from {LEVELS[0]} to {LEVELS[-1]}, not {str(level)[:40]}")
    if not isinstance(stop_on_error, bool):
        raise refuse("stop_on_error: give true or false")
    if collection is not None and (not isinstance(collection, str) or not collection):
        raise refuse("collection: give a name, or nothing for all")
    if isinstance(memory_limit, bool) or not isinstance(memory_limit, int) or memory_limit < 0:
        raise refuse("memory_limit: give a number of bytes, 0 for no limit")
