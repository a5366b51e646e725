"""The demo's five systems in one program: memory beside bare Textual, and what a list of each costs while seen."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import processor_seconds, resident_megabytes
from tests.terminal.pty_program import PtyProgram

COLUMNS, ROWS = 120, 40
AT_REST = 15.0
LISTS = {
    "Deker": ("collections @weather", "temperature"),
    "Arakoon": ("nodes @cluster", "arakoon_0"),
    "Arraylake": ("orgs @catalogue", "kestrel"),
    "TileDB": ("tasks @platform", "regrid"),
    "LeapYear": ("databases @surveys", "hail"),
}
"""A list of each system, and what is seen in it once it is there."""


def run(folder: Path) -> Iterator[str]:
    """Go to a list of each system in turn and rest there; then tell what all of them together hold."""
    bare_argv = [sys.executable, "-m", "tests.bench.bare_program"]
    with PtyProgram(bare_argv, columns=COLUMNS, rows=ROWS) as program:
        program.see("bare Textual")
        program.settle()
        bare = resident_megabytes(program)
    argv = [sys.executable, "-m", "tui.cli.main", "demo", "--dir", str(folder)]
    with PtyProgram(argv, columns=COLUMNS, rows=ROWS) as program:
        program.see("6 online", 120.0)
        for title, (place, sign) in LISTS.items():
            program.press(":", *place, "\r")
            program.see(sign)
            program.settle(3.0)
            before, used, began = len(program.received), processor_seconds(program), time.monotonic()
            time.sleep(AT_REST)
            passed = time.monotonic() - began
            sent, cpu = len(program.received) - before, processor_seconds(program) - used
            yield (
                f"{title}'s list of {place.partition(' ')[0]}, seen for {passed:.0f} s: "
                f"{cpu / passed * 100:.1f} % of a core, {sent / passed * 60:,.0f} bytes a minute"
            )
        memory = resident_megabytes(program)
        yield f"all five systems open: {memory:.0f} MB, bare Textual {bare:.0f} MB, ratio {memory / bare:.2f}"
