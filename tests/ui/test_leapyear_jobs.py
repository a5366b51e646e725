"""The jobs of a LeapYear server on screen: many at once from two users, a server that goes away, cancels, notices."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.leapyear_stage import at_databases, changes, hospital, no_secrets_left, profile_of
from tests.ui.ways import fill_in, find, go
from tests.unit.leapyear.servers import BRAM, ROOT, Place
from tui.resources.deck import Deck
from tui.services.serving.clock import Clock

MANY = 50
LOOK = 0.15
"""Seconds between two looks at a screen full of jobs."""
RANKS = {"queued": 0, "running": 1, "succeeded": 2}


@pytest.fixture
def clock() -> Clock:
    return Clock(1_800_000_000.0)


@pytest.fixture
def place(clock: Clock) -> Iterator[Place]:
    """A server whose time stands still until the test moves it."""
    with no_secrets_left(), hospital(clock=clock) as made:
        yield made


def begin(place: Place, user: str, name: str, seconds: float = 10.0) -> str:
    """Let somebody else begin a job."""
    target = {"type": "table", "database": "sales", "name": name}
    return place.service.backend.jobs.start(user, "analysis", target, {}, seconds)["id"]


class Watched:
    """What the screen has shown of each job: its state must never go back."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._next = 0.0
        self.states: dict[str, str] = {}

    def all_are(self, state: str) -> bool:
        """Look at the screen, not more often than it changes: to read it takes its time."""
        if time.monotonic() < self._next:
            return False
        self._next = time.monotonic() + LOOK
        found = re.findall(r"(queued|running|succeeded)\s+analysis\s.*?sales / (t\d\d)", self._driver.text)
        shown = {name: state for state, name in found}
        for name, now in shown.items():
            before = self.states.get(name, "queued")
            assert RANKS[now] >= RANKS[before], f"{name} went from {before} back to {now}"
        self.states |= shown
        return len(shown) == MANY and set(shown.values()) == {state}


def current_list(driver: Driver) -> str:
    return "" if driver.app.current is None else driver.app.current.type.name


def polls(place: Place) -> int:
    return len(place.service.requests.entries(method="GET", path="/jobs"))


async def test_fifty_jobs_of_two_users_with_a_server_that_goes_away(
    start: Start, deck: Deck, place: Place, clock: Clock
) -> None:
    for number in range(MANY):
        begin(place, (ROOT, BRAM)[number % 2], f"t{number:02d}", 10.0 + number / 100)
    place.service.requests.clear()
    async with at_databases(start, deck, profile_of(place), (140, 60)) as driver:
        await go(driver, "remote-jobs", "queued")
        watched = Watched(driver)
        await driver.until(lambda: watched.all_are("queued"), "all queued")
        clock.advance(0.2)
        await driver.until(lambda: watched.all_are("running"), "all running")
        assert {"root", "bram"} <= set(re.findall(r"root|bram", driver.text))
        place.service.down()
        await driver.until(lambda: "● online" not in driver.lines[0], "the header says that it is away")
        await driver.until(lambda: watched.all_are("running"), "what was known stays on the screen")
        place.service.up()
        clock.advance(30)
        await driver.until(lambda: watched.all_are("succeeded"), "all succeeded")
        assert len(watched.states) == MANY
        follower = (await deck.connection("ward").service()).follower
        await driver.until(lambda: not follower.is_following, "the end of following")
        count = polls(place)
        assert count <= 40, count
        # Nothing runs any more: the list is shown anew without a word to the server.
        assert driver.app.current is not None
        listing = driver.app.current.listing
        last = listing.state.refreshed
        await driver.until(lambda: listing.state.refreshed != last, "a refresh")
        assert polls(place) == count


@pytest.mark.parametrize("size", [(80, 24), (140, 40)])
async def test_a_job_is_seen_beside_local_ones_and_its_end_is_told_wherever_one_is(
    start: Start, deck: Deck, place: Place, clock: Clock, size: tuple[int, int]
) -> None:
    async with at_databases(start, deck, profile_of(place), size) as driver:
        await go(driver, "tables sales", "orders")
        await driver.press("N")
        await driver.sees("new in the background (tables)")
        await fill_in(driver, "visits", "age INT 0..120", "emulate:slow")
        await driver.press("ctrl+s")
        await driver.sees("is being created: job")
        await driver.press("J")
        await driver.sees("table.create table", "queued", "ward")
        await driver.press("y")
        await driver.sees('"submitted_by": "root"', '"target_type": "tables"')
        await driver.press("escape")
        await go(driver, "users @ward", "bram")
        clock.advance(60)
        await driver.sees("job on ward succeeded: table.create table sales / visits")
        await driver.press("J")
        await driver.sees("succeeded")
        await driver.press("o")
        await driver.sees("go to", "the job job_", "table sales / visits", "the job at ward")
        await driver.press("down", "enter")
        await driver.sees("orders", "visits")
        assert current_list(driver) == "tables"


async def test_a_job_of_somebody_else_is_cancelled_through_the_gate_of_its_profile(
    start: Start, deck: Deck, place: Place
) -> None:
    begin(place, BRAM, "orders")
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await go(driver, "running-jobs", "sales / orders", "bram")
        await driver.press("J")
        await driver.sees("analysis table sales / orders")
        await driver.press("ctrl+k")
        await driver.sees("cancelled")
        assert [line.split("/")[-1] for line in changes(place)] == ["cancel 202"]
        await driver.press("ctrl+k")
        await driver.sees("it is over")
        await driver.press("A")
        await driver.sees("remote-jobs", "cancel")


async def test_a_read_only_profile_cancels_nothing(start: Start, deck: Deck, place: Place) -> None:
    begin(place, ROOT, "orders")
    async with at_databases(start, deck, profile_of(place, read_only=True), (140, 40)) as driver:
        await go(driver, "remote-jobs", "sales / orders")
        await driver.press("ctrl+k")
        await driver.sees("the profile ward is read-only")
        await driver.press("J")
        await driver.sees("analysis table sales / orders")
        await driver.press("ctrl+k")
        await driver.sees("read-only")
        assert changes(place) == []


async def test_the_target_of_a_job_is_one_key_away(start: Start, deck: Deck, place: Place) -> None:
    begin(place, ROOT, "people")
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await go(driver, "remote-jobs", "sales / people")
        await find(driver, "people")
        await driver.press("t")
        await driver.until(lambda: current_list(driver) == "tables", "the tables")
        await driver.sees("orders", "people")
