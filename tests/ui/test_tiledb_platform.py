"""The current platform by keys: what was typed outlives a refusal, and what was changed is taken back by `u`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.cli.tiledb_platforms import changes, forget
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.tiledb_stage import at_spaces, profile_of
from tests.ui.ways import fill_in, find, go, paste
from tests.unit.tiledb.conftest import Place, serving
from tui.jobs.job import Job, JobState
from tui.resources.deck import Deck
from tui.systems.tiledb.service_side.tasks import Node


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with serving(assets=1, tasks=4) as place:
        yield place


@pytest.fixture
def platform(running: Place) -> Place:
    forget(running)
    return running


async def test_what_was_typed_is_there_again_after_a_refusal(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (80, 24)) as driver:
        await driver.press("n")
        await driver.sees("new teamspace")
        await driver.press("ctrl+s")
        await driver.sees("Field required")
        await fill_in(driver, "radar", None, "Echoes")
        await driver.misses("Field required")
        await driver.press("ctrl+s")
        await driver.sees("teamspace radar already exists")
        await driver.press("n")
        await driver.sees("new teamspace", "radar", "Echoes")
        await driver.press("escape")
        await driver.misses("new teamspace (spaces)")
        await find(driver, "hydrology")
        await driver.press("e")
        await driver.sees("edit (spaces)", "Catchments and gauges")
        assert "Echoes" not in driver.text, "that was for another form"


async def test_a_teamspace_is_edited_and_that_is_taken_back_and_some_spaces_stay(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (140, 40)) as driver:
        await find(driver, "hydrology")
        await driver.press("e")
        await driver.sees("edit (spaces)")
        await fill_in(driver, "rivers", None, "Gauges alone")
        await driver.press("ctrl+s")
        await driver.sees("hydrology is rivers now; u takes it back")
        await driver.press("u")
        await driver.sees("hydrology is again what it was", "Catchments and gauges")
        for name, reason in (("general", "the space of everybody"), ("ada.vogel", "one person's own space")):
            await find(driver, name)
            await driver.press("ctrl+d")
            await driver.sees("cannot delete", reason)
        assert [request.method for request in changes(platform)] == ["PATCH", "PATCH"]


async def test_an_asset_goes_elsewhere_and_back_and_its_metadata_too(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (80, 24)) as driver:
        await go(driver, "assets radar", "composite/")
        await driver.press("n")
        await driver.sees("new folder")
        await fill_in(driver, "one/two")
        await driver.press("ctrl+s")
        await driver.sees("not found", "(make the folder")
        await go(driver, "assets radar composite", "reflectivity")
        await find(driver, "reflectivity")
        await driver.press("M")
        await driver.sees("move (assets)")
        await driver.press("ctrl+s")
        await driver.sees("to the top of radar")
        await driver.press("tab", "enter")
        await driver.sees("is in the top of radar now; u takes it back")
        await driver.press("u")
        await driver.sees("is in composite again", "reflectivity")
        await driver.press("K")
        await driver.sees("set metadata")
        await fill_in(driver, "beam", "narrow")
        await driver.press("ctrl+s")
        await driver.sees("beam of", "says narrow (o leads to")
        await driver.press("o", "enter")
        await driver.sees("metadata", "narrow", "STRING_UTF8")
        await find(driver, "beam")
        await driver.press("ctrl+d")
        await driver.sees("deletes beam")
        await paste(driver, "beam")
        await driver.press("enter")
        await driver.sees("deleted beam")
        await driver.press("u")
        await driver.sees("beam says again what it said", "narrow")


async def chosen(driver: Driver, name: str) -> None:
    """Leave the row of one step, whatever comes after it."""
    await driver.press("/", "ctrl+u")
    await paste(driver, f"name = {name}")
    await driver.press("enter")
    await driver.until(lambda: [step.name for step in driver.app.browse.chosen_items()] == [name], name)


async def test_a_step_tells_its_log_and_the_picture_what_runs(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    state, workspace = platform.server.state, platform.credentials["workspace_id"]
    owner = state.people.get(platform.credentials["username"])
    nodes = (Node("a", "quick", (), 1.0), Node("b", "slow", ("a",), 900.0), Node("c", "last", ("b",), 1.0))
    state.tasks.run(workspace, "storm-surge", owner.id, nodes)
    state.clock.advance(60)
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (80, 24)) as driver:
        await go(driver, "graphs", "storm-surge", "● running")
        await find(driver, "storm-surge")
        await driver.press("e")
        await driver.sees("cannot try what failed again: it runs")
        await driver.press("P")
        await driver.sees("● quick", "◆ slow", "◆ running", "● succeeded")
        await driver.press("escape", "enter")
        await driver.sees("steps", "quick", "slow")
        await chosen(driver, "quick")
        await driver.press("enter")
        await driver.sees("the log of quick", "started")
        await driver.press("escape")
        await chosen(driver, "last")
        await driver.press("L")
        await driver.sees("the log of last", "queued")
        await driver.press("escape")
        await go(driver, "graphs", "storm-surge")
        await find(driver, "satellite-masks")
        await driver.press("e")
        await driver.sees("nothing of it failed", "`B` runs it anew")
        assert not changes(platform)


def ended(title: str) -> Job:
    """A job of a server that went well."""
    told = {"id": 0, "title": title, "profile": "lab", "system": "tiledb", "created": datetime.now(UTC)}
    return Job(state=JobState.SUCCEEDED, **told)


async def test_what_became_of_an_action_is_read_before_the_end_of_a_job_takes_its_place(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (80, 24)) as driver:
        driver.app.say("made the key robot")
        driver.app.say_ended(ended("regrid"))
        assert driver.lines[-1].startswith(" made the key robot")
        await driver.sees("job 0 succeeded: regrid")
        driver.app.say_ended(ended("another"))
        await driver.sees("2 jobs ended (J): another succeeded")


async def test_a_storage_setting_and_a_workspace_are_edited_and_that_is_taken_back(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (140, 40)) as driver:
        await go(driver, "storage", "legacy", "s3://meteo-old/")
        await find(driver, "legacy")
        await driver.press("e")
        await driver.sees("edit (storage)")
        await fill_in(driver, "older", "s3://meteo-older/")
        await driver.press("ctrl+s")
        await driver.sees("changed legacy; u takes it back")
        await driver.press("u")
        await driver.sees("legacy is again what it was", "s3://meteo-old/")
        await go(driver, "workspaces", "station-network")
        await find(driver, "meteo-institute")
        await driver.press("e")
        await driver.sees("edit (workspaces)")
        await driver.press("end", "!", "ctrl+s")
        await driver.sees("changed what meteo-institute says of itself")
        await driver.press("u")
        await driver.sees("meteo-institute says of itself again what it said")
        assert [request.method for request in changes(platform)] == ["PATCH"] * 4
