"""Removes links whose data file is gone: on request only, for the data may come back."""

from __future__ import annotations

import os
from collections.abc import Sequence

from tui.systems.deker.changes.plan import Remove
from tui.systems.deker.format.names import ID
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.branch import Branch, branches
from tui.systems.deker.repairs.repair_plan import Draft, RepairPlan, told
from tui.systems.deker.tree import Check

NAME = "remove-dangling-links"


def plan(root: str, collection: Collection, check: Check, chosen: Sequence[str] | None = None) -> RepairPlan:
    """Plan to remove the links that lead nowhere and whose array has no file in the collection (contract §11).

    A VArray's link of which tiles remain stays unless it is chosen: the VArray can be rebuilt from it.
    """
    draft = Draft(root, NAME, f"remove the dangling links of {collection.name}", chosen)
    for branch in branches(root, collection):
        problem = branch.problem()
        if problem:
            draft.note(problem)
            continue
        gone = 0
        for link in branch.linked(check):
            check()
            if link.target is None or os.path.exists(link.path) or not draft.wants(link.id, link.path):
                continue
            main = branch.path_of(link.id) if ID.match(link.id) else ""
            if main and os.path.lexists(main):
                continue
            if branch.stem == "varray" and not draft.is_restricted and _has_tiles(branch, link.id):
                draft.note(f"{told(link.path)} is left alone: tiles of the VArray remain, it can be rebuilt from them")
                continue
            if main:
                # Should the file come back, the link is wanted again.
                draft.rest_on(main)
            gone += draft.remove(Remove(link.path, why=f"{told(link.target, 160)} is gone", prune=branch.links))
        if gone and not os.path.isdir(branch.data):
            draft.note(f"{told(branch.data)} is not there at all: see first whether a disk is missing")
    return draft.finish()


def _has_tiles(branch: Branch, identity: str) -> bool:
    try:
        return bool(ID.match(identity) and os.listdir(f"{branch.directory}/array_symlinks/{identity}"))
    except OSError:
        return False
