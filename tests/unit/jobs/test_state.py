"""The state database: many processes, damage, full disks, old and new schemas."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.unit.jobs.processes import other
from tui.jobs import journal as journal_module
from tui.jobs import state as state_module
from tui.jobs.journal import Ending
from tui.jobs.state import MIGRATIONS, StateDatabase
from tui.services.errors import Conflict, NotFound, NotSupported, Unavailable

ENTRY: dict[str, Any] = {
    "profile": "lab",
    "uri": "/data",
    "system": "deker",
    "type": "arrays",
    "scope": ("weather",),
    "action": "delete",
    "target": "a1",
    "parameters": {},
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "state.db"


@pytest.fixture
def state(path: Path) -> Iterator[StateDatabase]:
    with closing(StateDatabase(path)) as database:
        yield database


def test_the_file_is_private(state: StateDatabase, path: Path) -> None:
    state.remember("a", "1")
    assert {file.stat().st_mode & 0o777 for file in path.parent.iterdir()} == {0o600}
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_views_and_history_are_remembered(state: StateDatabase) -> None:
    assert state.recall("view") is None
    state.remember("view", "1")
    state.remember("view", "2")
    assert state.recall("view") == "2"
    for text in ("a", "b", "c", "a"):
        state.add_history("command", text, keep=2)
    assert state.history("command") == ["a", "c"] and state.history("filter") == []


def test_a_change_is_written_down_before_and_after(state: StateDatabase) -> None:
    number = state.journal.begin(**ENTRY | {"parameters": {"name": "x", "apiKey": "hunter2", "deep": [{"token": 1}]}})
    assert state.journal.entry(number).ending is Ending.RUNNING
    state.journal.finish(number, Ending.OK, "deleted", {"trash": "/t"})
    entry = state.journal.entry(number)
    assert (entry.ending, entry.can_undo, entry.scope) == (Ending.OK, True, ("weather",))
    assert entry.parameters == {"name": "x", "apiKey": "[hidden]", "deep": [{"token": "[hidden]"}]}
    assert entry.user


def test_undo_is_claimed_once_and_can_be_given_back(state: StateDatabase) -> None:
    journal = state.journal
    number = journal.begin(**ENTRY)
    with pytest.raises(NotSupported):
        journal.claim_undo(number)
    journal.finish(number, Ending.OK, "", {"trash": "/t"})
    assert journal.claim_undo(number) == {"trash": "/t"}
    with pytest.raises(Conflict):
        journal.claim_undo(number)
    assert journal.last_undoable() is None
    journal.release_undo(number)
    last = journal.last_undoable()
    assert last is not None and last.id == number
    journal.claim_undo(number)
    journal.finish_undo(number, "restored")
    with pytest.raises(Conflict):
        journal.claim_undo(number)
    assert "restored" in journal.entry(number).undone
    with pytest.raises(NotFound):
        journal.entry(number + 1)


def test_entries_come_newest_first_in_pages(state: StateDatabase) -> None:
    numbers = [state.journal.begin(**ENTRY) for _ in range(5)]
    first = state.journal.entries(limit=2)
    assert [entry.id for entry in first] == numbers[:2:-1]
    assert [entry.id for entry in state.journal.entries(before=first[-1].id)] == numbers[2::-1]


def test_the_oldest_changes_are_forgotten_but_none_that_is_being_made(
    state: StateDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "ENTRIES_KEPT", 3)
    running = state.journal.begin(**ENTRY)
    numbers = [state.journal.begin(**ENTRY) for _ in range(6)]
    for number in numbers:
        state.journal.finish(number, Ending.OK, "done")
    last = state.journal.begin(**ENTRY)
    assert [entry.id for entry in state.journal.entries()] == [last, *numbers[:3:-1], running]


BEGINS = """
import sys, pathlib
from tui.jobs.state import StateDatabase
state = StateDatabase(pathlib.Path(sys.argv[1]))
number = state.journal.begin(profile="lab", uri="/", system="s", type="t", scope=(), action="a", target="x",
                             parameters={})
if sys.argv[2] == "claim":
    state.journal.claim_undo(int(sys.argv[3]))
