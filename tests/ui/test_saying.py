"""What the program says: whole where it matters, never over a form, and the keys come back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from textual.widgets import Button

from tests.ui.conftest import Start
from tests.ui.ways import go
from tui.config.profiles import Profile
from tui.jobs.job import Job, JobState
from tui.screens.dialogs.form import FormDialog
from tui.widgets.key_line import KeyLine

HINT = "and this hint at the very end says what to do"
LONG = "denied: " + "the store refused for a reason that takes long to tell, " * 2 + HINT


def ended(number: int, state: JobState = JobState.SUCCEEDED) -> Job:
    return Job(
        id=number, title=f"measure {number}", profile="lab", system="toy", state=state, created=datetime.now(UTC)
    )


async def test_a_long_message_is_shown_whole_and_gives_its_room_back(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await go(driver, "boxes @lab", "atlas")
        driver.app.say(LONG)
        await driver.until(lambda: HINT in " ".join(driver.text.split()), "the whole message")
        assert driver.app.screen.query_one(KeyLine).region.height > 1
        driver.app.say("word " * 200)
        await driver.until(lambda: driver.lines[-1].endswith("…"), "an ellipsis")
        assert driver.app.screen.query_one(KeyLine).region.height == 3
        driver.app.say("")
        await driver.until(lambda: "? help" in driver.lines[-1], "the keys")
        assert driver.app.screen.query_one(KeyLine).region.height == 1


async def test_while_a_form_is_open_messages_stand_on_its_border(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await go(driver, "boxes @lab", "atlas")
        await driver.press("n")
        await driver.until(lambda: isinstance(driver.app.screen, FormDialog) and driver.app.screen.is_whole)
        before = [button.region for button in driver.app.screen.query(Button)]
        driver.app.say(LONG)
        await driver.sees("denied: the store refused", "OK (ctrl+s)", "Cancel (esc)")
        assert [button.region for button in driver.app.screen.query(Button)] == before
        assert not driver.app._notifications
        driver.app.say("")
        await driver.misses("denied: the store refused")


async def test_jobs_that_end_together_are_told_as_one_on_one_line(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await go(driver, "boxes @lab", "atlas")
        driver.app.say_ended(ended(1))
        await driver.sees("job 1 succeeded: measure 1")
        driver.app.say_ended(ended(2, JobState.FAILED))
        driver.app.say_ended(ended(3))
        await driver.sees("3 jobs ended, 1 failed (J): measure 3 succeeded")
        assert driver.app.screen.query_one(KeyLine).region.height == 1


async def test_a_message_on_a_screen_that_was_left_is_taken_back(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await driver.sees("lab")
        driver.app.say("said at home")
        await driver.sees("said at home")
        await go(driver, "boxes @lab", "atlas")
        driver.app.say("said here")
        await driver.sees("said here")
        driver.app.action_home()
        await driver.misses("said at home", "said here")


@pytest.mark.parametrize(
    ("typed", "told"), [("arrays", "say of which of the collections"), ("orgs x", "takes 0 words")]
)
async def test_a_place_with_too_few_or_too_many_words_says_what_is_missing(
    start: Start, lab: Profile, typed: str, told: str
) -> None:
    systems = {"arrays": "deker", "orgs x": "arraylake"}
    async with start() as driver:
        uri = "/nowhere" if typed == "arrays" else "arraylake://"
        driver.app.deck.add_temporary(Profile(name="other", system=systems[typed], uri=uri))
        await go(driver, f"{typed} @other", told)


async def test_while_one_types_the_keys_of_the_prompt_are_shown(start: Start, lab: Profile) -> None:
    async with start() as driver:
        await go(driver, "boxes @lab", "atlas")
        await driver.press("colon")
        await driver.sees("tab complete", "esc leave")
        await driver.press("escape")
        await driver.sees("? help")
        await driver.misses("tab complete")
