"""Walks over a storage's directories: its collections, and a collection's arrays by links and by data files.

Every walk is a generator that can be left at any entry, follows no symbolic link, and lists each directory in a fixed
order. `check` is called for each directory; it raises to end a walk that nobody waits for any more.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from stat import S_ISDIR, S_ISLNK
from typing import NamedTuple

from tui.systems.deker.format.names import ID, main_directory, shown

Check = Callable[[], None]
MAX_DEPTH = 128
_NUMBERS = re.compile(r"\d+(?:-\d+)+\Z")
_ID_DIRECTORIES = 8


class Found(NamedTuple):
    """An array that a walk came upon: its key and id, the link's directories and path, and what is wrong already."""

    key: str
    id: str
    parts: list[str]
    link: str | None
    problem: str | None = None


def order(name: str) -> tuple[bool, tuple[float, ...], str]:
    """Return what sorts file names with numbers as numbers: `2` before `10`, `0-2` before `0-10`."""
    try:
        if _NUMBERS.match(name):
            return False, tuple(map(float, name.split("-"))), name
        number = float(name)
    except ValueError:
        return True, (), name
    return (True, (), name) if number != number else (False, (number,), name)


def collection_directories(root: str) -> list[tuple[str, str | None]]:
    """Return path and problem of every directory in the storage's `collections`, none if that is not there.

    Raises:
        OSError: it may not be read, or the storage itself is not there.
    """
    try:
        with os.scandir(os.path.join(root, "collections")) as entries:
            found = [
                (entry.path, "a symbolic link, which is not followed" if entry.is_symlink() else None)
                for entry in entries
                if entry.is_dir(follow_symlinks=False) or (entry.is_symlink() and entry.is_dir())
            ]
    except FileNotFoundError:
        if not os.path.isdir(root):
            raise
        return []
    return sorted(found, key=lambda item: order(os.path.basename(item[0])))


def arrays(links: str, data: str, suffix: str, check: Check) -> Iterator[Found]:
    """Yield the arrays of a link tree and then those that only the data tree knows (contract §1).

    The link tree has few directories and is walked at once; the other comes last, and hardly costs where both agree.
    """
    seen: set[str] = set()
    for found in linked(links, suffix, check):
        if found.id in seen:
            problem = f"a second link of {found.id}, in {'/'.join(found.parts) or 'the top directory'}"
            found = found._replace(key=f"{'/'.join((*found.parts, found.id))}", problem=problem)
        elif ID.match(found.id):
            seen.add(found.id)
        yield found
    for path in unlinked(data, sorted(seen), check):
        directory, _, name = path.rpartition("/")
        identity = name.removesuffix(suffix)
        if not name.endswith(suffix) or identity in seen:
            continue
        key, problem = identity, None
        if ID.match(identity) is None:
            key, problem = shown(path.removeprefix(f"{data}/")), "the file's name is not an id"
        elif directory != f"{data}/{main_directory(identity)}":
            key, problem = shown(path.removeprefix(f"{data}/")), "the file lies in another id's directory"
        yield Found(key, shown(identity), [], None, problem)


def linked(links: str, suffix: str, check: Check) -> Iterator[Found]:
    """Yield what the link tree holds under names that end in `suffix`, directory by directory."""
    if os.path.islink(links):
        yield Found(os.path.basename(links), "", [], None, "the link tree is a symbolic link, which is not followed")
        return
    waiting: list[list[str]] = [[]]
    while waiting:
        check()
        parts = waiting.pop()
        directory = "/".join((links, *parts))
        names: list[tuple[str, bool]] = []
        below: list[str] = []
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.name)
                    elif entry.name.endswith(suffix):
                        names.append((entry.name, entry.is_symlink()))
        except FileNotFoundError:
            continue
        except OSError as error:
            reason = f"the directory cannot be read: {error.strerror}"
            yield Found("/".join(map(shown, parts)) or "/", "", list(map(shown, parts)), None, reason)
            continue
        names.sort()
        texts = list(map(shown, parts))
        place = shown(directory)
        for name, is_link in names:
            yield _linked(name.removesuffix(suffix), f"{place}/{shown(name)}", texts, is_link)
        if not below:
            continue
        if len(parts) >= MAX_DEPTH:
            yield Found("/".join(texts), "", texts, None, "the directories are nested too deeply")
            continue
        below.sort(key=order, reverse=True)
        waiting.extend([*parts, name] for name in below)