print(number, flush=True)
sys.stdin.readline()
"""


def test_a_change_whose_process_was_killed_is_unknown(state: StateDatabase, path: Path) -> None:
    with other(BEGINS, path, "begin") as changing:
        number = int(changing.hear())
        assert state.journal.entry(number).ending is Ending.RUNNING
        changing.process.kill()
        # Not waited for yet: a process that is only not buried is dead all the same.
        while os.waitid(os.P_PID, changing.process.pid, os.WEXITED | os.WNOWAIT) is None:
            pass
        assert state.journal.entry(number).ending is Ending.UNKNOWN


def test_an_undo_whose_process_was_killed_can_be_done_again(state: StateDatabase, path: Path) -> None:
    number = state.journal.begin(**ENTRY)
    state.journal.finish(number, Ending.OK, "", {"trash": "/t"})
    with other(BEGINS, path, "claim", number) as undoing:
        undoing.hear()
        assert not state.journal.entry(number).can_undo
        with pytest.raises(Conflict):
            state.journal.claim_undo(number)
        undoing.process.kill()
        undoing.process.wait()
        assert state.journal.entry(number).can_undo
        assert state.journal.claim_undo(number) == {"trash": "/t"}


CROWD = """
import sys, pathlib
from tui.jobs.journal import Ending
from tui.jobs.state import StateDatabase
from tui.services.errors import Conflict
print("ready", flush=True); sys.stdin.readline()
state = StateDatabase(pathlib.Path(sys.argv[1]))
assert not state.notice, state.notice
for n in range(20):
    number = state.journal.begin(profile=sys.argv[2], uri="/", system="s", type="t", scope=(), action="a",
                                 target=str(n), parameters={})
    state.journal.finish(number, Ending.OK, "")
    state.remember("last", sys.argv[2]); state.add_history("command", f"{sys.argv[2]} {n}")
print("written", flush=True); sys.stdin.readline()
try:
    state.journal.claim_undo(int(sys.stdin.readline()))
    print("claimed", flush=True)
except Conflict:
    print("refused", flush=True)
