"""A walk over one part of a data tree: the arrays' files at their places, and what does not belong there (contract §1).

The part is a range of places, so that a tree can be cut anywhere: also where all ids begin alike.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from tui.systems.deker.integrity.findings import finding
from tui.systems.deker.integrity.level_one import IGNORED
from tui.systems.deker.integrity.stamps import Doubt, doubt
from tui.systems.deker.names import ID, main_directory, shown
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


@dataclass(slots=True)
class DataTree:
    """What does not belong in a data tree, gathered by `walk_data`.

    `strays` are findings, certain only after a second look; `locks` and `empty` are paths.
    """

    strays: list[Doubt] = field(default_factory=list[Doubt])
    locks: list[str] = field(default_factory=list[str])
    empty: list[str] = field(default_factory=list[str])


class _Open(NamedTuple):
    path: str
    place: Place
    is_whole: bool
    is_stray: bool = False


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
    waiting = [_Open(top, (), within == (None, None))]
    while waiting:
        check()
        here = waiting.pop()
        depth = len(here.place)
        below: list[str] = []
        files: list[str] = []
        odd: list[str] = []
        try:
            with os.scandir(here.path) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.name)
                    elif entry.is_file(follow_symlinks=False):
                        files.append(entry.name)
                    else:
                        odd.append(entry.name)
        except FileNotFoundError:
            continue
        except OSError as error:
            if within.holds(here.place):
                _doubt(tree, "directory-unreadable", here.path, collection, f"it cannot be read: {error.strerror}")
            continue
        if not below and not files and not odd:
            if here.place and not here.is_stray and within.holds(here.place):
                tree.empty.append(here.path)
            continue
        if depth == _LEVELS + 1 and not below and not odd and len(files) == 1:
            identity = f"{''.join(here.place[:_LEVELS])}-{here.place[_LEVELS]}"
            if files[0] == identity + suffix and within.holds((*here.place, files[0])):
                yield identity, f"{here.path}/{files[0]}"
                continue
        yield from _files(here, sorted(files), suffix, collection, within, tree)
        for name in sorted(odd):
            if within.holds((*here.place, name)) and not name.startswith(IGNORED):
                _odd(tree, f"{here.path}/{name}", collection)
        for name in sorted(below, reverse=True):
            place = (*here.place, name)
            if not here.is_whole and not within.touches(place):
                continue
            path = f"{here.path}/{name}"
            is_stray = here.is_stray or not _belongs(name, depth)
            if is_stray and not here.is_stray and within.holds(place):
                _doubt(tree, "stray-directory", path, collection, "a directory of a name that Deker never gives")
            if depth < MAX_DEPTH:
                waiting.append(_Open(path, place, here.is_whole or within.holds_all_below(place), is_stray))


def _belongs(name: str, depth: int) -> bool:
    if depth < _LEVELS:
        return len(name) == 1 and name in _HEX
    return depth == _LEVELS and _REST.match(name) is not None


def _files(
    here: _Open, names: list[str], suffix: str, collection: str, within: Range, tree: DataTree
) -> Iterator[tuple[str, str]]:
    for name in names:
        if not here.is_whole and not within.holds((*here.place, name)):
            continue
        path = f"{here.path}/{name}"
        if not name.endswith(suffix):
            if name.startswith(IGNORED):
                continue
            if name.endswith("lock"):
                tree.locks.append(path)
            elif not here.is_stray:
                _doubt(tree, "stray-file", path, collection, "a file among the data that is none of Deker's")
            continue
        identity = name.removesuffix(suffix)
        if ID.match(identity) is None:
            _doubt(tree, "wrong-name", path, collection, f"{shown(name)}: the file's name is not an id")
        elif place_of(identity) != here.place:
            message = f"{name} belongs in {main_directory(identity)}"
            _doubt(tree, "wrong-place", path, collection, message)
        else:
            yield identity, path


def _odd(tree: DataTree, path: str, collection: str) -> None:
    if os.path.islink(path):
        _doubt(tree, "stray-link", path, collection, "a symbolic link among the data")
    else:
        _doubt(tree, "stray-file", path, collection, "neither a file nor a directory")


def _doubt(tree: DataTree, code: str, path: str, collection: str, message: str) -> None:
    tree.strays.append(doubt(finding(code, collection, shown(path), message), path))
