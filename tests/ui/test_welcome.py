"""The first start: no profile yet, and three ways to begin."""

from __future__ import annotations

from pathlib import Path

from tests.ui.conftest import Start
from tui.resources.deck import Deck
from tui.screens.browse import BrowseScreen
from tui.screens.home import HomeScreen
from tui.screens.welcome import DEMO_EXIT, WelcomeScreen


async def test_three_ways_are_offered(start: Start) -> None:
    async with start() as driver:
        await driver.sees("1  open a folder", "2  start the demo", "3  add a profile")
        assert isinstance(driver.app.screen, WelcomeScreen)


async def test_an_address_is_opened_without_keeping_a_profile(start: Start, deck: Deck, boxes: Path) -> None:
    async with start() as driver:
        await driver.sees("1  open a folder")
        await driver.press("1")
        await driver.sees("a folder or an address")
        await driver.type(f"toy://{boxes}")
        await driver.press("enter")
        await driver.sees("atlas", "borea")
        assert deck.profiles.list() == []
        await driver.press("escape")
        await driver.until(lambda: isinstance(driver.app.screen, HomeScreen))
        await driver.sees("boxes 3")


async def test_an_address_that_nobody_knows_is_explained(start: Start, toy: None) -> None:
    async with start() as driver:
        await driver.sees("1  open a folder")
        await driver.press("1")
        await driver.sees("a folder or an address")
        await driver.type("gopher://x")
        await driver.press("enter")
        await driver.sees("no system knows the address gopher://x")


async def test_the_demo_is_started_in_the_dashboards_place(start: Start) -> None:
    async with start() as driver:
        await driver.sees("2  start the demo")
        await driver.press("j", "enter")
        await driver.until(lambda: driver.app.return_value == DEMO_EXIT)


async def test_a_profile_is_added_by_its_form_and_opened(start: Start, deck: Deck, boxes: Path) -> None:
    async with start() as driver:
        await driver.sees("3  add a profile")
        await driver.press("3")
        await driver.sees("add a profile", "uri *")
        await driver.type("mine")
        await driver.press("tab")
        await driver.type(f"toy://{boxes}")
        await driver.press("ctrl+s")
        await driver.sees("atlas", "borea")
        assert isinstance(driver.app.screen, BrowseScreen)
        assert [profile.name for profile in deck.profiles.list()] == ["mine"]


async def test_escape_leads_home_where_it_says_what_to_do(start: Start) -> None:
    async with start() as driver:
        await driver.sees("1  open a folder")
        await driver.press("escape")
        await driver.sees("there are no profiles yet", "n adds one")


async def test_an_address_on_the_command_line_is_opened_at_once(start: Start, boxes: Path) -> None:
    async with start(uri=f"toy://{boxes}") as driver:
        await driver.sees("atlas", "borea")
