"""Keys that come in one go: each finds what the one before it opened, none is lost, and none acts on what is below."""

from __future__ import annotations

import json
from pathlib import Path

from textual import events
from textual.widgets import Input

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.config.profiles import Profile
from tui.screens.dialogs.confirm import ConfirmDialog
from tui.screens.find import FindScreen
from tui.screens.text_view import TextView

CHARACTERS = {"colon": ":", "slash": "/", "space": " ", "semicolon": ";"}


def names(boxes: Path) -> list[str]:
    return [box["name"] for box in json.loads(boxes.read_text())]


async def burst(driver: Driver, *keys: str) -> None:
    """Send keys as a terminal does that has them in one read: nobody waits between them."""
    for key in keys:
        driver.app.post_message(events.Key(key, CHARACTERS.get(key, key if len(key) == 1 else None)))
    await driver.pilot.pause()


async def at_boxes(driver: Driver) -> None:
    await driver.sees("lab")
    await driver.press("enter")
    await driver.sees("atlas", "borea", "ceres")


async def test_a_form_is_filled_in_and_saved_in_one_go(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await burst(driver, "n", "backspace", *"dodo", "tab", "ctrl+u", *"red", "enter", "ctrl+u", *"12", "ctrl+s")
        await driver.sees("made box dodo", "red")
        assert json.loads(boxes.read_text())[-1] == {"name": "dodo", "colour": "red", "size": 12}


async def test_a_leading_backspace_reaches_the_field_that_was_just_opened(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await burst(driver, "n", "tab", "backspace", "backspace", "x")
        await driver.until(lambda: isinstance(driver.app.focused, Input) and driver.app.focused.value == "brox")


async def test_a_delete_is_confirmed_in_one_go(start: Start, lab: Profile, boxes: Path) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await burst(driver, "j", "ctrl+d", *"borea", "enter")
        await driver.sees("deleted box borea")
        assert names(boxes) == ["atlas", "ceres"]


async def test_the_command_bar_the_filter_and_the_search_take_all_that_follows(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await burst(driver, "colon", *"jour", "tab", "enter")
        await driver.sees("arraydeck  ● online  journal")
        await burst(driver, "colon", *"boxes", "enter", "slash", *"bor", "enter", "space")
        await driver.sees("/bor", "1 marked")
        await burst(driver, "escape", "semicolon", *"cer")
        await driver.until(lambda: isinstance(driver.app.focused, Input) and driver.app.focused.value == "cer")
        assert isinstance(driver.app.screen, FindScreen)
        await burst(driver, "enter")
        await driver.until(lambda: driver.app.is_browsing and driver.app.browse.table.cursor_key == "ceres")


async def test_places_follow_one_another_in_one_go(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("lab")
        there = ("enter", "colon", *"boxes", "space", "slash", *"ce", "enter")
        await burst(driver, *there, "y", "slash", *"colour", "enter")
        await driver.sees('"name": "ceres"', "colour")
        assert isinstance(driver.app.screen, TextView)


async def test_keys_wait_for_a_slow_store_and_are_dropped_with_what_they_were_for(
    start: Start, lab: Profile, boxes: Path
) -> None:
    slow = boxes.with_suffix(".slow")
    async with start() as driver:
        await at_boxes(driver)
        slow.touch()
        await burst(driver, "ctrl+d", *"atlas")
        await driver.sees("delete: asking the store", "esc gives up")
        assert not driver.app.browse.frame.listing.view.marks  # type: ignore[union-attr]
        slow.unlink()
        await driver.until(lambda: isinstance(driver.app.screen, ConfirmDialog))
        await driver.until(lambda: [field.value for field in driver.app.screen.query(Input)] == ["atlas"])
        await driver.press("escape")
        await driver.sees("nothing was changed")

        slow.touch()
        await burst(driver, "ctrl+d", *"aJ")
        await driver.sees("esc gives up")
        await burst(driver, "escape")
        await driver.sees("delete: given up")
        slow.unlink()
        await driver.press("j")
        await driver.until(lambda: driver.app.browse.table.cursor_key == "borea")
        assert driver.app.is_browsing and not driver.app.browse.frame.listing.view.marks  # type: ignore[union-attr]
        assert driver.app.browse.frame.type.name == "boxes"  # type: ignore[union-attr]
        assert names(boxes) == ["atlas", "borea", "ceres"]


async def test_a_key_that_comes_before_the_rows_waits_for_them_and_one_that_leaves_does_not(
    start: Start, lab: Profile, boxes: Path
) -> None:
    slow = boxes.with_suffix(".slow")
    async with start() as driver:
        await driver.sees("lab", "boxes 3")
        slow.touch()
        await burst(driver, "enter", "j", "j")
        await driver.sees("loading boxes")
        slow.unlink()
        await driver.until(lambda: driver.app.is_browsing and driver.app.browse.table.cursor_key == "ceres")
        await driver.press("escape")
        await driver.sees("recent events")


async def test_keys_behind_the_one_that_quits_hold_nothing_up(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await at_boxes(driver)
        await burst(driver, "n", "escape", "q", "j", "n", *"name", "enter")
        await driver.until(lambda: not driver.app.is_running)
        assert driver.app.return_code == 0


async def test_a_screen_that_a_worker_has_just_opened_takes_keys_once_it_has_widgets(
    start: Start, lab: Profile
) -> None:
    async with start() as driver:
        await at_boxes(driver)
        driver.app.push_screen(TextView("lines", "one\ntwo\nthree", lambda _: None))
        await burst(driver, "n", "slash", *"four", "enter")
        await driver.sees("four is not in here")
