"""Recent events and trends on the home screen."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.unit.jobs.processes import fill_up
from tui.config.profiles import Profile
from tui.jobs.progress import Progress
from tui.resources.deck import Deck
from tui.screens.browse import BrowseScreen
from tui.screens.home import HomeScreen
from tui.widgets.event_lines import EventLines
from tui.widgets.profile_card import ProfileCard

BIG, SMALL = (140, 40), (80, 24)


async def run_job(deck: Deck, title: str) -> None:
    async def work(progress: Progress) -> None:
        progress.expect(1, "boxes")

    await deck.runner.wait((await deck.runner.start(title, "lab", "toy", work)).id)


def pane(driver: Driver) -> EventLines:
    return driver.app.screen.query_one(EventLines)


async def test_an_empty_stream_says_what_will_be_there(start: Start, lab: Profile) -> None:
    async with start(BIG) as driver:
        await driver.sees("recent events", "nothing has happened yet")


async def test_what_happens_is_seen_at_once_the_newest_first(
    start: Start, deck: Deck, lab: Profile, boxes: Path
) -> None:
    async with start(BIG) as driver:
        await driver.sees("boxes 3")
        await run_job(deck, "weigh")
        await driver.sees("lab: weigh succeeded")
        boxes.unlink()
        await driver.press("r")
        await driver.sees("lab is offline: boxes.json is gone")
        assert [event.kind for event in pane(driver).events_shown] == ["health", "job"]


async def test_a_small_terminal_shows_the_newest_event_and_more_when_they_are_chosen(
    start: Start, deck: Deck, lab: Profile
) -> None:
    for number in range(12):
        await run_job(deck, f"weigh {number}")
    for number in range(5):
        deck.add_temporary(lab.model_copy(update={"name": f"lab {number}"}))
    async with start(SMALL) as driver:
        await driver.sees("boxes 3", "lab: weigh 11 succeeded")
        assert "weigh 10" not in driver.text
        await driver.press("e")
        await driver.sees("weigh 11", "weigh 10", "weigh 6")
        await driver.press("escape")
        await driver.misses("weigh 10")
        assert isinstance(driver.app.focused, ProfileCard)


async def test_all_events_can_be_reached_and_the_chosen_one_is_gone_to(start: Start, deck: Deck, lab: Profile) -> None:
    for number in range(20):
        await run_job(deck, f"weigh {number}")
    async with start(SMALL) as driver:
        await driver.sees("boxes 3", "weigh 19")
        await driver.press("down", "G")
        await driver.sees("weigh 0 succeeded")
        await driver.press("g", "j", "enter")
        await driver.until(lambda: isinstance(driver.app.screen, BrowseScreen))
        await driver.sees("weigh 18")
        screen = driver.app.screen
        assert isinstance(screen, BrowseScreen)
        await driver.until(lambda: getattr(screen.current_item(), "title", "") == "weigh 18")


async def test_an_event_of_health_opens_its_profile(start: Start, deck: Deck, lab: Profile, boxes: Path) -> None:
    kept = boxes.read_text()
    boxes.unlink()
    async with start(BIG) as driver:
        await driver.sees("lab is offline")
        boxes.write_text(kept)
        await driver.press("e", "enter")
        await driver.sees("atlas")


async def test_the_cursor_stays_on_its_event_when_new_ones_come(start: Start, deck: Deck, lab: Profile) -> None:
    await run_job(deck, "first")
    async with start(BIG) as driver:
        await driver.sees("lab: first succeeded")
        await driver.press("e")
        await run_job(deck, "second")
        await driver.sees("lab: second succeeded")
        chosen = pane(driver).chosen
        assert chosen is not None and chosen.text == "first succeeded"
        await driver.press("k", "k")
        await driver.until(lambda: isinstance(driver.app.focused, ProfileCard))


async def test_changes_are_in_the_stream_and_lead_to_the_journal(start: Start, deck: Deck, lab: Profile) -> None:
    entry = await asyncio.to_thread(
        lambda: deck.state.journal.begin(
            profile="lab", uri="x", system="toy", type="boxes", scope=(), action="paint", target="atlas", parameters={}
        )
    )
    async with start(BIG) as driver:
        await driver.sees("paint boxes atlas")
        await driver.press("e", "enter")
        await driver.sees("journal", "paint")
        assert entry == 1


async def test_events_happen_wherever_the_user_is(start: Start, deck: Deck, lab: Profile) -> None:
    async with start(BIG) as driver:
        await driver.sees("boxes 3")
        await driver.press("enter")
        await driver.until(lambda: not isinstance(driver.app.screen, HomeScreen))
        await run_job(deck, "weigh")
        await driver.press("0")
        await driver.sees("lab: weigh succeeded")


async def test_the_list_of_events_opens_by_its_name(start: Start, deck: Deck, lab: Profile) -> None:
    await run_job(deck, "weigh")
    async with start(BIG) as driver:
        await driver.sees("boxes 3")
        await driver.press("colon")
        await driver.type("events")
        await driver.press("enter")
        await driver.sees("weigh succeeded")


async def test_a_card_says_how_its_numbers_moved(start: Start, deck: Deck, lab: Profile) -> None:
    for hours, count in ((60, 1), (26, 2), (2, 9)):
        deck.state.samples.add(lab.name, lab.uri, 0.01, {"boxes": count}, time.time() - hours * 3600)
    async with start(BIG) as driver:
        await driver.sees("boxes ▲ +1 since yesterday ▁")


async def test_a_card_says_that_its_numbers_fell_in_ascii_too(start: Start, deck: Deck, lab: Profile) -> None:
    deck.settings = deck.settings.model_copy(update={"ascii": True})
    deck.state.samples.add(lab.name, lab.uri, 0.01, {"boxes": 12}, time.time() - 5 * 3600)
    async with start(BIG) as driver:
        await driver.sees("boxes v -9 in 5 h")
        assert driver.text.isascii()


async def test_a_full_disk_is_said_and_the_cards_live_on(start: Start, deck: Deck, lab: Profile, boxes: Path) -> None:
    fill_up(deck.state)
    async with start(BIG) as driver:
        await driver.sees("boxes 3", "trends are not kept for now", "the disk is full")
        boxes.write_text(json.dumps([{"name": "atlas"}]))
        await driver.press("r")
        await driver.sees("boxes 1")


async def test_a_problem_that_is_over_is_still_told(start: Start, lab: Profile, boxes: Path) -> None:
    kept = boxes.read_text()
    boxes.unlink()
    async with start() as driver:
        await driver.sees("offline, retry", "boxes.json is gone")
        boxes.write_text(kept)
        await driver.press("r")
        await driver.sees("online", "boxes 3", ": boxes.json is gone")
