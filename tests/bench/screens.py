"""The screen: first paint, the live table at three lengths, what refreshing costs, drilling down and dialogs."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import median, processor_seconds, resident_megabytes, seconds_to_last_byte
from tests.terminal.pty_program import PtyProgram

COLUMNS, ROWS = 120, 40
HEAVY = ("numpy", "h5py", "httpx", "pydantic", "sqlite3", "textual")


def first_paint(home: Path) -> Iterator[str]:
    """From the start of the process to the first sign on the screen, against a bare Textual app."""

    def seconds(argv: list[str], sign: str) -> float:
        began = time.monotonic()
        with PtyProgram(argv, columns=COLUMNS, rows=ROWS, env={"ARRAYDECK_HOME": str(home)}) as program:
            program.see(sign)
            return time.monotonic() - began

    bare = median(lambda: seconds([sys.executable, "-m", "tests.bench.bare_program"], "bare Textual"))
    ours = median(lambda: seconds([sys.executable, "-m", "tui.cli.main"], "arraydeck"))
    yield f"first paint: {ours * 1000:.0f} ms, bare Textual {bare * 1000:.0f} ms, ratio {ours / bare:.2f} (aim 1.5)"
    code = "import tui.cli.main, tui.app, tui.resources.deck, sys, json; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    absent = ", ".join(name for name in HEAVY if name not in loaded)
    yield f"first paint: loaded are {len(loaded)} modules; not loaded: {absent}, any system's client"


def table() -> Iterator[str]:
    """The live table over rows that are made when painted."""
    figures: dict[int, tuple[float, float, int, int, float]] = {}
    for count in (1_000, 100_000, 1_000_000):
        argv = [sys.executable, "-m", "tests.bench.table_program", str(count)]
        began = time.monotonic()
        with PtyProgram(argv, columns=COLUMNS, rows=ROWS) as program:
            program.see("00000005")
            opened = time.monotonic() - began
            pages = [seconds_to_last_byte(program, lambda: program.press("pagedown")) for _ in range(9)]
            program.count(lambda: program.press("g"))
            cell = program.count(lambda: program.press("z"))
            page = sorted(pages)[4]
            figures[count] = (opened, page[0], page[1], cell, resident_megabytes(program))
    least = figures[1_000]
    for count, (opened, page_seconds, page_bytes, cell_bytes, memory) in figures.items():
        yield (
            f"table of {count:>9,} rows: open {opened * 1000:.0f} ms (x{opened / least[0]:.2f}), page down "
            f"{page_seconds * 1000:.1f} ms (x{page_seconds / least[1]:.2f}) {page_bytes:,} bytes, one cell "
            f"{cell_bytes} bytes, memory {memory:.0f} MB (x{memory / least[4]:.2f})"
        )


def refreshing() -> Iterator[str]:
    """1,000 rows refreshed each second, of which 50 change, and the same table at rest."""
    figures: list[tuple[float, float]] = []
    for options in ([], ["--live"]):
        argv = [sys.executable, "-m", "tests.bench.table_program", "1000", *options]
        with PtyProgram(argv, columns=COLUMNS, rows=ROWS) as program:
            program.see("00000005")
            program.settle(1)
            before, used, began = len(program.received), processor_seconds(program), time.monotonic()
            time.sleep(20)
            passed = time.monotonic() - began
            figures.append(
                ((processor_seconds(program) - used) / passed * 100, (len(program.received) - before) / passed)
            )
    (rest_cpu, rest_bytes), (live_cpu, live_bytes) = figures
    yield f"at rest: {rest_cpu:.2f} % of a core, {rest_bytes:.0f} bytes/s"
    yield f"1,000 rows, 50 change each second: {live_cpu:.2f} % of a core, {live_bytes:.0f} bytes/s"


def moving(storage: Path, home: Path) -> Iterator[str]:
    """Drilling down and opening a dialog: key to last byte, and bytes."""
    argv = [sys.executable, "-m", "tui.cli.main", "open", str(storage)]
    with PtyProgram(argv, columns=COLUMNS, rows=ROWS, env={"ARRAYDECK_HOME": str(home)}) as program:
        program.see("temperature")
        for name, keys in (
            ("drill down", ("enter",)),
            ("back", ("h",)),
            ("copy menu", ("c",)),
            ("close it", ("escape",)),
            ("JSON view", ("y",)),
            ("leave it", ("h",)),
        ):
            took, count = seconds_to_last_byte(program, lambda keys=keys: program.press(*keys))
            yield f"{name}: {took * 1000:.0f} ms to the last byte, {count:,} bytes"
