"""A walk over a collection's link tree: every link by its path, and what does not belong there (contract §1)."""

from __future__ import annotations

import os
from dataclasses import dataclass, field

from tui.systems.deker.format.names import ID, shown
from tui.systems.deker.integrity.findings import finding
from tui.systems.deker.integrity.level_one import IGNORED
from tui.systems.deker.integrity.stamps import Doubt, doubt
from tui.systems.deker.tree import MAX_DEPTH, Check


@dataclass(slots=True)
class LinkTree:
    """What a link tree holds. Paths in `links` are relative to `top`, and name the link's directories and file.

    `links` says of each whether it is a symbolic link. `strays` are findings, certain only after a second look.
    `locks` and `empty` are paths: of files that are named like locks, and of directories without anything in them.
    """

    top: str
    links: dict[str, bool] = field(default_factory=dict[str, bool])
    strays: list[Doubt] = field(default_factory=list[Doubt])
    locks: list[str] = field(default_factory=list[str])
    empty: list[str] = field(default_factory=list[str])


def walk_links(top: str, suffix: str, collection: str, check: Check) -> LinkTree:
    """Return what lies in and below `top`; nothing if it is not there. No link is followed."""
    tree = LinkTree(top)
    waiting: list[tuple[str, int]] = [("", 0)]
    while waiting:
        check()
        below, depth = waiting.pop()
        directory = f"{top}/{below.rstrip('/')}" if below else top
        if depth > MAX_DEPTH:
            _doubt(tree, "stray-directory", directory, collection, "the directories are nested too deeply")
            continue
        is_empty = True
        try:
            with os.scandir(directory) as entries:
                for entry in entries:
                    is_empty = False
                    name = entry.name
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append((f"{below}{name}/", depth + 1))
                    elif name.endswith(suffix) and ID.match(name.removesuffix(suffix)):
                        tree.links[f"{below}{name}"] = entry.is_symlink()
                    else:
                        _stray(tree, entry, collection)
        except FileNotFoundError:
            continue
        except OSError as error:
            _doubt(tree, "directory-unreadable", directory, collection, f"it cannot be read: {error.strerror}")
            continue
        if is_empty and depth:
            tree.empty.append(directory)
    return tree


def _stray(tree: LinkTree, entry: os.DirEntry[str], collection: str) -> None:
    if entry.name.startswith(IGNORED):
        return
    if entry.is_symlink():
        _doubt(tree, "stray-link", entry.path, collection, "a link whose name is not an id")
    elif entry.name.endswith("lock"):
        tree.locks.append(entry.path)
    else:
        _doubt(tree, "stray-file", entry.path, collection, "a file among the links")


def _doubt(tree: LinkTree, code: str, path: str, collection: str, message: str) -> None:
    tree.strays.append(doubt(finding(code, collection, shown(path), message, level=2), path))
