"""Lingering: the jobs of a program whose terminal was lost go on without a screen until they are over."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tui.jobs.runner import JobRunner


async def linger(runner: JobRunner) -> None:
    """Return when no job runs here any more, or when a signal other than the terminal's asks for the end.

    Of a lost terminal a program may hear several times, from the shell and from the system, so that is not heeded
    any more. The jobs write their progress into the state database, where other arraydecks see and cancel them.
    """
    if not runner.current():
        return
    loop, told = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGHUP, lambda: None)
    for stop in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(stop, told.set)
    _let_go_of_terminal()
    ending = asyncio.create_task(told.wait())
    while (running := runner.current()) and not told.is_set():
        over = [asyncio.create_task(runner.wait(job.id)) for job in running]
        await asyncio.wait([ending, *over], return_when=asyncio.FIRST_COMPLETED)
        for task in over:
            task.cancel()
    ending.cancel()


def _let_go_of_terminal() -> None:
    """Have nothing open of the terminal: ssh waits for whoever still has it."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
