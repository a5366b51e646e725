"""The corruptions are what they say: always the same, each where it says, and combined in any order."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path
from random import Random

import pytest

from tests.deker.combinations import can_combine, draw, places, touched
from tests.deker.corruptions import CORRUPTIONS
from tests.deker.pristine import Pristine, make_pristine
from tests.deker.remembered import snapshot
from tests.thoroughness import one_in


def tree(storage: Pristine) -> dict[str, str]:
    """Return everything in a storage by its path: what a file holds, where a link leads."""
    return {path: content.replace(str(storage.root), "ROOT") for path, content in snapshot(storage.root).items()}


def damaged(root: Path, *rows: int) -> dict[str, str]:
    storage = make_pristine(root)
    for row in rows:
        CORRUPTIONS[row][1](storage)
    return tree(storage)


def test_there_are_84_and_each_has_its_places(tmp_path: Path) -> None:
    assert len(CORRUPTIONS) == 84
    assert {row for rows in places(make_pristine(tmp_path)).values() for row in rows} == CORRUPTIONS.keys()


@pytest.mark.parametrize("row", one_in(3, CORRUPTIONS), ids=lambda row: f"{row:02}")
def test_a_corruption_changes_its_places_and_nothing_else_each_time(tmp_path: Path, row: int) -> None:
    storage = make_pristine(tmp_path / "one")
    before, own = tree(storage), touched(storage, row)
    CORRUPTIONS[row][1](storage)
    after = tree(storage)
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed
    assert all(any((storage.root / path).is_relative_to(place) for place in own) for path in changed)
    assert damaged(tmp_path / "another", row) == after


@pytest.mark.parametrize("count", [2, 3])
def test_combined_they_have_one_outcome_in_any_order(tmp_path: Path, count: int) -> None:
    pristine, random = make_pristine(tmp_path / "pristine"), Random(count)
    for number in range(12):
        rows = draw(pristine, CORRUPTIONS, count, random)
        trees = [damaged(tmp_path / f"{number}-{order}", *some) for order, some in enumerate(permutations(rows))]
        assert all(other == trees[0] for other in trees), rows


def test_what_meets_at_a_place_is_not_combined(tmp_path: Path) -> None:
    storage = make_pristine(tmp_path)
    assert not can_combine(storage, (20, 24))
    assert not can_combine(storage, (36, 64))
    assert not can_combine(storage, (5, 14, 17))
    assert can_combine(storage, (5, 20, 58))
