"""Sessions in the state database: what was lost is found once, by whoever opens the same; few are kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.unit.jobs.processes import other
from tui.jobs.job import process_name
from tui.jobs.sessions import DAYS, KEPT, LARGEST, Ending, Session, Sessions
from tui.jobs.state import StateDatabase


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateDatabase]:
    with closing(StateDatabase(tmp_path / "state.db")) as database:
        yield database


def put(state: StateDatabase, process: str, **values: object) -> None:
    """Write down a session of another process."""
    known = {"at": datetime.now(UTC), "ending": Ending.LOST, "where": "", "left": {"name": process}}
    session = Session.model_validate({"process": process, **known, **values})
    state.remember(f"session:{process}", session.model_dump_json())


def count(state: StateDatabase) -> int:
    with state.reading() as connection:
        return connection.execute("SELECT count(*) FROM remembered").fetchone()[0]


def test_what_was_lost_is_found_once_and_only_for_the_same_thing(state: StateDatabase) -> None:
    sessions = Sessions(state)
    sessions.keep("/data/weather", {"cursor": "wind"}, Ending.LOST)
    assert sessions.take("") is None
    found = sessions.take("/data/weather")
    assert found is not None and found.left == {"cursor": "wind"}
    assert sessions.take("/data/weather") is None


def test_who_runs_is_left_alone_and_who_was_killed_is_found(state: StateDatabase) -> None:
    sessions = Sessions(state)
    with other("print('ready', flush=True); input()") as running:
        running.hear()
        put(state, process_name(running.process.pid), ending=Ending.OPEN)
        assert sessions.take("") is None
        running.process.kill()
        running.process.wait()
        found = sessions.take("")
    assert found is not None and found.is_lost()


def test_what_was_left_on_purpose_is_found_only_if_that_is_wanted(state: StateDatabase) -> None:
    sessions = Sessions(state)
    sessions.keep("", 1, Ending.QUIT)
    assert sessions.take("") is None
    found = sessions.take("", left_too=True)
    assert found is not None and found.ending is Ending.QUIT


def test_the_newest_goes_first_and_the_others_follow(state: StateDatabase) -> None:
    now = datetime.now(UTC)
    for hours in (3, 1, 2):
        put(state, f"gone:{hours}:", at=now - timedelta(hours=hours))
    order = [found.process for _ in range(3) if (found := Sessions(state).take(""))]
    assert order == ["gone:1:", "gone:2:", "gone:3:"]


def test_few_are_kept_none_for_long_and_none_that_is_huge(state: StateDatabase) -> None:
    now = datetime.now(UTC)
    for number in range(3 * KEPT):
        put(state, f"gone:{number}:", at=now - timedelta(minutes=number + 1))
    Sessions(state).keep("", 1)
    assert count(state) == KEPT
    Sessions(state).keep("", "x" * LARGEST)
    assert count(state) == KEPT and Sessions(state).take("elsewhere") is None
    Sessions(state).forget()
    assert count(state) == KEPT - 1
    for number in range(KEPT):
        put(state, f"gone:{number}:", at=now - timedelta(days=DAYS, minutes=1))
    assert Sessions(state).take("") is None and count(state) == 0


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"process": 1}', "\x00"])
def test_what_another_program_wrote_is_taken_out(state: StateDatabase, text: str) -> None:
    state.remember("session:x", text)
    state.remember("kept", "by somebody else")
    assert Sessions(state).take("") is None
    assert state.recall("session:x") is None and state.recall("kept") == "by somebody else"
