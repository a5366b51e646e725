"""The command log: bounded, told in parts of operations, and safe to write to from anywhere."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from tui.services.command_log import KEPT, CommandLog

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def note(log: CommandLog, name: str) -> None:
    log.add(NOW, "lab", name, 0.1, "ok")


def test_what_goes_out_in_an_operation_is_a_part_of_it_and_no_other() -> None:
    log = CommandLog()
    with log.operation("lab", "list", "arraydeck get x") as outer:
        note(log, "first")
        with log.operation("lab", "check") as inner:
            note(log, "second")
            inner.outcome = "ok"
        note(log, "third")
    note(log, "alone")
    found = {call.operation: call for call in log}
    assert [found[name].parent for name in ("first", "third", "check", "second", "alone", "list")] == [
        outer.number, outer.number, outer.number, inner.number, None, None,
    ]  # fmt: skip
    assert found["list"].outcome == "cancelled" and found["check"].outcome == "ok"
    assert found["list"].command == "arraydeck get x" and found["list"].kind == "operation"
    assert len({call.number for call in log}) == len(log)


async def test_operations_side_by_side_keep_their_parts_apart_and_a_task_outlives_its_own() -> None:
    log, ended = CommandLog(), asyncio.Event()

    async def left() -> None:
        await ended.wait()
        note(log, "later")

    async def operation(name: str) -> int:
        with log.operation("lab", name) as made:
            await asyncio.sleep(0)
            note(log, f"part of {name}")
            await asyncio.to_thread(note, log, f"thread of {name}")
            return made.number

    with log.operation("lab", "opens"):
        task = asyncio.create_task(left())
        await asyncio.sleep(0)
    numbers = await asyncio.gather(operation("a"), operation("b"))
    ended.set()
    await task
    found = {call.operation: call.parent for call in log}
    assert [found["part of a"], found["part of b"]] == [found["thread of a"], found["thread of b"]] == numbers
    assert found["later"] is None


def test_it_takes_a_burst_from_many_threads_and_keeps_the_last() -> None:
    log = CommandLog()
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda number: note(log, str(number)), range(KEPT * 2)))
    assert len(log) == KEPT and len({call.number for call in log}) == KEPT
    assert max(call.number for call in log) == KEPT * 2


def test_an_operation_that_fails_is_there_too() -> None:
    log = CommandLog()
    with pytest.raises(ValueError), log.operation("lab", "list"):
        raise ValueError
    assert [call.outcome for call in log] == ["cancelled"]
