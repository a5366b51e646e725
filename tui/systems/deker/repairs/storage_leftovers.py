"""Leftovers beside the collections: stray files, and the empty directories of creations that failed (contract §3.2)."""

from __future__ import annotations

import os
import stat
import time

from tui.systems.deker.changes.plan import Remove
from tui.systems.deker.format.stable_read import MARGIN
from tui.systems.deker.repairs.markers import looks_like_collection, marker_problem
from tui.systems.deker.repairs.repair_plan import Draft, told
from tui.systems.deker.tree import Check


def add_storage_leftovers(draft: Draft, root: str, check: Check) -> None:
    """Add the removal of what lies in `collections` and is neither a collection nor a marker."""
    top = os.path.join(root, "collections")
    try:
        names = sorted(os.listdir(top))
    except FileNotFoundError:
        return
    for name in names:
        check()
        path = f"{top}/{name}"
        if not draft.wants(path, name):
            continue
        try:
            status = os.lstat(path)
        except OSError:
            continue
        if stat.S_ISDIR(status.st_mode):
            if not looks_like_collection(path):
                add_directory(draft, path, check)
        elif stat.S_ISREG(status.st_mode):
            if not name.endswith(".lock") and not name.startswith(".nfs"):
                _file(draft, path, status.st_mtime)
        else:
            draft.note(f"{told(path)} is left alone: it is neither a file nor a directory")


def _file(draft: Draft, path: str, changed: float) -> None:
    if changed > time.time() - MARGIN:
        draft.note(f"{told(path)} is left alone: it changed a moment ago; look again")
    else:
        draft.remove(Remove(path, why="a stray file"))


def add_directory(draft: Draft, path: str, check: Check) -> None:
    """Add the removal of a directory that is no collection, with its marker, if nothing is in it."""
    problem = _husk_problem(path, check)
    marker = f"{path}.lock"
    if problem is None and os.path.lexists(marker):
        problem = marker_problem(marker)
    if problem:
        draft.note(f"{told(path)} is left alone: {problem}")
        return
    draft.rest_on_condition(lambda: _husk_problem(path, lambda: None))
    draft.remove(Remove(path, why="what a failed creation left; Deker cannot list the storage because of it"))
    if os.path.lexists(marker):
        draft.rest_on_condition(lambda: marker_problem(marker))
        draft.remove(Remove(marker, why="the marker of that directory"))


def _husk_problem(path: str, check: Check) -> str | None:
    """Return why a directory is more than a failed creation leaves, which is directories and markers; else None.

    A name with a slash leaves such a nest (contract §3.2).
    """
    waiting = [path]
    while waiting:
        check()
        directory = waiting.pop()
        try:
            if os.lstat(directory).st_mtime > time.time() - MARGIN:
                return "it was made a moment ago; look again"
            with os.scandir(directory) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    elif not entry.name.endswith(".lock"):
                        return "it is no collection, and not empty"
                    elif problem := marker_problem(entry.path):
                        return problem
        except OSError as error:
            return error.strerror or "it cannot be read"
    return None
