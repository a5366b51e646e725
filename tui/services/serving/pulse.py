"""What moves by itself in the demo: a step now and then, in a thread that ends with the process."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger("arraydeck.demo")
_ending = threading.Event()


def beat(name: str, step: Callable[[int], float], first: float = 0.0) -> None:
    """Call `step` with 0, 1, 2 … for as long as the process lives; it returns the seconds until its next turn.

    A step that fails is told of in the log, and the next one comes a little later.
    """

    def run() -> None:
        number, wait = 0, first
        while not _ending.wait(wait):
            try:
                wait = step(number)
            except Exception as error:
                _log.warning("%s: %s: %s", name, type(error).__name__, error)
                wait = 5.0
            number += 1

    threading.Thread(target=run, name=name, daemon=True).start()


def once(name: str, work: Callable[[], object]) -> None:
    """Do something that nobody waits for; if it fails, that is told of in the log."""

    def run() -> None:
        try:
            work()
        except Exception as error:
            _log.warning("%s: %s: %s", name, type(error).__name__, error)

    threading.Thread(target=run, name=name, daemon=True).start()


def end_all() -> None:
    """Let no further step begin."""
    _ending.set()
