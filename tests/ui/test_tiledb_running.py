"""What runs, keys and stored profiles by keys; and a read-only profile that sends no change whatever is pressed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.tiledb_platforms import changes, forget
from tests.ui.conftest import Start
from tests.ui.test_hasty_keys import LIST_KEYS, still_answers, type_hastily
from tests.ui.tiledb_stage import at_spaces, colours, profile_of, reddish
from tests.ui.ways import fill_in, find, go, paste
from tests.unit.tiledb.conftest import Place, serving
from tui.resources.deck import Deck
from tui.systems.tiledb.job_source import ServerJobs
from tui.systems.tiledb.profiles.profile_file import ProfileFile
from tui.systems.tiledb.service_side.tasks import Node

OWN = ("n", "e", "E", "m", "M", "K", "b", "D", "ctrl+d", "delete", "w", "L", "B", "P", "f", "H", "R", "I", "i", "t")


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with serving(assets=3, tasks=12) as place:
        yield place


@pytest.fixture
def platform(running: Place) -> Place:
    forget(running)
    return running


@pytest.fixture
def begun() -> Iterator[Place]:
    """A platform that has just begun: on one where much time passed no graph of the sample runs any more."""
    with serving(assets=3, tasks=12) as place:
        forget(place)
        yield place


async def test_a_graph_is_drawn_looked_into_step_by_step_and_stopped(
    start: Start, deck: Deck, tmp_path: Path, begun: Place
) -> None:
    async with at_spaces(start, deck, profile_of(begun, tmp_path), (140, 40)) as driver:
        await driver.press("3")
        await driver.sees("graphs", "era5-ingest", "● running", "✖ failed")
        await driver.press("/")
        await paste(driver, "name = era5-ingest")
        await driver.press("enter")
        await driver.sees("1 of ", "PICTURE", "fetch", "regrid part 3", "statistics")
        await driver.press("enter")
        await driver.sees("steps", "regrid part 0, regrid part 1")
        await driver.press("escape")
        await driver.sees("1 of ", "PICTURE")
        await driver.press("K")
        await driver.sees("stops era5-ingest", "steps are over")
        assert not changes(begun)
        await driver.press("tab", "enter")
        await driver.sees("asked era5-ingest to stop")
        await driver.sees("○ cancelled")
        (request,) = changes(begun)
        assert request.method == "POST" and request.path.endswith("/stop")


async def test_what_runs_at_the_server_is_among_the_jobs_and_a_graph_is_stopped_there(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    state = platform.server.state
    owner = state.people.get(platform.credentials["username"])
    nodes = (Node("a", "first", (), 900.0), Node("b", "second", ("a",), 900.0))
    state.tasks.run(platform.credentials["workspace_id"], "storm-surge", owner.id, nodes)
    state.tasks.submit(platform.credentials["workspace_id"], "tide-table", owner.id, "SQL", 900.0)
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (140, 40)) as driver:
        await driver.press("J")
        await driver.sees("task graph storm-surge", "task tide-table", "running")
        await find(driver, "tide-table")
        await driver.press("ctrl+k")
        await driver.sees("its server stops no single one of this kind")
        await driver.press("escape")
        await find(driver, "storm-surge")
        assert not changes(platform)
        await driver.press("ctrl+k")
        await driver.sees("stops storm-surge")
        await driver.press("tab", "enter")
        await driver.sees("asked storm-surge to stop")
        (request,) = changes(platform)
        assert request.path.endswith("/stop")
        await go(driver, "spaces @lab", "radar")
        await driver.sees("job on lab cancelled: task graph storm-surge")


@pytest.mark.parametrize(("kind", "size"), [("task", (80, 24)), ("graph", (140, 40))])
async def test_following_what_runs_leads_to_its_one_row_among_the_jobs_and_its_end_is_told(
    start: Start, deck: Deck, tmp_path: Path, platform: Place, kind: str, size: tuple[int, int]
) -> None:
    state, workspace = platform.server.state, platform.credentials["workspace_id"]
    owner, name = state.people.get(platform.credentials["username"]), f"tide-{kind}"
    if kind == "task":
        state.tasks.submit(workspace, name, owner.id, "SQL", 900.0)
    else:
        state.tasks.run(workspace, name, owner.id, (Node("a", "first", (), 900.0),))
    async with at_spaces(start, deck, profile_of(platform, tmp_path), size) as driver:
        await go(driver, f"{kind}s", name, "running")
        await find(driver, name)
        await driver.press("w")
        await driver.sees("jobs", f"{name} is among the jobs, and its end is told")
        await driver.until(lambda: [name in job.title for job in driver.app.browse.chosen_items()] == [True], "its row")
        assert [job.title for job in await deck.runner.list()] == [], "no job of this machine does the same again"
        await driver.press("escape")
        await driver.sees(f"{kind}s", "1 of ")
        state.clock.advance(1000)
        # The pauses between two looks have grown by now; this one is not waited for.
        source = deck.connection("lab").jobs
        assert isinstance(source, ServerJobs)
        source.begun()

        def states() -> list[str]:
            return [str(job.state) for job in source.jobs() if name in job.title]

        await driver.until(lambda: states() == ["succeeded"], name)
        await driver.press("r")
        await driver.sees("succeeded")
        await driver.press("w")
        await driver.sees("cannot follow it among the jobs: it is over: succeeded")
    assert not changes(platform)


async def test_forgotten_log_ins_are_marked_and_a_task_tells_its_log(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (80, 24)) as driver:
        await go(driver, "tokens", "▲ warning: forgotten", "AGE", "352 d", "laptop-ada")
        await driver.press("/")
        await paste(driver, "state ~ forgotten")
        await driver.press("enter")
        await driver.sees("6 of ")
        await driver.misses("laptop-ada")
        await driver.press("a", "ctrl+d")
        await driver.sees("revokes 6 keys", "type the number of items")
        await paste(driver, "6")
        await driver.press("enter")
        await driver.sees("6 done")
        assert [request.method for request in changes(platform)] == ["DELETE"] * 6
        await go(driver, "tasks", "STATE", "SQL")
        await driver.press("G", "y")
        await driver.sees('"status": ', '"start_time": ')
        assert platform.credentials["token"] not in driver.text


async def test_stored_profiles_are_added_and_tested_and_one_without_tls_is_shown_as_bad(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (140, 40)) as driver:
        await go(driver, "stored-profiles", "stored", "meteo-institute")
        await driver.press("n")
        await driver.sees("add (stored-profiles)", "verify ssl")
        await fill_in(driver, platform.server.url, None, "tiledb-ws_1-MARKER77")
        assert "MARKER77" not in driver.text
        await driver.press("ctrl+s")
        await driver.sees("stored the profile default")
        values = ProfileFile(tmp_path).load("default").values
        ProfileFile(tmp_path).save("default", {**values, "rest.verify_ssl": "false"}, overwrite=True)
        await driver.press("r")
        await driver.sees("✖ error: not verified")
        await driver.press("G")
        await driver.sees("by this profile of arraydeck")
        assert reddish(colours(driver, "not verified")), "in the list, where the cursor is not on it"
        assert not reddish(colours(driver, "● ok"))
        await driver.press("g")
        await driver.sees("rest.verify_ssl")
        assert reddish(colours(driver, "not verified")[-1:]), "in the details"
        await find(driver, "default")
        await driver.press("t")
        await driver.sees("bad token or password")
        await driver.press("ctrl+d")
        await driver.sees("type its name", "TileDB's own tools lose it too")
        await paste(driver, "default")
        await driver.press("enter")
        await driver.sees("removed the profile default")
        assert ProfileFile(tmp_path).names() == ["stored"]
        assert not changes(platform)


async def test_a_log_in_that_is_refused_leaves_one_with_the_former(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (80, 24)) as driver:
        values = ProfileFile(tmp_path).load("stored").values
        ProfileFile(tmp_path).save("denied", {**values, "rest.token": "tiledb-ws_1-wrong", "rest.workspace": "ws_1"})
        await go(driver, "stored-profiles", "denied", "stored")
        await find(driver, "denied")
        await driver.press("L")
        await driver.sees("switch to this log-in", "from now on, not for this run")
        await driver.press("ctrl+s")
        await driver.sees("bad token or password")
        await find(driver, "stored")
        await driver.press("r")
        await driver.sees("yes")
        platform.server.state.log.clear()
        await go(driver, "tokens", "laptop-ada")
        assert not platform.requests(0, " 401")


async def test_no_key_of_a_read_only_profile_changes_anything(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path, read_only=True), (100, 30)) as driver:
        await driver.sees("read-only")
        for place in ("spaces", "assets radar", "graphs"):
            await go(driver, place, place.partition(" ")[0])
            await type_hastily(driver, (*OWN, *OWN, *LIST_KEYS, "ctrl+s", "tab", "enter"), len(place), 40)
            await still_answers(driver)
        assert len(platform.server.state.log.entries()) > 5 and not changes(platform)
        assert ProfileFile(tmp_path).names() == ["stored"]
