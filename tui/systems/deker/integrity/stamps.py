"""Second looks: what is found where something moved a moment ago is believed only if it then stays (contract §11)."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass

from tui.systems.deker.entries import SETTLED
from tui.systems.deker.integrity.findings import Finding, Kind, finding

Stamp = tuple[int | None, ...]
"""When each of some paths changed, in nanoseconds since the epoch; None for what is not there."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A finding that rests on the `watched` paths, with what they were then.

    `changed` is when they, or the directories that they are in, changed last.
    """

    finding: Finding
    watched: tuple[str, ...]
    stamp: Stamp
    changed: int


def doubt(one: Finding, *watched: str) -> Doubt:
    """Return a finding with the paths that it rests on as they are now."""
    stamp = stamp_of(watched)
    newest = max((each for each in (*stamp, *map(_above_changed_at, watched)) if each is not None), default=0)
    return Doubt(one, watched, stamp, newest)


def settled(doubts: Iterable[Doubt]) -> tuple[list[Finding], list[Doubt]]:
    """Return the findings that are certain already, since nothing moved lately, and the doubts that are left."""
    certain: list[Finding] = []
    left: list[Doubt] = []
    for each in doubts:
        if is_fresh((each.changed,)):
            left.append(each)
        else:
            certain.append(each.finding)
    return certain, left


def second_look(doubts: Iterable[Doubt]) -> list[Finding]:
    """Return the findings that a second look, at least a second after the first, leaves.

    Where nothing moved they stand. What came or went meanwhile was being made or deleted, and is no finding. What was
    changed is being written, of which a note is left.
    """
    findings: list[Finding] = []
    for each in doubts:
        now = stamp_of(each.watched)
        if now == each.stamp:
            findings.append(each.finding)
        elif all((then is None) == (other is None) for then, other in zip(now, each.stamp, strict=True)):
            one = each.finding
            findings.append(changing(one.collection, one.path, None, one.array, one.kind))
    return findings


def changing(
    collection: str, path: str, writer: int | None, array: str | None = None, kind: Kind | None = None
) -> Finding:
    """Return the note that takes the place of findings about something that is being written; `path` is as shown."""
    by = f"process {writer}" if writer else "another process"
    return finding("changing", collection, path, f"it is being changed by {by}", array, kind)


def is_fresh(stamp: Stamp) -> bool:
    """Whether anything changed within the last second."""
    limit = (time.time() - SETTLED) * 1e9
    return any(each is not None and each > limit for each in stamp)


def stamp_of(paths: Iterable[str]) -> Stamp:
    """Return when each path changed."""
    return tuple(map(_changed_at, paths))


def _changed_at(path: str) -> int | None:
    try:
        return os.lstat(path).st_mtime_ns
    except (OSError, ValueError):
        return None


def _above_changed_at(path: str) -> int | None:
    """Return when the directory that `path` is in changed, or the next one above that is there."""
    parent = os.path.dirname(path)
    while len(parent) > 1:
        changed = _changed_at(parent)
        if changed is not None:
            return changed
        parent = os.path.dirname(parent)
    return None
