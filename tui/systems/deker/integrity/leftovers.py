"""Locks, empty directories and orphaned tiles: what several shards found, put together (contract §6, §11)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator

from tui.systems.deker.entries import Shelf
from tui.systems.deker.format.names import ID, shown
from tui.systems.deker.format.stable_read import Writers
from tui.systems.deker.integrity.findings import finding
from tui.systems.deker.integrity.shards import Orphan
from tui.systems.deker.integrity.stamps import Doubt, doubt
from tui.systems.deker.locks import lock_file
from tui.systems.deker.models import LockHolder
from tui.systems.deker.tree import Check

_STALE = {"read": "lock-read-stale", "varray": "lock-varray-stale"}


def lock_doubts(collection: str, paths: Iterable[str], writers: Writers, check: Check) -> Iterator[Doubt]:
    """Yield what the files are that are named like locks."""
    for path in paths:
        check()
        holder = lock_file(collection, path, writers)
        if holder is not None:
            code, message = _of_holder(holder)
            array = holder.array
        elif not os.path.lexists(path):
            continue
        else:
            is_like = path.endswith(("arrayreadlock", "varraylock"))
            code, message, array = "lock-unknown" if is_like else "stray-file", "a file that is named like a lock", None
        yield doubt(finding(code, collection, shown(path), message, array, "array", 2), path)


def _of_holder(holder: LockHolder) -> tuple[str, str]:
    if holder.kind == "legacy":
        return "lock-legacy", f"a lock of an old Deker, {_age(holder.age)} old"
    what = "a reader's lock" if holder.kind == "read" else "a VArray writer's lock"
    message = f"{what}, {_age(holder.age)} old, of process {holder.pid}"
    if holder.state == "alive":
        return "lock-live", f"{message}, which runs"
    if holder.state == "stale":
        return _STALE[holder.kind], f"{message}, which does not run"
    return "lock-unknown", message


def _age(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600), ("minutes", 60)):
        if seconds >= 2 * size:
            return f"{seconds / size:.0f} {unit}"
    return f"{seconds:.0f} seconds"


def empty_doubts(collection: str, top: str, paths: Iterable[str], check: Check) -> Iterator[Doubt]:
    """Yield the uppermost directories below `top` that hold nothing but empty ones; `paths` are those with nothing."""
    levels: dict[int, dict[str, str]] = {}
    for path in paths:
        levels.setdefault(path.count("/"), {})[path] = path
    depth = max(levels, default=0)
    while depth:
        by_parent: dict[str, list[str]] = {}
        here = levels.pop(depth, {})
        for path in here:
            by_parent.setdefault(os.path.dirname(path), []).append(path)
        depth -= 1
        for parent, children in by_parent.items():
            check()
            if parent != top and _holds_only(parent, children):
                levels.setdefault(depth, {})[parent] = here[children[0]]
                continue
            for path in children:
                found = finding("empty-directory", collection, shown(path), "there is nothing in it")
                yield doubt(found, path, here[path])


def _holds_only(parent: str, children: list[str]) -> bool:
    try:
        return len(os.listdir(parent)) == len(children)
    except OSError:
        return False


def orphan_doubts(tiles: Shelf, orphans: Iterable[Orphan], check: Check) -> Iterator[Doubt]:
    """Yield each VArray that is not there and of which tiles are."""
    name = tiles.collection.name
    varrays = Shelf.of(tiles.collection, "varray")
    of_varray: dict[str, list[Orphan]] = {}
    for orphan in orphans:
        of_varray.setdefault(orphan.varray, []).append(orphan)
    for identity, left in sorted(of_varray.items()):
        check()
        path = varrays.path_of(identity) if ID.match(identity) else ""
        if path and os.path.lexists(path):
            continue
        count = f"{len(left):,} tiles want it" if len(left) > 1 else f"tile {left[0].tile} wants it"
        message = f"the VArray's metadata file is not there, {count}"
        place = shown(path or left[0].path)
        found = finding("tiles-orphaned", name, place, message, shown(identity)[:100], "varray")
        yield doubt(found, *filter(None, (path, left[0].path)))
