"""Changes are taken back only as they were made, touch nothing outside, and meet other processes without a loss."""

from __future__ import annotations

import fcntl
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.faults import engine_plans
from tests.faults.killable import TRASH, Worker, difference, is_trash_empty, tree
from tui.services.errors import Cancelled, Conflict, DataCorrupt, InvalidInput, NotFound, NotSupported
from tui.systems.deker.changes import engine
from tui.systems.deker.changes.plan import Need, Plan, Put, Remove


def go_on() -> None:
    """Nobody stops these changes."""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    made = tmp_path / "storage"
    engine_plans.make(made)
    return made


@pytest.fixture(scope="module")
def workers() -> Iterator[tuple[Worker, Worker]]:
    with Worker() as one, Worker() as other:
        yield one, other


def folder(root: Path) -> Path:
    return root / "collections" / "a"


def rewrite(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    later = path.stat().st_mtime_ns + 1_000_000_000
    os.utime(path, ns=(later, later))


def relink(path: Path) -> None:
    path.unlink()
    path.symlink_to("elsewhere")


SINCE: dict[str, Callable[[Path], object]] = {
    "a file that was made is written": lambda a: rewrite(a / "new/deep/down/marker", b"other content"),
    "a file that was made is written in the same length": lambda a: rewrite(a / "new/deep/down/marker", b"EIGHTH"),
    "a file that was made is gone": lambda a: (a / "new/deep/down/marker").unlink(),
    "a file that was made is a directory now": lambda a: (
        (a / "new/deep/down/marker").unlink(),
        (a / "new/deep/down/marker").mkdir(),
    ),
    "a file that was replaced is written": lambda a: rewrite(a / "a.json", b"newer metadata"),
    "a file that was replaced is gone": lambda a: (a / "a.json").unlink(),
    "a file that was replaced is replaced by the same": lambda a: (
        (a / "other").write_bytes((a / "a.json").read_bytes()),
        (a / "other").rename(a / "a.json"),
    ),
    "a link that was replaced leads elsewhere": lambda a: relink(a / "links/kept/one"),
    "a link that was made leads elsewhere": lambda a: relink(a / "links/other/place/one"),
    "a link that was made is a file now": lambda a: (
        (a / "links/other/place/one").unlink(),
        (a / "links/other/place/one").touch(),
    ),
    "a directory that was made has another file": lambda a: (a / "made/below/more").touch(),
    "a directory that was made has a changed file": lambda a: rewrite(a / "made/below/made", b"changed"),
    "a directory that was made has lost a file": lambda a: (a / "made/below/made").unlink(),
    "a marker that was made is written": lambda a: rewrite(a.with_name("a.lock"), b"x"),
    "a file stands where one was removed": lambda a: (
        (a / "data/1/2").mkdir(parents=True),
        (a / "data/1/2/two").touch(),
    ),
    "a link stands where one was removed": lambda a: (
        (a / "links/dropped").mkdir(),
        (a / "links/dropped/one").symlink_to("nowhere"),
    ),
    "an empty directory stands where one was removed": lambda a: (a / "whole").mkdir(),
    "a dangling link stands where a directory was removed": lambda a: (a / "whole").symlink_to("nowhere"),
}


@pytest.mark.parametrize("since", SINCE)
def test_what_changed_since_is_not_taken_back(root: Path, since: str) -> None:
    record = engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    SINCE[since](folder(root))
    before = tree(root, "")
    with pytest.raises(Conflict, match=r"since|again|gone"):
        engine.restore(str(root), record.id, go_on)
    assert difference(before, tree(root, "")) == {}
    assert [kept.state for kept in engine.records(str(root))] == ["applied"]


@pytest.mark.parametrize("place", ["data", "links/dropped", "new", "whole"])
def test_nothing_is_put_back_through_a_link(root: Path, tmp_path: Path, place: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    record = engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    path = folder(root) / place
    shutil.rmtree(path, ignore_errors=True)
    path.symlink_to(outside)
    before = tree(root, "")
    with pytest.raises((Conflict, InvalidInput)):
        engine.restore(str(root), record.id, go_on)
    assert difference(before, tree(root, "")) == {}
    assert list(outside.iterdir()) == []


def test_what_the_trash_lost_stops_everything(root: Path) -> None:
    record = engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    (lost,) = (path for path in (root / TRASH).rglob("*") if path.is_file() and path.read_bytes() == b"second")
    lost.unlink()
    before = tree(root, "")
    with pytest.raises(DataCorrupt, match="lost"):
        engine.restore(str(root), record.id, go_on)
    assert difference(before, tree(root, "")) == {}


def test_what_it_belongs_to_must_be_there_and_the_same(root: Path) -> None:
    owner, other = folder(root) / "a.json", folder(root) / "data" / "one"
    plan = Plan(
        "delete",
        "one",
        (Remove(str(folder(root) / "readonly")),),
        (Need(str(owner), unchanged=True), Need(str(other)), Need(str(folder(root) / "nothing"), unchanged=True)),
    )
    before = tree(root)
    record = engine.apply(str(root), plan, go_on)

    def refused() -> None:
        changed = tree(root)
        with pytest.raises(Conflict, match="belongs"):
            engine.restore(str(root), record.id, go_on)
        assert difference(changed, tree(root)) == {}

    owner.write_bytes(b"another one")
    refused()
    owner.unlink()
    refused()
    owner.mkdir()
    refused()
    owner.rmdir()
    # A copy of it, such as in a storage that was copied with its trash, is the same.
    owner.write_bytes(b"old metadata")
    other.rename(other.with_name("elsewhere"))
    refused()
    other.with_name("elsewhere").rename(other)
    other.write_bytes(b"changed")
    engine.restore(str(root), record.id, go_on)
    other.write_bytes(b"first")
    assert difference(before, tree(root)) == {}


def test_what_was_alone_does_not_come_back_beside_another(root: Path) -> None:
    link = folder(root) / "links" / "dropped" / "one"
    (link.parent / "old").touch()
    before = tree(root)
    step = Remove(str(link), prune=str(folder(root) / "links"), alone=True)
    record = engine.apply(str(root), Plan("delete", "one", (step,)), go_on)
    (link.parent / "newer").touch()
    with pytest.raises(Conflict, match="newer"):
        engine.restore(str(root), record.id, go_on)
    assert not link.is_symlink()
    (link.parent / "newer").unlink()
    # What lay there before is no reason.
    engine.restore(str(root), record.id, go_on)
    assert difference(before, tree(root)) == {}


def test_it_can_be_stopped_at_each_step_and_nothing_is_changed(root: Path) -> None:
    before, asked = tree(root), 0

    def stop(at: int) -> Callable[[], None]:
        left = iter(range(at))

        def check() -> None:
            nonlocal asked
            asked += 1
            if next(left, None) is None:
                raise Cancelled("deker", "change", "stopped")

        return check

    for at in range(len(engine_plans.mixed(str(root)).steps) * 2):
        with pytest.raises(Cancelled):
            engine.apply(str(root), engine_plans.mixed(str(root)), stop(at))
        assert difference(before, tree(root)) == {}
        assert is_trash_empty(root)
    record = engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    after = tree(root)
    for at in range(len(record.paths)):
        with pytest.raises(Cancelled):
            engine.restore(str(root), record.id, stop(at))
        assert difference(after, tree(root)) == {}


@pytest.mark.parametrize("step", ["make", "remove", "replace"])
@pytest.mark.parametrize(
    "path",
    ["collections/linked/x", "collections/linked/deep/x", "collections/../outside/x", "outside/x", "collections"],
)
def test_a_plan_that_leads_outside_is_refused(root: Path, path: str, step: str) -> None:
    outside = root.parent / "outside"
    (outside / "deep").mkdir(parents=True)
    for victim in (outside / "x", outside / "deep" / "x"):
        victim.write_bytes(b"not ours")
    (root / "collections" / "linked").symlink_to(outside)
    full = f"{root}/{path}" if not path.startswith("outside") else str(root.parent / path)
    steps = {"make": Put(full, content=b""), "remove": Remove(full), "replace": Put(full, content=b"", replaces=True)}
    first = Remove(str(folder(root) / "readonly"))
    before = tree(root.parent, "")
    with pytest.raises(InvalidInput):
        engine.apply(str(root), Plan("bad", "bad", (first, steps[step])), go_on)
    assert difference(before, tree(root.parent, "")) == {}


def test_a_link_goes_and_what_it_leads_to_stays(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_bytes(b"not ours")
    for name, target in (("linked", outside), ("file", outside / "x")):
        (root / "collections" / name).symlink_to(target)
    before = tree(root)
    steps = tuple(Remove(str(root / "collections" / name)) for name in ("linked", "file"))
    record = engine.apply(str(root), Plan("delete", "links", steps), go_on)
    assert (outside / "x").read_bytes() == b"not ours"
    assert record.size < 1000
    engine.restore(str(root), record.id, go_on)
    assert difference(before, tree(root)) == {}
    record = engine.apply(str(root), Plan("delete", "links", steps), go_on)
    engine.purge(str(root), record.id, go_on)
    assert (outside / "x").read_bytes() == b"not ours"


def test_a_trash_that_is_a_link_is_refused(root: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (root / TRASH).symlink_to(outside)
    before = tree(root)
    with pytest.raises(NotSupported):
        engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    assert difference(before, tree(root)) == {}
    assert list(outside.iterdir()) == []
    assert engine.records(str(root)) == [] == engine.finish_interrupted(str(root))


NAMES = [
    b"\xff\xfe",
    b"new\nline",
    b"\x1b[31mred",
    b" ",
    b"-rf",
    b"\\xff",
    "\u202egnp".encode(),
    b"%s{0}$(x)",
    b"a" * 250,
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_any_bytes_go_and_come_back(root: Path, name: bytes) -> None:
    place = f"{folder(root)}/{os.fsdecode(name)}"
    Path(place).mkdir()
    (Path(place) / os.fsdecode(name)).write_bytes(b"precious")
    before = tree(root)
    steps = (
        Remove(place),
        Put(f"{folder(root)}/made/{os.fsdecode(name)}", content=b"made"),
        Put(f"{folder(root)}/link", link=place),
    )
    record = engine.apply(str(root), Plan("delete", "names", steps), go_on)
    assert not Path(place).exists()
    (found,) = engine.records(str(root))
    assert found == record
    found.model_dump_json().encode()
    assert all(line.encode() for line in Plan("delete", "names", steps).lines(str(root)))
    engine.restore(str(root), record.id, go_on)
    assert difference(before, tree(root)) == {}


@pytest.mark.parametrize("identity", ["", ".", "..", "../collections", "/etc", "a/b", "nothing", "\0", "x" * 300])
def test_what_is_no_record_is_not_found(root: Path, identity: str) -> None:
    engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    before = tree(root, "")
    for work in (engine.restore, engine.purge):
        with pytest.raises(NotFound):
            work(str(root), identity, go_on)
    assert difference(before, tree(root, "")) == {}


def test_what_was_never_filled_is_cleared_away_in_time(root: Path) -> None:
    abandoned = root / TRASH / "20200101T000000.000000-00000000"
    abandoned.mkdir(parents=True)
    engine.finish_interrupted(str(root))
    assert abandoned.is_dir(), "a process may be about to fill it"
    os.utime(abandoned, (time.time() - 3600,) * 2)
    engine.finish_interrupted(str(root))
    assert not abandoned.exists()


def test_one_of_two_processes_makes_the_change(root: Path, workers: tuple[Worker, Worker]) -> None:
    before = tree(root)
    arguments = {"root": str(root)}
    for _ in range(12):
        said = at_once(workers, "apply_mixed", "apply_mixed", arguments)
        assert sorted(answer["ended"] for answer in said) == ["done", "failed"], said
        done, refused = sorted(said, key=lambda answer: answer["ended"])
        assert refused["raised"] in ("Conflict", "NotFound", "FileNotFoundError"), refused
        assert [record.id for record in engine.records(str(root))] == [done["result"]]
        said = at_once(workers, "restore_newest", "restore_newest", arguments)
        assert sorted(answer["ended"] for answer in said) == ["done", "failed"], said
        assert difference(before, tree(root)) == {}
        assert is_trash_empty(root)


def test_who_looks_for_the_interrupted_never_takes_back_what_is_alive(
    root: Path, workers: tuple[Worker, Worker]
) -> None:
    before = tree(root)
    arguments = {"root": str(root)}
    ended, failures = threading.Event(), list[Any]()

    def look() -> None:
        while not ended.is_set():
            said = workers[1].ask("finish", arguments)
            if said != {"ended": "done", "result": [], "changes": said["changes"]}:
                failures.append(said)

    looking = threading.Thread(target=look)
    looking.start()
    try:
        for _ in range(40):
            workers[0].done("apply_mixed", arguments)
            workers[0].done("restore_newest", arguments)
    finally:
        ended.set()
        looking.join()
    assert failures == []
    assert difference(before, tree(root)) == {}


@pytest.mark.parametrize("work", [engine.restore, engine.purge])
def test_a_look_of_another_process_is_waited_for(root: Path, work: Callable[..., object]) -> None:
    record = engine.apply(str(root), engine_plans.mixed(str(root)), go_on)
    lock = root / TRASH / record.id / "lock"
    with lock.open("rb+") as look:
        fcntl.flock(look, fcntl.LOCK_EX)
        ended = list[object]()
        working = threading.Thread(target=lambda: ended.append(work(str(root), record.id, go_on)))
        working.start()
        while working.is_alive() and openings(lock) < 2:
            pass
    working.join()
    assert len(ended) == 1


def openings(path: Path) -> int:
    """Return how often this process has a file open."""
    found = 0
    for descriptor in Path("/proc/self/fd").iterdir():
        with suppress(OSError):
            found += descriptor.readlink() == path
    return found


def at_once(workers: tuple[Worker, Worker], one: str, other: str, arguments: dict[str, Any]) -> list[dict[str, Any]]:
    """Return how the two works ended that were begun together."""
    said: list[dict[str, Any]] = []
    threads = [
        threading.Thread(target=lambda worker=worker, work=work: said.append(worker.ask(work, arguments)))
        for worker, work in zip(workers, (one, other), strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said
