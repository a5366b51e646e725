"""What moves by itself in the demo moves, tells one story, and stays as small after a day as after a minute."""

from __future__ import annotations

from pathlib import Path

import pytest

from tui.services.sample_world import CAMPAIGNS, PEOPLE, PROFILES, STATIONS
from tui.systems.arakoon.sample import movement, sample_entries
from tui.systems.arraylake.demo import LIVE
from tui.systems.arraylake.sample import PROJECTS, repository_name
from tui.systems.deker.demo import KEPT, bring_forecast
from tui.systems.deker.sample import make_sample
from tui.systems.deker.storage import read_collection
from tui.systems.leapyear import demo as leapyear_demo
from tui.systems.leapyear.server import prepare as prepare_leapyear
from tui.systems.leapyear.service_side.emulator import Emulator
from tui.systems.leapyear.service_side.jobs import MOST_KEPT
from tui.systems.tiledb import demo as tiledb_demo
from tui.systems.tiledb.sample import PEOPLE as TILEDB_PEOPLE
from tui.systems.tiledb.sample import SEED, TEAMS
from tui.systems.tiledb.server import prepare
from tui.systems.tiledb.service_side.service import EmbeddedTileDB


def test_the_new_forecasts_take_turns_and_can_be_read(tmp_path: Path) -> None:
    make_sample(tmp_path)
    wind = tmp_path / "collections" / "wind"
    assert {campaign.collection for campaign in CAMPAIGNS} <= {path.name for path in wind.parent.iterdir()}
    counts = []
    for number in range(2 * KEPT + 3):
        bring_forecast(tmp_path, number)
        counts.append((len([*wind.glob("array_data/**/*.hdf5")]), len([*wind.glob("array_symlinks/**/*.hdf5")])))
    assert counts[0] == (7, 7) and counts[KEPT - 1] == counts[-1] == (6 + KEPT, 6 + KEPT)
    assert all(link.exists() for link in wind.glob("array_symlinks/**/*.hdf5"))
    assert read_collection(str(wind)).problem is None


def test_the_writer_of_the_cluster_makes_no_key_that_it_has_not_made_soon() -> None:
    early = {step.key for tick in range(40) for step in movement(tick)}
    late = {step.key for tick in range(5_000, 5_200) for step in movement(tick)}
    assert late <= early and len(early) > len(STATIONS)


@pytest.mark.parametrize("classic", [False, True])
def test_tasks_and_graphs_come_and_the_oldest_go(classic: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    server = EmbeddedTileDB(classic=classic, seed=SEED)
    try:
        prepare(server, empty=False, assets=2, tasks=20)
        database = server.state.database
        before = database.number("SELECT count(*) FROM task")
        tiledb_demo.start_task(server, 1)
        assert database.number("SELECT count(*) FROM task") == before + 1
        for number in range(2, 800):
            tiledb_demo.start_task(server, number)
        assert database.number("SELECT count(*) FROM graph") <= tiledb_demo.MOST_GRAPHS
        assert database.number("SELECT count(*) FROM task WHERE graph IS NULL") <= tiledb_demo.MOST_TASKS
        orphans = "SELECT count(*) FROM task WHERE graph IS NOT NULL AND graph NOT IN (SELECT id FROM graph)"
        assert database.number(orphans) == 0
    finally:
        server.stop()


def test_somebody_starts_jobs_on_every_survey() -> None:
    emulator = Emulator(":memory:")
    try:
        prepare_leapyear(emulator, empty=False)
        before = emulator.database.number("SELECT count(*) FROM job")
        for number in range(len(CAMPAIGNS)):
            leapyear_demo.start_job(emulator, number)
        assert emulator.database.number("SELECT count(*) FROM job") == before + len(CAMPAIGNS)
        assert MOST_KEPT < 10_000, "the server itself forgets the oldest"
    finally:
        emulator.close()


def test_commits_appear_and_the_branch_begins_anew_before_it_grows(tmp_path: Path) -> None:
    pytest.importorskip("icechunk")
    from tui.systems.arraylake.server import prepare as prepare_catalogue
    from tui.systems.arraylake.service_side.contents import write_contents
    from tui.systems.arraylake.service_side.datasets import DATASETS
    from tui.systems.arraylake.service_side.live_commits import LiveCommits
    from tui.systems.arraylake.service_side.service import EmbeddedService

    service = EmbeddedService(folder=tmp_path)
    prepare_catalogue(service, False, 60)
    with service:
        write_contents(service.state, *LIVE, DATASETS["radar"][LIVE[1]])
        count = "SELECT count(*) FROM object"
        live = LiveCommits(service.state, *LIVE, most=3)
        sizes = []
        for number in range(8):
            live.commit(number)
            sizes.append(service.state.database.number(count))
        assert sizes[0] < sizes[1] < sizes[2], "each commit writes something"
        assert sizes[5] == sizes[2] and sizes[7] == sizes[4] == sizes[1], "and every third begins anew"


def test_the_systems_tell_one_story() -> None:
    repositories = {
        f"{project.org}/{repository_name(project, place)}"
        for project in PROJECTS
        for place in range(60 // len(PROJECTS))
    }
    folders = {f"{team.name}/{folder}" for team in TEAMS for folder in team.folders}
    entries = dict(sample_entries(5_000))
    emulator = Emulator(":memory:")
    try:
        prepare_leapyear(emulator, empty=False)
        surveys = {row["name"] for row in emulator.database.rows("SELECT name FROM db")}
        analysts = {row["name"] for row in emulator.database.rows("SELECT name FROM user")}
    finally:
        emulator.close()
    assert {campaign.owner for campaign in CAMPAIGNS} <= PEOPLE.keys() == {name for name, _, _ in TILEDB_PEOPLE}
    assert len(analysts & PEOPLE.keys()) >= 4
    for campaign in CAMPAIGNS:
        assert campaign.repository in repositories and campaign.asset in folders and campaign.survey in surveys
        assert campaign.survey.encode() in entries[f"campaigns/{campaign.name}".encode()]
    assert f"stations/{STATIONS[0].key}".encode() in entries
    assert set(PROFILES.values()) == {"deker", "arakoon", "arraylake", "tiledb", "leapyear"}
