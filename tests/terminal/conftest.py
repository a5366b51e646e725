"""arraydeck in a pseudo-terminal, on a sample storage."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.terminal.pty_program import PtyProgram
from tui.systems.deker.sample import make_sample

Start = Callable[..., PtyProgram]


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo's Deker storage."""
    folder = tmp_path_factory.mktemp("storage") / "weather"
    make_sample(folder)
    return folder


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    """Start arraydeck with arguments; it is ended with the test."""
    with ExitStack() as stack:

        def run(*arguments: str, columns: int = 80, rows: int = 24, **env: str) -> PtyProgram:
            argv = [sys.executable, "-m", "tui.cli.main", *arguments]
            environment = {"ARRAYDECK_HOME": str(home), **env}
            return stack.enter_context(PtyProgram(argv, columns=columns, rows=rows, env=environment))

        yield run
