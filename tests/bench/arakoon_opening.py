"""Opening the list of keys of a small and of a large keyspace: time to the first page, and memory of the process.

As a program, `python -m tests.bench.arakoon_opening URI`, it opens each list once and prints what that took.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from tests.bench.arakoon_node import node
from tests.bench.deker_line import duration, verdict

SMALL, LARGE = 10_000, 1_000_000
AIM = 1.5
"""How many times what the small keyspace takes the large one may take: noise, and nothing that grows with it."""
_TURNS = 9
_ON_SCREEN = 40
_LISTS = {"the tree": ("keys",), "a level of the tree": ("keys", "catalogue/zurich/arrays/"), "all flat": ("entries",)}


def opening() -> Iterator[str]:
    """Open the lists of both keyspaces by turns, each time in a new process."""
    with contextlib.ExitStack() as stack:
        began = time.monotonic()
        uris = {count: stack.enter_context(node("--keys", str(count))).uri for count in (SMALL, LARGE)}
        yield f"opening: nodes with {SMALL:,} and {LARGE:,} keys, made in {time.monotonic() - began:.0f} s"
        turns = [{count: _in_a_process(uri) for count, uri in uris.items()} for _ in range(_TURNS + 1)][1:]
    for name in _LISTS:
        what = f"opening {name}, {turns[0][LARGE]['rows'][name]} rows"
        yield _line(what, [(turn[SMALL]["seconds"][name], turn[LARGE]["seconds"][name]) for turn in turns], duration)
    megabytes = [(turn[SMALL]["megabytes"], turn[LARGE]["megabytes"]) for turn in turns]
    yield _line("opening all three, memory of the process", megabytes, lambda size: f"{size:.1f} MB")


def _line(what: str, turns: Sequence[tuple[float, float]], shown: Callable[[float], str]) -> str:
    small, large = (statistics.median(side) for side in zip(*turns, strict=True))
    ratio = statistics.median(large / small for small, large in turns)
    return (
        f"{what}: {shown(large)} of {LARGE:,} keys, {shown(small)} of {SMALL:,}, {ratio:.2f} of it "
        f"(aim {AIM:g} or less): {verdict(ratio <= AIM)}"
    )


def _in_a_process(uri: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.bench.arakoon_opening", uri]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


async def _open_each(uri: str) -> dict[str, Any]:
    """Open each list as its screen does: connect, the first page, and the values of the rows on screen."""
    from tui.config.profiles import Profile
    from tui.resources.connections import Connections
    from tui.resources.listing import Listing
    from tui.resources.registry import Registry
    from tui.resources.types import Scope

    profile = Profile(name="bench", system="arakoon", uri=uri)
    registry = Registry()
    types = registry.system("arakoon").types
    seconds: dict[str, float] = {}
    rows: dict[str, int] = {}
    megabytes: list[float] = []
    for name, (kind, *parents) in _LISTS.items():
        connections = Connections(registry)
        listing = Listing(connections.to(profile), types[kind], Scope(tuple(parents)))
        listing.show_range(0, _ON_SCREEN)
        began = time.perf_counter()
        await listing.refresh()
        seconds[name] = time.perf_counter() - began
        rows[name] = len(listing.view)
        megabytes.append(_resident_megabytes())
        await listing.close()
        await connections.close()
    return {"seconds": seconds, "rows": rows, "megabytes": max(megabytes)}


def _resident_megabytes() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmRSS:")[2].split()[0]) / 1024


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_open_each(sys.argv[1]))))
