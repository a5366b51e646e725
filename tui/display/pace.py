"""Pace: how much may be on its way to the terminal, learned from how long the terminal takes to answer a question.

A pseudo-terminal takes bytes long before they are seen: ssh alone may hold megabytes. So, with what is written, the
terminal is asked where its cursor is. Its answer says that everything before the question was drawn.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

QUESTION = "\x1b[6n"
"""DSR 6: the terminal answers with the place of its cursor."""
ASK_FROM = 1_024
"""Bytes without an answer from which on one is asked for."""
_LEAST, _FIRST, _MOST = 2_048, 8_192, 65_536
"""Bytes that may be on their way without an answer: at least, to begin with, and at most."""
_QUEUED = 0.1
"""Seconds longer than the quickest answer that mean that bytes wait somewhere."""
PATIENCE = 2.0
"""Seconds after which an answer is not waited for any more."""
_SLOW = 64_000.0
"""Bytes a second below which a line is slow. 256 kbit/s are 32,000."""
_SURE = 0.35
"""Seconds that bytes must have waited of late for a line to be called slow."""
_LONGEST = 0.25
"""Seconds of one measurement that count at most: a machine that slept is no slow line."""
_FADES = 0.8
"""What is left of earlier measurements with each new one."""


class Pace:
    """Counts what is on its way. Answers come in another thread than questions.

    `answers` is whether the terminal answers at all, `is_slow` whether the line is slow. It stays so: what was left out
    for it is not put back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        # A signal's handler may suspend the program while the same thread is in here.
        self._lock = threading.RLock()
        self._sent = 0
        self._arrived = 0
        self._asked: tuple[float, int] | None = None
        self._ever_answered = False
        self._quickest = float("inf")
        self._window = _FIRST
        self._held_up = False
        self._carried = self._waited = 0.0
        self.is_slow = False
        self.answers = True

    @property
    def is_asking(self) -> bool:
        """Whether an answer is expected."""
        with self._lock:
            return self._asked is not None

    def may_write(self) -> bool:
        """Whether the terminal is near enough behind that a frame is worth sending."""
        with self._lock:
            self._give_up()
            may = not self.answers or self._sent - self._arrived <= self._window
            self._held_up = self._held_up or not may
            return may

    def wrote(self, count: int) -> None:
        """Count bytes that were written."""
        with self._lock:
            self._sent += count

    def should_ask(self) -> bool:
        """Whether the question is due. Whoever is told so asks it, or nobody will be."""
        with self._lock:
            self._give_up()
            due = self.answers and self._asked is None and self._sent - self._arrived >= ASK_FROM
            if due:
                self._asked = (self._clock(), self._sent)
            return due

    def ask_first(self) -> None:
        """Note that the question was asked before anything else, to learn how quick an answer can be."""
        with self._lock:
            self._asked = (self._clock(), self._sent)

    def answered(self) -> bool:
        """Note an answer. Return whether one was expected; another is somebody else's."""
        with self._lock:
            if self._asked is None:
                return False
            (asked_at, sent), self._asked = self._asked, None
            took, carried = self._clock() - asked_at, sent - self._arrived
            self._arrived, self._ever_answered = sent, True
            queued = took - self._quickest
            if took < self._quickest:
                self._quickest = took
            elif queued > _QUEUED:
                self._window = max(self._window // 2, _LEAST)
            elif self._held_up and queued < _QUEUED / 2:
                # More could have been on its way, and nothing waited anywhere.
                self._window = min(self._window * 2, _MOST)
            self._held_up = False
            if carried >= ASK_FROM:
                self._measure(carried, min(max(queued, 0.0), _LONGEST))
            return True

    def _measure(self, carried: int, queued: float) -> None:
        self._carried = self._carried * _FADES + carried
        self._waited = self._waited * _FADES + queued
        if self._waited > _SURE and self._carried < _SLOW * self._waited:
            self.is_slow = True

    def _give_up(self) -> bool:
        if self._asked is None or self._clock() - self._asked[0] < PATIENCE:
            return False
        # A terminal that has never answered will not. From another, what was lost is not to be waited for.
        self.answers = self._ever_answered
        self._arrived, self._asked = self._asked[1], None
        return True
