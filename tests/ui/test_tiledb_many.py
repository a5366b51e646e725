"""Five thousand assets in forty folders: the first page is there at once, and only what is looked at is asked for."""

from __future__ import annotations

from pathlib import Path

from tests.cli.tiledb_platforms import forget
from tests.ui.conftest import Start
from tests.ui.tiledb_stage import at_spaces, profile_of
from tests.ui.ways import go
from tests.unit.tiledb.conftest import Place, serving
from tui.resources.deck import Deck
from tui.systems.tiledb.resources.asset_resource import Assets
from tui.systems.tiledb.resources.task_resource import Tasks
from tui.systems.tiledb.sample import TEAMS

FOLDERS = sum(len(team.folders) for team in TEAMS)
EACH = 125
"""Assets in each of them."""


def pages_asked(place: Place) -> int:
    """Return how many pages of assets were asked for, and let the next count begin."""
    asked = place.server.state.log.entries("server", "GET", "/v4/assets/list/")
    forget(place)
    return len(asked)


async def test_two_thousand_tasks_are_there_at_once_and_asked_for_as_they_are_looked_at(
    start: Start, deck: Deck, tmp_path: Path
) -> None:
    with serving(assets=1, tasks=2_000) as place:
        async with at_spaces(start, deck, profile_of(place, tmp_path), (100, 30)) as driver:
            forget(place)
            await go(driver, "tasks", "STATE", "2,0")
            asked = place.requests(1, "GET /v1/tasks/", "per_page=100")
            assert len(asked) <= 2 + Tasks.prefetch // 100
            forget(place)
            await driver.press("G")
            await driver.until(lambda: len(driver.app.browse.table.source or ()) > Tasks.prefetch)
            assert len(place.requests(1, "GET /v1/tasks/", "per_page=100")) <= 22, "each page once, and a refresh"


async def test_only_the_pages_that_are_looked_at_are_asked_for(start: Start, deck: Deck, tmp_path: Path) -> None:
    assert FOLDERS * EACH == 5_000
    with serving(assets=EACH, tasks=4) as place:
        async with at_spaces(start, deck, profile_of(place, tmp_path), (100, 30)) as driver:
            assert pages_asked(place) == 0, "a list of spaces asks for no asset"
            await go(driver, "assets radar", "composite/", "README.md")
            assert pages_asked(place) == 1
            await go(driver, "assets radar composite", "125")
            # One page of a hundred, and the next since it is within what is loaded ahead.
            assert pages_asked(place) <= 1 + Assets.prefetch // 100
            await go(driver, "found radar velocity", "velocity")
            await driver.until(lambda: len(driver.app.browse.table.source or ()) > 100)
            searched = place.server.state.log.entries("server", "GET", "/v4/assets/search/")
            assert 1 <= len(searched) <= 1 + Assets.prefetch // 100
            assert pages_asked(place) == 0
