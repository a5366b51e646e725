"""Rebuilds links: every data file's attributes say where its link belongs, and its place says where that leads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tui.systems.deker.changes.plan import Put, Remove
from tui.systems.deker.format.attributes import AttributeSchema, decode
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import ID
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.branch import Branch, LinkFound, branches, leads_outside
from tui.systems.deker.repairs.link_places import is_right_place, link_parts
from tui.systems.deker.repairs.repair_plan import Draft, RepairPlan, told
from tui.systems.deker.tree import Check

NAME = "rebuild-links"


def plan(root: str, collection: Collection, check: Check, chosen: Sequence[str] | None = None) -> RepairPlan:
    """Plan the links of a collection as its data files want them; only links are made, replaced and removed.

    A link that belongs to no data file goes only if it leads to another array of the collection, or out of it: through
    such a link Deker deletes what is not meant (contract §7.4). Dangling ones are another repair's.
    """
    draft = Draft(root, NAME, f"rebuild the links of {collection.name}", chosen)
    array, varray = branches(root, collection)
    if collection.problem:
        draft.note(f"the links of {told(collection.name)} depend on its schema, and {collection.problem}")
        return draft.finish()
    known = varray.files(check)[0] if collection.is_virtual else {}
    for branch in (array, varray) if collection.is_virtual else (array,):
        problem = branch.problem()
        if problem:
            draft.note(problem)
            continue
        schema = AttributeSchema.of(collection, tiles=collection.is_virtual and branch.stem == "array")
        # Where a link belongs does not depend on the custom attributes, so a wrong one is no obstacle.
        _Links(draft, branch, collection, replace(schema, custom=()), known).plan(check)
    return draft.finish()


@dataclass(slots=True)
class _Links:
    """The links of one branch: `homes` is where each readable file's link belongs, `lost` the ids of the others."""

    draft: Draft
    branch: Branch
    collection: Collection
    schema: AttributeSchema
    varrays: dict[str, str]
    files: dict[str, str] = field(default_factory=dict[str, str])
    homes: dict[str, str] = field(default_factory=dict[str, str])
    lost: set[str] = field(default_factory=set[str])
    found: dict[str, list[LinkFound]] = field(default_factory=dict[str, list[LinkFound]])

    def plan(self, check: Check) -> None:
        """Add what has to be done to the draft."""
        self.files, _ = self.branch.files(check)
        for link in self.branch.linked(check):
            self.found.setdefault(link.id, []).append(link)
        writers = writers_now()
        for identity, path in self.files.items():
            check()
            try:
                content = self.branch.content(path, writers)
                if content.raw is None:
                    raise Defect(content.problem or "it has no attributes")
                decoded = decode(content.raw, identity, self.schema)
                if decoded.problem:
                    raise Defect(decoded.problem)
                self.homes[identity] = self._home(identity, decoded.primary)
            except Defect as defect:
                self.lost.add(identity)
                self._keep_direction(identity, str(defect))
        self._refuse_rivals()
        for identity, home in self.homes.items():
            check()
            self._make(identity, home)
        for links in self.found.values():
            for link in links:
                check()
                self._judge(link)

    def _home(self, identity: str, primary: dict[str, Any]) -> str:
        """Return where the link of a file belongs; where one lies already and it may, that is it."""
        if self.schema.is_tile:
            self._check_tile(identity, primary)
        name = identity + self.branch.suffix
        for link in self.found.get(identity, ()):
            if is_right_place(link.parts, primary, self.schema, self.collection):
                return link.path
        return "/".join((self.branch.links, *link_parts(primary, self.schema, self.collection), name))

    def _check_tile(self, identity: str, primary: dict[str, Any]) -> None:
        """See that a tile's attributes can be true: a damaged position must not move a link that is right."""
        position, grid = primary["v_position"], self.collection.vgrid or ()
        fits = isinstance(position, tuple) and len(position) == len(grid)
        if not fits or not all(type(p) is int and 0 <= p < n for p, n in zip(position, grid, strict=True)):
            raise Defect(f"its position {str(position)[:60]} lies outside the grid {grid}")
        others = {link.parts[0] for link in self.found.get(identity, ()) if len(link.parts) == 2}
        if primary["vid"] not in self.varrays and others & self.varrays.keys():
            raise Defect(f"its attributes name a VArray {told(primary['vid'], 60)} that is not there")

    def _keep_direction(self, identity: str, problem: str) -> None:
        """Point the links of a file whose attributes are unreadable at it; where they lie is all that is known."""
        path = self.files[identity]
        links = self.found.get(identity, [])
        if not self._wants(identity, *(link.path for link in links)):
            return
        if len(links) == 1 and links[0].target not in (None, path):
            self._link(links[0].path, path, f"its target was {told(links[0].target or '', 120)}")
        else:
            self.draft.note(f"{told(os.path.basename(path))}: {problem}; its link is left as it is")

    def _refuse_rivals(self) -> None:
        """Leave alone the files of which several have the same primary attributes."""
        if not self.schema.primary:
            return
        claims: dict[str, list[str]] = {}
        for identity, home in self.homes.items():
            claims.setdefault(os.path.dirname(home), []).append(identity)
        # A file whose attributes are unreadable has what its link says.
        for identity in self.lost:
            for link in self.found.get(identity, ()):
                claims.setdefault(os.path.dirname(link.path), []).append(identity)
        for directory, rivals in claims.items():
            if len(rivals) < 2:
                continue
            for identity in rivals:
                self.homes.pop(identity, None)
                self.lost.add(identity)
            if self._wants(*rivals):
                where = told(os.path.relpath(directory, self.branch.links))
                names = ", ".join(sorted(rivals))
                self.draft.note(f"{names} claim the same place, {where}: none is touched, decide which it is")

    def _make(self, identity: str, home: str) -> None:
        path = self.files[identity]
        if not self._wants(identity, home, *(link.path for link in self.found.get(identity, ()))):
            return
        link = next((link for link in self.found.get(identity, ()) if link.path == home), None)
        if link is None:
            if os.path.lexists(home):
                self.draft.note(f"{told(home)} is left alone: a directory stands where the link should be")
                return
            self._link(home, path, "the link was missing" if identity not in self.found else "its link lay elsewhere")
        elif link.target is None:
            self._link(home, path, "a file stood where the link should be")
        elif link.target != path:
            self._link(home, path, f"its target was {told(link.target, 120)}")

    def _link(self, place: str, path: str, why: str) -> None:
        self.draft.rest_on(path)
        if self.draft.put(Put(place, link=path, replaces=os.path.lexists(place), why=why)):
            self.draft.hold(path)

    def _judge(self, link: LinkFound) -> None:
        """Remove a link that no data file wants, if that loses nothing."""
        home = self.homes.get(link.id)
        if link.path == home or link.id in self.lost:
            return
        if not self._wants(link.id, link.path, "/".join((*link.parts, link.id))):
            return
        if home is not None:
            if link.target is None:
                self.draft.note(f"{told(link.path)} is left alone: a file, where no link of that array belongs")
                return
            self._remove(link, "this array's link belongs elsewhere")
            self.draft.hold(self.files[link.id])
            return
        if link.target is None:
            self.draft.note(f"{told(link.path)} is left alone: a file, perhaps all that is left of the array's data")
        elif ID.match(link.id) and os.path.lexists(self.branch.path_of(link.id)):
            self.draft.note(f"{told(link.path)} is left alone: its data lie behind another symbolic link")
        elif leads_outside(link.path, self.branch.directory):
            self._remove(link, "it leads out of the collection; deleted through it, the data of others would go")
        elif os.path.exists(link.path):
            leads_to = os.path.realpath(link.path)
            inside = os.path.realpath(self.branch.data)
            identity = os.path.basename(leads_to).removesuffix(self.branch.suffix)
            if identity in self.homes and leads_to == inside + self.files[identity][len(self.branch.data) :]:
                self._remove(link, f"it leads to {identity}, which has a link of its own")
            else:
                self.draft.note(f"{told(link.path)} is left alone: it leads to {told(leads_to)}, no array's place")

    def _remove(self, link: LinkFound, why: str) -> None:
        self.draft.remove(Remove(link.path, why=why, prune=self.branch.links))

    def _wants(self, *names: str) -> bool:
        paths = [self.files[name] for name in names if name in self.files]
        return self.draft.wants(*names, *paths)
