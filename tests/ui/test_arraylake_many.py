"""Ten thousand repositories in five organisations: filtered and refreshed at once, and asked for page by page."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ui.arraylake_stage import OCEAN, at_orgs, catalogue, profile_of
from tests.ui.conftest import Start
from tests.ui.driver import Driver
from tests.ui.ways import go
from tui.resources.deck import Deck
from tui.systems.arraylake.resources import repo_list
from tui.systems.arraylake.resources.repo_resource import Repos
from tui.systems.arraylake.service_side.service import EmbeddedService

PAGES = 20
"""2,000 repositories in pages of 100."""


@pytest.fixture(scope="module")
def large() -> Iterator[EmbeddedService]:
    with catalogue(10_000) as service:
        yield service


def pages_asked(service: EmbeddedService) -> int:
    """Return how many pages of repositories were asked for, and let the next count begin."""
    asked = [entry for entry in service.state.log.entries("catalogue") if entry.path.endswith("/repos/paginated")]
    service.state.log.clear()
    return len(asked)


async def test_only_what_is_looked_at_is_asked_for_and_a_refresh_asks_for_one_page(
    start: Start, deck: Deck, tmp_path: Path, large: EmbeddedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Repos, "refresh", 600.0)
    async with at_orgs(start, deck, profile_of(large, tmp_path), (80, 24)) as driver:
        await driver.sees("2,000", "kestrel-radar")
        assert pages_asked(large) <= 10, "one for each organisation's count, and again for its card"
        await go(driver, f"repos {OCEAN}", "2,000")
        await driver.until(lambda: shown(driver) >= Repos.prefetch)
        assert pages_asked(large) <= Repos.prefetch // 100 + 2
        await driver.press("/")
        await driver.type("metadata.source=argo")
        await driver.press("enter")
        await driver.until(lambda: "of 2,000" in driver.text and "searching" not in driver.text and shown(driver) > 600)
        assert pages_asked(large) <= PAGES
        for _ in range(3):
            await driver.press("r")
            await driver.until(lambda: large.state.log.entries("catalogue"), "a refresh")
            assert pages_asked(large) == 1


async def test_what_changes_is_seen_with_one_page_and_after_a_while_all_is_asked_for(
    start: Start, deck: Deck, tmp_path: Path, large: EmbeddedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Repos, "refresh", 0.5)
    async with at_orgs(start, deck, profile_of(large, tmp_path), (80, 24)) as driver:
        await driver.sees("kestrel-radar")
        await go(driver, f"repos {OCEAN}", "2,000")
        await driver.press("/")
        await driver.type("MOVED")
        await driver.sees("0 of 2,000", "nothing matches")
        await driver.until(lambda: driver.app.current.listing.state.complete)
        pages_asked(large)
        oldest = large.state.repositories.listed(OCEAN)[-1]
        change = "UPDATE repository SET description = 'MOVED TO THE FRONT', updated = ? WHERE id = ?"
        large.state.database.run(change, ("2099-01-01T00:00:00.000000+00:00", oldest["id"]))
        await driver.sees("1 of 2,000", "MOVED TO THE")
        assert pages_asked(large) < PAGES
        monkeypatch.setattr(repo_list, "WHOLE", 0.0)
        await driver.until(lambda: len(large.state.log.entries("catalogue")) >= PAGES, "the whole list again")


def shown(driver: Driver) -> int:
    """Return how many rows the list has."""
    return len(driver.app.browse.table.source or ())


async def test_keys_are_answered_while_a_list_is_filtered_and_refreshed(
    start: Start, deck: Deck, tmp_path: Path, large: EmbeddedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Repos, "refresh", 0.1)
    async with at_orgs(start, deck, profile_of(large, tmp_path), (80, 24)) as driver:
        await driver.sees("kestrel-radar")
        await go(driver, f"repos {OCEAN}", "2,000")
        longest, resting = 0.0, asyncio.Event()

        async def watch() -> None:
            nonlocal longest
            while not resting.is_set():
                began = time.thread_time()
                await asyncio.sleep(0.01)
                longest = max(longest, time.thread_time() - began)

        watching = asyncio.create_task(watch())
        await driver.press("/")
        await driver.type("waves 2024")
        await driver.sees("of 2,000")
        await driver.press("enter", "j", "j", "k", "escape")
        await driver.until(lambda: shown(driver) == 2000)
        resting.set()
        await watching
        # What the loop itself worked without a break, whatever else the machine does. It is far more than a frame; a
        # list that is sorted or compared on the loop by its every field takes longer.
        assert longest < 1.0
