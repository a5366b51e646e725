"""A worker's process: started, asked one thing at a time, and ended (contract §10)."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tui.systems.leapyear.service_side.refusal import Refusal

FOLDER = Path(__file__).parent
START = (
    "import sys; sys.path.insert(0, sys.argv[1]); from leapyear_worker.__main__ import main; del sys.path[0]; main()"
)
"""What the interpreter runs: the folder leads to the worker's own package, and to nothing that is imported later."""
DEADLINE, STUCK = 60.0, 120.0
"""Seconds that an operation may take, and that one which took longer has until its process is ended."""
LONGEST_ANSWER = 32 * 2**20


class WorkerProcess:
    """The vendor's package in a process of its own, with one connection. Its calls are made one after another.

    Args:
        python: the interpreter that has the package.
        token: let the package use the LY_JWT of this process's environment; any other worker does not see it.
    """

    def __init__(self, python: str, *, token: bool = False, deadline: float = DEADLINE, stuck: float = STUCK) -> None:
        environment = {name: value for name, value in os.environ.items() if token or name != "LY_JWT"}
        # Of arraydeck's own interpreter, and of no use to another.
        environment.pop("PYTHONHOME", None)
        self._deadline = deadline
        self._stuck = stuck
        self._process = subprocess.Popen(
            [python, "-u", "-c", START, str(FOLDER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._turn = threading.Lock()
        self._late: asyncio.Task[Any] | None = None

    @property
    def is_alive(self) -> bool:
        """Whether it can be asked anything."""
        return self._process.poll() is None

    async def call(
        self,
        operation: str,
        names: Mapping[str, str] | None = None,
        query: Mapping[str, Any] | None = None,
        body: Any = None,
    ) -> Any:
        """Return what an operation answers.

        Raises:
            Refusal: what the package refused; 503, it is busy with an operation that takes too long, or has ended; 504,
                this one takes too long.
        """
        if self._late is not None and not self._late.done():
            raise Refusal(503, "unavailable", "The vendor's package is still busy with another call.", wait=5)
        work = asyncio.create_task(asyncio.to_thread(self.ask, operation, names or {}, query or {}, body))
        done, _ = await asyncio.wait({work}, timeout=self._deadline)
        if not done:
            # A thread cannot be stopped; its process can.
            self._late = work
            work.add_done_callback(_heard)
            asyncio.get_running_loop().call_later(self._stuck, self._end_if_late, work)
            raise Refusal(504, "upstream_timeout", f"The vendor's package did not answer in {self._deadline:g} s.")
        return work.result()

    def ask(self, operation: str, names: Mapping[str, str], query: Mapping[str, Any], body: Any) -> Any:
        """Return what an operation answers, and wait for it. Raises Refusal as `call`."""
        request = {"operation": operation, "names": dict(names), "query": dict(query), "body": body}
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        ended = Refusal(503, "unavailable", "The bridge's process has ended; log in again.")
        with self._turn:
            try:
                stdin.write(json.dumps(request).encode() + b"\n")
                stdin.flush()
                line = stdout.readline(LONGEST_ANSWER)
                reply = json.loads(line) if line.endswith(b"\n") else None
            except (OSError, ValueError):
                reply = None
        if not isinstance(reply, dict):
            self.end()
            raise ended
        if "refused" in reply:
            said = reply["refused"]
            raise Refusal(said["status"], said["code"], said["message"], said["details"])
        return reply["ok"]

    def end(self) -> None:
        """End the process. Twice does no harm."""
        if self._process.poll() is None:
            self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not self._turn.locked():
                try:
                    pipe.close()
                except OSError:
                    continue

    def _end_if_late(self, work: asyncio.Task[Any]) -> None:
        if not work.done():
            self.end()


def _heard(work: asyncio.Task[Any]) -> None:
    """Take note of an outcome that nobody waits for any more."""
    if not work.cancelled():
        work.exception()
