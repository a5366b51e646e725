"""The Arakoon client: operations per second beside plain clients of the same node, all taking turns in one run."""

from __future__ import annotations

import contextlib
import cProfile
import os
import pstats
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

from tests.bench.arakoon_node import filled_node
from tests.bench.arakoon_opening import opening
from tests.bench.arakoon_operations import OPERATIONS, TASKS, Operation, Sides, Taken
from tests.bench.deker_line import verdict

AIMS: dict[int, float] = {1: 1, 32: 4}
"""How many times as fast as the plain client ours is to be, by the number of its tasks."""
_TURNS = 15
"""Many and short: what else the machine does then hits the sides of a turn alike."""
_BY_FIELDS, _BY_FIELDS_TURNS = 8, 3
"""Operations and turns of what takes 44 ms each time."""
_CALIBRATION = 2
"""Turns at first that do not count."""
Turns = Sequence[Mapping[str, Taken]]


def operations(is_profiled: bool) -> Iterator[str]:
    """Measure each operation by each side."""
    for operation in OPERATIONS:
        with contextlib.ExitStack() as stack:
            node = stack.enter_context(filled_node())
            turns: dict[str, Callable[[], Taken]]
            with node.apart():
                sides = Sides(node, operation, stack)
                sides.check()
                turns = {
                    "plain": sides.plainly,
                    "bare": sides.bare,
                    **{f"{tasks}": partial(sides.in_tasks, tasks) for tasks in TASKS},
                    "sync": sides.without_asyncio,
                }
                taken = _turns(turns)
                slow = [sides.by_fields(_BY_FIELDS) for _ in range(_BY_FIELDS_TURNS)]
            anywhere = _turns({name: turns[name] for name in ("plain", f"{max(TASKS)}")})
            yield from _report(operation, taken, slow, anywhere)
            if is_profiled:
                with cProfile.Profile() as profile:
                    sides.in_tasks(max(TASKS))
                pstats.Stats(profile).sort_stats("tottime").print_stats(25)


def _turns(turns: Mapping[str, Callable[[], Taken]]) -> list[dict[str, Taken]]:
    return [{name: turn() for name, turn in turns.items()} for _ in range(_TURNS + _CALIBRATION)][_CALIBRATION:]


def _ratio(taken: Turns, name: str, other: str) -> float:
    return statistics.median(turn[other].clock / turn[name].clock for turn in taken)


def _report(operation: Operation, taken: Turns, slow: Sequence[Taken], anywhere: Turns) -> Iterator[str]:
    def rate(name: str) -> float:
        return 1 / statistics.median(turn[name].clock for turn in taken)

    def ratio(name: str, other: str = "plain") -> float:
        return _ratio(taken, name, other)

    yield f"{operation.name}, the plain client: {rate('plain'):,.0f}/s"
    for tasks in TASKS:
        is_to_be = AIMS.get(tasks)
        reached = ratio(f"{tasks}")
        end = "(no aim)" if is_to_be is None else f"(aim {is_to_be:g}): {verdict(reached >= is_to_be)}"
        who = "1 task" if tasks == 1 else f"{tasks} tasks"
        yield f"{operation.name}, ours with {who}: {rate(f'{tasks}'):,.0f}/s, {reached:.2f} of the plain one's {end}"
    placed = _ratio(anywhere, f"{max(TASKS)}", "plain")
    yield f"{operation.name}, ours with {max(TASKS)} tasks, sides where the kernel puts them: {placed:.2f} (no aim)"
    yield (
        f"{operation.name}, a bare event loop that reads nothing of the answer: {rate('bare'):,.0f}/s, "
        f"{ratio('bare'):.2f} of the plain one's; ours with 1 task is at {ratio('1', 'bare'):.2f} of that"
    )
    yield f"{operation.name}, ours without asyncio: {rate('sync'):,.0f}/s, {ratio('sync'):.2f} of the plain one's"
    fields = statistics.median(each.clock for each in slow)
    yield (
        f"{operation.name}, one write per field: {1 / fields:,.0f}/s; ours is {fields * rate('1'):,.0f} times as fast "
        f"with 1 task, {fields * rate('32'):,.0f} times with 32"
    )
    for name, who in (("plain", "the plain client"), ("1", "ours with 1 task"), ("32", "ours with 32 tasks")):
        client, node = (statistics.median(getattr(turn[name], of) for turn in taken) * 1e6 for of in ("client", "node"))
        yield (
            f"{operation.name}, processor time of one by {who}: {client:,.0f} us, of the node {node:,.0f} us, "
            f"on the clock {1e6 / rate(name):,.0f} us"
        )


def run(is_profiled: bool) -> Iterator[str]:
    """Measure both parts."""
    yield f"{os.cpu_count()} processors, on which {os.getloadavg()[0]:.1f} others were at work: best at 0"
    yield from operations(is_profiled)
    yield from opening()
