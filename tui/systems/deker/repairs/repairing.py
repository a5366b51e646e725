"""Repairs planned and applied: whatever a plan rests on is held and looked at once more before anything changes."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING

from tui.services.errors import InvalidInput, NotFound
from tui.systems.deker.changes.engine import apply
from tui.systems.deker.changes.holding import Patience, hold_collection, hold_files
from tui.systems.deker.changes.record import Record
from tui.systems.deker.format.names import SYSTEM, on_disk
from tui.systems.deker.repairs import REPAIRS
from tui.systems.deker.repairs.repair_plan import RepairPlan, files_to_hold
from tui.systems.deker.tree import Check

if TYPE_CHECKING:
    from tui.systems.deker.models import Collection


def plan_repair(
    name: str, root: str, collection: Collection | None, check: Check, chosen: Sequence[str] | None = None
) -> RepairPlan:
    """Return what a repair would do, and what it leaves alone; changes nothing.

    Args:
        name: one of `REPAIRS`.
        root: the storage.
        collection: the one to repair; None for a repair of the storage itself.
        check: raises when the work is to end.
        chosen: keys or paths that it is restricted to; None is all.

    Raises:
        NotFound: there is no such repair.
        InvalidInput: it works on a collection, and none is given.
    """
    repair = REPAIRS.get(name)
    if repair is None or repair.plan is None:
        raise NotFound(SYSTEM, "repair", f"there is no repair {name[:60]!r}", f"there are {', '.join(REPAIRS)}")
    if collection is None and repair.scope == "collection":
        raise InvalidInput(SYSTEM, "repair", f"collection: {repair.title} works on one collection")
    return repair.plan(root, collection, check, chosen)


def apply_repair(
    name: str, root: str, collection: Collection | None, patience: Patience, chosen: Sequence[str] | None = None
) -> tuple[RepairPlan, Record | None]:
    """Plan a repair and apply it under Deker's locks; return the plan, and the record that takes it back.

    The record is None if there was nothing to do.

    Raises:
        NotFound, InvalidInput: as `plan_repair`.
        Conflict: a live process works on what would be repaired, or it changed since it was planned.
        OSError: the file system refused; nothing was changed then.
    """
    planned = plan_repair(name, root, collection, patience.check, chosen)
    if not planned.plan.steps:
        return planned, None
    return planned, apply_plan(root, collection, planned, patience)


def apply_plan(root: str, collection: Collection | None, planned: RepairPlan, patience: Patience) -> Record:
    """Apply a planned repair under Deker's locks; return the record that takes it back.

    Raises:
        Conflict: a live process works on what would be repaired, or it changed since it was planned.
        OSError: the file system refused; nothing was changed then.
    """
    with ExitStack() as held:
        if collection is not None:
            held.enter_context(hold_collection(on_disk(collection.path), "repair"))
        held.enter_context(hold_files(files_to_hold(planned), "repair", patience))
        planned.recheck()
        return apply(root, planned.plan, patience.check)
