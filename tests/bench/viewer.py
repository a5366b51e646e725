"""The array viewer: key to paint, one by one and with the key held down, at rest and beside a level-5 check."""

from __future__ import annotations

import bisect
import json
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.bench.measure import seconds_to_last_byte
from tests.terminal.pty_program import PtyProgram

PLANES, SIDE = 50, 1024
"""Planes of 4 MB; 200 MB in all."""
HELD, RATE = 45, 30
"""Keys of a held key, and how many a second: what keyboards do."""
SINGLE = 12
CHECKS = 12
"""Level-5 checks that are queued, so that both cores are busy until all was measured."""
NOISE = 6
LAYOUTS = {"chunks of 1x256x256, gzip": ((1, 256, 256), "gzip"), "contiguous": (None, None)}


def make_storages(folder: Path) -> dict[str, Path]:
    """Write a storage for each layout: the 200 MB array, and noise that takes long to unpack.

    Plane `k` holds values from k to k + 0.5, so that the legend under its picture tells it from all others.
    """
    import numpy as np

    from tui.systems.deker.format.writer import NewCollection, create_array, create_collection
    from tui.systems.deker.models import Dimension

    cube = tuple(Dimension(name=name, size=size) for name, size in (("t", PLANES), ("y", SIDE), ("x", SIDE)))
    down, across = np.indices((SIDE, SIDE), dtype="f4") / SIDE
    made: dict[str, Path] = {}
    for at, (name, (chunks, compression)) in enumerate(LAYOUTS.items()):
        root = made[name] = folder / f"layout{at}"
        if root.exists():
            continue
        options = ("1",) if compression else ()
        new = NewCollection(
            "cube", "float32", cube, chunks=chunks, compression=compression, compression_options=options
        )
        data = np.empty((PLANES, SIDE, SIDE), "f4")
        for plane in range(PLANES):
            wave = np.sin(9 * across + plane / 4) * np.cos(7 * down - plane / 5)
            data[plane] = plane + np.clip(0.25 + 0.4 * wave, 0, 0.5)
        create_array(create_collection(str(root), new), data=data)
        noise = np.random.default_rng(1).normal(size=(25, SIDE, SIDE)).astype("f4")
        line = (Dimension(name="n", size=25), *cube[1:])
        load = NewCollection(
            "load", "float32", line, chunks=(1, 256, 256), compression="gzip", compression_options=("1",)
        )
        collection = create_collection(str(root), load)
        for _ in range(NOISE):
            create_array(collection, data=noise)
    return made


