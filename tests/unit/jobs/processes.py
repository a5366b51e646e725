"""Other processes for the tests: Python that says `ready`, is told to go on, and can be killed; and a full disk."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tui.jobs.state import StateDatabase


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


def fill_up(state: StateDatabase) -> None:
    """Leave a state database no room to grow, and none for another store's samples."""
    with state.reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}").fetchall()
        # What is left of a page when no long row fits is filled with short ones.
        for size in (50, 5):
            try:
                while True:
                    connection.execute("INSERT INTO sampled (profile, uri) VALUES (hex(randomblob(?)), '')", (size,))
            except sqlite3.OperationalError as error:
                assert error.sqlite_errorname == "SQLITE_FULL"
