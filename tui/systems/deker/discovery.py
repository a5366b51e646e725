"""Deker storages in the current folder: the folder itself, or one that lies in it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from pydantic import ValidationError

from tui.config.profiles import Profile
from tui.resources.discovery import Found, entries_of, here, is_file, is_folder, profile_name, shown_path
from tui.systems.deker.format.names import SYSTEM

MOST_FOLDERS, MOST_COLLECTIONS, MOST = 500, 50, 50
"""Folders that are looked into, collections of each that are asked for their metadata, and storages offered."""


def found_profiles() -> list[Found]:
    """Return a profile for each storage in the current folder and one level down."""
    current = here()
    if current is None:
        return []
    below = (path for path in entries_of(current) if is_folder(path))
    return list(islice(_storages([current, *islice(below, MOST_FOLDERS)]), MOST))


def _storages(folders: list[Path]) -> Iterator[Found]:
    for folder in folders:
        if not _is_storage(folder):
            continue
        try:
            name = profile_name(folder.name, "storage")
            yield Found(Profile(name=name, system=SYSTEM, uri=str(folder)), f"{shown_path(folder)}/collections")
        except ValidationError:
            continue


def _is_storage(folder: Path) -> bool:
    """Whether a folder's `collections` holds a collection, which has a file of its own name, or nothing yet."""
    collections = folder / "collections"
    if not is_folder(collections):
        return False
    names = [path.name for path in islice(entries_of(collections), MOST_COLLECTIONS)]
    return not names or any(is_file(collections / name / f"{name}.json") for name in names)
