"""Measuring a program from outside: seconds to a sign on its screen, bytes, memory and processor time from /proc."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from tests.terminal.pty_program import PtyProgram

RUNS = 5
TICKS = os.sysconf("SC_CLK_TCK")


def median(measure: Callable[[], float], runs: int = RUNS) -> float:
    """Return the median of several runs, after one that does not count."""
    measure()
    return statistics.median(measure() for _ in range(runs))


def medians(one: Callable[[], float], other: Callable[[], float], runs: int = RUNS) -> tuple[float, float]:
    """Return the medians of two measures that take turns, so that whatever else the machine does hits both alike.

    The first turn does not count, unless it is the only one.
    """
    turns = [(one(), other()) for _ in range(runs + 1 if runs > 1 else 1)]
    counted = turns[-runs:]
    return statistics.median(turn[0] for turn in counted), statistics.median(turn[1] for turn in counted)


def seconds_to_last_byte(program: PtyProgram, act: Callable[[], object]) -> tuple[float, int]:
    """Return how long it took from `act` to the last byte that it caused, and how many bytes those were."""
    program.settle()
    before, began = len(program.received), time.monotonic()
    act()
    while len(program.received) == before and time.monotonic() - began < 10:
        time.sleep(0.0005)
    program.settle()
    return program.last_byte_at - began, len(program.received) - before


def resident_megabytes(program: PtyProgram) -> float:
    """Return the memory that the program holds now."""
    for line in Path(f"/proc/{program.pid}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def processor_seconds(program: PtyProgram) -> float:
    """Return the processor time that the program has used."""
    fields = Path(f"/proc/{program.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
