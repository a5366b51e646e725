"""Sets the counter of fill cells right where it is missing or cannot be true (contract §5.3, §9.3)."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence

from tui.services.errors import DataCorrupt
from tui.systems.deker.changes.plan import Put
from tui.systems.deker.fill_count import count_fill
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.hdf5_file import opened_dataset
from tui.systems.deker.format.header import ArrayHeader
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.branch import branches
from tui.systems.deker.repairs.copies import copy_with_counter
from tui.systems.deker.repairs.repair_plan import Draft, RepairPlan, told
from tui.systems.deker.tree import Check

NAME = "set-counter"


def plan(root: str, collection: Collection, check: Check, chosen: Sequence[str] | None = None) -> RepairPlan:
    """Plan copies with the right `empty_cells` of the arrays whose counter is missing or impossible.

    Deker's own counter is often off, which is no damage by itself (contract §5.3): one that is possible is recounted,
    by reading all the data, only of arrays that are chosen.
    """
    draft = Draft(root, NAME, f"set the fill counters of {collection.name}", chosen)
    branch = branches(root, collection)[0]
    problem = collection.problem or branch.problem()
    if problem:
        draft.note(f"{told(collection.name)} is left alone: {problem}")
        return draft.finish()
    files, _ = branch.files(check)
    writers = writers_now()
    shape = (collection.tile_shape if collection.is_virtual else collection.shape) or ()
    total = math.prod(shape)
    for identity, path in files.items():
        check()
        if not draft.wants(identity, path):
            continue
        content = branch.content(path, writers)
        if content.header is None:
            if draft.is_restricted or content.is_busy:
                draft.note(f"{identity} is left alone: {content.problem}")
            continue
        written = content.header.empty_cells
        is_possible = written is not None and 0 <= written <= total and (content.header.data or written == total)
        if is_possible and not draft.is_restricted:
            continue
        draft.rest_on(path)
        try:
            count = _count(path, content.header, collection, shape, check)
        except Defect as defect:
            draft.note(f"{identity} is left alone: {defect}")
            continue
        if count == written:
            continue
        if content.header.data is None and written is not None:
            draft.note(f"{identity}: by its counter {total - written:,} cells were written, but there are no data")
        before = "missing" if written is None else f"{written:,}"
        step = Put(
            path,
            prepare=copy_with_counter(path, count),
            replaces=True,
            holds=True,
            why=f"empty_cells {before}, now {count:,} of {total:,}",
        )
        if draft.put(step):
            draft.hold(path)
    return draft.finish()


def _count(path: str, header: ArrayHeader, collection: Collection, shape: tuple[int, ...], check: Check) -> int:
    """Return how many cells hold the fill value, by reading them all."""
    if header.data is None:
        return math.prod(shape)
    stored = dtypes.stored_type(collection.dtype or "")
    if header.data.dtype == "group" or header.data.shape != shape or header.data.dtype[1:] != stored[1:]:
        raise Defect(f"its data are {header.data.dtype} {header.data.shape}, the schema says {stored} {shape}")
    import h5py

    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            with opened_dataset(descriptor, path, check) as dataset:
                return count_fill(h5py.Dataset(dataset), collection.fill_value or "nan", check)
        finally:
            os.close(descriptor)
    except DataCorrupt as damage:
        raise Defect(damage.message) from damage
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise Defect(f"its data cannot be read: {(str(error).splitlines() or [''])[0][:160]}") from error
