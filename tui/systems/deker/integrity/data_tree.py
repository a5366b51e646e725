"""A walk over one part of a data tree: the arrays' files at their places, and what does not belong there (contract §1).

The part is a range of places, so that a tree can be cut anywhere: also where all ids begin alike.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tui.systems.deker.format.names import ID, main_directory, shown
from tui.systems.deker.integrity.findings import finding
from tui.systems.deker.integrity.level_one import IGNORED
from tui.systems.deker.integrity.stamps import Doubt, doubt
from tui.systems.deker.tree import MAX_DEPTH, Check

Place = tuple[str, ...]
"""The directories of an array below its data tree: eight of one character, then the rest of the id."""

_LEVELS = 8
_HEX = frozenset("0123456789abcdefABCDEF")
_REST = re.compile(r"[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}\Z")


class Range(NamedTuple):
    """The places from `low` up to and not including `high`; None has no end."""

    low: Place | None = None
    high: Place | None = None

    def touches(self, place: Place) -> bool:
        """Whether `place`, or anything below it, is in the range."""
        low, high = self
        return (high is None or place < high) and (low is None or place >= low or low[: len(place)] == place)

    def holds_all_below(self, place: Place) -> bool:
        """Whether everything below `place` is in the range."""
        low, high = self
        size = len(place)
        return (high is None or place < high[:size]) and (low is None or place > low[:size])

    def holds(self, place: Place) -> bool:
        """Whether `place` itself is in the range."""
        low, high = self
        return (high is None or place < high) and (low is None or place >= low)


WHOLE = Range()
"""All places."""


@dataclass(slots=True)
class DataTree:
    """What does not belong in a data tree, gathered by `walk_data`.

    `strays` are findings, certain only after a second look; `locks` and `empty` are paths.
    """

    strays: list[Doubt] = field(default_factory=list[Doubt])
    locks: list[str] = field(default_factory=list[str])
    empty: list[str] = field(default_factory=list[str])


_Waiting = tuple[str, Place, bool, bool]
"""A directory to be read: its path and place, whether all below it is in the range, and whether it is a stray."""


def place_of(identity: str) -> Place:
    """Return the place of an id."""
    return (*identity[:_LEVELS], identity[_LEVELS + 1 :])


def walk_data(
    top: str, suffix: str, collection: str, within: Range, tree: DataTree, check: Check
) -> Iterator[tuple[str, str]]:
    """Yield id and path of each file that lies where its id wants it, and put the rest into `tree`.

    No symbolic link is followed. A directory of another name than Deker's is one stray; files with the suffix in it
    are others, for Deker takes them for arrays.
    """
    waiting: list[_Waiting] = [(top, (), within == WHOLE, False)]
    while waiting:
        path, place, is_whole, is_stray = waiting.pop()
        try:
            below, files, odd = _listed(path)
        except FileNotFoundError:
            continue
        except OSError as error:
            if within.holds(place):
                _doubt(tree, "directory-unreadable", path, collection, f"it cannot be read: {error.strerror}")
            continue
        depth = len(place)
        if len(below) != 1:
            # Most directories lead to one other, and are many.
            check()
        if not below and not files and not odd:
            if depth and not is_stray and within.holds(place):
                tree.empty.append(path)
            continue
        if not is_whole and (files or odd):
            files, odd = ([name for name in names if within.holds((*place, name))] for names in (files, odd))
        for name in sorted(files):
            identity = name.removesuffix(suffix)
            if identity != name and ID.match(identity) and place_of(identity) == place:
                yield identity, f"{path}/{name}"
            elif not name.startswith(IGNORED):
                _stray_file(f"{path}/{name}", name, is_stray, suffix, collection, tree)
        for name in sorted(odd):
            is_link = os.path.islink(f"{path}/{name}")
            code, message = ("stray-link", "a symbolic link") if is_link else ("stray-file", "a special file")
            _doubt(tree, code, f"{path}/{name}", collection, f"{message} among the data")
        if len(below) > 1:
            below.sort(reverse=True)
        for name in below:
            inner = (*place, name)
            if not is_whole and not within.touches(inner):
                continue
            is_misfit = is_stray or not (
                (depth < _LEVELS and name in _HEX) or (depth == _LEVELS and _REST.match(name) is not None)
            )
            if is_misfit and not is_stray and within.holds(inner):
                message = "a directory of a name that Deker never gives"
                _doubt(tree, "stray-directory", f"{path}/{name}", collection, message)
            if depth < MAX_DEPTH:
                waiting.append((f"{path}/{name}", inner, is_whole or within.holds_all_below(inner), is_misfit))


def _listed(path: str) -> tuple[list[str], list[str], list[str]]:
    """Return the names of the directories, the files and the rest that lie in a directory."""
    below: list[str] = []
    files: list[str] = []
    odd: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                below.append(entry.name)
            elif entry.is_file(follow_symlinks=False):
                files.append(entry.name)
            else:
                odd.append(entry.name)
    return below, files, odd


def _stray_file(path: str, name: str, is_stray: bool, suffix: str, collection: str, tree: DataTree) -> None:
    """Keep a file that is not an array's at its place; `is_stray` says that its directory is one already."""
    identity = name.removesuffix(suffix)
    if identity != name and ID.match(identity):
        _doubt(tree, "wrong-place", path, collection, f"{name} belongs in {main_directory(identity)}")
    elif identity != name:
        _doubt(tree, "wrong-name", path, collection, f"{shown(name)}: the file's name is not an id")
    elif name.endswith("lock"):
        tree.locks.append(path)
    elif not is_stray:
        _doubt(tree, "stray-file", path, collection, "a file among the data that is none of Deker's")


def _doubt(tree: DataTree, code: str, path: str, collection: str, message: str) -> None:
    tree.strays.append(doubt(finding(code, collection, shown(path), message, level=2), path))
