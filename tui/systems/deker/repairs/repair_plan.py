"""What a repair would change, gathered step by step, with what it leaves alone and why."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tui.services.errors import Conflict, InvalidInput
from tui.services.printable import printable
from tui.systems.deker.changes.placing import check_place
from tui.systems.deker.changes.plan import Plan, Put, Remove, Step
from tui.systems.deker.format.names import SYSTEM, shown

Mark = tuple[str | int, ...] | None
"""What a path held when the plan was made, None for nothing: kind and whatever tells that it changed."""

Condition = Callable[[], str | None]
"""Looks again at something that the plan rests on; returns why it holds no longer, None if it does."""

_NOTES = 200


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """A plan, and `notes`: a line for each thing that was found and is left alone, saying why.

    `holds` are the data files to hold while the plan is applied. `marks` and `conditions` are what it rests on.
    """

    plan: Plan
    notes: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    marks: tuple[tuple[str, Mark], ...] = ()
    conditions: tuple[Condition, ...] = ()

    def recheck(self) -> None:
        """See that everything is as it was when the plan was made; to be called with the files held, before applying.

        Raises:
            Conflict: something changed, such as a file that was written or a stale lock's process number in use again.
        """
        hint = "make the plan again"
        for path, mark in self.marks:
            if mark_of(path) != mark:
                raise Conflict(SYSTEM, "repair", f"{told(path)} changed since the plan was made", hint)
        for condition in self.conditions:
            problem = condition()
            if problem:
                raise Conflict(SYSTEM, "repair", problem, hint)


def files_to_hold(repair: RepairPlan) -> list[str]:
    """Return the existing data files that a plan replaces or whose links it changes, in a fixed order."""
    return [path for path in repair.holds if os.path.isfile(path) and not os.path.islink(path)]


def mark_of(path: str) -> Mark:
    """Return what is at `path` now. A file's lock does not change it; a file that appears in a directory does."""
    try:
        status = os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    if stat.S_ISLNK(status.st_mode):
        return ("link", os.readlink(path))
    kind = "directory" if stat.S_ISDIR(status.st_mode) else "file"
    return (kind, status.st_ino, status.st_size, status.st_mtime_ns)


def told(text: str, limit: int = 300) -> str:
    """Return a path or another foreign text fit for a line that a person reads."""
    return printable(shown(text), limit)


class Draft:
    """Gathers a repair's steps and notes. `title` is what a person reads in the trash's list."""

    def __init__(self, root: str, kind: str, title: str, chosen: Iterable[str] | None = None) -> None:
        self.root = root
        self._kind = kind
        self._title = told(title)
        self._chosen = None if chosen is None else set(chosen)
        self._makes: list[Step] = []
        self._removes: list[Step] = []
        self._notes: list[str] = []
        self._unsaid = 0
        self._holds: dict[str, None] = {}
        self._marks: dict[str, Mark] = {}
        self._conditions: list[Condition] = []
        self._places: dict[str, str | None] = {}

    @property
    def is_restricted(self) -> bool:
        """Whether only some things were chosen."""
        return self._chosen is not None

    def wants(self, *names: str | None) -> bool:
        """Whether something with these names (keys, ids, paths) was chosen; all is, if nothing was said."""
        if self._chosen is None:
            return True
        return any(name in self._chosen or shown(name) in self._chosen for name in names if name is not None)

    def wants_within(self, directory: str) -> bool:
        """Whether a directory, or a path below it, was chosen; all is, if nothing was said."""
        if self._chosen is None or self.wants(directory):
            return True
        return any(name.startswith((f"{directory}/", f"{shown(directory)}/")) for name in self._chosen)

    def note(self, text: str) -> None:
        """Say that something is left alone, and why."""
        if len(self._notes) < _NOTES:
            self._notes.append(printable(text, 600))
        else:
            self._unsaid += 1

    def hold(self, path: str) -> None:
        """Name a data file that has to be held while the plan is applied."""
        self._holds[path] = None

    def rest_on(self, path: str) -> None:
        """Let the plan rest on what is at `path` now."""
        self._marks.setdefault(path, mark_of(path))

    def rest_on_condition(self, condition: Condition) -> None:
        """Let the plan rest on something that has to be looked at again."""
        self._conditions.append(condition)

    def put(self, step: Put) -> bool:
        """Add something to be made; where that is not possible a note says why, and False comes back."""
        if not self._is_free(step.path):
            return False
        self.rest_on(step.path)
        self._makes.append(step)
        return True

    def remove(self, step: Remove) -> bool:
        """Add something to be moved to the trash, after all that is made; else as `put`."""
        if not self._is_free(step.path):
            return False
        self.rest_on(step.path)
        self._removes.append(step)
        return True

    def finish(self) -> RepairPlan:
        """Return the plan."""
        notes = tuple(self._notes)
        if self.is_restricted and not (notes or self._makes or self._removes):
            notes = ("there is nothing that this repair could do for what was chosen",)
        if self._unsaid:
            notes += (f"and {self._unsaid:,} more of the kind",)
        plan = Plan(self._kind, self._title, (*self._makes, *self._removes))
        return RepairPlan(plan, notes, tuple(self._holds), tuple(self._marks.items()), tuple(self._conditions))

    def _is_free(self, path: str) -> bool:
        parent = os.path.dirname(path)
        if parent not in self._places:
            self._places[parent] = self._place_problem(path)
        problem = self._places[parent]
        if problem:
            self.note(f"{told(path)} is left alone: {problem}")
        return problem is None

    def _place_problem(self, path: str) -> str | None:
        """Return why nothing may be changed in the directory of `path`, None if it may."""
        try:
            check_place(self.root, path)
        except InvalidInput as error:
            return printable(error.message)
        parent = os.path.dirname(path)
        while not os.path.lexists(parent):
            parent = os.path.dirname(parent)
        return None if os.path.isdir(parent) else f"{told(parent)} is no directory"
