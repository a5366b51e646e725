"""An embedded server as a program: it says on one line where it is, and runs until it is told to stop."""

from __future__ import annotations

import json
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, TypeVar

from tui.services.serving.server import EmbeddedServer

S = TypeVar("S", bound=EmbeddedServer)
NOT_STARTED = 4
"""The exit code where the server cannot be made."""


def run(
    make: Callable[[], S],
    ready_line: Callable[[S], Mapping[str, Any]],
    failures: tuple[type[Exception], ...],
    meanwhile: Callable[[S, threading.Event], None] | None = None,
) -> int:
    """Run a server until SIGINT or SIGTERM and return the program's exit code.

    Args:
        make: returns the server, not yet started.
        ready_line: fills it where need be and returns what is printed, as JSON, as soon as it listens.
        failures: what `make` raises where the server cannot be; said on standard error.
        meanwhile: what is done in a thread as it runs; the event says that it shall end.
    """
    stop = threading.Event()

    def end(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    try:
        server = make()
    except failures as error:
        print(f"error: {error}", file=sys.stderr)
        return NOT_STARTED
    said = json.dumps(ready_line(server))
    with server:
        print(said, flush=True)
        if meanwhile is not None:
            threading.Thread(target=meanwhile, args=(server, stop), daemon=True).start()
        stop.wait()
    return 0
