"""From a list of arrays to their numbers: the keys, what opens, and the way back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from tests.grids import EMPTY, WHOLE, grid_values, make_grids
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.config.profiles import Profile
from tui.resources.deck import Deck
from tui.screens.arrays.array_viewer import ArrayViewer
from tui.screens.browse import BrowseScreen


@pytest.fixture
async def grids(tmp_path: Path, deck: Deck) -> AsyncIterator[Profile]:
    """The profile of a storage with a whole, an empty and a damaged array."""
    make_grids(tmp_path / "grids")
    profile = Profile(name="grids", system="deker", uri=str(tmp_path / "grids"))
    deck.add_temporary(profile)
    yield profile


async def at_arrays(driver: Driver) -> None:
    await driver.sees("grids")
    await driver.press("enter")
    await driver.sees("views")
    await driver.press("enter")
    await driver.sees(WHOLE[:8])


@pytest.mark.parametrize("key", ["enter", "V", "l"])
async def test_an_array_is_opened_and_left_for_where_one_was(start: Start, grids: Profile, key: str) -> None:
    async with start((120, 34)) as driver:
        await at_arrays(driver)
        await driver.press(key)
        await driver.sees("grids 0", "lat x x", "▶ time", f"= {grid_values()[0, 0, 0]!s}", "statistics, all cells")
        await driver.press("full_stop", "j")
        await driver.sees("[1, 1, 0]", "2024-02-27 03:00", f"= {grid_values()[1, 1, 0]!s}")
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        await driver.sees(WHOLE[:8], "arrays")


async def test_an_array_without_values_is_opened_and_a_damaged_one_says_what_it_is(
    start: Start, grids: Profile
) -> None:
    async with start((120, 34)) as driver:
        await at_arrays(driver)
        await driver.press("j", "V")
        await driver.sees("grids 1", "never written")
        await driver.press("q")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen), "the list again")
        await driver.sees(EMPTY[:8])
        await driver.press("j")
        await driver.sees("✖ damaged", "number  2")
        await driver.press("enter")
        await driver.sees("grids 2", "cannot be read", "truncated")
        await driver.press("escape")


async def test_exact_statistics_are_a_job_that_is_listed(start: Start, grids: Profile, deck: Deck) -> None:
    async with start((120, 34)) as driver:
        await at_arrays(driver)
        await driver.press("V")
        await driver.sees("statistics, all cells")
        viewer = driver.app.screen
        assert isinstance(viewer, ArrayViewer)
        viewer.statistics = None  # as of an array that a sample does not cover
        await driver.press("E")
        await driver.sees("statistics of grids 0")
        (job,) = await deck.runner.list()
        ended = await deck.runner.wait(job.id)
        assert ended.profile == "grids"
        assert ended.result["values"] == grid_values().size
        assert ended.result["maximum"] == float(grid_values().max())
        await driver.sees("statistics, all cells", f"{np.mean(grid_values(), dtype='f8'):.7g}")


async def test_the_palette_and_the_help_offer_the_viewer_only_where_it_works(start: Start, grids: Profile) -> None:
    async with start((120, 34)) as driver:
        await driver.sees("grids")
        await driver.press("enter")
        await driver.sees("views")
        await driver.press("question_mark")
        await driver.sees("keys that work here")
        await driver.type("view the data")
        await driver.misses("list.view")
        await driver.press("escape", "V")
        assert isinstance(driver.app.screen, BrowseScreen)
        await driver.press("enter")
        await driver.sees(WHOLE[:8])
        await driver.press("ctrl+p")
        await driver.type("view the data")
        await driver.until(lambda: driver.text.count("view the data") > 1, "what was found, below what was typed")
        await driver.press("enter")
        await driver.sees("grids 0", "lat x x")
