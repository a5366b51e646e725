"""What is in a repository: branches, tags, commits with what they changed, groups, and arrays in the viewer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.arraylake_stage import SIZES, at_orgs, catalogue, profile_of
from tests.ui.conftest import Start
from tests.ui.ways import find, go
from tui.resources.deck import Deck
from tui.systems.arraylake.reading import extra
from tui.systems.arraylake.resources import node_resource, repo_details, repo_resource, version_resource
from tui.systems.arraylake.service_side.contents import write_contents
from tui.systems.arraylake.service_side.datasets import DATASETS
from tui.systems.arraylake.service_side.service import EmbeddedService

ORG, NAME = "kestrel-forecast", "surface-icon"


@pytest.fixture(scope="module")
def forecast() -> Iterator[EmbeddedService]:
    """A service in which one repository holds something."""
    with catalogue(10) as service:
        write_contents(service.state, ORG, NAME, DATASETS["forecast"][NAME])
        yield service


@pytest.mark.parametrize("size", SIZES)
async def test_versions_commits_groups_and_an_array_in_the_viewer(
    start: Start, deck: Deck, tmp_path: Path, forecast: EmbeddedService, size: tuple[int, int]
) -> None:
    async with at_orgs(start, deck, profile_of(forecast, tmp_path), size) as driver:
        await go(driver, f"repos {ORG}", NAME)
        await find(driver, NAME)
        await driver.press("enter")
        await driver.sees(f"{NAME} › versions", "main", "draft", "v1", "Corrected the first")
        await driver.press("5")
        await driver.sees("main › commits", "Layout of groups", "Repository initialized")
        await driver.press("j")
        if size[0] < 100:
            await driver.press("d")
        await driver.sees("COMMIT", "author    Ada Vogel", "Quarter 4 of the run")
        if size[0] > 100:
            await driver.sees("CHANGED", "chunks written")
        await driver.press("enter")
        await driver.sees("commit:", "nodes", "analysis/", "forecast/")
        await driver.press("escape", "escape", "enter")
        await driver.sees("main › nodes", "forecast/")
        await driver.press("G", "enter")
        await driver.sees("nodes › forecast", "24x46x90", "t2m", "time")
        await driver.press("j", "j", "enter")
        await driver.sees("forecast/t2m", "latitude x longitude", "▶ time")
        await driver.press("escape")
        await driver.sees("nodes › forecast")


async def test_the_details_of_a_repository_show_what_is_in_it(
    start: Start, deck: Deck, tmp_path: Path, forecast: EmbeddedService
) -> None:
    async with at_orgs(start, deck, profile_of(forecast, tmp_path), (150, 70)) as driver:
        await go(driver, f"repos {ORG}", NAME)
        await find(driver, NAME)
        await driver.sees("BRANCHES", "draft", "TAGS", "v1", "RECENT COMMITS", "Quarter 4 of the run", "24x46x90")
        await find(driver, "upper-air-icon")
        await driver.sees("nothing is stored yet")


async def test_without_the_extra_the_catalogue_tells_what_it_knows_and_what_to_install(
    start: Start, deck: Deck, tmp_path: Path, forecast: EmbeddedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (extra, repo_details, version_resource, node_resource):
        monkeypatch.setattr(module, "has_icechunk", lambda: False)
    async with at_orgs(start, deck, profile_of(forecast, tmp_path), (150, 60)) as driver:
        await go(driver, f"repos {ORG}", NAME)
        await find(driver, NAME)
        await driver.sees("GROUPS AND ARRAYS OF MAIN", "analysis/", "branches, tags and commits: pip install")
        await driver.press("enter")
        await driver.sees("› versions", "main", "other branches, tags and commits: pip", "'arraydeck[icechunk]'")
        await driver.press("enter")
        await driver.sees("main › nodes", "forecast/")
        await driver.press("G", "enter")
        await driver.sees("nodes › forecast", "24x46x90", "float32")


async def test_a_search_looks_into_repositories_and_says_how_far(
    start: Start, deck: Deck, tmp_path: Path, forecast: EmbeddedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with at_orgs(start, deck, profile_of(forecast, tmp_path), (140, 30)) as driver:
        await driver.press("semicolon")
        await driver.type("t2m")
        await driver.sees("t2m", "nodes", f"{ORG} › {NAME} › main", "searched 1 profile")
        await driver.press("enter")
        await driver.sees("nodes › analysis", "t2m", "8x46x90")
        await driver.until(lambda: driver.app.browse.table.cursor_key == "analysis/t2m", "the cursor is on it")
        monkeypatch.setattr(repo_resource, "has_icechunk", lambda: False)
        await driver.press("semicolon")
        await driver.type("t2m")
        await driver.sees("0 found", "repos were not looked into", "icechunk")
