"""Logging in to a LeapYear server on screen: wrong passwords, too many of them, sessions that end, other servers."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
import trustme

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.leapyear_stage import at_databases, changes, hospital, no_secrets_left, profile_of
from tests.ui.ways import fill_in
from tests.unit.leapyear.servers import BRAM, BRAM_PASSWORD, ROOT, ROOT_PASSWORD, Asker, Place, emulator
from tui.resources.deck import Deck
from tui.services.serving.clock import Clock
from tui.systems.leapyear.service_side.service import Service

WRONG = "MARKERWRONGPASSWORD"


@pytest.fixture
def clock() -> Clock:
    return Clock(1_800_000_000.0)


@pytest.fixture
def place(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    for name in ("LY_JWT", "LY_API_URL", "LY_PRIVATE_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
    with no_secrets_left(), hospital(clock=clock) as made:
        yield made


async def log_in(driver: Driver, user: str, password: str) -> None:
    await driver.press("L")
    await driver.sees("log in (")
    await fill_in(driver, user, password)
    assert password not in driver.text
    await driver.press("ctrl+s")


async def test_a_wrong_password_is_said_and_the_right_one_helps(start: Start, deck: Deck, place: Place) -> None:
    async with at_databases(start, deck, profile_of(place, password=WRONG), (80, 24)) as driver:
        await driver.sees("authentication", "look at the user")
        # What was refused is not tried again by itself: that would lock the user out.
        tried = len(place.service.requests.entries(method="POST", path="/session"))
        await driver.press("r")
        assert tried == len(place.service.requests.entries(method="POST", path="/session")) == 1
        await log_in(driver, ROOT, ROOT_PASSWORD)
        await driver.sees("logged in as root, an administrator", "for this run alone")
        await driver.sees("sales", "vital signs")
        assert WRONG not in driver.text and WRONG not in repr(list(deck.log)) + repr(deck.state.journal.entries())


async def test_too_many_wrong_passwords_lock_out_for_a_while(
    start: Start, deck: Deck, place: Place, clock: Clock
) -> None:
    async with at_databases(start, deck, profile_of(place, password=""), (140, 40)) as driver:
        await driver.sees("there is nothing to log in with", "log in")
        for _ in range(6):
            await log_in(driver, BRAM, WRONG)
            await driver.misses("log in (")
        await driver.sees("Too many", "try again in")
        clock.advance(61)
        await log_in(driver, BRAM, BRAM_PASSWORD)
        await driver.sees("logged in as bram, no administrator")


async def test_a_session_past_its_life_is_renewed_where_a_password_is_known(
    start: Start, deck: Deck, place: Place, clock: Clock
) -> None:
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await driver.sees("vital signs")
        clock.advance(4000)
        with Asker.of(place.url) as root:
            root.done("POST", "/databases", json={"name": "newer"})
        await driver.press("r")
        await driver.sees("newer", "● online")


async def test_a_token_past_its_life_says_so_and_what_to_do(
    start: Start, deck: Deck, place: Place, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Asker(place.url) as nobody:
        body = {"username": ROOT, "password": ROOT_PASSWORD}
        token = nobody.done("POST", "/session", json=body)["token"]
    monkeypatch.setenv("ARRAYDECK_WARD_TOKEN", token)
    async with at_databases(start, deck, profile_of(place, password=""), (140, 40)) as driver:
        await driver.sees("vital signs")
        clock.advance(4000)
        await driver.press("r")
        await driver.sees("expired", "give the user's password")
        await driver.sees("vital signs")
        await log_in(driver, ROOT, ROOT_PASSWORD)
        await driver.sees("logged in as root", "● online")
        assert token not in driver.text and token not in repr(list(deck.log))


async def test_a_session_that_was_revoked_is_not_begun_again_by_itself(start: Start, deck: Deck, place: Place) -> None:
    async with at_databases(start, deck, profile_of(place, "own", BRAM, BRAM_PASSWORD), (140, 40)) as driver:
        await driver.sees("sales")
        with Asker.of(place.url) as root:
            root.done("PATCH", "/users/bram", json={"password": "another-password-2"})
        await driver.press("r")
        await driver.sees("The session was ended", "log in again")
        await log_in(driver, BRAM, "another-password-2")
        await driver.sees("logged in as bram")


async def test_who_logs_out_stays_out_until_he_logs_in(start: Start, deck: Deck, place: Place) -> None:
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await driver.sees("vital signs")
        await driver.press("ctrl+o")
        await driver.sees("ends the session")
        await driver.press("tab", "enter")
        await driver.sees("root is logged out")
        await driver.press("r")
        await driver.sees("logged out")
        assert place.service.requests.entries(method="POST", path="/session")[1:] == []
        await log_in(driver, ROOT, ROOT_PASSWORD)
        await driver.sees("logged in as root", "vital signs")
        assert changes(place) == []


async def test_a_server_of_another_version_is_said_to_be_one(start: Start, deck: Deck, place: Place) -> None:
    place.service.backend.contract_version = 2
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await driver.sees("version 2 of the contract", "came with this server")


async def test_a_certificate_that_nobody_vouches_for_is_refused_before_the_password_is_sent(
    start: Start, deck: Deck, tmp_path: Path
) -> None:
    authority, context = trustme.CA(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with no_secrets_left(), Service(emulator(), context=context) as service:
        own = Place("server", service, "none", "administer", "precise")
        async with at_databases(start, deck, profile_of(own), (140, 40)) as driver:
            await driver.sees("not trusted", "ca_file")
            assert "● online" not in driver.lines[0] and service.requests.entries() == []


async def test_a_server_without_tls_is_said_to_have_none(start: Start, deck: Deck, place: Place) -> None:
    profile = profile_of(place)
    secured = profile.model_copy(update={"uri": profile.uri.replace("+http:", "+https:")})
    async with at_databases(start, deck, secured, (140, 40)) as driver:
        await driver.sees("TLS")
        assert "● online" not in driver.lines[0] and ROOT_PASSWORD not in driver.text
