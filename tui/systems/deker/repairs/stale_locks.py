"""Removes lock files that were left by processes which are gone, and never one of a live process (contract §6, §11)."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from tui.systems.deker.changes.plan import Remove
from tui.systems.deker.format.names import shown
from tui.systems.deker.format.stable_read import MARGIN, writers_now
from tui.systems.deker.locks import lock_file
from tui.systems.deker.models import Collection, LockHolder
from tui.systems.deker.repairs.branch import collection_directory
from tui.systems.deker.repairs.repair_plan import Draft, RepairPlan, told
from tui.systems.deker.tree import Check, lock_files

NAME = "remove-stale-locks"


def plan(root: str, collection: Collection, check: Check, chosen: Sequence[str] | None = None) -> RepairPlan:
    """Plan to remove the stale lock files of a collection; each is looked at again by the plan's `recheck`."""
    draft = Draft(root, NAME, f"remove the stale locks of {collection.name}", chosen)
    directory = collection_directory(root, collection)
    writers = writers_now()
    oldest = oldest_process()
    for path in lock_files(directory, check):
        holder = lock_file(collection.name, path, writers)
        if holder is None or not draft.wants(path, holder.array):
            continue
        problem = _problem(path, holder, oldest)
        if problem:
            draft.note(f"{told(os.path.basename(path))} is left alone: {problem}")
            continue
        tree = path[: len(directory) + 1] + path[len(directory) + 1 :].split("/", 1)[0]
        if draft.remove(Remove(path, why=_why(holder), prune=tree)):
            draft.rest_on_condition(lambda path=path: _look_again(path))
    return draft.finish()


def oldest_process() -> float | None:
    """Return when the oldest running process began, in seconds since the epoch; None where that cannot be told."""
    if not sys.platform.startswith("linux"):
        return None
    try:
        with open("/proc/stat", encoding="ascii", errors="replace") as lines:
            boot = next(float(line.split()[1]) for line in lines if line.startswith("btime "))
        pids = [name for name in os.listdir("/proc") if name.isdecimal()]
    except (OSError, StopIteration, ValueError, IndexError):
        return None
    ticks: list[float] = []
    for pid in pids:
        try:
            with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
                ticks.append(int(file.read().rpartition(")")[2].split()[19]))
        except (OSError, ValueError, IndexError):
            continue
    return boot + min(ticks) / os.sysconf("SC_CLK_TCK") if ticks else None


def _problem(path: str, holder: LockHolder, oldest: float | None) -> str | None:
    """Return why a lock may not go, None if it is stale."""
    if holder.kind == "legacy":
        # It names no process, so every running one might have made it.
        if oldest is None:
            return "it names no process, and this system does not tell since when its processes run"
        try:
            is_old = os.lstat(path).st_mtime < oldest - MARGIN
        except OSError as error:
            return error.strerror
        return None if is_old else "it names no process, and is younger than one that runs"
    if holder.state == "alive":
        return f"process {holder.pid} is alive"
    return None if holder.state == "stale" else f"whether process {holder.pid} is alive cannot be told"


def _look_again(path: str) -> str | None:
    holder = lock_file("", path, writers_now())
    if holder is None:
        return f"{shown(os.path.basename(path))} is gone"
    problem = _problem(path, holder, oldest_process() if holder.kind == "legacy" else None)
    return problem and f"{told(os.path.basename(path))}: {problem}"


def _why(holder: LockHolder) -> str:
    if holder.kind == "legacy":
        return "older than every running process"
    what = "a reader" if holder.kind == "read" else "a VArray writer"
    return f"left by {what}, process {holder.pid}, which is gone"
