"""Lock files cleared: those that dead processes left, and live ones only if they are named (contract §6, §11)."""

from __future__ import annotations

import os
from collections.abc import Collection as Names
from collections.abc import Sequence
from dataclasses import dataclass

from tui.services.errors import Conflict, NotFound
from tui.systems.deker.changes.engine import apply
from tui.systems.deker.changes.plan import Plan, Remove
from tui.systems.deker.changes.record import Record
from tui.systems.deker.format.names import SYSTEM, on_disk
from tui.systems.deker.format.stable_read import Writers, writers_now
from tui.systems.deker.locks import holders, lock_file
from tui.systems.deker.models import LockHolder
from tui.systems.deker.tree import Check

CLEARED = ("read", "varray")
"""Kinds that `clear_locks` takes away; Deker's own leaves the legacy ones and the markers, too."""


@dataclass(frozen=True, slots=True)
class Clearing:
    """What clearing found: `cleared` locks went to the trash, `spared` ones live or cannot be told from live ones.

    `record` brings the cleared ones back; None if there were none.
    """

    cleared: tuple[LockHolder, ...] = ()
    spared: tuple[LockHolder, ...] = ()
    record: Record | None = None


def chosen_locks(found: Sequence[LockHolder], named: Names[str] | None) -> tuple[list[LockHolder], list[LockHolder]]:
    """Return which of the locks are to be cleared, and which are not: stale ones, or those that are named.

    Args:
        found: the locks.
        named: paths of lock files; live ones among them are cleared too. None stands for every stale one.

    Raises:
        NotFound: a named one is not there.
        Conflict: a named one is a writer's hold on a file, which ends with its process and is no file of its own.
    """
    clearable = [lock for lock in found if lock.kind in CLEARED]
    if named is None:
        chosen = [lock for lock in clearable if lock.state == "stale"]
        return chosen, [lock for lock in clearable if lock.state != "stale"]
    flocks = [lock for lock in found if lock.kind == "flock" and lock.path in named]
    if flocks:
        message = f"process {flocks[0].pid} holds {os.path.basename(flocks[0].path)} itself, there is no file to clear"
        raise Conflict(SYSTEM, "clear_locks", message, "end that process if you are sure")
    by_path = {lock.path: lock for lock in found if lock.kind != "flock"}
    missing = [path for path in named if path not in by_path]
    if missing:
        raise NotFound(SYSTEM, "clear_locks", f"there is no lock {missing[0]}", "list the locks again")
    return [by_path[path] for path in named], [lock for lock in clearable if lock.path not in named]


def clear_locks(root: str, directories: Sequence[str], named: Names[str] | None, check: Check) -> Clearing:
    """Take lock files away, into the trash: the stale ones of these collections, or just the named ones.

    Whether a lock is stale is looked at once more right before it goes.

    Raises:
        NotFound: a named lock is not there.
        Conflict: a named one is held by a writer without a file.
        OSError: the file system refused; nothing was cleared then.
    """
    writers = writers_now()
    found = [lock for directory in directories for lock in holders(directory, writers, check)]
    chosen, spared = chosen_locks(found, named)
    if named is None:
        writers = writers_now()
        still = [lock for lock in chosen if _is_stale(lock, writers)]
        spared += [lock for lock in chosen if lock not in still]
        chosen = still
    if not chosen:
        return Clearing(spared=tuple(spared))
    title = f"clear {len(chosen)} locks" if len(chosen) > 1 else f"clear a lock of {chosen[0].collection}"
    plan = Plan("clear-locks", title, tuple(Remove(on_disk(lock.path)) for lock in chosen))
    return Clearing(tuple(chosen), tuple(spared), apply(root, plan, check))


def _is_stale(lock: LockHolder, writers: Writers) -> bool:
    now = lock_file(lock.collection, on_disk(lock.path), writers)
    return now is not None and now.state == "stale"
