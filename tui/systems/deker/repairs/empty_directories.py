"""Directories in which there is nothing but directories, as failed creations and deletions leave them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field

from tui.systems.deker.repairs.repair_plan import told
from tui.systems.deker.tree import Check


@dataclass(slots=True)
class _Level:
    path: str
    below: list[str]
    holds_something: bool
    newest: float
    empty: list[tuple[str, float]] = field(default_factory=list[tuple[str, float]])


def empty_directories(top: str, check: Check) -> Iterator[tuple[str, float]]:
    """Yield the uppermost directories below `top` that hold nothing but empty ones, and when the newest of each was
    last changed. Symbolic links are not followed, and are something.
    """
    first = _level(top)
    levels = [first] if first is not None else []
    while levels:
        check()
        level = levels[-1]
        if level.below:
            name = level.below.pop()
            inner = _level(f"{level.path}/{name}")
            if inner is None:
                level.holds_something = True
            else:
                levels.append(inner)
            continue
        levels.pop()
        if level.holds_something or not levels:
            yield from level.empty
            if levels:
                levels[-1].holds_something = True
        else:
            newest = max([level.newest, *(moment for _, moment in level.empty)])
            levels[-1].empty.append((level.path, newest))


def is_empty(path: str, check: Check) -> float | None:
    """Return when a directory with nothing but empty ones in it last changed, None if it holds something."""
    first = _level(path)
    if first is None or first.holds_something:
        return None
    below = dict(empty_directories(path, check))
    if below.keys() != {f"{path}/{name}" for name in first.below}:
        return None
    return max([first.newest, *below.values()])


def still_empty(path: str) -> str | None:
    """Return that something is in the directory now, None if it is empty still."""
    is_still = is_empty(path, lambda: None) is not None
    return None if is_still else f"{told(path)} is not empty any more"


def _level(path: str) -> _Level | None:
    """Return a directory as it is met first, None if it cannot be looked into."""
    try:
        newest = os.lstat(path).st_mtime
        with os.scandir(path) as entries:
            found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    except OSError:
        return None
    below = sorted((name for name, is_directory in found if is_directory), reverse=True)
    return _Level(path, below, len(below) < len(found), newest)
