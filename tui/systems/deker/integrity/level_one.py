"""Level 1: the entries of `collections`, every collection's metadata, and the markers (contract §3, §4, §9.2)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tui.systems.deker.format.metadata import ADAPTER, META_VERSION, METADATA_LIMIT, collection_at, parse_json
from tui.systems.deker.format.metadata_fields import Defect
from tui.systems.deker.format.names import shown
from tui.systems.deker.format.stable_read import Outside, StableReader, Writers, mount_device
from tui.systems.deker.integrity.findings import Finding, Kind, finding
from tui.systems.deker.integrity.stamps import Doubt, doubt
from tui.systems.deker.models import Collection
from tui.systems.deker.tree import Check

TREES = ("array_data", "array_symlinks", "varray_data", "varray_symlinks")
IGNORED = ".nfs"
"""What the network file system keeps of a file that is deleted while open; it goes by itself."""


@dataclass(slots=True)
class Opened:
    """A collection whose arrays can be looked at.

    Of damaged metadata `collection` holds what can be relied on: shape and dtype are empty where they cannot, and
    `has_attributes` says whether the attributes can. What would need the rest is not checked. `is_inferred` says that
    something of it is no more than what most of the arrays share.
    """

    collection: Collection
    has_attributes: bool
    trees: frozenset[str]
    is_inferred: bool = False

    def knows_attributes(self, item: Kind) -> bool:
        """Whether it is known which attributes such items have; a tile's are the same in every collection."""
        return self.has_attributes or item == "tile"


@dataclass(slots=True)
class LevelOne:
    """What level 1 found: the collections, and findings, of which the `doubts` are certain only after a second look."""

    opened: list[Opened] = field(default_factory=list[Opened])
    findings: list[Finding] = field(default_factory=list[Finding])
    doubts: list[Doubt] = field(default_factory=list[Doubt])
    names: list[str] = field(default_factory=list[str])
    """The directories' names as `shown`, whatever is in them."""


def check_collections(root: str, wanted: str | None, writers: Writers, check: Check) -> LevelOne:
    """Check the collections of a storage, or only the one that is `wanted`.

    Raises:
        OSError: `collections` may not be read.
    """
    found = LevelOne()
    directories: list[str] = []
    markers: set[str] = set()
    entries: list[tuple[str, str, str]] = []
    for entry in _scan(os.path.join(root, "collections")):
        kind = "link" if entry.is_symlink() else "directory" if entry.is_dir(follow_symlinks=False) else "file"
        if kind == "file" and entry.name.endswith(".lock"):
            markers.add(entry.name.removesuffix(".lock"))
        elif kind == "directory" or (kind == "link" and entry.is_dir()):
            directories.append(entry.name)
        if not entry.name.startswith(IGNORED):
            entries.append((entry.name, entry.path, kind))
    known = set(directories)
    for name, path, kind in sorted(entries):
        check()
        text = shown(name)
        if kind == "file" and name.endswith(".lock"):
            owner = name.removesuffix(".lock")
            if owner not in known and wanted in (None, shown(owner)):
                # A collection is made and deleted marker first, marker last: for a moment it stands alone.
                message = f"there is no collection {shown(owner)}"
                directory = path.removesuffix(".lock")
                found.doubts.append(doubt(finding("lock-marker-orphan", "", shown(path), message), path, directory))
        elif name not in known:
            if wanted is None:
                message = "a symbolic link" if kind == "link" else "a file among the collections"
                code = "stray-link" if kind == "link" else "stray-file"
                found.doubts.append(doubt(finding(code, "", shown(path), message), path))
        elif wanted in (None, text):
            found.names.append(text)
            if kind == "link":
                message = f"{text} is a symbolic link, which is not followed"
                found.findings.append(finding("collection-is-link", text, shown(path), message))
                continue
            _check_directory(found, path, text, name in markers, writers)
    return found


