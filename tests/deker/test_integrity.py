"""The integrity check finds every corruption by its code and from its level on, and nothing in what is healthy."""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random

import pytest

from tests.deker.combinations import draw
from tests.deker.corruptions import CORRUPTIONS
from tests.deker.integrity import EXPECTED, checked, damage, expected_together, found, settle
from tests.deker.pristine import Pristine, make_pristine
from tests.thoroughness import one_in
from tui.systems.deker.integrity.findings import CODES
from tui.systems.deker.sample import DAMAGED, make_sample


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


def test_every_corruption_has_its_codes() -> None:
    assert EXPECTED.keys() == CORRUPTIONS.keys()
    assert {code.partition(" ")[0] for codes in EXPECTED.values() for code in codes} <= CODES.keys()


@pytest.mark.parametrize("level", [1, 2, 3, 4, 5])
async def test_a_pristine_storage_has_no_findings(storage: Pristine, level: int) -> None:
    for _ in range(2):
        # The first time everything changed a moment ago.
        report = await checked(storage.root, level)
        assert report.findings == ()
        assert report.complete and report.is_clean
        assert report.collections == 4
        assert report.arrays == (12 if level > 1 else 0)
        settle(storage.root)


@pytest.mark.parametrize("row", CORRUPTIONS, ids=lambda row: f"{row:02}")
async def test_a_corruption_is_found_from_its_level_on(storage: Pristine, row: int) -> None:
    damage(storage, row)
    for level in (1, 2, 3, 4, 5):
        report = await checked(storage.root, level)
        wanted = [each for each in EXPECTED[row] if _level(row, each) <= level]
        assert found(report) == sorted(wanted), f"level {level}"
        assert all(finding.level <= level for finding in report.findings)


LATER = {58: 5, 64: 2, 67: 2}
"""Rows that a higher level finds than their code's: not the last chunk, and strays inside a collection's trees."""


def _level(row: int, code: str) -> int:
    return LATER.get(row) or CODES[code.partition(" ")[0]].level


@pytest.mark.parametrize("row", one_in(3, CORRUPTIONS), ids=lambda row: f"{row:02}")
async def test_a_finding_says_where_it_is_what_it_means_and_what_helps(storage: Pristine, row: int) -> None:
    damage(storage, row)
    for finding in (await checked(storage.root)).findings:
        assert Path(finding.path).is_relative_to(storage.root)
        assert finding.message and finding.meaning
        known = CODES[finding.code]
        assert (finding.severity, finding.repair) == (known.severity, known.repair)
        if finding.array is not None:
            assert finding.kind in ("array", "tile", "varray")


async def test_what_changed_a_moment_ago_is_found_by_a_second_look(tmp_path: Path) -> None:
    rows = (5, 16, 24, 34, 45, 58, 61, 70, 81)
    for row in rows:
        fresh = make_pristine(tmp_path / f"{row}")
        CORRUPTIONS[row][1](fresh)
        report = await checked(fresh.root)
        assert found(report) == sorted(EXPECTED[row]), row
        assert report.seconds >= 1


@pytest.mark.parametrize("seed", one_in(2, range(8)))
@pytest.mark.parametrize("count", [2, 3])
async def test_of_several_corruptions_each_is_found(tmp_path: Path, count: int, seed: int) -> None:
    pristine, random = make_pristine(tmp_path / "pristine"), Random(f"{count} {seed}")
    for number in range(12):
        rows = draw(pristine, CORRUPTIONS, count, random)
        storage = make_pristine(tmp_path / f"{number}")
        damage(storage, *rows)
        report = await checked(storage.root)
        wanted, may = expected_together(rows)
        seen = {*found(report)}
        assert wanted <= seen, rows
        assert seen <= may, rows
        shutil.rmtree(storage.root)


@pytest.mark.parametrize("row", [1, 2, 3, 8, 9, 10])
@pytest.mark.parametrize("other", one_in(4, [24, 26, 30, 31, 32, 41, 46, 47, 48, 49, 50, 51, 52, 54, 56]))
async def test_without_a_schema_the_array_that_is_unlike_the_others_is_found(
    storage: Pristine, row: int, other: int
) -> None:
    damage(storage, row, other)
    assert found(await checked(storage.root)) == sorted(EXPECTED[row] + EXPECTED[other])


@pytest.mark.parametrize("row", [70, 73, 74, 76, 78, 80, 81, 82, 84])
async def test_nor_do_varrays_and_tiles_need_one(storage: Pristine, row: int) -> None:
    storage.json_of("va").write_bytes(b"{")
    damage(storage, row)
    assert found(await checked(storage.root)) == sorted(("collection-json-broken va", *EXPECTED[row]))


async def test_the_sample_has_no_findings_but_in_what_is_damaged_on_purpose(tmp_path: Path) -> None:
    make_sample(tmp_path / "sample")
    settle(tmp_path / "sample")
    report = await checked(tmp_path / "sample")
    assert found(report) == ["file-damaged archive", "lock-read-stale archive"]
    assert {finding.collection for finding in report.findings} == {*DAMAGED}
