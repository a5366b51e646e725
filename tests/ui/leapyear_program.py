"""The bundled LeapYear server as a process of its own: started on a port and a state, killed, and started again."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.unit.leapyear.servers import Asker

ADMINISTRATOR, PASSWORD = "admin", "admin-password-1"


@dataclass(frozen=True)
class Poll:
    """A request as the server wrote it down: its path with the query, and when it came, in seconds."""

    path: str
    seconds: float


class ServerProgram:
    """`python -m tui.systems.leapyear.server` with its state in a folder; what it is asked is written there too."""

    def __init__(self, folder: Path, job_seconds: float) -> None:
        self._folder = folder
        self._requests = folder / "requests"
        self._job_seconds = job_seconds
        self._process: subprocess.Popen[bytes] | None = None
        self.port = 0
        (folder / "password").write_text(PASSWORD)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self, ahead: float = 0.0) -> None:
        """Start it, on the port that it had if it had one; return when it answers."""
        command = [sys.executable, "-m", "tui.systems.leapyear.server", "--port", str(self.port), "--empty"]
        command += ["--state", str(self._folder / "state"), "--password-file", str(self._folder / "password")]
        command += ["--requests", str(self._requests), "--ahead", str(ahead), "--job-seconds", str(self._job_seconds)]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE)
        assert self._process.stdout is not None
        self.port = json.loads(self._process.stdout.readline())["ports"]["http"]

    def kill(self) -> None:
        """End it by SIGKILL: it writes nothing more and tells nobody."""
        assert self._process is not None
        self._process.kill()
        self._process.communicate()
        self._process = None

    def asker(self, username: str = ADMINISTRATOR, password: str = PASSWORD) -> Asker:
        """Return somebody who has logged in."""
        return Asker.of(self.url, username, password)

    def lists_of_jobs(self) -> list[Poll]:
        """Return the requests for the list of jobs so far."""
        return [poll for poll in self._polls() if "/jobs?" in poll.path]

    def looks_at_jobs(self) -> list[Poll]:
        """Return all requests that asked how jobs stand so far."""
        return [poll for poll in self._polls() if "/jobs" in poll.path]

    def _polls(self) -> list[Poll]:
        asked: list[dict[str, Any]] = [json.loads(line) for line in self._requests.read_text().splitlines()]
        return [
            Poll(f"{entry['path']}?{entry['query']}", entry["seconds"]) for entry in asked if entry["method"] == "GET"
        ]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            self.kill()
