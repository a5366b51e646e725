"""An embedded node in a process of its own, and what it holds in the bench."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tui.systems.arakoon.sync import Client
from tui.systems.arakoon.wire.steps import Set

CLUSTER = "bench"
_chance = random.Random(4)
VALUE = _chance.randbytes(100)
ALIKE = {b"key%06d" % number: VALUE for number in range(10_000)}
"""Keys of 9 bytes and values of 100, as in the contract's table of speeds (§13)."""
MIXED = {b"mixed/%d" % number: _chance.randbytes(_chance.randrange(50, 150)) for number in range(5000)}
"""The same in the mean, but no two that follow each other are of a size."""
ENTRIES = sorted({**ALIKE, **MIXED}.items())
_BATCH = 500


@dataclass(frozen=True, slots=True)
class Node:
    """A node that runs: its process, where it listens, and what a client takes."""

    pid: int
    port: int
    uri: str

    def processor_seconds(self) -> float:
        """Return the processor time that it has used so far."""
        return int(Path(f"/proc/{self.pid}/schedstat").read_text().split()[0]) / 1e9

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Give the node a processor of its own while the block runs, as if it were another machine.

        Two processes that talk are otherwise put on one processor or on two as the kernel likes, and a round trip of
        the same client takes half or twice the time.
        """
        mine = os.sched_getaffinity(0)
        if len(mine) < 2:
            yield
            return
        theirs = {max(mine)}
        os.sched_setaffinity(self.pid, theirs)
        os.sched_setaffinity(0, mine - theirs)
        try:
            yield
        finally:
            os.sched_setaffinity(self.pid, mine)
            os.sched_setaffinity(0, mine)


@contextmanager
def node(*arguments: str) -> Iterator[Node]:
    """A node alone, with data in memory, until the block ends."""
    command = [sys.executable, "-m", "tui.systems.arakoon.server", "--nodes", "1", "--cluster-id", CLUSTER, *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            (port,) = said["ports"].values()
            yield Node(process.pid, port, said["profile"]["uri"])
        finally:
            process.kill()


@contextmanager
def filled_node() -> Iterator[Node]:
    """A node that holds `ENTRIES`."""
    with node("--empty") as made:
        with Client(made.uri) as client:
            for at in range(0, len(ENTRIES), _BATCH):
                client.sequence([Set(key, value) for key, value in ENTRIES[at : at + _BATCH]])
        yield made
