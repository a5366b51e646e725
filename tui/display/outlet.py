"""Outlet: a thread that writes to the terminal, so that whoever hands it text never waits for a slow line."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable

_PATIENT_WRITES = 30
"""Writes that may be waiting before a bounded outlet lets its caller wait: as many as in Textual's own thread."""
_PIECE = 4096
"""Bytes handed to the terminal at a time."""
_STALLED = 3.0
"""Seconds for which the terminal may take nothing before the end waits for it no more."""


class Outlet(threading.Thread):
    """Takes texts, writes them in order, and says when all are out.

    `on_drained` is called in the thread each time that nothing is left to write. A terminal that is gone takes
    everything and shows nothing.
    """

    def __init__(self, fileno: int, encoding: str, on_drained: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="arraydeck-output")
        self._fileno = fileno
        self._encoding = encoding
        self._on_drained = on_drained
        self._waiting: list[str] = []
        self._is_writing = False
        self._ending = False
        self._bounded = False
        self._gone = False
        self._pieces = 0
        self._changed = threading.Condition()

    @property
    def is_idle(self) -> bool:
        """Whether the terminal has taken everything."""
        with self._changed:
            return not self._waiting and not self._is_writing

    def bound(self) -> None:
        """Let callers wait from now on while much is waiting: they do not look at `is_idle`."""
        with self._changed:
            self._bounded = True

    def write(self, text: str) -> None:
        """Have a text written."""
        with self._changed:
            while self._bounded and len(self._waiting) >= _PATIENT_WRITES and not self._gone:
                self._changed.wait()
            if not self._gone:
                self._waiting.append(text)
                self._changed.notify_all()

    def run(self) -> None:
        """Write until it is stopped."""
        while True:
            with self._changed:
                while not self._waiting and not self._ending:
                    self._changed.wait()
                if not self._waiting:
                    return
                data = "".join(self._waiting).encode(self._encoding, "backslashreplace")
                self._waiting.clear()
                self._is_writing = True
                self._changed.notify_all()
            self._put(memoryview(data))
            with self._changed:
                self._is_writing = False
                drained = not self._waiting
            if drained:
                self._on_drained()

    def stop(self) -> None:
        """Write what is left, and end. A terminal that takes nothing any more is not waited for."""
        with self._changed:
            self._ending = True
            self._changed.notify_all()
        before = -1
        while self.is_alive() and self._pieces != before:
            before = self._pieces
            self.join(_STALLED)

    def _put(self, data: memoryview) -> None:
        try:
            while data:
                data = data[os.write(self._fileno, data[:_PIECE]) :]
                self._pieces += 1
        except OSError:
            with self._changed:
                self._gone = True
                self._waiting.clear()
                self._changed.notify_all()
