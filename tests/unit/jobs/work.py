"""Work for worker processes in the tests: what they run must be found by name."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from tui.jobs.shard_progress import ShardProgress


def double(shard: int, progress: ShardProgress) -> int:
    """Return twice the shard, and say so."""
    progress.log(f"shard {shard}")
    progress.advance(shard)
    return shard * 2


def fail_on_three(shard: int, progress: ShardProgress) -> int:
    """Fail on the shard 3."""
    if shard == 3:
        raise ValueError("three")
    return shard


def die_on_three(shard: int, progress: ShardProgress) -> int:
    """Be killed while at the shard 3."""
    if shard == 3:
        os.kill(os.getpid(), signal.SIGKILL)
    return shard


def until_cancelled(folder: str, progress: ShardProgress) -> None:
    """Say that it began, go on until it is cancelled, and say that it ended."""
    Path(folder, f"began-{os.getpid()}").touch()
    try:
        while True:
            progress.check()
            time.sleep(0.005)
    finally:
        Path(folder, f"ended-{os.getpid()}").touch()


def for_ever(folder: str, progress: ShardProgress) -> None:
    """Say that it began, and hang without looking."""
    Path(folder, f"began-{os.getpid()}").touch()
    while True:
        time.sleep(60)


def environment(_: int, progress: ShardProgress) -> tuple[bool, bool]:
    """Return whether Ctrl-C is ignored, and whether printing goes nowhere."""
    print("noise")
    return signal.getsignal(signal.SIGINT) is signal.SIG_IGN, os.path.samestat(os.fstat(1), os.stat(os.devnull))  # noqa: PTH116
