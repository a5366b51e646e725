"""The classic cloud by keys: what it has not is not offered, and sharing, people, invitations and keys are managed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.tiledb_platforms import changes, forget
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.tiledb_stage import SIZES, at_spaces, profile_of
from tests.ui.ways import fill_in, find, go, paste
from tests.unit.tiledb.conftest import Place, serving
from tui.resources.deck import Deck

ARRAY = "radar-velocity-2022"


@pytest.fixture(scope="module")
def running() -> Iterator[Place]:
    with serving(classic=True, assets=1, tasks=4) as place:
        yield place


@pytest.fixture
def cloud(running: Place) -> Place:
    forget(running)
    return running


@pytest.mark.parametrize("size", SIZES[:1])
async def test_what_the_cloud_has_not_is_offered_nowhere(
    start: Start, deck: Deck, tmp_path: Path, cloud: Place, size: tuple[int, int]
) -> None:
    async with at_spaces(start, deck, profile_of(cloud, tmp_path), size) as driver:
        for place, title, reason in (
            ("credentials", "n new", "the classic cloud has no way to make credentials"),
            ("storage", "n new", "the classic cloud has no storage settings"),
            ("spaces", "n new teamspace", "the classic cloud has no teamspaces"),
        ):
            await go(driver, place, place.split()[0], "enter open")
            assert title not in driver.lines[-1], driver.lines[-1]
            await driver.press("n")
            await driver.sees("cannot", reason)
        await driver.press("question_mark")
        await driver.sees("keys that work here", "ctrl+d delete  delete")
        await paste(driver, "new teamspace")
        await driver.sees("the classic cloud has no teamspaces")
        assert not changes(cloud)


async def _shared(driver: Driver) -> None:
    await go(driver, f"shares meteo-institute {ARRAY}", "shares")


@pytest.mark.parametrize("size", SIZES)
async def test_an_array_is_shared_the_share_is_changed_ended_and_each_is_taken_back(
    start: Start, deck: Deck, tmp_path: Path, cloud: Place, size: tuple[int, int]
) -> None:
    async with at_spaces(start, deck, profile_of(cloud, tmp_path), size) as driver:
        await go(driver, "assets meteo-institute", "air-quality/")
        await find(driver, ARRAY)
        await driver.press("b")
        await driver.sees("share (assets)")
        await fill_in(driver, "public", "read, fly")
        await driver.press("ctrl+s")
        await driver.sees("fly is none of read, write")
        await fill_in(driver, "read", "read")
        await driver.misses("fly is none of")
        await driver.press("ctrl+s")
        await driver.sees("array actions:", "is an array itself")
        await driver.press("b")
        await driver.sees("share (assets)", "public")
        await driver.press("tab", "tab", "ctrl+u", "ctrl+s")
        await driver.sees("public — that is EVERYONE may read")
        await _shared(driver)
        await driver.sees("public", "AND WITH ITS ARRAYS")
        await find(driver, "public")
        await driver.press("e")
        await driver.sees("change what they may do")
        assert "to *" not in driver.text
        await fill_in(driver, "read, write")
        await driver.press("ctrl+s")
        await driver.sees("public — that is EVERYONE may read, write", "read, write")
        await driver.press("u")
        await driver.sees(f"public may read {ARRAY} again")
        await driver.press("ctrl+d")
        await driver.sees(f"shares {ARRAY} with public no more")
        await driver.press("tab", "enter")
        await driver.sees(f"{ARRAY} is shared with public no more; u takes it back", "it is shared with nobody")
        await driver.press("u")
        await driver.sees(f"public may read {ARRAY} again")
        await driver.press("u")
        await driver.sees(f"{ARRAY} is shared with public no more")
        bodies = [request.path for request in changes(cloud)]
        assert len(bodies) == 6 and all(path.endswith("/share") for path in bodies), bodies


async def test_a_person_is_put_out_and_let_in_again_and_who_is_unknown_can_be_invited(
    start: Start, deck: Deck, tmp_path: Path, cloud: Place
) -> None:
    async with at_spaces(start, deck, profile_of(cloud, tmp_path), (80, 24)) as driver:
        await go(driver, "members meteo-institute", "hiro.tanaka")
        await find(driver, "hiro.tanaka")
        await driver.press("ctrl+d")
        await driver.sees("puts hiro.tanaka out")
        await paste(driver, "hiro.tanaka")
        await driver.press("enter")
        await driver.sees("hiro.tanaka is no member of meteo-institute any more; u takes it back")
        await driver.press("u")
        await driver.sees("hiro.tanaka is read_write of meteo-institute again", "Hiro Tanaka")
        await driver.press("n")
        await driver.sees("let in (members)")
        await fill_in(driver, "nobody.known")
        await driver.press("tab", "enter", "down", "enter", "ctrl+s")
        await driver.sees("user nobody.known not found", "(`I` invites")
        await driver.press("I")
        await driver.sees("invite (members)")
        await fill_in(driver, "nobody@fjord.example")
        await driver.press("tab", "enter", "down", "enter", "ctrl+s")
        await driver.sees("invited nobody@fjord.example", "o leads to invitations")
        await driver.press("o", "enter")
        await driver.sees("invitations", "nobody@fjord.example")


async def test_an_invitation_that_was_accepted_is_accepted_and_taken_back_no_more(
    start: Start, deck: Deck, tmp_path: Path, cloud: Place
) -> None:
    async with at_spaces(start, deck, profile_of(cloud, tmp_path), (80, 24)) as driver:
        await go(driver, "invitations", "ada.vogel")
        await find(driver, "ada.vogel")
        await driver.press("e")
        await driver.sees("accepted the invitation to station-network")
        for key in ("e", "ctrl+d"):
            await driver.press(key)
            await driver.sees("it is accepted already")
            await go(driver, "invitations", "ada.vogel")
        assert len(changes(cloud)) == 1


async def test_a_group_shows_all_that_it_holds_wherever_that_is(
    start: Start, deck: Deck, tmp_path: Path, cloud: Place
) -> None:
    async with at_spaces(start, deck, profile_of(cloud, tmp_path), (140, 40)) as driver:
        await go(driver, "assets meteo-institute", "archive/")
        await go(driver, "assets meteo-institute", "archive/", "group", "12")
        assert "generic" not in driver.text and "0 B" not in driver.text
        await go(driver, "assets meteo-institute archive", "archive-rain-2022", "archive-pressure-2025")
        await driver.until(lambda: driver.lines[0].endswith(" 12"), "twelve")
