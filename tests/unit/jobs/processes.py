"""Other processes for the tests: Python that says `ready`, is told to go on, and can be killed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager


class Other:
    """A child process that runs a program; it speaks in lines."""

    def __init__(self, program: str, *arguments: object) -> None:
        command = [sys.executable, "-c", program, *(str(argument) for argument in arguments)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def hear(self) -> str:
        """Return its next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def go_on(self) -> None:
        """Let it go on from where it reads a line."""
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def end(self) -> int:
        """Wait until it has ended, and return its exit code."""
        self.process.communicate(timeout=60)
        return self.process.returncode


@contextmanager
def other(program: str, *arguments: object) -> Iterator[Other]:
    """Start a process and see to it that it ends with the test."""
    started = Other(program, *arguments)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.communicate()
