"""What happened lately, gathered from everywhere."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from tui.jobs.job import JobState
from tui.jobs.progress import Progress
from tui.resources.connections import Connection
from tui.resources.deck import Deck
from tui.resources.events import KEPT
from tui.services.errors import NotFound, TimedOut, Unavailable


async def run_job(deck: Deck, title: str, fails: bool = False) -> None:
    async def work(progress: Progress) -> None:
        if fails:
            raise NotFound("toy", "work", "it is gone")

    job = await deck.runner.start(title, "lab", "toy", work)
    await deck.runner.wait(job.id)


async def test_a_job_that_ends_is_told_and_can_be_gone_to(deck: Deck) -> None:
    heard: list[None] = []
    deck.events.listeners.append(lambda: heard.append(None))
    await run_job(deck, "weigh", fails=True)
    (event,) = await deck.events.recent()
    assert (event.kind, event.status, event.list, event.item) == ("job", "failed", "jobs", "1")
    assert event.text == "weigh failed, it is gone"
    assert len(heard) == 1 and deck.events.failed_jobs == 1


async def test_health_is_told_when_it_changes(deck: Deck, box_connection: Connection) -> None:
    health = box_connection.health
    health.record(0.01)
    assert await deck.events.recent() == []
    health.fail(Unavailable("toy", "boxes", "boxes.json is gone"))
    health.fail(Unavailable("toy", "boxes", "boxes.json is gone"))
    health.record(0.01)
    texts = [event.text for event in await deck.events.recent()]
    assert texts == ["lab answers again", "lab is offline: boxes.json is gone"]


async def test_slow_first_answers_are_no_event_but_later_ones_are(deck: Deck, box_connection: Connection) -> None:
    health = box_connection.health
    health.record(3.0)
    for _ in range(5):
        health.record(0.01)
    assert await deck.events.recent() == []
    for _ in range(5):
        health.record(3.0)
    assert [event.text for event in await deck.events.recent()] == ["lab answers slowly"]


async def test_a_store_that_was_never_there_is_told(deck: Deck, box_connection: Connection) -> None:
    box_connection.health.fail(TimedOut("toy", "boxes", "no answer\x1b[31m"))
    assert [event.text for event in await deck.events.recent()] == ["lab is offline: no answer\\e[31m"]


async def test_changes_are_read_from_the_journal_those_of_other_arraydecks_too(deck: Deck) -> None:
    other = type(deck.state)(deck.state.path)
    entry = await asyncio.to_thread(
        lambda: other.journal.begin(
            profile="lab", uri="x", system="toy", type="boxes", scope=(), action="delete", target="atlas", parameters={}
        )
    )
    (event,) = await deck.events.recent()
    assert (event.kind, event.status, event.list, event.item) == ("change", "running", "journal", str(entry))
    assert event.text == "delete boxes atlas running"
    other.close()


async def test_jobs_of_before_are_told_and_none_twice(deck: Deck) -> None:
    await run_job(deck, "weigh")
    await run_job(deck, "count")
    later = Deck(deck.settings_file, deck.profiles, type(deck.state)(deck.state.path))
    for one in (deck, later):
        assert [event.text for event in await one.events.recent()] == ["count succeeded", "weigh succeeded"]
    await later.close()


async def test_a_flood_of_one_kind_leaves_the_others(deck: Deck, box_connection: Connection) -> None:
    await run_job(deck, "weigh")
    for _ in range(3 * KEPT):
        box_connection.health.fail(Unavailable("toy", "boxes", "gone"))
        box_connection.health.record(0.01)
    found = await deck.events.recent(10 * KEPT)
    assert sum(event.kind == "health" for event in found) == KEPT
    assert sum(event.kind == "job" for event in found) == 1


async def test_an_unreadable_database_leaves_what_happened_here(
    deck: Deck, box_connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    box_connection.health.fail(Unavailable("toy", "boxes", "gone"))
    with deck.state.writing() as connection:
        connection.execute("DROP TABLE journal")
    assert [event.kind for event in await deck.events.recent()] == ["health"]


async def test_events_are_a_list_of_their_own(deck: Deck, box_connection: Connection, boxes: Path) -> None:
    await run_job(deck, "weigh")
    kind = deck.own.system.type_named("events")
    from tui.resources.types import Query, Scope

    rows = [item async for page in kind.pages(deck, Scope(), Query()) for item in page.items]
    assert [row.status for row in rows] == [JobState.SUCCEEDED]
    detail = await kind.describe(deck, Scope(), rows[0])
    assert [(link.type, link.key) for link in detail.links] == [("jobs", "1")]
    assert json.loads(rows[0].model_dump_json())["text"] == "weigh succeeded"
