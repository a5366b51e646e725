"""Recovers the attributes of arrays whose file has none that can be read, as a killed update leaves it (§7.3, §11)."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from tui.systems.deker.changes.plan import Put
from tui.systems.deker.entries import SETTLED
from tui.systems.deker.format.attributes import AttributeSchema, decode
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import ID
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.attribute_search import attribute_texts
from tui.systems.deker.repairs.branch import Branch, LinkFound, branches
from tui.systems.deker.repairs.copies import copy_with_meta
from tui.systems.deker.repairs.link_places import is_right_place, primary_of_parts
from tui.systems.deker.repairs.repair_plan import Draft, RepairPlan, told
from tui.systems.deker.tree import Check

NAME = "recover-meta"


def plan(root: str, collection: Collection, check: Check, chosen: Sequence[str] | None = None) -> RepairPlan:
    """Plan copies, with attributes again, of the array files whose attributes are missing or cannot be read.

    The attributes are the last text in the file that parses, is of the file's id, fits the schema and agrees with the
    links. Where there is none they are made from the links' directories, if the schema has no custom attributes.
    """
    draft = Draft(root, NAME, f"recover the attributes of arrays of {collection.name}", chosen)
    branch, varrays = branches(root, collection)
    problem = collection.problem or branch.problem()
    if problem:
        draft.note(f"{told(collection.name)} is left alone: {problem}")
        return draft.finish()
    schema = AttributeSchema.of(collection, tiles=collection.is_virtual)
    files, _ = branch.files(check)
    writers = writers_now()
    bare: list[tuple[str, str]] = []
    for identity, path in files.items():
        check()
        if not draft.wants(identity, path):
            continue
        content = branch.content(path, writers)
        if content.is_busy or content.header is None:
            if content.problem and (content.is_busy or draft.is_restricted):
                draft.note(f"{identity} is left alone: {content.problem}")
            continue
        # A custom attribute of a wrong type is no reason to take older ones, unless that is asked for.
        wanted = schema if draft.is_restricted else replace(schema, custom=())
        if content.raw is not None and decode(content.raw, identity, wanted).problem is None:
            continue
        if content.status is not None and content.status.st_mtime > time.time() - SETTLED:
            draft.note(f"{identity} is left alone: it changed a moment ago, an update may be going on; look again")
            continue
        bare.append((identity, path))
    if bare:
        links: dict[str, list[LinkFound]] = {}
        for link in branch.linked(check):
            links.setdefault(link.id, []).append(link)
        recovery = _Recovery(draft, branch, varrays, collection, schema)
        for identity, path in bare:
            recovery.add(identity, path, links.get(identity, []), check)
    return draft.finish()


@dataclass(frozen=True, slots=True)
class _Recovery:
    draft: Draft
    branch: Branch
    varrays: Branch
    collection: Collection
    schema: AttributeSchema

    def add(self, identity: str, path: str, links: list[LinkFound], check: Check) -> None:
        """Add the copy of one file to the draft, or a note on why nothing can be recovered."""
        try:
            raw, why = self._from_file(identity, path, links, check) or self._from_links(identity, links)
        except Defect as defect:
            self.draft.note(f"{identity} is left alone: {defect}")
            return
        self.draft.rest_on(path)
        for link in links:
            self.draft.rest_on(link.path)
        step = Put(path, prepare=copy_with_meta(path, raw), replaces=True, holds=True, why=why)
        if self.draft.put(step):
            self.draft.hold(path)

    def _from_file(self, identity: str, path: str, links: list[LinkFound], check: Check) -> tuple[bytes, str] | None:
        contradiction: str | None = None
        try:
            for raw in attribute_texts(path, identity, check):
                decoded = decode(raw, identity, self.schema)
                if decoded.problem:
                    continue
                if all(is_right_place(link.parts, decoded.primary, self.schema, self.collection) for link in links):
                    told_by = "the last ones found in it" if links else "the last ones found in it; there is no link"
                    return raw, f"its attributes are written anew, {told_by}"
                contradiction = contradiction or "/".join(links[0].parts)
        except OSError as error:
            raise Defect(f"it cannot be read: {error.strerror}") from error
        if contradiction is not None:
            raise Defect(f"the attributes found in it contradict its link under {told(contradiction, 100)}")
        return None

    def _from_links(self, identity: str, links: list[LinkFound]) -> tuple[bytes, str]:
        if self.schema.custom:
            names = ", ".join(told(name, 40) for name, _ in self.schema.custom[:5])
            raise Defect(f"no attributes are left in the file, and no link tells the custom ones ({names})")
        if self.schema.primary and len(links) != 1:
            which = "several links" if links else "no link"
            raise Defect(f"no attributes are left in the file, and {which} tell the primary ones")
        primary = primary_of_parts(links[0].parts, self.schema) if self.schema.primary else {}
        self._check_position(primary)
        raw = json.dumps({"id": identity, "primary_attributes": primary, "custom_attributes": {}}).encode("ascii")
        problem = decode(raw, identity, self.schema).problem
        if problem:
            raise Defect(problem)
        return raw, "its attributes are written anew, from the directories of its link"

    def _check_position(self, primary: dict[str, Any]) -> None:
        if not self.schema.is_tile:
            return
        position, grid = primary["v_position"], self.collection.vgrid or ()
        if len(position) != len(grid) or any(p >= n for p, n in zip(position, grid, strict=True)):
            raise Defect(f"its link's position {position} lies outside the grid {list(grid)}")
        vid = primary["vid"]
        if not ID.match(vid) or not os.path.isfile(self.varrays.path_of(vid)):
            raise Defect(f"its link names a VArray {told(vid, 60)} that is not there")
