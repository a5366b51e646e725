"""Deletion of collections, arrays and VArrays into the storage's trash, with their links and nobody else's data.

Every file is found by its place in the collection and none by following a link: in a copied storage the links still
lead to the original (contract §7.4).
"""

from __future__ import annotations

import os

from tui.services.errors import Conflict, InvalidInput, NotFound
from tui.systems.deker.changes.engine import apply
from tui.systems.deker.changes.holding import Patience, hold_collection, hold_files, refuse_busy_collection
from tui.systems.deker.changes.plan import Need, Plan, Remove, Step
from tui.systems.deker.changes.record import Record
from tui.systems.deker.entries import Shelf
from tui.systems.deker.format.attributes import link_directories
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import ID, SYSTEM, is_ambiguous, on_disk
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.models import Collection, Entry
from tui.systems.deker.tree import Check, Found, order

KIND_NAMES = {"array": "array", "tile": "tile", "varray": "VArray"}


def directory_of(collection: Collection, operation: str) -> str:
    """Return the path of a collection's directory, which need not be there.

    Raises:
        Conflict: two directories are shown by that name, so that it cannot be told which one is meant.
    """
    directory = on_disk(collection.path)
    if is_ambiguous(directory):
        message = f"two collections are shown as {collection.name}"
        raise Conflict(SYSTEM, operation, message, "rename one of them, whose names hold bytes that are no text")
    return directory


def collection_plan(collection: Collection) -> Plan:
    """Return the plan that deletes a collection, damaged or not. A symbolic link in its place is all that goes then.

    Raises:
        NotFound: it is not there.
        Conflict: it cannot be told from another one.
    """
    directory = directory_of(collection, "delete")
    if not os.path.lexists(directory):
        raise NotFound(SYSTEM, "delete", f"there is no collection {collection.name}", "it may have been deleted")
    steps: list[Step] = [Remove(directory)]
    if os.path.lexists(f"{directory}.lock"):
        steps.append(Remove(f"{directory}.lock", "lock marker"))
    return Plan("delete", f"delete collection {collection.name}", tuple(steps))


def delete_collection(root: str, collection: Collection, check: Check) -> Record:
    """Delete a collection with all its arrays, under Deker's own lock; return the record that brings it back.

    Raises:
        NotFound: it is not there.
        Conflict: a live process reads or writes in it.
        OSError: the file system refused; nothing was deleted then.
    """
    plan = collection_plan(collection)
    directory = on_disk(collection.path)
    if not os.path.islink(directory):
        refuse_busy_collection(directory, "delete", check)
    with hold_collection(directory, "delete"):
        return apply(root, plan, check)


def clear_plan(collection: Collection) -> Plan:
    """Return the plan that deletes everything in a collection but its metadata, as `Collection.clear` does (§3.1).

    Raises:
        InvalidInput: the collection is a symbolic link.
    """
    directory = directory_of(collection, "clear")
    if os.path.islink(directory):
        raise InvalidInput(SYSTEM, "clear", f"{collection.name} is a symbolic link, through which nothing is changed")
    kept = f"{os.path.basename(directory)}.json"
    names = sorted(name for name in os.listdir(directory) if name != kept)
    steps = tuple(Remove(f"{directory}/{name}") for name in names)
    return Plan("clear", f"clear collection {collection.name}", steps, (_metadata_of(directory),))


def clear_collection(root: str, collection: Collection, check: Check) -> Record | None:
    """Delete all arrays of a collection and keep the collection; None if there was nothing.

    Raises as `delete_collection`.
    """
    plan = clear_plan(collection)
    if not plan.steps:
        return None
    directory = on_disk(collection.path)
    refuse_busy_collection(directory, "clear", check)
    with hold_collection(directory, "clear"):
        return apply(root, plan, check)


def entry_plan(collection: Collection, entry: Entry, check: Check) -> Plan:
    """Return the plan that deletes an array, a tile, or a VArray with its tiles.

    Raises:
        NotFound: nothing is left of it.
        InvalidInput: it has no id by which its file could be found safely.
    """
    directory_of(collection, "delete")
    shelf = Shelf.of(collection, "varray" if entry.kind == "varray" else "array")
    steps = [*_link_steps(shelf, entry)]
    if ID.match(entry.id):
        steps += _file_steps(shelf, entry.id)
        if entry.kind == "varray":
            steps += _tile_steps(Shelf.of(collection, "array"), entry.id, check)
    elif not steps:
        message = f"{entry.key} is no array of Deker's: its file has not an id for a name"
        raise InvalidInput(SYSTEM, "delete", message, "remove it with the repair of leftovers")
    if not steps:
        raise NotFound(SYSTEM, "delete", f"nothing is left of {entry.key}", "refresh the list")
    what = KIND_NAMES[entry.kind]
    title = f"delete {what} {entry.key} of {collection.name}"
    return Plan("delete", title, tuple(steps), (_metadata_of(shelf.directory), *_varray_of(collection, entry)))


