"""How an integrity check is asked for, stopped, cancelled, restricted and spread over processes."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import numpy
import pytest

from tests.deker.integrity import EXPECTED, checked, damage, found, settle
from tests.deker.pristine import Pristine, make_pristine
from tui.jobs.executors import close_executor, make_executor
from tui.jobs.job import JobState
from tui.jobs.progress import Progress
from tui.jobs.runner import JobRunner
from tui.jobs.state import StateDatabase
from tui.services.errors import Cancelled, InvalidInput, NotFound
from tui.systems.deker.format.names import main_directory
from tui.systems.deker.format.stable_read import writers_now
from tui.systems.deker.format.writer import NewCollection, create_array, create_collection
from tui.systems.deker.integrity.check import check_integrity
from tui.systems.deker.integrity.level_one import check_collections
from tui.systems.deker.integrity.report import IntegrityReport
from tui.systems.deker.integrity.run import PROCESSES_FROM
from tui.systems.deker.integrity.shards import parts_of
from tui.systems.deker.models import Attribute, Dimension

COUNT = PROCESSES_FROM + 100
FOUND = {2: ["file-damaged many"], 3: ["file-damaged many", "link-misplaced many", "link-missing many"]}
"""What is to be found in `many`, by level."""


@pytest.fixture
def storage(tmp_path: Path) -> Pristine:
    return make_pristine(tmp_path / "storage")


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A storage of so many arrays that processes are worth it, three of them damaged; it must stay as it is."""
    root = tmp_path_factory.mktemp("many")
    axes = (Dimension(name="x", size=2),)
    number = (Attribute(name="number", dtype="int", primary=True),)
    collection = create_collection(str(root), NewCollection("many", "int8", axes, number))
    data = numpy.ones(2, "int8")
    made = [create_array(collection, {"number": index}, data=data) for index in range(COUNT)]
    links = root / "collections" / "many" / "array_symlinks"
    (links / "5" / f"{made[5]}.hdf5").unlink()
    (links / "5").rmdir()
    file = links / "1000" / f"{made[1000]}.hdf5"
    os.truncate(file, 1000)
    (links / "2000" / f"{made[2000]}.hdf5").rename(links / "1999" / f"{made[2000]}.hdf5")
    (links / "2000").rmdir()
    settle(root)
    return root


@pytest.fixture
def processes() -> Iterator[Executor]:
    made = make_executor("process", 2)
    yield made
    close_executor(made)


@pytest.mark.parametrize("level", [0, 6, -1, True, 1.5, "2", None])
async def test_a_level_is_a_whole_number_from_1_to_5(storage: Pristine, level: Any) -> None:
    with pytest.raises(InvalidInput, match="level"):
        await checked(storage.root, level)


@pytest.mark.parametrize(
    "parameters",
    [{"stop_on_error": 1}, {"collection": ""}, {"collection": 7}, {"memory_limit": -1}, {"memory_limit": True}],
)
async def test_other_parameters_are_checked_too(storage: Pristine, parameters: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput, match=next(iter(parameters))):
        await checked(storage.root, 1, **parameters)


async def test_what_is_not_there_is_not_found(storage: Pristine, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="nowhere"):
        await checked(storage.root, 1, collection="nowhere")
    with pytest.raises(NotFound):
        await checked(tmp_path / "no storage")
    assert (await checked(storage.root, 1, collection="arr")).collections == 1


async def test_a_collection_that_is_named_is_the_only_one_checked(storage: Pristine) -> None:
    rows = (14, 15, 16, 20, 42, 58, 61, 84)
    damage(storage, *rows)
    everything = await checked(storage.root)
    for name in ("arr", "plain", "packed", "va"):
        report = await checked(storage.root, collection=name)
        own = [each for row in rows for each in EXPECTED[row] if each.endswith(f" {name}")]
        assert found(report) == sorted(own)
        assert report.findings == tuple(each for each in everything.findings if each.collection == name)


async def test_a_damaged_collection_can_be_named(storage: Pristine) -> None:
    damage(storage, 1, 24)
    report = await checked(storage.root, collection="arr")
    assert found(report) == ["collection-json-broken arr", "meta-missing arr"]


async def test_it_stops_at_the_first_error_if_asked_to(storage: Pristine) -> None:
    damage(storage, 13, 20, 42, 84)
    report = await checked(storage.root, stop_on_error=True)
    assert report.severities["error"] == 1
    assert report.ended == "first error"
    assert not report.complete
    assert (await checked(storage.root)).severities["error"] == 3


async def test_warnings_do_not_stop_it(storage: Pristine) -> None:
    damage(storage, 13, 61, 64)
    report = await checked(storage.root, stop_on_error=True)
    assert report.complete
    assert found(report) == sorted(EXPECTED[13] + EXPECTED[61] + EXPECTED[64])