def _linked(identity: str, link: str, parts: list[str], is_link: bool) -> Found:
    if ID.match(identity) is None:
        identity = shown(identity)
        return Found("/".join((*parts, identity)), identity, parts, link, "the link's name is not an id")
    problem = None if is_link else "a file stands where the link should be"
    return Found(identity, identity, parts, link, problem)


def unlinked(data: str, known: list[str], check: Check) -> Iterator[str]:
    """Yield the files of the data tree that lie in no directory of a `known` id; `known` is sorted.

    Where the file system counts a directory's subdirectories in its links (`st_nlink` is 2 more, as on ext4, xfs and
    tmpfs), a directory with as many as are expected, all of them there, needs no listing. Whether it counts is seen
    from the top directory. One `stat` costs a third of a listing, and an array has nine directories.
    """
    try:
        top = os.lstat(data)
        names = os.listdir(data) if S_ISDIR(top.st_mode) else []
    except OSError:
        return
    counts = top.st_nlink == 2 + sum(os.path.isdir(f"{data}/{name}") for name in names) > 2
    waiting = [(data, 0, 0, len(known), top.st_nlink if counts else 0)]
    while waiting:
        check()
        path, depth, low, high, links = waiting.pop()
        if counts and high - low == 1 and _is_lone(path, depth, known[low], links):
            continue
        expected, is_whole = _expected(path, depth, known, low, high)
        if not (is_whole and counts and links == 2 + len(expected)):
            for name in sorted(_subdirectories(path) - expected.keys()):
                yield from _files_below(f"{path}/{name}", check)
        if depth < _ID_DIRECTORIES:
            waiting.extend(
                (f"{path}/{name}", depth + 1, *bounds) for name, bounds in reversed(expected.items()) if bounds[2]
            )


def _is_lone(path: str, depth: int, identity: str, links: int) -> bool:
    """Whether nothing but the directories of that one id lies in `path`, as far as link counts tell."""
    try:
        for name in (*identity[depth:_ID_DIRECTORIES], identity[9:]):
            if links != 3:
                return False
            path = f"{path}/{name}"
            status = os.lstat(path)
            if not S_ISDIR(status.st_mode):
                return False
            links = status.st_nlink
    except OSError:
        return False
    return links == 2


def _expected(
    path: str, depth: int, known: list[str], low: int, high: int
) -> tuple[dict[str, tuple[int, int, int]], bool]:
    """Return, for each directory that the ids `known[low:high]` need in `path`, its ids' bounds and its link count.

    The count is 0 for one that is not there; the second value says whether all are.
    """
    found: dict[str, tuple[int, int, int]] = {}
    is_whole = True
    while low < high:
        identity = known[low]
        name = identity[depth] if depth < _ID_DIRECTORIES else identity[9:]
        end = low + 1
        if end < high and depth < _ID_DIRECTORIES:
            end = bisect_right(known, identity[: depth + 1] + "\U0010ffff", low, high)
        try:
            status = os.lstat(f"{path}/{name}")
            count = status.st_nlink if S_ISDIR(status.st_mode) else 0
        except OSError:
            count = 0
        is_whole = is_whole and count > 0
        found[name] = low, end, count
        low = end
    return found, is_whole


def _subdirectories(path: str) -> set[str]:
    try:
        with os.scandir(path) as entries:
            return {entry.name for entry in entries if entry.is_dir(follow_symlinks=False)}
    except OSError:
        return set()


def _files_below(top: str, check: Check) -> Iterator[str]:
    """Yield every file that is no symbolic link, in and below `top`."""
    waiting = [(top, 0)]
    while waiting:
        check()
        path, depth = waiting.pop()
        below: list[str] = []
        files: list[str] = []
        try:
            with os.scandir(path) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        below.append(entry.path)
                    elif entry.is_file(follow_symlinks=False):
                        files.append(entry.path)
        except OSError:
            continue
        yield from sorted(files)
        if depth < MAX_DEPTH:
            waiting.extend((each, depth + 1) for each in sorted(below, reverse=True))


def lock_files(collection: str, check: Check) -> Iterator[str]:
    """Yield the files of the collection's data trees whose names end in `lock` (contract §6)."""
    return (path for path in data_files(collection, check) if path.endswith("lock"))


def data_files(collection: str, check: Check) -> Iterator[str]:
    """Yield every file of the collection's data trees, whatever its name."""
    for tree in ("array_data", "varray_data"):
        top = os.path.join(collection, tree)
        if not os.path.islink(top):
            yield from _files_below(top, check)


def is_symbolic_link(path: str) -> bool:
    """Whether `path` itself is a symbolic link; False if it is not there."""
    try:
        return S_ISLNK(os.lstat(path).st_mode)
    except OSError:
        return False
