"""From nothing to each system's first useful list in the demo: seconds, and how many keys it takes."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.terminal.pty_program import PtyProgram

COLUMNS, ROWS = 120, 40
AIM = 60.0
"""Seconds within which each is to be seen."""
CARDS = ("cluster", "catalogue", "weather", "surveys", "platform", "classic")
"""The cards of home, in their order."""
WAYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "Arakoon's nodes": ("cluster", ("Stable_master",)),
    "Arraylake's organisations, and the repositories of one": ("catalogue", ("kestrel-archive", "stations-")),
    "Deker's collections, and the arrays of one": ("weather", ("temperature", "TAPE")),
    "LeapYear's databases, and the tables of one": ("surveys", ("sandbox", "harvest 2019")),
    "TileDB's spaces, and the assets of one": ("platform", ("air-quality", "UPDATED")),
    "the classic platform's, and the assets of one": ("classic", ("station-network", "UPDATED")),
}
"""Each list by what it is: the card that leads there, and what is seen after `enter`, and after each `enter` more."""


def run(folder: Path) -> Iterator[str]:
    """Start the demo as a new user does, and go from home to each list by arrows and `enter`."""
    argv = [sys.executable, "-m", "tui.cli.main", "demo", "--dir", str(folder)]
    began = time.monotonic()
    with PtyProgram(argv, columns=COLUMNS, rows=ROWS) as program:
        program.see("recent events", AIM)
        painted = time.monotonic() - began
        program.see(f"{len(CARDS)} online", AIM)
        home = time.monotonic() - began
        yield f"first minutes: home after {painted:.1f} s, all {len(CARDS)} cards tell after {home:.1f} s, no key"
        for what, (card, signs) in WAYS.items():
            program.press("0")
            program.see("recent events")
            program.press("g")
            program.settle()
            keys = ["right"] * CARDS.index(card)
            took = time.monotonic()
            program.press(*keys)
            program.settle()
            for sign in signs:
                keys.append("enter")
                program.press("enter")
                program.see(sign, AIM)
            took = time.monotonic() - took
            yield (
                f"first minutes: {what}: {took:.1f} s and {len(keys)} keys from home, {home + took:.1f} s from nothing "
                f"(aim below {AIM:g})"
            )
