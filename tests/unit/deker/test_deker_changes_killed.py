"""The engine of changes at every call to the file system: killed there or refused there, it is all or nothing."""

from __future__ import annotations

import errno
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import engine_plans
from tests.faults.killable import Worker, contents, difference, is_trash_empty, tree
from tui.systems.deker.changes import engine


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker() as started:
        yield started


class Bench:
    """One storage, made anew as often as wanted, with what it is before and after the plan."""

    def __init__(self, worker: Worker, root: Path) -> None:
        self.worker, self.root = worker, root
        self.arguments = {"root": str(root)}
        self.renew()
        self.before = tree(root)
        self.changes = worker.changes("apply_mixed", self.arguments)
        self.after = tree(root)
        assert self.before != self.after

    def renew(self) -> None:
        shutil.rmtree(self.root, ignore_errors=True)
        engine_plans.make(self.root)

    def applied(self) -> None:
        self.renew()
        self.worker.done("apply_mixed", self.arguments)

    def everything(self) -> set[str]:
        return contents(tree(self.root, ""))

    def whole(self, moment: object = None) -> None:
        """See that the storage is as it was, with an empty trash, or changed and able to be as it was."""
        now = tree(self.root)
        if now != self.after:
            assert difference(self.before, now) == {}
            assert is_trash_empty(self.root)
            return
        (record,) = engine.records(self.root.as_posix())
        assert record.state == "applied"
        self.worker.done("restore_newest", self.arguments)
        assert difference(self.before, tree(self.root)) == {}
        assert is_trash_empty(self.root)


@pytest.fixture
def bench(worker: Worker, tmp_path: Path) -> Bench:
    return Bench(worker, tmp_path / "storage")


def test_killed_while_it_changes(bench: Bench) -> None:
    whole_changes = 0
    for moment in range(1, bench.changes + 1):
        bench.renew()
        assert bench.worker.ask("apply_mixed", bench.arguments, kill=moment)["ended"] == "killed"
        assert contents(bench.before) <= bench.everything(), moment
        bench.worker.done("finish", bench.arguments)
        whole_changes += tree(bench.root) == bench.after
        bench.whole()
    # What is killed after the last step, before the record says so, is taken back like the rest.
    assert whole_changes == 0


def test_killed_while_it_restores(bench: Bench) -> None:
    bench.applied()
    changes = bench.worker.changes("restore_newest", bench.arguments)
    for moment in range(1, changes + 1):
        bench.applied()
        assert bench.worker.ask("restore_newest", bench.arguments, kill=moment)["ended"] == "killed"
        assert contents(bench.before) <= bench.everything(), moment
        bench.worker.done("finish", bench.arguments)
        bench.whole()


def test_killed_while_it_purges(bench: Bench) -> None:
    bench.applied()
    changes = bench.worker.changes("purge_newest", bench.arguments)
    for moment in range(1, changes + 1):
        bench.applied()
        assert bench.worker.ask("purge_newest", bench.arguments, kill=moment)["ended"] == "killed"
        bench.worker.done("finish", bench.arguments)
        assert difference(bench.after, tree(bench.root)) == {}, moment
        # Before the record says so nothing is purged, and it can be taken back as ever.
        bench.whole() if engine.records(str(bench.root)) else None
        assert is_trash_empty(bench.root)


def test_killed_again_while_it_takes_back_what_was_killed(bench: Bench) -> None:
    draw = random.Random(3)
    for _ in range(60):
        bench.renew()
        moment = draw.randint(1, bench.changes)
        bench.worker.ask("apply_mixed", bench.arguments, kill=moment)
        killed = 0
        while bench.worker.ask("finish", bench.arguments, kill=draw.randint(1, 12))["ended"] == "killed":
            killed += 1
            assert contents(bench.before) <= bench.everything(), (moment, killed)
        bench.whole()


@pytest.mark.parametrize("error", [errno.ENOSPC, errno.EACCES, errno.EIO], ids=errno.errorcode.get)
def test_refused_once_it_leaves_everything_as_it_was(bench: Bench, error: int) -> None:
    for moment in range(1, bench.changes + 1):
        bench.renew()
        said = bench.worker.ask("apply_mixed", bench.arguments, fail=moment, error=error)
        if said["ended"] == "done":
            # Only the clearing away of directories that it emptied may fail and be let be.
            assert contents(tree(bench.root)) == contents(bench.after), moment
            continue
        assert difference(bench.before, tree(bench.root)) == {}, (moment, said)
        assert is_trash_empty(bench.root), (moment, said)


def test_a_disk_that_stays_full(bench: Bench) -> None:
    for moment in range(1, bench.changes + 1):
        bench.renew()
        said = bench.worker.ask("apply_mixed", bench.arguments, fail=moment, stays=True)
        assert contents(bench.before) <= bench.everything(), moment
        if said["ended"] == "done":
            assert contents(tree(bench.root)) == contents(bench.after), moment
            continue
        # Where taking back needs space too, it is done once there is some.
        bench.worker.done("finish", bench.arguments)
        assert difference(bench.before, tree(bench.root)) == {}, (moment, said)
        assert is_trash_empty(bench.root), (moment, said)


@pytest.mark.parametrize("stays", [False, True])
def test_refused_while_it_restores(bench: Bench, stays: bool) -> None:
    bench.applied()
    changes = bench.worker.changes("restore_newest", bench.arguments)
    for moment in range(1, changes + 1):
        bench.applied()
        said = bench.worker.ask("restore_newest", bench.arguments, fail=moment, stays=stays)
        assert contents(bench.before) <= bench.everything(), moment
        bench.worker.done("finish", bench.arguments)
        if engine.records(str(bench.root)):
            # It was refused before it began.
            assert said["ended"] == "failed"
            bench.whole()
            continue
        # Directories that the change made may have been refused to go, and are let be.
        left = difference(bench.before, tree(bench.root))
        assert all(change == (None, "directory") for change in left.values()), (moment, left)
        assert is_trash_empty(bench.root)