sys.stdin.readline()
"""


def test_several_processes_begin_write_and_claim_at_once(path: Path) -> None:
    with ExitStack() as stack:
        crowd = [stack.enter_context(other(CROWD, path, name)) for name in "abc"]
        assert [each.hear() for each in crowd] == ["ready"] * 3
        for each in crowd:
            each.go_on()
        assert [each.hear() for each in crowd] == ["written"] * 3
        state = stack.enter_context(closing(StateDatabase(path)))
        entries = state.journal.entries()
        assert sorted((entry.profile, int(entry.target)) for entry in entries) == [
            (name, n) for name in "abc" for n in range(20)
        ]
        assert {entry.ending for entry in entries} == {Ending.OK} and len(state.history("command")) == 60
        number = state.journal.begin(**ENTRY)
        state.journal.finish(number, Ending.OK, "", {"x": 1})
        for each in crowd:
            assert each.process.stdin is not None
            each.process.stdin.write(f"\n{number}\n")
            each.process.stdin.flush()
        assert sorted(each.hear() for each in crowd) == ["claimed", "refused", "refused"]


def aside(path: Path) -> list[Path]:
    return [file for file in path.parent.glob("*.damaged-*") if not file.name.endswith(("-wal", "-shm"))]


@pytest.mark.parametrize("content", [b"this is no database, it is a poem", b"SQLite format 3\0" + b"\xff" * 5000])
def test_what_is_no_database_is_moved_aside(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    with closing(StateDatabase(path)) as state:
        (kept,) = aside(path)
        assert kept.read_bytes() == content and str(kept) in state.notice
        state.remember("a", "1")
    with closing(StateDatabase(path)) as state:
        assert state.recall("a") == "1" and state.notice == ""


def fill(path: Path) -> None:
    with closing(StateDatabase(path)) as state:
        for number in range(300):
            state.remember(f"key {number}", "x" * 300)
        with state.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()


def spoil(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(4096 * 8)
        file.write(b"\xff" * 4096 * 8)


def test_damage_in_the_middle_is_found_when_it_is_opened(path: Path) -> None:
    fill(path)
    spoil(path)
    with closing(StateDatabase(path)) as state:
        assert len(aside(path)) == 1 and "damaged" in state.notice
        assert state.recall("key 1") is None


def test_damage_that_is_met_later_is_told_and_put_right(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(state_module, "CHECKED_BYTES", 0)
    fill(path)
    spoil(path)
    with closing(StateDatabase(path)) as state:
        assert state.notice == ""
        monkeypatch.setattr(state_module, "CHECKED_BYTES", 10**9)
        with pytest.raises(Unavailable) as caught, state.reading() as connection:
            connection.execute("SELECT sum(length(value)) FROM remembered").fetchall()
        assert "damaged" in caught.value.hint and len(aside(path)) == 1
        state.remember("a", "1")
        assert state.recall("a") == "1"


def test_what_cannot_be_opened_is_kept_in_memory_and_said(path: Path) -> None:
    path.mkdir(parents=True)
    with closing(StateDatabase(path)) as state:
        assert "in memory only" in state.notice
        state.remember("a", "1")
        assert state.recall("a") == "1"
        assert state.journal.begin(**ENTRY) == 1


def test_a_full_disk_is_said_and_nothing_is_lost(state: StateDatabase) -> None:
    state.remember("a", "1")
    with state.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
    with pytest.raises(Unavailable, match="the disk is full"):
        state.remember("b", "x" * 100_000)
    assert (state.recall("a"), state.recall("b")) == ("1", None)
    with state.reading() as connection:
        connection.execute("PRAGMA max_page_count = 100000").fetchall()
    state.remember("b", "2")
    assert state.recall("b") == "2"


LIMITED = """
import sys, pathlib, resource
from tui.jobs.state import StateDatabase
from tui.services.errors import Unavailable
path = pathlib.Path(sys.argv[1])
if sys.argv[2] == "before":
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
state = StateDatabase(path)
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000) if sys.argv[2] != "before" else (1000, 1000))
print(state.notice or "none")
try:
    for n in range(1000):
        state.remember(str(n), "x" * 1000)
    print("all written")
except Unavailable as error:
    print(error)
"""


def test_a_disk_that_fills_up_while_it_runs_is_said(path: Path) -> None:
    with other(LIMITED, path, "after") as limited:
        assert limited.hear() == "none"
        assert "the disk is full" in limited.hear()
        assert limited.end() == 0
    with closing(StateDatabase(path)) as state:
        assert state.notice == "" and state.recall("0") == "x" * 1000


def test_a_disk_that_is_full_from_the_start_does_not_stop_the_program(path: Path) -> None:
    with other(LIMITED, path, "before") as limited:
        notice = limited.hear()
        assert "the disk is full" in notice and "in memory only" in notice
        assert limited.hear() == "all written" and limited.end() == 0


def test_an_older_schema_is_brought_up_to_date_and_a_newer_one_refused(path: Path) -> None:
    with closing(StateDatabase(path)) as state:
        state.remember("a", "1")
    longer = (*MIGRATIONS, "ALTER TABLE remembered ADD COLUMN at TEXT; CREATE TABLE extra (a)")
    with closing(StateDatabase(path, longer)) as state:
        with state.reading() as connection:
            assert connection.execute("SELECT value, at FROM remembered").fetchall()[0]["at"] is None
        assert state.recall("a") == "1"
    with pytest.raises(Unavailable, match="newer"):
        StateDatabase(path)
    with closing(StateDatabase(path, longer)) as state:
        assert state.recall("a") == "1"


def test_a_migration_that_fails_changes_nothing(path: Path) -> None:
    with closing(StateDatabase(path)) as state:
        state.remember("a", "1")
        state.remember("b", "1")
    failing = "CREATE TABLE extra (a); CREATE UNIQUE INDEX one ON remembered (value)"
    with closing(StateDatabase(path, (*MIGRATIONS, failing))) as state:
        assert "in memory only" in state.notice
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == len(MIGRATIONS)
        assert not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'extra'").fetchall()
