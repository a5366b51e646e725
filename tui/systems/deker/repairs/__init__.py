"""Repairs: each plans what mends one kind of damage, and changes nothing itself (contract §11).

A repair is planned, shown, and then applied by the engine of changes: the caller holds the collection and
`files_to_hold`, calls the plan's `recheck`, and applies it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from tui.services.errors import NotSupported
from tui.systems.deker.format.names import SYSTEM
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs import (
    counter,
    dangling,
    from_template,
    leftovers,
    links,
    markers,
    meta,
    stale_locks,
    template,
    varrays,
)
from tui.systems.deker.repairs.repair_plan import RepairPlan, files_to_hold, told
from tui.systems.deker.tree import Check

__all__ = ["REPAIRS", "Repair", "RepairPlan", "files_to_hold"]


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair: its name, which findings mention, its title and its meaning in words for a person.

    `plan(root, collection, check, chosen=None)` blocks, changes nothing and returns a `RepairPlan`; `chosen` are ids,
    keys or paths to which it is restricted. `collection` is None for what lies beside the collections, where `scope`
    allows that. Those of scope `template` need a person's text, and `plan` raises `NotSupported`: see the modules
    `template` and `from_template`.

    `on_request` marks one that takes away what might still be wanted, and is not part of mending everything.
    """

    name: str
    title: str
    meaning: str
    plan: Callable[..., RepairPlan]
    scope: Literal["collection", "storage", "both", "template"] = "collection"
    on_request: bool = False


def _needs_a_text(root: str, collection: Collection, check: Check, chosen: Sequence[str] | None = None) -> RepairPlan:
    hint = "take the template of the collection's metadata, edit it, and write the metadata from it"
    raise NotSupported(SYSTEM, "repair", f"the metadata of {told(collection.name)} are not repaired unasked", hint)


_ALL = (
    Repair(
        markers.RESTORE,
        "Restore the lock marker",
        "Make the empty file beside the collection that Deker locks while it creates or clears.",
        markers.plan_restoring,
    ),
    Repair(
        markers.REMOVE_ORPHAN,
        "Remove lock markers without a collection",
        "Remove markers that a deleted collection or a failed creation left, unless a process holds them.",
        markers.plan_removing,
        "storage",
    ),
    Repair(
        meta.NAME,
        "Recover attributes",
        "Give an array's file its attributes again, which a killed update left as deleted text in the file.",
        meta.plan,
    ),
    Repair(
        varrays.NAME,
        "Rebuild VArrays",
        "Write the metadata file of VArrays of which only tiles are left, or whose file cannot be read.",
        varrays.plan,
    ),
    Repair(
        links.NAME,
        "Rebuild links",
        "Let every link be where its array's attributes say and lead to the array's file: for links that are missing "
        "or wrong, and for a storage that was moved or copied.",
        links.plan,
    ),
    Repair(
        counter.NAME,
        "Set the fill counter",
        "Count the cells that hold the fill value where Deker's counter is missing or cannot be true.",
        counter.plan,
    ),
    Repair(
        stale_locks.NAME,
        "Remove stale locks",
        "Remove lock files of processes that do not run on this machine any more; on a storage that is shared with "
        "other machines or containers make sure that they do not run there either.",
        stale_locks.plan,
    ),
    Repair(
        leftovers.NAME,
        "Remove leftovers",
        "Remove stray files, temporary files that were never finished, and empty directories.",
        leftovers.plan,
        "both",
    ),
    Repair(
        dangling.NAME,
        "Remove dangling links",
        "Remove the links of arrays whose data file is gone. The data do not come back by that.",
        dangling.plan,
        on_request=True,
    ),
    Repair(
        template.NAME,
        "Offer a metadata template",
        "Show what the files tell of a collection whose metadata are missing or broken, with marks to fill in.",
        _needs_a_text,
        "template",
    ),
    Repair(
        from_template.NAME,
        "Write metadata from a template",
        "Write an edited template as the collection's metadata, once it is whole and agrees with the data.",
        _needs_a_text,
        "template",
    ),
)
REPAIRS: dict[str, Repair] = {repair.name: repair for repair in _ALL}
"""Every repair by its name, in the order in which they build on each other."""
