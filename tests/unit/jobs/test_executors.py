"""Executors: shards in processes and threads, with progress, cancelling, killed workers and a screen in between."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import pytest

from tests.unit.jobs import work
from tests.unit.jobs.processes import other
from tui.jobs.executors import close_executor, make_executor, over_shards
from tui.jobs.job import is_alive, process_name
from tui.jobs.progress import Progress
from tui.services.errors import Cancelled, InvalidInput, NotSupported, Unavailable


@pytest.fixture(params=["process", "thread"])
def executor(request: pytest.FixtureRequest) -> Iterator[Executor]:
    made = make_executor(request.param, 2)
    yield made
    close_executor(made)


@pytest.fixture
def processes() -> Iterator[Executor]:
    made = make_executor("process", 2)
    yield made
    close_executor(made)


async def collect(executor: Executor, do: Callable[..., Any], shards: list[Any], progress: Progress) -> dict[Any, Any]:
    return {shard: result async for shard, result in over_shards(executor, do, shards, progress, ahead=2)}


async def until(condition: Callable[[], bool]) -> None:
    """Wait for a condition; pytest's patience is the limit."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.005)


async def test_every_shard_comes_back_with_its_result_and_progress(executor: Executor) -> None:
    progress = Progress()
    progress.expect(sum(range(6)))
    assert await collect(executor, work.double, list(range(6)), progress) == {n: 2 * n for n in range(6)}
    assert progress.done == progress.total
    assert sorted(progress.take_lines()) == [f"shard {n}" for n in range(6)]


async def test_a_shard_that_fails_does_not_stop_the_others(executor: Executor) -> None:
    results = await collect(executor, work.fail_on_three, list(range(6)), Progress())
    assert isinstance(results.pop(3), ValueError)
    assert results == {n: n for n in (0, 1, 2, 4, 5)}


async def test_no_shards_are_no_results(executor: Executor) -> None:
    assert await collect(executor, work.double, [], Progress()) == {}


async def test_a_killed_worker_is_a_failed_shard_and_the_rest_goes_on(processes: Executor) -> None:
    results = await collect(processes, work.die_on_three, list(range(12)), Progress())
    assert isinstance(results[3], Unavailable) and "killed" in str(results[3])
    lost = [n for n, result in results.items() if isinstance(result, Exception)]
    assert len(results) == 12 and len(lost) <= 3
    assert await collect(processes, work.double, [1, 2], Progress()) == {1: 2, 2: 4}


async def test_cancelling_stops_what_runs_and_drops_what_waits(executor: Executor, tmp_path: Path) -> None:
    progress = Progress()
    running = asyncio.create_task(collect(executor, work.until_cancelled, [str(tmp_path)] * 9, progress))
    await until(lambda: any(tmp_path.glob("began-*")))
    progress.cancel()
    with pytest.raises(Cancelled):
        await running
    await until(
        lambda: {p.name[6:] for p in tmp_path.glob("began-*")} == {p.name[6:] for p in tmp_path.glob("ended-*")}
    )
    assert len(list(tmp_path.glob("began-*"))) <= 2


async def test_cancelling_the_task_stops_what_runs_too(processes: Executor, tmp_path: Path) -> None:
    running = asyncio.create_task(collect(processes, work.until_cancelled, [str(tmp_path)], Progress()))
    await until(lambda: any(tmp_path.glob("began-*")))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    await until(lambda: any(tmp_path.glob("ended-*")))


async def test_a_worker_that_hangs_does_not_keep_the_program_from_ending(tmp_path: Path) -> None:
    executor = make_executor("process", 1)
    running = asyncio.create_task(collect(executor, work.for_ever, [str(tmp_path)], Progress()))
    await until(lambda: any(tmp_path.glob("began-*")))
    (began,) = tmp_path.glob("began-*")
    worker = process_name(int(began.name.removeprefix("began-")))
    await asyncio.to_thread(close_executor, executor)
    assert isinstance((await running)[str(tmp_path)], Exception)
    await until(lambda: not is_alive(worker))


async def test_workers_ignore_ctrl_c_and_leave_the_terminal_alone(processes: Executor) -> None:
    assert await collect(processes, work.environment, [0], Progress()) == {0: (True, True)}


ORPHANS = """
import asyncio, sys
from tests.unit.jobs import work
from tui.jobs.executors import make_executor, over_shards
from tui.jobs.progress import Progress

class Captured:
    def write(self, text): return len(text)
    def flush(self): pass
    def fileno(self): return -1

async def main():
    sys.stderr = sys.stdout = Captured()   # as a full-screen program does
    async for shard, result in over_shards(make_executor("process", 1), work.for_ever, [sys.argv[1]], Progress()):
        sys.__stdout__.write(f"{result!r}\\n"); sys.__stdout__.flush()

if __name__ == "__main__":
    asyncio.run(main())
"""


async def test_under_a_screen_workers_start_and_they_end_with_a_killed_parent(tmp_path: Path) -> None:
    with other(ORPHANS, tmp_path) as parent:
        await until(lambda: any(tmp_path.glob("began-*")) or parent.process.poll() is not None)
        (began,) = tmp_path.glob("began-*")
        worker = process_name(int(began.name.removeprefix("began-")))
        assert is_alive(worker)
        parent.process.kill()
        await until(lambda: not is_alive(worker))


def test_an_unknown_executor_is_refused() -> None:
    with pytest.raises(InvalidInput):
        make_executor("cloud")


def test_dask_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NotSupported) as caught:
        make_executor("dask://localhost:8786")
    assert "arraydeck[dask]" in caught.value.hint


async def test_a_dask_cluster_takes_the_place_of_the_processes() -> None:
    import distributed

    async with distributed.LocalCluster(
        n_workers=1, processes=False, protocol="tcp", host="127.0.0.1", asynchronous=True, dashboard_address=None
    ) as made:
        where = made.scheduler_address.replace("tcp://", "dask://")
        progress = Progress()
        executor = await asyncio.to_thread(make_executor, where)
        assert await collect(executor, work.double, [1, 2, 3], progress) == {1: 2, 2: 4, 3: 6}
        assert progress.done == 6
        await asyncio.to_thread(close_executor, executor)
