"""What the command line costs to start: each verb beside a bare Python, and one that imports its libraries."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

RUNS = 7
VERBS = (
    ("--help",),
    ("types",),
    ("profiles", "list"),
    ("journal",),
    ("get", "collections", "-p", "STORAGE"),
    ("doctor",),
)
BARE = (sys.executable, "-c", "pass")
LIBRARIES = (sys.executable, "-c", "import asyncio, click, sqlite3; from pydantic import BaseModel")


def run(storage: Path, home: Path) -> Iterator[str]:
    """Print the median of each verb, all of them taking turns."""
    named = {" ".join(verb): verb for verb in VERBS}
    programs: dict[str, tuple[str, ...]] = {"bare": BARE, "libraries": LIBRARIES}
    for name, verb in named.items():
        words = (str(storage) if word == "STORAGE" else word for word in verb)
        programs[name] = (sys.executable, "-m", "tui.cli.main", *words)
    took: dict[str, list[float]] = {name: [] for name in programs}
    for _ in range(RUNS + 1):
        for name, argv in programs.items():
            took[name].append(_seconds(argv, home))
    bare, libraries = (statistics.median(took[name][1:]) for name in ("bare", "libraries"))
    yield (
        f"start: bare Python {bare * 1000:.0f} ms of a core, with asyncio, click, sqlite3 and pydantic "
        f"{libraries * 1000:.0f} ms"
    )
    for name in named:
        median = statistics.median(took[name][1:])
        yield (
            f"start: arraydeck {name}: {median * 1000:.0f} ms, of bare Python {median / bare:.1f}, of Python with the "
            f"libraries {median / libraries:.2f}"
        )


def _seconds(argv: tuple[str, ...], home: Path) -> float:
    """Return the processor time of a program, on which other work of the machine tells less than on the clock's."""
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    with subprocess.Popen(
        argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**inherited, "ARRAYDECK_HOME": str(home)}
    ) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    return used.ru_utime + used.ru_stime
