"""What an integrity check can find: a finding, and the table of all codes with what they mean (contract §9, §11).

Repairs that a finding may name: `rebuild-links`, `restore-lock-marker`, `remove-orphan-marker`, `recover-meta`,
`remove-stale-locks`, `remove-leftovers`, `remove-dangling-links`, `rebuild-varray`, `set-counter`,
`collection-template`.

What no check can find without a copy to compare with: changed bytes inside data that are stored in one piece, which
have no checksum (contract §9.3 row 57), and a tile whose file, link and directories are all gone, which reads as one
that was never written.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from tui.services.printable import printable

Severity = Literal["error", "warning", "note"]
"""`error`: data are lost, wrong, or out of Deker's reach. `warning`: Deker works, and something is not as it should
be. `note`: worth knowing, and no damage."""

Kind = Literal["array", "tile", "varray"]


class Finding(BaseModel):
    """One thing that the check found.

    `level` is the lowest one that finds such a thing. `collection` is empty for what lies beside the collections.
    `array` is the id that it is about, if any, and `kind` what that is. `path` is where to look. `message` says what is
    the case, `meaning` what that leads to, `repair` names the action that would help.
    """

    model_config = ConfigDict(frozen=True)

    code: str
    severity: Severity
    level: int
    collection: str = ""
    array: str | None = None
    kind: Kind | None = None
    path: str = ""
    message: str
    meaning: str
    repair: str | None = None


class Code(NamedTuple):
    """What all findings of one code have in common. `heading` is the one of the text report (contract §9.2)."""

    severity: Severity
    level: int
    heading: str
    repair: str | None
    meaning: str


COLLECTIONS = "Collections initialization errors:"
MARKERS = "Collections locks errors:"
CREATE_LOCKS = "Collection {collection} array create locks:"
READ_LOCKS = "Collection {collection} array read locks are detected. Use client.clear_locks:"
VARRAY_LOCKS = "Collection {collection} varray write locks are detected. Use client.clear_locks:"
ARRAYS = "Collection {collection} (V)Arrays initialization errors:"
INTEGRITY = "Collection {collection} arrays integrity errors:"
STRAYS = "Collection {collection} leftovers:"
COUNTERS = "Collection {collection} counters of fill cells:"
NOTES = "Collection {collection} notes:"
BESIDE = "Leftovers beside the collections:"
HEADINGS = (
    COLLECTIONS,
    MARKERS,
    CREATE_LOCKS,
    READ_LOCKS,
    VARRAY_LOCKS,
    ARRAYS,
    INTEGRITY,
    STRAYS,
    COUNTERS,
    NOTES,
    BESIDE,
)
"""Upstream's headings in the order in which it prints them, then those that it has not."""

_LINK_LOST = "Deker finds the array neither by attributes nor by id, and its delete does nothing"
_NOT_READ = "Deker ends every list of the collection here with an error"

