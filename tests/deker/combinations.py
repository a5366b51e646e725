"""Which corruptions can be done to one storage, in any order: those that meet at no place."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from random import Random

from tests.deker.corruptions import DEAD, STRANGER
from tests.deker.pristine import Pristine


@lru_cache(maxsize=4)
def places(storage: Pristine) -> dict[Path, tuple[int, ...]]:
    """Return each place of a storage with the rows that change it, or need it as it was.

    Whoever touches a directory touches all that is in it. Ask before anything is damaged: links are followed.
    """
    top = storage.root / "collections"
    arr, va = storage.folder("arr"), storage.folder("va")
    first, tile, last_tile = storage.data("arr", storage.arr[0]), storage.tile("0-0"), storage.tile("1-1")
    tiles = va / "array_symlinks" / storage.varray
    return {
        storage.root: (18,),
        arr: (17,),
        top / "renamed": (17,),
        storage.lock("renamed"): (17,),
        storage.lock("arr"): (13, 17),
        storage.lock("ghost"): (14,),
        top / "README": (15,),
        top / "stray": (16,),
        storage.json_of("arr"): tuple(range(1, 13)),
        arr / "array_data": (45,),
        arr / "array_data" / f"{'a' * 32}.arrlock": (63,),
        first.parent: (36,),
        first: (*range(20, 34), 35, 38, *range(46, 58), 65, 66, 85, 86),
        first.parent / f"{storage.arr[0]}:{STRANGER}:{DEAD}:{DEAD}.arrayreadlock": (61,),
        first.parent / "notes.txt": (64,),
        first.parent / "renamed.hdf5": (65,),
        first.parent / "x.hdf5": (66, 67),
        arr / "array_symlinks": (44,),
        storage.link(1).parent: (34, 37, 38, 39, 40, 41),
        storage.link(2).parent: (37, 39, 85, 86),
        storage.link(3).parent: (86,),
        arr / "array_symlinks" / "99": (41,),
        arr / "array_symlinks" / "5.arrlock": (68,),
        storage.plain_link(0): (42, 43),
        storage.plain_link(1): (43,),
        storage.data("packed", storage.packed): (58, 59, 60),
        storage.varray_json: (70, 71, 72),
        storage.varray_link: (73,),
        va / "varray_symlinks": (83,),
        tile.parent: (77,),
        tile: (74, 79, 80, 82, 84),
        tile.parent / f"{tile.name}:{DEAD}.varraylock": (62,),
        last_tile: (75,),
        # A tile is found by its link.
        tiles / "0-0": (62, 74, 76, 77, 78, 79, 80, 81, 82, 84),
        tiles / "0-1": (77, 81),
        tiles / "1-1": (75,),
        tiles / "9-9": (78,),
    }


def touched(storage: Pristine, row: int) -> frozenset[Path]:
    """Return the places of one corruption."""
    return frozenset(place for place, rows in places(storage).items() if row in rows)


def can_combine(storage: Pristine, rows: Iterable[int]) -> bool:
    """Return whether these corruptions can be done to one storage, with the same outcome in any order."""
    return not any(
        one.is_relative_to(other) or other.is_relative_to(one)
        for first, second in combinations(rows, 2)
        for one in touched(storage, first)
        for other in touched(storage, second)
    )


def draw(storage: Pristine, rows: Iterable[int], count: int, random: Random) -> tuple[int, ...]:
    """Return `count` of the rows that can be combined; the same ones for the same state of `random`."""
    known, chosen = sorted(rows), ()
    while len(chosen) < count or not can_combine(storage, chosen):
        chosen = tuple(random.sample(known, count))
    return chosen
