"""The engine of changes: applies a plan, takes it back, and rolls back what a killed process left half done.

What a change takes away goes to the trash by renaming, and what it makes is prepared there and renamed into place. The
record is on disk before the first step, and says at every moment how to get back. All of this blocks.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import Any

from tui.services.errors import Conflict, DataCorrupt, InvalidInput, NotFound
from tui.systems.deker.changes.path_log import tell
from tui.systems.deker.changes.placing import appear, check_place, is_same, missing_top, prune, take_place
from tui.systems.deker.changes.plan import Plan, Put, Step, line_of
from tui.systems.deker.changes.record import (
    Kept,
    NeedRecord,
    Record,
    StepRecord,
    digest_of,
    discard,
    load,
    new_record_directory,
    no_such_record,
    public,
    save,
    stamp_of,
    trash_of,
    working_on,
)
from tui.systems.deker.format.names import SYSTEM, shown
from tui.systems.deker.tree import Check

_ABANDONED = 60.0
"""Seconds after which a directory without a record, which a killed process was about to fill, is cleared away."""

_LOOK = 1.0
"""Seconds within which a process that only looks whether a change was interrupted lets go of it."""


def apply(root: str, plan: Plan, check: Check) -> Record:
    """Make the change, or nothing of it.

    Raises:
        Conflict: something is where something is to be made.
        NotFound: what is to be removed or replaced is not there.
        InvalidInput: a path lies outside of the storage, or behind a symbolic link.
        Cancelled: `check` raised; nothing is changed then.
        OSError: the file system refused; nothing is changed then.
    """
    for step in plan.steps:
        check_place(root, step.path)
    directory = new_record_directory(root)
    with ExitStack() as held:
        held.enter_context(working_on(directory, is_new=True))
        made_at, needs = datetime.now(UTC).isoformat(), _needs(root, plan)
        kept = Kept(os.path.basename(directory), plan.kind, plan.title, made_at, "applying", needs=needs)
        try:
            kept = kept.with_state("applying", _prepare(root, directory, plan, check, held))
            save(directory, kept)
            for step, made in zip(plan.steps, kept.steps, strict=True):
                check()
                _make(root, directory, step, made)
                tell(line_of(step, root))
            save(directory, kept.with_state("applied"))
        except BaseException:
            _take_back(root, directory, kept)
            raise
        return public(directory, kept.with_state("applied"))


def restore(root: str, record_id: str, check: Check) -> Record:
    """Take a change back: what it made goes, what it took away comes back.

    Raises:
        Conflict: what it made was changed since, or something is where it took something away; nothing is changed then.
        NotFound: there is no such record.
        DataCorrupt: the record is damaged, or what it kept is not there any more.
    """
    directory = _directory(root, record_id)
    with working_on(directory, patience=_LOOK):
        kept = load(directory)
        if kept is None:
            raise no_such_record(record_id)
        for step in kept.steps:
            check()
            check_place(root, os.path.join(root, step.path))
            if kept.state == "applied":
                _check_unchanged(root, directory, step)
        for need in kept.needs if kept.state == "applied" else ():
            _check_need(root, need)
        found = public(directory, kept)
        save(directory, kept.with_state("restoring"))
        _take_back(root, directory, kept)
        return found


def purge(root: str, record_id: str, check: Check) -> None:
    """Delete for good what a change took away. This writes nothing, so that it works on a full disk.

    Raises:
        NotFound: there is no such record.
        Conflict: another process works on it.
    """
    directory = _directory(root, record_id)
    check()
    with working_on(directory, patience=_LOOK):
        discard(directory)
        tell(f"delete for good: {shown(os.path.relpath(directory, root))}")


def records(root: str) -> list[Record]:
    """Return the changes that can be taken back, the newest first; damaged records are left out."""
    found: list[Record] = []
    for directory in _directories(root):
        try:
            kept = load(directory)
        except DataCorrupt:
            continue
        if kept is not None:
            found.append(public(directory, kept))
    return found


def finish_interrupted(root: str) -> list[Record]:
    """Roll back the changes, and complete the restorations and purges, of processes that were killed meanwhile.

    Returns what was rolled back or restored. A change that another process is making is left alone.
    """
    finished: list[Record] = []
    for directory in _directories(root):
        try:
            # What is complete is not even held for the look: somebody may be about to take it back.
            if _is_applied(directory):
                continue
            with working_on(directory):
                kept = load(directory)
                if kept is None:
                    if os.stat(directory).st_mtime < time.time() - _ABANDONED or _is_prepared(directory):
                        discard(directory)
                elif kept.state != "applied":
                    found = public(directory, kept)
                    _take_back(root, directory, kept)
                    finished.append(found)
        except NotFound:
            _clear_abandoned(directory)
        except (Conflict, DataCorrupt, InvalidInput, OSError):
            # It stays for another time: who may not write here may still read.
            continue
    return finished


def _is_applied(directory: str) -> bool:
    kept = load(directory)
    return kept is not None and kept.state == "applied"


def _clear_abandoned(directory: str) -> None:
    """Remove an empty directory that a killed process was about to fill, or had emptied."""
    with suppress(OSError):
        if os.lstat(directory).st_mtime < time.time() - _ABANDONED:
            os.rmdir(directory)


def _prepare(root: str, directory: str, plan: Plan, check: Check, held: ExitStack) -> list[StepRecord]:
    os.mkdir(os.path.join(directory, "new"))
    os.mkdir(os.path.join(directory, "kept"))
    made: list[StepRecord] = []
    for number, step in enumerate(plan.steps):
        check()
        made.append(_prepared(root, directory, step, f"{number:06}", held))
    return made


def _prepared(root: str, directory: str, step: Step, number: str, held: ExitStack) -> StepRecord:
    place = os.path.relpath(step.path, root)
    if not isinstance(step, Put):
        os.lstat(step.path)
        pruned = os.path.relpath(step.prune, root) if step.prune else ""
        beside = _beside(step.path) if step.alone else None
        return StepRecord(place, kept=f"kept/{number}", prune=pruned, beside=beside)
    is_there = os.path.lexists(step.path)
    if is_there and not step.replaces:
        raise Conflict(SYSTEM, "change", f"{shown(step.path)} is there already", "refresh and look again")
    new = os.path.join(directory, "new", number)
    _write(step, new)
    if step.holds:
        descriptor = os.open(new, os.O_RDWR | os.O_CLOEXEC)
        held.callback(os.close, descriptor)
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    top = missing_top(step.path)
    return StepRecord(
        place,
        new=f"new/{number}",
        kept=f"kept/{number}" if is_there else None,
        top=None if top is None else os.path.relpath(top, root),
        stamp=stamp_of(new),
    )


def _write(step: Put, new: str) -> None:
    if step.link is not None:
        os.symlink(step.link, new)
    elif step.prepare is not None:
        step.prepare(new)
    else:
        with open(new, "wb") as file:
            file.write(step.content or b"")


def _make(root: str, directory: str, step: Step, made: StepRecord) -> None:
    check_place(root, step.path)
    if not isinstance(step, Put):
        os.rename(step.path, os.path.join(directory, made.kept or ""))
        if step.prune:
            prune(step.path, step.prune)
        return
    new = os.path.join(directory, made.new or "")
    if made.kept is None:
        appear(new, step.path)
    else:
        take_place(new, step.path, os.path.join(directory, made.kept))


def _check_unchanged(root: str, directory: str, step: StepRecord) -> None:
    path = os.path.join(root, step.path)
    hint = "take back the later change first, or put things right by hand"
    if step.kept is not None and not os.path.lexists(os.path.join(directory, step.kept)):
        raise DataCorrupt(SYSTEM, "restore", f"the trash has lost {shown(step.path)}")
    if step.new is None:
        if os.path.lexists(path):
            raise Conflict(SYSTEM, "restore", f"{shown(step.path)} is there again", hint)
        appeared = set(_beside(path)).difference(step.beside) if step.beside is not None else ()
        if appeared:
            place = shown(os.path.join(os.path.dirname(step.path), min(appeared)))
            raise Conflict(SYSTEM, "restore", f"{place} has taken its place since", hint)
        return
    try:
        now = stamp_of(path)
    except FileNotFoundError:
        now = None
    if now != step.stamp:
        what = "is gone" if now is None else "was changed since"
        raise Conflict(SYSTEM, "restore", f"{shown(step.path)} {what}", hint)


def _beside(path: str) -> list[str]:
    """Return the names in the directory of `path` but its own; none if there is no directory."""
    try:
        return sorted(name for name in os.listdir(os.path.dirname(path)) if name != os.path.basename(path))
    except FileNotFoundError:
        return []


def _needs(root: str, plan: Plan) -> list[NeedRecord]:
    """Return what the plan needs to be taken back, as far as it is there now."""
    return [
        NeedRecord(os.path.relpath(need.path, root), digest_of(need.path) if need.unchanged else None)
        for need in plan.needs
        if os.path.isfile(need.path)
    ]


def _check_need(root: str, need: NeedRecord) -> None:
    path = os.path.join(root, need.path)
    hint = "take back the later change first, or put things right by hand"
    if not os.path.isfile(path):
        raise Conflict(SYSTEM, "restore", f"{shown(need.path)} is gone, to which it belongs", hint)
    if need.digest is not None and digest_of(path) != need.digest:
        raise Conflict(SYSTEM, "restore", f"{shown(need.path)} was changed since, to which it belongs", hint)


def _take_back(root: str, directory: str, kept: Kept) -> None:
    """Undo each step that was made, the last first; a step that was not, or was undone, is passed over.

    What somebody else has changed meanwhile is left as it is. The record stays then, so that nothing is lost.
    """
    is_complete = True
    for step in reversed(kept.steps):
        path = os.path.join(root, step.path)
        check_place(root, path)
        before = os.path.join(directory, step.kept) if step.kept is not None else None
        if step.new is None:
            is_complete = (before is None or _return(path, before)) and is_complete
        elif before is not None:
            is_complete = _give_back(path, before, step.stamp) and is_complete
        else:
            is_complete = _withdraw(path, os.path.join(directory, step.new), step.stamp) and is_complete
        tell(f"take back: {shown(step.path)}")
        if step.top is not None:
            prune(path, os.path.dirname(os.path.join(root, step.top)))
    if is_complete:
        discard(directory)
    else:
        save(directory, kept.with_state("applied", [step for step in kept.steps if _is_held(directory, step)]))


def _withdraw(path: str, new: str, stamp: Any) -> bool:
    """Take away what a step put at `path`, where nothing was before; False if it is another thing now."""
    if os.path.lexists(new):
        if is_same(new, path):
            os.unlink(path)
        return True
    if os.path.lexists(path):
        if stamp_of(path) != stamp:
            return False
        os.rename(path, new)
    return True


def _give_back(path: str, before: str, stamp: Any) -> bool:
    """Put what a step replaced back in its place; False if another thing is there now."""
    if not os.path.lexists(before):
        return True
    if is_same(before, path):
        os.unlink(before)
        return True
    if os.path.lexists(path) and stamp_of(path) != stamp:
        return False
    os.rename(before, path)
    return True


def _return(path: str, before: str) -> bool:
    """Put back what a step took away; False if its place is taken."""
    if not os.path.lexists(before):
        return True
    try:
        appear(before, path)
    except Conflict:
        if not is_same(before, path):
            return False
        os.unlink(before)
    return True


def _is_held(directory: str, step: StepRecord) -> bool:
    return step.kept is not None and os.path.lexists(os.path.join(directory, step.kept))


def _is_prepared(directory: str) -> bool:
    """Whether the process that made the directory came as far as to fill it; it is dead, or it would hold the lock."""
    return os.path.isdir(os.path.join(directory, "new"))


def _directory(root: str, record_id: str) -> str:
    directory = os.path.join(trash_of(root), record_id)
    is_name = os.path.basename(record_id) == record_id and record_id not in ("", ".", "..")
    if not is_name or os.path.islink(trash_of(root)) or os.path.islink(directory) or not os.path.isdir(directory):
        raise no_such_record(record_id)
    return directory


def _directories(root: str) -> list[str]:
    trash = trash_of(root)
    if os.path.islink(trash):
        return []
    try:
        with os.scandir(trash) as entries:
            found = [entry.path for entry in entries if entry.is_dir(follow_symlinks=False)]
    except FileNotFoundError:
        return []
    return sorted(found, reverse=True)