CODES: dict[str, Code] = {
    # Level 1: the collections, their metadata and their markers.
    "collection-json-missing": Code(
        "error", 1, COLLECTIONS, "collection-template", "Deker cannot list the storage; there is no copy of the schema"
    ),
    "collection-json-broken": Code(
        "error", 1, COLLECTIONS, "collection-template", "Deker cannot open the collection, and may list none at all"
    ),
    "collection-json-unreadable": Code(
        "error", 1, COLLECTIONS, None, "the operating system does not give the file: see its owner, rights and disk"
    ),
    "collection-name-differs": Code(
        "error", 1, COLLECTIONS, None, "Deker looks for the arrays in the directory of the name in the metadata"
    ),
    "collection-version": Code(
        "error", 1, COLLECTIONS, None, "written by a newer Deker, or damaged: this Deker refuses it"
    ),
    "collection-is-link": Code(
        "warning", 1, COLLECTIONS, None, "Deker follows the link; what it leads to is not checked"
    ),
    "not-a-collection": Code(
        "error", 1, COLLECTIONS, "remove-leftovers", "Deker takes it for a collection and cannot list the storage"
    ),
    "lock-marker-missing": Code(
        "warning", 1, MARKERS, "restore-lock-marker", "nothing is lost; Deker's own check reports it"
    ),
    "lock-marker-orphan": Code(
        "warning", 1, MARKERS, "remove-orphan-marker", "left by a creation that failed, or by a deletion"
    ),
    "stray-file": Code("warning", 1, STRAYS, "remove-leftovers", "Deker never made a file of that name here"),
    "stray-directory": Code("warning", 1, STRAYS, "remove-leftovers", "Deker never made a directory of that name here"),
    "stray-link": Code("warning", 1, STRAYS, None, "Deker has no link here; where it leads is not checked"),
    "tree-is-link": Code("warning", 1, STRAYS, None, "Deker follows the link; what it leads to is not checked"),
    # Level 2: locks, names, and every array's own file by its header and attributes.
    "lock-live": Code("note", 2, NOTES, None, "a process that runs holds it: leave it alone"),
    "lock-read-stale": Code(
        "warning", 2, READ_LOCKS, "remove-stale-locks", "its reader is gone; every write waits for it and then fails"
    ),
    "lock-varray-stale": Code(
        "error", 2, VARRAY_LOCKS, "remove-stale-locks", "its writer is gone; the tile can be neither read nor written"
    ),
    "lock-legacy": Code(
        "warning", 2, CREATE_LOCKS, "remove-stale-locks", "left by an old version of Deker; it blocks nothing"
    ),
    "lock-unknown": Code("warning", 2, READ_LOCKS, None, "whether its process runs cannot be told here"),
    "directory-unreadable": Code("error", 2, ARRAYS, None, "what is in it was not checked"),
    # Deker itself leaves some: where a VArray is cleared whole.
    "empty-directory": Code(
        "note", 2, STRAYS, "remove-leftovers", "left by a clear or a creation that failed, or emptied by hand"
    ),
    "wrong-name": Code(
        "error", 2, ARRAYS, "remove-leftovers", "Deker takes the name for an id and ends every list with an error"
    ),
    "wrong-place": Code("error", 2, ARRAYS, None, "Deker looks for this id elsewhere and cannot read the array"),
    "file-unreadable": Code(
        "error", 2, ARRAYS, None, "the operating system does not give the file: see its owner, rights and disk"
    ),
    "file-damaged": Code("error", 2, ARRAYS, None, _NOT_READ),
    "meta-missing": Code("error", 2, ARRAYS, "recover-meta", f"an update of attributes was killed; {_NOT_READ}"),
    "meta-broken": Code("error", 2, ARRAYS, "recover-meta", _NOT_READ),
    "varray-json-broken": Code("error", 2, ARRAYS, "rebuild-varray", _NOT_READ),
    "meta-id-differs": Code("error", 2, ARRAYS, None, "Deker cannot read or delete the array under either id"),
    "attribute-missing": Code("error", 2, ARRAYS, None, _NOT_READ),
    "attribute-type": Code("error", 2, ARRAYS, None, "Deker cannot read the value, or makes another one of it"),
    "data-shape": Code("error", 2, INTEGRITY, None, "reads give other cells than the schema says, or fail"),
    "data-dtype": Code("error", 2, INTEGRITY, None, "reads give another type than the schema says"),
    "data-byte-order": Code("warning", 2, INTEGRITY, None, "values are read right; another program wrote them"),
    "data-not-dataset": Code("error", 2, INTEGRITY, None, "the array cannot be read"),
    "data-missing": Code(
        "error", 2, INTEGRITY, "set-counter", "cells were written and are gone; the array reads as never written"
    ),
    "counter-missing": Code("warning", 2, COUNTERS, "set-counter", "Deker reads the array and cannot write to it"),
    "counter-impossible": Code(
        "warning", 2, COUNTERS, "set-counter", "the next clear or write may delete all data of the array"
    ),
    "tile-outside-grid": Code("error", 2, INTEGRITY, None, "no read of the VArray reaches these data"),
    "tiles-orphaned": Code("error", 2, INTEGRITY, "rebuild-varray", "their VArray is gone: nothing reads these data"),
    "changing": Code("note", 2, NOTES, None, "it is being written; look again when its writer has ended"),
    # Level 3: links and data files as two sets.
    "link-missing": Code("error", 3, INTEGRITY, "rebuild-links", _LINK_LOST),
    "link-wrong-target": Code(
        "error", 3, INTEGRITY, "rebuild-links", "reading or deleting the array hits another one's data"
    ),
    "link-elsewhere": Code(
        "error", 3, INTEGRITY, "rebuild-links", "it was moved, renamed or copied: a delete here hits the other place"
    ),
    "link-relative": Code("error", 3, INTEGRITY, "rebuild-links", "it works only from some working directories"),
    "link-spelling": Code("note", 3, NOTES, "rebuild-links", "it works; the storage was opened under another path"),
    "link-misplaced": Code("error", 3, INTEGRITY, "rebuild-links", _LINK_LOST),
    "link-extra": Code(
        "error", 3, INTEGRITY, "rebuild-links", "the array appears twice, or Deker takes one array for another"
    ),
    "link-not-link": Code("error", 3, INTEGRITY, "rebuild-links", "Deker cannot resolve it; a delete leaves the data"),
    "link-dangling": Code(
        "error", 3, INTEGRITY, "remove-dangling-links", "the data are gone or were moved away; size and filter fail"
    ),
    "attributes-shared": Code(
        "error", 3, INTEGRITY, None, "two arrays have the same primary attributes; Deker finds only one of them"
    ),
    "attribute-path": Code(
        "warning", 3, INTEGRITY, None, "the value cannot be a directory: the link may lie outside the collection"
    ),
    # Level 4: the last cell.
    "data-unreadable": Code("error", 4, INTEGRITY, None, "reading the array fails"),
    "chunk-damaged": Code("error", 4, INTEGRITY, None, "reading any cell of the chunk fails"),
    "filter-missing": Code(
        "warning", 4, INTEGRITY, None, "the data were not checked: the filter is not installed here"
    ),
    # Level 5: every chunk.
    "counter-high": Code(
        "warning", 5, COUNTERS, "set-counter", "regions were cleared twice; the next clear may delete all data"
    ),
    "counter-low": Code("note", 5, COUNTERS, "set-counter", "cells were written twice; Deker keeps data it could drop"),
    "not-read": Code("note", 5, NOTES, None, "part of the data was not checked"),
    # Any level.
    "check-failed": Code("error", 1, NOTES, None, "part of the storage was not checked"),
}


def finding(
    code: str,
    collection: str,
    path: str,
    message: str,
    array: str | None = None,
    kind: Kind | None = None,
    level: int | None = None,
) -> Finding:
    """Return a finding of that code. `collection`, `path` and `array` are as `names.shown` has them.

    `level` is given where another level finds it than that of the code.
    """
    known = CODES[code]
    return Finding(
        code=code,
        severity=known.severity,
        level=level or known.level,
        collection=collection,
        array=array,
        kind=kind if array is not None else None,
        path=path,
        message=printable(message, 500),
        meaning=known.meaning,
        repair=known.repair,
    )
