"""The home screen: a live card for each profile."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from textual import events

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.config.profiles import Profile, ProfileStore
from tui.jobs.progress import Progress
from tui.resources.deck import Deck
from tui.screens.browse import BrowseScreen
from tui.screens.home import HomeScreen
from tui.widgets.profile_card import ProfileCard
from tui.widgets.sparkline import sparkline


def card(driver: Driver, name: str) -> ProfileCard:
    return next(one for one in driver.app.screen.query(ProfileCard) if one.profile_name == name)


async def test_a_card_shows_health_and_facts(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("lab", "online", "boxes 3", "boxes.json")


async def test_a_card_is_live(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await driver.sees("boxes 3")
        boxes.write_text(json.dumps([{"name": "atlas"}]))
        await driver.press("r")
        await driver.sees("boxes 1")


async def test_a_store_that_cannot_be_reached_says_so_and_holds_up_no_other(
    start: Start, deck: Deck, lab: Profile
) -> None:
    deck.add_temporary(Profile(name="lost", system="toy", uri="toy:///nowhere/boxes.json"))
    async with start() as driver:
        await driver.sees("boxes 3", "offline", "boxes.json is gone", "1 online", "1 offline")


async def test_a_profile_of_an_unknown_system_is_a_card_like_any_other(start: Start, deck: Deck, lab: Profile) -> None:
    deck.add_temporary(Profile(name="odd", system="nosuch", uri="nosuch://x"))
    async with start() as driver:
        await driver.sees("boxes 3", "not found", "there is no system nosuch")
        await driver.press("right", "enter")
        await driver.sees("there is no system nosuch")
        assert isinstance(driver.app.screen, HomeScreen)


async def test_a_store_that_comes_back_is_seen_by_itself(start: Start, deck: Deck, lab: Profile, boxes: Path) -> None:
    kept = boxes.read_text()
    boxes.unlink()
    async with start() as driver:
        await driver.sees("offline, retry")
        boxes.write_text(kept)
        await driver.sees("online", "boxes 3")


async def test_arrows_go_from_card_to_card_and_enter_opens(start: Start, deck: Deck, lab: Profile, boxes: Path) -> None:
    for name in ("two", "three"):
        deck.add_temporary(Profile(name=name, system="toy", uri=f"toy://{boxes}"))
    async with start() as driver:
        await driver.sees("three")
        await driver.until(lambda: card(driver, "lab").has_focus)
        await driver.press("right")
        assert card(driver, "two").has_focus
        await driver.press("down")
        assert card(driver, "three").has_focus
        await driver.press("up", "l")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))


async def test_nothing_is_asked_while_another_screen_is_shown(start: Start, deck: Deck, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("boxes 3")
        home = driver.app.screen
        assert isinstance(home, HomeScreen)
        assert home.is_watching
        await driver.press("enter")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        assert not home.is_watching
        await driver.press("0")
        await driver.until(lambda: home.is_watching)


async def test_prod_is_marked_on_its_card(start: Start, deck: Deck, boxes: Path) -> None:
    deck.add_temporary(Profile(name="vault", system="toy", uri=f"toy://{boxes}", tag="prod"))
    async with start() as driver:
        await driver.sees("PROD vault", "read-only")
        assert card(driver, "vault").has_class("-prod")


async def test_a_running_job_is_on_its_profiles_card(start: Start, deck: Deck, lab: Profile) -> None:
    finish = asyncio.Event()

    async def work(progress: Progress) -> None:
        progress.expect(4, "boxes")
        progress.advance(1)
        await finish.wait()

    async with start() as driver:
        await driver.sees("boxes 3")
        await deck.runner.start("repack everything", "lab", "toy", work)
        await driver.press("r")
        await driver.sees("repack everything", "1 job running")
        finish.set()
        await driver.sees("succeeded: repack everything")


async def test_a_profile_added_on_the_profiles_list_gets_a_card(start: Start, lab: Profile, boxes: Path) -> None:
    async with start((100, 30)) as driver:
        await driver.sees("boxes 3")
        await driver.press("n")
        await driver.sees("add (profiles)")
        await driver.type("mine")
        await driver.press("tab")
        await driver.type(f"toy://{boxes}")
        await driver.press("ctrl+s")
        await driver.sees("added profile mine")
        await driver.press("0")
        await driver.until(lambda: isinstance(driver.app.screen, HomeScreen))
        await driver.sees("mine", "2 profiles")


async def test_what_another_arraydeck_added_is_in_the_list_of_profiles(start: Start, lab: Profile, boxes: Path) -> None:
    async with start((100, 30)) as driver:
        await driver.press("p")
        await driver.sees("lab")
        ProfileStore().add(Profile(name="theirs", system="toy", uri=f"toy://{boxes}"))
        await driver.press("r")
        await driver.sees("theirs")


async def test_hostile_names_are_shown_harmlessly(start: Start, deck: Deck, tmp_path: Path, toy: None) -> None:
    path = tmp_path / "boxes.json"
    path.write_text(json.dumps([{"name": "\x1b[31mred[/b]", "colour": "[bold]x"}]))
    deck.add_temporary(Profile(name="[b]lab", system="toy", uri=f"toy://{path}"))
    async with start() as driver:
        await driver.sees("[b]lab", "boxes 1")
        await driver.press("enter")
        await driver.sees("\\e[31mred[/b]", "[bold]x")


async def test_the_ascii_setting_leaves_no_other_sign(start: Start, deck: Deck, lab: Profile) -> None:
    deck.settings = deck.settings.model_copy(update={"ascii": True})
    async with start() as driver:
        await driver.sees("boxes 3")
        assert driver.text.isascii()
        await driver.press("enter")
        await driver.sees("atlas")
        await driver.press("ctrl+d")
        await driver.sees("type its name")
        assert driver.text.isascii()


async def test_quitting_asks_while_jobs_run(start: Start, deck: Deck, lab: Profile) -> None:
    async def work(progress: Progress) -> None:
        await asyncio.Event().wait()

    async with start() as driver:
        await driver.sees("boxes 3")
        await deck.runner.start("repack everything", "lab", "toy", work)
        await driver.press("q")
        await driver.sees("jobs are running", "quit and cancel 1 running jobs")
        await driver.press("enter")
        await driver.misses("jobs are running")
        assert driver.app.is_running
        await driver.press("q")
        await driver.sees("jobs are running")
        await driver.press("down", "enter")
        await driver.until(lambda: not driver.app.is_running)
    assert driver.app.return_value == 0


async def test_quitting_returns_zero_and_asks_nothing_else(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("boxes 3")
        await driver.press("q")
        await driver.until(lambda: driver.app.return_code == 0 and not driver.app.is_running)


def test_a_sparkline_shows_the_newest_values_and_fills_the_highest() -> None:
    assert sparkline([], 10) == ""
    assert sparkline([1.0, 8.0], 10) == "▂█"
    assert sparkline([9.0, 1.0, 8.0], 2) == "▂█"
    assert sparkline([1.0, 8.0], 10, ascii=True).isascii()
    assert sparkline([0.0], 3) == "▁"


async def test_nothing_is_asked_while_the_terminal_is_not_looked_at(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("boxes 3")
        home = driver.app.screen
        assert isinstance(home, HomeScreen)
        driver.app.post_message(events.AppBlur())
        await driver.until(lambda: not home.is_watching)
        driver.app.post_message(events.AppFocus())
        await driver.until(lambda: home.is_watching)


async def test_a_chosen_theme_is_kept(start: Start, deck: Deck, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("boxes 3")
        await driver.press("T")
        await driver.sees("theme")
        await driver.type("nord")
        await driver.press("enter")
        await driver.until(lambda: driver.app.theme == "nord")
        await driver.until(lambda: deck.settings_file.load().theme == "nord")


async def test_the_command_line_means_the_card_that_is_chosen(
    start: Start, deck: Deck, lab: Profile, boxes: Path
) -> None:
    deck.add_temporary(Profile(name="two", system="toy", uri=f"toy://{boxes}"))
    async with start() as driver:
        await driver.sees("lab", "two", "boxes 3")
        await driver.press("right", "colon")
        await driver.type("boxes")
        await driver.press("enter")
        await driver.until(lambda: "two" in driver.lines[0] and "atlas" in driver.text)


async def test_an_unexpected_error_of_a_key_is_survived_and_written_down(
    start: Start, deck: Deck, lab: Profile, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect() -> None:
        raise ZeroDivisionError("a defect")

    async with start() as driver:
        await driver.sees("boxes 3")
        monkeypatch.setattr(driver.app.screen, "action_refresh", defect)
        await driver.press("r")
        await driver.sees("unexpected ZeroDivisionError", "the whole story is in")
        stories = list((home / "state").glob("crash-*.log"))
        assert len(stories) == 1
        assert "a defect" in stories[0].read_text()
        driver.app.unexpected.clear()


@pytest.mark.parametrize("theme", ["textual-light", "ansi-dark", "ansi-light", "nord"])
async def test_every_kind_of_theme_can_be_worn(start: Start, deck: Deck, lab: Profile, theme: str) -> None:
    deck.settings = deck.settings.model_copy(update={"theme": theme})
    async with start((120, 30)) as driver:
        await driver.sees("boxes 3")
        assert driver.app.theme == theme
        await driver.press("enter")
        await driver.sees("atlas", "BOXES")
        await driver.press("question_mark")
        await driver.sees("keys that work here")


async def test_without_colour_the_cursor_and_the_chosen_card_are_still_seen(
    start: Start, lab: Profile, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with start() as driver:
        await driver.sees("boxes 3", "┏")
        await driver.press("enter")
        await driver.sees("atlas")
        strips = driver.app.screen._compositor.render_strips()
        line = next(strip for strip in strips if "atlas" in strip.text)
        assert any(segment.style is not None and segment.style.reverse for segment in line if "atlas" in segment.text)
