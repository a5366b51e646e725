"""The first start: no profile yet, and three ways to begin."""

from __future__ import annotations

from pathlib import Path

import pytest

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


async def test_what_is_on_the_machine_is_offered_with_where_it_was_found_and_opened_by_one_key(
    start: Start, deck: Deck, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    (folder / "rain" / "collections").mkdir(parents=True)
    nodes = "ip = 127.0.0.1\nclient_port = 1\n"
    (folder / "meta.ini").write_text(f"[global]\ncluster = a\ncluster_id = meta\n[a]\n{nodes}")
    for number in range(8):
        (folder / f"spare-{number}" / "collections").mkdir(parents=True)
    (tmp_path / ".arraylake").mkdir()
    (tmp_path / ".arraylake" / "token.json").write_text('{"access_token": "canary"}')
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("LY_API_URL", "https://ly-server:4401")
    monkeypatch.setenv("LY_JWT", "canary")
    monkeypatch.chdir(folder)
    async with start((80, 24)) as driver:
        await driver.sees("4  open meta (Arakoon)", "found in ./meta.ini")
        await driver.sees("5  open arraylake (Arraylake)", "found in ~/.arraylake/token.json", "6  open rain (Deker)")
        shown = driver.text
        await driver.press("6")
        await driver.sees("no collections")
        assert deck.profiles.list() == [], "a look keeps no profile"
        await driver.press("escape")
        assert "canary" not in shown


async def test_what_comes_after_the_ninth_is_reached_with_the_cursor(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(8):
        (tmp_path / f"spare-{number}" / "collections").mkdir(parents=True)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    async with start((80, 24)) as driver:
        await driver.sees("4  open spare-0")
        await driver.press("end")
        await driver.sees("open spare-7 (Deker)", "found in ./spare-7/collections")
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
