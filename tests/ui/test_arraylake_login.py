"""Logging in from a terminal: the code, its end, a refusal, giving up, keys; and the list that comes by itself then."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.segment import Segment

from tests.ui.arraylake_stage import SIZES, at_orgs, catalogue, profile_of
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tui.config.profiles import ProfileStore
from tui.resources.deck import Deck
from tui.systems.arraylake.sample import ADMINISTRATOR, API_KEY
from tui.systems.arraylake.service_side.service import EmbeddedService


async def code_of(driver: Driver, service: EmbeddedService) -> str:
    """Return the code that is shown, once it is."""
    await driver.until(lambda: service.state.logins.waiting(), "a log-in under way")
    code = service.state.logins.waiting()[-1].user_code
    await driver.sees(code)
    return code


def links(driver: Driver) -> set[str | None]:
    """Return the addresses that the terminal is told to make links of."""
    strips = driver.app.screen._compositor.render_strips()
    segments: list[Segment] = [segment for strip in strips for segment in strip]
    return {segment.style.link for segment in segments if segment.style is not None}


@pytest.mark.parametrize("size", SIZES)
async def test_one_key_leads_from_the_list_to_the_log_in_and_it_leads_back(
    start: Start, deck: Deck, tmp_path: Path, size: tuple[int, int]
) -> None:
    with catalogue(10) as service:
        service.state.logins.interval = 1
        profile = profile_of(service, tmp_path, logged_in=False)
        async with at_orgs(start, deck, profile, size) as driver:
            await driver.sees("not authenticated: not logged in", "`L` logs in", "unauthenticated")
            await driver.press("L")
            code = await code_of(driver, service)
            await driver.sees("/activate?user_code=", "█▄▄▄█", "left", "waiting for you", "copy the code")
            address = f"https://{service.state.domain}/activate?user_code={code}"
            assert address in links(driver)
            await driver.press("c")
            await driver.sees(f"copied {len(code)} characters")
            assert service.state.logins.decide(code, ADMINISTRATOR)
            await driver.sees("logged in as Ada Vogel", "kestrel-forecast", "kestrel-radar", "● online")
        kept = json.loads((tmp_path / "token.json").read_text())
        assert kept["refresh_token"] and (tmp_path / "token.json").stat().st_mode & 0o777 == 0o600


async def test_a_refusal_is_said_and_one_can_begin_again_or_give_up(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue(10) as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path, logged_in=False), (80, 24)) as driver:
            await driver.sees("not logged in")
            await driver.press("L")
            code = await code_of(driver, service)
            service.state.logins.decide(code, None)
            await driver.sees("denied", "n begins again")
            service.state.logins.code_seconds = 2
            await driver.press("n")
            await driver.sees("expired: the code was not entered in time")
            service.state.logins.code_seconds = 600
            await driver.press("n")
            last = await code_of(driver, service)
            await driver.press("escape")
            await driver.sees("not authenticated: not logged in")
            # Whoever enters the code now does it in vain.
            assert service.state.logins.decide(last, ADMINISTRATOR)
            polls = len(service.state.log.entries("identity"))
            await driver.press("r")
            await driver.sees("not authenticated")
            assert len(service.state.log.entries("identity")) == polls
        assert not (tmp_path / "token.json").exists()


async def test_a_provider_that_is_down_is_said_and_asked_again(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue(10) as service:
        service.down("identity")
        profile = profile_of(service, tmp_path, logged_in=False, options={"timeout": 2})
        async with at_orgs(start, deck, profile, (80, 24)) as driver:
            await driver.sees("not logged in")
            await driver.press("L")
            await driver.sees("unavailable", "n begins again")
            service.up("identity")
            await driver.press("n")
            code = await code_of(driver, service)
            assert service.state.logins.decide(code, ADMINISTRATOR)
            await driver.sees("kestrel-forecast")


async def test_a_key_is_entered_unseen_and_kept_for_a_profile_that_is_kept(
    start: Start, deck: Deck, tmp_path: Path, home: Path
) -> None:
    with catalogue(10) as service:
        profile = profile_of(service, tmp_path, logged_in=False)
        ProfileStore().add(profile)
        async with at_orgs(start, deck, profile, (80, 24)) as driver:
            await driver.sees("not logged in")
            await driver.press("K")
            await driver.sees("API key (orgs)")
            await driver.type("ema_00000000000000000000000000000000")
            assert "ema_0" not in driver.text
            await driver.press("ctrl+s")
            await driver.sees("not authenticated")
            await driver.press("K")
            await driver.sees("API key (orgs)")
            await driver.type(API_KEY)
            await driver.press("ctrl+s")
            await driver.sees("is good; kept for this profile", "kestrel-forecast")
            await driver.press("L")
            await driver.sees("API key", "proof")
            await driver.press("n")
            await driver.sees("an API key is used")
            await driver.press("escape", "ctrl+o")
            await driver.sees("log out")
            await driver.press("ctrl+s")
            await driver.sees("removes the log-in from this machine")
            await driver.press("tab", "enter")
            await driver.sees("logged out on this machine")
            await driver.sees("stale since", "not logged in")
        kept = [path for path in home.rglob("*") if path.is_file() and API_KEY.encode() in path.read_bytes()]
        assert kept == []
