"""Every corruption that a repair mends: mended, shown as healthy, and taken back to the last byte."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.deker.combinations import draw
from tests.deker.corruptions import CORRUPTIONS
from tests.deker.mending import MENDED, age, damage, mend, problems, snapshot, take_back
from tests.deker.pristine import Pristine, make_pristine
from tests.thoroughness import one_in
from tui.systems.deker.repairs import REPAIRS

ALL = [(repair.name, repair.scope) for repair in REPAIRS.values() if repair.scope != "template"]


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


@pytest.mark.parametrize("row", MENDED, ids=lambda row: f"{row:02}")
def test_a_repair_mends_and_is_taken_back(storage: Pristine, row: int) -> None:
    whole = snapshot(storage.root)
    damage(storage, row)
    broken = snapshot(storage.root)
    assert broken != whole
    changes: list[str] = []
    for name, collection in MENDED[row]:
        plan, change = mend(storage.root, name, collection)
        assert change is not None, plan.notes
        assert all(step.why for step in plan.plan.steps)
        changes.append(change)
        assert mend(storage.root, name, collection)[1] is None
    assert problems(storage.root) == []
    take_back(storage.root, *changes)
    assert snapshot(storage.root) == broken


@pytest.mark.parametrize("row", one_in(3, [row for row in MENDED if row != 24]))
def test_nothing_is_left_of_the_damage(storage: Pristine, row: int) -> None:
    """What was removed or changed without loss is again what it was; data that are gone stay gone."""
    whole = snapshot(storage.root)
    damage(storage, row)
    for name, collection in MENDED[row]:
        mend(storage.root, name, collection)
    mended = snapshot(storage.root)
    differing = {path for path in whole.keys() | mended.keys() if whole.get(path) != mended.get(path)}
    data_changed = row in (31, 35, 36, 45, 54, 55, 56, 74, 75)
    assert data_changed or {path for path in differing if whole.get(path) != "directory"} == set()


@pytest.mark.parametrize("row", one_in(3, [0, *CORRUPTIONS]), ids=lambda row: f"{row:02}")
def test_no_repair_fails_touches_what_is_sound_or_leaves_the_storage(
    storage: Pristine, tmp_path: Path, row: int
) -> None:
    beside = tmp_path / "beside"
    beside.mkdir()
    (beside / "file").write_text("not ours")
    damage(storage, *([row] if row else []))
    broken = snapshot(tmp_path)
    changes: list[str] = []
    for name, scope in ALL:
        places = [None] if scope in ("storage", "both") else []
        for place in [*places, *(("arr", "plain", "packed", "va") if scope != "storage" else ())]:
            if place is not None and not storage.folder(place).is_dir():
                continue
            _, change = mend(storage.root, name, place)
            changes += [change] if change else []
    after = snapshot(tmp_path)
    outside = {path for path in after if not path.startswith("storage")}
    assert {path: after[path] for path in outside} == {path: broken[path] for path in outside}
    if not row:
        assert changes == []
    take_back(storage.root, *changes)
    assert snapshot(tmp_path) == broken


@pytest.mark.parametrize("count", [2, 3])
def test_combined_damage_is_mended_as_each_alone(tmp_path: Path, count: int) -> None:
    random = Random(17 * count)
    pristine = make_pristine(tmp_path / "pristine")
    for number in range(6):
        rows = draw(pristine, MENDED, count, random)
        storage = make_pristine(tmp_path / f"storage{number}")
        damage(storage, *rows)
        broken = snapshot(storage.root)
        changes: list[str] = []
        wanted = {step for row in rows for step in MENDED[row]}
        for name in REPAIRS:
            for step in sorted(wanted, key=str):
                if step[0] == name:
                    _, change = mend(storage.root, *step)
                    age(storage.root, files=False)
                    changes += [change] if change else []
        assert problems(storage.root) == [], rows
        assert changes
        take_back(storage.root, *changes)
        assert snapshot(storage.root) == broken, rows
