"""The empty lock markers beside the collections: those that are missing, and those without a collection (§6, §11)."""

from __future__ import annotations

import os
import stat
import time
from collections.abc import Sequence

from tui.systems.deker.changes.plan import Put, Remove
from tui.systems.deker.format.names import name_problem, shown
from tui.systems.deker.format.stable_read import MARGIN, mount_device, writers_now
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.branch import collection_directory
from tui.systems.deker.repairs.repair_plan import Draft, RepairPlan, told
from tui.systems.deker.tree import Check

RESTORE = "restore-lock-marker"
REMOVE_ORPHAN = "remove-orphan-marker"
_PARTS = ("array_data", "array_symlinks", "varray_data", "varray_symlinks")


def plan_restoring(root: str, collection: Collection, check: Check, chosen: Sequence[str] | None = None) -> RepairPlan:
    """Plan the collection's lock marker, an empty file, if it is missing."""
    draft = Draft(root, RESTORE, f"restore the lock marker of {collection.name}", chosen)
    directory = collection_directory(root, collection)
    marker, name = f"{directory}.lock", os.path.basename(directory)
    check()
    if not draft.wants(collection.name, directory, marker):
        return draft.finish()
    if os.path.lexists(marker):
        if not os.path.isfile(marker) or os.path.islink(marker):
            draft.note(f"{told(marker)} is left alone: something else stands where the marker should be")
        return draft.finish()
    problem = name_problem(shown(name))
    if problem:
        draft.note(f"{told(name)} is left alone: {problem}")
    elif looks_like_collection(directory):
        draft.put(Put(marker, content=b"", why="Deker locks it to create and clear"))
    else:
        draft.note(f"{told(directory)} is no collection")
    return draft.finish()


def plan_removing(
    root: str, collection: Collection | None, check: Check, chosen: Sequence[str] | None = None
) -> RepairPlan:
    """Plan to remove the lock markers that belong to no collection, except one that a process holds."""
    draft = Draft(root, REMOVE_ORPHAN, "remove lock markers without a collection", chosen)
    top = os.path.join(root, "collections")
    for name in sorted(_names(top)):
        check()
        path = f"{top}/{name}"
        owner = path.removesuffix(".lock")
        if not name.endswith(".lock") or os.path.lexists(owner) or not draft.wants(path, name, os.path.basename(owner)):
            continue
        if collection is not None and owner != os.path.join(top, collection.name):
            continue
        remove_marker(draft, path, owner)
    return draft.finish()


def looks_like_collection(directory: str) -> bool:
    """Whether a directory holds anything that a collection has; its metadata may be missing."""
    parts = (f"{os.path.basename(directory)}.json", *_PARTS)
    return any(os.path.lexists(f"{directory}/{part}") for part in parts)


def remove_marker(draft: Draft, path: str, owner: str) -> None:
    """Add the removal of a marker, or a note on why it stays."""
    problem = marker_problem(path)
    if problem:
        draft.note(f"{told(path)} is left alone: {problem}")
        return
    draft.rest_on(owner)
    draft.rest_on_condition(lambda: marker_problem(path))
    draft.remove(Remove(path, why="there is no such collection"))


def marker_problem(path: str) -> str | None:
    """Return why a marker without a collection may not go, None if it may. A creation begins with its marker."""
    try:
        status = os.lstat(path)
    except OSError as error:
        return error.strerror
    if not stat.S_ISREG(status.st_mode):
        return "it is no file"
    if status.st_size:
        return "it is not empty, so it is no marker"
    pid = writers_now().pid_of(status, mount_device(os.path.realpath(path)))
    if pid is not None:
        return f"process {pid} holds it"
    if status.st_mtime > time.time() - MARGIN:
        return "it was made a moment ago; look again"
    return None


def _names(top: str) -> list[str]:
    try:
        return os.listdir(top)
    except FileNotFoundError:
        return []
