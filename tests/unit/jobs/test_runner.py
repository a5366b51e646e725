"""The runner: jobs from queued to over, whatever happens to them, to their listeners or to their process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.unit.jobs.processes import other
from tui.jobs.job import Job, JobState
from tui.jobs.progress import LINES_KEPT, Progress
from tui.jobs.runner import JobRunner
from tui.jobs.state import StateDatabase
from tui.services.errors import Conflict, NotFound, Unavailable


@pytest.fixture
async def state(tmp_path: Path) -> AsyncIterator[StateDatabase]:
    with closing(StateDatabase(tmp_path / "state.db")) as database:
        yield database


@pytest.fixture
async def runner(state: StateDatabase) -> AsyncIterator[JobRunner]:
    made = JobRunner(state, at_once=2)
    yield made
    await made.close()


async def start(runner: JobRunner, work: Any, **values: Any) -> Job:
    return await runner.start("a title", "lab", "deker", work, **values)


async def test_a_job_runs_tells_and_is_kept(runner: JobRunner, state: StateDatabase) -> None:
    shown: list[Job] = []
    ended: list[Job] = []
    runner.listeners.append(shown.append)
    runner.ended.append(ended.append)

    async def work(progress: Progress) -> dict[str, int]:
        progress.expect(3, "arrays")
        for number in range(3):
            progress.log(f"array {number}")
            progress.advance()
        progress.report = Path("/tmp/report.json")
        return {"checked": 3}

    job = await start(runner, work, restart={"type": "arrays"})
    assert job.state is JobState.QUEUED
    over = await runner.wait(job.id)
    assert (over.state, over.done, over.total, over.unit) == (JobState.SUCCEEDED, 3, 3, "arrays")
    assert (over.result, over.report) == ({"checked": 3}, "/tmp/report.json")
    assert ended == [over] and shown[-1] == over
    assert runner.current() == []
    assert await runner.list() == [over] == [state.jobs.get(job.id)]
    assert state.jobs.lines(job.id) == ["array 0", "array 1", "array 2"]
    assert over.restart == {"type": "arrays"}


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (Unavailable("deker", "check", "it is gone"), "it is gone"),
        (ValueError("\x1b[31mred"), "unexpected ValueError: \\e[31mred"),
    ],
)
async def test_a_job_that_fails_says_why(runner: JobRunner, error: Exception, message: str) -> None:
    async def work(progress: Progress) -> None:
        raise error

    over = await runner.wait((await start(runner, work)).id)
    assert (over.state, over.message) == (JobState.FAILED, message)


async def test_a_running_job_is_cancelled_and_cleans_up_in_peace(runner: JobRunner, state: StateDatabase) -> None:
    begun, cleaned = asyncio.Event(), asyncio.Event()

    async def work(progress: Progress) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            cleaned.set()

    job = await start(runner, work)
    await begun.wait()
    runner.cancel(job.id)
    await asyncio.sleep(0)
    runner.cancel(job.id)
    over = await runner.wait(job.id)
    assert over.state is JobState.CANCELLED and cleaned.is_set()
    assert state.jobs.get(job.id).state is JobState.CANCELLED
    with pytest.raises(Conflict):
        runner.cancel(job.id)


async def test_a_job_is_cancelled_before_its_first_step(runner: JobRunner, state: StateDatabase) -> None:
    async def work(progress: Progress) -> None:
        raise AssertionError("it ran")

    job = await start(runner, work)
    runner.cancel(job.id)
    assert (await runner.wait(job.id)).state is JobState.CANCELLED
    assert state.jobs.get(job.id).state is JobState.CANCELLED


async def test_work_in_a_thread_hears_that_it_was_cancelled(runner: JobRunner) -> None:
    begun = threading.Event()
    heard = threading.Event()

    def in_thread(progress: Progress) -> None:
        begun.set()
        while not progress.is_cancelled:
            pass
        heard.set()

    job = await start(runner, lambda progress: asyncio.to_thread(in_thread, progress))
    await asyncio.to_thread(begun.wait)
    runner.cancel(job.id)
    assert (await runner.wait(job.id)).state is JobState.CANCELLED
    assert await asyncio.to_thread(heard.wait, 30)


async def test_jobs_beyond_the_limit_wait_their_turn_and_can_be_cancelled_meanwhile(runner: JobRunner) -> None:
    gate, both, running = asyncio.Event(), asyncio.Event(), 0

    async def work(progress: Progress) -> int:
        nonlocal running
        running += 1
        most = running
        if running == 2:
            both.set()
        await gate.wait()
        running -= 1
        return most

    jobs = [await start(runner, work) for _ in range(5)]
    await both.wait()
    states = [job.state for job in runner.current()]
    assert states.count(JobState.RUNNING) == 2 and states.count(JobState.QUEUED) == 3
    runner.cancel(jobs[4].id)
    assert (await runner.wait(jobs[4].id)).state is JobState.CANCELLED
    gate.set()
    over = [await runner.wait(job.id) for job in jobs[:4]]
    assert all(job.state is JobState.SUCCEEDED and job.result <= 2 for job in over)


async def test_a_listener_that_fails_stops_nothing(runner: JobRunner) -> None:
    def fail(job: Job) -> None:
        raise RuntimeError("a listener")

    heard: list[Job] = []
    runner.listeners.append(fail)
    runner.ended.extend((fail, heard.append))

    async def work(progress: Progress) -> str:
        return "done"

    over = await runner.wait((await start(runner, work)).id)
    assert over.state is JobState.SUCCEEDED and heard == [over]


async def test_a_disk_that_fills_up_does_not_end_the_work(runner: JobRunner, state: StateDatabase) -> None:
    async def work(progress: Progress) -> str:
        with state.reading() as connection:
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        progress.log("x" * 100_000)
        return "y" * 100_000

    job = await start(runner, work)
    over = await runner.wait(job.id)
    assert over.state is JobState.SUCCEEDED and over.result == "y" * 100_000
    assert await runner.list() == [over] and await runner.wait(job.id) == over


async def test_closing_cancels_what_runs(state: StateDatabase) -> None:
    runner = JobRunner(state)
    jobs = [await start(runner, lambda progress: asyncio.Event().wait()) for _ in range(3)]
    await runner.close()
    assert {state.jobs.get(job.id).state for job in jobs} == {JobState.CANCELLED}


async def test_a_late_record_does_not_bring_an_ended_job_back(runner: JobRunner, state: StateDatabase) -> None:
    async def work(progress: Progress) -> None:
        return None

    job = await start(runner, work)
    await runner.wait(job.id)
    state.jobs.save(job.model_copy(update={"state": JobState.RUNNING}), ["late"])
    assert state.jobs.get(job.id).state is JobState.SUCCEEDED


RUNS = """
import asyncio, pathlib, sys
from tui.jobs.runner import JobRunner
from tui.jobs.state import StateDatabase