@dataclass
class Timed:
    """What a program wrote, and when: takes the place of the emulated screen, which would compete for the cores."""

    data: bytearray = field(default_factory=bytearray)
    ends: list[int] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def feed(self, chunk: bytes) -> None:
        """Keep what was written."""
        self.data += chunk
        self.ends.append(len(self.data))
        self.times.append(time.monotonic())

    def when(self, sign: str, start: int) -> float | None:
        """Return when a text was first written after a place in the stream."""
        at = self.data.find(sign.encode(), start)
        return None if at < 0 else self.times[bisect.bisect_left(self.ends, at + len(sign))]

    def wait(self, sign: str, start: int, seconds: float = 20.0) -> float:
        """Wait until a text was written, and return when that was."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.when(sign, start)
            if found is not None:
                return found
            time.sleep(0.001)
        text = re.sub(rb"\x1b\[[0-9;?]*[a-zA-Z]", b" ", bytes(self.data[start:])).decode(errors="replace")
        raise AssertionError(f"{sign!r} was not written within {seconds} s, but {' '.join(text.split())[-600:]}")


@dataclass
class Figures:
    """Seconds from a key to what it changes."""

    slider: list[float] = field(default_factory=list)
    plane: list[float] = field(default_factory=list)
    cursor: list[float] = field(default_factory=list)
    held: list[float] = field(default_factory=list)
    after: list[float] = field(default_factory=list)
    shown: int = 0
    busy: bool = False


def run(folder: Path, home: Path) -> Iterator[str]:
    """Measure each layout at rest, then beside the check."""
    for name, root in make_storages(folder).items():
        own = home / root.name
        rest, busy = _measure(root, own / "rest", 0), _measure(root, own / "busy", CHECKS)
        yield f"viewer, 200 MB, {name}: at rest; beside {CHECKS} level-5 checks; ratio"
        if not busy.busy:
            yield "  the checks ended before all was measured: the figures beside them are too good"
        for words, one, other in (
            ("key to slider", rest.slider, busy.slider),
            ("key to cursor", rest.cursor, busy.cursor),
            ("key to picture", rest.plane, busy.plane),
            (f"held at {RATE}/s, key to slider", rest.held, busy.held),
            ("held, last key to last picture", rest.after, busy.after),
        ):
            mine, theirs = statistics.median(one), statistics.median(other)
            worst = f"(worst {max(one) * 1000:.0f} and {max(other) * 1000:.0f})" if len(one) > 1 else ""
            yield f"  {words}: {mine * 1000:.1f} ms; {theirs * 1000:.1f} ms; {theirs / mine:.2f} {worst}".rstrip()
        yield f"  held: {rest.shown} of {HELD} pictures shown on the way; {busy.shown}"
        for words, found in (("at rest", rest), ("beside the checks", busy)):
            behind = statistics.median(found.after) / statistics.median(found.plane)
            yield f"  held {words}: the last picture comes {behind:.2f} times as late as after a single key"


def _measure(root: Path, home: Path, checks: int) -> Figures:
    argv = [sys.executable, "-m", "tui.cli.main", "open", str(root)]
    found = Figures()
    # A text that is sought must be written whole, and not only what differs from what was there before.
    env = {"ARRAYDECK_HOME": str(home), "ARRAYDECK_DISPLAY": "plain"}
    with PtyProgram(argv, columns=140, rows=40, env=env) as program:
        program.see("cube")
        for _ in range(checks):
            for key in ("I", "enter", "down", "enter", "ctrl+s"):
                seconds_to_last_byte(program, lambda key=key: program.press(key))
        program.press("enter")
        program.see("bytes in file ")
        program.press("V")
        program.see(" 0.5")
        program.settle(3)
        timed = Timed()
        program._stream = timed  # type: ignore[assignment]
        _single(program, timed, found)
        _held(program, timed, found)
        found.busy = _is_busy(home) if checks else False
    return found


def _single(program: PtyProgram, timed: Timed, found: Figures) -> None:
    """Press one key at a time, and wait until all that it changes was painted."""
    for number in range(1, SINGLE + 1):
        start, began = len(timed.data), time.monotonic()
        program.press(".")
        found.slider.append(timed.wait(f"{number} of {PLANES}", start) - began)
        found.plane.append(timed.wait(f"{number}.5", start) - began)
        _pause(timed)
    for _ in range(SINGLE):
        start, began = len(timed.data), time.monotonic()
        program.press("l")
        found.cursor.append(timed.wait("▲", start) - began)
        _pause(timed)
    _back(program, timed)


def _held(program: PtyProgram, timed: Timed, found: Figures) -> None:
    """Press as a held key does; a key's answer is the first slider at its index or beyond."""
    for _ in range(3):
        start = len(timed.data)
        began = time.monotonic()
        pressed: list[float] = []
        for number in range(HELD):
            while time.monotonic() < began + number / RATE:
                time.sleep(0.0005)
            pressed.append(time.monotonic())
            program.press(".")
        last = timed.wait(f"{HELD}.5", start)
        found.after.append(last - pressed[-1])
        seen = [timed.when(f" {number} of {PLANES}", start) for number in range(1, HELD + 1)]
        for number, at in enumerate(pressed):
            answers = [each for each in seen[number:] if each is not None]
            found.held.append(min(answers) - at)
        shown = sum(timed.when(f" {number}.5", start) is not None for number in range(1, HELD + 1))
        found.shown = max(found.shown, shown)
        _back(program, timed)


def _back(program: PtyProgram, timed: Timed) -> None:
    """Go to the first plane again."""
    _pause(timed)
    start = len(timed.data)
    program.press(*["<"] * (PLANES // 10))
    timed.wait(f" 0 of {PLANES}", start)
    timed.wait(" 0.5", start)
    _pause(timed)


def _pause(timed: Timed) -> None:
    """Wait until nothing was written for a while."""
    while timed.times and time.monotonic() - timed.times[-1] < 0.25:
        time.sleep(0.01)


def _is_busy(home: Path) -> bool:
    """Whether a check still runs."""
    argv = [sys.executable, "-m", "tui.cli.main", "jobs", "-o", "json"]
    environment = {"ARRAYDECK_HOME": str(home), "PATH": "/usr/bin:/bin"}
    listed = subprocess.run(argv, capture_output=True, text=True, check=True, env=environment)
    return any(job["state"] == "running" for job in json.loads(listed.stdout))
