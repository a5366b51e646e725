"""`tiledb_script` in a process of its own, and what the operating system says of that process's children."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCRIPT = Path(__file__).with_name("tiledb_script.py")
OURS = ("TILEDB_", "PYTHONPATH")
WAITING = 20.0
"""Seconds that something may take to come true."""


class Raised(Exception):
    """What an operation of the script raised."""


class Script:
    """The script as it runs; `do` has it do one operation."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def do(self, operation: str, **arguments: Any) -> Any:
        """Return what an operation returns.

        Raises:
            Raised: the operation raised something.
        """
        assert self.process.stdin is not None and self.process.stdout is not None
        print(json.dumps({"do": operation, **arguments}), file=self.process.stdin, flush=True)
        answer = json.loads(self.process.stdout.readline())
        if "error" in answer:
            raise Raised(answer["error"])
        return answer["result"]

    def children(self) -> list[int]:
        """Return the ids of the processes that it started and that still run."""
        return [pid for pid, parent, state in _processes() if parent == self.process.pid and state != "Z"]


@contextmanager
def script(home: Path, cwd: str = "/", environment: Mapping[str, str] | None = None, **fields: Any) -> Iterator[Script]:
    """Run the script with a log-in, in a home of its own."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(OURS) and not name.lower().endswith("_proxy")
    }
    process = subprocess.Popen(
        [sys.executable, str(SCRIPT)],
        cwd=cwd,
        env={**inherited, "HOME": str(home), **(environment or {})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        print(json.dumps(fields), file=process.stdin, flush=True)
        yield Script(process)
    finally:
        process.stdin.close()
        try:
            process.wait(WAITING)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        process.stdout.close()


def runs(pid: int) -> bool:
    """Whether there is a process of that id that has not ended."""
    return any(found == pid and state != "Z" for found, _, state in _processes())


def becomes(true: Callable[[], bool]) -> bool:
    """Whether something is true, or becomes so in time."""
    limit = time.monotonic() + WAITING
    while not true():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


def _processes() -> Iterator[tuple[int, int, str]]:
    """Yield id, parent and state of every process."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            # The name of its program is in parentheses, and may have some in it.
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
        except (OSError, ValueError):
            continue
        yield int(folder.name), int(parent), state
