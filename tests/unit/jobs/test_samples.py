"""Samples of the stores' numbers: a week of them is small, nothing is doubled, and no kill or full disk harms them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.jobs.processes import other
from tui.jobs.samples import EVERY, KEPT, LONGEST_LABEL, MOST_NUMBERS, MOST_SAMPLES, MOST_STORES
from tui.jobs.state import MIGRATIONS, StateDatabase
from tui.services.errors import Unavailable

BEGAN = 1_800_000_000
HOUR, DAY = 3600, 86_400


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.db"


@pytest.fixture
def state(path: Path) -> Iterator[StateDatabase]:
    with closing(StateDatabase(path)) as database:
        yield database


def test_a_week_of_ten_profiles_is_small(state: StateDatabase, path: Path) -> None:
    numbers = {"collections": 7, "size": 123_456_789, "keys": 50_032, "updates/s": 2.1}
    for minute in range(0, 7 * DAY, EVERY):
        for profile in range(10 if minute % 1800 == 0 else 1):
            state.samples.add(f"store {profile}", f"arakoon://host:{profile}/demo", 0.012, numbers, BEGAN + minute)
    now = BEGAN + 7 * DAY
    busiest = state.samples.of("store 0", "arakoon://host:0/demo")
    ages = [now - sample.at for sample in busiest]
    assert sum(age <= HOUR for age in ages) == 60
    assert sum(HOUR < age <= DAY for age in ages) == pytest.approx(6 * 23, abs=10)
    assert sum(age > DAY for age in ages) == pytest.approx(24 * 6, abs=6)
    assert state.samples.count() < 10 * 400
    state.close()
    assert sum(file.stat().st_size for file in path.parent.iterdir()) < 1_000_000


def test_there_is_one_sample_a_minute_however_many_arraydecks_take_it(path: Path) -> None:
    with closing(StateDatabase(path)) as one, closing(StateDatabase(path)) as another:
        assert one.samples.add("lab", "/data", 0.1, {"boxes": 3}, BEGAN)
        assert not another.samples.add("lab", "/data", 0.2, {"boxes": 4}, BEGAN + EVERY - 1)
        assert another.samples.add("lab", "/data", 0.2, {"boxes": 5}, BEGAN + EVERY)
        assert [sample.numbers["boxes"] for sample in one.samples.of("lab", "/data")] == [3, 5]


def test_a_profile_that_is_pointed_elsewhere_begins_anew(state: StateDatabase) -> None:
    state.samples.add("lab", "/old", 0.1, {"boxes": 3}, BEGAN)
    assert state.samples.of("lab", "/new") == []


def test_what_is_too_old_goes_and_with_its_last_sample_the_store(state: StateDatabase) -> None:
    state.samples.add("gone", "/data", None, {"boxes": 3}, BEGAN)
    state.samples.add("lab", "/data", None, {"boxes": 3}, BEGAN)
    state.samples.add("lab", "/data", None, {"boxes": 3}, BEGAN + KEPT + DAY)
    assert len(state.samples.of("lab", "/data")) == 1
    assert state.samples.of("gone", "/data") == []
    assert state.samples.count() == 1


def test_the_stores_that_are_remembered_are_bounded(state: StateDatabase) -> None:
    for number in range(MOST_STORES + 5):
        state.samples.add("store", f"/data/{number}", None, {"boxes": 1}, BEGAN + number * EVERY)
    assert state.samples.count() == MOST_STORES
    assert state.samples.of("store", "/data/0") == []


def test_there_is_a_hard_limit_for_each_store(state: StateDatabase) -> None:
    state.samples.add("lab", "/data", None, {}, BEGAN)
    with state.writing() as connection:
        rows = [(BEGAN - number * HOUR // 2, "{}") for number in range(1, 2 * MOST_SAMPLES)]
        connection.executemany("INSERT OR IGNORE INTO samples SELECT id, ?, NULL, ? FROM sampled", rows)
        # Whatever thinning leaves of these, it may not be more.
        connection.execute("UPDATE samples SET at = at + 3600 * 24 * 30 - 60 WHERE at > ?", (BEGAN,))
    with state.writing() as connection:
        rows = [(BEGAN + 660 - number, "{}") for number in range(1, 2 * MOST_SAMPLES)]
        connection.executemany("INSERT OR IGNORE INTO samples SELECT id, ?, NULL, ? FROM sampled", rows)
    state.samples.add("lab", "/data", None, {}, BEGAN + 1200)
    assert state.samples.count() <= MOST_SAMPLES


def test_samples_of_a_clock_that_was_wrong_go(state: StateDatabase) -> None:
    state.samples.add("lab", "/data", None, {"boxes": 9}, BEGAN + 365 * DAY)
    state.samples.add("lab", "/data", None, {"boxes": 3}, BEGAN)
    assert [sample.numbers["boxes"] for sample in state.samples.of("lab", "/data")] == [3]


def test_what_is_no_finite_number_is_left_out(state: StateDatabase) -> None:
    odd = {"nan": float("nan"), "much": float("inf"), "word": "x", "flag": True, "none": None, "vast": 10**400}
    state.samples.add("lab", "/data", float("nan"), {**odd, "boxes": 3}, BEGAN)
    (sample,) = state.samples.of("lab", "/data")
    assert (dict(sample.numbers), sample.latency) == ({"boxes": 3}, None)


def test_a_store_that_tells_too_much_is_cut_short(state: StateDatabase) -> None:
    state.samples.add("lab", "/data", None, {f"{number}{'x' * 500}": number for number in range(100)}, BEGAN)
    (sample,) = state.samples.of("lab", "/data")
    assert len(sample.numbers) == MOST_NUMBERS
    assert max(map(len, sample.numbers)) == LONGEST_LABEL


def test_rows_that_another_program_wrote_wrongly_are_survived(state: StateDatabase) -> None:
    for minute, text in enumerate(("no json", "[1]", '{"a": "b", "c": 2}')):
        state.samples.add("lab", "/data", None, {}, BEGAN + minute * EVERY)
        with state.writing() as connection:
            connection.execute("UPDATE samples SET numbers = ? WHERE at = ?", (text, BEGAN + minute * EVERY))
    assert [dict(sample.numbers) for sample in state.samples.of("lab", "/data")] == [{}, {}, {"c": 2}]


def test_a_database_of_before_there_were_samples_gets_their_tables(path: Path) -> None:
    with closing(StateDatabase(path, MIGRATIONS[:1])) as old:
        old.remember("view", "1")
    with closing(StateDatabase(path)) as state:
        assert state.samples.add("lab", "/data", 0.1, {"boxes": 3}, BEGAN)
        assert state.recall("view") == "1"


ENDLESS = """
import itertools, pathlib, sys
from tui.jobs.state import StateDatabase
state = StateDatabase(pathlib.Path(sys.argv[1]))
for number in itertools.count():
    state.samples.add("lab", "/data", 0.1, {"boxes": number}, 1_800_000_000 + number * 60)
    print(number, flush=True)
"""


def test_a_kill_in_the_midst_of_writing_leaves_all_that_was_kept(path: Path) -> None:
    for stop_at in (1, 40, 400):
        path.unlink(missing_ok=True)
        with other(ENDLESS, path) as writer:
            while int(writer.hear()) < stop_at:
                pass
            writer.process.kill()
            writer.process.wait()
        with closing(StateDatabase(path)) as state:
            assert state.notice == ""
            kept = state.samples.of("lab", "/data")
            assert kept[-1].numbers["boxes"] >= stop_at
            assert state.samples.add("lab", "/data", 0.1, {"boxes": 0}, kept[-1].at + EVERY)
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        for file in path.parent.iterdir():
            file.unlink()


def test_a_full_disk_keeps_what_was_there(state: StateDatabase) -> None:
    state.samples.add("lab", "/data", 0.1, {"boxes": 3}, BEGAN)
    with state.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    with pytest.raises(Unavailable, match="the disk is full"):
        for minute in range(1, 1000):
            state.samples.add("lab", "/data", 0.1, {"x" * 40: minute}, BEGAN + minute * EVERY)
    assert state.samples.of("lab", "/data")[0].numbers == {"boxes": 3}
