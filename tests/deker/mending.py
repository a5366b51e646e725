"""Storages that tests mend: damage of some time ago, all that a storage holds, and which repair mends what."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path

from tests.deker import remembered
from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import Pristine
from tests.deker.remembered import entries, set_back
from tui.systems.deker.client import AsyncClient
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs import RepairPlan
from tui.systems.deker.storage import read_collection

AGE = 60.0
Step = tuple[str, str | None]
"""A repair, and the collection that it is for."""

LINKS: Step = ("rebuild-links", "arr")
TILES: Step = ("rebuild-links", "va")
META: Step = ("recover-meta", "arr")
DANGLING: Step = ("remove-dangling-links", "arr")
COUNTER: Step = ("set-counter", "arr")
LOCKS: Step = ("remove-stale-locks", "arr")
LEFTOVERS: Step = ("remove-leftovers", "arr")
VARRAY: Step = ("rebuild-varray", "va")
MENDED: dict[int, tuple[Step, ...]] = {
    13: (("restore-lock-marker", "arr"),),
    14: (("remove-orphan-marker", None),),
    15: (("remove-leftovers", None),),
    16: (("remove-leftovers", None),),
    18: tuple(("rebuild-links", name) for name in ("arr", "plain", "packed", "va")),
    24: (META,),
    **dict.fromkeys((31, 34, 37, 38, 39, 40, 41, 44), (LINKS,)),
    **dict.fromkeys((35, 36, 45), (DANGLING,)),
    42: (("rebuild-links", "plain"),),
    43: (("rebuild-links", "plain"),),
    **dict.fromkeys((54, 55, 56), (COUNTER,)),
    61: (LOCKS,),
    62: (("remove-stale-locks", "va"),),
    63: (LOCKS,),
    **dict.fromkeys((64, 66, 67, 68), (LEFTOVERS,)),
    **dict.fromkeys((70, 71, 72), (VARRAY,)),
    **dict.fromkeys((73, 76, 78, 81, 83), (TILES,)),
    74: (("remove-dangling-links", "va"),),
    75: (("remove-dangling-links", "va"),),
}
"""The corruptions that repairs mend wholly, with the repairs in their order."""


def nothing() -> None:
    """A check that ends nothing."""


def age(root: Path, files: bool = True) -> None:
    """Let everything in a storage, or its directories, have changed a while ago: what just changed is left alone."""
    set_back(root, AGE, files)


def damage(storage: Pristine, *rows: int) -> None:
    """Do these corruptions, some time ago. A legacy lock is from before the machine was started."""
    for row in rows:
        CORRUPTIONS[row][1](storage)
    age(storage.root)
    for entry in entries(storage.root):
        if entry.name.endswith(".arrlock"):
            os.utime(entry.path, (1, 1))


def snapshot(root: Path) -> dict[str, str]:
    """Return everything in a storage but the trash by its path: what a file holds, where a link leads."""
    return remembered.snapshot(root, ".arraydeck-trash")


def collection_of(root: Path, name: str) -> Collection:
    """Return a collection as it is read now."""
    return read_collection(str(root / "collections" / name))


def mend(
    root: Path, name: str, collection: str | None = None, chosen: Sequence[str] | None = None
) -> tuple[RepairPlan, str | None]:
    """Repair; return the plan, and the id of the change, None if there was nothing to do."""

    async def run() -> tuple[RepairPlan, str | None]:
        async with AsyncClient(str(root), write_lock_timeout=0) as client:
            found = None if collection is None else collection_of(root, collection)
            plan, record = await client.repair(name, found, chosen)
            return plan, None if record is None else record.id

    return asyncio.run(run())


def take_back(root: Path, *changes: str) -> None:
    """Undo changes, the last first."""

    async def run() -> None:
        async with AsyncClient(str(root), write_lock_timeout=0) as client:
            for change in reversed(changes):
                await client.restore(change)

    asyncio.run(run())


def problems(root: Path) -> list[str]:
    """Return what our lists show as not in order, each with its reason."""

    async def walk() -> list[str]:
        found: list[str] = []
        async with AsyncClient(str(root), write_lock_timeout=0) as client:
            for collection in await client.list_collections():
                if collection.problem or not collection.has_lock_file:
                    found.append(f"{collection.name}: {collection.problem or 'no lock marker'}")
                    continue
                found += [f"{collection.name} {lock.path}" for lock in await client.locks(collection)]
                for kind in ("array", "varray") if collection.is_virtual else ("array",):
                    async for page in client.array_pages(collection, kind):
                        found += [
                            f"{collection.name} {entry.key}: {entry.health} {entry.problem or entry.note}"
                            for entry in await client.fill(collection, page)
                            if entry is not None and (entry.health != "ok" or entry.problem or entry.note)
                        ]
        return found

    return asyncio.run(walk())


def notes(storage: Pristine, name: str, collection: str | None, *chosen: str) -> str:
    """Plan and apply a repair that has nothing to do; return its notes."""
    before = snapshot(storage.root)
    plan, change = mend(storage.root, name, collection, chosen or None)
    assert change is None
    assert snapshot(storage.root) == before
    return "\n".join(plan.notes)