def _scan(top: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(top) as entries:
            yield from entries
    except FileNotFoundError:
        return


def _check_directory(found: LevelOne, path: str, name: str, has_marker: bool, writers: Writers) -> None:
    """Check a collection's directory: its marker, its metadata and what else lies in it."""
    trees, strays = _contents(path, name)
    json_path = f"{path}/{os.path.basename(path)}.json"
    opened, problems = _metadata(path, name, json_path, (trees, has_marker), writers)
    if not has_marker and opened is not None:
        message = f"the marker {name}.lock is missing"
        problems.append(finding("lock-marker-missing", name, f"{shown(path)}.lock", message))
    marker = f"{path}.lock"
    pid = _writer(marker, writers)
    if pid is not None:
        message = f"it is being made or cleared by process {pid}"
        found.findings.append(finding("changing", name, shown(path), message))
    else:
        found.doubts += [doubt(one, json_path, marker) for one in problems]
    if opened is None:
        return
    found.opened.append(opened)
    found.doubts += [doubt(finding(code, name, shown(stray), message), stray) for code, stray, message in strays]
    if opened.collection.kind == "array":
        for tree in sorted(trees & {"varray_data", "varray_symlinks"}):
            message = f"{tree} in a collection of arrays"
            found.findings.append(finding("stray-directory", name, f"{shown(path)}/{tree}", message))


def _writer(path: str, writers: Writers) -> int | None:
    try:
        return writers.pid_of(os.lstat(path))
    except OSError:
        return None


def _contents(path: str, name: str) -> tuple[frozenset[str], list[tuple[str, str, str]]]:
    """Return which trees a collection has, and what does not belong in its directory as (code, path, message)."""
    trees: set[str] = set()
    strays: list[tuple[str, str, str]] = []
    try:
        entries = sorted(_scan(path), key=lambda entry: entry.name)
    except OSError as error:
        return frozenset(), [("directory-unreadable", path, f"the directory cannot be read: {error.strerror}")]
    for entry in entries:
        if entry.name.startswith(IGNORED):
            continue
        is_tree = entry.name in TREES
        if entry.is_symlink():
            code = "tree-is-link" if is_tree else "stray-link"
            strays.append((code, entry.path, f"{shown(entry.name)} is a symbolic link, which is not followed"))
        elif entry.is_dir(follow_symlinks=False):
            if is_tree:
                trees.add(entry.name)
            elif shown(entry.name) != f"{name}.json":
                strays.append(("stray-directory", entry.path, "a directory that is none of a collection's"))
        elif is_tree or shown(entry.name) != f"{name}.json":
            strays.append(("stray-file", entry.path, "a file that is none of a collection's"))
    return frozenset(trees), strays


def _metadata(
    path: str, name: str, json_path: str, beside: tuple[frozenset[str], bool], writers: Writers
) -> tuple[Opened | None, list[Finding]]:
    """Return the collection as far as its metadata can be read, and what is wrong with them.

    `beside` is which trees it has, and whether it has a marker: without any of these it is no collection at all.
    """
    trees, has_marker = beside

    def problem(code: str, message: str, at: str = json_path) -> Finding:
        return finding(code, name, shown(at), message)

    real = os.path.realpath(path)
    reader = StableReader(f"{real}/", mount_device(real))
    try:
        raw = reader.read(json_path, _whole, writers).value
    except FileNotFoundError:
        if not trees and not has_marker:
            return None, [problem("not-a-collection", "a directory that is no collection: it has no metadata", path)]
        nothing = Opened(collection_at(path, None, "the metadata file is missing"), False, trees)
        return nothing, [problem("collection-json-missing", "the metadata file is missing")]
    except OSError as error:
        reason = str(error.args[1]) if isinstance(error, Outside) or not error.errno else error.strerror
        message = f"the metadata file cannot be read: {reason}"
        nothing = Opened(collection_at(path, None, message), False, trees)
        return nothing, [problem("collection-json-unreadable", message)]
    found = _object(raw)
    if found is None:
        broken = collection_at(path, raw)
        return Opened(broken, False, trees), [problem("collection-json-broken", broken.problem or "not an object")]
    problems: list[Finding] = []
    inner, version = found.get("name"), found.get("metadata_version")
    if isinstance(inner, str) and inner.strip() and inner != name:
        problems.append(problem("collection-name-differs", f"the metadata name it {inner[:100]!r}"))
        found["name"] = name
    if isinstance(version, str) and version > META_VERSION:
        message = f"metadata_version is {version[:20]!r}, Deker reads up to {META_VERSION}"
        problems.append(problem("collection-version", message))
        found["metadata_version"] = META_VERSION
    collection = collection_at(path, json.dumps(found).encode() if problems else raw)
    if collection.problem is None:
        return Opened(collection, True, trees), problems
    problems.append(problem("collection-json-broken", collection.problem))
    return _reliable(path, name, found, trees), problems


def _reliable(path: str, name: str, found: dict[str, Any], trees: frozenset[str]) -> Opened:
    """Return what damaged metadata still tell for certain."""
    frame = {**found, "name": name, "metadata_version": META_VERSION, "options": None, "storage_adapter": ADAPTER}
    if frame.get("type") not in ("array", "varray"):
        frame["type"] = "varray" if any(tree.startswith("varray") for tree in trees) else "array"
    collection = collection_at(path, json.dumps(frame).encode())
    if collection.problem is None:
        return Opened(collection, True, trees)
    schema = found.get("schema")
    attributes = schema.get("attributes", []) if isinstance(schema, dict) else None
    dimension = {"name": "x", "size": 1, "type": "generic"}
    least = {"dimensions": [dimension], "dtype": "numpy.int8", "attributes": attributes}
    alone = collection_at(path, json.dumps({**frame, "type": "array", "schema": least}).encode())
    has_attributes = alone.problem is None
    if has_attributes:
        collection = collection.model_copy(update={"attributes": alone.attributes})
    return Opened(collection, has_attributes, trees)


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        found = parse_json(raw, "the metadata file")
    except Defect:
        return None
    return found if isinstance(found, dict) else None


def _whole(descriptor: int, size: int) -> bytes:
    if size > METADATA_LIMIT:
        raise OSError(0, f"it has {size:,} bytes")
    return os.pread(descriptor, size, 0) if size else b""