async def work(progress):
    progress.expect(10, "arrays")
    progress.advance(4)
    await asyncio.Event().wait()

async def main():
    state = StateDatabase(pathlib.Path(sys.argv[1]))
    job = await JobRunner(state).start("long", "lab", "deker", work, {"again": 1})
    while state.jobs.get(job.id).done != 4:
        await asyncio.sleep(0.01)
    print(job.id, flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_job_whose_process_was_killed_is_interrupted(runner: JobRunner, state: StateDatabase) -> None:
    with other(RUNS, state.path) as running:
        number = int(await asyncio.to_thread(running.hear))
        (job,) = await runner.list()
        assert (job.id, job.state, job.done, job.total) == (number, JobState.RUNNING, 4, 10)
        with pytest.raises(Conflict):
            runner.cancel(number)
        with pytest.raises(Conflict):
            state.jobs.forget(number)
        running.process.kill()
        running.process.wait()
        (job,) = await runner.list()
        assert job.state is JobState.INTERRUPTED and job.restart == {"again": 1}
        state.jobs.forget(number)
        assert await runner.list() == []
        with pytest.raises(NotFound):
            state.jobs.get(number)


async def test_another_process_with_the_same_number_is_not_taken_for_it(state: StateDatabase) -> None:
    job = state.jobs.create("t", "lab", "deker", None)
    assert state.jobs.get(job.id).state is JobState.QUEUED
    host, pid, start_tick = job.process.split(":")
    with state.writing() as connection:
        connection.execute("UPDATE jobs SET process = ?", (f"{host}:{pid}:{int(start_tick) - 1}",))
    assert state.jobs.get(job.id).state is JobState.INTERRUPTED


async def test_of_very_many_log_lines_the_last_are_kept(runner: JobRunner, state: StateDatabase) -> None:
    async def work(progress: Progress) -> None:
        for number in range(LINES_KEPT + 5):
            progress.log(str(number))

    job = await start(runner, work)
    await runner.wait(job.id)
    lines = state.jobs.lines(job.id)
    assert (len(lines), lines[0], lines[-1]) == (LINES_KEPT, "5", str(LINES_KEPT + 4))


def test_rate_and_remaining_time() -> None:
    began = datetime(2024, 1, 1, tzinfo=UTC)
    job = Job(id=1, title="", profile="", system="", state=JobState.RUNNING, created=began, started=began)
    now = began + timedelta(seconds=10)
    assert (job.rate(now), job.remaining(now), job.share) == (None, None, None)
    going = job.model_copy(update={"done": 20, "total": 50})
    assert (going.rate(now), going.remaining(now), going.share) == (2.0, 15.0, 0.4)


async def test_another_arraydeck_stops_a_job(runner: JobRunner, state: StateDatabase) -> None:
    begun = asyncio.Event()

    async def work(progress: Progress) -> None:
        begun.set()
        await asyncio.Event().wait()

    job = await start(runner, work)
    await begun.wait()
    elsewhere = JobRunner(state)
    await elsewhere.stop(job.id)
    assert (await runner.wait(job.id)).state is JobState.CANCELLED
    with pytest.raises(Conflict, match="is over"):
        await elsewhere.stop(job.id)
    with pytest.raises(NotFound):
        await elsewhere.stop(job.id + 1)
    assert not state.jobs.is_asked_to_cancel(job.id)
    await elsewhere.close()
