"""Jobs: how the server moves them on, how one is waited for, and how all are followed with few requests."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from itertools import pairwise
from pathlib import Path

import pytest

from tests.unit.leapyear.servers import BRAM, BRAM_PASSWORD, ROOT, ROOT_PASSWORD, Asker, Place, bundled
from tui.jobs.polling import Backoff
from tui.services.errors import ServiceError
from tui.services.serving.clock import Clock
from tui.systems.leapyear.client import AsyncClient
from tui.systems.leapyear.errors import (
    APIError,
    AsyncCancelledError,
    AsyncTimeoutError,
    ConflictError,
    NotFoundError,
    RateLimitedError,
)
from tui.systems.leapyear.follower import JobFollower
from tui.systems.leapyear.models import AsyncJobInformation, JobState
from tui.systems.leapyear.objects import Database, Table

FAST = Backoff(start=0.05, factor=1.6, maximum=2.0)


@pytest.fixture
def clock() -> Clock:
    return Clock(1_800_000_000.0)


@pytest.fixture
def place(clock: Clock) -> Iterator[Place]:
    """A server whose time stands still until the test moves it."""
    with bundled(clock=clock) as made:
        yield made


@asynccontextmanager
async def connected(place: Place, username: str = ROOT, password: str = ROOT_PASSWORD) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(place.url, username, password) as client:
        yield client


async def begun(client: AsyncClient, name: str, credentials: str = "hdfs://x") -> AsyncJobInformation:
    return (await client.create_async(Table(name, database="sales", credentials=credentials))).last


async def until(condition: Callable[[], bool], seconds: float = 20) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


def asked(place: Place, path: str = "/jobs") -> int:
    return len(place.service.requests.entries(method="GET", path=path))


async def test_a_job_goes_through_its_states_with_the_clock(place: Place, clock: Clock) -> None:
    async with connected(place) as client:
        await Database("sales").create()
        job = await client.create_async(Table("orders", database="sales", credentials="hdfs://x"))
        assert job.last.state is JobState.QUEUED and job.last.progress is None
        assert (await client.table("sales", "orders")).state == "creating"
        clock.advance(0.6)
        assert (await job.info()).state is JobState.RUNNING and job.last.progress == 0.5
        assert [one.id for one in await client.jobs()] == [job.id]
        with pytest.raises(ConflictError, match="no result"):
            await client.job_result(job.id)
        clock.advance(0.6)
        found = await job.wait()
        assert found.state is JobState.SUCCEEDED and found.progress == 1.0
        assert found.finished_at is not None and found.seconds(found.finished_at) == 1.0
        assert (await job.result())["table"] == "orders" and await client.jobs() == []
        assert (await client.table("sales", "orders")).state == "ready"
        with pytest.raises(ConflictError, match="over"):
            await job.cancel()
        with pytest.raises(NotFoundError):
            await client.job_information("job_none")


@pytest.mark.parametrize(
    ("credentials", "state", "error"),
    [("emulate:fail", "failed", APIError), ("emulate:timeout", "timed_out", AsyncTimeoutError)],
)
async def test_a_job_that_ends_badly_says_so(
    place: Place, clock: Clock, credentials: str, state: str, error: type[ServiceError]
) -> None:
    async with connected(place) as client:
        await Database("sales").create()
        job = await client.create_async(Table("orders", database="sales", credentials=credentials))
        clock.advance(2)
        with pytest.raises(error, match="data"):
            await job.wait()
        assert job.last.state == state and (await client.table("sales", "orders")).state == "failed"
        assert [one.state for one in await client.recent_finished_jobs()] == [state]


async def test_a_job_is_cancelled_and_what_it_made_is_gone(place: Place, clock: Clock) -> None:
    async with connected(place) as client:
        await Database("sales").create()
        job = await client.create_async(Table("orders", database="sales", credentials="emulate:slow"))
        clock.advance(20)
        assert (await job.info()).state is JobState.RUNNING
        waiting = asyncio.create_task(job.wait())
        await until(lambda: place.service.requests.entries(path=job.id) != [])
        await client.cancel_job(job.id)
        with pytest.raises(AsyncCancelledError):
            await waiting
        with pytest.raises(NotFoundError):
            await client.table("sales", "orders")


async def test_who_waits_hears_at_once_and_for_no_longer_than_he_likes(place: Place, clock: Clock) -> None:
    async with connected(place) as client:
        await Database("sales").create()
        job = await client.create_async(Table("orders", database="sales", credentials="emulate:slow"))
        with pytest.raises(AsyncTimeoutError, match="not over within"):
            await job.wait(timeout=0.3)
        await until(lambda: asked(place, job.id) == 1)
        place.service.requests.clear()
        waiting = asyncio.create_task(job.wait())
        await asyncio.sleep(0.2)
        clock.advance(31)
        assert (await waiting).state is JobState.SUCCEEDED
        # One call was held back until the job was over.
        await until(lambda: asked(place, job.id) == 1)


async def test_a_job_is_waited_for_while_the_server_is_away(place: Place, clock: Clock) -> None:
    async with connected(place) as client:
        await Database("sales").create()
        job = await client.create_async(Table("orders", database="sales", credentials="hdfs://x"))
        waiting = asyncio.create_task(job.wait(30))
        await asyncio.sleep(0.1)
        place.service.down()
        clock.advance(5)
        await asyncio.sleep(0.1)
        place.service.up()
        assert (await waiting).state is JobState.SUCCEEDED


def test_jobs_are_seen_by_whom_they_belong_to_and_by_administrators(place: Place, clock: Clock) -> None:
    place.service.backend.users.add(BRAM, BRAM_PASSWORD)
    with Asker.of(place.url) as root, Asker.of(place.url, BRAM, BRAM_PASSWORD) as bram:
        root.done("POST", "/databases", json={"name": "sales"})
        root.done("PUT", f"/databases/sales/access/user/{BRAM}", json={"access": "administer"})
        ids = {}
        for asker, name in ((root, "a"), (bram, "b")):
            body = {"name": name, "credentials": "hdfs://x"}
            answer = asker.ask("POST", "/databases/sales/tables", json=body, headers={"prefer": "respond-async"})
            assert answer.status_code == 202
            ids[name] = answer.json()["id"]
            assert answer.headers["location"] == f"/api/v1/jobs/{ids[name]}"
        assert [job["id"] for job in bram.done("GET", "/jobs")["items"]] == [ids["b"]]
        assert [job["id"] for job in root.done("GET", "/jobs")["items"]] == [ids["b"], ids["a"]]
        assert [job["id"] for job in root.done("GET", f"/jobs?user={BRAM}&kind=table.create")["items"]] == [ids["b"]]
        assert bram.refused("GET", f"/jobs/{ids['a']}") == (404, "not_found")
        assert bram.refused("POST", f"/jobs/{ids['a']}/cancel") == (404, "not_found")
        page = root.done("GET", "/jobs?limit=1")
        rest = root.done("GET", f"/jobs?limit=1&cursor={page['next_cursor']}")
        assert [rest["items"][0]["id"], rest["next_cursor"]] == [ids["a"], None]
        root.done("POST", f"/jobs/{ids['b']}/cancel")
        assert root.done("GET", "/jobs?state=finished")["items"][0]["state"] == "cancelled"
        for wrong in ("state=some", "limit=501", "cursor=eyJhZnRlciI6ICJhIn0="):
            assert root.refused("GET", f"/jobs?{wrong}") == (422, "validation_failed")
        assert root.refused("GET", f"/jobs/{ids['a']}?wait=31") == (422, "validation_failed")


async def test_too_many_queued_jobs_are_refused_and_old_ones_forgotten(place: Place, clock: Clock) -> None:
    jobs = place.service.backend.jobs
    for _ in range(200):
        jobs.start(ROOT, "analysis", {"type": "table"}, {})
    async with connected(place) as client:
        await Database("sales").create()
        place.service.requests.clear()
        with pytest.raises(RateLimitedError, match="Too many jobs"):
            await begun(client, "orders")
    clock.advance(7 * 86_400 + 10)
    with Asker.of(place.url) as root:
        jobs.start(ROOT, "analysis", {"type": "table"}, {}, 0.0)
        clock.advance(1)
        assert len(root.done("GET", "/jobs?limit=500")["items"]) == 1


async def test_nothing_is_asked_while_nothing_runs(place: Place, clock: Clock) -> None:
    async with connected(place) as client:
        follower = JobFollower(client, backoff=FAST)
        place.service.requests.clear()
        await Database("sales").create()
        await asyncio.sleep(0.2)
        assert asked(place) == 0
        follower.look()
        await follower.looked()
        assert not follower.is_following
        before = asked(place)
        await asyncio.sleep(0.3)
        assert asked(place) == before <= 2
        await begun(client, "orders")
        assert follower.is_following
        clock.advance(5)
        await follower.looked()
        assert [job.state for job in follower.jobs()] == [JobState.SUCCEEDED] and follower.active() == []
        await follower.close()


async def test_a_follower_asks_ever_less_often(place: Place, clock: Clock) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    async with connected(place) as client:
        await Database("sales").create()
        follower = JobFollower(client, backoff=Backoff(start=0.1, factor=2.0, maximum=0.8), sleep=sleep)
        await begun(client, "orders", "emulate:slow")
        await until(lambda: len(pauses) >= 6)
        assert pauses[:4] == [0.1, 0.2, 0.4, 0.8] and pauses[5] == 0.8
        await follower.close()


async def test_a_pause_ends_as_soon_as_the_job_does(place: Place, clock: Clock) -> None:
    async with connected(place) as client:
        await Database("sales").create()
        follower = JobFollower(client, backoff=Backoff(start=1.0, factor=20.0, maximum=20.0))
        await begun(client, "orders", "emulate:slow")
        await until(lambda: len(place.service.requests.entries(path="/jobs/")) == 1)
        # The second pause is one of 20 seconds, which a call spends that is answered when the job is over.
        clock.advance(40)
        async with asyncio.timeout(15):
            await follower.looked()
        assert [job.state for job in follower.jobs()] == [JobState.SUCCEEDED]
        await follower.close()


class Witness:
    """Hears what a follower tells, and checks that no job goes back."""

    def __init__(self, follower: JobFollower) -> None:
        self.states: dict[str, list[JobState]] = defaultdict(list)
        self.ends: dict[str, int] = defaultdict(int)
        self.backwards: list[str] = []
        follower.changed.append(self.hear)
        follower.ended.append(self.hear_end)

    def hear(self, job: AsyncJobInformation) -> None:
        seen = self.states[job.id]
        if seen and job.state.rank < seen[-1].rank:
            self.backwards.append(job.id)
        seen.append(job.state)

    def hear_end(self, job: AsyncJobInformation) -> None:
        self.ends[job.id] += 1


def most_polls(seconds: float) -> int:
    """Return how many polls fit into a time in which nothing changes."""
    count, total = 0, 0.0
    while total <= seconds:
        total += FAST.after(count)
        count += 1
    return count


async def test_fifty_jobs_of_two_users_and_a_server_that_is_killed_in_the_middle(tmp_path: Path) -> None:
    """None is missed, none goes back, each ends once, and the requests are few (issue's check 3)."""
    file, clock = tmp_path / "leapyear.sqlite", Clock(1_800_000_000.0)
    with bundled(state=file, clock=clock) as place:
        port = place.service.port
        place.service.backend.users.add(BRAM, BRAM_PASSWORD, True)
        first = AsyncClient(place.url, ROOT, ROOT_PASSWORD)
        second = AsyncClient(place.url, BRAM, BRAM_PASSWORD)
        await first.create(Database("sales"))
        follower = JobFollower(first, backoff=FAST)
        witness, problems = Witness(follower), []
        follower.failed.append(problems.append)
        follower.look()
        ids: list[str] = []
        for number in range(50):
            slow = "emulate:slow" if number % 5 == 0 else "emulate:fail" if number % 7 == 0 else "hdfs://x"
            ids.append((await begun((first, second)[number % 2], f"t{number}", slow)).id)
        follower.look()
        await until(lambda: set(witness.states) == set(ids))
        clock.advance(0.5)
        await until(lambda: all(JobState.RUNNING in seen for seen in witness.states.values()))
        clock.advance(1)
        await until(lambda: len(witness.ends) == 40)
        until_then = asked(place)
    # The server is gone, and comes back on its port with what it had written down.
    await until(lambda: len(problems) >= 2)
    assert len(follower.active()) == 10 and follower.is_following
    with bundled(state=file, clock=clock, port=port) as place:
        began = time.monotonic()
        await until(lambda: asked(place) >= 4)
        times = [entry.seconds for entry in place.service.requests.entries(method="GET", path="/jobs")]
        clock.advance(60)
        await until(lambda: len(witness.ends) == 50)
        await follower.looked()
        spent, polls = time.monotonic() - began, asked(place)
        ends = [job.state for job in follower.jobs()]
        await follower.close()
        await first.close()
        await second.close()
    assert not witness.backwards and set(witness.ends) == set(ids) and set(witness.ends.values()) == {1}
    assert ends.count(JobState.FAILED) == sum(n % 5 != 0 and n % 7 == 0 for n in range(50))
    # A poll for each job of its own that begins and for each change, of two requests at most; none in between.
    assert until_then <= 2 * (50 + 10)
    gaps = [later - sooner for sooner, later in pairwise(times)]
    assert all(gap >= 0.9 * FAST.after(place) for place, gap in enumerate(gaps)) and polls <= 2 * (
        most_polls(spent) + 4
    )


async def test_a_job_that_the_server_forgot_is_lost_and_not_waited_for(place: Place, clock: Clock) -> None:
    async with connected(place) as client:
        await Database("sales").create()
        follower = JobFollower(client, backoff=FAST)
        witness = Witness(follower)
        job = await client.create_async(Table("orders", database="sales", credentials="emulate:slow"))
        await until(lambda: job.id in witness.states)
        place.service.backend.database.run("DELETE FROM job")
        await follower.looked()
        assert [one.state for one in follower.jobs()] == [JobState.LOST] and witness.ends[job.id] == 1
        with pytest.raises(NotFoundError):
            await job.wait(10)
        await follower.close()


async def test_jobs_of_others_are_found_however_many_there_are(place: Place, clock: Clock) -> None:
    jobs = place.service.backend.jobs
    old = jobs.start(BRAM, "analysis", {"type": "table"}, {}, 10_000.0)["id"]
    for _ in range(150):
        jobs.done(BRAM, "analysis", {"type": "table"})
    async with connected(place) as client:
        follower = JobFollower(client, backoff=FAST)
        witness = Witness(follower)
        follower.look()
        await until(lambda: old in witness.states)
        assert [job.id for job in follower.active()] == [old] and not witness.ends
        for _ in range(250):
            jobs.done(BRAM, "analysis", {"type": "table"})
        follower.look()
        # What ended between two looks is not missed, though it fills more than a page.
        await until(lambda: len(witness.ends) == 250)
        clock.advance(20_000)
        follower.look()
        await until(lambda: witness.ends.get(old) == 1)
        await follower.close()


async def test_a_refused_log_in_ends_the_following_and_a_look_takes_it_up_again(place: Place, clock: Clock) -> None:
    async with connected(place) as client:
        await Database("sales").create()
        follower = JobFollower(client, backoff=FAST)
        problems: list[ServiceError] = []
        follower.failed.append(problems.append)
        await begun(client, "orders", "emulate:slow")
        place.service.backend.sessions.revoke_all()
        await until(lambda: not follower.is_following)
        assert [problem.kind for problem in problems] == ["authentication error"]
        await client.log_in()
        clock.advance(40)
        follower.look()
        await follower.looked()
        assert [job.state for job in follower.jobs()] == [JobState.SUCCEEDED]
        await follower.close()
