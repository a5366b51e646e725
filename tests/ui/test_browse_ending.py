"""The moment in which the program ends: a screen has lost its parts, and what it had begun still comes back."""

from __future__ import annotations

import asyncio

from tests.ui.boxes import at_boxes
from tests.ui.conftest import Start
from tui.config.profiles import Profile
from tui.screens.browse import BrowseScreen
from tui.screens.browse_look import SOON


async def test_a_look_that_was_begun_finds_no_parts_any_more(start: Start, lab: Profile) -> None:
    async with start((140, 40)) as driver:
        await at_boxes(driver)
        screen = driver.app.screen
        assert isinstance(screen, BrowseScreen)
        looked: list[object] = []
        await driver.press("r", "j")
        await screen.remove_children()
        screen.set_timer(SOON * 2, lambda: looked.append(True))  # timers run in their order
        await driver.until(lambda: looked)
        await asyncio.gather(*(worker.wait() for worker in driver.app.workers if worker.group == "look"))


async def test_what_ends_after_the_screens_are_gone_is_no_error(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        begun = asyncio.Event()

        async def work_to_the_end() -> None:
            begun.set()
            while driver.app.is_running:
                await asyncio.sleep(0)
            driver.app.query_one("#gone").refresh()

        driver.app.run_worker(work_to_the_end())
        await begun.wait()


async def test_nothing_is_marked_where_no_row_is_shown(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await driver.press("slash")
        await driver.type("nobody")
        await driver.press("enter", "a")
        await driver.sees("no row is shown: nothing is marked")