async def test_processes_find_what_a_thread_finds(many: Path, processes: Executor) -> None:
    for level in (2, 3, 5):
        by_thread, by_processes = await checked(many, level), await checked(many, level, processes)
        assert by_thread.arrays == by_processes.arrays == COUNT
        assert by_thread.findings == by_processes.findings
        assert found(by_thread) == FOUND[min(level, 3)]


async def test_progress_counts_arrays(many: Path, processes: Executor) -> None:
    for executor in (None, processes):
        progress = Progress()
        report = await check_integrity(str(many), 4, progress=progress, executor=executor)
        assert found(report) == FOUND[3]
        assert (progress.done, progress.total, progress.unit) == (COUNT, COUNT, "arrays")


@pytest.mark.parametrize("where", ["thread", "processes"])
async def test_cancelling_leaves_an_incomplete_report(many: Path, processes: Executor, where: str) -> None:
    progress = Progress(lambda: progress.cancel() if progress.done else None)
    executor = processes if where == "processes" else None
    report = await check_integrity(str(many), 4, progress=progress, executor=executor)
    assert report.ended == "cancelled"
    assert not report.complete
    assert report.arrays < COUNT


class _Stuck(Executor):
    """An executor that never answers."""

    def __init__(self) -> None:
        self.asked = threading.Event()

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.asked.set()
        return Future()


async def test_a_job_that_is_cancelled_gets_what_was_found(many: Path, tmp_path: Path) -> None:
    reports: list[IntegrityReport] = []
    stuck = _Stuck()

    async def work(progress: Progress) -> None:
        reports.append(await check_integrity(str(many), 4, progress=progress, executor=stuck))
        if not reports[0].complete:
            raise Cancelled("deker", "check_integrity", "cancelled")

    runner = JobRunner(StateDatabase(tmp_path / "state.db"))
    job = await runner.start("check", "profile", "deker", work)
    await asyncio.to_thread(stuck.asked.wait)
    runner.cancel(job.id)
    assert (await runner.wait(job.id)).state is JobState.CANCELLED
    assert reports[0].ended == "cancelled"


class _Dying(Executor):
    """An executor whose workers are killed before they can answer."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_exception(BrokenProcessPool("killed"))
        return future


async def test_what_a_killed_worker_was_at_is_said_not_to_be_checked(many: Path) -> None:
    report = await checked(many, 3, _Dying())
    assert report.codes["check-failed"] >= 1
    assert not report.is_clean
    assert report.arrays == 0


async def test_ids_that_begin_alike_are_cut_in_shards_too(tmp_path: Path) -> None:
    count = 900
    axes = (Dimension(name="x", size=2),)
    collection = create_collection(str(tmp_path), NewCollection("alike", "int8", axes))
    top = tmp_path / "collections" / "alike" / "array_data"
    made = [create_array(collection, identity=f"00000000-0000-4000-8000-{index:012d}") for index in range(count)]
    lost = made[450]
    (top / main_directory(lost) / f"{lost}.hdf5").unlink()
    settle(tmp_path)
    opened = check_collections(str(tmp_path), None, writers_now(), lambda: None).opened[0]
    assert len(parts_of(opened, "array", 3, 0, ((identity, 0) for identity in made))) == 3
    report = await checked(tmp_path, 3)
    assert report.arrays == count - 1
    assert [(each.code, each.array) for each in report.findings if each.array] == [("link-dangling", lost)]
    assert [Path(each.path) for each in report.findings if not each.array] == [top / main_directory(lost)]


async def test_many_small_collections_are_checked_together(tmp_path: Path) -> None:
    axes = (Dimension(name="x", size=2),)
    for number in range(60):
        collection = create_collection(str(tmp_path), NewCollection(f"c{number}", "int8", axes))
        create_array(collection)
    (tmp_path / "collections" / "c7" / "array_data" / "README").write_text("stray")
    settle(tmp_path)
    report = await checked(tmp_path)
    assert (report.collections, report.arrays) == (60, 60)
    assert found(report) == ["stray-file c7"]


async def test_findings_come_by_collection_and_path_and_only_once(storage: Pristine) -> None:
    damage(storage, 11, 42, 44, 60, 83)
    findings = (await checked(storage.root)).findings
    places = [(each.collection, each.path, each.code) for each in findings]
    assert places == sorted(set(places))


async def test_a_level_finds_at_least_what_those_below_find(tmp_path: Path) -> None:
    for number, rows in enumerate([(1, 35, 62), (13, 24, 43, 77), (10, 39, 58, 79), (5, 31, 60, 75)]):
        storage = make_pristine(tmp_path / f"{number}")
        damage(storage, *rows)
        before: set[Any] = set()
        for level in (1, 2, 3, 4, 5):
            now = {*(await checked(storage.root, level)).findings}
            assert before <= now
            before = now
