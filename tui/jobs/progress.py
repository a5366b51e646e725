"""Progress: how work tells where it is, and hears that it should stop."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path

from tui.services.errors import Cancelled
from tui.services.printable import printable

LINES_KEPT = 2000
"""How many log lines of a job are kept, the last ones."""

LINE_LENGTH = 2000
"""Characters of a log line that are kept."""


class Progress:
    """Given to work. Its methods may be called from any thread; `check` raises once the work was cancelled."""

    def __init__(self, changed: Callable[[], None] | None = None) -> None:
        self._changed = changed
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.done = 0
        self.total: int | None = None
        self.unit = ""
        self.report: Path | None = None
        self.message = ""
        """What came of the work in one line, once it is done."""
        self._lines: deque[str] = deque(maxlen=LINES_KEPT)

    def expect(self, total: int | None, unit: str = "") -> None:
        """Say how much there is to do; None if that is not known."""
        self.total = total
        self.unit = unit or self.unit
        self._tell()

    def advance(self, by: int = 1) -> None:
        """Say that `by` more units are done.

        Raises:
            Cancelled: the work should stop.
        """
        self.add(by)
        self.check()

    def add(self, by: int) -> None:
        """As `advance`, for whoever only passes on what others have done: it does not raise."""
        with self._lock:
            self.done += by
        self._tell()

    def log(self, line: str) -> None:
        """Add a line to the job's log; what cannot be shown in it is spelt out."""
        with self._lock:
            self._lines.append(printable(line, LINE_LENGTH))
        self._tell()

    def take_lines(self) -> list[str]:
        """Return the lines that were logged since the last call."""
        with self._lock:
            taken = [*self._lines]
            self._lines.clear()
        return taken

    def put_back(self, lines: list[str]) -> None:
        """Return lines that could not be kept, so that the next `take_lines` has them first."""
        with self._lock:
            self._lines = deque([*lines, *self._lines], maxlen=LINES_KEPT)

    def cancel(self) -> None:
        """Ask the work to stop at its next check."""
        self._stop.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether it was asked to stop."""
        return self._stop.is_set()

    def check(self) -> None:
        """Do nothing, or end the work that was cancelled.

        Raises:
            Cancelled: it was.
        """
        if self._stop.is_set():
            raise Cancelled("arraydeck", "job", "cancelled")

    def _tell(self) -> None:
        if self._changed is not None:
            self._changed()
