"""Rebuilds the metadata file of VArrays of which it is missing or unreadable, from tiles and links (contract §11)."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from tui.systems.deker.changes.plan import Put
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.attributes import AttributeSchema, decode
from tui.systems.deker.format.metadata import parse_json
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import ID
from tui.systems.deker.format.stable_read import Writers, writers_now
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.branch import Branch, LinkFound, branches
from tui.systems.deker.repairs.link_places import link_parts, primary_of_parts
from tui.systems.deker.repairs.repair_plan import Draft, RepairPlan, told
from tui.systems.deker.tree import Check

NAME = "rebuild-varray"


def plan(root: str, collection: Collection, check: Check, chosen: Sequence[str] | None = None) -> RepairPlan:
    """Plan the metadata files of VArrays that have tiles and none, or one that cannot be read.

    Primary attributes come from the directories of the VArray's link; custom ones from what can be read of the file,
    the start of a time dimension from a tile, and are null otherwise.
    """
    draft = Draft(root, NAME, f"rebuild VArrays of {collection.name}", chosen)
    tiles, varrays = branches(root, collection)
    problem = collection.problem or tiles.problem() or varrays.problem()
    if not problem and not collection.is_virtual:
        problem = "it holds no VArrays"
    if problem:
        draft.note(f"{told(collection.name)} is left alone: {problem}")
        return draft.finish()
    rebuilding = _Rebuilding(draft, collection, tiles, varrays, AttributeSchema.of(collection, tiles=False))
    rebuilding.plan(check)
    return draft.finish()


@dataclass(slots=True)
class _Rebuilding:
    draft: Draft
    collection: Collection
    tiles: Branch
    varrays: Branch
    schema: AttributeSchema
    links: dict[str, list[LinkFound]] = field(default_factory=dict[str, list[LinkFound]])
    writers: Writers = field(default_factory=writers_now)

    def plan(self, check: Check) -> None:
        """Add what has to be made to the draft."""
        for link in self.varrays.linked(check):
            self.links.setdefault(link.id, []).append(link)
        for identity, problem in self._broken(check).items():
            check()
            places = (link.path for link in self.links.get(identity, ()))
            tiles = f"{self.tiles.links}/{identity}"
            if not self.draft.wants(identity, self.varrays.path_of(identity), *places) and not (
                self.draft.is_restricted and self.draft.wants_within(tiles)
            ):
                continue
            try:
                self._rebuild(identity, problem, check)
            except Defect as defect:
                self.draft.note(f"{identity} is left alone: {defect}")

    def _broken(self, check: Check) -> dict[str, str]:
        """Return the VArrays without a readable metadata file, and what is wrong with it."""
        found: dict[str, str] = {}
        # A custom attribute of a wrong type is no reason to make it null, unless that is asked for.
        wanted = self.schema if self.draft.is_restricted else replace(self.schema, custom=())
        files, _ = self.varrays.files(check)
        for identity, path in files.items():
            check()
            content = self.varrays.content(path, self.writers)
            if content.is_busy:
                self.draft.note(f"{identity} is left alone: {content.problem}")
            elif content.raw is None:
                found[identity] = content.problem or "it cannot be read"
            elif problem := decode(content.raw, identity, wanted).problem:
                found[identity] = problem
        try:
            names = sorted(os.listdir(self.tiles.links))
        except OSError:
            names = []
        for name in names:
            if ID.match(name) and name not in files:
                found[name] = "the file is missing"
        return found

    def _rebuild(self, identity: str, problem: str, check: Check) -> None:
        path = self.varrays.path_of(identity)
        is_there = os.path.lexists(path)
        if is_there and (os.path.islink(path) or not os.path.isfile(path)):
            raise Defect("something else stands where its metadata file should be")
        tile = self._tile(identity, check)
        if tile is None and not is_there:
            raise Defect("no tile of it can be read, so nothing shows that it ever was")
        before = self._before(path) if is_there else {}
        primary, link = self._primary(identity, before)
        custom, lost = self._custom(before, primary, tile)
        found = {"id": identity, "primary_attributes": primary, "custom_attributes": custom}
        raw = json.dumps(found).encode("ascii")
        decoded = decode(raw, identity, self.schema)
        if decoded.problem:
            raise Defect(decoded.problem)
        why = f"{problem}; rebuilt" + (f", {len(lost)} custom attributes are null" if lost else "")
        self.draft.rest_on(path)
        if not self.draft.put(Put(path, content=raw, replaces=is_there, holds=True, why=told(why, 200))):
            return
        if is_there:
            self.draft.hold(path)
        if lost:
            names = ", ".join(told(name, 40) for name in lost[:5])
            self.draft.note(f"{identity}: its custom attributes are lost and become null: {names}")
        parts = link.parts if link else link_parts(decoded.primary, self.schema, self.collection)
        place = "/".join((self.varrays.links, *parts, f"{identity}.json"))
        if link is None or link.target != path:
            self.draft.put(Put(place, link=path, replaces=os.path.lexists(place), why="the VArray's link"))

    def _before(self, path: str) -> dict[str, Any]:
        """Return what can still be read of the metadata file, {} if nothing."""
        content = self.varrays.content(path, self.writers)
        try:
            found = parse_json(content.raw or b"", "the metadata")
        except Defect:
            return {}
        return found if isinstance(found, dict) else {}

    def _primary(self, identity: str, before: dict[str, Any]) -> tuple[dict[str, Any], LinkFound | None]:
        """Return the primary attributes as JSON has them, and the link that tells them."""
        links = self.links.get(identity, [])
        if not self.schema.primary:
            return {}, next((link for link in links if not link.parts), None)
        if len(links) == 1:
            return primary_of_parts(links[0].parts, self.schema), links[0]
        if links:
            raise Defect("it has several links, which name different attributes")
        found = before.get("primary_attributes")
        if isinstance(found, dict) and found.keys() >= dict(self.schema.primary).keys():
            return {name: found[name] for name, _ in self.schema.primary}, None
        raise Defect("it has primary attributes, and no link that would tell them")

    def _custom(
        self, before: dict[str, Any], primary: dict[str, Any], tile: dict[str, Any] | None
    ) -> tuple[dict[str, Any], list[str]]:
        """Return the custom attributes as JSON has them, and the names of those that nothing tells."""
        starts = {
            dimension.start_attribute: (axis, dimension.step or timedelta())
            for axis, dimension in enumerate(self.collection.dimensions)
            if dimension.start_attribute is not None
        }
        known = before.get("custom_attributes")
        known = known if isinstance(known, dict) else {}
        custom: dict[str, Any] = {}
        lost: list[str] = []
        for name, dtype in self.schema.custom:
            value = known.get(name)
            if value is not None and _fits(value, dtype):
                custom[name] = value
            elif name in starts and tile is not None and isinstance(tile.get(f"parent.{name}"), datetime):
                axis, step = starts[name]
                # A tile's start is the VArray's plus the step times the grid index (contract §4.2).
                custom[name] = (tile[f"parent.{name}"] - step * tile["v_position"][axis]).isoformat()
            else:
                custom[name] = None
                if not (name in known and value is None):
                    lost.append(name)
        return custom, lost

    def _tile(self, identity: str, check: Check) -> dict[str, Any] | None:
        """Return the attributes of a tile that says it belongs to the VArray and to its grid, None without any."""
        schema = AttributeSchema.of(self.collection, tiles=True)
        grid = self.collection.vgrid or ()
        top = f"{self.tiles.links}/{identity}"
        try:
            positions = sorted(os.listdir(top))
        except OSError:
            return None
        for position in positions:
            check()
            try:
                names = sorted(os.listdir(f"{top}/{position}"))
            except OSError:
                continue
            for name in names:
                tile = name.removesuffix(".hdf5")
                if not name.endswith(".hdf5") or not ID.match(tile):
                    continue
                content = self.tiles.content(self.tiles.path_of(tile), self.writers)
                if content.raw is None:
                    continue
                decoded = decode(content.raw, tile, schema)
                place = decoded.primary.get("v_position")
                if decoded.problem or decoded.primary.get("vid") != identity or not isinstance(place, tuple):
                    continue
                fits = len(place) == len(grid) and all(
                    type(p) is int and 0 <= p < n for p, n in zip(place, grid, strict=True)
                )
                if fits:
                    return {**decoded.primary, **decoded.custom}
        return None


def _fits(value: Any, dtype: str) -> bool:
    try:
        dtypes.decode_attribute(value, dtype)
    except (ValueError, OverflowError):
        return False
    return True
