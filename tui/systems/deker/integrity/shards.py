"""The work of a check cut in pieces that a worker process can do, and what a worker finds in one (contract §10)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, NamedTuple

from tui.jobs.shard_progress import ShardProgress
from tui.services.errors import Cancelled
from tui.systems.deker.entries import ItemKind, Shelf
from tui.systems.deker.format.names import shown
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.integrity.data_tree import WHOLE, DataTree, Place, Range, place_of, walk_data
from tui.systems.deker.integrity.findings import Finding, finding
from tui.systems.deker.integrity.level_one import Opened
from tui.systems.deker.integrity.look import LINKS_LEVEL, Look, Looker
from tui.systems.deker.integrity.stamps import Doubt, Stamp, is_fresh

ITEMS = 400
"""Arrays in a shard, more or less."""

BYTES = 64 << 20
"""Bytes of files in a shard, where all of them are read."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the items of one kind in a collection: those in a range of places, or the `items` (id, path) alone.

    `weight` is about how many items, and `size` how many bytes of files, it has.
    """

    opened: Opened
    kind: ItemKind
    level: int
    memory_limit: int
    within: Range = WHOLE
    items: tuple[tuple[str, str], ...] | None = None
    weight: int = 0
    size: int = 0


Shard = tuple[Part, ...]


class Unlinked(NamedTuple):
    """An item whose link is not where its attributes want it; these are None where they cannot be read."""

    id: str
    path: str
    primary: dict[str, Any] | None


class Orphan(NamedTuple):
    """A tile whose VArray is not there."""

    varray: str
    tile: str
    path: str


class Uncertain(NamedTuple):
    """An item that is looked at again: something is wrong with it, or it is being written. `stamp` is of its file."""

    id: str
    path: str
    stamp: Stamp
    findings: tuple[Finding, ...]
    is_sound: bool
    writer: int | None


@dataclass(slots=True)
class PartFound:
    """What was found in a part. `linked` are paths of right links below the link tree."""

    count: int = 0
    findings: list[Finding] = field(default_factory=list[Finding])
    uncertain: list[Uncertain] = field(default_factory=list[Uncertain])
    linked: list[str] = field(default_factory=list[str])
    unlinked: list[Unlinked] = field(default_factory=list[Unlinked])
    orphans: list[Orphan] = field(default_factory=list[Orphan])
    strays: list[Doubt] = field(default_factory=list[Doubt])
    locks: list[str] = field(default_factory=list[str])
    empty: list[str] = field(default_factory=list[str])


def work(shard: Shard, progress: ShardProgress) -> list[PartFound]:
    """Check the parts of a shard, in their order.

    Raises:
        Cancelled: the check should stop.
    """
    return [_part(part, progress) for part in shard]


def _part(part: Part, progress: ShardProgress) -> PartFound:
    shelf = Shelf.of(part.opened.collection, part.kind)
    looker = Looker(
        shelf, part.level, part.opened.knows_attributes(shelf.item), writers_now(), part.memory_limit, progress.check
    )
    if part.opened.is_inferred:
        looker.source = "most of the others have"
    found, tree = PartFound(), DataTree()
    for identity, path in _items(part, shelf, tree, progress):
        try:
            look = looker.look(identity, path)
        except Cancelled:
            raise
        except Exception as error:
            # No file, however strange, may hide the others.
            look = Look([("check-failed", f"unexpected {type(error).__name__}: {str(error)[:200]}")])
        if look is not None:
            found.count += 1
            _keep(found, looker, identity, path, look)
        progress.advance()
    found.strays, found.locks, found.empty = tree.strays, tree.locks, tree.empty
    return found


def _items(part: Part, shelf: Shelf, tree: DataTree, progress: ShardProgress) -> Iterator[tuple[str, str]]:
    if part.items is not None:
        yield from part.items
    elif os.path.basename(shelf.data) in part.opened.trees:
        yield from walk_data(shelf.data, shelf.suffix, shelf.collection.name, part.within, tree, progress.check)


def _keep(found: PartFound, looker: Looker, identity: str, path: str, look: Look) -> None:
    if look.problems or not look.is_sound:
        findings = tuple(looker.findings(identity, path, look))
        if look.is_sound and not is_fresh(look.stamp):
            found.findings += findings
        else:
            # Its links are judged by what the second look reads.
            found.uncertain.append(Uncertain(identity, path, look.stamp, findings, look.is_sound, look.writer))
            return
    if look.orphan is not None:
        found.orphans.append(Orphan(look.orphan, identity, path))
    if looker.level < LINKS_LEVEL:
        return
    if look.link is not None:
        found.linked.append(look.link)
    else:
        found.unlinked.append(Unlinked(identity, path, look.primary))


def failed(part: Part, error: Exception) -> Finding:
    """Return the finding that a part could not be checked, because of `error`."""
    collection = part.opened.collection
    message = f"part of the collection could not be checked: {error or type(error).__name__}"
    return finding("check-failed", collection.name, shown(collection.path), message)


def parts_of(
    opened: Opened, kind: ItemKind, level: int, memory_limit: int, items: Iterable[tuple[str, int]]
) -> list[Part]:
    """Return the parts that together are a whole data tree, cut so that each has some hundreds of the known `items`.

    An item is an id and the bytes of its file, 0 where they are not to be read. A tree of which nothing is known is cut
    by the first character.
    """
    ordered = sorted((place_of(identity), size) for identity, size in items)
    is_unknown = not ordered and f"{kind}_data" in opened.trees
    cuts: list[Place] = [(digit,) for digit in "123456789abcdef"] if is_unknown else []
    weights: list[tuple[int, int]] = [(0, 0)] * len(cuts)
    weight = size = 0
    for place, own in ordered:
        if weight >= ITEMS or (size and size + own > BYTES):
            cuts.append(place)
            weights.append((weight, size))
            weight = size = 0
        weight += 1
        size += own
    weights.append((weight, size))
    lows, highs = [None, *cuts], [*cuts, None]
    return [
        Part(opened, kind, level, memory_limit, Range(low, high), None, count, own)
        for low, high, (count, own) in zip(lows, highs, weights, strict=True)
    ]


def packed(parts: Iterable[Part]) -> Iterator[Shard]:
    """Yield shards of some hundreds of items: small collections share one."""
    shard: list[Part] = []
    weight = size = 0
    for part in parts:
        if shard and (weight + part.weight > ITEMS or size + part.size > BYTES or len(shard) >= ITEMS // 8):
            yield tuple(shard)
            shard, weight, size = [], 0, 0
        shard.append(part)
        weight += part.weight
        size += part.size
    if shard:
        yield tuple(shard)


def again(part: Part, items: Mapping[str, Uncertain]) -> Iterator[Part]:
    """Yield parts that look at some items of a part's collection once more."""
    source = iter(items.values())
    while some := tuple((item.id, item.path) for item in islice(source, ITEMS)):
        yield replace(part, within=WHOLE, items=some, weight=len(some), size=0)
