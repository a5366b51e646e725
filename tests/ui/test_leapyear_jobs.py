"""The jobs of a LeapYear server on screen: beside local ones, told of when they end, cancelled, and where they lead."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.leapyear_stage import at_databases, changes, hospital, no_secrets_left, profile_of
from tests.ui.ways import fill_in, find, go
from tests.unit.leapyear.servers import BRAM, ROOT, Place
from tui.resources.deck import Deck
from tui.services.serving.clock import Clock


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


def current_list(driver: Driver) -> str:
    return "" if driver.app.current is None else driver.app.current.type.name


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
        await driver.sees('"submitted_by": "root"', '"target": "table sales / visits"')
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


async def test_those_that_run_and_those_that_are_over_are_a_key_apart(
    start: Start, deck: Deck, place: Place, clock: Clock
) -> None:
    begin(place, BRAM, "short", 1.0)
    begin(place, ROOT, "long", 500.0)
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await go(driver, "remote-jobs", "sales / short", "sales / long")
        clock.advance(5)
        await driver.sees("succeeded")
        for everything in ("", "J"):
            if everything:
                await driver.press(everything)
                await driver.sees("sales / short", "sales / long")
            await driver.press("w")
            await driver.misses("sales / short")
            await driver.sees("sales / long")
            await driver.press("w")
            await driver.sees("these are they")
            await driver.press("f")
            await driver.misses("sales / long")
            await driver.sees("sales / short")


async def test_the_target_of_a_job_is_one_key_away(start: Start, deck: Deck, place: Place) -> None:
    begin(place, ROOT, "people")
    async with at_databases(start, deck, profile_of(place), (140, 40)) as driver:
        await go(driver, "remote-jobs", "sales / people")
        await find(driver, "people")
        await driver.press("t")
        await driver.until(lambda: current_list(driver) == "tables", "the tables")
        await driver.sees("orders", "people")
