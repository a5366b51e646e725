"""Sampling beside the cards: once a minute, and one message when it cannot be done."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.unit.jobs.processes import fill_up
from tui.app import ArraydeckApp
from tui.config.profiles import Profile, ProfileStore
from tui.config.settings import SettingsFile
from tui.jobs import state as state_module
from tui.jobs.state import StateDatabase
from tui.resources.deck import Deck
from tui.resources.system import Fact

LAB, OTHER = (Profile(name=name, system="toy", uri=f"toy:///{name}") for name in ("lab", "other"))
FACTS = (Fact("boxes", 3, "count"), Fact("master", "atlas"))


def note(deck: Deck, profile: Profile = LAB) -> None:
    deck.sampler.note(profile, 0.01, FACTS, lambda: None)


async def test_the_numbers_of_the_facts_are_kept_once_a_minute(deck: Deck) -> None:
    for _ in range(5):
        note(deck)
    await deck.sampler.close()
    kept = await asyncio.to_thread(deck.state.samples.of, LAB.name, LAB.uri)
    assert kept[0].numbers == {"boxes": 3} and len(kept) <= 2


async def test_what_moved_over_the_days_is_told(deck: Deck) -> None:
    import time

    await asyncio.to_thread(deck.state.samples.add, LAB.name, LAB.uri, 0.01, {"boxes": 1}, time.time() - 90_000)
    heard = asyncio.Event()
    deck.sampler.note(LAB, 0.01, FACTS, heard.set)
    async with asyncio.timeout(10):
        await heard.wait()
    assert deck.sampler.trends(LAB)["boxes"].change == 2
    assert deck.sampler.trends(OTHER) == {}


async def test_a_full_disk_is_said_once_and_nothing_else_happens(deck: Deck) -> None:
    told: list[str] = []
    deck.sampler.told.append(told.append)
    fill_up(deck.state)
    for profile in (LAB, OTHER):
        note(deck, profile)
    await deck.sampler.close()
    assert len(told) == 1
    assert "the disk is full" in told[0] and "free some space" in told[0]


async def test_a_locked_database_is_said_once_and_holds_up_nobody(deck: Deck, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []
    deck.sampler.told.append(told.append)
    with deck.state.reading() as connection:
        connection.execute("PRAGMA busy_timeout = 50").fetchall()
    monkeypatch.setattr(state_module, "BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(deck.state.path, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        for profile in (LAB, OTHER):
            note(deck, profile)
        await deck.sampler.close()
        holder.rollback()
    assert len(told) == 1 and "another arraydeck has been at it" in told[0]
    # The rest of this half minute is left to the other program.
    assert await asyncio.to_thread(deck.state.samples.count) == 0


async def test_nothing_is_sampled_once_the_deck_is_closed(home: Path) -> None:
    deck = Deck(SettingsFile(), ProfileStore(), StateDatabase())
    for profile in (LAB, OTHER):
        note(deck, profile)
    await deck.close()
    with closing(StateDatabase()) as state:
        assert state.samples.count() == 2
    note(deck, Profile(name="late", system="toy", uri="toy:///late"))
    assert not [task for task in asyncio.all_tasks() if task.get_name().startswith("sample ")]


async def test_the_cards_ask_nobody_after_the_dashboard_has_ended(deck: Deck, box_profile: Profile) -> None:
    deck.add_temporary(box_profile)
    app = ArraydeckApp(deck)
    async with app.run_test() as pilot:
        while not any(task.get_name() == "watcher" for task in asyncio.all_tasks()):
            await pilot.pause(0.01)
    await asyncio.sleep(0)
    assert not [task for task in asyncio.all_tasks() if task.get_name() == "watcher" and not task.cancelling()]
