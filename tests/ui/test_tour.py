"""The guided tour: each of its steps is done by its own keys in the real demo, and it can be left at any time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from textual.screen import ModalScreen

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.config.profiles import Profile
from tui.demo.deployment import demo_deployment
from tui.resources.deck import Deck
from tui.screens.home import HomeScreen
from tui.screens.tour_steps import STEPS
from tui.screens.welcome import DEMO_EXIT
from tui.services.sample_world import PROFILES
from tui.widgets.tour_bar import TourBar


@asynccontextmanager
async def in_the_demo(deck: Deck, start: Start, folder: Path, size: tuple[int, int]) -> AsyncIterator[Driver]:
    """Run the demo and the dashboard on it."""
    async with demo_deployment(folder) as (_, profiles):
        for profile in profiles:
            deck.add_temporary(profile)
        async with start(size) as driver:
            yield driver


def bar_of(driver: Driver) -> str:
    """Return what the bar of the screen that is shown says, "" without one."""
    bars = driver.app.screen.query(TourBar)
    return bars.first().text if bars else ""


async def press_all(driver: Driver, keys: tuple[str, ...]) -> None:
    """Press keys, type texts, and wait after each for what it does."""
    for key in keys:
        if len(key) > 1 and (" " in key or "/" in key or key == "radar"):
            await driver.until(lambda: hasattr(driver.app.focused, "value"), "a field to type in")
            await driver.type(key)
        elif key == "u":
            await driver.until(lambda: not isinstance(driver.app.screen, ModalScreen))
            await driver.until(lambda: driver.app.deck.state.journal.last_undoable() is not None)
            await driver.press(key)
        else:
            before = driver.text
            await driver.press(key)
            await driver.until(lambda before=before: driver.text != before, f"what {key} does")


async def test_every_step_is_done_by_its_keys_and_seen_to_be(deck: Deck, start: Start, tmp_path: Path) -> None:
    assert len(STEPS) == 10
    async with in_the_demo(deck, start, tmp_path / "demo", (80, 24)) as driver:
        await driver.sees("cluster", "surveys")
        await driver.press("question_mark")
        await driver.sees("guided tour")
        await driver.press("question_mark")
        for number, step in enumerate(STEPS):
            await driver.until(lambda n=number: f"TOUR {n + 1}/10" in bar_of(driver), f"step {number + 1}")
            assert not driver.app.tour_done and step.press.replace("`", "") in driver.text, driver.text
            assert driver.app.screen.region.height == 24 and all(len(line) <= 80 for line in driver.lines)
            if step.place:
                kind = step.place.split(" ", 1)[0]
                await driver.until(lambda k=kind: driver.app.current and driver.app.current.type.name == k)
                await driver.until(lambda: driver.app.current and len(driver.app.current.listing.view))
            await press_all(driver, step.keys)
            await driver.until(lambda: driver.app.tour_done, f"{step.title} done")
            if hasattr(driver.app.focused, "value"):
                await driver.press("escape")
                await driver.until(lambda: not hasattr(driver.app.focused, "value"))
            await driver.press("n")
        await driver.until(lambda: not driver.app.is_touring)
        assert bar_of(driver) == ""
        await driver.sees("the tour is over")


async def test_it_goes_back_is_left_and_gone_on_with(deck: Deck, start: Start, tmp_path: Path) -> None:
    for name, system in PROFILES.items():
        deck.add_temporary(Profile(name=name, system=system, uri=str(tmp_path), tag="demo"))
    async with start((140, 40)) as driver:
        await driver.press("question_mark")
        await driver.sees("guided tour")
        await driver.press("question_mark")
        await driver.until(lambda: "TOUR 1/10" in bar_of(driver))
        await driver.press("n")
        await driver.until(lambda: "TOUR 2/10" in bar_of(driver))
        await driver.press("b")
        await driver.until(lambda: "TOUR 1/10" in bar_of(driver) and isinstance(driver.app.screen, HomeScreen))
        await driver.press("n")
        await driver.until(lambda: "TOUR 2/10" in bar_of(driver))
        await driver.press("enter")
        await driver.until(lambda: "TOUR 3/10" in bar_of(driver))
        await driver.press("escape")
        await driver.sees("the tour was left")
        assert bar_of(driver) == "" and driver.app.current is not None
        await driver.press("question_mark")
        await driver.sees("guided tour")
        await driver.press("question_mark")
        await driver.until(lambda: "TOUR 3/10" in bar_of(driver))


@pytest.mark.parametrize("chosen", [False, True])
async def test_outside_of_the_demo_the_demo_is_offered(start: Start, lab: Profile, chosen: bool) -> None:
    async with start() as driver:
        await driver.sees("lab")
        await driver.press("question_mark")
        await driver.sees("guided tour")
        await driver.press("question_mark")
        await driver.sees("the guided tour leads through the demo", "stay here")
        await driver.press(*(["down"] if chosen else []), "enter")
        if chosen:
            await driver.until(lambda: driver.app.return_value == DEMO_EXIT)
        else:
            await driver.misses("the guided tour leads")
            assert not driver.app.is_touring
