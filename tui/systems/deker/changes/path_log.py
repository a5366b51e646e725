"""The storage's part of the command log: every path that a change makes, replaces or takes away."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import ContextVar, copy_context
from datetime import UTC, datetime
from typing import TypeVar

from tui.services.command_log import CommandLog

T = TypeVar("T")
MOST = 200
"""Paths of one change that are noted one by one."""
_told: ContextVar[Callable[[str], None] | None] = ContextVar("deker_path_log", default=None)


def tell(line: str) -> None:
    """Note a path that was just changed, if anybody looks on. Called by whatever changes one."""
    told = _told.get()
    if told is not None:
        told(line)


class PathLog:
    """Writes the paths that the changes of one profile touch into the command log."""

    def __init__(self, log: CommandLog, profile: str) -> None:
        self._log = log
        self._profile = profile

    def following(self, work: Callable[..., T]) -> Callable[..., T]:
        """Return `work` for a thread, where what it does to paths is noted as a part of the present operation."""
        context, began, count = copy_context(), time.monotonic(), 0

        def told(line: str) -> None:
            nonlocal began, count
            count += 1
            now = time.monotonic()
            if count <= MOST:
                self._log.add(datetime.now(UTC), self._profile, line, now - began, "ok", kind="file")
            began = now

        def run(*arguments: object) -> T:
            _told.set(told)
            try:
                return work(*arguments)
            finally:
                if count > MOST:
                    line = f"and {count - MOST:,} more paths"
                    self._log.add(datetime.now(UTC), self._profile, line, 0.0, "ok", kind="file")

        return lambda *arguments: context.run(lambda: run(*arguments))
