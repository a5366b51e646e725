"""Tasks and runs of graphs as jobs: how often the server is asked, what is heard of their ends, what is forgotten."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.unit.tiledb.conftest import Place
from tui.jobs.job import Job, JobState
from tui.services.serving.clock import Clock
from tui.systems.tiledb.client import AsyncClient
from tui.systems.tiledb.job_source import ServerJobs
from tui.systems.tiledb.server import prepare
from tui.systems.tiledb.service_side.service import EmbeddedTileDB


@pytest.fixture(params=["current", "classic"])
def place(request: pytest.FixtureRequest) -> Iterator[Place]:
    """A server of either platform with nothing but what a test lets run, and whose time stands still."""
    with EmbeddedTileDB(classic=request.param == "classic", clock=Clock(time.time() - 3600)) as server:
        yield Place(server, prepare(server, empty=True, assets=0, tasks=0))


class Waits:
    """Stands in for the pauses: each moves the server's time on."""

    def __init__(self, place: Place) -> None:
        self.place, self.pauses = place, list[float]()

    async def __call__(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.place.server.state.clock.advance(seconds)
        await asyncio.sleep(0)


@pytest.fixture
async def client(place: Place) -> AsyncIterator[AsyncClient]:
    async with place.client() as client:
        yield client


def run(place: Place, name: str, seconds: float, outcome: str = "COMPLETED") -> str:
    """Let a task run, and return its id."""
    state = place.server.state
    owner = state.people.get(place.credentials["username"])
    tenant = place.credentials["workspace_id"] or owner.username
    return state.tasks.submit(tenant, name, owner.id, "SQL", seconds, outcome=outcome, message="it is so")


def polls(place: Place) -> int:
    return len([line for line in place.requests(0, "GET /v1/tasks") if "graphs" not in line])


async def test_a_task_is_followed_to_its_end_with_growing_pauses_and_then_nobody_is_asked(
    place: Place, client: AsyncClient
) -> None:
    waits, heard = Waits(place), list[Job]()
    source = ServerJobs(client, "lab", sleep=waits)
    source.ended.append(heard.append)
    source.look()
    await source.looked()
    assert source.jobs() == [] and waits.pauses == [] and polls(place) == 1
    source.look()
    assert not source.is_following, "it was looked at lately"
    run(place, "nightly", 40.0)
    run(place, "broken", 3.0, "FAILED")
    source.begun()
    await source.looked()
    assert {job.title: job.state for job in source.jobs()} == {
        "task nightly": JobState.SUCCEEDED,
        "task broken": JobState.FAILED,
    }
    assert [job.title for job in heard] == ["task broken", "task nightly"]
    assert heard[0].message == "it is so" and heard[0].naming == "job on lab"
    assert len(waits.pauses) < 12 and waits.pauses[0] < max(waits.pauses)
    count = polls(place)
    source.look()
    await asyncio.sleep(0)
    assert polls(place) == count


async def test_what_was_over_at_the_first_look_is_listed_and_not_told(place: Place, client: AsyncClient) -> None:
    heard = list[Job]()
    run(place, "old", 1.0)
    place.server.state.clock.advance(60)
    source = ServerJobs(client, "lab", sleep=Waits(place))
    source.ended.append(heard.append)
    source.look()
    await source.looked()
    assert [job.state for job in source.jobs()] == [JobState.SUCCEEDED] and heard == []


async def test_another_log_in_begins_anew_and_closing_ends_it(place: Place, client: AsyncClient) -> None:
    run(place, "nightly", 500.0)
    waits = Waits(place)
    source = ServerJobs(client, "lab", sleep=waits)
    source.look()
    async with asyncio.timeout(10):
        while not source.jobs():
            await asyncio.sleep(0.001)
    source.forget()
    assert source.jobs() == []
    await source.close()
    await source.close()
    assert not source.is_following


async def test_a_server_that_fails_for_a_while_is_asked_on(place: Place, client: AsyncClient) -> None:
    run(place, "nightly", 20.0)
    place.fault("status", status=503, path="/v1/taskgraphs*", times=40)
    waits, heard = Waits(place), list[Job]()
    source = ServerJobs(client, "lab", sleep=waits)
    source.ended.append(heard.append)
    source.look()
    await source.looked()
    assert waits.pauses and [job.state for job in source.jobs()] == [JobState.SUCCEEDED]
