"""Repositories by keys: found by their metadata, created, edited and taken back, closed, and deleted with care."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.arraylake_stage import OCEAN, SIZES, at_orgs, catalogue, changes, profile_of, repository
from tests.ui.conftest import Start
from tests.ui.ways import fill_in, find, go
from tui.resources.deck import Deck


@pytest.mark.parametrize("size", SIZES)
async def test_from_organisations_to_a_repository_by_its_metadata(
    start: Start, deck: Deck, tmp_path: Path, size: tuple[int, int]
) -> None:
    with catalogue() as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), size) as driver:
            await driver.sees("kestrel-radar", "12", "primary")
            await driver.press("j", "j", "j", "enter")
            await driver.sees(f"orgs › {OCEAN} › repos", "sea-surface-nemo", "▲ maintenance", "● online", "✖ offline")
            await driver.press("/")
            await driver.type("metadata.source=hycom and metadata.tags=waves")
            await driver.sees("waves-hycom")
            await driver.misses("waves-nemo", "currents-hycom")
            await driver.press("enter", "y")
            await driver.sees('"source": "hycom"', '"name": "waves-hycom"')
            await driver.press("escape")
            if size[0] < 100:
                await driver.press("d", "+", "+", "+", "tab")
            await driver.sees("REPOSITORY", "icechunk")
            assert changes(service) == []


async def test_a_repository_is_created_edited_taken_back_and_closed(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue(10) as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), (140, 40)) as driver:
            await go(driver, f"repos {OCEAN}", "sea-surface-nemo")
            await driver.press("n")
            await driver.sees("new (repos)", "bucket")
            await fill_in(driver, "api-clients")
            await driver.press("ctrl+s")
            await driver.sees("an address of the service itself")
            await fill_in(driver, "tides")
            # The organisation's buckets are there to choose from.
            await driver.press("tab", "enter")
            await driver.sees("scratch", "aws-role", "open-data")
            await driver.press("end", "escape")
            await driver.press("tab")
            await driver.type("of the harbour")
            await driver.press("ctrl+s")
            await driver.sees(f"created {OCEAN}/tides")
            made = repository(service, "tides")
            assert made is not None and made["description"] == "of the harbour"
            await find(driver, "tides")
            await driver.sees("BRANCHES", "Repository initialized", "none yet")
            await driver.press("e")
            await driver.sees("edit (repos)", "of the harbour")
            await driver.press("end")
            await driver.type(" wall")
            await driver.press("tab", "end", "ctrl+u")
            await driver.type('{"project": "x", "depth": [1, 2]}')
            await driver.press("ctrl+s")
            await driver.sees("changed tides; u takes it back")
            await driver.sees("project  x", "depth    1,2")
            edited = repository(service, "tides")
            assert edited is not None and edited["description"] == "of the harbour wall"
            await driver.press("u")
            await driver.sees("says again what it said")
            before = repository(service, "tides")
            assert before is not None and before["description"] == "of the harbour"
            await driver.press("t")
            await driver.sees("status (repos)", "maintenance")
            await driver.press("ctrl+s")
            await driver.sees("tides, which is online, becomes maintenance")
            await driver.press("tab", "enter")
            await driver.sees("tides is maintenance", "▲ maintenance")


async def test_a_delete_needs_the_name_typed_and_sends_both_confirmations(
    start: Start, deck: Deck, tmp_path: Path
) -> None:
    with catalogue() as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), (80, 24)) as driver:
            await go(driver, f"repos {OCEAN}", "waves-hycom")
            await find(driver, "ves-hycom")
            await driver.press("ctrl+d")
            await driver.sees(f"deletes {OCEAN}/waves-hycom", "there is no way", "type its name, waves-hycom:")
            await driver.type("waves-nemo")
            await driver.press("enter")
            await driver.sees("type its name")
            await driver.press("escape")
            await driver.sees("nothing was changed")
            assert changes(service) == []
            await driver.press("ctrl+d")
            await driver.sees("type its name")
            await driver.type("waves-hycom")
            await driver.press("enter")
            await driver.sees(f"deleted {OCEAN}/waves-hycom", "nothing matches")
            assert [str(entry) for entry in changes(service)] == [f"DELETE /orgs/{OCEAN}/waves-hycom 204"]
            assert repository(service, "waves-hycom") is None


async def test_another_repository_of_the_same_name_is_not_deleted(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue() as service:
        async with at_orgs(start, deck, profile_of(service, tmp_path), (140, 40)) as driver:
            await go(driver, f"repos {OCEAN}", "waves-hycom")
            await find(driver, "ves-hycom")
            await driver.press("ctrl+d")
            await driver.sees("type its name")
            shown = repository(service, "waves-hycom")
            assert shown is not None
            service.state.database.run("UPDATE repository SET id = ? WHERE id = ?", ("ab" * 12, shown["id"]))
            await driver.type("waves-hycom")
            await driver.press("enter")
            await driver.sees("waves-hycom is not the one that was shown any more")
            assert repository(service, "waves-hycom") is not None and changes(service) == []


async def test_one_that_is_not_online_can_be_looked_at_and_deleted(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue() as service:
        row = repository(service, "sea-surface-nemo-v2")
        assert row is not None and "maintenance" in row["status"]
        async with at_orgs(start, deck, profile_of(service, tmp_path), (140, 40)) as driver:
            await go(driver, f"repos {OCEAN}", "waves-hycom")
            await find(driver, "ce-nemo-v2")
            await driver.sees("not to be had while it is maintenance")
            await driver.press("ctrl+d")
            await driver.sees("type its name")
            await driver.type("sea-surface-nemo-v2")
            await driver.press("enter")
            await driver.sees("deleted", "nothing matches")
            assert repository(service, "sea-surface-nemo-v2") is None


async def test_a_marked_few_are_deleted_by_their_number(start: Start, deck: Deck, tmp_path: Path) -> None:
    with catalogue() as service:
        before = len(service.state.repositories.listed(OCEAN))
        async with at_orgs(start, deck, profile_of(service, tmp_path), (80, 24)) as driver:
            await go(driver, f"repos {OCEAN}", "waves-hycom")
            await driver.press("space", "j", "space", "ctrl+d")
            await driver.sees(f"deletes 2 repositories of {OCEAN}", "type the number of items")
            await driver.type("2")
            await driver.press("enter")
            await driver.sees("2 done")
            assert len(service.state.repositories.listed(OCEAN)) == before - 2
