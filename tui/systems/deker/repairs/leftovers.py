"""Removes what nothing of Deker's needs: stray files in the trees, temporary files of ours, empty directories."""

from __future__ import annotations

import os
import re
import stat
import time
from collections.abc import Iterator, Sequence

from tui.systems.deker.changes.plan import Remove
from tui.systems.deker.format.metadata import parse_json
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import ID, main_directory
from tui.systems.deker.format.stable_read import MARGIN, writers_now
from tui.systems.deker.locks import lock_file, process_state
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.branch import Branch, branches
from tui.systems.deker.repairs.empty_directories import empty_directories, still_empty
from tui.systems.deker.repairs.markers import looks_like_collection
from tui.systems.deker.repairs.repair_plan import Draft, RepairPlan, told
from tui.systems.deker.repairs.storage_leftovers import add_directory, add_storage_leftovers
from tui.systems.deker.tree import MAX_DEPTH, Check

NAME = "remove-leftovers"
_OURS = re.compile(r".+\.(\d{1,10})\.tmp\Z", re.DOTALL)
_NETWORK = ".nfs"
"""What the network file system keeps of a file that is deleted while open; it goes by itself."""


def plan(root: str, collection: Collection | None, check: Check, chosen: Sequence[str] | None = None) -> RepairPlan:
    """Plan to remove the leftovers of a collection, or, without one, those that lie beside the collections.

    Whatever could hold an array's data stays, with a note: a file of the right kind under a wrong name goes only where
    it claims the id of a sound array whose directory it lies in.
    """
    if collection is None:
        draft = Draft(root, NAME, "remove leftovers beside the collections", chosen)
        add_storage_leftovers(draft, root, check)
        return draft.finish()
    draft = Draft(root, NAME, f"remove leftovers of {collection.name}", chosen)
    found = branches(root, collection)
    if not looks_like_collection(found[0].directory):
        add_directory(draft, found[0].directory, check)
        return draft.finish()
    _temporary_metadata(draft, found[0].directory)
    for branch in found:
        problem = branch.problem()
        if problem:
            draft.note(problem)
            continue
        for path, is_link in _entries(branch.data, check):
            _data_entry(draft, branch, path, is_link)
        for path, is_link in _entries(branch.links, check):
            _link_entry(draft, branch, path, is_link)
        for top in (branch.data, branch.links):
            for path, changed in empty_directories(top, check):
                if not draft.wants_within(path):
                    continue
                if changed > time.time() - MARGIN:
                    # A creation makes its directories before its file.
                    draft.note(f"{told(path)} is left alone: it was made a moment ago; look again")
                else:
                    draft.rest_on_condition(lambda path=path: still_empty(path))
                    draft.remove(Remove(path, why="an empty directory", prune=top))
    return draft.finish()


def temporary_problem(path: str) -> str | None:
    """Return why a temporary file may not go, None if it may or if it is none of ours."""
    match = _OURS.match(os.path.basename(path))
    if match is None:
        return None
    try:
        made = os.lstat(path).st_mtime
    except OSError as error:
        return error.strerror
    state = process_state(int(match[1]), made)
    return None if state == "stale" else f"process {match[1]}, which may be writing it, is {state}"


def _temporary_metadata(draft: Draft, directory: str) -> None:
    """Add what is left in the collection's own directory of metadata that were being written."""
    try:
        names = sorted(os.listdir(directory))
    except OSError:
        return
    for name in names:
        path = f"{directory}/{name}"
        if _OURS.match(name) and draft.wants(path) and os.path.isfile(path) and not os.path.islink(path):
            _remove(draft, path, "", "a temporary file that was never finished")


def _entries(top: str, check: Check) -> Iterator[tuple[str, bool]]:
    """Yield every entry of a tree that is no directory, and whether it is a symbolic link."""
    waiting = [(top, 0)]
    while waiting:
        check()
        path, depth = waiting.pop()
        below: list[str] = []
        found: list[tuple[str, bool]] = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.path)
                    else:
                        found.append((entry.path, entry.is_symlink()))
        except OSError:
            continue
        yield from sorted(found)
        if depth < MAX_DEPTH:
            waiting.extend((each, depth + 1) for each in sorted(below, reverse=True))


def _data_entry(draft: Draft, branch: Branch, path: str, is_link: bool) -> None:
    directory, _, name = path.rpartition("/")
    identity = name.removesuffix(branch.suffix)
    is_data = name.endswith(branch.suffix)
    if is_data and ID.match(identity) and path == branch.path_of(identity):
        return
    if name.startswith(_NETWORK) or not draft.wants(path, identity):
        return
    if is_link:
        if is_data or os.path.isdir(path):
            draft.note(f"{told(path)} is left alone: data may lie behind this symbolic link")
        else:
            _remove(draft, path, branch.data, "a stray symbolic link")
    elif is_data:
        problem = _copy_problem(branch, directory, path)
        if problem:
            draft.note(f"{told(path)} is left alone: {problem}")
        else:
            draft.rest_on(branch.path_of(_identity_of(branch, directory)))
            _remove(draft, path, branch.data, "a copy beside the array of the same id")
    elif lock_file("", path, writers_now()) is None:
        _remove(draft, path, branch.data, "a stray file")


def _link_entry(draft: Draft, branch: Branch, path: str, is_link: bool) -> None:
    name = os.path.basename(path)
    if name.endswith(branch.suffix) or name.startswith(_NETWORK) or not draft.wants(path):
        return
    if is_link and os.path.isdir(path):
        draft.note(f"{told(path)} is left alone: links may lie behind this symbolic link")
        return
    _remove(draft, path, branch.links, "a stray symbolic link" if is_link else "a stray file")


def _remove(draft: Draft, path: str, top: str, why: str) -> None:
    try:
        status = os.lstat(path)
    except OSError:
        return
    problem = temporary_problem(path)
    if not stat.S_ISREG(status.st_mode) and not stat.S_ISLNK(status.st_mode):
        problem = "it is neither a file nor a link"
    elif problem is None and status.st_mtime > time.time() - MARGIN:
        problem = "it changed a moment ago; look again"
    if problem:
        draft.note(f"{told(path)} is left alone: {problem}")
        return
    if _OURS.match(os.path.basename(path)):
        draft.rest_on_condition(lambda: temporary_problem(path))
        why = "a temporary file that was never finished"
    draft.remove(Remove(path, why=why, prune=top))


def _identity_of(branch: Branch, directory: str) -> str:
    """Return the id whose file belongs into a directory of the data tree, "" if none does."""
    parts = directory[len(branch.data) + 1 :].split("/")
    identity = f"{''.join(parts[:8])}-{parts[8]}" if len(parts) == 9 else ""
    return identity if ID.match(identity) and main_directory(identity) == "/".join(parts) else ""


def _copy_problem(branch: Branch, directory: str, path: str) -> str | None:
    """Return why a data file under a wrong name may be more than a copy, None if it is one."""
    identity = _identity_of(branch, directory)
    if not identity:
        return "it may be the data of an array that was moved"
    main = branch.path_of(identity)
    if not os.path.isfile(main) or os.path.islink(main):
        return f"it may be the data of {identity}, whose file is missing"
    writers = writers_now()
    for place, what in ((main, "the array's own file"), (path, "it")):
        content = branch.content(place, writers)
        if content.raw is None:
            return f"{what} cannot be read: {content.problem or 'it has no attributes'}"
        try:
            found = parse_json(content.raw, "its attributes")
        except Defect as defect:
            return f"{what}: {defect}"
        if not isinstance(found, dict) or found.get("id") != identity:
            return f"{what} is of another id"
    return None
