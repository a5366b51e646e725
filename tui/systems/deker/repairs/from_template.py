"""Writes a collection's metadata from an edited template that is whole and agrees with the data (contract §11)."""

from __future__ import annotations

import json
import os
from typing import Any

from tui.services.errors import InvalidInput
from tui.systems.deker.changes.plan import Put
from tui.systems.deker.format import dtypes
from tui.systems.deker.format.attributes import AttributeSchema, decode
from tui.systems.deker.format.metadata import collection_at, parse_json
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import SYSTEM, name_problem, shown
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.models import Collection
from tui.systems.deker.repairs.branch import Branch, branches, collection_directory
from tui.systems.deker.repairs.repair_plan import Draft, RepairPlan, told
from tui.systems.deker.repairs.template import MARK
from tui.systems.deker.tree import Check

NAME = "collection-from-template"
_ORDER = ("name", "type", "schema", "options", "storage_adapter", "metadata_version")
_SCHEMA_ORDER = ("dimensions", "dtype", "attributes", "fill_value", "vgrid")
_RESERVED = ("vid", "v_position")


def plan(root: str, collection: Collection, text: str, check: Check) -> RepairPlan:
    """Plan the metadata file of a collection from an edited template.

    Files that contradict it are named in the notes; they may be damaged themselves.

    Raises:
        InvalidInput: a mark is left, the metadata are not valid, or most of the files contradict them.
    """
    directory = collection_directory(root, collection)
    name = os.path.basename(directory)
    problem = name_problem(shown(name))
    if problem:
        raise _invalid(problem)
    try:
        found = parse_json(text.encode("utf-8", "surrogatepass"), "the template")
    except Defect as defect:
        raise _invalid(str(defect)) from defect
    mark = _first_mark(found, "")
    if mark is not None:
        raise _invalid(f"{mark} has still to be filled in")
    content, made = _checked(directory, found)
    draft = Draft(root, NAME, f"write the metadata of {collection.name}")
    _compare(draft, root, made, check)
    path = f"{directory}/{name}.json"
    draft.put(Put(path, content=content, replaces=os.path.lexists(path), why="from the edited template"))
    return draft.finish()


def _checked(directory: str, found: Any) -> tuple[bytes, Collection]:
    """Return the metadata as Deker writes them, and what they say."""
    made = collection_at(directory, json.dumps(found).encode())
    if made.problem:
        raise _invalid(made.problem)
    taken = [attribute.name for attribute in made.attributes if attribute.name in _RESERVED]
    if taken:
        raise _invalid(f"attribute {taken[0]!r}: Deker uses this name itself")
    schema = dict(found["schema"])
    dtype = made.dtype or ""
    is_default = schema.get("fill_value") is None and dtypes.kind(dtype) in "fc"
    schema["dtype"] = dtypes.written_name(dtype)
    schema["fill_value"] = None if is_default else made.fill_value
    schema.setdefault("attributes", [])
    if schema.pop("arrays_shape", None) is not None:
        schema["vgrid"] = list(made.vgrid or ())
    if not made.is_virtual:
        schema.pop("vgrid", None)
    whole = {"options": None, "storage_adapter": None, **found}
    whole["schema"] = {key: schema[key] for key in _SCHEMA_ORDER if key in schema}
    content = json.dumps({key: whole[key] for key in _ORDER}).encode("ascii")
    written = collection_at(directory, content)
    if written.problem:
        raise _invalid(written.problem)
    return content, written


def _compare(draft: Draft, root: str, collection: Collection, check: Check) -> None:
    """See that the collection's files are what the metadata say."""
    arrays, varrays = branches(root, collection)
    right, wrong = 0, list[str]()
    for branch in (arrays, varrays) if collection.is_virtual else (arrays,):
        tiles = collection.is_virtual and branch.stem == "array"
        found = _contradictions(branch, collection, AttributeSchema.of(collection, tiles), check)
        right += found[0]
        wrong += found[1]
    if len(wrong) > right:
        raise _invalid(f"{len(wrong):,} of {right + len(wrong):,} files contradict it, such as {wrong[0]}")
    for line in wrong:
        draft.note(line)


def _contradictions(
    branch: Branch, collection: Collection, schema: AttributeSchema, check: Check
) -> tuple[int, list[str]]:
    """Return how many files agree, and a line for each that does not. Unreadable ones count for nothing."""
    writers = writers_now()
    right, wrong = 0, list[str]()
    shape = collection.tile_shape if schema.is_tile else collection.shape
    stored = dtypes.stored_type(collection.dtype or "")
    files, _ = branch.files(check)
    for identity, path in files.items():
        check()
        content = branch.content(path, writers)
        if content.raw is None:
            continue
        problem = decode(content.raw, identity, schema).problem or _unnamed(content.raw, schema)
        data = content.header and content.header.data
        if problem is None and data is not None and (data.shape != shape or data.dtype[1:] != stored[1:]):
            problem = f"its data are {data.dtype} {data.shape}, not {stored} {shape}"
        if problem is None:
            right += 1
        else:
            wrong.append(f"{identity}: {told(problem)}")
    return right, wrong


def _unnamed(raw: bytes, schema: AttributeSchema) -> str | None:
    """Return which primary attribute of a file the metadata do not name; without it the link would lie elsewhere."""
    found = parse_json(raw, "the attributes")["primary_attributes"]
    unknown = sorted(found.keys() - dict(schema.primary).keys())
    return f"it has a primary attribute {unknown[0][:60]!r}" if unknown else None


def _first_mark(value: Any, place: str) -> str | None:
    """Return where the first mark is left, None if there is none."""
    if isinstance(value, str):
        return place or "the text" if value.startswith(MARK) else None
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if isinstance(key, str) and key.startswith(MARK):
            return told(key, 60)
        found = _first_mark(item, f"{place}.{key}" if place else str(key))
        if found is not None:
            return told(found, 100)
    return None


def _invalid(problem: str) -> InvalidInput:
    return InvalidInput(SYSTEM, "collection_from_template", problem, "edit the template and try again")
