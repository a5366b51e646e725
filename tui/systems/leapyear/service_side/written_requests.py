"""The request log of a server that runs as a program: each request is also a line of a file, which outlives it."""

from __future__ import annotations

import json
from pathlib import Path

from tui.services.serving.request_log import LoggedRequest, RequestLog


class WrittenRequests(RequestLog):
    """Appends each request to a file as it is answered: JSON, names of headers alone, no bodies, no secrets.

    Raises:
        OSError: the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        # A line a write: what was answered is in the file even if the program is killed right after.
        self._file = path.open("a", encoding="utf-8", buffering=1)

    def add(self, entry: LoggedRequest) -> None:
        super().add(entry)
        self._file.write(json.dumps(entry.document()) + "\n")
