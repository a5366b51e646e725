"""Progress: how work tells where it is, and hears that it should stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

from tui.services.errors import Cancelled


class Progress:
    """Given to work. Its methods may be called from any thread; `check` raises once the work was cancelled."""

    def __init__(self, changed: Callable[[], None] | None = None) -> None:
        self._changed = changed
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.done = 0
        self.total: int | None = None
        self.unit = ""
        self.lines: list[str] = []

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
        with self._lock:
            self.done += by
        self._tell()
        self.check()

    def log(self, line: str) -> None:
        """Add a line to the job's log."""
        with self._lock:
            self.lines.append(line)
        self._tell()

    def take_lines(self) -> list[str]:
        """Return the lines that were logged since the last call."""
        with self._lock:
            taken, self.lines = self.lines, []
        return taken

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