def _metadata_of(directory: str) -> Need:
    """Return the need of a collection that is the same."""
    return Need(f"{directory}/{os.path.basename(directory)}.json", unchanged=True)


def _varray_of(collection: Collection, entry: Entry) -> list[Need]:
    """Return the need of the VArray that a tile belongs to."""
    identity = entry.primary.get("vid") if entry.kind == "tile" else None
    if not isinstance(identity, str) or not ID.match(identity):
        return []
    return [Need(Shelf.of(collection, "varray").path_of(identity))]


def delete_entry(root: str, collection: Collection, entry: Entry, patience: Patience) -> Record:
    """Delete an array, a tile or a VArray; return the record that brings it back. Waits for readers.

    Raises:
        Conflict: a live process reads or writes it, or one of its tiles.
        NotFound: nothing is left of it.
        InvalidInput: it has no id.
        OSError: the file system refused; nothing was deleted then.
    """
    plan = entry_plan(collection, entry, patience.check)
    with hold_files(_data_files(plan), "delete", patience):
        return apply(root, plan, patience.check)


def _link_steps(shelf: Shelf, entry: Entry) -> list[Step]:
    """Return the removal of the entry's link, the one that is shown and the one that its attributes name."""
    paths = [on_disk(entry.link)] if entry.link else []
    try:
        parts = link_directories(entry.primary, shelf.schema)
        expected = "/".join((shelf.links, *parts, entry.id + shelf.suffix))
        if expected not in paths:
            paths.append(expected)
    except (Defect, KeyError):
        # Attributes that are wrong or unknown name no link.
        pass
    # Of some primary attributes there is one array: in the directory of its link no other has room.
    alone = bool(shelf.schema.primary)
    return [Remove(path, "link", shelf.links, alone) for path in paths if _is_removable_link(shelf, path)]


def _is_removable_link(shelf: Shelf, path: str) -> bool:
    return path.startswith(f"{shelf.links}/") and os.path.lexists(path) and not os.path.isdir(path)


def _file_steps(shelf: Shelf, identity: str) -> list[Step]:
    """Return the removal of an id's directory, in which nothing but its file and the locks on it should be."""
    directory = os.path.dirname(shelf.path_of(identity))
    if not os.path.lexists(directory) or os.path.islink(directory):
        return []
    try:
        others = [name for name in os.listdir(directory) if _is_foreign(name, identity, shelf.suffix)]
    except OSError:
        others = []
    if others:
        path = shelf.path_of(identity)
        return [Remove(path, prune=shelf.data)] if os.path.lexists(path) else []
    return [Remove(directory, prune=shelf.data)]


def _is_foreign(name: str, identity: str, suffix: str) -> bool:
    return name != identity + suffix and not (name.startswith(identity) and name.endswith("lock"))


def _tile_steps(shelf: Shelf, identity: str, check: Check) -> list[Step]:
    """Return the removal of a VArray's tiles: the directory of its links, and each tile's own."""
    links = f"{shelf.links}/{identity}"
    if not os.path.isdir(links) or os.path.islink(links):
        return []
    steps: list[Step] = [Remove(links, "links of its tiles", prune=shelf.links)]
    writers, seen = writers_now(), set[str]()
    for position in sorted(os.listdir(links), key=order):
        check()
        try:
            names = sorted(os.listdir(f"{links}/{position}"))
        except OSError:
            continue
        for name in names:
            tile = name.removesuffix(".hdf5")
            if not name.endswith(".hdf5") or not ID.match(tile) or tile in seen:
                continue
            seen.add(tile)
            light = shelf.light_entry(Found(tile, tile, [identity, position], f"{links}/{position}/{name}"))
            filled = shelf.look(light, writers).entry
            # A link may claim another VArray's tile; the tile itself says whose it is, if it can be read.
            if filled is None or filled.primary.get("vid", identity) == identity:
                steps += _file_steps(shelf, tile)
    return steps


def _data_files(plan: Plan) -> list[str]:
    """Return the files of arrays that a plan takes away, where they lie now."""
    found: list[str] = []
    for step in plan.steps:
        if os.path.islink(step.path) or "_symlinks/" in step.path:
            continue
        if os.path.isdir(step.path):
            names = (name for name in os.listdir(step.path) if name.endswith((".hdf5", ".json")))
            found += [f"{step.path}/{name}" for name in sorted(names)]
        else:
            found.append(step.path)
    return found
