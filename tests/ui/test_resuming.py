"""Going on where one was: lists, cursor, filter, sort and history are found again after a lost line."""

from __future__ import annotations

import signal

import pytest

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.config.profiles import Profile
from tui.jobs.sessions import Ending
from tui.resources.deck import Deck

LOST = 128 + signal.SIGHUP


async def leave(driver: Driver, ending: Ending | None = Ending.LOST) -> None:
    """End the program as a signal does, and as the command line does afterwards."""
    driver.app.exit(LOST)
    await driver.app.leave_place(ending)


async def test_the_place_is_found_again_once(start: Start, lab: Profile) -> None:
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("atlas", "borea")
        await driver.press("J")
        await driver.sees("jobs")
        await driver.press("escape")
        await driver.sees("atlas")
        await driver.press("s", "down", "down", "down", "enter")
        await driver.sees("SIZE")
        await driver.press("S", "slash")
        await driver.type("e")
        await driver.press("enter")
        await driver.sees("borea", "ceres")
        await driver.misses("atlas")
        await driver.press("down")
        await driver.until(lambda: driver.app.browse.table.cursor_key == "ceres")
        await leave(driver)
    async with start((100, 30)) as driver:
        await driver.sees("borea", "the line was lost", "0 goes home")
        await driver.until(lambda: driver.app.browse.table.cursor_key == "ceres")
        assert "atlas" not in driver.text and "/e" in driver.lines[0]
        view = driver.app.browse.table.source
        assert view is not None and driver.app.current is not None
        assert (driver.app.current.listing.view.sort_column, driver.app.current.listing.view.descending) == (
            "size",
            True,
        )
        await driver.press("right_square_bracket")
        await driver.sees("jobs")
        await driver.press("0")
        await driver.sees("recent events")
        await leave(driver, Ending.QUIT)
    async with start((100, 30)) as driver:
        await driver.sees("recent events")
        await driver.until(lambda: not driver.app.workers)
        assert "the line was lost" not in driver.text and driver.app.current is None


async def test_at_home_one_is_at_home_again(start: Start, lab: Profile) -> None:
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("atlas")
        await driver.press("0")
        await driver.sees("recent events")
        await leave(driver)
    async with start((100, 30)) as driver:
        await driver.sees("recent events", "the line was lost")
        assert driver.app.current is not None and driver.app.current.type.name == "boxes"


async def test_several_profiles_and_comparisons_are_found_again(start: Start, lab: Profile, deck: Deck) -> None:
    deck.add_temporary(lab.model_copy(update={"name": "mirror"}))
    for line, shown in (("boxes @*", "mirror"), ("compare boxes @lab @mirror", "lab | mirror")):
        async with start((120, 30)) as driver:
            await driver.sees("lab")
            await driver.press("colon")
            await driver.type(line)
            await driver.press("enter")
            await driver.until(lambda: driver.app.is_browsing)
            await driver.sees(shown)
            await leave(driver)
        async with start((120, 30)) as driver:
            await driver.sees("the line was lost", shown)
            assert driver.app.current is not None and len(driver.app.current.parts) == 2


async def test_a_profile_that_leads_elsewhere_now_is_not_gone_back_to(start: Start, lab: Profile, deck: Deck) -> None:
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("atlas")
        await leave(driver)
    deck.add_temporary(lab.model_copy(update={"uri": lab.uri + "x"}))
    async with start((100, 30)) as driver:
        await driver.sees("recent events")
        await driver.until(lambda: driver.app.deck.settings and not driver.app.is_browsing)
        assert driver.app.current is None


@pytest.mark.parametrize(
    ("resume", "ending", "found"),
    [
        ("never", Ending.LOST, False),
        ("always", Ending.QUIT, True),
        ("hangup", Ending.QUIT, False),
        ("always", None, False),
    ],
)
async def test_the_setting_says_when(
    start: Start, lab: Profile, deck: Deck, resume: str, ending: Ending | None, found: bool
) -> None:
    deck.settings = deck.settings.model_copy(update={"resume": resume})
    async with start((100, 30)) as driver:
        await driver.sees("lab")
        await driver.press("enter")
        await driver.sees("atlas")
        await leave(driver, ending)
    async with start((100, 30)) as driver:
        if found:
            await driver.sees("atlas", "you left")
        else:
            await driver.sees("recent events")
            assert driver.app.current is None
