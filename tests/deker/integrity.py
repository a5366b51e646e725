"""Our check run on a damaged storage, and what it must find for each corruption."""

from __future__ import annotations

from concurrent.futures import Executor
from pathlib import Path
from typing import Any

from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import Pristine
from tests.deker.remembered import set_back
from tui.jobs.progress import Progress
from tui.systems.deker.integrity.check import check_integrity
from tui.systems.deker.integrity.report import IntegrityReport

JSON_BROKEN = "collection-json-broken arr"
DANGLING = "link-dangling arr", "empty-directory arr"
MISPLACED_TILE = ("link-misplaced va",)

EXPECTED: dict[int, tuple[str, ...]] = {
    1: (JSON_BROKEN,),
    2: (JSON_BROKEN,),
    3: ("collection-json-missing arr",),
    4: (JSON_BROKEN,),
    5: (JSON_BROKEN,),
    6: ("collection-name-differs arr",),
    7: ("collection-version arr",),
    8: (JSON_BROKEN,),
    9: (JSON_BROKEN,),
    10: (JSON_BROKEN,),
    11: ("data-shape arr",) * 3,
    12: ("data-dtype arr",) * 3,
    13: ("lock-marker-missing arr",),
    14: ("lock-marker-orphan ",),
    15: ("stray-file ",),
    16: ("not-a-collection stray",),
    17: ("collection-name-differs renamed", *("link-elsewhere renamed",) * 3),
    18: (
        *("link-elsewhere arr",) * 3,
        *("link-elsewhere plain",) * 3,
        "link-elsewhere packed",
        *("link-elsewhere va",) * 5,
    ),
    20: ("file-damaged arr",),
    21: ("file-damaged arr",),
    22: ("file-damaged arr",),
    23: ("file-damaged arr",),
    24: ("meta-missing arr",),
    25: ("meta-broken arr",),
    26: ("attribute-missing arr",),
    27: ("meta-broken arr",),
    28: ("meta-id-differs arr",),
    29: ("meta-id-differs arr",),
    30: ("attribute-type arr",),
    31: ("link-misplaced arr",),
    32: ("attribute-type arr",),
    33: ("meta-broken arr",),
    34: ("link-missing arr", "empty-directory arr"),
    35: DANGLING,
    36: DANGLING,
    37: ("link-wrong-target arr",),
    38: ("link-not-link arr",),
    39: ("link-extra arr",),
    40: ("link-relative arr",),
    41: ("link-misplaced arr",),
    42: ("link-missing plain",),
    43: ("link-wrong-target plain",),
    44: ("link-missing arr",) * 3,
    45: ("link-dangling arr",) * 3,
    46: ("data-shape arr",),
    47: ("data-shape arr",),
    48: ("data-shape arr",),
    49: ("data-shape arr",),
    50: ("data-dtype arr",),
    51: ("data-byte-order arr",),
    52: ("data-dtype arr",),
    53: ("data-not-dataset arr",),
    54: ("data-missing arr",),
    55: ("counter-missing arr",),
    56: ("counter-impossible arr",),
    # Values that were changed in place look like values that were written: there is no checksum (contract §9.3).
    57: (),
    58: ("chunk-damaged packed",),
    59: ("chunk-damaged packed",),
    60: ("filter-missing packed",),
    61: ("lock-read-stale arr",),
    62: ("lock-varray-stale va",),
    63: ("lock-legacy arr",),
    64: ("stray-file arr",),
    65: ("wrong-name arr", "link-dangling arr"),
    66: ("wrong-name arr",),
    67: ("stray-directory arr",),
    68: ("empty-directory arr",),
    70: ("tiles-orphaned va", "link-dangling va", "empty-directory va"),
    71: ("varray-json-broken va",),
    72: ("meta-id-differs va",),
    73: ("link-missing va", "empty-directory va"),
    74: ("link-dangling va", "empty-directory va"),
    75: ("link-dangling va", "empty-directory va"),
    76: ("link-missing va", "empty-directory va"),
    77: ("empty-directory va",),
    78: MISPLACED_TILE,
    79: ("tile-outside-grid va", *MISPLACED_TILE),
    80: ("tiles-orphaned va", *MISPLACED_TILE),
    81: ("link-extra va",),
    82: ("data-shape va",),
    83: ("link-missing va",),
    84: ("file-damaged va",),
    85: ("file-damaged arr", "link-missing arr", "empty-directory arr"),
    86: ("attribute-missing arr", *("link-missing arr", "empty-directory arr") * 2),
}
"""Each row's findings at level 5, as code and collection; a code for each finding."""

_UNREADABLE = {*range(20, 27), 30, 33, 85, 86}
HIDDEN: tuple[tuple[set[int], set[int], set[str], set[str]], ...] = (
    # No data are left to compare with the schema.
    ({45}, {11, 12}, {"data-shape", "data-dtype"}, set()),
    # Another type has no byte order of its own.
    ({12}, {51}, {"data-byte-order"}, set()),
    # No attributes are left to say where the link belongs.
    (_UNREADABLE | {35, 36, 45, 65}, {41}, {"link-misplaced"}, set()),
    # No link is left to lie in the wrong place: it is missing.
    ({34, 44}, {31}, {"link-misplaced"}, {"link-missing"}),
    # Neither link nor file is left.
    ({34, 44}, {35, 36, 45, 65}, {"link-missing", "link-dangling"}, set()),
    ({73, 83}, {70}, {"link-missing", "link-dangling"}, set()),
    # A link of no array that leads to another's file, or nowhere: whose it was cannot be told.
    ({37}, {35, 36, 65}, {"link-wrong-target", "link-dangling"}, {"link-extra"}),
    ({39}, {45}, {"link-extra"}, {"link-wrong-target", "link-dangling"}),
    # The directory is not empty.
    ({61, 64, 67}, {35}, {"empty-directory"}, set()),
)
"""Rows that, done together, hide codes of each other, and what is found instead."""


def expected_together(rows: tuple[int, ...]) -> tuple[set[str], set[str]]:
    """Return what must be found after several corruptions, and what may be, as codes with collections."""
    wanted: set[str] = set()
    may = {each for row in rows for each in EXPECTED[row]}
    for row in rows:
        hidden: set[str] = set()
        for some, others, codes, instead in HIDDEN:
            if (row in some and others & {*rows}) or (row in others and some & {*rows}):
                hidden |= codes
                may |= {f"{code} arr" for code in instead}
        wanted |= {each for each in EXPECTED[row] if each.partition(" ")[0] not in hidden}
    if 17 in rows:
        return {_renamed(each) for each in wanted}, {_renamed(each) for each in may}
    return wanted, may


def _renamed(code: str) -> str:
    return f"{code.removesuffix(' arr')} renamed" if code.endswith(" arr") else code


def damage(storage: Pristine, *rows: int) -> None:
    """Do the corruptions, and let them be a while ago: what changed a moment ago is looked at twice."""
    for row in rows:
        CORRUPTIONS[row][1](storage)
    settle(storage.root)


def settle(root: Path) -> None:
    """Set the times of everything in a storage back by a minute."""
    set_back(root, 60)


async def checked(root: Path, level: int = 5, executor: Executor | None = None, **more: Any) -> IntegrityReport:
    """Run the check."""
    return await check_integrity(str(root), level, progress=Progress(), executor=executor, **more)


def found(report: IntegrityReport) -> list[str]:
    """Return the code and collection of every finding, in alphabetical order."""
    return sorted(f"{finding.code} {finding.collection}" for finding in report.findings)
