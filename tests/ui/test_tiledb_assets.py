"""Assets by keys on both platforms: from spaces to a schema, folders made, names given, and deleted with care."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.tiledb_platforms import forget, sent
from tests.ui.conftest import Start
from tests.ui.tiledb_stage import SIZES, at_spaces, profile_of
from tests.ui.ways import fill_in, find, go, paste
from tests.unit.tiledb.conftest import Place, serving
from tui.resources.deck import Deck
from tui.systems.tiledb.reading.core import has_tiledb
from tui.systems.tiledb.sample_cells import BUCKET, KEYS, write_cells


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with serving(assets=12, tasks=12) as place:
        yield place


@pytest.fixture
def platform(running: Place) -> Place:
    forget(running)
    return running


@pytest.fixture(scope="module")
def running_classic() -> Iterator[Place]:
    with serving(classic=True, tasks=12) as place:
        yield place


@pytest.fixture
def classic(running_classic: Place) -> Place:
    forget(running_classic)
    return running_classic


@pytest.mark.parametrize("size", SIZES)
async def test_from_a_teamspace_through_folders_to_the_schema_of_an_array(
    start: Start, deck: Deck, tmp_path: Path, platform: Place, size: tuple[int, int]
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), size) as driver:
        await find(driver, "radar")
        await driver.press("enter")
        await driver.sees("spaces › radar › assets", "sites/", "README.md", "folder")
        await find(driver, "sites/")
        await driver.press("enter")
        await driver.sees("assets › sites", "north/", "south/", "reflectivity_2026-01")
        await find(driver, "reflectivity_2026-01")
        if not has_tiledb():
            await driver.press("enter")
            await driver.sees("opening arrays needs the package tiledb")
        if size[0] < 100:
            await driver.press("d", "+", "+", "+", "tab")
        await driver.press("y")
        await driver.sees('"backing": "array"', '"space": "radar"')
        await driver.press("escape")
        if size[1] > 30:
            await driver.sees(
                "DOMAIN",
                "latitude",
                "0 … 720 (721)",
                "ATTRIBUTES",
                "float32",
                "ZSTD 7",
            )
        # The pane, the filter, and the list are each left with a key press of its own; the list above keeps its filter.
        await driver.press("escape", "escape", *(["escape"] if size[0] < 100 else []))
        await driver.sees("radar › assets  /sites/", "1 of 4")
        assert sent(platform) == []


async def test_the_classic_cloud_has_the_same_lists(start: Start, deck: Deck, tmp_path: Path, classic: Place) -> None:
    async with at_spaces(start, deck, profile_of(classic, tmp_path), (80, 24)) as driver:
        await driver.sees("meteo-institute", "organisation", "@shared", "@public")
        await find(driver, "meteo-institute")
        await driver.press("enter")
        await driver.sees("meteo-institute › assets", "everything/", "air-quality/")
        await find(driver, "everything/")
        await driver.press("enter")
        await driver.sees("assets › everything", "satellite/")
        await go(driver, "shares meteo-institute radar-velocity-2025", "station-network", "read, write")
        await driver.press("n")
        await driver.sees("share (shares)", "everyone")
        await fill_in(driver, "ben.okafor", "read")
        await driver.press("ctrl+s")
        await driver.sees("ben.okafor may read radar-velocity-2025")
        await find(driver, "ben.okafor")
        await driver.press("ctrl+d")
        await driver.sees("shares radar-velocity-2025 with ben.okafor no more")
        await driver.press("tab", "enter")
        await driver.sees("is shared with ben.okafor no more")
        assert len(sent(classic)) == 2
        await go(driver, "activity", "the classic cloud has no activity")


async def test_a_teamspace_and_a_folder_are_made_a_search_finds_and_a_name_is_taken_back(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (140, 40)) as driver:
        await driver.press("n")
        await driver.sees("new teamspace (spaces)", "visibility")
        await fill_in(driver, "har/bour")
        await driver.press("ctrl+s")
        await driver.sees("a name has no slash")
        await fill_in(driver, "harbour")
        await driver.press("ctrl+s")
        await driver.sees("created the private teamspace harbour")
        await go(driver, "assets harbour", "nothing is in here")
        await driver.press("n")
        await driver.sees("new folder (assets)")
        await fill_in(driver, "tides")
        await driver.press("ctrl+s")
        await driver.sees("created the folder tides", "tides/")
        await driver.press("m")
        await driver.sees("rename (assets)")
        await fill_in(driver, "ebb")
        await driver.press("ctrl+s")
        await driver.sees("tides is ebb now", "ebb/")
        await driver.press("u")
        await driver.sees("ebb is tides again", "tides/")
        await driver.press("f")
        await driver.sees("search (assets)")
        await fill_in(driver, "tid")
        await driver.press("ctrl+s")
        await driver.sees("found", "tides", "folder")


@pytest.mark.parametrize("size", SIZES)
async def test_an_array_opens_by_its_address_and_is_remembered(
    start: Start, deck: Deck, tmp_path: Path, platform: Place, size: tuple[int, int]
) -> None:
    pytest.importorskip("tiledb")
    write_cells(tmp_path)
    place = tmp_path / BUCKET / KEYS[0]
    async with at_spaces(start, deck, profile_of(platform, tmp_path), size) as driver:
        await go(driver, "assets radar", "sites/")
        await driver.press("O")
        await driver.sees("open an array by its address (assets)")
        await fill_in(driver, str(place.parent / "nothing"))
        await driver.press("ctrl+s")
        await driver.sees("of this machine", "enter opens")
        await driver.press("enter")
        await driver.sees("there is nothing at")
        await driver.press("n")
        await driver.sees("open an address (addresses)")
        await fill_in(driver, str(place))
        await driver.press("ctrl+s")
        await driver.sees("2")
        await find(driver, place.name)
        await driver.press("enter")
        await driver.sees("hour", "24x180x240")
        assert sent(platform) == [] and not platform.requests(0, "POST")


async def test_deregistering_and_deleting_say_which_and_want_the_name_typed(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    name = "rain_rate_2026-03"
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (80, 24)) as driver:
        await go(driver, "assets radar composite", name)
        await find(driver, name)
        await driver.press("ctrl+d")
        await driver.sees("DEREGISTERS", "STAYS", "type its name")
        await paste(driver, "composite/other")
        await driver.press("enter")
        await driver.sees("type its name")
        await driver.press("escape")
        await driver.sees("nothing was changed")
        await driver.press("D")
        await driver.sees("DELETES THE STORAGE", "gone for good", "type its name")
        assert sent(platform) == []
        await paste(driver, f"composite/{name}")
        await driver.press("enter")
        await driver.sees("with all that was stored", "nothing matches")
        (request,) = sent(platform)
        assert request.startswith("DELETE /v4/assets/item/") and "delete-assets=true" in request


async def test_another_asset_that_took_the_name_is_not_deleted(
    start: Start, deck: Deck, tmp_path: Path, platform: Place
) -> None:
    name = "composite/velocity_2026-02"
    async with at_spaces(start, deck, profile_of(platform, tmp_path), (140, 40)) as driver:
        await go(driver, "assets radar composite", "velocity_2026-02")
        await find(driver, "velocity_2026-02")
        await driver.press("D")
        await driver.sees("DELETES THE STORAGE", "type its name")
        state = platform.server.state
        team = state.teamspaces.get(state.workspaces.get("meteo-institute").id, "radar")
        old = state.assets.get(team.id, name)
        state.assets.delete(old)
        state.assets.add(team.workspace, team.id, name, "array", old.created_by, uri="s3://new", schema="grid")
        await paste(driver, name)
        await driver.press("enter")
        await driver.sees("is not the one that was shown any more")
        assert sent(platform) == []
