"""What the home screen says of a profile, gathered without a screen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tui.config.profiles import Profile
from tui.jobs.progress import Progress
from tui.resources.connections import Connection
from tui.resources.deck import Deck
from tui.resources.overview import Overview
from tui.services.errors import NotFound, Unavailable


class Told:
    """Counts the notices, and lets a test wait for the next."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def __call__(self) -> None:
        self.event.set()

    async def next(self) -> None:
        async with asyncio.timeout(10):
            await self.event.wait()
        self.event.clear()

    async def until(self, condition: Callable[[], object]) -> None:
        while not condition():
            await self.next()


async def test_facts_come_and_stay_when_the_store_goes_away(
    deck: Deck, box_connection: Connection, boxes: Path
) -> None:
    told = Told()
    overview = Overview(deck, box_connection.profile, told)
    overview.resume()
    await told.until(lambda: overview.standing.facts)
    assert [(fact.label, fact.value) for fact in overview.standing.facts] == [("boxes", 3)]
    boxes.unlink()
    overview.now()
    await told.until(lambda: overview.standing.problem)
    assert isinstance(overview.standing.problem, Unavailable)
    assert [(fact.label, fact.value) for fact in overview.standing.facts] == [("boxes", 3)]
    overview.pause()


async def test_it_asks_through_the_connection_that_lists_use(deck: Deck, box_connection: Connection) -> None:
    told = Told()
    overview = Overview(deck, box_connection.profile, told)
    overview.resume()
    await told.next()
    overview.pause()
    assert overview.connection is box_connection
    assert box_connection.health.latencies


async def test_an_unknown_system_is_a_problem_of_that_card_alone(deck: Deck) -> None:
    told = Told()
    overview = Overview(deck, Profile(name="odd", system="nosuch", uri="nosuch://x"), told)
    overview.resume()
    await told.next()
    overview.pause()
    assert isinstance(overview.standing.problem, NotFound)


async def test_it_names_the_jobs_of_its_profile_only(deck: Deck, box_connection: Connection) -> None:
    async def work(progress: Progress) -> None:
        await asyncio.Event().wait()

    await deck.runner.start("mine", "lab", "toy", work)
    await deck.runner.start("another's", "other", "toy", work)
    told = Told()
    overview = Overview(deck, box_connection.profile, told)
    overview.resume()
    await told.until(lambda: overview.standing.facts)
    overview.pause()
    assert [job.title for job in overview.standing.jobs] == ["mine"]


async def test_nothing_is_asked_while_it_rests(deck: Deck, box_connection: Connection) -> None:
    overview = Overview(deck, box_connection.profile, Told())
    overview.resume()
    overview.pause()
    await asyncio.sleep(0)
    assert not box_connection.health.latencies


async def test_facts_that_are_dear_are_asked_for_again_only_when_they_are_old_or_wanted(
    deck: Deck, box_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(box_connection.system), "facts_stay", 1_000.0)
    told = Told()
    overview = Overview(deck, box_connection.profile, told)

    def asked(operation: str) -> int:
        return sum(call.operation == operation for call in deck.log)

    overview.resume()
    await told.until(lambda: overview.standing.facts)
    overview.pause()
    # What was paused asks again at once when it is gone on with.
    overview._watcher._last = -1_000.0  # pyright: ignore[reportPrivateUsage]
    overview.resume()
    await told.until(lambda: asked("probe") == 2)
    assert asked("facts") == 1
    overview.now()
    await told.until(lambda: asked("facts") == 2)
    overview.pause()
